"""The store's log is lost or damaged: what it had is still in the journal, is loaded again, and counts once."""

from __future__ import annotations

import datetime as dt
import logging
import random
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from server_process import ServerProcess

from playtrace.config import MEBIBYTE, Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load import kept
from playtrace.load.kept import Kept
from playtrace.load.loader import Loader
from playtrace.store.duckdb import Store, log_path

EVENTS = 50
"""In each request."""
BEFORE, AFTER = 3, 5
"""Requests that are in the store's file, and such that are in its log alone."""


def flip(place: Callable[[int], int]) -> Callable[[Path], None]:
    def damage(log: Path) -> None:
        content = bytearray(log.read_bytes())
        content[place(len(content))] ^= 0xFF
        log.write_bytes(content)

    return damage


def cut(log: Path) -> None:
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], None]] = {
    "it is gone": Path.unlink,
    "it is cut": cut,
    "its first byte": flip(lambda size: 0),
    "what it says of its database": flip(lambda size: 20),
    "a length in it": flip(lambda size: 54),
    "a byte in the middle": flip(lambda size: size // 2),
    "its last byte": flip(lambda size: size - 1),
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that was killed: a part is in the store's file, a part in its log alone."""
    folder = tmp_path_factory.mktemp("killed") / "data"
    server = ServerProcess(folder, "--open")
    server.start()
    for number in range(BEFORE):
        send(server, number)
    server.wait_until_loaded()
    server.stop()
    server.start()
    for number in range(BEFORE, BEFORE + AFTER):
        send(server, number)
    # One that came before, and is in the file.
    send(server, 0)
    server.wait_until_loaded()
    server.kill()
    assert log_path(Settings(data=folder).store_path).stat().st_size > 0
    return folder


def send(server: ServerProcess, number: int) -> None:
    events = [
        {
            "name": "jump",
            "event_id": str(uuid.UUID(int=1 + number * EVENTS + i)),
            "player_id": f"p{i % 7}",
            "game_id": "arena",
            "value": i,
        }
        for i in range(EVENTS)
    ]
    assert server.send(events)[0] == 202


class Opened:
    """What a server has open, without the server."""

    def __init__(self, settings: Settings) -> None:
        self.now = 0.0
        self.store = Store.open(settings.store_path, settings)
        self.journal = Journal.open(settings.journal_path, settings)
        self.loader = Loader(self.store, self.journal, settings)
        self.kept = self.loader.kept = Kept(
            self.store, self.journal, settings, self.loader.offset, clock=lambda: self.now
        )

    def append(self, *events: Event) -> None:
        received_at = dt.datetime.now(dt.UTC)
        batch = Batch(received_at=received_at, source="test", game_id="arena", events=list(events))
        self.journal.append_and_wait(encode(batch))

    def load(self) -> None:
        while self.loader.load_waiting() is not None:
            pass

    def kept_offsets(self) -> list[int]:
        return [recorded.offset for recorded in self.journal.read(0, events_max=10**6, bytes_max=10**9)]


@contextmanager
def opened(settings: Settings) -> Iterator[Opened]:
    server = Opened(settings)
    try:
        yield server
    finally:
        server.journal.close()
        server.store.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


COUNTS = {
    "events": "SELECT outcome, sum(events)::BIGINT FROM books WHERE events <> 0 GROUP BY outcome ORDER BY outcome",
    "stored": "SELECT count(*), count(DISTINCT event_id) FROM events",
    # What is derived is made again too, and once.
    "counted": "SELECT sum(events)::BIGINT FROM event_counts",
    "players": "SELECT count(*) FROM players",
}
EXPECTED: dict[str, list[Any]] = {
    "events": [["duplicate", EVENTS], ["stored", (BEFORE + AFTER) * EVENTS]],
    "stored": [[(BEFORE + AFTER) * EVENTS] * 2],
    "counted": [[(BEFORE + AFTER) * EVENTS]],
    "players": [[7]],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_nothing_is_lost_and_nothing_counted_twice(tmp_path: Path, killed: Path, damage: Callable[[Path], None]):
    shutil.copytree(killed, tmp_path / "data")
    settings = Settings(data=tmp_path / "data")
    damage(log_path(settings.store_path))
    for _ in range(2):
        with opened(settings) as server:
            server.load()
            found = {name: server.store.query_text(sql).to_pylist() for name, sql in COUNTS.items()}
        assert {name: [list(row.values()) for row in rows] for name, rows in found.items()} == EXPECTED


def test_the_server_starts_with_a_damaged_log_and_has_it_all(tmp_path: Path, killed: Path):
    shutil.copytree(killed, tmp_path / "data")
    log = log_path(Settings(data=tmp_path / "data").store_path)
    damaged = log.read_bytes()
    DAMAGES["a byte in the middle"](log)
    server = ServerProcess(tmp_path / "data", "--open").start()
    try:
        server.wait_until_loaded()
        assert {name: server.sql(sql) for name, sql in COUNTS.items()} == EXPECTED
        assert "the store's log is damaged and was set aside" in server.output()
        # Kept, for who wants to know what the disk did.
        (aside,) = log.parent.glob(log.name + ".damaged-*")
        assert aside.stat().st_size == len(damaged)
    finally:
        server.stop()


def events_in_file(settings: Settings, folder: Path) -> int:
    """What the store's file has, without its log."""
    copy = folder / "copy.duckdb"
    shutil.copy(settings.store_path, copy)
    with duckdb.connect(str(copy), read_only=True) as connection:
        row = connection.execute("SELECT count(*) FROM events").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", disk_free_bytes_min=0, journal_bytes_max=4 * MEBIBYTE)


needs_files_that_are_shared = pytest.mark.skipif(sys.platform == "win32", reason="Windows shares no open file")


@needs_files_that_are_shared
def test_what_the_file_lacks_is_kept_for_some_minutes_then_merged_into_it(settings: Settings, tmp_path: Path):
    with opened(settings) as server:
        assert server.store.checkpoint()
        server.append(Event(name="jump"), Event(name="run"))
        server.load()
        server.now += kept.SECONDS_MAX - 1
        server.kept.bound()
        assert events_in_file(settings, tmp_path) == 0
        assert server.kept_offsets() == [1]
        server.now += 2
        server.kept.bound()
        wait_until(lambda: server.kept_offsets() == [])
        assert events_in_file(settings, tmp_path) == 2


@needs_files_that_are_shared
def test_much_is_not_kept_for_minutes(settings: Settings, tmp_path: Path):
    dice = random.Random(5)
    with opened(settings) as server:
        for _ in range(3):
            server.append(*[Event(name="jump", props={"text": dice.randbytes(8000).hex()}) for _ in range(80)])
            server.load()
        assert server.kept_offsets() == [1, 2, 3]
        server.kept.bound()
        wait_until(lambda: server.kept_offsets() == [])
        assert events_in_file(settings, tmp_path) == 240


@needs_files_that_are_shared
def test_while_another_process_reads_the_file_it_is_kept(settings: Settings):
    with opened(settings) as server:
        server.append(Event(name="jump"))
        server.load()
        server.now += kept.SECONDS_MAX + 1
        with server.store.snapshot(duckdb.connect()):
            server.kept.bound()
            assert server.kept_offsets() == [1]
        server.kept.bound()
        wait_until(lambda: server.kept_offsets() == [])


def test_a_store_that_is_older_than_what_was_forgotten_is_told(settings: Settings, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING, "playtrace")
    with opened(settings):
        pass
    shutil.copytree(settings.data, settings.data.with_name("older"))
    with opened(settings) as server:
        server.append(Event(name="jump"))
        server.load()
        assert server.store.checkpoint()
        server.kept.bound()
    shutil.copy(settings.data.with_name("older") / settings.store_path.name, settings.store_path)
    assert caplog.records == []
    with opened(settings) as server:
        # It goes on behind what is lost, so that it is told once.
        assert server.loader.offset == server.journal.head == 1
        assert server.journal.damaged_events == 1
    assert {record.message for record in caplog.records} == {
        "acknowledged requests are neither in the store nor in the journal"
    }
