"""Who fits the rule of a segment, beside an oracle in plain Python that asks each player each condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import oracle
import pytest
from conftest import Engine
from hypothesis import given
from hypothesis import strategies as st
from small_games import MIDNIGHT, ZONES, Events, agreeing, events_of, optional

from playtrace.metrics.frame.asking import Rules
from playtrace.registry.models import Game as RegisteredGame
from playtrace.registry.registry import Registry
from playtrace.segments import keeping
from playtrace.segments.evaluation import Game, who_fits
from playtrace.segments.rules import RULE, read_rule
from playtrace.segments.words import in_words
from playtrace.store import segments
from playtrace.store.duckdb import migrations

DAY = dt.timedelta(days=1)
UTC = dt.UTC


def fitting(engine: Engine, game: str, rule: Any, as_of: dt.date, zone: str = "UTC", env: str = "prod") -> set[str]:
    with engine.store.reading() as reader:
        found = who_fits(RULE.validate_python(rule), Game(game, env, zone), as_of, reader, Rules())
    ids = found.players["player_id"].to_pylist()
    assert len(ids) == len(set(ids))
    return set(ids)


# --- the oracle ---

FURTHER = {"where", "times", "valueSum", "within", "currency", "group"}
"""What a condition says besides its kind."""


class Asked:
    """A game as somebody sees it at the end of a day."""

    def __init__(self, events: Events, as_of: dt.date, zone: str, env: str) -> None:
        self.zone = ZoneInfo(zone)
        self.as_of = as_of
        self.end = self.midnight(as_of + DAY)
        self.question = oracle.Question({"timeZone": zone, "env": env}, self.end)
        self.sessions = [one for one in oracle.sessions(self.question, events) if one["time"] < self.end]
        self.events = [event for event in self.question.counted(events) if event["time"] < self.end]
        self.first = oracle.entries(self.question, self.events)

    def midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def day(self, moment: dt.datetime) -> dt.date:
        return moment.astimezone(self.zone).date()

    def who(self, rule: dict[str, Any]) -> set[str]:
        return {player for player in self.first if self.fits(player, rule)}

    def fits(self, player: str, rule: dict[str, Any]) -> bool:
        kind = next(key for key in rule if key not in FURTHER)
        within = rule.get("within")
        first = self.first[player]
        if kind == "all":
            return all(self.fits(player, one) for one in rule["all"])
        if kind == "any":
            return any(self.fits(player, one) for one in rule["any"])
        if kind == "not":
            return not self.fits(player, rule["not"])
        own = [event for event in self.events if event.get("player_id") == player]
        if kind == "did":
            done = [
                event
                for event in own
                if event["name"] == rule["did"]
                and all(WHERE[text](event) for text in rule.get("where", []))
                and self.lies(event["time"], within, first["time"])
            ]
            if "times" not in rule and "valueSum" not in rule:
                return len(done) >= 1
            return is_within(len(done), rule.get("times")) and is_within(worth(done), rule.get("valueSum"))
        if kind == "firstSeen":
            return self.lies(first["time"], rule["firstSeen"], first["time"])
        if kind in ("firstPlatform", "firstVersion", "firstCountry"):
            return (first.get(kind.removeprefix("first").lower()) or "unknown") in rule[kind]
        played = [session for session in self.sessions if session["player_id"] == player]
        if kind == "lastVersion":
            last = sorted(played, key=lambda one: (-one["time"].timestamp(), one["version"] or ""))
            return bool(last) and (last[0]["version"] or "unknown") in rule[kind]
        if kind == "sessions":
            return is_within(sum(self.lies(one["time"], within, first["time"]) for one in played), rule[kind])
        if kind == "daysActive":
            days = {self.day(event["time"]) for event in self.question.qualifying(own)}
            return is_within(sum(self.lies_on(day, within, self.day(first["time"])) for day in days), rule[kind])
        if kind == "netSpend":
            paid = [
                event
                for event in own
                if event["name"] == "purchase"
                and (event.get("props") or {}).get("validated") is not False
                and (event.get("currency") or "USD") == rule.get("currency", "USD")
                and self.lies(event["time"], within, first["time"])
            ]
            return is_within(worth(paid), rule[kind])
        starts = [event.get("props") or {} for event in own if event["name"] == "session_start"]
        return any(
            props.get("experiment") == rule["experiment"] and props.get("experiment_group") in rule["group"]
            for props in starts
        )

    def lies(self, moment: dt.datetime, within: dict[str, Any] | None, came_at: dt.datetime) -> bool:
        if within and "firstDays" in within:
            return dt.timedelta(0) <= moment - came_at < within["firstDays"] * DAY
        return self.lies_on(self.day(moment), within, self.day(came_at))

    def lies_on(self, day: dt.date, within: dict[str, Any] | None, came_on: dt.date) -> bool:
        if within is None:
            return True
        if "firstDays" in within:
            return came_on <= day < came_on + within["firstDays"] * DAY
        if "lastDays" in within:
            return day > self.as_of - within["lastDays"] * DAY
        return within.get("from", "") <= str(day) <= within.get("to", "9999")


def worth(events: Events) -> float:
    return sum(round(event.get("value", 0) * 1_000_000) for event in events) / 1_000_000


def is_within(number: float, bounds: dict[str, float] | None) -> bool:
    checks = {
        "atLeast": lambda end: number >= end,
        "atMost": lambda end: number <= end,
        "above": lambda end: number > end,
        "below": lambda end: number < end,
    }
    return all(checks[name](end) for name, end in (bounds or {}).items())


WHERE = {
    "level:2": lambda event: event.get("level") == "2",
    "props.mode:!ranked": lambda event: (event.get("props") or {}).get("mode") != "ranked",
    "currency:USD": lambda event: event.get("currency") == "USD",
}

# --- what is asked of it ---

games = events_of(
    "level_start",
    "purchase",
    "session_start",
    "push_received",
    session_id=optional("1", "2"),
    value=optional(4.99, -4.99, 0.1, 10.0),
    currency=optional("USD", "EUR"),
    props=optional(
        {"mode": "ranked"}, {"validated": False}, {"experiment": "button", "experiment_group": "red"}, {"experiment": 7}
    ),
)
days = st.integers(-1, 8).map(lambda number: str((MIDNIGHT + number * DAY).date()))
of_calendar = st.one_of(
    st.fixed_dictionaries({"lastDays": st.integers(1, 4)}),
    st.fixed_dictionaries({"from": days}),
    st.tuples(days, days).map(lambda both: {"from": min(both), "to": max(both)}),
)
windows = of_calendar | st.fixed_dictionaries({"firstDays": st.integers(1, 3)})


def numbers(*ends: float) -> st.SearchStrategy[dict[str, float]]:
    name = st.sampled_from(("atLeast", "atMost", "above", "below"))
    return st.dictionaries(name, st.sampled_from(ends), min_size=1, max_size=2)


def condition(kind: str, value: st.SearchStrategy[Any], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({kind: value}, optional=more)


conditions = st.one_of(
    condition(
        "did",
        st.sampled_from(("level_start", "purchase", "push_received")),
        where=st.lists(st.sampled_from(list(WHERE)), max_size=2, unique=True),
        times=numbers(0, 1, 2),
        valueSum=numbers(0, 4.99, 10),
        within=windows,
    ),
    condition("firstSeen", of_calendar),
    condition("firstPlatform", st.just(["windows", "unknown"])),
    condition("firstVersion", st.just(["1.1"])),
    condition("firstCountry", st.just(["DE"])),
    condition("lastVersion", st.sampled_from((["1.0"], ["1.1", "unknown"]))),
    condition("daysActive", numbers(0, 1, 2), within=windows),
    condition("sessions", numbers(0, 1, 2), within=windows),
    condition("netSpend", numbers(0, 4.99, 10), currency=st.just("EUR"), within=windows),
    st.just({"experiment": "button", "group": ["red", "blue"]}),
)
rules = st.recursive(
    conditions,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=4,
)


@agreeing
@given(
    events=games,
    several=st.lists(rules, min_size=6, max_size=6),
    as_of=st.integers(-1, 7),
    zone=st.sampled_from(ZONES),
    env=st.sampled_from(("prod", "prod", "dev")),
    compacted=st.booleans(),
)
def test_who_fits(
    engine: Engine, events: Events, several: list[Any], as_of: int, zone: str, env: str, compacted: bool
) -> None:
    game = engine.new_game()
    engine.load(game, events)
    if compacted:
        engine.compact([(MIDNIGHT + day * DAY).date() for day in range(-1, 8)])
    day = (MIDNIGHT + as_of * DAY).date()
    asked = Asked(events, day, zone, env)
    for rule in several:
        assert fitting(engine, game, rule, day, zone, env) == asked.who(rule), rule
        assert in_words(RULE.validate_python(rule)).startswith("players who ")


# --- examples ---


def at(text: str) -> dt.datetime:
    return dt.datetime.strptime(f"2026-03-{text}+0000", "%Y-%m-%d %H:%M%z")


@pytest.fixture(scope="module")
def played(engine: Engine) -> str:
    game = engine.new_game()
    engine.load(
        game,
        [
            {"name": name, "player_id": player, "time": at(time), **fields}
            for player, time, name, fields in (
                ("ann", "01 10:00", "session_start", {"version": "1.0"}),
                ("ann", "02 09:59", "level_complete", {"level": "5"}),
                ("ann", "08 12:00", "purchase", {"value": 9.99, "currency": "USD"}),
                ("ann", "09 12:00", "purchase", {"value": -9.99, "currency": "USD", "version": "1.1"}),
                ("bob", "01 10:00", "session_start", {"version": "1.0"}),
                ("bob", "02 10:00", "level_complete", {"level": "5"}),
                ("bob", "08 12:00", "purchase", {"value": 10.01, "currency": "USD"}),
                ("cleo", "07 10:00", "session_start", {"version": "1.1"}),
                ("cleo", "07 10:01", "level_complete", {"level": "4"}),
            )
        ],
    )
    return game


NINTH = dt.date(2026, 3, 9)


@pytest.mark.parametrize(
    ("rule", "as_of", "players"),
    [
        # Twenty-four hours after the first event are over at the same time of the next day.
        ({"did": "level_complete", "where": ["level:5"], "within": {"firstDays": 1}}, NINTH, {"ann"}),
        ({"did": "level_complete", "where": ["level:4..5"]}, NINTH, {"ann", "bob", "cleo"}),
        ({"did": "purchase", "valueSum": {"above": 10}, "within": {"lastDays": 30}}, NINTH, {"bob"}),
        # Refunds are taken off, and happen when they happen.
        ({"netSpend": {"above": 0}}, NINTH, {"bob"}),
        ({"netSpend": {"above": 0}}, dt.date(2026, 3, 8), {"ann", "bob"}),
        ({"netSpend": {"atMost": 0}}, NINTH, {"ann", "cleo"}),
        ({"did": "purchase", "times": {"atMost": 0}}, NINTH, {"cleo"}),
        ({"not": {"did": "purchase"}}, NINTH, {"cleo"}),
        # Nobody fits who had not come by then.
        ({"did": "purchase", "times": {"atMost": 0}}, dt.date(2026, 3, 6), {"ann", "bob"}),
        ({"did": "purchase", "times": {"atMost": 0}}, dt.date(2026, 2, 1), set()),
        ({"lastVersion": ["1.1"]}, NINTH, {"ann", "cleo"}),
        ({"lastVersion": ["1.0"]}, dt.date(2026, 3, 2), set()),
        ({"firstSeen": {"lastDays": 3}}, NINTH, {"cleo"}),
        ({"daysActive": {"atLeast": 2}, "within": {"firstDays": 2}}, NINTH, {"ann", "bob"}),
    ],
)
def test_examples(engine: Engine, played: str, rule: Any, as_of: dt.date, players: set[str]) -> None:
    assert fitting(engine, played, rule, as_of) == players


# --- what is kept ---


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    yield registry
    registry.close()


def registered(registry: Registry, game: str, time_zone: str = "UTC") -> RegisteredGame:
    registry.games.add(game, time_zone=time_zone)
    found = registry.games.get(game)
    assert found is not None
    return found


def kept(engine: Engine, game: str) -> segments.Segment:
    (found,) = segments.segments(engine.store, game)
    return found


def test_daily_ones_are_looked_at_again_after_midnight(engine: Engine, registry: Registry) -> None:
    name = engine.new_game()
    game = registered(registry, name, "Asia/Kathmandu")
    today = keeping.today(game)
    noon = dt.datetime.combine(today, dt.time(12), ZoneInfo("Asia/Kathmandu"))
    refresh = keeping.DailyRefresh(engine.store, registry, lambda game: Rules())
    rule = RULE.validate_python({"did": "jump"})
    how: dict[str, Any] = {"env": "prod", "as_of": None, "counting": Rules()}

    def jumps(player: str, days_ago: int) -> None:
        event = {"name": "jump", "player_id": player, "time": noon - days_ago * DAY}
        engine.load(name, [event], received_at=noon + DAY)

    jumps("ann", 2)
    keeping.keep(engine.store, game, "jumpers", rule, refresh="daily", **how)
    assert (kept(engine, name).players, kept(engine, name).as_of) == (1, today)
    jumps("bob", 1)
    jumps("cleo", 0)
    refresh.work()
    # It was made after midnight.
    assert (kept(engine, name).players, kept(engine, name).as_of) == (1, today)
    with engine.store.writing() as connection:
        connection.execute(
            "UPDATE segments SET made_at = $then WHERE game_id = $game",
            {"game": name, "then": (noon - DAY).astimezone(UTC).replace(tzinfo=None)},
        )
    refresh.work()
    # Today is not over: cleo is of tomorrow's.
    assert (kept(engine, name).players, kept(engine, name).as_of) == (2, today - DAY)
    keeping.look_again(engine.store, game, kept(engine, name), as_of=None, counting=Rules())
    assert (kept(engine, name).players, kept(engine, name).as_of) == (3, today)


def test_one_that_was_made_again_meanwhile_is_left_alone(engine: Engine, registry: Registry) -> None:
    name = engine.new_game()
    game = registered(registry, name)
    rule = RULE.validate_python({"did": "jump"})
    keeping.keep(engine.store, game, "some", rule, env="prod", as_of=None, refresh="never", counting=Rules())
    old = kept(engine, name)
    segments.replace(engine.store, name, "some", players=["ann"])
    keeping.look_again(engine.store, game, old, as_of=None, counting=Rules())
    assert (kept(engine, name).rule, kept(engine, name).players) == (None, 1)
    with pytest.raises(keeping.NoRule):
        keeping.look_again(engine.store, game, kept(engine, name), as_of=None, counting=Rules())


def test_days_to_come_are_refused(engine: Engine, registry: Registry) -> None:
    game = registered(registry, engine.new_game())
    rule = RULE.validate_python({"did": "jump"})
    for day in (keeping.today(game) + DAY, dt.date(1969, 12, 31)):
        with pytest.raises(keeping.NoSuchDay):
            keeping.look(engine.store, game, rule, env="prod", as_of=day, counting=Rules())


def test_the_first_kind_of_segments_became_rules() -> None:
    """Those who ever did an event, as older stores have them."""
    connection = duckdb.connect()
    for number, (_, sql) in sorted(migrations().items()):
        if number == 6:
            connection.execute(
                """INSERT INTO segments VALUES
                ('arena', 'chatty', 'say "hi"', 'dev', TIMESTAMP '2026-03-02 23:00'),
                ('arena', 'chosen', NULL, 'prod', TIMESTAMP '2026-03-02 23:00')"""
            )
        connection.execute(sql)
    rows = connection.execute("SELECT segment_id, rule, env, as_of, refresh FROM segments ORDER BY ALL").fetchall()
    assert rows == [
        ("chatty", '{"did":"say \\"hi\\""}', "dev", dt.date(2026, 3, 2), "never"),
        ("chosen", None, "prod", None, "never"),
    ]
    read_rule(rows[0][1])
