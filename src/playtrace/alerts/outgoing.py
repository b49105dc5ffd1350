"""HTTP out of the server, to addresses that people gave: never to a private one, never for long, never much.

A name is looked up once, each of its addresses is checked, and the connection goes to an address that was checked: a
name whose answer changes afterwards changes nothing. However an address is spelled (decimal, octal, as IPv6), it is the
operating system that reads it, and what it read is checked. Redirects are not followed, proxies of the environment not
used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import string
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from playtrace import __version__
from playtrace.alerts.public_addresses import is_public

SECONDS_MAX = 15.0
"""For all of a request but the name's look-up, which the operating system bounds."""
ANSWER_BYTES_MAX = 64 * 1024
"""More of an answer is not read."""
PORTS = {"http": 80, "https": 443}

Resolve = Callable[[str, int], list[Any]]
"""As `socket.getaddrinfo`, for TCP."""


class WrongTarget(Exception):
    """Nothing is sent to this address: the message says why, and quotes nothing of it."""


class Unreachable(Exception):
    """No answer came: the message says why, and quotes nothing of the address."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """Its beginning."""


def _look_up(host: str, port: int) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def read_target(url: str) -> SplitResult:
    """The parts of an address that something can be sent to. Raises `WrongTarget`."""
    # urlsplit takes out what is not seen, and so would send elsewhere than people read.
    if any(not letter.isprintable() or letter in ' "<>\\^`{|}' for letter in url):
        raise WrongTarget("expected an address without spaces, quotes and control characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise WrongTarget("expected an address such as https://hooks.example/path") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise WrongTarget("expected an address that begins with https:// or http://, and names a host")
    if parts.username is not None or parts.password is not None:
        raise WrongTarget("expected an address without a user and a password in it")
    return parts


class Outgoing:
    """`post` from any thread."""

    def __init__(self, *, allow_private: bool, resolve: Resolve = _look_up, seconds_max: float = SECONDS_MAX) -> None:
        self.allow_private = allow_private
        self._resolve = resolve
        self._seconds_max = seconds_max

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body and wait for the answer, whatever its status. Raises `WrongTarget` and `Unreachable`."""
        parts = read_target(url)
        host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        addresses = self._addresses(host, port)
        with _Deadline(self._seconds_max) as deadline:
            try:
                connected = self._connect(addresses, deadline)
                if parts.scheme == "https":
                    connected = self._tls(connected, host, deadline)
                answer = _exchange(connected, parts, host, port, body, headers)
                # Its end would else be taken for the end of the headers, and of the body.
                deadline.check()
                return answer
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise Unreachable(_reason(error, deadline)) from None

    def _addresses(self, host: str, port: int) -> list[Any]:
        """Where the host is. Raises `WrongTarget` when one of its addresses is private."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise Unreachable("the host's name cannot be looked up") from None
        if not self.allow_private and not all(is_public(address[0]) for *_, address in found):
            raise WrongTarget(
                "the host has a private, loopback or link-local address; alert_allow_private_targets allows that"
            )
        return found

    def _connect(self, addresses: list[Any], deadline: _Deadline) -> socket.socket:
        problem = OSError("the host has no address")
        for family, kind, protocol, _, address in addresses:
            connecting = socket.socket(family, kind, protocol)
            try:
                connecting.settimeout(self._seconds_max)
                deadline.watch(connecting)
                connecting.connect(address)
                return connecting
            except OSError as error:
                problem = error
                connecting.close()
        raise problem

    def _tls(self, connected: socket.socket, host: str, deadline: _Deadline) -> socket.socket:
        # The certificate is the host's, whatever its address.
        encrypted = self._context.wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False)
        deadline.watch(encrypted)
        try:
            encrypted.do_handshake()
        except BaseException:
            encrypted.close()
            raise
        return encrypted

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _exchange(
    connected: socket.socket, parts: SplitResult, host: str, port: int, body: bytes, headers: Mapping[str, str]
) -> Answer:
    # The one for HTTPS would connect by itself; what is left of it is which port goes without saying.
    connection = http.client.HTTPConnection(host, port)
    connection.default_port = PORTS[parts.scheme]
    connection.auto_open = 0
    connection.sock = connected
    # What is not ASCII is sent as browsers send it; what is escaped already stays as it is.
    path = quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=string.punctuation)
    try:
        always = {"User-Agent": f"playtrace/{__version__}", "Connection": "close"}
        connection.request("POST", path, body, always | dict(headers))
        response = connection.getresponse()
        answered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, answered, response.read(ANSWER_BYTES_MAX))
    finally:
        connection.close()


class _Deadline:
    """Ends a connection on which something trickles: a socket's own time limit begins anew with each byte."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._lock = threading.Lock()
        self._watched: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def watch(self, connection: socket.socket) -> None:
        """Raises `TimeoutError` when it is over already."""
        with self._lock:
            self.check()
            self._watched = connection

    def check(self) -> None:
        """Raises `TimeoutError` when it is over."""
        if self.is_over:
            raise TimeoutError

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            if self._watched is not None:
                with suppress(OSError):
                    # That of the class: the one of TLS would first take apart what another thread reads from.
                    socket.socket.shutdown(self._watched, socket.SHUT_RDWR)


def _reason(error: Exception, deadline: _Deadline) -> str:
    if deadline.is_over or isinstance(error, TimeoutError):
        return f"no answer within {deadline.seconds:g} seconds"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return f"no connection: {error.strerror}"
    # The message of another may quote what was asked for.
    return f"the connection broke ({type(error).__name__})"
