"""A store that an older playtrace made opens with this one, and what is new in it knows what was there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from playtrace.config import Settings
from playtrace.store.duckdb import Store, migrations
from playtrace.store.errors import StoreNewer

DAY = dt.datetime(2026, 3, 2)


def make_store(path: Path, up_to: int) -> None:
    """A store as a playtrace left it that knew the migrations up to this one, with three events on a map."""
    with duckdb.connect(path) as connection:
        connection.execute(
            "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL,"
            " applied_at TIMESTAMP NOT NULL)"
        )
        for number in range(1, up_to + 1):
            name, sql = migrations()[number]
            connection.execute(sql)
            connection.execute("INSERT INTO schema_migrations VALUES (?, ?, ?)", [number, name, DAY])
        for name, x in (("position", 1.0), ("position", 9.0), ("crash", 5.0)):
            connection.execute(
                "INSERT INTO events (game_id, event_id, name, time, received_at, env, severity, source, map, x, y,"
                " journal_offset, position)"
                " VALUES ('arena', uuid(), ?, ?, ?, 'prod', 'info', 'test', 'keep', ?, 2, 1, 0)",
                [name, DAY, DAY, x],
            )


def test_what_the_first_playtrace_stored_is_on_the_maps(tmp_path: Path) -> None:
    make_store(tmp_path / "store.duckdb", up_to=1)
    store = Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path))
    try:
        extents = store.query("SELECT name, events, min_x, max_x FROM map_extents ORDER BY name").to_pylist()
        assert [tuple(row.values()) for row in extents] == [("crash", 1, 5, 5), ("position", 2, 1, 9)]
        assert store.query("FROM environments").to_pylist() == [{"game_id": "arena", "env": "prod"}]
    finally:
        store.close()


def test_a_store_of_a_newer_playtrace_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    make_store(path, up_to=max(migrations()))
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (999, 'of_tomorrow', now()::TIMESTAMP)")
    with pytest.raises(StoreNewer, match="999"):
        Store.open(path, Settings(data=tmp_path))
