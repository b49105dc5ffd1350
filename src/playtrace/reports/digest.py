"""What a report says, as data: answers of metrics about a day or week, with those about the one before it.

Nothing is counted here. What a figure means is said by its metric; what is not over, not final or not known is said in
`remarks`, in sentences.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from playtrace.alerts.message import on_one_line
from playtrace.metrics import (
    active_players,
    adoption,
    breakdown,
    playtime,
    retention,
    revenue,
    summary,
)
from playtrace.metrics.frame.asking import Rules
from playtrace.metrics.frame.books import Balance, balance_of
from playtrace.metrics.frame.calendar import ONE_DAY, Span, as_far_as, day_of, span_before
from playtrace.metrics.frame.metric import Metric
from playtrace.metrics.frame.models import UNKNOWN, CommonAnswer, CommonParameters
from playtrace.metrics.frame.natural_order import natural
from playtrace.metrics.frame.splitting import OTHER
from playtrace.metrics.frame.wilson import ratio, wilson_interval
from playtrace.registry.models import Game
from playtrace.reports.period import Period, long_day, short_days
from playtrace.store.duckdb import Store

CHART_DAYS = 28
CRASHES_MAX = 5
CRASHES_BEFORE_MAX = 100
"""Of the period before so many are looked at, to tell how often a crash came then."""
RETENTION_DAYS = (1, 7)
VERSION_SHARE_MIN = 0.01
"""A version that fewer play is a test of somebody, not the newest."""
TEXT_MAX = 160
"""Of a crash or a version."""

Unit = Literal["count", "share", "seconds", "money"]

P = TypeVar("P", bound=CommonParameters)
A = TypeVar("A", bound=CommonAnswer)


class Figure(Struct, frozen=True):
    """A figure of the period, and of the one before."""

    label: str
    unit: Unit
    """Money is in millionths of the game's currency."""
    value: int | float | None
    before: int | float | None = None
    interval: tuple[float, float] | None = None
    """Of a share: its 95 % Wilson interval."""


class CohortReturn(Struct, frozen=True):
    """Who of the newest cohort that can have come back did, beside the cohort before it."""

    days: int
    """After the first day."""
    first: dt.date
    last: dt.date
    """On these days its players came."""
    size: int
    retained: int
    figure: Figure


class Crash(Struct, frozen=True):
    text: str
    """As the game sent it, on one line."""
    times: int
    before: int | None
    """In the period before; None where that is not known."""


class Crashes(Struct, frozen=True):
    times: int
    before: int
    most_common: tuple[Crash, ...]
    others: int
    """How many of `times` were others."""


class NewestVersion(Struct, frozen=True):
    """Of those that at least one in a hundred played on the last day that is over, the one that was first seen last."""

    version: str
    day: dt.date
    players: int
    figure: Figure
    """The share of the day's players, and of those on the last day of the period before."""


class DayOfChart(Struct, frozen=True):
    day: dt.date
    players: int
    is_reported: bool
    is_complete: bool


class DataHealth(Struct, frozen=True):
    """What became of the events that were received in the period."""

    received: int
    refused: Figure
    """Shares of them."""
    quarantined: Figure
    duplicates: int


class Digest(Struct, frozen=True):
    game_id: str
    game_name: str
    time_zone: str
    period: Period
    as_of: dt.datetime
    is_complete: bool
    settles_at: dt.datetime | None
    """Until then late events may change the figures; None where that is over."""
    remarks: tuple[str, ...]
    """What is unusual about the figures, in sentences."""
    figures: tuple[Figure, ...]
    returns: tuple[CohortReturn, ...]
    crashes: Crashes
    version: NewestVersion | None
    """None where nobody played, or no version was sent."""
    health: DataHealth
    days: tuple[DayOfChart, ...]


