"""What is loaded comes into ClickHouse once, whatever fails between; and what is taken away here goes there too."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString

import arena_history
import pytest
from clickhouse_server import ClickHouseServer
from conftest import Engine
from test_clickhouse_answers import ASKED

from playtrace.clickhouse_url import clickhouse_url
from playtrace.config import Settings
from playtrace.journal.sqlite import Journal
from playtrace.metrics.frame.metric import metrics
from playtrace.shares import Share, part_of
from playtrace.store.clickhouse.copying import Copying
from playtrace.store.clickhouse.schema import statements
from playtrace.store.clickhouse.store import ClickHouseStore
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

GOLDEN = Path(__file__).parent.parent / "golden" / "clickhouse"
NUMBERS = itertools.count(1)
COUNTED: LiteralString = """
SELECT (SELECT sum(events) FROM event_counts) AS counted, (SELECT sum(events) FROM sessions) AS of_sessions
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Engine]:
    """A store of its own, as all of a store is copied."""
    with opened(tmp_path) as engine:
        yield engine


@contextmanager
def opened(folder: Path, **more: object) -> Iterator[Engine]:
    folder.mkdir(exist_ok=True)
    settings = Settings.model_validate({"data": folder, "store_threads": 1, "query_seconds_max": 3600, **more})
    with (
        closing(Journal.open(settings.journal_path, settings)) as journal,
        closing(Store.open(None, settings)) as store,
    ):
        yield Engine(store, journal, settings)


@pytest.fixture
def there(own: Engine, clickhouse: ClickHouseServer) -> Iterator[ClickHouseStore]:
    url = clickhouse_url(clickhouse.url(f"copied_{next(NUMBERS)}"))
    with closing(ClickHouseStore(url, own.settings)) as store:
        yield store


def copy_all(own: Engine, there: ClickHouseStore, *, events_max: int = 1000) -> Copying:
    copying = Copying(own.store, there, own.settings, events_max=events_max)
    while copying.follow() is not None:
        pass
    assert copying.compare().different == []
    return copying


