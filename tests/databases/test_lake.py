"""The lake has every event once, whatever happens to who writes it, in tables that engines read without us."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import boto3
import duckdb
import pytest
from moto.server import ThreadedMotoServer
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import StaticTable, Table

from databases.studio import MakeTarget, Studio
from playtrace.batch.lake import Lake as BatchLake
from playtrace.batch.results import Results
from playtrace.mirrors.lake import upkeep
from playtrace.mirrors.lake.books import read_books
from playtrace.mirrors.lake.checking import differences, in_lake, in_store, summed
from playtrace.mirrors.lake.files import files_of, read_files
from playtrace.mirrors.lake.tables import EVENTS, SET_ASIDE
from playtrace.mirrors.lake.target import LakeTarget
from playtrace.mirrors.target import PlayerErasure, PositionMoved, Slice, Target, TargetNewer, TargetUnusable
from playtrace.mirrors.targets import make_target

AT = dt.datetime(2026, 3, 1, 23, 59, 59, 123456, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)
OLD = AT - dt.timedelta(days=400)
"""Too old to be taken."""
Found = dict[str, Any]


class Lake:
    """A lake of a test's own."""

    def __init__(self, folder: Path, studio: Studio) -> None:
        self.folder = folder
        self.studio = studio

    def make(self, mirror: str = "lake") -> MakeTarget:
        return lambda: make_target(self.folder.as_uri(), mirror, self.studio.settings, self.studio.games)

    def opened(self) -> LakeTarget:
        target = self.make()()
        assert isinstance(target, LakeTarget)
        target.open()
        return target

    def table(self, name: str = EVENTS) -> Table:
        """As an engine finds it that asks no catalog."""
        return StaticTable.from_metadata(f"file://{self.folder}/{name}")

    def rows(self, name: str = EVENTS) -> list[Found]:
        found: list[Found] = self.table(name).scan().to_arrow().to_pylist()
        return found

    def unread(self) -> set[str]:
        return {
            file.path
            for name in (EVENTS, SET_ASIDE)
            for file in files_of(self.table(name))
            if file.path not in read_files(self.table(name))
        }


@pytest.fixture
def lake(tmp_path: Path, studio: Studio) -> Lake:
    return Lake(tmp_path / "lake of ours", studio)


def id_of(number: int) -> str:
    return str(UUID(int=1_000_000 + number))


def sent(number: int, **fields: Any) -> Found:
    return {"name": "shot", "time": AT + dt.timedelta(seconds=number), "event_id": UUID(id_of(number)), **fields}


def check_same(lake: Lake, *games: str) -> None:
    """The lake has what the store has of these games, and nothing of another."""
    rows = lake.studio.store.query(in_store(lake.studio.here().journal_offset), {}).to_pylist()
    store = {key: found for key, found in summed(rows).items() if key[0] in games}
    assert store and differences(store, in_lake(lake.table())) == []


