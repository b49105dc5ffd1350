"""Whether data can be trusted: the examples of the definition, and each part beside plain Python."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from typing import Any

import numpy as np
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.event import Batch, Event
from playtrace.metrics.frame.errors import WrongParameter

SECOND = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}


def event(name: str, minutes: float = 0, player: str | None = "ann", **more: Any) -> dict[str, Any]:
    fields = {"name": name, "time": SECOND + dt.timedelta(minutes=minutes), "player_id": player} | more
    return {name: value for name, value in fields.items() if value is not None}


# --- books ---


def test_the_books_balance_by_day_of_receipt(engine: Engine) -> None:
    game = engine.new_game()
    again = uuid.UUID("6f0d7c1e-6d3c-4b7b-9d0a-7e4b1a1f2c55")
    for day, events in (
        (3, [Event(**event("level_start")), Event(**event("crash"))]),
        (4, [Event(**event("level_start"), event_id=again), Event(**event("level_start"), event_id=again)]),
        (4, [Event(**event("level_start", -60 * 24 * 90))]),
    ):
        received = dt.datetime(2026, 3, day, 9, tzinfo=dt.UTC)
        engine.loader.load_batches([Batch(received_at=received, source="test", game_id=game, events=events)])
    answer = engine.ask("data_quality", game, TENTH, **MARCH)
    days = {bucket.time.day: bucket for bucket in answer.books}
    assert (days[3].received, days[3].stored) == (2, 2)
    assert (days[4].received, days[4].stored, days[4].duplicate, days[4].quarantined) == (3, 1, 1, 1)
    assert days[4].reasons == {"too_old": 1}
    total = answer.total
    assert total.received == 5 == total.stored + total.duplicate + total.quarantined + total.refused
    assert sum(bucket.received for bucket in answer.books) == total.received
    assert answer.table()[3]["reasons"] == "too_old 1"
    hours = engine.ask("data_quality", game, TENTH, interval="hour", **MARCH)
    assert [bucket.time.hour for bucket in hours.books if bucket.received] == [9, 9]
    # 9:00 in UTC is still the day before in Honolulu.
    honolulu = engine.ask("data_quality", game, TENTH, timeZone="Pacific/Honolulu", **MARCH)
    assert [row["received on"] for row in honolulu.table() if row["received"]] == ["2026-03-02", "2026-03-03"]


# --- lateness and clocks ---


def test_lateness_is_receipt_after_time(engine: Engine) -> None:
    game = engine.new_game()
    received = SECOND + dt.timedelta(seconds=90)
    engine.load(game, [event("level_start"), event("level_start", -30)], received)
    lateness = engine.ask("data_quality", game, TENTH, **MARCH).lateness
    assert (lateness.p50_seconds, lateness.max_seconds) == (990, 1890)
    assert {one.within: one.events for one in lateness.within if one.events} == {"10 minutes": 1, "1 hour": 1}


def test_the_last_event_of_each_version(engine: Engine) -> None:
    """When it happened, and when the last one came: events of one version may come after newer ones of another."""
    game = engine.new_game()
    second, third = SECOND + dt.timedelta(days=1), SECOND + dt.timedelta(days=2)
    engine.load(game, [event("level_start", 5, version="1.1"), event("level_start", version="1.0")], second)
    engine.load(game, [event("crash", -60, version="1.0"), event("level_start", 60 * 24 * 30)], third)
    answer = engine.ask("data_quality", game, TENTH, **MARCH)
    told = [(one.version, one.events, one.last_at, one.last_received_at) for one in answer.versions]
    minutes = dt.timedelta(minutes=5)
    assert told[-2:] == [("1.1", 1, SECOND + minutes, second), ("1.0", 2, SECOND, third)]
    assert answer.versions_count == len(told)


def test_a_wrong_clock_is_told(engine: Engine) -> None:
    """The example of the definitions: a device that is 4,000 s fast."""
    game = engine.new_game()
    received = SECOND
    said = received + dt.timedelta(seconds=3_990)
    batch = Batch(
        received_at=received,
        sent_at=received + dt.timedelta(seconds=4_000),
        source="test",
        game_id=game,
        events=[Event(name="level_start", time=said, player_id="ann", session_id="s"), Event(name="level_start")],
    )
    engine.loader.load_batches([batch])
    clocks = engine.ask("data_quality", game, TENTH, **MARCH).clocks
    assert (clocks.with_time, clocks.corrected, clocks.clock_suspect, clocks.corrected_share) == (1, 1, 1, 1)


# --- matches ---


def test_a_match_that_somebody_left(engine: Engine) -> None:
    game = engine.new_game()
    in_match = {"match_id": "m1", "props": {"players": 4}}
    starts = [event("match_start", player=player, **in_match) for player in ("ann", "bob", "cleo")]
    ends = [event("match_end", 9, player=player, match_id="m1") for player in ("ann", "bob")]
    fuller = [event("match_start", player=f"p{n}", match_id="m2", props={"players": "2"}) for n in range(3)]
    running = [event("match_start", 60 * 24 * 8 - 13 * 60 + 59, match_id="m3")]
    engine.load(game, [*starts, *ends, *fuller, *running])
    matches = engine.ask("data_quality", game, TENTH, **MARCH | {"to": "2026-03-10"}).matches
    assert (matches.looked_at, matches.without_end) == (2, 1)
    assert (matches.players_started, matches.players_without_end) == (6, 4)
    assert (matches.places_declared, matches.players_seen, matches.more_seen_than_declared) == (6, 6, 1)


# --- names and properties ---


def test_names_that_are_nearly_those_of_the_catalogue(engine: Engine) -> None:
    game = engine.new_game()
    names = ["PlayerDeath", "level_started", "campfire_lit", "campfire_lit", "player_death", "push_received"]
    engine.load(game, [event(name) for name in names])
    answer = engine.ask("data_quality", game, TENTH, **MARCH)
    assert [(one.name, one.events, one.meant) for one in answer.unknown_names] == [
        ("PlayerDeath", 1, "player_death"),
        ("level_started", 1, "level_start"),
        ("campfire_lit", 2, None),
    ]
    assert answer.unknown_names_count == 3


def test_properties_that_change_between_versions(engine: Engine) -> None:
    game = engine.new_game()
    old = [event("player_death", version="1.9", props={"weapon": 7, "gone": [1], "same": None}) for _ in range(20)]
    new = [event("player_death", version="1.10", props={"weapon": "rifle", "came": {}}) for _ in range(20)]
    few = [event("player_death", version="1.11", props={"other": 1}) for _ in range(19)]
    engine.load(game, [*old, *new, *few])
    drift = engine.ask("data_quality", game, TENTH, **MARCH).drift
    assert [(one.property, one.version, one.types) for one in drift.types] == [
        ("weapon", "1.9", {"number": 20}),
        ("weapon", "1.10", {"text": 20}),
    ]
    assert [(one.property, one.change, one.before, one.version) for one in drift.changes] == [
        ("came", "new", "1.9", "1.10"),
        ("gone", "vanished", "1.9", "1.10"),
    ]


# --- the sample ---


def test_what_arrived_last_is_looked_at(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [event("first") for _ in range(150)], SECOND + dt.timedelta(hours=1))
    engine.load(game, [event("second", player=None) for _ in range(150)], SECOND + dt.timedelta(hours=2))
    answer = engine.ask("data_quality", game, TENTH, sample=200, **MARCH)
    assert answer.looked_at.events == 200
    assert [(one.name, one.events, one.without_player) for one in answer.missing] == [
        ("second", 150, 150),
        ("first", 50, 0),
    ]
    assert answer.looked_at.last_received_at == SECOND + dt.timedelta(hours=2)


def test_nothing_is_wrong_with_nothing(engine: Engine) -> None:
    answer = engine.ask("data_quality", engine.new_game(), TENTH, **MARCH)
    assert (answer.total.received, answer.looked_at.events, answer.missing) == (0, 0, [])
    assert (answer.lateness.p50_seconds, answer.clocks.corrected_share, answer.matches.looked_at) == (None, None, 0)


@agreeing
@asking(
    events_of(
        "match_start",
        "match_end",
        "crash",
        session_id=optional("s"),
        match_id=optional("m1", "m2"),
        props=optional({"players": 2}, {"players": "many", "mode": 1}, {"mode": "x", "players": None}),
    )
)
def test_any_data(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    answer = game.engine.ask("data_quality", game.game, NOW, **asked)
    looked_at = [
        one
        for one in question.counted(game.events)
        if question.wants(one) and question.start <= one["time"] < question.end
    ]
    assert answer.looked_at.events == len(looked_at)
    late = [(RECEIVED - one["time"]).total_seconds() for one in looked_at]
    same(answer.lateness.p95_seconds, float(np.percentile(late, 95)) if late else None)
    assert sum(one.events for one in answer.lateness.within) == len(late)
    for field, column in (("player", "player_id"), ("session", "session_id"), ("version", "version")):
        found = {one.name: getattr(one, f"without_{field}") for one in answer.missing}
        expected = Counter(one["name"] for one in looked_at if one.get(column) is None)
        assert {name: count for name, count in found.items() if count} == dict(expected)
    started = {one["match_id"] for one in looked_at if one["name"] == "match_start" and one.get("match_id")}
    ended = {one["match_id"] for one in looked_at if one["name"] == "match_end" and one.get("match_id")}
    assert answer.matches.looked_at == len(started)
    # An end before the first start of the range is of no match that began in it.
    assert answer.matches.without_end >= len(started - ended)


RECEIVED = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)


@pytest.mark.parametrize("asked", [{"sample": 99}, {"sample": 100_001}, {"interval": "minute"}])
def test_a_wrong_parameter_is_named(engine: Engine, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(asked))):
        engine.ask("data_quality", engine.new_game(), TENTH, **asked, **MARCH)
    with pytest.raises(WrongParameter) as wrong:
        engine.ask("data_quality", engine.new_game(), TENTH, source="rollup", **MARCH)
    assert wrong.value.parameter == "source"