def make_digest(
    store: Store, game: Game, period: Period, *, now: dt.datetime, rules: Rules, is_behind: bool = False
) -> Digest:
    """Ask the metrics about a period, as of `now`. `is_behind`: events were received and are not loaded.

    Raises what `Store.reading` raises.
    """
    asked = _Asked(store, game, period, now, rules)
    return Digest(
        game_id=game.id,
        game_name=game.name,
        time_zone=game.time_zone,
        period=period,
        as_of=now,
        is_complete=asked.summary.complete,
        settles_at=None if asked.summary.settled else asked.span.end + rules.settle,
        remarks=tuple(_remarks(asked, is_behind)),
        figures=tuple(_figures(asked)),
        returns=tuple(_returned(asked, days) for days in RETENTION_DAYS),
        crashes=_crashes(asked),
        version=_newest_version(asked),
        health=_health(asked),
        days=_days(asked),
    )


class _Asked:
    """The questions about a period, and what several parts are made of."""

    def __init__(self, store: Store, game: Game, period: Period, now: dt.datetime, rules: Rules) -> None:
        self._store = store
        self._game = game
        self._rules = rules
        self.currency = game.currency
        self.period = period
        self.now = now
        self.zone = ZoneInfo(game.time_zone)
        self.span = period.span(self.zone)
        self.compared = as_far_as(span_before(self.span, self.zone), self.span, now)
        """As much of the period before as has passed of this one."""
        self.last_over = min(period.last, day_of(now, self.zone) - ONE_DAY)
        """The last day of the period that is over; the day before the first where none is."""
        self.summary = self.ask(summary.METRIC, period.first, period.last)
        self.revenue, self.revenue_before = (
            self.ask(revenue.METRIC, span.start, span.end) for span in (self.span, self.compared)
        )

    def ask(self, metric: Metric[P, A], start: dt.date | dt.datetime, end: dt.date | dt.datetime, **asked: object) -> A:
        """`end` is included where it is a day."""
        parameters = metric.parameters.model_validate({"game_id": self._game.id, "from_": start, "to": end} | asked)
        of_game = parameters.with_defaults_of(time_zone=self._game.time_zone, currency=self.currency)
        return metric.answer(of_game, self._store, self.now, self._rules)

    def books(self, span: Span) -> Balance:
        with self._store.reading() as reader:
            return balance_of(reader, self._game.id, span)


def _figures(asked: _Asked) -> list[Figure]:
    now, before = asked.summary.current, asked.summary.previous
    played, played_before = (
        sum(bucket.playtime_seconds for bucket in asked.ask(playtime.METRIC, span.start, span.end).buckets)
        for span in (asked.span, asked.compared)
    )
    found = [
        Figure("Active players", "count", now.active_players, before.active_players),
        Figure("New players", "count", now.new_players, before.new_players),
    ]
    if asked.period.kind == "week":
        found.append(Figure("Players per day", "count", now.dau_mean, before.dau_mean))
    return [
        *found,
        Figure("Sessions", "count", now.session_count, before.session_count),
        Figure("Playtime", "seconds", played, played_before),
        Figure(
            "Playtime per player",
            "seconds",
            ratio(played, now.active_players),
            ratio(played_before, before.active_players),
        ),
        Figure(
            "Crash-free sessions",
            "share",
            now.crash_free_sessions,
            before.crash_free_sessions,
            wilson_interval(now.session_count - now.crashed_sessions, now.session_count),
        ),
        Figure(
            f"Revenue in {asked.currency}",
            "money",
            asked.revenue.total.net_micros,
            asked.revenue_before.total.net_micros,
        ),
    ]


def _returned(asked: _Asked, days: int) -> CohortReturn:
    """Of a day the cohort of one day, of a week those of seven days: the newest that had time to come back."""
    last = asked.last_over - days * ONE_DAY
    first = last - (asked.period.days - 1) * ONE_DAY
    back = asked.period.days * ONE_DAY
    now, before = (
        asked.ask(retention.METRIC, first - shift, last - shift, offsets=[days]).total[0]
        for shift in (dt.timedelta(0), back)
    )
    interval = None if now.low is None or now.high is None else (now.low, now.high)
    return CohortReturn(
        days=days,
        first=first,
        last=last,
        size=now.size,
        retained=now.retained,
        figure=Figure(f"D{days} retention", "share", now.share, before.share, interval),
    )