def count(there: ClickHouseStore, table: str) -> int:
    with there.reading() as reader:
        return int(reader.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("lacking", ["event_counts", "sessions", "events", "slices"])
def test_a_slice_that_was_cut_off_is_sent_again_and_counts_once(
    own: Engine, there: ClickHouseStore, lacking: str
) -> None:
    events = arena_history.events()
    for begin in range(0, 120, 40):
        own.load("arena", events[begin : begin + 40])
    copying = Copying(own.store, there, own.settings, events_max=60)
    first = copying.step()
    assert first is not None
    assert (first.events, first.head) == (40, 3)
    # What is sent before this table arrives, and the rest does not.
    there.client.command(f"RENAME TABLE {lacking} TO away")
    with pytest.raises(StoreError):
        copying.step()
    there.client.command(f"RENAME TABLE away TO {lacking}")
    # Whoever goes on is another, and takes more at a time: the slice that was begun keeps its borders.
    own.load("arena", events[120:140])
    copy_all(own, there)
    assert count(there, "events") == 140
    # Each event has a session.
    with there.reading() as reader:
        assert reader.rows(COUNTED) == [{"counted": 140, "of_sessions": 140}]


def test_of_a_slice_that_is_there_in_part_every_metric_tells_something(own: Engine, there: ClickHouseStore) -> None:
    """Who asks while a game's first slice is sent sees some of its tables, and not yet others."""
    own.load("arena", arena_history.events(), dt.datetime(2026, 3, 3, tzinfo=dt.UTC))
    days = {"gameId": "arena", "from": "2026-03-01", "to": "2026-03-02"}
    there.client.command("RENAME TABLE players_met TO away")
    with pytest.raises(StoreError):
        Copying(own.store, there, own.settings).step()
    there.client.command("RENAME TABLE away TO players_met")
    for name, asked in dict(ASKED.values()).items():
        metric = metrics()[name]
        parameters = metric.parameters.model_validate(days | asked | {"segment": None})
        assert metric.answer(parameters, there, arena_history.NOW).metric == name
    copy_all(own, there)


def test_what_is_loaded_meanwhile_follows_in_its_order(own: Engine, there: ClickHouseStore) -> None:
    events = arena_history.events()
    copying = Copying(own.store, there, own.settings, events_max=30)
    for begin in range(0, 100, 20):
        own.load("arena", events[begin : begin + 20])
        copied = copying.step()
        assert copied is not None
        assert copied.slice_.to_offset == begin // 20 + 1
    assert copying.step() is None
    assert count(there, "events") == 100


def test_what_is_taken_away_here_goes_there_too(own: Engine, there: ClickHouseStore) -> None:
    own.load("arena", arena_history.events())
    copying = copy_all(own, there)
    before = count(there, "event_counts")
    with own.store.writing() as connection:
        connection.execute("DELETE FROM events WHERE time::DATE = DATE '2026-03-01'")
    (different,) = copying.compare().different
    assert (different.day.game_id, different.day.day) == ("arena", dt.date(2026, 3, 1))
    assert different.here.events == 0 < different.there.events
    copying.copy_anew([different])
    assert copying.compare().different == []
    assert 0 < count(there, "event_counts") < before


def test_another_store_is_not_mixed_in(own: Engine, there: ClickHouseStore) -> None:
    """One that was put back from a backup knows less than ClickHouse has."""
    own.load("arena", arena_history.events()[:10])
    own.load("arena", arena_history.events()[10:20])
    copy_all(own, there)
    with own.store.writing() as connection:
        connection.execute("UPDATE loaded SET journal_offset = 1")
    with pytest.raises(StoreError, match="ClickHouse has more than this store: up to 2, the store is loaded up to 1"):
        Copying(own.store, there, own.settings).step()


def test_a_store_that_was_begun_anew_takes_nothing_away(own: Engine, there: ClickHouseStore, tmp_path: Path) -> None:
    own.load("arena", arena_history.events()[:20])
    copy_all(own, there)
    with opened(tmp_path / "anew") as anew:
        copying = Copying(anew.store, there, anew.settings)
        for begin in (20, 30):
            with pytest.raises(StoreError, match=r"begun anew.*Restore the backup"):
                copying.follow()
            anew.load("arena", arena_history.events()[begin : begin + 10])
    assert count(there, "events") == 20


def test_shares_of_the_games_come_from_several_stores(clickhouse: ClickHouseServer, tmp_path: Path) -> None:
    """Each copies, compares, and takes away what is its own alone."""
    games = {part_of(name, 2): name for name in ("arena", "game-1")}
    assert games.keys() == {0, 1}
    url = clickhouse_url(clickhouse.url(f"copied_{next(NUMBERS)}"))
    with (
        opened(tmp_path / "0", load_shares=2) as first,
        opened(tmp_path / "1", load_shares=2) as second,
        closing(ClickHouseStore(url, first.settings)) as there,
    ):
        both = [Copying(one.store, there, one.settings, share=Share(k, 2)) for k, one in enumerate((first, second))]
        for number, one in enumerate((first, second)):
            one.load(games[number], arena_history.events()[: 100 + number])
            one.make_segment(games[number], "whales", ["ann", f"of-{number}"])
            assert both[number].follow() is not None
        assert [copying.follow() for copying in both] == [None, None]
        assert [copying.compare().different for copying in both] == [[], []]
        assert count(there, "events") == 201
        assert count(there, "segment_members") == 4
        # What one takes away, and what it changes of a small table, leaves the other's.
        with first.store.writing() as connection:
            connection.execute("DELETE FROM events WHERE time::DATE = DATE '2026-03-01'")
            connection.execute("DELETE FROM segment_members")
        both[0].step()
        both[0].copy_anew(both[0].compare().different)
        assert [copying.compare().different for copying in both] == [[], []]
        with there.reading() as reader:
            told = reader.rows("SELECT game_id, count(*) AS n FROM events GROUP BY game_id")
            members = reader.rows("SELECT DISTINCT game_id FROM segment_members")
        assert {row["game_id"]: row["n"] for row in told}[games[1]] == 101
        assert members == [{"game_id": games[1]}]
        # Who has lost its folder is refused, and so is whoever counts the shares otherwise.
        with opened(tmp_path / "anew", load_shares=2) as anew:
            anew.load(games[0], arena_history.events()[:5])
            with pytest.raises(StoreError, match="has its share 0 of 2 from another store"):
                Copying(anew.store, there, anew.settings, share=Share(0, 2)).step()
            with pytest.raises(StoreError, match="dealt the games out in 2 shares"):
                Copying(anew.store, there, anew.settings).step()
        # And whoever lost the share sends nothing more.
        with pytest.raises(StoreError, match="belongs to another loader"):
            Copying(second.store, there, second.settings, share=Share(1, 2), is_ours=lambda: False).step()
        assert count(there, "events") == 101 + sum(row["n"] for row in told if row["game_id"] == games[0])


def test_books_are_told_whole(own: Engine, there: ClickHouseStore) -> None:
    events = arena_history.events()
    for begin in (0, 10, 20):
        own.load("arena", events[begin : begin + 10], dt.datetime(2026, 3, 3, 1, begin, tzinfo=dt.UTC))
        copy_all(own, there)
    with there.reading() as reader:
        (row,) = reader.rows("SELECT outcome, sum(events) AS events FROM books GROUP BY outcome")
    assert row == {"outcome": "stored", "events": 30}


HOSTILE: list[dict[str, Any]] = [
    {"a.b": 1, "a": {"b": 2}},
    {"": 1, " ": 2, "`": 3, "'": 4, '"': 5, "\\": 6, "a\u0000b": 7},
    {"deep": json.loads("[" * 40 + "]" * 40)},
    {"mixed": [1, "a", None, {"b": [True, 1.5]}]},
    {"big": 2**63, "bigger": 10**30, "small": -(2**63), "float": 1e308},
    {"null": None, "text": "x" * 10_000, "emoji": "😀", "date": "2026-03-01", "uuid": "0" * 32},
    {str(number): number for number in range(100)},
]


def test_who_asks_leaves_and_a_server_stops_while_it_is_away(
    there: ClickHouseStore, clickhouse: ClickHouseServer
) -> None:
    with there.reading() as reader:
        assert reader.rows("SELECT 1 AS one") == [{"one": 1}]
        clickhouse.kill()
        try:
            reader.interrupt()
            there.close()
        finally:
            clickhouse.start()
    with pytest.raises(StoreError, match="stops"), there.reading():
        pass


def test_properties_of_a_hostile_client_stop_nothing(own: Engine, there: ClickHouseStore) -> None:
    at = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    for props in HOSTILE:
        own.load("arena", [{"name": "odd", "player_id": "ann", "time": at, "props": props}])
    own.load("arena", [{"name": "odd", "player_id": "ann'\\\n", "time": at, "props": {"mode": "ranked"}}])
    copy_all(own, there)
    with there.reading() as reader:
        rows = reader.rows(
            "SELECT player_id FROM main.events WHERE TRY_CAST(props.mode AS VARCHAR) = $mode", {"mode": "ranked"}
        )
    assert rows == [{"player_id": "ann'\\\n"}]


@pytest.mark.parametrize(("name", "cluster"), [("one_server", None), ("cluster", "studio")])
def test_the_tables_as_text(name: str, cluster: str | None) -> None:
    """Of a cluster the text alone is tested: it takes servers with a Keeper to run it."""
    text = ";\n\n".join(statements(cluster)) + ";\n"
    file = GOLDEN / f"{name}.sql"
    if os.environ.get("REFRESH_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), "REFRESH_GOLDEN=1 writes it anew; read the difference"
