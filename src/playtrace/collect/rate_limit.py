"""How often one client may come, in memory: at an even rate, or so many times in a window."""

from __future__ import annotations

import time
from collections import OrderedDict

CLIENTS_MAX = 100_000


class RateLimit:
    """`rate` requests per second in the long run, `burst` at once. Remembers the clients seen last."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, client: str, now: float | None = None) -> float:
        """Take one request from the client's bucket. 0 when it may pass, else seconds until it may."""
        if self._rate <= 0:
            return 0.0
        now = time.monotonic() if now is None else now
        tokens, seen = self._buckets.pop(client, (self._burst, now))
        tokens = min(self._burst, tokens + (now - seen) * self._rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
        self._buckets[client] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._buckets) > CLIENTS_MAX:
            self._buckets.popitem(last=False)
        return wait


class WindowLimit:
    """`requests_max` requests in each window of `window_s` seconds, the first of which opens the client's window."""

    def __init__(self, requests_max: int, window_s: float) -> None:
        self.requests_max = requests_max
        self._window_s = window_s
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, client: str, now: float | None = None) -> float:
        """Count one request of the client. 0 when it may pass, else seconds until its next window."""
        now = time.monotonic() if now is None else now
        opened, requests = self._windows.pop(client, (now, 0))
        if now - opened >= self._window_s:
            opened, requests = now, 0
        self._windows[client] = (opened, min(requests + 1, self.requests_max))
        if len(self._windows) > CLIENTS_MAX:
            self._windows.popitem(last=False)
        return 0.0 if requests < self.requests_max else opened + self._window_s - now
