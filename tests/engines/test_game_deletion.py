"""A game is deleted piece by piece, while events of it still wait, and whatever ends the process in between."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Engine

from playtrace.collect.app import Collect
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.operate.game_deletion import GRACE, LOADING_LOOK_S, GameDeletions
from playtrace.registry.errors import GameIsDeleted, Invalid
from playtrace.registry.games import is_game_id
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

NOW = dt.datetime(2026, 5, 31, 12, tzinfo=dt.UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings = Settings(data=tmp_path)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(settings.store_path, settings)
    yield Engine(store, journal, settings)
    store.close()
    journal.close()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = Registry.open(f"sqlite:///{tmp_path / 'registry.sqlite'}", clock=lambda: NOW)
    for game in ("arena", "harbour"):
        registry.games.add(game)
        registry.keys.add(game)
    yield registry
    registry.close()


def batch(game: str, minute: int) -> Batch:
    names = ("session_start", "position", "purchase", "crash")
    events = [
        Event(name=name, player_id=f"p{minute}", session_id=f"s{minute}", map="keep", x=1.0, y=2.0, mono_ms=place)
        for place, name in enumerate(names)
    ]
    return Batch(received_at=NOW - dt.timedelta(minutes=minute), source="test", game_id=game, events=events)


def test_what_still_waits_is_loaded_and_goes_too(engine: Engine, registry: Registry) -> None:
    engine.loader.load_batches([batch(game, minute) for game in ("arena", "harbour") for minute in range(5)])
    registry.mirrors.put("warehouse", MirrorDefinition(url="postgresql://db/x", game_ids=["arena", "harbour"]))
    registry.mirrors.put("own", MirrorDefinition(url="postgresql://db/y", game_ids=["arena"]))
    with pytest.raises(Invalid, match="archive it first"):
        registry.games.begin_deletion("arena", "arena")
    registry.games.archive("arena", is_archived=True)
    registry.games.begin_deletion("arena", "arena")
    with pytest.raises(GameIsDeleted):
        registry.keys.add("arena")
    loaded, clock = 7, NOW

    def deletions() -> GameDeletions:
        return GameDeletions(
            engine.store, registry, taken=lambda: 8, loaded=lambda: loaded, clock=lambda: clock, rows_at_once=11
        )

    # Whoever takes events has some seconds to hear of it.
    assert deletions().work() == GRACE.total_seconds()
    assert engine.store.query("FROM events WHERE game_id = 'arena'").num_rows == 20
    clock = NOW + GRACE
    one = deletions()
    one.work()
    left = engine.store.query("FROM events WHERE game_id = 'arena'").num_rows
    assert 0 < left < 20
    # Another process goes on, and does not end before what was taken is loaded.
    two = deletions()
    while two.work() != LOADING_LOOK_S:
        pass
    assert engine.store.query("FROM events WHERE game_id = 'arena'").num_rows == 0
    assert [game.id for game in registry.games.being_deleted()] == ["arena"]
    engine.loader.load_batches([batch("arena", 9)])
    loaded = 8
    while registry.games.being_deleted():
        two.work()
    assert two.has_freed()
    tables = engine.store.query(
        "SELECT table_name FROM duckdb_columns() WHERE column_name = 'game_id' AND schema_name = 'main'"
        " AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary)"
    )
    for table in tables["table_name"].to_pylist():
        with engine.store.reading() as reader:
            assert reader.query_text(f"FROM {table} WHERE game_id = 'arena'").num_rows == 0, table
    assert engine.store.query("FROM events WHERE game_id = 'harbour'").num_rows == 20
    assert [(one.id, one.game_ids) for one in registry.mirrors.all()] == [("warehouse", ["harbour"])]
    assert [game.id for game in registry.games.all()] == ["harbour"]
    assert [key.game_id for key in registry.keys.all("arena")] == []
    assert [key.game_id for key in registry.keys.all("harbour")] == ["harbour"]
    assert registry.games.add("arena").archived_at is None


def test_an_open_server_makes_games_by_the_rule_that_people_make_them_by(
    tmp_path: Path, registry: Registry, engine: Engine
) -> None:
    ring = KeyRing(registry, open_mode=True)
    collect = Collect(Settings(data=tmp_path, open=True), engine.journal, ring)
    for named in ("arena", "a", "0-_a", "a" * 64, "Arena", "", "a" * 65, "a b", "-a", "_a", "ä", "a\n"):
        sent = Batch(received_at=NOW, source="test", events=[Event(name="jump", game_id=named)])
        collect._make_games(sent, at_once=False)  # pyright: ignore[reportPrivateUsage]
        collect.admit_games(sent, None)
        is_made = named in {game.id for game in registry.games.all()}
        assert is_made == (len(sent.events) == 1) == is_game_id(named), named
