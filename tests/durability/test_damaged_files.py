"""A disk that changes what was written, in any file: the server starts and takes events, what was acknowledged is there
but for what shares the damaged row, and health is not green where anything is missing.

Each run of the tests damages a few places of each file; `pytest -m drill` many.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import shutil
import uuid
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from doctor_table import found_wrong
from server_process import new_folder
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from playtrace.cli.main import app as commands
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.registry.registry import Registry
from playtrace.server import Playtrace
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

REQUESTS = 60
EVENTS = 20
"""In each request. They come one after the other: each has a row of the journal for itself."""


@dataclass
class Left:
    """What a process that was killed left behind, and what it had acknowledged."""

    folder: Path
    acknowledged: list[set[str]]
    """Of each request."""

    def copy(self, to: Path) -> Path:
        shutil.rmtree(to, ignore_errors=True)
        return Path(shutil.copytree(self.folder, to))


def fill(journal: Journal, requests: int) -> list[set[str]]:
    acknowledged: list[set[str]] = []
    for _ in range(requests):
        # Text that does not compress: pages of the file are full of it.
        events = [
            Event(name="shot", event_id=uuid.uuid4(), player_id="p", props={"noise": os.urandom(200).hex()})
            for _ in range(EVENTS)
        ]
        batch = Batch(received_at=dt.datetime.now(dt.UTC), source="events", game_id="arena", events=events)
        journal.append_and_wait(encode(batch))
        acknowledged.append({str(event.event_id) for event in events})
    return acknowledged


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """All of it in the journal, most in its log."""
    data = new_folder(tmp_path_factory.mktemp("waiting") / "data")
    settings = Settings(data=data)
    journal = Journal.open(settings.journal_path, settings)
    try:
        acknowledged = fill(journal, REQUESTS)
        return Left(Path(shutil.copytree(data, data.with_name("killed"))), acknowledged)
    finally:
        journal.close()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Left:
    """All of it in the store, half in its file and half in its log."""
    data = new_folder(tmp_path_factory.mktemp("loaded") / "data")
    settings = Settings(data=data)
    acknowledged: list[set[str]] = []
    for _ in range(2):
        # The second time it is not closed before it is copied, as a kill would leave it.
        store = Store.open(settings.store_path, settings)
        journal = Journal.open(settings.journal_path, settings)
        loader = Loader(store, journal, settings)
        acknowledged += fill(journal, REQUESTS // 2)
        while loader.load_waiting() is not None:
            pass
        if len(acknowledged) == REQUESTS:
            shutil.copytree(data, data.with_name("killed"))
        loader.stop()
        journal.close()
        store.close()
    return Left(data.with_name("killed"), acknowledged)


def change(file: Path, place: int, dice: random.Random, count: int = 1) -> None:
    with file.open("r+b") as opened:
        opened.seek(place)
        bytes_ = opened.read(count)
        opened.seek(place)
        opened.write(bytes(byte ^ dice.choice((0x01, 0x10, 0x40, 0xFF)) for byte in bytes_))


@dataclass
class Found:
    stored: Counter[str]
    health: dict[str, Any]
    can_be_read: bool

    def lost(self, left: Left) -> int:
        """Requests of which something is missing."""
        return sum(not request <= self.stored.keys() for request in left.acknowledged)


def what_a_start_finds(data: Path) -> Found:
    """Of a damaged folder: loaded as far as that goes, asked for everything. It takes an event in any case."""
    playtrace = Playtrace(Settings(data=data, open=True))

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await playtrace(scope, receive, send)

    client = TestClient(app, base_url="http://localhost")
    try:
        sent = client.post("/api/events", json={"name": "after", "game_id": "arena"})
        assert sent.status_code == 202, sent.text
        stored: list[str] = []
        can_be_read = True
        try:
            while playtrace.loader.load_waiting() is not None:
                pass
            rows = playtrace.store.query("SELECT event_id::VARCHAR AS id, hash(events) AS all FROM events").to_pylist()
            stored = [row["id"] for row in rows]
            names = playtrace.store.query("SELECT count(*) AS n FROM events WHERE name = 'after'").to_pylist()
            assert names == [{"n": 1}]
            assert playtrace.store.query("SELECT 1 FROM set_aside").num_rows == 0
        except StoreError:
            can_be_read = False
        health = client.get("/api/health")
        assert health.status_code == 200, health.text
        return Found(Counter(stored), health.json(), can_be_read)
    finally:
        client.close()
        asyncio.run(playtrace.close())


def seed() -> int:
    seed = int(os.environ.get("PLAYTRACE_TEST_SEED") or random.randrange(2**32))
    print(f"PLAYTRACE_TEST_SEED={seed}")
    return seed


SECTOR_BYTES = 512
PAGE_BYTES = 16 * 1024
FRAME_HEADER_BYTES = 24
ROWS_OF_A_PAGE = 3
"""Of the journal's file, each of these requests being nearly five kilobytes of it."""


