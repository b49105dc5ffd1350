"""Ports: a free one, whether one is taken, and until somebody listens."""

from __future__ import annotations

import asyncio
import socket
import sys
import time

LISTEN_WAIT_S = 10.0
TAKEN_WAIT_S = 2.0
"""A port that is taken is tried again for so long: the processes of a killed server end just after it."""


class StartError(Exception):
    """The server cannot start; the message says why and what to do."""


def free_port(host: str) -> int:
    with _socket_for(host) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _wait_until_free(host: str, port: int) -> None:
    """Raises `StartError` when it stays taken."""
    deadline = time.monotonic() + TAKEN_WAIT_S
    while (error := _why_taken(host, port)) is not None:
        if time.monotonic() > deadline:
            raise _taken(host, port, error) from error
        time.sleep(0.05)


def hold_port(host: str, port: int) -> socket.socket:
    """The port is ours from here on, although nobody listens on it yet. Close the socket at the end.

    On Linux others are kept out; elsewhere they may still be quicker. Raises `StartError` when it is taken.
    """
    _wait_until_free(host, port)
    holder = _socket_for(host)
    if sys.platform == "linux":
        # Our own processes share it with this socket; a program that does not share, or another person's, cannot.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            holder.bind((host, port))
        except OSError as error:
            holder.close()
            raise _taken(host, port, error) from error
    return holder


def _taken(host: str, port: int, error: OSError) -> StartError:
    return StartError(
        f"Cannot listen on {host}:{port}: {error.strerror or error}. Is another server running?"
        " Choose another port with --port."
    )


def _why_taken(host: str, port: int) -> OSError | None:
    with _socket_for(host) as probe:
        if sys.platform != "win32":
            # Connections of a server that ended a moment ago do not count as somebody listening.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _socket_for(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)


async def wait_until_listening(host: str, port: int, serving: asyncio.Task[None]) -> None:
    """Until somebody accepts connections there. Raises `StartError` when the server ended instead."""
    address = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host  # noqa: S104 - compared, not bound
    deadline = time.monotonic() + LISTEN_WAIT_S
    while time.monotonic() < deadline:
        if serving.done():
            raise StartError(f"The HTTP server ended at once: {serving.exception()}")
        try:
            _, writer = await asyncio.open_connection(address, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise StartError(f"Nothing answers on {host}:{port} after {LISTEN_WAIT_S:g} seconds.")
