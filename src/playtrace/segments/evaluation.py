"""Who fits a rule: each condition is a set of players, and all, any and not are operations on sets.

A kind of condition has one whole text. `{place}` in it keeps the values of several conditions apart; all of them are
bound. What the texts read is cut to the game, the environment and the time before the end of `as_of` by the frame of
the metrics, so that a condition counts what a metric would count.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import LiteralString
from zoneinfo import ZoneInfo

import pyarrow as pa
from msgspec import Struct

from playtrace.metrics.frame.asking import Asking, Rules, has_merges, unbuilt_rollups
from playtrace.metrics.frame.calendar import ONE_DAY, day_of, day_start, days_between, plain
from playtrace.metrics.frame.filters import PLACES, known_or_not, predicate_of
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.money import PAID_IN
from playtrace.metrics.frame.scope import Scope, ever
from playtrace.rollups.player_merges import source_of_question
from playtrace.rollups.rollup import MICROS
from playtrace.segments import rules
from playtrace.segments.rules import Bounds, Rule, Window
from playtrace.store.duckdb import Reader

Sql = LiteralString

MICROS_OF_ONE = 1_000_000
EPOCH = dt.date(1970, 1, 1)
"""Nothing that happened in a game is older."""

ENDS: dict[Sql, Sql] = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
"""Of what a number may be, as the rule names them."""
EVERYBODY: Sql = "SELECT player_id FROM known_players"


WITHIN: Sql = """{time} >= $c{place}_from AND {time} < $c{place}_to
            AND ($c{place}_first_days::BIGINT IS NULL OR (
                {time} >= {player}.first_seen
                AND {time} < {player}.first_seen + to_hours(24 * $c{place}_first_days::BIGINT)
            ))"""


def _within(time: Sql, player: Sql) -> Sql:
    """Whether something happened in the window of a condition, which may be a player's own first days."""
    return WITHIN.replace("{time}", time).replace("{player}", player)


def _bounded(number: Sql, of: Sql = "") -> Sql:
    """Whether a number is as the condition wants it; whoever has none has 0."""
    ends: list[Sql] = [
        "coalesce(" + number + ", 0) " + sign + " $c{place}_" + of + end + "::DOUBLE" for end, sign in ENDS.items()
    ]
    return "\n        AND ".join(ends)


FIRST_SAID: Sql = """
    SELECT player_id FROM known_players WHERE list_contains($c{place}_values::VARCHAR[], {column})"""


def _first_said(column: Sql) -> Sql:
    """Players whose first event said one of some values."""
    return FIRST_SAID.replace("{column}", column)


DID: Sql = (
    """
    SELECT known_players.player_id
    FROM known_players
    LEFT JOIN (
        SELECT event.player_id, count(*) AS times, sum(micros) AS value_micros
        FROM (SELECT player_id, time, """
    + MICROS
    + """ AS micros FROM ({source}) AS source) AS event
        JOIN known_players AS doer ON doer.player_id = event.player_id
        WHERE """
    + _within("event.time", "doer")
    + """
        GROUP BY event.player_id
    ) AS done ON done.player_id = known_players.player_id
    WHERE """
    + _bounded("done.times", "times_")
    + """
        AND """
    + _bounded("done.value_micros")
)

FIRST_SEEN: Sql = """
    SELECT player_id FROM known_players WHERE first_seen >= $c{place}_from AND first_seen < $c{place}_to"""
FIRST_PLATFORM = _first_said("platform")
FIRST_VERSION = _first_said("version")
FIRST_COUNTRY = _first_said("country")

# Sessions are split by version: that of their first event.
LAST_VERSION: Sql = """
    SELECT player_id
    FROM (
        SELECT player_id, split,
            row_number() OVER (PARTITION BY player_id ORDER BY started_at DESC, split) AS place
        FROM sessions
        WHERE player_id IS NOT NULL
    ) AS session
    WHERE place = 1 AND list_contains($c{place}_values::VARCHAR[], split)
        AND player_id IN (SELECT player_id FROM known_players)"""

