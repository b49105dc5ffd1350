"""Days whose events are gone: what was made of them stays, nothing is made of them anew, and nothing is added."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Engine, plain, same

from playtrace.api.events import EventFilter
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.exports.slices import Slices
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.load.rebuild import Rebuild
from playtrace.store.duckdb import Store
from playtrace.store.matching import removed_before
from playtrace.store.raw_gone import CRASH_PROPERTIES, NOTHING_GONE, Gone, gone_of, note_gone

FIRST = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
RANGE = {"from": "2026-03-01", "to": "2026-03-08"}
GONE_TO = dt.date(2026, 3, 4)
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("summary", RANGE),
    ("retention", RANGE),
    ("sessions", RANGE),
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
    return [plain(engine.ask(name, game, NOW, **asked)) | {"game_id": ""} for name, asked in QUESTIONS]


def take_away(engine: Engine, game: str) -> None:
    """As retention does: first it is written down, then the events go."""
    with engine.store.writing() as connection:
        note_gone(connection, game, GONE_TO)
        connection.execute("DELETE FROM events WHERE game_id = ? AND time < ?", [game, GONE_TO])


def test_what_is_gone_never_comes_back_and_is_known_by_name(engine: Engine) -> None:
    with engine.store.writing() as connection:
        note_gone(connection, "arena", dt.date(2026, 3, 4))
        note_gone(connection, "arena", dt.date(2026, 3, 2))
        note_gone(connection, "arena", NOTHING_GONE, name="purchase")
        note_gone(connection, "arena", dt.date(2026, 3, 9), name="position")
        note_gone(connection, "arena", dt.date(2026, 2, 1), what=CRASH_PROPERTIES)
        note_gone(connection, "harbour", dt.date(2026, 1, 1))
    with engine.store.reading() as reader:
        gone = gone_of(reader, "arena")
        assert gone_of(reader, "nowhere") == Gone()
    assert gone.before("level_start") == dt.date(2026, 3, 4)
    assert gone.before("purchase") == NOTHING_GONE
    assert gone.before("position") == gone.latest == dt.date(2026, 3, 9)
    assert (gone.crash_properties, gone.everything) == (dt.date(2026, 2, 1), None)


def test_the_event_log_and_exports_know_what_they_lack(engine: Engine) -> None:
    with engine.store.writing() as connection:
        note_gone(connection, "arena", dt.date(2026, 5, 11))
        note_gone(connection, "arena", dt.date(2026, 5, 21), name="position")
        note_gone(connection, "arena", NOTHING_GONE, name="purchase")

    def lacks(**asked: Any) -> dt.date | None:
        game = asked.pop("game", "arena")
        matching = EventFilter.model_validate(asked).matching(game, dt.datetime.now(dt.UTC), game_ids=["arena", "maze"])
        slices = Slices(matching, "name")
        slices.begin(engine.store)
        with engine.store.reading() as reader:
            assert removed_before(reader, matching) == slices.removed_before
        return slices.removed_before

    others, positions = dt.date(2026, 5, 11), dt.date(2026, 5, 21)
    assert lacks() == lacks(game=None) == lacks(type=["position"]) == lacks(**{"from": "2026-05-20"}) == positions
    assert lacks(exceptType=["position"]) == lacks(type=["jump"]) == lacks(type=["jump", "purchase"]) == others
    assert lacks(type=["purchase"]) is lacks(game="maze") is lacks(**{"from": "2026-05-21"}) is None
    assert lacks(type=["jump"], **{"from": "2026-05-11"}) is None


def test_a_changed_definition_keeps_what_was_made_of_days_that_are_gone(engine: Engine) -> None:
    game, other = engine.new_game(), engine.new_game()
    for day in range(6):
        engine.load(game, day_of_play(day))
        engine.load(other, day_of_play(day))
    days = [(FIRST + dt.timedelta(days=day)).date() for day in range(8)]
    engine.compact(days)
    expected = answers(engine, game)
    take_away(engine, game)
    assert answers(engine, game) == expected
    with engine.store.writing() as connection:
        connection.execute("UPDATE rollup_builds SET version = version - 1")
    engine.store.close()
    engine.store = Store.open(engine.settings.store_path, engine.settings)
    # Where players stayed follows from more than one event, so until it is made anew it is read from events alone.
    same(answers(engine, game)[:-1], expected[:-1])
    same(answers(engine, other), expected)

    rebuild = Rebuild(engine.store, engine.settings, lambda days: None)
    rebuild.work()
    same(answers(engine, game)[:-1], expected[:-1])
    while rebuild.work() is not None:
        pass
    engine.compact(days)
    same(answers(engine, game), expected)
    same(answers(engine, other), expected)
    assert {engine.ask(name, game, NOW, **asked).source for name, asked in QUESTIONS} == {"rollup"}


def test_what_happened_on_a_day_that_is_gone_is_set_aside_and_told(engine: Engine) -> None:
    game = engine.new_game()
    for day in range(6):
        engine.load(game, day_of_play(day))
    take_away(engine, game)
    with engine.store.writing() as connection:
        note_gone(connection, game, NOTHING_GONE, name="crash")
    engine.loader = Loader(engine.store, engine.journal, engine.settings)
    # The same again: by then nobody knows their ids any more. Imported ones may be however old.
    again = [Event(**event) for day in range(6) for event in day_of_play(day)]
    old = [Event(**event) for event in day_of_play(-60)]
    loaded = engine.loader.load_batches(
        [
            Batch(received_at=NOW, source="test", game_id=game, events=again),
            Batch(received_at=NOW, source="import", game_id=game, events=old),
        ]
    )
    gone = sum(event.time.date() < GONE_TO and event.name != "crash" for event in [*again, *old] if event.time)
    assert loaded.quarantined == gone > 0
    assert loaded.stored == len(again) + len(old) - gone
    aside = engine.store.query("SELECT reason, error FROM set_aside").to_pylist()
    assert {row["reason"] for row in aside} == {"removed_day"}
    assert "is before 2026-03-04, and of then the events were removed" in aside[0]["error"]
    books = engine.store.query("SELECT outcome, sum(events)::BIGINT AS events FROM books GROUP BY 1 ORDER BY 1")
    assert books.to_pylist() == [
        {"outcome": "quarantined", "events": gone},
        {"outcome": "stored", "events": 6 * 15 + loaded.stored},
    ]
