"""Asking the server that has the data folder open, if one runs: the store belongs to one process at a time."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import psutil
from msgspec import Struct

from playtrace.config import LOCAL_FILE, Settings

IDENTITY_SECONDS_MAX = 10.0
"""A server says at once whose it is, unless it is very busy; then it is taken for ours."""


class ServerRefused(Exception):
    """The server answered with a problem; the message is its detail."""


class LocalServer(Struct, frozen=True):
    url: str
    token: str

    def get(self, path: str, parameters: dict[str, Any] | None = None) -> Any:
        """JSON of a route. A list is sent as a parameter repeated. Raises `ServerRefused`."""
        return json.loads(self.get_bytes(path, parameters))

    def get_bytes(self, path: str, parameters: dict[str, Any] | None = None) -> bytes:
        """What a route answers, whatever it is. A list is sent as a parameter repeated. Raises `ServerRefused`."""
        query = urlencode({k: v for k, v in (parameters or {}).items() if v is not None}, doseq=True)
        return self._bytes("GET", f"{path}{'?' if query else ''}{query}")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """JSON of a route. Raises `ServerRefused`."""
        return json.loads(self._bytes("POST", path, body))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """JSON of a route. Raises `ServerRefused`."""
        return json.loads(self._bytes("PUT", path, body))

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """JSON of a route. Raises `ServerRefused`."""
        return json.loads(self._bytes("PATCH", path, body))

    def delete(self, path: str) -> Any:
        """JSON of a route. Raises `ServerRefused`."""
        return json.loads(self._bytes("DELETE", path))

    @contextmanager
    def reading(self, path: str, parameters: dict[str, Any] | None = None) -> Generator[HTTPResponse]:
        """An answer that is read a piece at a time: it may be larger than the memory. Raises `ServerRefused`, also when
        it does not come whole."""
        query = urlencode({k: v for k, v in (parameters or {}).items() if v is not None}, doseq=True)
        with self._answer("GET", f"{path}{'?' if query else ''}{query}") as answer:
            try:
                yield answer
            except HTTPException as error:
                raise ServerRefused(f"The answer of {self.url} ended before it was whole: {error}") from error

    def _bytes(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        headers: dict[str, str] = {}
        sent = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            sent = json.dumps(body).encode()
        with self._answer(method, path, sent, headers) as answer:
            return answer.read()

    @contextmanager
    def _answer(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Generator[HTTPResponse]:
        # To the address that our server wrote down, or that somebody typed.
        request = urllib.request.Request(  # noqa: S310
            self.url + path, body, {"Authorization": f"Bearer {self.token}", **(headers or {})}, method=method
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                yield answer
        except urllib.error.HTTPError as error:
            raise ServerRefused(_detail(error)) from error
        except urllib.error.URLError as error:
            raise ServerRefused(f"The server at {self.url} does not answer: {error.reason}") from error


def running_server(settings: Settings) -> LocalServer | None:
    """The server that runs on this data folder, or None.

    What a killed one left behind does not count, nor does what was copied from the folder of another.
    """
    found = _local_file(settings)
    if found is None or found.data_identity != settings.data_identity or not psutil.pid_exists(found.pid):
        return None
    server = LocalServer(found.url, found.token)
    return None if _is_of_another_folder(server, found.data_identity) else server


def _is_of_another_folder(server: LocalServer, data_identity: str) -> bool:
    """Whether another server has the port by now that a killed one wrote down. One that does not answer may be ours."""
    request = urllib.request.Request(  # noqa: S310 - as above
        f"{server.url}/api/folder", headers={"Authorization": f"Bearer {server.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=IDENTITY_SECONDS_MAX) as answer:  # noqa: S310
            return json.loads(answer.read()).get("dataIdentity") != data_identity
    except urllib.error.HTTPError as error:
        # It does not know our token, or is no playtrace at all.
        return error.code in (401, 403, 404, 405)
    except (OSError, ValueError, AttributeError):
        return False


def server_to_ask(settings: Settings, url: str | None, token: str | None) -> LocalServer | None:
    """The server that somebody named, or else the one of the data folder; None where none runs there.

    Raises `ServerRefused` for what is no address.
    """
    if url is None:
        return running_server(settings)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServerRefused(f"{url!r} is no address of a server: expected one such as https://playtrace.example.")
    return LocalServer(url.rstrip("/"), token or "")


def stray_server_file(settings: Settings) -> str | None:
    """What `server.json` is where `running_server` found none; None where there is no such file."""
    if not (settings.data / LOCAL_FILE).exists():
        return None
    found = _local_file(settings)
    if found is None:
        return f"{LOCAL_FILE} cannot be read: a server that runs is not found by commands. A start writes it anew"
    if found.data_identity != settings.data_identity:
        return f"none that is known here: {LOCAL_FILE} is a copy, and tells of the server of {found.data}"
    return f"none: {LOCAL_FILE} tells of {found.url}, and no server of this folder is there: it was killed"


class _LocalFile(Struct, frozen=True):
    """What a server leaves in its data folder while it runs."""

    url: str
    pid: int
    token: str
    data: str
    data_identity: str


def _local_file(settings: Settings) -> _LocalFile | None:
    try:
        return msgspec.json.decode((settings.data / LOCAL_FILE).read_bytes(), type=_LocalFile)
    except (OSError, msgspec.DecodeError):
        return None


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        document = json.loads(error.read())
        # Health says it in its own shape, also when it answers 503.
        return str(document.get("detail") or document["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"The server answered {error.code} {error.reason}."
