"""After an upgrade rollups are made anew, a day at a time: every answer is right before, meanwhile and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Engine, plain, same

from playtrace.config import Settings
from playtrace.journal.sqlite import Journal
from playtrace.load.compaction import tidy_days
from playtrace.load.rebuild import NothingToRebuild, Rebuild, RebuildRuns
from playtrace.rollups import ROLLUPS
from playtrace.store.duckdb import Store
from playtrace.store.raw_gone import note_gone

FIRST = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
RANGE = {"from": "2026-03-01", "to": "2026-03-08"}
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("summary", RANGE),
    ("active_players", RANGE),
    ("retention", RANGE),
    ("timeseries", {"metric": "sessions", **RANGE}),
    ("timeseries", {"metric": "events", "splitBy": "platform", **RANGE}),
    ("heatmap", {"map": "arena", **RANGE}),
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data=tmp_path)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(settings.store_path, settings)
    yield Engine(store, journal, settings)
    store.close()
    journal.close()


def day_of_play(day: int) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "time": FIRST + dt.timedelta(days=day, minutes=minute, hours=13 * (player == "bob")),
            "player_id": player,
            "session_id": f"{player}-{day // 2}",
            "mono_ms": 60_000 * minute,
            "platform": "linux" if day % 2 else "windows",
            "map": "arena",
            "x": float(minute),
            "y": float(day),
        }
        for player in ("ann", "bob", f"new-{day}")
        for minute, name in enumerate(("session_start", "position", "position", "player_death", "crash"))
    ]


def answers(engine: Engine, game: str) -> list[dict[str, Any]]:
    return [plain(engine.ask(name, game, NOW, **asked)) for name, asked in QUESTIONS]


def sources(engine: Engine, game: str) -> set[str]:
    return {engine.ask(name, game, NOW, **asked).source for name, asked in QUESTIONS}


def test_answers_stay_the_same_while_rollups_are_made_anew_and_events_come(engine: Engine) -> None:
    game = engine.new_game()
    for day in range(6):
        engine.load(game, day_of_play(day))
    expected = answers(engine, game)
    assert sources(engine, game) == {"rollup"}
    # As an upgrade leaves them.
    with engine.store.writing() as connection:
        connection.execute("UPDATE rollup_builds SET version = version - 1")
    engine.store.close()
    engine.store = Store.open(engine.settings.store_path, engine.settings)
    assert sources(engine, game) == {"raw"}
    assert all(engine.store.query(f"FROM {rollup.table}").num_rows == 0 for rollup in ROLLUPS)
    same(answers(engine, game), expected)

    made: list[dt.date] = []
    rebuild = Rebuild(engine.store, engine.settings, made.extend)
    engine.loader = type(engine.loader)(engine.store, engine.journal, engine.settings)
    for _ in range(3):
        rebuild.work()
    assert made == [(FIRST + dt.timedelta(days=day)).date() for day in range(3)]
    same(answers(engine, game), expected)
    # Events of days that are made, and of such that are not, and of players who are known from both.
    late = [event | {"time": event["time"] + dt.timedelta(minutes=30)} for event in day_of_play(1) + day_of_play(5)]
    engine.load(game, late)
    with_late = [plain(engine.ask(name, game, NOW, source="raw", **asked)) for name, asked in QUESTIONS]
    assert with_late != expected
    same(answers(engine, game), with_late)
    while rebuild.work() is not None:
        same(answers(engine, game), with_late)
    assert rebuild.day is None
    assert sources(engine, game) == {"rollup"}
    engine.compact([(FIRST + dt.timedelta(days=day)).date() for day in range(8)])
    same(answers(engine, game), with_late)


def counted(engine: Engine, game: str) -> int:
    sql = "SELECT coalesce(sum(events), 0)::BIGINT AS events FROM event_counts WHERE game_id = $game"
    return engine.store.query(sql, {"game": game}).to_pylist()[0]["events"]


def damage(engine: Engine, game: str) -> None:
    """What rollups say of the first days and of one without events is wrong, also of what is made of days."""
    with engine.store.writing() as connection:
        connection.execute("UPDATE event_counts SET events = 2 * events WHERE game_id = ?", [game])
        connection.execute("UPDATE heat_days SET events = 99, span_ms = 99 WHERE game_id = ?", [game])
        connection.execute("DELETE FROM sessions WHERE game_id = ? AND started_at < '2026-03-04'", [game])
        connection.execute(
            "INSERT INTO event_counts SELECT * REPLACE (TIMESTAMP '2026-02-25' AS slot) FROM event_counts"
            " WHERE game_id = ?",
            [game],
        )


def test_days_that_somebody_wants_are_made_anew_and_a_restart_goes_on(engine: Engine) -> None:
    days = [(FIRST + dt.timedelta(days=day)).date() for day in range(6)]
    game, other = engine.new_game(), engine.new_game()
    for day in range(6):
        engine.load(game, day_of_play(day))
        engine.load(other, day_of_play(day))
    tidy_days(engine.store, engine.settings, days)
    expected = answers(engine, game)
    damage(engine, game)
    damage(engine, other)
    assert answers(engine, game) != expected

    rebuild = Rebuild(engine.store, engine.settings, lambda days: tidy_days(engine.store, engine.settings, days))
    assert rebuild.work() is None
    assert rebuild.wish(dt.date(2026, 2, 20), dt.date(2026, 3, 20), game).days == 10
    with pytest.raises(RebuildRuns):
        rebuild.wish(None, None)
    for _ in range(6):
        rebuild.work()
    # Whoever was killed here goes on.
    again = Rebuild(engine.store, engine.settings, lambda days: tidy_days(engine.store, engine.settings, days))
    engine.load(game, [event | {"session_id": "late"} for event in day_of_play(2)])
    with_late = [plain(engine.ask(name, game, NOW, source="raw", **asked)) for name, asked in QUESTIONS]
    while again.work() is not None:
        pass
    assert again.order is None
    assert sources(engine, game) == {"rollup"}
    same(answers(engine, game), with_late)
    assert counted(engine, game) == 7 * len(day_of_play(0))
    # Of another game nothing was touched: it is as wrong as it was, until all games are made anew.
    assert counted(engine, other) == 4 * 6 * len(day_of_play(0))
    again.wish(dt.date(2026, 2, 25), None)
    while again.work() is not None:
        pass
    assert counted(engine, other) == 6 * len(day_of_play(0))
    with pytest.raises(NothingToRebuild, match="no events on those days"):
        again.wish(dt.date(2026, 4, 1), None, game)


def test_days_whose_events_are_gone_are_refused_and_stay_as_they_are(engine: Engine) -> None:
    game = engine.new_game()
    for day in range(6):
        engine.load(game, day_of_play(day))
    gone_to = dt.date(2026, 3, 4)
    with engine.store.writing() as connection:
        note_gone(connection, game, gone_to)
        connection.execute("DELETE FROM events WHERE game_id = ? AND time < ?", [game, gone_to])
    expected = answers(engine, game)
    rebuild = Rebuild(engine.store, engine.settings, lambda days: None)
    with pytest.raises(NothingToRebuild, match=f"Begin with {gone_to}"):
        rebuild.wish(dt.date(2026, 3, 3), None, game)
    assert rebuild.wish(None, None, game).next_day == gone_to
    while rebuild.work() is not None:
        pass
    rebuild.wish(None, None)
    while rebuild.work() is not None:
        pass
    assert answers(engine, game) == expected
