"""A backup of a server that goes on meanwhile, restored elsewhere: nothing that was acknowledged before is missing."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import zstandard
from server_process import ServerProcess, served
from typer.testing import CliRunner, Result

from playtrace.cli.main import app as commands
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.operate import backup as operate
from playtrace.operate.manifest import Manifest
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

EVENTS_AT_ONCE = 250
REQUESTS_PER_SECOND = 12
"""Of each of two clients: 6,000 events a second, where the machine has nothing else to do."""


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], env={"COLUMNS": "1000"})


def done(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def backup(to: Path, data: Path, *options: str) -> dict[str, Any]:
    return json.loads(run("backup", to, "--data", data, "--json", *options).stdout)


def pieces_of(place: Path) -> set[str]:
    return {path.name for path in (place / "pieces").rglob("*") if path.is_file()}


def pieces_needed_by(place: Path, backup_id: str) -> Iterator[str]:
    """Of each file the piece that lists the others, and these."""
    manifest = json.loads((place / "backups" / f"{backup_id}.json").read_bytes())["manifest"]
    for file in manifest["files"]:
        index = file["index"]
        yield index
        listed = zstandard.decompress((place / "pieces" / index[:2] / index).read_bytes())
        yield from (listed[at : at + 32].hex() for at in range(0, len(listed), 32))


class Load:
    """Clients that send without a pause, and remember what was acknowledged."""

    def __init__(self, server: ServerProcess, requests_per_second: float = REQUESTS_PER_SECOND) -> None:
        self._server = server
        self._requests_per_second = requests_per_second
        """Of each."""
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._acknowledged: set[str] = set()
        self._threads = [threading.Thread(target=self._send) for _ in range(2)]

    @property
    def acknowledged(self) -> set[str]:
        with self._lock:
            return set(self._acknowledged)

    def _send(self) -> None:
        began, sent = time.monotonic(), 0
        while not self._stopping.wait(max(0.0, began + sent / self._requests_per_second - time.monotonic())):
            ids = [str(uuid.uuid4()) for _ in range(EVENTS_AT_ONCE)]
            events = [{"name": "shot", "game_id": "arena", "player_id": id_[:2], "event_id": id_} for id_ in ids]
            status, answer = self._server.send({"events": events})
            assert (status, answer["accepted"]) == (202, EVENTS_AT_ONCE)
            with self._lock:
                self._acknowledged.update(ids)
            sent += 1

    def wait_for(self, events: int) -> set[str]:
        while len(found := self.acknowledged) < events:
            assert all(thread.is_alive() for thread in self._threads)
            time.sleep(0.01)
        return found

    @contextmanager
    def running(self) -> Generator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in self._threads:
                thread.join()


class Loaded:
    """A server that was backed up under load, then went on, then was backed up again."""

    def __init__(self, server: ServerProcess, place: Path) -> None:
        self.server = server
        self.place = place
        self.load = Load(server)
        with self.load.running():
            self.before = self.load.wait_for(8_000)
            self.first = backup(place, server.data)
            self.load.wait_for(len(self.load.acknowledged) + 1_000)
        server.wait_until_loaded()
        server.send({"name": "after", "game_id": "arena"})
        server.wait_until_loaded()
        self.second = backup(place, server.data)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("backup")
    server = ServerProcess(folder / "data", "--open").start()
    try:
        yield Loaded(server, folder / "backups")
    finally:
        server.stop()


def opened(data: Path) -> Store:
    settings = Settings(data=data)
    return Store.open(settings.store_path, settings)


def stored_ids(data: Path) -> list[str]:
    with closing(opened(data)) as store:
        rows = store.query("SELECT event_id::VARCHAR AS id FROM events WHERE name = 'shot'").to_pylist()
    return [row["id"] for row in rows]


def test_what_was_acknowledged_before_a_backup_began_is_in_it_once(loaded: Loaded, tmp_path: Path):
    done("restore", loaded.place, "--data", tmp_path / "new", "--backup", loaded.first["id"])
    found = stored_ids(tmp_path / "new")
    assert loaded.before <= set(found)
    assert len(found) == len(set(found))
    # It is of one moment, and not of the end.
    assert set(found) <= loaded.load.acknowledged


@pytest.mark.drill
@pytest.mark.timeout(900)
def test_a_server_that_takes_5_000_events_a_second_is_backed_up_restored_and_asked(tmp_path: Path):
    server = ServerProcess(tmp_path / "data", "--open").start()
    figures: list[dict[str, Any]] = []
    try:
        load = Load(server, 10)
        began = time.monotonic()
        with load.running():
            for number in range(3):
                before = load.wait_for((number + 1) * 50_000)
                rate = len(before) / (time.monotonic() - began)
                made = backup(tmp_path / "backups", server.data)
                took = dt.datetime.fromisoformat(made["finishedAt"]) - dt.datetime.fromisoformat(made["beganAt"])
                figures.append(
                    {
                        "events a second": round(rate),
                        "acknowledged before": len(before),
                        "acknowledged meanwhile": len(load.acknowledged) - len(before),
                        "seconds": took.total_seconds(),
                        "MB": made["bytes"] / 1e6,
                        "MB written": made["newBytes"] / 1e6,
                        "waiting": made["waitingEvents"],
                    }
                )
                restored = tmp_path / f"restored-{number}"
                done("restore", tmp_path / "backups", "--data", restored, "--backup", made["id"])
                found = stored_ids(restored)
                figures[-1] |= {"restored": len(found), "missing": len(before - set(found))}
                assert "is whole" in done("verify", restored)
                assert before <= set(found) <= load.acknowledged
                assert len(found) == len(set(found))
    finally:
        server.stop()
        print(*map(json.dumps, figures), sep="\n")


def test_a_restored_server_goes_on_and_gives_no_offset_of_the_old_journal_to_another_event(
    loaded: Loaded, tmp_path: Path
):
    done("restore", loaded.place, "--data", tmp_path / "new")
    with closing(opened(tmp_path / "new")) as store:
        places = {
            row["j"]: row["o"]
            for row in store.query("SELECT journal_id::VARCHAR AS j, journal_offset AS o FROM loaded").to_pylist()
        }
    (old, head) = next(iter(places.items()))
    with closing(sqlite3.connect(loaded.server.data / "journal.sqlite")) as journal:
        assert journal.execute("SELECT journal_id FROM identity").fetchone() == (old,)
    with closing(sqlite3.connect(tmp_path / "new" / "journal.sqlite")) as journal:
        (new,) = journal.execute("SELECT journal_id FROM identity").fetchone()
    assert new != old
    assert places == {old: head}
    server = ServerProcess(tmp_path / "new", "--open").start()
    try:
        server.send({"name": "restored", "game_id": "arena"})
        server.wait_until_loaded()
        assert server.sql("SELECT min(journal_offset) FROM events WHERE name = 'restored'") == [[head + 1]]
        assert server.get("/api/health")["status"] == "healthy"
    finally:
        server.stop()


def test_events_without_ids_that_waited_have_the_same_ones_in_both(tmp_path: Path):
    settings = Settings.read(data=tmp_path / "data", disk_free_bytes_min=0)
    Registry.open(settings.registry_database).close()
    store = Store.open(settings.store_path, settings)
    journal = Journal.open(settings.journal_path, settings)
    loader = Loader(store, journal, settings)
    try:
        for name in ("first", "second"):
            batch = Batch(
                received_at=dt.datetime.now(dt.UTC), source="events", game_id="arena", events=[Event(name=name)]
            )
            journal.append_and_wait(encode(batch))
            if name == "first":
                loader.load_waiting()
    finally:
        loader.stop()
        journal.close()
        store.close()
    made = backup(tmp_path / "backups", settings.data)
    assert (made["events"], made["waitingEvents"]) == (1, 1)
    done("restore", tmp_path / "backups", "--data", tmp_path / "new")
    # The original goes on.
    store, journal = Store.open(settings.store_path, settings), Journal.open(settings.journal_path, settings)
    loader = Loader(store, journal, settings)
    loader.load_waiting()
    ids = "SELECT name, event_id::VARCHAR AS id FROM events ORDER BY name"
    with closing(opened(tmp_path / "new")) as restored:
        assert restored.query_text(ids).to_pylist() == store.query_text(ids).to_pylist()
    loader.stop()
    journal.close()
    store.close()


def test_where_files_are_not_shared_the_store_is_closed_for_the_copy_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As on Windows."""
    monkeypatch.setattr(operate, "FILES_ARE_SHARED", False)
    settings = Settings.read(data=tmp_path / "data", disk_free_bytes_min=0)
    with closing(Registry.open(settings.registry_database)) as registry:
        registry.games.add_missing(["a"])
    store, journal = Store.open(settings.store_path, settings), Journal.open(settings.journal_path, settings)
    loader = Loader(store, journal, settings)
    backups = operate.Backups(store, settings)
    stopping = threading.Event()
    seen: list[int] = []

    def ask() -> None:
        while not stopping.is_set():
            seen.append(store.query("SELECT count(*) AS n FROM events").to_pylist()[0]["n"])

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        made: list[Manifest] = []
        for _ in range(2):
            batch = Batch(received_at=dt.datetime.now(dt.UTC), source="events", game_id="a", events=[Event(name="b")])
            journal.append_and_wait(encode(batch))
            loader.load_waiting()
            made.append(backups.make(str(tmp_path / "backups")))
        assert [(one.events, one.damaged_blocks) for one in made] == [(1, []), (2, [])]
    finally:
        stopping.set()
        asking.join()
        loader.stop()
        journal.close()
        store.close()
    assert (seen[0], seen[-1]) == (0, 2)
    done("restore", tmp_path / "backups", "--data", tmp_path / "new")
    assert "is whole" in done("verify", tmp_path / "new")


