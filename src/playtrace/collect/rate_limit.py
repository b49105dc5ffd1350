"""How often one client may come: a token bucket per key, in memory."""

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