def pages_of_rows(log: Path) -> list[int]:
    """Where they begin in the log of the journal: with the byte that SQLite gives a page of a table's rows."""
    bytes_ = log.read_bytes()
    pages = range(32 + FRAME_HEADER_BYTES, len(bytes_), FRAME_HEADER_BYTES + PAGE_BYTES)
    return [place for place in pages if bytes_[place] == 13]


def damage_somewhere(left: Left, name: str, times: int, tmp_path: Path, count: int = 1) -> list[Found]:
    dice = random.Random(seed())
    file = left.folder / name
    places = [20, 40, 0, 9, 26, 50][: times - 1]
    for _ in range(times - len(places)):
        if count == SECTOR_BYTES and name.endswith("-wal"):
            # Behind the head of a page, with which all of the page is lost.
            in_page = dice.randrange(SECTOR_BYTES, PAGE_BYTES - SECTOR_BYTES)
            places.append(dice.choice(pages_of_rows(file)) + in_page)
        else:
            places.append(dice.randrange(file.stat().st_size))
    return damage_at(places, left, name, tmp_path, count, dice)


def damage_at(places: list[int], left: Left, name: str, tmp_path: Path, count: int, dice: random.Random) -> list[Found]:
    every: list[Found] = []
    for place in places:
        print(f"{name} at {place}")
        data = left.copy(tmp_path / "data")
        change(data / name, place, dice, count)
        found = what_a_start_finds(data)
        assert found.stored == {} or max(found.stored.values()) == 1
        lost = found.lost(left)
        print(f"  {lost} requests lost, {found.health['status']}: {found.health['message']}")
        if lost:
            assert found.health["status"] != "healthy"
        every.append(found)
    return every


MANY = [pytest.param(3), pytest.param(60, marks=(pytest.mark.drill, pytest.mark.timeout(900)))]


@pytest.mark.parametrize("times", MANY)
@pytest.mark.parametrize("count", [1, SECTOR_BYTES], ids=["a byte", "a sector"])
@pytest.mark.parametrize("name", ["journal.sqlite", "journal.sqlite-wal"])
def test_what_waits_in_the_journal_is_lost_only_with_the_row_that_is_damaged(
    waiting: Left, tmp_path: Path, name: str, count: int, times: int
):
    for found in damage_somewhere(waiting, name, times, tmp_path, count):
        assert found.can_be_read
        # A sector may be of two rows.
        assert found.lost(waiting) <= (1 if count == 1 else 2)
        if lost := found.lost(waiting):
            assert found.health["journal"]["damagedEvents"] >= lost


def test_a_sector_at_the_head_of_a_page_or_over_two_costs_what_is_on_them(waiting: Left, tmp_path: Path):
    pages = pages_of_rows(waiting.folder / "journal.sqlite-wal")
    newest = pages[-10]
    places = [newest, newest - SECTOR_BYTES + 1, newest + PAGE_BYTES - 200]
    for found in damage_at(places, waiting, "journal.sqlite-wal", tmp_path, SECTOR_BYTES, random.Random(seed())):
        assert found.can_be_read
        assert found.lost(waiting) <= 1 + ROWS_OF_A_PAGE
        if lost := found.lost(waiting):
            assert found.health["journal"]["damagedEvents"] >= lost


