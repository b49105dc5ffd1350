"""What API Gateway hands to a function and gets back, as a request and an answer of HTTP.

Both forms: that of HTTP APIs (payload 2.0), and that of REST APIs (1.0), which has headers with several values and a
query that was decoded.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlencode

from playtrace.asgi import App, Message, Scope

DEFAULT_STAGE = "$default"
UNPACKED = frozenset({b"gzip", b"deflate"})
"""Encodings that a REST API takes off before it hands a body over; the header that says so stays."""
SPOILED = "\ufffd"
"""What stands in a text where bytes were no text."""
OWN_HEADERS = frozenset({b"content-length", b"connection"})
"""Of an answer; API Gateway writes them itself."""


def scope_of(event: Mapping[str, Any]) -> Scope:
    """Raises `KeyError` where it is not an event of API Gateway."""
    context: Mapping[str, Any] = event["requestContext"]
    if event.get("version") == "2.0":
        http = context["http"]
        method, address, peer = http["method"], event["rawPath"], http["sourceIp"]
        query = event.get("rawQueryString", "")
        headers = _pairs({name: [value] for name, value in (event.get("headers") or {}).items()})
        if cookies := event.get("cookies"):
            headers.append((b"cookie", "; ".join(cookies).encode("latin-1", "replace")))
    else:
        method, address, peer = event["httpMethod"], event["path"], context["identity"]["sourceIp"]
        query = urlencode(_several(event, "QueryStringParameters", "queryStringParameters"), doseq=True)
        headers = _pairs(_several(event, "Headers", "headers"))
    if not event.get("isBase64Encoded") and not is_spoiled(event):
        headers = [header for header in headers if not (header[0] == b"content-encoding" and header[1] in UNPACKED)]
    path = unquote(_without_stage(address, context.get("stage", DEFAULT_STAGE)))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "https",
        "method": method.upper(),
        "path": path,
        "raw_path": address.encode("utf-8", "replace"),
        "query_string": query.encode("utf-8", "replace"),
        "root_path": "",
        "headers": headers,
        "client": (peer, 0),
    }


def is_spoiled(event: Mapping[str, Any]) -> bool:
    """Whether a compressed body was made text of, which cannot be undone: HTTP APIs do so with what says that it is
    `application/json` or `text/…`, and REST APIs with what is not among their binary types."""
    names = {name.lower() for name in event.get("headers") or {}}
    return "content-encoding" in names and not event.get("isBase64Encoded") and SPOILED in (event.get("body") or "")


def body_of(event: Mapping[str, Any]) -> bytes:
    """Raises `ValueError` where it says that it is base64, and is not."""
    body: str = event.get("body") or ""
    return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode("utf-8", "replace")


async def answered(app: App, event: Mapping[str, Any]) -> dict[str, Any]:
    """What the app says to the request that an event is."""
    messages: list[Message] = [{"type": "http.request", "body": body_of(event), "more_body": False}]
    status = 500
    headers: list[tuple[bytes, bytes]] = []
    parts: list[bytes] = []

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], [*message.get("headers", ())]
        else:
            parts.append(message.get("body", b""))

    await app(scope_of(event), receive, send)
    return answer(event, status, headers, b"".join(parts))


def answer(
    event: Mapping[str, Any], status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes
) -> dict[str, Any]:
    """In the form that the event came in."""
    try:
        text, is_base64 = body.decode(), False
    except UnicodeDecodeError:
        text, is_base64 = base64.b64encode(body).decode(), True
    several: dict[str, list[str]] = {}
    for name, value in headers:
        if name not in OWN_HEADERS:
            several.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    told: dict[str, Any] = {"statusCode": status, "body": text, "isBase64Encoded": is_base64}
    if event.get("version") == "2.0":
        return told | {"headers": {name: ", ".join(values) for name, values in several.items()}}
    return told | {"multiValueHeaders": several}


def _several(event: Mapping[str, Any], ending: str, single: str) -> dict[str, list[str]]:
    """A REST API says them twice: with all values, and with the last one."""
    found: Mapping[str, list[str]] | None = event.get(f"multiValue{ending}")
    if found is None:
        found = {name: [value] for name, value in (event.get(single) or {}).items()}
    return {name: list(values) for name, values in found.items()}


def _pairs(headers: Mapping[str, Sequence[str]]) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, values in headers.items()
        for value in values
    ]


def _without_stage(path: str, stage: str) -> str:
    """An HTTP API has the name of its stage in front of the path."""
    return path.removeprefix(f"/{stage}") or "/" if path == f"/{stage}" or path.startswith(f"/{stage}/") else path