def test_a_transaction_that_is_still_ending_is_no_reason_not_to_back_up(tmp_path: Path):
    settings = Settings.read(data=tmp_path / "data", disk_free_bytes_min=0)
    Registry.open(settings.registry_database).close()
    store, journal = Store.open(settings.store_path, settings), Journal.open(settings.journal_path, settings)
    loader = Loader(store, journal, settings)
    try:
        batch = Batch(received_at=dt.datetime.now(dt.UTC), source="events", game_id="a", events=[Event(name="b")])
        journal.append_and_wait(encode(batch))
        loader.load_waiting()
        with store.writing() as connection:
            other = connection.cursor()
        other.execute("BEGIN")
        other.execute("UPDATE books SET events = events")
        made = operate.Backups(store, settings).make(str(tmp_path / "backups"))
        other.execute("ROLLBACK")
    finally:
        loader.stop()
        journal.close()
        store.close()
    assert made.events == 1
    done("restore", tmp_path / "backups", "--data", tmp_path / "new")
    done("verify", tmp_path / "backups")


def test_the_second_backup_writes_what_is_new(loaded: Loaded):
    size = sum(path.stat().st_size for path in loaded.place.rglob("*") if path.is_file())
    assert loaded.second["newBytes"] < 0.7 * size
    third = backup(loaded.place, loaded.server.data)
    assert third["newBytes"] < 100_000
    # A copy of the journal has nothing of what the store has.
    assert third["waitingEvents"] == 0