@pytest.mark.parametrize("times", MANY)
@pytest.mark.parametrize("name", ["store.duckdb", "store.duckdb.wal"])
def test_with_a_damaged_store_events_are_taken_and_health_says_what_is_broken(
    loaded: Left, tmp_path: Path, name: str, times: int
):
    for found in damage_somewhere(loaded, name, times, tmp_path):
        if not found.can_be_read:
            assert found.health["status"] == "degraded"
            assert "store.duckdb" in found.health["message"]
        if name.endswith(".wal"):
            # The journal has what the file has not.
            assert (found.can_be_read, found.lost(loaded), found.health["status"]) == (True, 0, "healthy")


@pytest.mark.parametrize(
    "name", ["journal.sqlite.turn", "journal.sqlite-shm", "journal.sqlite-wal", "store.duckdb.wal"]
)
@pytest.mark.parametrize("how", ["gone", "cut", "noise"])
def test_a_file_that_is_gone_or_noise(waiting: Left, loaded: Left, tmp_path: Path, name: str, how: str):
    for left in (waiting, loaded):
        data = left.copy(tmp_path / "data")
        file = data / name
        if not file.exists():
            continue
        size = file.stat().st_size
        if how == "gone":
            file.unlink()
        elif how == "cut":
            os.truncate(file, size // 2)
        else:
            file.write_bytes(random.Random(7).randbytes(size))
        found = what_a_start_finds(data)
        assert found.can_be_read
        if found.lost(left):
            assert found.health["status"] == "degraded"
            assert found.health["journal"]["damagedEvents"] >= found.lost(left)


def doctor(data: Path, *options: str) -> Result:
    return CliRunner().invoke(commands, ["doctor", "--data", str(data), *options], env={"COLUMNS": "2000"})


BLOCKS_AT = 3 * 4096
BLOCK_BYTES = 256 * 1024
"""Where the blocks of the store's file begin, and how long they are."""


def blocks_in_use(store: Store) -> set[int]:
    tables = [row["name"] for row in store.query("SELECT table_name AS name FROM duckdb_tables()").to_pylist()]
    used = {row["block_id"] for row in store.query("SELECT block_id FROM pragma_metadata_info()").to_pylist()}
    for table in tables:
        segments = store.query_text(f"SELECT block_id, additional_block_ids FROM pragma_storage_info('{table}')")
        for row in segments.to_pylist():
            used |= {row["block_id"], *(row["additional_block_ids"] or [])}
    return used - {-1}  # what needs no block


@pytest.mark.parametrize("times", MANY)
def test_doctor_finds_a_damaged_block_wherever_it_is_in_the_store(loaded: Left, tmp_path: Path, times: int):
    dice = random.Random(seed())
    data = loaded.copy(tmp_path / "data")
    settings = Settings(data=data)
    with closing(Registry.open(settings.registry_database)) as registry:
        registry.games.add("arena")
    # Its log is merged into the file.
    Store.open(settings.store_path, settings).close()
    with closing(Store.open(settings.store_path, settings)) as store:
        used = blocks_in_use(store)
    assert found_wrong(doctor(data, "--read-all")) == []
    whole = Left(data.rename(tmp_path / "whole"), loaded.acknowledged)
    for block in dice.sample(sorted(used), min(times, len(used))):
        print(f"block {block}")
        change(whole.copy(data) / "store.duckdb", BLOCKS_AT + block * BLOCK_BYTES + dice.randrange(BLOCK_BYTES), dice)
        assert {"store", "store's blocks", "store's rows"} & {
            what for what, _ in found_wrong(doctor(data, "--read-all"))
        }


def test_doctor_finds_a_row_of_the_journal_that_is_damaged(waiting: Left, tmp_path: Path):
    data = waiting.copy(tmp_path / "data")
    settings = Settings(data=data)
    # Out of its log into the file, as the next start does it.
    Store.open(settings.store_path, settings).close()
    Journal.open(settings.journal_path, settings).close()
    size = settings.journal_path.stat().st_size
    change(settings.journal_path, size // 2, random.Random(seed()))
    assert {"journal", "journal's rows"} & {what for what, _ in found_wrong(doctor(data, "--read-all"))}


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_doctor_costs_nothing_where_the_log_of_the_journal_is_damaged(waiting: Left, tmp_path: Path, place: float):
    data = waiting.copy(tmp_path / "data")
    log = data / "journal.sqlite-wal"
    change(log, int(log.stat().st_size * place), random.Random(seed()))
    doctor(data)
    found = what_a_start_finds(data)
    assert found.lost(waiting) <= 1