DAYS_ACTIVE: Sql = """
    SELECT known_players.player_id
    FROM known_players
    LEFT JOIN (
        SELECT active.player_id, count(DISTINCT active.bucket) AS days
        FROM active
        JOIN known_players AS player ON player.player_id = active.player_id
        WHERE active.bucket >= $c{place}_first_bucket AND active.bucket <= $c{place}_last_bucket
            AND ($c{place}_first_days::BIGINT IS NULL OR active.bucket < player.bucket + $c{place}_first_days::BIGINT)
        GROUP BY active.player_id
    ) AS played ON played.player_id = known_players.player_id
    WHERE """ + _bounded("played.days")

SESSIONS: Sql = (
    """
    SELECT known_players.player_id
    FROM known_players
    LEFT JOIN (
        SELECT sessions.player_id, count(*) AS sessions
        FROM sessions
        JOIN known_players AS player ON player.player_id = sessions.player_id
        WHERE """
    + _within("sessions.started_at", "player")
    + """
        GROUP BY sessions.player_id
    ) AS begun ON begun.player_id = known_players.player_id
    WHERE """
    + _bounded("begun.sessions")
)

NET_SPEND: Sql = (
    """
    SELECT known_players.player_id
    FROM known_players
    LEFT JOIN (
        SELECT purchase.player_id, sum(micros) AS micros
        FROM (
            SELECT player_id, time, """
    + MICROS
    + " AS micros, "
    + PAID_IN
    + """ AS paid_in
            FROM noted_so_far
            WHERE name = 'purchase' AND is_validated
        ) AS purchase
        JOIN known_players AS player ON player.player_id = purchase.player_id
        WHERE """
    + _within("purchase.time", "player")
    + """
            AND purchase.paid_in = coalesce($c{place}_currency, $game_currency)
        GROUP BY purchase.player_id
    ) AS spent ON spent.player_id = known_players.player_id
    WHERE """
    + _bounded("spent.micros")
)

EXPERIMENT: Sql = """
    SELECT DISTINCT player_id
    FROM ({source}) AS started
    WHERE player_id IN (SELECT player_id FROM known_players)
        AND TRY_CAST(props.experiment AS VARCHAR) = $c{place}_experiment
        AND list_contains($c{place}_values::VARCHAR[], TRY_CAST(props.experiment_group AS VARCHAR))"""

NAMED: Sql = " AND name = $c{place}_name AND player_id IS NOT NULL AND time < $to"


class Game(Struct, frozen=True):
    """Whose players they are."""

    game_id: str
    env: str
    time_zone: str


class Fitting(Struct, frozen=True):
    """Who fits, of whom."""

    players: pa.Table
    """Their ids, in the column `player_id`."""
    known: int
    """Players who had come by then."""


def who_fits(rule: Rule, game: Game, as_of: dt.date, reader: Reader, counting: Rules) -> Fitting:
    """The players who fit a rule by the end of a day of the game's time zone. Raises what `Reader.query` raises."""
    zone = ZoneInfo(game.time_zone)
    parameters = CommonParameters.model_validate(
        {"game_id": game.game_id, "env": game.env, "time_zone": game.time_zone}
    )
    asking = Asking(
        reader,
        dt.datetime.now(dt.UTC),
        counting,
        "segment",
        unbuilt=unbuilt_rollups(reader, game.game_id),
        is_merged=has_merges(reader, game.game_id, game.env),
    )
    began_at: dt.datetime | None = ever(parameters, asking, "SELECT first_at FROM beginning")[0]["first_at"]
    first_day = as_of if began_at is None else min(as_of, day_of(began_at.replace(tzinfo=dt.UTC), zone))
    scope = Scope(parameters, asking, days_between(first_day, as_of, zone), split_by="version")
    statement = _Statement(first_day, as_of, zone, is_merged=asking.is_merged)
    sets = statement.set_of(rule)
    players = scope.table("SELECT player_id FROM (" + sets + "\n) AS fitting", **statement.bound)
    known = scope.rows("SELECT count(*) AS players FROM known_players")[0]["players"]
    return Fitting(players, known)


