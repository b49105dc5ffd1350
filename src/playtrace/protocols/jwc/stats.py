"""What operators of `jwc.v1` clients watch: one document over all that came in.

Days and hours are UTC. What an event does not say is `Unknown`; of a run, no exit code is 0 and no size of its output
`-`, as these clients count them. A name that is not among the 1,000 most frequent of its kind is counted as `(other)`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import pairwise
from typing import Any, LiteralString

from msgspec import Struct
from pydantic import BaseModel, Field

from playtrace.api.models import ApiModel
from playtrace.metrics.frame.asking import unbuilt_rollups
from playtrace.metrics.frame.calendar import ONE_DAY
from playtrace.protocols.jwc.continents import CONTINENTS
from playtrace.protocols.jwc.stats_questions import DAILY, NAMES, RUNS, SPAN, TIMES, usage
from playtrace.rollups import jwc_usage
from playtrace.store.duckdb import Reader, Store

NAMES_MAX = 1_000
SYSTEMS_MAX = 50
"""Series of `dailyOs`."""
EXCEPTIONS_MAX = 50
ROWS_MAX = 20
"""Of a table."""
DAYS_MAX = 3_700
EDGES_MS = (0, 500, 1_000, 3_000, 10_000, 30_000, 60_000, 120_000)
OTHER = "(other)"
KINDS = ("event", "os", "ext", "vscode", "exit", "output", "exception")


class Daily(BaseModel):
    dates: list[dt.date]
    hits: list[int]
    uniques: list[int]


class Series(BaseModel):
    key: str
    data: list[int]


class DailyOs(BaseModel):
    labels: list[dt.date]
    series: list[Series]


class Runs(BaseModel):
    started: int
    completed: int


class Errors(ApiModel):
    compile: int
    runtime: int
    compile_rate: float = Field(description="Of the runs that were started; 0 where none was.")
    runtime_rate: float


class Histogram(BaseModel):
    labels: list[str]
    values: list[int]


class Durations(ApiModel):
    count: int = Field(description="Completed runs that say how long they took.")
    median: float = Field(description="Milliseconds: the shortest of which half of the runs took no longer.")
    p90: float
    hist: Histogram
    avg_wait_ms: float = Field(description="Of the completed runs that say how long they waited for input.")


class Crowd(BaseModel):
    hits: int
    visitors: int


class Geo(ApiModel):
    by_continent: dict[str, Crowd]
    by_country: dict[str, Crowd]


class Row(BaseModel):
    key: str
    count: int
    pct: float = Field(description="Share of all events, from 0 to 1.")


class Tables(ApiModel):
    events_top: list[Row]
    ext_top: list[Row]
    vscode_top: list[Row]
    exit_top: list[Row]
    exceptions_top: list[Row]


class Stats(ApiModel):
    from_: dt.date = Field(serialization_alias="from", validation_alias="from")
    to: dt.date = Field(description="The last day; it is part of this.")
    window_days: int
    total: int
    uniques: int = Field(description="Distinct `anon`, within a calendar year.")
    os_types: int
    ext_types: int
    vscode_types: int
    daily: Daily
    daily_os: DailyOs
    by_event: dict[str, int]
    by_os: dict[str, int]
    by_ext: dict[str, int]
    by_vscode: dict[str, int]
    hourly: list[int]
    hourly_visitors: list[int]
    dow: list[int] = Field(description="By day of the week; Sunday is the first.")
    runs: Runs
    errors: Errors
    durations: Durations
    exit_codes: dict[str, int]
    output_buckets: dict[str, int]
    interactive_rate: float = Field(description="Of the completed runs; 0 where there is none.")
    truncation_rate: float
    top_exceptions: dict[str, int]
    geo: Geo
    daily_learning_outcomes: dict[dt.date, dict[str, int]] = Field(description="Exit codes of each day's runs.")
    tables: Tables


def read_stats(store: Store, game_id: str | None, from_: dt.date | None, to: dt.date | None, today: dt.date) -> Stats:
    """Of the days from `from_` to `to`; without them of all that there are, at most the last 3,700."""
    with store.reading() as reader:
        built_to = unbuilt_rollups(reader, game_id).get(jwc_usage.ROLLUP.table)
        bound: dict[str, object] = {"game_id": game_id}
        if built_to is not None:
            bound["built_to"] = built_to
        asking = _Asking(reader, usage(is_built=built_to is None), bound)
        first_day, last_day = _days(asking, from_, to, today)
        return _stats(asking, first_day, last_day)


class _Asking(Struct, frozen=True):
    """What reads `usage` of some games, at one moment of the store."""

    reader: Reader
    usage: LiteralString
    bound: dict[str, object]

    def rows(self, question: LiteralString, from_: dt.date, to: dt.date, **bound: object) -> list[dict[str, Any]]:
        """Of the days from `from_` to `to`, which is included."""
        days = {
            "from": dt.datetime.combine(from_, dt.time()),
            "to": dt.datetime.max if to == dt.date.max else dt.datetime.combine(to + ONE_DAY, dt.time()),
        }
        return self.reader.rows(self.usage + question, self.bound | days | bound)


def _days(asking: _Asking, from_: dt.date | None, to: dt.date | None, today: dt.date) -> tuple[dt.date, dt.date]:
    if from_ is not None and to is not None:
        return from_, to
    (span,) = asking.rows(SPAN, dt.date.min, dt.date.max)
    last: dt.date = to or max(span["last_day"] or today, from_ or dt.date.min)
    first: dt.date = from_ or min(span["first_day"] or last, last)
    if (last - first).days >= DAYS_MAX:
        first = last - (DAYS_MAX - 1) * ONE_DAY
    return first, last


def _stats(asking: _Asking, from_: dt.date, to: dt.date) -> Stats:
    days = [from_ + dt.timedelta(days=number) for number in range((to - from_).days + 1)]
    times = _by_kind(asking.rows(TIMES, from_, to))
    total, uniques = times["total"][0]["hits"], times["total"][0]["visitors"]
    by_day = {row["name"]: row for row in times["day"]}
    by_hour = {row["name"]: row for row in times["hour"]}
    hits = [_of(by_day, day, "hits") for day in days]

    continents = {"countries": list(CONTINENTS), "continents": list(CONTINENTS.values())}
    kinds = _by_kind(asking.rows(NAMES, from_, to, names_max=NAMES_MAX, **continents))
    counts = {kind: {row["name"]: row["hits"] for row in kinds[kind]} for kind in KINDS}
    types = {kind: sum(row["names"] for row in kinds[kind]) for kind in KINDS}
    exceptions = dict([pair for pair in counts["exception"].items() if pair[0] != OTHER][:EXCEPTIONS_MAX])

    systems = [name for name in counts["os"] if name != OTHER][:SYSTEMS_MAX]
    daily = _by_kind(asking.rows(DAILY, from_, to, systems=systems, exit_codes=list(counts["exit"])))
    hits_of_os = {(row["name"], row["day"]): row["hits"] for row in daily["os"]}
    if len(counts["os"]) > len(systems):
        systems.append(OTHER)
    outcomes: dict[dt.date, dict[str, int]] = defaultdict(dict)
    for row in sorted(daily["exit"], key=lambda row: (row["day"], row["name"])):
        outcomes[dt.date.fromisoformat(row["day"])][row["name"]] = row["hits"]

    (runs,) = asking.rows(RUNS, from_, to)
    started, completed = runs["started"] or 0, runs["completed"] or 0
    compile_errors, runtime_errors = runs["compile_errors"] or 0, runs["runtime_errors"] or 0
    below = [0, *(runs[f"below_{edge}"] or 0 for edge in EDGES_MS[1:]), runs["durations"]]

    return Stats(
        from_=from_,
        to=to,
        window_days=len(days),
        total=total,
        uniques=uniques,
        os_types=types["os"],
        ext_types=types["ext"],
        vscode_types=types["vscode"],
        daily=Daily(
            dates=days,
            hits=hits,
            uniques=[_of(by_day, day, "visitors") for day in days],
        ),
        daily_os=DailyOs(
            labels=days,
            series=[Series(key=os, data=[hits_of_os.get((os, str(day)), 0) for day in days]) for os in systems],
        ),
        by_event=counts["event"],
        by_os=counts["os"],
        by_ext=counts["ext"],
        by_vscode=counts["vscode"],
        hourly=[_of(by_hour, hour, "hits") for hour in range(24)],
        hourly_visitors=[_of(by_hour, hour, "visitors") for hour in range(24)],
        dow=[
            sum(count for day, count in zip(days, hits, strict=True) if day.isoweekday() % 7 == weekday)
            for weekday in range(7)
        ],
        runs=Runs(started=started, completed=completed),
        errors=Errors(
            compile=compile_errors,
            runtime=runtime_errors,
            compile_rate=_share(compile_errors, started),
            runtime_rate=_share(runtime_errors, started),
        ),
        durations=Durations(
            count=runs["durations"],
            median=runs["median_ms"] or 0,
            p90=runs["p90_ms"] or 0,
            hist=Histogram(labels=_labels(), values=[b - a for a, b in pairwise(below)]),
            avg_wait_ms=_share(runs["waited_us"] or 0, (runs["waits"] or 0) * 1000),
        ),
        exit_codes=counts["exit"],
        output_buckets=counts["output"],
        interactive_rate=_share(runs["interactive"] or 0, completed),
        truncation_rate=_share(runs["truncated"] or 0, completed),
        top_exceptions=exceptions,
        geo=Geo(by_continent=_crowds(kinds["continent"]), by_country=_crowds(kinds["country"])),
        daily_learning_outcomes=outcomes,
        tables=Tables(
            events_top=_top(counts["event"], total),
            ext_top=_top(counts["ext"], total),
            vscode_top=_top(counts["vscode"], total),
            exit_top=_top(counts["exit"], total),
            exceptions_top=_top(exceptions, total),
        ),
    )


def _by_kind(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["kind"]].append(row)
    return found


def _of(rows: dict[str, dict[str, Any]], name: object, column: str) -> int:
    row = rows.get(str(name))
    return 0 if row is None else row[column]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _crowds(rows: list[dict[str, Any]]) -> dict[str, Crowd]:
    return {row["name"]: Crowd(hits=row["hits"], visitors=row["visitors"]) for row in rows}


def _top(counts: dict[str, int], total: int) -> list[Row]:
    return [Row(key=key, count=count, pct=_share(count, total)) for key, count in list(counts.items())[:ROWS_MAX]]


def _labels() -> list[str]:
    between = [f"{low}-{high}ms" for low, high in pairwise(EDGES_MS)]
    return [*between, f"≥{EDGES_MS[-1]}ms"]
