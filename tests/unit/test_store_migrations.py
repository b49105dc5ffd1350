"""A store that an older playtrace made opens with this one, and what is new in it knows what was there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from playtrace.config import Settings
from playtrace.rollups import ROLLUPS
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
        # What is a map's id today was called `map`.
        map_ = "map" if up_to < 5 else "map_id"
        for name, x in (("position", 1.0), ("position", 9.0), ("crash", 5.0)):
            connection.execute(
                f"INSERT INTO events (game_id, event_id, name, time, received_at, env, severity, source, {map_}, x, y,"
                " journal_offset, position)"
                " VALUES ('arena', uuid(), ?, ?, ?, 'prod', 'info', 'test', 'keep', ?, 2, 1, 0)",
                [name, DAY, DAY, x],
            )


def test_what_the_first_playtrace_stored_is_kept_and_its_rollups_are_to_be_made(tmp_path: Path) -> None:
    make_store(tmp_path / "store.duckdb", up_to=1)
    store = Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path))
    try:
        kept = store.query("SELECT name, map_id, x FROM events ORDER BY x").to_pylist()
        assert [tuple(row.values()) for row in kept] == [
            ("position", "keep", 1.0),
            ("crash", "keep", 5.0),
            ("position", "keep", 9.0),
        ]
        builds = {row["rollup"]: row["built_to"] for row in store.query("FROM rollup_builds").to_pylist()}
        assert builds == {rollup.table: DAY.date() for rollup in ROLLUPS} | {
            "heat_days": None,
            "performance_days": None,
            "path_days": None,
            # Made when the store is opened.
            "player_merges": None,
        }
    finally:
        store.close()


def test_a_rollup_of_a_newer_playtrace_is_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path)).close()
    with duckdb.connect(tmp_path / "store.duckdb") as connection:
        connection.execute("UPDATE rollup_builds SET version = 99 WHERE rollup = 'sessions'")
    with pytest.raises(StoreNewer, match="version 99 of sessions"):
        Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path))


def test_a_rollup_of_an_older_version_is_made_anew(tmp_path: Path) -> None:
    make_store(tmp_path / "store.duckdb", up_to=max(migrations()))
    Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path)).close()
    with duckdb.connect(tmp_path / "store.duckdb") as connection:
        connection.execute("UPDATE rollup_builds SET built_to = NULL")
        connection.execute("UPDATE rollup_builds SET version = 1 WHERE rollup = 'map_extents'")
        connection.execute("ALTER TABLE map_extents ADD COLUMN of_yesterday INTEGER")
    store = Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path))
    try:
        due = store.query("SELECT rollup, built_to FROM rollup_builds WHERE built_to IS NOT NULL").to_pylist()
        assert due == [{"rollup": "map_extents", "built_to": DAY.date()}]
        assert "of_yesterday" not in store.query("FROM map_extents").column_names
    finally:
        store.close()


def test_a_store_of_a_newer_playtrace_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    make_store(path, up_to=max(migrations()))
    with duckdb.connect(path) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (999, 'of_tomorrow', now()::TIMESTAMP)")
    with pytest.raises(StoreNewer, match="999"):
        Store.open(path, Settings(data=tmp_path))
