"""From which pages an open server takes something, and by which names."""

from __future__ import annotations

from typing import Any

import pytest

from playtrace.config import Settings
from playtrace.serving.own_names import ForeignOrigin, OwnNames, WrongHost

OPEN = {"open": True}
PUBLIC = OPEN | {"public_url": "https://playtrace.studio.example"}
BEYOND = OPEN | {"open_beyond_loopback": True}
ALLOWED = OPEN | {"allowed_origins": ["https://game.example", "http://10.0.0.7:3000/"]}


def error_of(settings: dict[str, Any], *, method: str = "POST", type_: str = "http", **headers: str) -> object:
    named = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    names = OwnNames(Settings(**settings))
    scope = {"type": type_, "method": method, "headers": named}
    errors = {type(names.error_of(scope)) for _ in range(2)}  # the second time from memory
    (error,) = errors
    return None if error is type(None) else error


@pytest.mark.parametrize(
    ("settings", "host", "origin", "expected"),
    [
        # Own pages, those of this machine, and programs, which have none.
        (OPEN, "localhost:8080", "http://localhost:8080", None),
        (OPEN, "127.0.0.1:8080", "http://127.0.0.1:8080", None),
        (OPEN, "localhost:8080", "http://localhost:5173", None),
        (OPEN, "localhost:8080", "http://127.0.0.2:5173", None),
        (OPEN, "[::1]:8080", "http://[::1]:8080", None),
        (OPEN, "localhost:8080", None, None),
        # Everybody else's.
        (OPEN, "localhost:8080", "https://evil.example", ForeignOrigin),
        (OPEN, "localhost:8080", "null", ForeignOrigin),
        (OPEN, "localhost:8080", "", ForeignOrigin),
        (OPEN, "localhost:8080", "file://", ForeignOrigin),
        (OPEN, "localhost:8080", "https://localhost.evil.example", ForeignOrigin),
        (OPEN, "localhost:8080", "https://127.0.0.1.evil.example", ForeignOrigin),
        (OPEN, "localhost:8080", "https://localhost@evil.example", ForeignOrigin),
        (OPEN, "localhost:8080", "http://10.0.0.7:8080", ForeignOrigin),
        (OPEN, "localhost:8080", "http://[::1", ForeignOrigin),
        (OPEN, "localhost:8080", "http://evil.example:99999", ForeignOrigin),
        (OPEN, "localhost:8080", "\xff", ForeignOrigin),
        # A page that calls this server by its own name.
        (OPEN, "evil.example:8080", "http://evil.example:8080", WrongHost),
        (OPEN, "evil.example:8080", None, WrongHost),
        # Behind a proxy.
        (PUBLIC, "playtrace.studio.example", "https://playtrace.studio.example", None),
        (PUBLIC, "localhost:8080", "https://playtrace.studio.example", None),
        (PUBLIC, "localhost:8080", "https://playtrace.studio.example:443", None),
        (PUBLIC, "localhost:8080", "http://playtrace.studio.example", ForeignOrigin),
        (PUBLIC, "localhost:8080", "https://studio.example", ForeignOrigin),
        # In a local network: any name, and pages that were loaded from it.
        (BEYOND, "studio-pc:8080", None, None),
        (BEYOND, "studio-pc:8080", "http://studio-pc:8080", None),
        (BEYOND, "studio-pc:8080", "http://studio-pc:3000", ForeignOrigin),
        (BEYOND, "studio-pc:8080", "https://evil.example", ForeignOrigin),
        (BEYOND, "", "", ForeignOrigin),
        # Others that were named.
        (ALLOWED, "localhost:8080", "https://game.example", None),
        (ALLOWED, "localhost:8080", "http://10.0.0.7:3000", None),
        (ALLOWED, "localhost:8080", "http://game.example", ForeignOrigin),
        (ALLOWED, "localhost:8080", "https://www.game.example", ForeignOrigin),
        (ALLOWED, "evil.example", "https://game.example", WrongHost),
        (OPEN | {"allowed_origins": ["*"]}, "localhost:8080", "https://evil.example", None),
        (OPEN | {"allowed_origins": ["*"]}, "localhost:8080", "null", None),
        # With keys the key decides.
        ({}, "evil.example", "https://evil.example", None),
    ],
)  # fmt: skip
def test_who_may_send(settings: dict[str, Any], host: str, origin: str | None, expected: type | None):
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    assert error_of(settings, **headers) is expected
    assert error_of(settings, type_="websocket", **headers) is expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_who_only_reads_is_not_asked_whose_page_it_is(method: str):
    """The browser does not show it the answer."""
    assert error_of(OPEN, method=method, host="localhost", origin="https://evil.example") is None
    assert error_of(OPEN, method=method, host="evil.example", origin="https://evil.example") is WrongHost


def test_made_up_names_do_not_fill_the_memory():
    names = OwnNames(Settings(open=True))
    for number in range(5000):
        headers = [(b"host", b"localhost"), (b"origin", b"https://%d.example" % number)]
        error = names.error_of({"type": "http", "method": "POST", "headers": headers})
        assert isinstance(error, ForeignOrigin) and f"{number}.example" in error.detail
    assert len(vars(names)["_known"]) <= 1000
