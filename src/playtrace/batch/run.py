"""A batch run: what must hold of the data is checked, then every question is asked of every day, and answers are put.

A day that does not pass its checks gets no results, so that what was there stays; one question that fails costs no
other. A run may be repeated: results of a day are put in place of those before.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
from msgspec import Struct, field

from playtrace.batch.answer_columns import row_of
from playtrace.batch.errors import BatchError
from playtrace.batch.facts import FACTS
from playtrace.batch.lake import Lake
from playtrace.batch.quality.checks import LIMITS, Check, checks_of
from playtrace.batch.questions import Question
from playtrace.batch.reader import SparkReader
from playtrace.batch.results import Results
from playtrace.batch.tables import Tables
from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.calendar import ONE_DAY
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import metrics
from playtrace.store.errors import StoreError
from playtrace.store.reading import Reader

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger("playtrace.batch")

DAYS_MAX = 400
"""Of one run."""


class Plan(Struct, frozen=True):
    """What a run is to do."""

    lake: str
    results: str
    first_day: dt.date
    last_day: dt.date
    """Days of the time zone, both included."""
    questions: Sequence[Question] = ()
    facts: Sequence[str] = ()
    games: Sequence[str] = ()
    """Empty: all that the lake has."""
    time_zone: str = "UTC"
    rules: Rules = field(default_factory=Rules)
    limits: Mapping[str, float | None] = field(default_factory=LIMITS.copy)
    """Of the checks; see `quality/checks.py`."""
    is_checked: bool = True
    at_once: int = 4
    """Questions that Spark works on beside each other."""

    def days(self) -> Iterator[dt.date]:
        day = self.first_day
        while day <= self.last_day:
            yield day
            day += ONE_DAY


GameDay = tuple[str, dt.date]


class Result(Struct, rename="camel"):
    """One question, or table of facts, of one day of a game."""

    kind: str
    name: str
    game_id: str
    day: dt.date
    rows: int | None = None
    at: str | None = None
    seconds: float = 0.0
    error: str | None = None


class Report(Struct, rename="camel"):
    """What a run did."""

    lake: str
    snapshot_id: int | None
    journal_offset: int | None
    """Up to here the lake has the store's journal."""
    began_at: dt.datetime
    ended_at: dt.datetime | None = None
    checks: list[Check] = field(default_factory=list[Check])
    results: list[Result] = field(default_factory=list[Result])

    @property
    def failed_checks(self) -> list[Check]:
        return [check for check in self.checks if not check.is_passed]

    @property
    def failed_results(self) -> list[Result]:
        return [result for result in self.results if result.error is not None]

    @property
    def is_good(self) -> bool:
        return not self.failed_checks and not self.failed_results


def run(plan: Plan, start: Callable[[], SparkSession], now: dt.datetime | None = None) -> Report:
    """All of it; Spark is started once it is known that there is something to read, and where to write. Raises
    `BatchError` where it cannot begin; what fails later is in the report."""
    moment = now or dt.datetime.now(dt.UTC)
    lake, results = Lake(plan.lake), Results(plan.results)
    games = _games(plan, lake)
    days = list(plan.days())
    if not days or len(days) > DAYS_MAX:
        raise BatchError(f"A run is of 1 to {DAYS_MAX} days, got {len(days)}.")
    position = lake.memory.position
    offset = None if position is None else position.journal_offset
    report = Report(plan.lake, lake.snapshot_id, offset, dt.datetime.now(dt.UTC))
    spark = start()
    with closing(Tables(spark, plan.rules.session_timeout)) as tables:
        reader = tables.make(lake.frame(spark, games))
        of_days = [(game_id, day) for game_id in games for day in days]
        with ThreadPoolExecutor(plan.at_once, thread_name_prefix="question") as threads:
            if plan.is_checked:
                for checks in threads.map(partial(_checked, plan, reader, lake), of_days):
                    report.checks += checks
            bad = {(check.game_id, check.day) for check in report.failed_checks}
            work = [one for of in of_days if of not in bad for one in _work_of_day(plan, reader, of, moment)]
            report.results = list(threads.map(partial(_done, results), work))
    report.ended_at = dt.datetime.now(dt.UTC)
    results.put_report(f"{report.began_at:%Y-%m-%dT%H-%M-%S.%fZ}", report)
    return report


def _games(plan: Plan, lake: Lake) -> Sequence[str]:
    unknown = sorted(set(plan.games) - set(lake.games))
    if unknown:
        raise BatchError(f"The lake has no events of {', '.join(unknown)}. It has {', '.join(lake.games) or 'none'}.")
    if not lake.games:
        raise BatchError("The lake has no events.")
    return plan.games or lake.games


def _checked(plan: Plan, reader: SparkReader, lake: Lake, of_day: GameDay) -> list[Check]:
    """Raises `BatchError` where the data cannot be read at all."""
    game_id, day = of_day
    try:
        return checks_of(reader, lake.books, game_id, day, ZoneInfo(plan.time_zone), plan.limits)
    except StoreError as error:
        raise BatchError(f"{game_id}, {day}: the checks cannot be made. {error}") from error


class Work(Struct, frozen=True):
    """A result that is to be, and what makes its rows."""

    result: Result
    rows: Callable[[], pa.Table]


def _work_of_day(plan: Plan, reader: Reader, of_day: GameDay, now: dt.datetime) -> Iterator[Work]:
    zone = ZoneInfo(plan.time_zone)
    game_id, day = of_day

    def answer(question: Question) -> pa.Table:
        metric = metrics()[question.metric]
        asked = question.of_game(game_id, plan.time_zone, plan.rules.currency, **{"from": day, "to": day})
        return row_of(metric, metric.answer_of(asked, reader, now, plan.rules))

    def facts(name: str) -> pa.Table:
        return FACTS[name].rows(reader, game_id, day, zone, now, plan.rules)

    for question in plan.questions:
        yield Work(Result("metrics", question.name, game_id, day), partial(answer, question))
    for name in plan.facts:
        yield Work(Result("facts", name, game_id, day), partial(facts, name))


def _done(results: Results, work: Work) -> Result:
    result = work.result
    began = time.perf_counter()
    try:
        rows = work.rows()
        result.rows = rows.num_rows
        result.at = results.put(result.kind, result.name, result.game_id, result.day, rows)
    except WrongParameter as error:
        result.error = f"{error.parameter}: {error.message}"
    except (StoreError, BatchError) as error:
        result.error = str(error)
    if result.error is not None:
        log.error("a result of a batch run failed", extra={"result": result.name, "error": result.error[:1000]})
    result.seconds = round(time.perf_counter() - began, 3)
    return result