def _crashes(asked: _Asked) -> Crashes:
    called = {"event": ["crash"], "by": ["props.title", "props.exception"]}
    now = asked.ask(breakdown.METRIC, asked.span.start, asked.span.end, limit=CRASHES_MAX, **called)
    before = asked.ask(breakdown.METRIC, asked.compared.start, asked.compared.end, limit=CRASHES_BEFORE_MAX, **called)
    known = {tuple(row.keys): row.events or 0 for row in before.groups}
    rest = None if before.other is not None else 0
    most_common = tuple(
        Crash(_crash_text(*row.keys), row.events or 0, known.get(tuple(row.keys), rest)) for row in now.groups
    )
    times = now.total.events or 0
    return Crashes(times, before.total.events or 0, most_common, times - sum(crash.times for crash in most_common))


def _crash_text(title: str, exception: str) -> str:
    if title == UNKNOWN:
        title, exception = exception, UNKNOWN
    if title == UNKNOWN:
        return "without a title"
    return one_line(title if exception == UNKNOWN or exception in title else f"{title} ({exception})")


def _newest_version(asked: _Asked) -> NewestVersion | None:
    last = asked.last_over
    back = last - asked.period.days * ONE_DAY
    answer = asked.ask(adoption.METRIC, last - (CHART_DAYS - 1) * ONE_DAY, last, version_count=adoption.VERSIONS_MAX)
    first_seen: dict[str, dt.date] = {}
    for day in answer.days:
        for version, share in zip(answer.versions, day.shares, strict=True):
            if share.players and version not in ("", OTHER):
                first_seen.setdefault(version, day.day)
    of_day = {day.day: dict(zip(answer.versions, day.shares, strict=True)) for day in answer.days}
    played = [version for version in first_seen if (of_day[last][version].share or 0.0) >= VERSION_SHARE_MIN]
    if not played:
        return None
    newest = max(played, key=lambda version: (first_seen[version], natural(version)))
    share, before = of_day[last][newest], of_day[back][newest]
    return NewestVersion(
        version=one_line(newest),
        day=last,
        players=share.players,
        figure=Figure("Newest version", "share", share.share, before.share),
    )


def _health(asked: _Asked) -> DataHealth:
    now, before = (asked.books(span) for span in (asked.span, asked.compared))
    return DataHealth(
        received=now.received,
        refused=Figure("Refused", "share", ratio(now.refused, now.received), ratio(before.refused, before.received)),
        quarantined=Figure(
            "Quarantined", "share", ratio(now.quarantined, now.received), ratio(before.quarantined, before.received)
        ),
        duplicates=now.duplicate,
    )


def _days(asked: _Asked) -> tuple[DayOfChart, ...]:
    last = asked.period.last
    answer = asked.ask(active_players.METRIC, last - (CHART_DAYS - 1) * ONE_DAY, last)
    return tuple(DayOfChart(day.day, day.dau, day.day >= asked.period.first, day.complete) for day in answer.days)


def _remarks(asked: _Asked, is_behind: bool) -> list[str]:
    """What keeps the figures from being the whole truth."""
    found: list[str] = []
    period, before = asked.period, asked.period.before
    now, previous = asked.summary.current, asked.summary.previous
    if is_behind:
        found.append("Events were received that are not counted here: they still wait to be loaded.")
    if not asked.summary.complete:
        local = asked.now.astimezone(asked.zone)
        found.append(
            f"The {period.kind} is not over: this is what is known at {local:%H:%M} on {long_day(local.date())},"
            f" beside the same part of the {period.kind} before."
        )
    if not now.event_count:
        found.append(f"There are no events of this {period.kind}.")
    elif not previous.event_count:
        found.append(
            f"There are no events of the {period.kind} before ({short_days(before.first, before.last)}):"
            " nothing to compare with."
        )
    if unconverted := asked.revenue.unconverted.payments:
        currencies = ", ".join(one_line(currency) for currency in asked.revenue.unconverted.currencies)
        payments = "1 payment" if unconverted == 1 else f"{unconverted:,} payments"
        have, are = ("has", "is") if unconverted == 1 else ("have", "are")
        found.append(f"{payments} in {currencies} {have} no exchange rate and {are} in no amount.")
    return found


def one_line(text: str) -> str:
    """What a game sent, on one line, without what would change how the rest is read, and not too long."""
    text = on_one_line(text)
    return text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 1]}…"
