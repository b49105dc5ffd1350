"""A load generator that costs little: prepared bytes over a fixed number of kept connections.

It reads just enough of an answer to know its status and where it ends, because on a small machine every
instruction of the client is one that the server does not get.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

HEAD_END = b"\r\n\r\n"


class Measured(Struct):
    """What a run saw."""

    requests: int
    seconds: float
    statuses: dict[int, int]
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def request_bytes(host: str, port: int, path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the last one is answered."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a TCP connection has
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(HEAD_END)
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        end = head_end + len(HEAD_END) + length
        if len(self._buffer) < end:
            return
        self._buffer = self._buffer[end:]
        self._run.answered(int(head[9:12]), time.perf_counter() - self._sent_at)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.lost()

    def _send(self) -> None:
        request = self._run.next_request()
        if self._transport is None:
            return
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


class _Run:
    def __init__(self, requests: Sequence[bytes], seconds: float, connections: int) -> None:
        self._requests = requests
        self._ends_at = time.perf_counter() + seconds
        self._number = 0
        self.latencies_s: list[float] = []
        self.statuses = Counter[int]()
        self.open = connections
        self.done = asyncio.Event()

    def next_request(self) -> bytes | None:
        if time.perf_counter() >= self._ends_at:
            return None
        self._number += 1
        return self._requests[self._number % len(self._requests)]

    def answered(self, status: int, latency_s: float) -> None:
        self.statuses[status] += 1
        self.latencies_s.append(latency_s)

    def lost(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.done.set()


async def press(host: str, port: int, requests: Sequence[bytes], *, connections: int, seconds: float) -> Measured:
    """Send these requests in turn for a while over so many connections, each waiting for its answer.

    Raises `ConnectionError` when nobody listens.
    """
    loop = asyncio.get_running_loop()
    run = _Run(requests, seconds, connections)
    began = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(run), host, port)
    await run.done.wait()
    took = time.perf_counter() - began
    latencies = np.array(run.latencies_s or [float("nan")]) * 1000
    return Measured(
        requests=len(run.latencies_s),
        seconds=took,
        statuses=dict(run.statuses),
        p50_ms=float(np.percentile(latencies, 50)),
        p99_ms=float(np.percentile(latencies, 99)),
    )


class NotAccepted(Exception):
    """A request was not answered with 202; the message says how it was."""


async def send_evenly(host: str, port: int, requests: Iterable[bytes], per_second: float) -> None:
    """Send these over one connection, so many a second; one that is late is made up for.

    Raises `NotAccepted`, and `ConnectionError` when nobody listens.
    """
    reader, writer = await asyncio.open_connection(host, port)
    try:
        began = time.perf_counter()
        for number, request in enumerate(requests):
            await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            writer.write(request)
            head = await reader.readuntil(HEAD_END)
            if not head.startswith(b"HTTP/1.1 202"):
                raise NotAccepted(f"The steady load was answered {head[:40]!r}.")
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
    finally:
        writer.close()