def test_a_backup_that_was_cut_is_none_and_the_next_one_takes_what_it_copied(loaded: Loaded, tmp_path: Path):
    place = Path(shutil.copytree(loaded.place, tmp_path / "cut"))
    newest = max((place / "backups").iterdir(), key=lambda path: path.name)
    newest.unlink()
    listed = json.loads(done("backups", place, "--json"))["backups"]
    assert loaded.first["id"] in [one["id"] for one in listed]
    assert newest.stem not in [one["id"] for one in listed]
    (place / "backups" / f"{newest.name}.1234.unfinished").write_bytes(b"{")
    assert json.loads(done("backups", place, "--json"))["backups"] == listed
    assert backup(place, loaded.server.data)["newBytes"] < 100_000


def opened_by_who_copies(pipe: Path) -> int:
    """The other end of a pipe, once somebody reads it."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            assert error.errno == errno.ENXIO and time.monotonic() < deadline
            time.sleep(0.01)


def test_a_server_that_is_killed_while_it_is_backed_up_leaves_no_backup_and_goes_on(tmp_path: Path):
    server = ServerProcess(tmp_path / "data", "--open").start()
    place = tmp_path / "backups"
    place.mkdir()
    # A pipe that nobody writes: what copies waits there for ever.
    os.mkfifo(place / "playtrace-backups.json")
    server.send({"name": "shot", "game_id": "arena"})
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    status, _, _ = server.request("POST", "/api/backups", json.dumps({"address": str(place)}).encode(), headers)
    assert status == 202
    copying = psutil.Process(server.pid).children()
    pipe = opened_by_who_copies(place / "playtrace-backups.json")
    server.kill()
    # It ends by itself, as nobody is there any more who started it.
    _, alive = psutil.wait_procs(copying, timeout=120)
    assert alive == []
    os.close(pipe)
    (place / "playtrace-backups.json").unlink()
    assert list(place.iterdir()) == []
    # Of what it left behind, without a start.
    assert backup(place, server.data)["id"] in [
        one["id"] for one in json.loads(done("backups", place, "--json"))["backups"]
    ]


def test_nothing_is_restored_where_something_is_or_from_what_is_damaged(loaded: Loaded, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    refused = run("restore", loaded.place, "--data", tmp_path / "full")
    assert (refused.exit_code, "is not empty" in refused.output) == (1, True)
    refused = run("restore", loaded.place, "--data", loaded.server.data)
    assert (refused.exit_code, "is not empty" in refused.output) == (1, True)
    place = Path(shutil.copytree(loaded.place, tmp_path / "damaged"))
    piece = max(
        (path for path in (place / "pieces").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    content = bytearray(piece.read_bytes())
    content[len(content) // 2] ^= 1
    piece.write_bytes(content)
    refused = run("restore", place, "--data", tmp_path / "new")
    assert (refused.exit_code, f"{piece.name} is damaged" in refused.output) == (1, True)
    assert not (tmp_path / "new").exists()
    refused = run("restore", tmp_path / "full", "--data", tmp_path / "new")
    assert (refused.exit_code, "holds no backups" in refused.output) == (1, True)


def test_a_registry_that_is_put_back_alone_misses_nothing(loaded: Loaded, tmp_path: Path):
    data = tmp_path / "data"
    done("restore", loaded.place, "--data", data)
    with served(data) as server:
        server.send({"name": "after", "game_id": "arena"})
        server.wait_until_loaded()
    done("restore", loaded.place, "--data", tmp_path / "again")
    (tmp_path / "again" / "registry.sqlite").replace(data / "registry.sqlite")
    with served(data) as server:
        server.wait_until_loaded()
        assert server.get("/api/health")["status"] == "healthy"
    assert done("losses", "--data", data) == "Nothing is lost.\n"


def test_before_each_start_a_folder_is_restored_where_that_is_needed(loaded: Loaded, tmp_path: Path):
    nowhere, new = tmp_path / "nowhere", tmp_path / "new"
    assert "holds no backups" in done("restore", nowhere, "--data", new, "--if-needed")
    assert not new.exists()
    place = Path(shutil.copytree(loaded.place, tmp_path / "place"))
    done("restore", place, "--data", new, "--if-needed")
    was = sorted(path.stat().st_ino for path in new.iterdir())
    assert was and loaded.before <= set(stored_ids(new))
    assert "goes on as it is" in done("restore", place, "--data", new, "--if-needed")
    assert sorted(path.stat().st_ino for path in new.iterdir()) == was
    # What cannot be read is no reason to begin with nothing.
    for manifest in (place / "backups").iterdir():
        manifest.write_bytes(b"{")
    refused = run("restore", place, "--data", tmp_path / "another", "--if-needed")
    assert (refused.exit_code, (tmp_path / "another").exists()) == (1, False), refused.output


def test_a_backup_goes_to_an_empty_place_outside_of_the_data_folder(loaded: Loaded, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("mine")
    for place, why in ((tmp_path, "is not empty"), (loaded.server.data / "backups", "is in the data folder")):
        refused = run("backup", place, "--data", loaded.server.data)
        assert (refused.exit_code, why in refused.output) == (1, True), refused.output


def test_only_a_command_on_the_machine_names_a_folder(loaded: Loaded, tmp_path: Path):
    wanted = json.dumps({"address": str(tmp_path / "mine")}).encode()
    status, _, _ = loaded.server.request("POST", "/api/backups", wanted, {"Content-Type": "application/json"})
    assert (status, list(tmp_path.iterdir())) == (403, [])


def test_so_many_are_kept_as_somebody_says(loaded: Loaded, tmp_path: Path):
    place = Path(shutil.copytree(loaded.place, tmp_path / "kept"))
    for path in place.rglob("*"):
        os.utime(path, (0, 0))  # as if it was made long ago
    made = [backup(place, loaded.server.data, "--keep", "2")["id"] for _ in range(2)]
    assert [one["id"] for one in json.loads(done("backups", place, "--json"))["backups"]] == made
    # What the others needed is gone, and what these need is there.
    left, before = (pieces_of(one) for one in (place, loaded.place))
    needed = {piece for id_ in made for piece in pieces_needed_by(place, id_)}
    assert before - needed
    assert left == needed
    done("restore", place, "--data", tmp_path / "new", "--backup", made[0])