class _Statement:
    """The text of a rule, and what is bound in it."""

    def __init__(self, first_day: dt.date, as_of: dt.date, zone: ZoneInfo, *, is_merged: bool) -> None:
        self.bound: dict[str, object] = {}
        self._first_day = first_day
        self._as_of = as_of
        self._zone = zone
        self._is_merged = is_merged
        self._places = _places()

    def set_of(self, rule: Rule) -> Sql:
        """The players who fit, as the text of a query for their ids."""
        if isinstance(rule, rules.All):
            return "(" + ") INTERSECT (".join([self.set_of(one) for one in rule.all]) + ")"
        if isinstance(rule, rules.Any_):
            return "(" + ") UNION (".join([self.set_of(one) for one in rule.any]) + ")"
        if isinstance(rule, rules.Not):
            return "(" + EVERYBODY + ") EXCEPT (" + self.set_of(rule.not_) + ")"
        return self._condition(rule, next(self._places))

    def _condition(self, rule: Rule, place: Sql) -> Sql:
        match rule:
            case rules.Did():
                self._bind_window(place, rule.within)
                self._bind_bounds(place + "_times", rule.counts(), 1)
                self._bind_bounds(place, rule.value_sum, MICROS_OF_ONE)
                return DID.format(place=place, source=self._events(place, rule.did, rule.where))
            case rules.FirstSeen():
                self._bind_window(place, rule.first_seen)
                return FIRST_SEEN.format(place=place)
            case rules.FirstPlatform():
                self._bind(place, values=known_or_not(rule.first_platform))
                return FIRST_PLATFORM.format(place=place)
            case rules.FirstVersion():
                self._bind(place, values=known_or_not(rule.first_version))
                return FIRST_VERSION.format(place=place)
            case rules.FirstCountry():
                self._bind(place, values=known_or_not(rule.first_country))
                return FIRST_COUNTRY.format(place=place)
            case rules.LastVersion():
                self._bind(place, values=known_or_not(rule.last_version))
                return LAST_VERSION.format(place=place)
            case rules.DaysActive():
                self._bind_window(place, rule.within)
                self._bind_bounds(place, rule.days_active, 1)
                return DAYS_ACTIVE.format(place=place)
            case rules.Sessions():
                self._bind_window(place, rule.within)
                self._bind_bounds(place, rule.sessions, 1)
                return SESSIONS.format(place=place)
            case rules.NetSpend():
                self._bind_window(place, rule.within)
                self._bind_bounds(place, rule.net_spend, MICROS_OF_ONE)
                self._bind(place, currency=rule.currency)
                return NET_SPEND.format(place=place)
            case rules.Experiment():
                self._bind(place, experiment=rule.experiment, values=rule.group)
                return EXPERIMENT.format(place=place, source=self._events(place, "session_start", []))
            case _:
                raise AssertionError(f"{rule} is no condition")

    def _events(self, place: Sql, name: str, where: list[str]) -> Sql:
        """The events of a name, as the filters keep them."""
        predicate, bound = predicate_of(where, place + "_")
        self.bound |= bound
        self._bind(place, name=name)
        narrowed: Sql = NAMED.format(place=place)
        if predicate:
            narrowed += " AND " + predicate
        return source_of_question(None, is_merged=self._is_merged).format(carried="", narrowed=narrowed)

    def _bind(self, place: str, **values: object) -> None:
        self.bound |= {f"c{place}_{name}": value for name, value in values.items()}

    def _bind_bounds(self, place: str, bounds: Bounds | None, unit: int) -> None:
        """What is not said is infinitely far away."""
        said = bounds or Bounds.model_construct()
        ends = {"at_least": said.at_least, "at_most": said.at_most, "above": said.above, "below": said.below}
        for name, end in ends.items():
            far = -math.inf if name in ("at_least", "above") else math.inf
            self._bind(place, **{name: far if end is None else float(round(end * unit) if unit > 1 else end)})

    def _bind_window(self, place: str, window: Window | None) -> None:
        first, last, first_days = EPOCH, self._as_of, None
        if window is not None:
            first_days = window.first_days
            if window.last_days is not None:
                first = self._as_of - (window.last_days - 1) * ONE_DAY
            else:
                first, last = max(window.from_ or EPOCH, EPOCH), min(window.to or last, last)
        # What ends before it begins is empty.
        last = max(last, first - ONE_DAY)
        self._bind(
            place,
            **{"from": plain(day_start(first, self._zone))},
            to=plain(day_start(last + ONE_DAY, self._zone)),
            first_bucket=(first - self._first_day).days,
            last_bucket=(last - self._first_day).days,
            first_days=first_days,
        )


def _places() -> Iterator[Sql]:
    """A name for each condition: more than a rule may have."""
    for tens in PLACES:
        for ones in PLACES:
            yield tens + ones
