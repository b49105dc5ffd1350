"""Requests as API Gateway hands them to a function, in both of its forms."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Sent:
    """A request, as a client sends it."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    query: str = ""


def http_api(sent: Sent, *, stage: str = "$default") -> dict[str, Any]:
    """Of an HTTP API: payload 2.0. What does not say that it is text is in base64."""
    prefix = "" if stage == "$default" else f"/{stage}"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": prefix + sent.path,
        "rawQueryString": sent.query,
        "headers": {
            "host": "abc123.execute-api.eu-west-1.amazonaws.com",
            "x-amzn-trace-id": "Root=1-674b2f00-0123456789abcdef01234567",
            "x-forwarded-for": "203.0.113.5",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **{name.lower(): value for name, value in sent.headers.items()},
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.execute-api.eu-west-1.amazonaws.com",
            "http": {
                "method": sent.method,
                "path": prefix + sent.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.5",
                "userAgent": "game/1.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "30/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1796040000000,
        },
        **_body(sent.body, is_text=_says_text(sent)),
    }


def rest_api(sent: Sent) -> dict[str, Any]:
    """Of a REST API whose binary types are all: payload 1.0."""
    query = parse_qs(sent.query, keep_blank_values=True)
    headers = {"Host": "abc123.execute-api.eu-west-1.amazonaws.com", "X-Forwarded-For": "203.0.113.5", **sent.headers}
    return {
        "resource": "/{proxy+}",
        "path": sent.path,
        "httpMethod": sent.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": sent.path.lstrip("/")},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "httpMethod": sent.method,
            "identity": {"sourceIp": "203.0.113.5", "userAgent": "game/1.0"},
            "path": f"/prod{sent.path}",
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "stage": "prod",
        },
        **_body(sent.body),
    }


def _says_text(sent: Sent) -> bool:
    """As HTTP APIs tell it, whatever the body is."""
    said = next((value for name, value in sent.headers.items() if name.lower() == "content-type"), "")
    return said.startswith("text/") or said in ("application/json", "application/xml", "application/javascript")


def _body(body: bytes, *, is_text: bool = False) -> dict[str, Any]:
    if not body:
        return {"body": None, "isBase64Encoded": False}
    if is_text:
        return {"body": body.decode("utf-8", "replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def answered(told: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what a function returned."""
    headers = told.get("headers") or {name: ", ".join(values) for name, values in told["multiValueHeaders"].items()}
    body = base64.b64decode(told["body"]) if told["isBase64Encoded"] else told["body"].encode()
    return told["statusCode"], headers, body
