"""What a process counts while it works: plain numbers in memory, which `/metrics` shows (docs/decisions/0030).

Each process counts for itself, on its event loop. One that only collects tells its numbers to the process that started
it each second, which shows all of them together.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct, field

Outcome = Literal["ok", "refused", "unauthorized", "throttled", "unavailable", "failed"]

BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets that times are counted in: from a commit of the journal to the longest question."""

OUTCOMES: dict[int, Outcome] = {
    401: "unauthorized",
    403: "unauthorized",
    429: "throttled",
    503: "unavailable",
}


def outcome_of(status: int) -> Outcome:
    """What became of a request, by the status of its answer. So few that each may be a series of its own."""
    if status < 400:
        return "ok"
    return OUTCOMES.get(status, "refused" if status < 500 else "failed")


class Histogram(Struct):
    """How often something took how long."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    """How many took at most so long as `BOUNDS_S` says and longer than the bound before; behind them, the rest."""
    total_s: float = 0.0

    def note(self, seconds: float) -> None:
        self.buckets[bisect_left(BOUNDS_S, seconds)] += 1
        self.total_s += seconds

    def add(self, other: Histogram) -> None:
        self.buckets = [mine + theirs for mine, theirs in zip(self.buckets, other.buckets, strict=True)]
        self.total_s += other.total_s


class Measures(Struct):
    """Of one process, or of several together."""

    requests: dict[str, dict[Outcome, int]] = field(default_factory=dict)
    """By protocol and outcome. Of a WebSocket that sends, each message."""
    request_times: dict[str, Histogram] = field(default_factory=dict)
    """By protocol: from the request's first byte here to its answer. Without messages of WebSockets."""
    sending_sockets: int = 0
    """WebSockets that are open now, over which games send."""

    def note_request(self, protocol: str, outcome: Outcome) -> None:
        outcomes = self.requests.setdefault(protocol, {})
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    def note_time(self, protocol: str, seconds: float) -> None:
        times = self.request_times.get(protocol)
        if times is None:
            times = self.request_times[protocol] = Histogram()
        times.note(seconds)

    def add(self, other: Measures) -> None:
        for protocol, outcomes in other.requests.items():
            mine = self.requests.setdefault(protocol, {})
            for outcome, count in outcomes.items():
                mine[outcome] = mine.get(outcome, 0) + count
        for protocol, times in other.request_times.items():
            self.request_times.setdefault(protocol, Histogram()).add(times)
        self.sending_sockets += other.sending_sockets


class QuestionTimes:
    """How long the store took for answers of each metric. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: defaultdict[str, Histogram] = defaultdict(Histogram)

    def note(self, metric: str, seconds: float) -> None:
        with self._lock:
            self._times[metric].note(seconds)

    def by_metric(self) -> dict[str, Histogram]:
        """As they are now."""
        with self._lock:
            return {metric: Histogram(list(times.buckets), times.total_s) for metric, times in self._times.items()}


class Measured:
    """What a whole server has counted, for whoever shows it."""

    def __init__(self) -> None:
        self.own = Measures()
        """Of this process."""
        self.question_times = QuestionTimes()
        self.of_collectors: Callable[[], Measures] = Measures
        """Of the processes that only collect, where there are some."""
        self.collector_pids: Callable[[], Mapping[int, int]] = dict

    def together(self) -> Measures:
        """Of all processes."""
        measures = self.of_collectors()
        measures.add(self.own)
        return measures
