"""What a request that was handed on carries: a header with a secret of this start and the client's address, so that the
process that reads knows who really asks."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable

from msgspec import Struct

from playtrace.asgi import Receive, Scope, Send
from playtrace.serving.entrance import App

FORWARDED = b"x-playtrace-forwarded"
"""`<secret> <address of the client>`, on what is handed on."""
LOOPBACK = "127.0.0.1"


class Reading(Struct, frozen=True):
    """Where the server listens that reads, and how it knows that a request was handed on by us."""

    port: int
    secret: str
    host: str = LOOPBACK


class Forwarded:
    """ASGI app around that of the reading process: the client of a request that was handed on is who made it."""

    def __init__(self, app: App, secret: str) -> None:
        self._app = app
        self._secret = secret.encode()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        said = next((value for name, value in scope["headers"] if name == FORWARDED), b"")
        secret, _, address = said.partition(b" ")
        if hmac.compare_digest(secret, self._secret):
            scope["client"] = (address.decode("latin-1"), 0)
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != FORWARDED]
        return self._app(scope, receive, send)
