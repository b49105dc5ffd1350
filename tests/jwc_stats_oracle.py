"""`GET /stats` computed in the plainest way from what clients sent: naive on purpose, and sharing nothing with it."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

CONTINENTS = {"DE": "EU", "FR": "EU", "US": "NA", "MX": "NA", "BR": "SA", "IN": "AS", "NZ": "OC", "EG": "AF"}
EDGES = [0, 500, 1000, 3000, 10000, 30000, 60000, 120000]
LABELS = [
    "0-500ms", "500-1000ms", "1000-3000ms", "3000-10000ms", "10000-30000ms", "30000-60000ms", "60000-120000ms",
    "≥120000ms",
]  # fmt: skip

Sent = tuple[dict[str, Any], str | None]
"""An event, and the country of the request that brought it."""


def random_events(seed: int, count: int, end: dt.datetime) -> list[dict[str, Any]]:
    """Of the 27 days before `end`, with everything that clients leave out or get wrong."""
    chance = random.Random(seed)

    def maybe(name: str, *values: Any, missing: float = 0.1) -> dict[str, Any]:
        return {} if chance.random() < missing else {name: chance.choice(values)}

    events = []
    for _ in range(count):
        moment = end - dt.timedelta(milliseconds=chance.randrange(27 * 86_400_000))
        name = chance.choice(
            ["java.run.started"] * 5 + ["java.run.completed"] * 4
            + ["java.run.error", "lifecycle.activate", "install.created", "feature.theme.change", "ünïcode '; --"]
        )  # fmt: skip
        m: dict[str, Any] = {}
        if name == "java.run.completed":
            long = [int(chance.expovariate(1 / 8000)), chance.choice(EDGES), chance.random() * 5000]
            m |= maybe("durationMs", *long, "1200", "soon", True, None, -5, 2**40)
            m |= maybe("waitMsTotal", chance.randrange(3000), 12.5, "x", None)
            m |= maybe("exit", 0, 0, 0, 1, 130, 143, "0", None)
            m |= maybe("cumulativeBytesBucket", "0-1k", "1k-10k", ">1m", None)
            m |= maybe("scannerUsage", True, False, None, 1)
            m |= maybe("truncatedOutput", True, False, False)
        if name == "java.run.error":
            m |= maybe("phase", "compile", "runtime", "other", None)
            m |= maybe("exceptionHash", *(f"{number:08x}" for number in range(70)), "", None)
        if name == "lifecycle.activate":
            m |= {"exit": 1, "durationMs": 7, "phase": "compile"}  # of no run: not counted
        event = {"anon": f"player-{int(chance.paretovariate(0.4)) % 3000}", "evt": name}
        event |= {"t": int(moment.timestamp() * 1000)}
        event |= maybe("os", "win32", "darwin", "linux", "")
        event |= maybe("ext", *(f"1.{number}.0" for number in range(25)))
        event |= maybe("vscode", "1.99.0", "1.98.2", "")
        if m:
            event["m"] = m
        events.append(event)
    return events


def stats(sent: Iterable[Sent], first: dt.date, last: dt.date) -> dict[str, Any]:
    """Of the events of these days. `first` and `last` are what an answer without dates has to find out by itself."""
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    events: list[dict[str, Any]] = []
    for event, country in sent:
        moment = dt.datetime.fromtimestamp(event["t"] / 1000, dt.UTC)
        if first <= moment.date() <= last:
            # `anon` is another one in each year.
            person = (event["anon"], moment.year)
            events.append(event | {"at": moment, "person": person, "country": country or "Unknown"})
    total = len(events)
    completed = [event.get("m", {}) for event in events if event["evt"] == "java.run.completed"]
    failed = [event.get("m", {}) for event in events if event["evt"] == "java.run.error"]
    started = sum(event["evt"] == "java.run.started" for event in events)
    durations = sorted(number for m in completed if (number := a_number(m.get("durationMs"))) is not None)
    durations = [number for number in durations if number >= 0]
    waits = [number for m in completed if (number := a_number(m.get("waitMsTotal"))) is not None]
    compile_errors = sum(m.get("phase") == "compile" for m in failed)

    by_event = Counter(event["evt"] for event in events)
    by_os = Counter(event.get("os") or "Unknown" for event in events)
    by_ext = Counter(event.get("ext") or "Unknown" for event in events)
    by_vscode = Counter(event.get("vscode") or "Unknown" for event in events)
    exits = Counter(exit_of(m) for m in completed)
    exceptions = Counter(m["exceptionHash"] for m in failed if m.get("exceptionHash"))
    exceptions = Counter(dict(most(exceptions)[:50]))
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        if event["evt"] == "java.run.completed":
            outcomes[str(event["at"].date())][exit_of(event.get("m", {}))] += 1

    return {
        "from": str(first),
        "to": str(last),
        "windowDays": len(days),
        "total": total,
        "uniques": people(events),
        "osTypes": len(by_os),
        "extTypes": len(by_ext),
        "vscodeTypes": len(by_vscode),
        "daily": {
            "dates": [str(day) for day in days],
            "hits": [sum(event["at"].date() == day for event in events) for day in days],
            "uniques": [people(event for event in events if event["at"].date() == day) for day in days],
        },
        "dailyOs": {
            "labels": [str(day) for day in days],
            "series": [
                {
                    "key": os,
                    "data": [
                        sum(event["at"].date() == day and (event.get("os") or "Unknown") == os for event in events)
                        for day in days
                    ],
                }
                for os, _ in most(by_os)
            ],
        },
        "byEvent": dict(by_event),
        "byOs": dict(by_os),
        "byExt": dict(by_ext),
        "byVscode": dict(by_vscode),
        "hourly": [sum(event["at"].hour == hour for event in events) for hour in range(24)],
        "hourlyVisitors": [people(event for event in events if event["at"].hour == hour) for hour in range(24)],
        "dow": [sum(event["at"].isoweekday() % 7 == weekday for event in events) for weekday in range(7)],
        "runs": {"started": started, "completed": len(completed)},
        "errors": {
            "compile": compile_errors,
            "runtime": len(failed) - compile_errors,
            "compileRate": share(compile_errors, started),
            "runtimeRate": share(len(failed) - compile_errors, started),
        },
        "durations": {
            "count": len(durations),
            "median": nearest_rank(durations, 0.5),
            "p90": nearest_rank(durations, 0.9),
            "hist": {
                "labels": LABELS,
                "values": [
                    sum(low <= number < high for number in durations)
                    for low, high in zip(EDGES, [*EDGES[1:], math.inf], strict=True)
                ],
            },
            "avgWaitMs": math.fsum(waits) / len(waits) if waits else 0,
        },
        "exitCodes": dict(exits),
        "outputBuckets": dict(Counter(m.get("cumulativeBytesBucket") or "-" for m in completed)),
        "interactiveRate": share(sum(m.get("scannerUsage") is True for m in completed), len(completed)),
        "truncationRate": share(sum(m.get("truncatedOutput") is True for m in completed), len(completed)),
        "topExceptions": dict(exceptions),
        "geo": {
            "byContinent": crowds(events, lambda event: CONTINENTS.get(event["country"], "Unknown")),
            "byCountry": crowds(events, lambda event: event["country"]),
        },
        "dailyLearningOutcomes": {day: dict(codes) for day, codes in outcomes.items()},
        "tables": {
            "eventsTop": table(by_event, total),
            "extTop": table(by_ext, total),
            "vscodeTop": table(by_vscode, total),
            "exitTop": table(exits, total),
            "exceptionsTop": table(exceptions, total),
        },
    }


def same(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    """Raises `AssertionError` with the field in which an answer differs."""
    assert answer.keys() == expected.keys()
    for key, value in expected.items():
        assert answer[key] == value, key
        if isinstance(value, dict) and key.startswith(("by", "exitCodes", "output", "top")):
            # The most frequent first, as clients show them in this order.
            assert list(answer[key].values()) == sorted(value.values(), reverse=True), key


def a_number(value: Any) -> float | None:
    """A number, or text that is one."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except ValueError:
        return None


def exit_of(m: dict[str, Any]) -> str:
    return "0" if m.get("exit") is None else str(m["exit"])


def nearest_rank(values: list[float], share: float) -> float:
    return values[math.ceil(round(len(values) * share, 6)) - 1] if values else 0


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0


def people(events: Iterable[dict[str, Any]]) -> int:
    return len({event["person"] for event in events})


def most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def table(counts: Counter[str], total: int) -> list[dict[str, Any]]:
    return [{"key": key, "count": count, "pct": share(count, total)} for key, count in most(counts)[:20]]


def crowds(events: list[dict[str, Any]], where: Callable[[dict[str, Any]], str]) -> dict[str, dict[str, int]]:
    places: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        places[where(event)].append(event)
    return {place: {"hits": len(those), "visitors": people(those)} for place, those in places.items()}
