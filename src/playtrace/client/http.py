"""Requests over a connection that stays: one for each thread, opened again when the server closed it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from playtrace.client.errors import Unreachable, refusal

STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, http.client.CannotSendRequest)
"""What a connection says that the server has closed while nobody used it."""


class Answered(NamedTuple):
    status: int
    body: bytes


class Http:
    """A server's address. May be used from any thread."""

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{url!r} is no address of a server: expected one such as http://127.0.0.1:8080")
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._is_secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._folder = parts.path.rstrip("/")
        self._timeout_s = timeout_s
        self._own = threading.local()
        self._all: set[http.client.HTTPConnection] = set()
        self._lock = threading.Lock()

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answered:
        """A successful answer. All that is sent here may be sent twice: questions, and events with ids.

        Raises `Unreachable`, or the `Refused` that the answer is.
        """
        is_fresh = not hasattr(self._own, "connection")
        try:
            status, answer, retry_after = self._ask(method, path, body, headers)
        except STALE as error:
            self._drop()
            if is_fresh:
                raise self._unreachable(error) from error
            return self.ask(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            raise self._unreachable(error) from error
        except AttributeError as error:
            # What http.client says of a connection that another thread closes.
            self._drop()
            raise Unreachable("The client was closed while it waited for an answer.") from error
        except BaseException:
            # Interrupted in the middle: what still comes is the answer to another request.
            self._drop()
            raise
        if status >= 300:
            raise refusal(status, answer, retry_after)
        return Answered(status, answer)

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> tuple[int, bytes, str | None]:
        connection = self._connection()
        connection.request(method, self._folder + path, body, dict(headers or {}))
        response = connection.getresponse()
        answer = response.read()
        if response.will_close:
            self._drop()
        return response.status, answer, response.getheader("Retry-After")

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            kind = http.client.HTTPSConnection if self._is_secure else http.client.HTTPConnection
            found = self._own.connection = kind(self._host, self._port, timeout=self._timeout_s)
            with self._lock:
                self._all.add(found)
        return found

    def _drop(self) -> None:
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is not None:
            del self._own.connection
            with self._lock:
                self._all.discard(found)
            found.close()

    def _unreachable(self, error: Exception) -> Unreachable:
        if isinstance(error, TimeoutError):
            return Unreachable(f"The server at {self.url} did not answer within {self._timeout_s:g} s.")
        return Unreachable(f"The server at {self.url} cannot be reached: {error or type(error).__name__}.")

    def close(self) -> None:
        """All connections. One that is in use ends with `Unreachable`."""
        with self._lock:
            connections, self._all = self._all, set()
        for connection in connections:
            connection.close()

    def __del__(self) -> None:
        # Who forgets to close has no sockets left open.
        for connection in getattr(self, "_all", ()):
            connection.close()
