"""By which names an open server may be called, and by pages of which origins.

Without a login, what tells somebody who may use it from a page on the internet that happens to be open in a browser on
the same machine are two headers that such a page cannot set: `Host`, which shows a name of its own that it pointed at
127.0.0.1, and `Origin`, which shows whose page it is.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from playtrace.collect.app import Scope
from playtrace.config import Settings
from playtrace.problems import ForeignOrigin, Problem, WrongHost

REMEMBERED_MAX = 1000
ONLY_READING = ("GET", "HEAD", "OPTIONS")
"""The answers say nothing that lets a page of another origin read them."""
PORTS = {"http": 80, "https": 443}
ANY = "*"


class OwnNames:
    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url or "")
        self._is_open = settings.open
        # Beyond loopback it may have names that only those who call it know.
        self._any_host = settings.open_beyond_loopback
        self._hosts = {"localhost", public.hostname or "localhost"}
        self._origins = {_address(public), *(_address(urlsplit(origin)) for origin in settings.allowed_origins)}
        self._any_origin = ANY in settings.allowed_origins
        self._known: dict[tuple[bytes, bytes | None], Problem | None] = {}

    def error_of(self, scope: Scope) -> Problem | None:
        """Why this request is refused, if it is."""
        if not self._is_open:
            return None
        host = origin = None
        for name, value in scope["headers"]:
            if name == b"host":
                host = value if host is None else host
            elif name == b"origin":
                origin = value
        if scope["type"] == "http" and scope["method"] in ONLY_READING:
            origin = None
        key = (host or b"", origin)
        if key in self._known:
            return self._known[key]
        error = self._error_of(*key)
        if len(self._known) < REMEMBERED_MAX:
            self._known[key] = error
        return error

    def _error_of(self, host: bytes, origin: bytes | None) -> Problem | None:
        called = _split(f"http://{host.decode('latin-1')}")
        name = called.hostname or ""
        if not self._any_host and name not in self._hosts and not is_loopback(name):
            return WrongHost("An open server answers to localhost only. Set public_url to the name that people use.")
        if origin is None or self._any_origin:
            return None
        page = _split(origin.decode("latin-1"))
        if is_loopback(page.hostname or "") or _address(page) in self._origins - {None}:
            return None
        # Behind a proxy with TLS the page's scheme is another than ours: the name and the port have to do.
        if page.netloc.lower() == called.netloc.lower() != "":
            return None
        return ForeignOrigin(
            f"An open server takes nothing from pages of {origin[:200].decode('latin-1')!r}, but from its own and those"
            " of this machine. Set allowed_origins to let pages of other origins send."
        )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(address: str) -> SplitResult:
    """Without a host where it is no address."""
    try:
        parts = urlsplit(address)
        _ = parts.hostname, parts.port
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def _address(parts: SplitResult) -> tuple[str, str, int | None] | None:
    """What two spellings of one origin have in common; None for what is none, such as `null`."""
    if not parts.hostname:
        return None
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
