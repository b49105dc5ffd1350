"""The figures that rules look at: of one moment of the store, with as few questions as there are measures.

`Figures` is what judging reads. What is counted by quarters of an hour is asked for many games and stretches at once
(`prepare`); what was not prepared is asked when it is needed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, LiteralString, cast
from zoneinfo import ZoneInfo

from msgspec import Struct
from pydantic import ValidationError

from playtrace.alerts.clock import DAYS_BACK, POINTS_MIN, WEEKS_BACK, days_before, slot_after, weeks_before
from playtrace.alerts.counting import Cut, Series, Stretch, around, count, count_exactly, inside
from playtrace.alerts.judging import Past
from playtrace.alerts.rules import AlertRule, MetricFigure, Ratio, Threshold, Unusual
from playtrace.metrics.frame.calendar import ONE_DAY, SLOT, Span, plain
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.hints import unknown_segment
from playtrace.metrics.frame.metric import Rules, metrics

if TYPE_CHECKING:
    from playtrace.store.duckdb import Reader

PAST_MAX = 300_000
"""Figures of the past that are kept, of all games together."""
ANSWERS_MAX = 2_000
"""Answers of metrics about the past that are kept."""
LONG_OVER = ONE_DAY / 2
"""What is over for so long is counted once."""
TOO_OLD = "too_old"

Wanted = tuple[str, Cut, Span]
"""Events of a game, by its id, in a stretch of time."""

BOOKS: LiteralString = """
SELECT game_id, hour, outcome, CAST(sum(events) AS BIGINT) AS events
FROM main.books
WHERE list_contains($games::VARCHAR[], game_id) AND hour >= $from AND hour < $to AND reason <> $too_old
GROUP BY game_id, hour, outcome
"""


class NotMeasured(Exception):
    """A figure cannot be had; the message says why."""


class WatchedGame(Struct, frozen=True):
    """A game as rules see it."""

    id: str
    name: str
    time_zone: str
    currency: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Received(Struct, frozen=True):
    """What came in some hours of receipt, without what was too old."""

    received: int = 0
    refused: int = 0
    """Or kept apart."""


class PastFigures:
    """What was counted in stretches that are long over: it is asked once, and kept from one look to the next."""

    def __init__(self) -> None:
        self.totals: dict[Wanted, dict[str, float]] = {}
        self.answers: dict[tuple[object, ...], dict[str, Any]] = {}
        """Of metrics, by what they were asked."""

    def forget_some(self) -> None:
        if len(self.totals) > PAST_MAX:
            self.totals.clear()
        if len(self.answers) > ANSWERS_MAX:
            self.answers.clear()


class Figures:
    """Of one moment of the store. To be used by one thread."""

    def __init__(
        self,
        reader: Reader,
        extents: Mapping[tuple[str, str], Span],
        past: PastFigures,
        counting_of: Callable[[WatchedGame], Rules],
        now: dt.datetime,
    ) -> None:
        self._reader = reader
        self._extents = extents
        self._past = past
        self._counting_of = counting_of
        self._now = now
        self._totals: dict[Wanted, dict[str, float]] = {}
        self._series: dict[tuple[str, Cut], Series] = {}
        self._answers: dict[tuple[object, ...], dict[str, Any]] = {}
        self._books: dict[tuple[str, Span], Received] = {}
        self._unknown_segments: dict[tuple[str, str], str | None] = {}
        """What is said of those that are not there."""

    # ── counts of events ─────────────────────────────────────────────────────────────────────────────────

    def prepare(self, wanted: Iterable[Wanted]) -> None:
        """Count what is not known yet, with one question to the rollup for each set of dimensions."""
        by_dimensions: defaultdict[frozenset[str], set[Wanted]] = defaultdict(set)
        for one in wanted:
            if one in self._kept(one):
                continue
            if one[1].is_of_events:
                self._count_exactly(one)
            else:
                by_dimensions[one[1].dimensions].add(one)
        for dimensions, some in by_dimensions.items():
            self._count(dimensions, some)

    def totals(self, game: WatchedGame, cut: Cut, span: Span) -> dict[str, float]:
        """Events by part, in whole quarters of an hour."""
        series = self._series_of(game, cut, span)
        if series is not None:
            return series.totals(span)
        key = (game.id, cut, span)
        self.prepare([key])
        return self._kept(key)[key]

    def bounds(self, game: WatchedGame, cut: Cut, window: Span) -> tuple[dict[str, float], dict[str, float]]:
        """Events by part that there are at least, and at most, in any stretch: those of the quarters of an hour that
        lie in it, and of those that it touches. Where these would be counted from the events, both are exact."""
        least, most = inside(window), around(window)
        if least != most and cut.is_of_events and self._series_of(game, cut, most) is None:
            exact = self.exact_totals(game, cut, window)
            return exact, exact
        return self.totals(game, cut, least) if least.start < least.end else {}, self.totals(game, cut, most)

    def read_series(self, game: WatchedGame, cut: Cut, span: Span) -> None:
        """Read all of a stretch at once, where many of its parts are going to be looked at."""
        self._series[game.id, cut] = Series(self._reader, game.id, cut, span)

    def exact_totals(self, game: WatchedGame, cut: Cut, span: Span) -> dict[str, float]:
        """Events by part, in any stretch, from the events themselves."""
        key = (game.id, cut, span)
        if key not in self._kept(key):
            self._count_exactly(key)
        return self._kept(key)[key]

    def _series_of(self, game: WatchedGame, cut: Cut, span: Span) -> Series | None:
        """What was read of a stretch at once, if it was."""
        series = self._series.get((game.id, cut))
        is_there = series is not None and series.span.start <= span.start and span.end <= series.span.end
        return series if is_there else None

    def _count(self, dimensions: frozenset[str], wanted: set[Wanted]) -> None:
        names = {cut.name for _, cut, _ in wanted}
        stretches = {Stretch(game_id, cut.env, span) for game_id, cut, span in wanted}
        counts = count(self._reader, stretches, names, dimensions)
        for one in wanted:
            game_id, cut, span = one
            self._kept(one)[one] = cut.totals(counts[Stretch(game_id, cut.env, span)])

    def _count_exactly(self, one: Wanted) -> None:
        game_id, cut, span = one
        self._kept(one)[one] = cut.totals(count_exactly(self._reader, game_id, cut, span, cut.dimensions))

    def _kept(self, one: Wanted) -> dict[Wanted, dict[str, float]]:
        """Where it is kept what was counted: of what is long over from one look to the next."""
        _, cut, span = one
        # Who belongs to a segment changes: then what was counted before is not what there is.
        is_past = span.end < self._now - LONG_OVER and cut.narrowing.segment is None
        return self._past.totals if is_past else self._totals

    def check_segment(self, game: WatchedGame, rule: AlertRule) -> None:
        """Raises `NotMeasured` where the segment of a rule is not there, or not any more."""
        if rule.segment is None:
            return
        key = (game.id, rule.segment)
        if key not in self._unknown_segments:
            self._unknown_segments[key] = unknown_segment(self._reader, *key)
        if (said := self._unknown_segments[key]) is not None:
            raise NotMeasured(said)

    # ── what is usual ────────────────────────────────────────────────────────────────────────────────────

    def extent(self, game: WatchedGame, env: str) -> Span | None:
        """From when to when the game has events; None where it has none."""
        return self._extents.get((game.id, env))

    def weeks(
        self, game: WatchedGame, env: str, span: Span, excluded: Iterable[Span], weeks: int = WEEKS_BACK
    ) -> list[Span]:
        """The same stretch of the last weeks, as far as the game was there and nothing was the matter."""
        return self._like(game, env, weeks_before(span, game.zone, weeks), excluded)

    def days(self, game: WatchedGame, env: str, span: Span, excluded: Iterable[Span]) -> list[Span]:
        """The same of the last days."""
        return self._like(game, env, days_before(span, game.zone), excluded)

    def spans_of_past(self, game: WatchedGame, env: str, span: Span, excluded: Iterable[Span]) -> list[Span]:
        """Of weeks; of days where there are too few of them; else the time that there was, as one."""
        excluded = list(excluded)
        weeks, days = self.weeks(game, env, span, excluded), self.days(game, env, span, excluded)
        return next((spans for spans in (weeks, days) if len(spans) >= POINTS_MIN), self._before(game, env, span))

    def past(self, game: WatchedGame, cut: Cut, window: Span, excluded: Iterable[Span], part: str) -> Past:
        """What one part had in stretches that are like a window, and as long."""
        excluded, span = list(excluded), like(window)

        def had(spans: list[Span]) -> tuple[float, ...]:
            length = window.end - window.start
            return tuple(self.totals(game, cut, one).get(part, 0.0) * (length / (one.end - one.start)) for one in spans)

        weeks, days = self.weeks(game, cut.env, span, excluded), self.days(game, cut.env, span, excluded)
        if max(len(weeks), len(days)) >= POINTS_MIN:
            return Past(had(weeks), had(days))
        return Past(mean=sum(had(self._before(game, cut.env, span))))

    def _before(self, game: WatchedGame, env: str, span: Span) -> list[Span]:
        """The time that there was, as one; none where there was none."""
        there = self.extent(game, env)
        if there is None or there.start >= span.start:
            return []
        return [Span(max(there.start, span.start - DAYS_BACK * ONE_DAY), span.start)]

    def _like(self, game: WatchedGame, env: str, spans: Iterable[Span], excluded: Iterable[Span]) -> list[Span]:
        there = self.extent(game, env)
        if there is None:
            return []
        left_out = list(excluded)
        return [
            span
            for span in spans
            if span.start >= there.start and not any(span.start < bad.end and bad.start < span.end for bad in left_out)
        ]

    # ── figures of metrics ───────────────────────────────────────────────────────────────────────────────

    def figure(self, game: WatchedGame, rule: Threshold | Unusual, span: Span, part: str) -> float | None:
        """A number in the answer of a metric about a stretch; None where it says null. Raises `NotMeasured`."""
        asked = metric_figure_of(rule)
        answer = self._ask(game, rule, asked.metric, asked.asked, span, part)
        here: Any = answer
        for step in asked.figure.split("."):
            if isinstance(here, list):
                places = cast("list[Any]", here)
                place = int(step)
                if not -len(places) <= place < len(places):
                    return None
                here = places[place]
            else:
                here = here.get(step) if isinstance(here, dict) else None
        return None if here is None else float(here)

    def crash_free(self, game: WatchedGame, rule: Ratio, span: Span) -> dict[str, tuple[int, int]]:
        """Sessions or players without a crash, and all of them, by part. Raises `NotMeasured`."""
        asked = {"interval": "hour"} | ({"splitBy": rule.group_by} if rule.group_by else {})
        answer = self._ask(game, rule, "crash_free", asked, span, "")
        found: dict[str, tuple[int, int]] = {}
        for part in answer["parts"]:
            whole, crashed = (
                (part["sessions"], part["crashedSessions"])
                if rule.of == "crash_free_sessions"
                else (part["players"], part["crashedPlayers"])
            )
            found[part["part"]] = (whole - crashed, whole)
        return found

    def _ask(
        self,
        game: WatchedGame,
        rule: Threshold | Unusual | Ratio,
        name: str,
        asked: Mapping[str, object],
        span: Span,
        part: str,
    ) -> dict[str, Any]:
        metric = metrics()[name]
        filters: dict[str, object] = {"platform": rule.platform, "version": rule.version, "country": rule.country}
        if part and rule.parts_by:
            filters[rule.parts_by] = [part]
        if rule.filter:
            filters["filter"] = rule.filter
        if rule.segment is not None:
            filters["segment"] = rule.segment
        key = (game.id, name, json.dumps(asked, sort_keys=True), json.dumps(filters), rule.env, span)
        is_past = span.end < self._now - LONG_OVER and rule.segment is None
        known = self._past.answers if is_past else self._answers
        if key in known:
            return known[key]
        try:
            parameters = metric.parameters.model_validate(
                {
                    "gameId": game.id,
                    "env": rule.env,
                    "from": span.start.isoformat(),
                    "to": span.end.isoformat(),
                    **filters,
                    **asked,
                }
            )
            of_game = parameters.with_defaults_of(time_zone=game.time_zone, currency=game.currency)
            answer = metric.answer_of(of_game, self._reader, self._now, self._counting_of(game))
        except WrongParameter as error:
            raise NotMeasured(f"{name} cannot be asked: {error.parameter}: {error.message}") from error
        except ValidationError as error:
            first = error.errors()[0]
            raise NotMeasured(f"{name} cannot be asked: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        known[key] = json.loads(answer.model_dump_json(exclude={"compared", "statements", "hints"}))
        return known[key]

    # ── the books ────────────────────────────────────────────────────────────────────────────────────────

    def prepare_received(self, game_ids: Iterable[str], span: Span) -> None:
        """Ask once for many games."""
        new = [game_id for game_id in game_ids if (game_id, span) not in self._books]
        if not new:
            return
        hours = hours_of(span)
        by_game: dict[str, list[dict[str, Any]]] = {game_id: [] for game_id in new}
        bound = {"games": new, "from": plain(hours.start), "to": plain(hours.end), "too_old": TOO_OLD}
        for row in self._reader.rows(BOOKS, bound):
            by_game[row["game_id"]].append(row)
        for game_id, rows in by_game.items():
            received = sum(row["events"] for row in rows)
            refused = sum(row["events"] for row in rows if row["outcome"] in ("refused", "quarantined"))
            self._books[game_id, span] = Received(received, refused)

    def received(self, game: WatchedGame, span: Span) -> Received:
        """What was received in the hours that a stretch touches."""
        self.prepare_received([game.id], span)
        return self._books[game.id, span]


def like(window: Span) -> Span:
    """As long as the window, in whole quarters of an hour, ending with the one that runs: the same for all of it."""
    end = slot_after(window.end)
    return Span(end - -(-(window.end - window.start) // SLOT) * SLOT, end)


def hours_of(span: Span) -> Span:
    """The whole hours (UTC) that a stretch touches."""
    start = span.start.replace(minute=0, second=0, microsecond=0)
    end = span.end.replace(minute=0, second=0, microsecond=0)
    return Span(start, end if end == span.end else end + dt.timedelta(hours=1))


def metric_figure_of(rule: Threshold | Unusual) -> MetricFigure:
    """Where the figure of a rule stands that no count of events says."""
    if isinstance(rule.measure, MetricFigure):
        return rule.measure
    return SESSIONS if rule.measure == "sessions" else PLAYERS


SESSIONS = MetricFigure(metric="summary", figure="sessionCount", parameters={})
PLAYERS = MetricFigure(metric="summary", figure="activePlayers", parameters={})