def test_an_event_is_a_row_with_its_place_in_the_journal(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("rows")
    studio.load(game, sent(0, player_id="ann", x=1.5, props={"weapon": "bow", "n": 7}), sent(1, player_id="bob 🏹"))
    assert studio.follow(lake.make(), games=(game,)).events == 2
    first, second = sorted(lake.rows(), key=lambda row: row["time"])
    assert (first["game_id"], first["event_id"], first["name"]) == (game, id_of(0), "shot")
    assert (first["time"], first["x"], first["map"]) == (AT, 1.5, None)
    assert (first["props"], second["props"]) == ('{"n":7,"weapon":"bow"}', None)
    assert (second["player_id"], second["position"]) == ("bob 🏹", 1)
    assert second["journal_offset"] == studio.here().journal_offset
    files = [file.path.partition("/data/")[2].rpartition("/")[0] for file in files_of(lake.table())]
    assert {f"game={game}/day=2026-03-01", f"game={game}/day=2026-03-02"} <= set(files)
    check_same(lake, game)


def test_an_engine_of_its_own_reads_the_files_that_are_current(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("engine")
    studio.load(game, *(sent(number, player_id=f"p{number % 3}") for number in range(30)))
    studio.follow(lake.make(), games=(game,))
    current = [task.file.file_path.removeprefix("file://") for task in lake.table().scan().plan_files()]
    asked = "SELECT player_id, count(*) FROM read_parquet($files) GROUP BY ALL"
    assert dict(duckdb.execute(asked, {"files": current}).fetchall()) == {"p0": 10, "p1": 10, "p2": 10}


def test_what_was_set_aside_is_there_too(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("set-aside")
    studio.load(game, sent(0), sent(1, time=OLD))
    studio.follow(lake.make(), games=(game,))
    [row] = lake.rows(SET_ASIDE)
    assert (row["outcome"], row["game_id"]) == ("quarantined", game)
    assert len(lake.rows()) == 1


def test_the_books_are_beside_the_tables(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("books")
    for hour in (1, 5):
        studio.load(game, sent(hour), sent(hour), sent(100 + hour, time=OLD), received_at=NOW.replace(hour=hour))
        studio.follow(lake.make(), games=(game,))
    books = read_books(lake.table())
    assert books is not None
    assert books.complete_before == dt.datetime(2026, 3, 29, 3), "two hours before what came last"
    told = {(row["hour"].hour, row["outcome"]): row["events"] for row in books.rows.to_pylist()}
    assert told == {(hour, outcome): 1 for hour in (1, 5) for outcome in ("stored", "duplicate", "quarantined")}
    assert {row["game_id"] for row in books.rows.to_pylist()} == {game}


def test_slices_that_come_again_are_there_once(lake: Lake, studio: Studio) -> None:
    game, other = studio.add_game("comes-again"), studio.add_game("comes-once")
    begun = studio.here()
    for number in range(6):
        studio.load(game, sent(number), sent(100 + number, time=OLD))
        studio.load(other, sent(number))
    assert studio.follow(lake.make(), entries=2, games=(game,)).events == 6
    with closing(lake.opened()) as target:
        target.stand_at(begun)
    assert studio.follow(lake.make(), entries=5, games=(game,)).events == 0
    assert Counter(row["event_id"] for row in lake.rows()) == {id_of(number): 1 for number in range(6)}
    assert len(lake.rows(SET_ASIDE)) == 6
    check_same(lake, game)


class Killed(Exception):
    pass


@pytest.mark.parametrize("moment", range(8))
def test_who_is_killed_at_any_commit_loses_nothing_and_repeats_nothing(
    lake: Lake, studio: Studio, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    game = studio.add_game(f"killed-{moment}")
    for number in range(4):
        studio.load(game, sent(number), sent(100 + number, time=OLD))
    swaps = 0
    swap = SqlCatalog.commit_table

    def killed(self: SqlCatalog, *arguments: Any, **named: Any) -> Any:
        nonlocal swaps
        swaps += 1
        if swaps == 1 + moment // 2:
            if moment % 2:
                swap(self, *arguments, **named)
            raise Killed
        return swap(self, *arguments, **named)

    monkeypatch.setattr(SqlCatalog, "commit_table", killed)
    with pytest.raises(Killed):
        studio.follow(lake.make(), entries=1, games=(game,))
    monkeypatch.undo()
    studio.follow(lake.make(), entries=3, games=(game,))
    check_same(lake, game)
    assert Counter(row["body"] for row in lake.rows(SET_ASIDE)).most_common(1)[0][1] == 1
    assert len(lake.rows(SET_ASIDE)) == 4
    with closing(lake.opened()) as target:
        for name in (EVENTS, SET_ASIDE):
            upkeep.remove_unread(target.table(name), dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    assert lake.unread() == set()
    check_same(lake, game)


def test_of_two_who_write_one_goes_on_where_the_other_stands(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("two")
    studio.load(game, sent(0))
    first, second = lake.make()(), lake.make()()
    with closing(first), closing(second):
        [slice_] = studio.slices(first.open(), 10, games=(game,))
        second.open()
        with studio.store.reading() as moment:
            rows, same = first.read(slice_, moment), second.read(slice_, moment)
        first.write(slice_, rows)
        with pytest.raises(PositionMoved) as moved:
            second.write(slice_, same)
        assert moved.value.position == slice_.upto
    check_same(lake, game)


# ── upkeep ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_day_that_is_over_becomes_one_sorted_file_and_again_after_a_late_event(
    lake: Lake, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = studio.add_game("sealed")
    for number in reversed(range(5)):
        studio.load(game, sent(number - 4 * 3600), sent(number + 4 * 3600))
    studio.follow(lake.make(), entries=1, games=(game,))
    before = {row["event_id"] for row in lake.rows()}
    with closing(lake.opened()) as target:
        events = target.table(EVENTS)
        day_over = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
        assert upkeep.compact(events, EVENTS, day_over) == 1
        assert files_a_day(lake) == {"2026-03-01": 1, "2026-03-02": 5}
        assert upkeep.compact(events, EVENTS, day_over) == 0
        [first] = [path for path in current(lake) if "day=2026-03-01" in path]
        times = duckdb.execute("SELECT time FROM read_parquet($1)", [first]).fetchall()
        assert times == sorted(times)
        # Many rows become several files, none of which overlaps another.
        monkeypatch.setattr(upkeep, "ROWS_MAX", 2)
        assert upkeep.compact(events, EVENTS, day_over + dt.timedelta(days=1)) == 1
        assert files_a_day(lake) == {"2026-03-01": 1, "2026-03-02": 3}
        monkeypatch.undo()
    studio.load(game, sent(-5 * 3600))
    studio.follow(lake.make(), games=(game,))
    with closing(lake.opened()) as target:
        target.keep(NOW)
    assert files_a_day(lake) == {"2026-03-01": 1, "2026-03-02": 1}
    assert {row["event_id"] for row in lake.rows()} > before
    check_same(lake, game)


def files_a_day(lake: Lake) -> dict[str, int]:
    return dict(Counter(re.findall(r"day=([\d-]+)", " ".join(current(lake)))))


def current(lake: Lake) -> list[str]:
    return [task.file.file_path.removeprefix("file://") for task in lake.table().scan().plan_files()]


def test_days_that_are_too_old_are_deleted_and_their_files_when_nobody_reads_them(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("kept")
    studio.load(game, sent(0), sent(86_400 * 3))
    studio.follow(lake.make(), games=(game,))
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=upkeep.READERS_S + upkeep.WRITERS_S)
    with closing(lake.opened()) as target:
        events = target.table(EVENTS)
        assert upkeep.delete_before(events, EVENTS, dt.datetime(2026, 3, 3, tzinfo=dt.UTC)) == 1
        assert [row["event_id"] for row in lake.rows()] == [id_of(86_400 * 3)]
        there = {file.path for file in files_of(events)}
        assert any("day=2026-03-01" in path for path in there)
        upkeep.expire(events, later)
        upkeep.remove_unread(events, later)
        assert not any("day=2026-03-01" in file.path for file in files_of(events))
    assert lake.unread() == set()


def test_a_file_that_is_being_written_stays(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("being-written")
    studio.load(game, sent(0))
    studio.follow(lake.make(), games=(game,))
    [path] = current(lake)
    young = Path(path).with_name("of-another-writer.parquet")
    young.write_bytes(b"not whole yet")
    with closing(lake.opened()) as target:
        target.keep(dt.datetime.now(dt.UTC))
    assert young.exists() and lake.unread() == {f"file://{young}"}


def test_days_that_cannot_be_rewritten_hold_nothing_up(
    lake: Lake, studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    game = studio.add_game("not-rewritten")
    studio.load(game, sent(0))

    def fails(*_: object, **__: object) -> None:
        raise CommitFailedException("somebody else was quicker")

    monkeypatch.setattr("playtrace.mirrors.lake.target.UPKEEP_S", 0.0)
    monkeypatch.setattr("playtrace.mirrors.lake.target.keep", fails)
    assert studio.follow(lake.make(), games=(game,)).events == 1
    assert "could not be rewritten" in caplog.text
    check_same(lake, game)


# ── players who are erased ──────────────────────────────────────────────────────────────────────────────────


def test_erased_players_are_in_no_file_and_what_came_after_is_kept(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("erasing")
    who = "ann-of-the-many-names"
    props = {"previous_id": who, "canonical_id": "anna"}
    studio.load(game, sent(0, player_id=who), sent(1, player_id="bob"), sent(2, device_id=who))
    studio.load(game, sent(3, player_id="anna", name="player_merged", props=props))
    studio.load(game, sent(4, player_id=who, time=OLD))
    studio.follow(lake.make(), entries=1, games=(game,))
    erasure = PlayerErasure("e1", game, [who], False, [], AT, AT + dt.timedelta(seconds=3))
    with closing(lake.opened()) as target:
        with studio.store.reading() as moment:
            # The store has none of them any more; here nothing is kept.
            rows = target.read_without(erasure, Slice(None, studio.here(), ("nobody",), None), moment)
        target.erase(erasure, rows)
        assert read_books(target.table(EVENTS)) is None, "what they say has changed"
        assert [row["player_id"] for row in lake.rows()] == ["bob"]
        assert lake.rows(SET_ASIDE) == []
        # Done once: what came of them later stays.
        studio.load(game, sent(5, player_id=who))
        studio.follow(lake.make(), games=(game,))
        target.erase(erasure, rows)
    assert sorted(row["player_id"] for row in lake.rows()) == sorted(["bob", who])
    [later] = [path for path in current(lake) if who in str(duckdb.execute(f"FROM '{path}'").fetchall())]
    Path(later).unlink()
    check_no_file_names(lake, who)


def check_no_file_names(lake: Lake, who: str) -> None:
    for file in (file for file in lake.folder.rglob("*") if file.is_file()):
        data = file.read_bytes()
        if file.suffix == ".parquet":
            data += str(duckdb.execute("FROM read_parquet($1)", [str(file)]).fetchall()).encode()
        assert who.encode() not in data, file


def test_who_is_killed_before_files_are_removed_removes_them_after(
    lake: Lake, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = studio.add_game("erasing-killed")
    who = "kim-of-the-many-names"
    studio.load(game, sent(0, player_id=who), sent(1, player_id="bob"))
    studio.follow(lake.make(), games=(game,))
    erasure = PlayerErasure("e1", game, [who], False, [], AT, AT)

    def killed(table: Table, before: dt.datetime) -> None:
        if table.name()[-1] == EVENTS:
            raise Killed
        upkeep.expire(table, before)

    for is_killed in (True, False):
        with closing(lake.opened()) as target, studio.store.reading() as moment:
            rows = target.read_without(erasure, Slice(None, studio.here(), ("nobody",), None), moment)
            if is_killed:
                monkeypatch.setattr("playtrace.mirrors.lake.target.expire", killed)
                with pytest.raises(Killed):
                    target.erase(erasure, rows)
                monkeypatch.undo()
            else:
                target.erase(erasure, rows)
    assert [row["player_id"] for row in lake.rows()] == ["bob"]
    check_no_file_names(lake, who)


def test_a_slice_that_was_read_before_an_erasure_is_read_again(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("read-before")
    studio.load(game, sent(0, player_id="ann"))
    erasure = PlayerErasure("e1", game, ["ann"], False, [], AT, AT)
    with closing(lake.make()()) as target, closing(lake.make()()) as other:
        [slice_] = studio.slices(target.open(), 10, games=(game,))
        other.open()
        with studio.store.reading() as moment:
            rows = target.read(slice_, moment)
            nothing = other.read_without(erasure, Slice(None, slice_.upto, ("nobody",), None), moment)
        other.erase(erasure, nothing)
        with pytest.raises(PositionMoved):
            target.write(slice_, rows)


# ── places ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lake_whose_catalog_was_lost_is_found_as_it_lies_there(lake: Lake, studio: Studio) -> None:
    game = studio.add_game("found")
    studio.load(game, sent(0))
    studio.follow(lake.make(), games=(game,))
    for file in lake.folder.glob("catalog.sqlite*"):
        file.unlink()
    studio.load(game, sent(1))
    assert studio.follow(lake.make(), games=(game,)).events == 1
    check_same(lake, game)


def test_a_lake_in_a_bucket(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    game = studio.add_game("in-a-bucket")
    studio.load(game, sent(0, player_id="ann"), sent(86_400, player_id="bob"))
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    try:
        address, port = server.get_host_and_port()
        boto3.client("s3", endpoint_url=f"http://{address}:{port}", region_name="us-east-1").create_bucket(
            Bucket="lake"
        )
        url = f"s3://lake/of/ours?endpoint_override={address}:{port}&scheme=http&region=us-east-1"

        def make() -> Target[Any]:
            return make_target(url, "lake", studio.settings, studio.games)

        assert studio.follow(make, games=(game,)).events == 2
        # The catalog is lost with the server's disk.
        (studio.settings.data / "lake-lake.sqlite").unlink()
        studio.load(game, sent(1, player_id="kim"))
        assert studio.follow(make, games=(game,)).events == 1
        with closing(make()) as target:
            target.open()
            assert isinstance(target, LakeTarget)
            target.keep(NOW)
            events = target.table(EVENTS)
            rows: list[Found] = events.scan().to_arrow().to_pylist()
            assert sorted(row["player_id"] for row in rows) == ["ann", "bob", "kim"]
            assert all(file.path.startswith("s3://lake/of/ours/events/") for file in files_of(events))
            upkeep.remove_unread(events, dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
            assert {file.path for file in files_of(events)} == read_files(events)
        # As a batch run finds it, which asks no catalog; and its results.
        found = BatchLake(url)
        assert (found.games, found.books is not None) == ([game], True)
        assert {file.startswith("s3://lake/of/ours/events/data/") for file in found.files(EVENTS)} == {True}
        results = Results(f"s3://lake/results?endpoint_override={address}:{port}&scheme=http&region=us-east-1")
        results.put_report("first", {"results": 1})
        assert results.last_report() == b'{\n  "results": 1\n}'
    finally:
        server.stop()


def test_a_lake_of_a_newer_playtrace_is_left_alone(lake: Lake, studio: Studio) -> None:
    with closing(lake.opened()) as target, target.table(EVENTS).transaction() as changes:
        changes.set_properties({"playtrace.version": "2"})
    with closing(lake.make()()) as target, pytest.raises(TargetNewer, match="newer playtrace"):
        target.open()


def test_a_lake_belongs_to_one_mirror(lake: Lake) -> None:
    lake.opened().close()
    with closing(lake.make("another")()) as target, pytest.raises(TargetUnusable, match="mirror lake writes this lake"):
        target.open()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file://host/folder", "three slashes"),
        ("file:///", "three slashes"),
        ("s3:///path", "s3://bucket/path"),
        ("s3://bucket/path?password=x", "Unknown in the address: password"),
    ],
)
def test_an_address_that_is_no_place_is_told(studio: Studio, url: str, said: str) -> None:
    with pytest.raises(TargetUnusable, match=re.escape(said)):
        make_target(url, "lake", studio.settings, studio.games)
