"""Whatever is missing or damaged in a data folder or a backup, `playtrace verify` and `playtrace doctor` say so."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from server_process import ServerProcess, served
from typer.testing import CliRunner, Result

from playtrace.cli.main import app as commands
from playtrace.config import LOCAL_FILE, Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.file import journal_place
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.operate.remembering import Remembering
from playtrace.operate.tables import asked_of, blocks_in_use
from playtrace.registry.registry import Registry
from playtrace.store.blocks import BLOCK_BYTES, HEADERS_BYTES
from playtrace.store.duckdb import Store

START = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], env={"COLUMNS": "2000"})


class Folders:
    """Of one server: as it was stopped, as it was earlier, and as a kill would leave it. And of another server."""

    def __init__(self, folder: Path) -> None:
        self.stopped = folder / "stopped"
        self.older = folder / "older"
        self.killed = folder / "killed"
        self.other = folder / "other"
        data = folder / "data"
        self._play(data, "arena", 2)
        shutil.copytree(data, self.older)
        self._play(data, "arena", 2, waiting=1)
        shutil.copytree(data, self.stopped)
        self._play(data, "arena", 2, waiting=1, killed=self.killed)
        self._play(self.other, "harbour", 2)

    def _play(self, data: Path, game: str, requests: int, waiting: int = 0, killed: Path | None = None) -> None:
        settings = Settings.read(data=data, disk_free_bytes_min=0)
        with closing(Registry.open(settings.registry_database)) as registry:
            registry.games.add_missing([game])
        store = Store.open(settings.store_path, settings)
        journal = Journal.open(settings.journal_path, settings)
        loader = Loader(store, journal, settings)
        try:
            for number in range(requests + waiting):
                events = [
                    Event(
                        name=name,
                        player_id=f"p{n}",
                        session_id=f"{game}-{n}",
                        time=START,
                        mono_ms=1000 * n,
                    )
                    for n in range(50)
                    for name in ("session_start", "shot")
                ]
                batch = Batch(received_at=dt.datetime.now(dt.UTC), source="events", game_id=game, events=events)
                journal.append_and_wait(encode(batch))
                if number < requests:
                    loader.load_waiting()
            if killed is not None:
                shutil.copytree(data, killed)
            store.checkpoint()
            loader.kept.bound()
            with closing(Registry.open(settings.registry_database)) as registry:
                Remembering(registry, journal, loader).work()
            loader.stop()
        finally:
            journal.close()
            store.close()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    return Folders(tmp_path_factory.mktemp("verify"))


# ── kinds of damage ──────────────────────────────────────────────────────────────────────────────────────────


def change_block(data: Path, folders: Folders) -> None:
    path = data / "store.duckdb"
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        row = connection.execute(
            "SELECT block_id FROM pragma_storage_info('events') WHERE block_id >= 0 LIMIT 1"
        ).fetchone()
        assert row is not None
        assert row[0] in blocks_in_use(asked_of(connection))
    with path.open("r+b") as file:
        file.seek(HEADERS_BYTES + row[0] * BLOCK_BYTES + 100)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 4]))


def cut(name: str) -> Callable[[Path, Folders], None]:
    def do(data: Path, folders: Folders) -> None:
        os.truncate(data / name, (data / name).stat().st_size * 6 // 10)

    return do


def remove(*names: str) -> Callable[[Path, Folders], None]:
    def do(data: Path, folders: Folders) -> None:
        for name in names:
            (data / name).unlink(missing_ok=True)

    return do


def noise(name: str, at: int, length: int) -> Callable[[Path, Folders], None]:
    def do(data: Path, folders: Folders) -> None:
        with (data / name).open("r+b") as file:
            file.seek(at)
            file.write(random.Random(3).randbytes(length))

    return do


def take(name: str, of: str) -> Callable[[Path, Folders], None]:
    def do(data: Path, folders: Folders) -> None:
        shutil.copy(getattr(folders, of) / name, data / name)

    return do


def empty(name: str) -> Callable[[Path, Folders], None]:
    def do(data: Path, folders: Folders) -> None:
        os.truncate(data / name, 0)

    return do


def swap_blocks(data: Path, folders: Folders) -> None:
    """One of the events and one of the sessions: each has its right checksum, in the place of the other."""
    path = data / "store.duckdb"
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        in_use = "SELECT max(block_id) FROM pragma_storage_info('{}')"
        blocks = [connection.execute(in_use.format(table)).fetchall()[0][0] for table in ("events", "sessions")]
    with path.open("r+b") as file:
        places = [HEADERS_BYTES + block * BLOCK_BYTES for block in blocks]
        content = [os.pread(file.fileno(), BLOCK_BYTES, place) for place in places]
        for place, other in zip(places, reversed(content), strict=True):
            os.pwrite(file.fileno(), other, place)


def say_newer_registry(data: Path, folders: Folders) -> None:
    with closing(sqlite3.connect(data / "registry.sqlite")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def say_newer_store(data: Path, folders: Folders) -> None:
    with closing(duckdb.connect(str(data / "store.duckdb"))) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES (9999, 'of a later version', now()::TIMESTAMP)")


def change_row_of_journal(data: Path, folders: Folders) -> None:
    with closing(sqlite3.connect(data / "journal.sqlite")) as connection:
        connection.execute(
            "UPDATE entries SET bodies = CAST(substr(bodies, 1, 40) || x'00' || substr(bodies, 42) AS BLOB)"
        )
        connection.commit()


def empty_journal(data: Path, folders: Folders) -> None:
    remove("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "journal.sqlite.turn")(data, folders)
    Journal.open(data / "journal.sqlite", Settings.read(data=data, disk_free_bytes_min=0)).close()


def take_rows_of_journal(data: Path, folders: Folders) -> None:
    with closing(sqlite3.connect(data / "journal.sqlite")) as connection:
        connection.execute("DELETE FROM entries")
        connection.commit()


def take_store_and_journal_of_before(data: Path, folders: Folders) -> None:
    remove("store.duckdb.wal", "journal.sqlite-wal", "journal.sqlite-shm", "journal.sqlite.turn")(data, folders)
    for name in ("store.duckdb", "journal.sqlite"):
        take(name, "older")(data, folders)


def cut_restore(data: Path, folders: Folders) -> None:
    (data / "restore.unfinished").mkdir()


def change_rollup(data: Path, folders: Folders) -> None:
    with closing(duckdb.connect(str(data / "store.duckdb"))) as connection:
        connection.execute("UPDATE event_counts SET events = events + 1")


def take_events(data: Path, folders: Folders) -> None:
    with closing(duckdb.connect(str(data / "store.duckdb"))) as connection:
        connection.execute("DELETE FROM books")


KINDS: dict[str, tuple[Callable[[Path, Folders], None], str]] = {
    "a block of the store": (change_block, "not as written"),
    "no store": (remove("store.duckdb"), "store.duckdb is not there"),
    "a cut store": (cut("store.duckdb"), "store"),
    "the store's headers": (noise("store.duckdb", 0, 12288), "It cannot be opened"),
    "another server's store": (take("store.duckdb", "other"), "It does not know harbour"),
    "a store of a newer version": (say_newer_store, "Install the newer playtrace"),
    "an older store": (take("store.duckdb", "older"), "behind what the journal has forgotten"),
    "books that lack events": (take_events, "its books say"),
    "no journal": (remove("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm"), "journal.sqlite is not there"),
    "a row of the journal": (change_row_of_journal, "its checksum differs"),
    "an emptied journal": (empty_journal, "another server's, or is new"),
    "a journal without its rows": (take_rows_of_journal, "The journal is empty"),
    "another server's journal": (take("journal.sqlite", "other"), "another server's"),
    "no registry": (remove("registry.sqlite"), "registry.sqlite is not there"),
    "a page of the registry": (noise("registry.sqlite", 4096, 4096), "registry"),
    "an older store and its journal": (take_store_and_journal_of_before, "2 requests are lost"),
    "another server's registry": (take("registry.sqlite", "other"), "It does not know arena"),
    "an emptied store file": (empty("store.duckdb"), "It cannot be opened"),
    "two blocks of the store in each other's place": (swap_blocks, "cannot be read"),
    "a cut journal": (cut("journal.sqlite"), "1 requests are lost"),
    "an emptied journal file": (empty("journal.sqlite"), "journal.sqlite is empty"),
    "a journal of noise": (noise("journal.sqlite", 0, 50_000), "1 requests are lost"),
    "an older journal": (take("journal.sqlite", "older"), "gave out offsets up to 5; the store has those up to 4"),
    "a cut registry": (cut("registry.sqlite"), "Put registry.sqlite of a backup in its place"),
    "an emptied registry file": (empty("registry.sqlite"), "It does not know arena"),
    "a registry of a newer version": (say_newer_registry, "written by a newer playtrace"),
    "a restore that was cut": (cut_restore, "was not restored to its end"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_told_by_verify_and_by_doctor(folders: Folders, tmp_path: Path, kind: str):
    damage, said = KINDS[kind]
    for number, command in enumerate((("doctor", "--data"), ("verify",))):
        data = Path(shutil.copytree(folders.stopped, tmp_path / f"data-{number}"))
        damage(data, folders)
        found = run(*command, data)
        assert (found.exit_code, said in found.output) == (1, True), found.output


def test_rollups_that_say_what_the_events_do_not(folders: Folders, tmp_path: Path):
    data = Path(shutil.copytree(folders.stopped, tmp_path / "data"))
    change_rollup(data, folders)
    found = run("verify", data)
    assert (found.exit_code, "event_counts of" in found.output) == (1, True), found.output


def test_what_is_whole_is_called_whole(folders: Folders, tmp_path: Path):
    for name in ("stopped", "killed", "older", "other"):
        data = Path(shutil.copytree(getattr(folders, name), tmp_path / name))
        found = run("verify", data, "--all")
        assert (found.exit_code, f"{data} is whole." in found.output) == (0, True), found.output
        assert "say of all" in found.output


@pytest.mark.parametrize("how", ["gone", "emptied", "torn"])
def test_a_log_of_the_store_that_is_lost_costs_nothing(folders: Folders, tmp_path: Path, how: str):
    data = Path(shutil.copytree(folders.killed, tmp_path / "data"))
    log = data / "store.duckdb.wal"
    if how == "gone":
        log.unlink()
    elif how == "emptied":
        log.write_bytes(b"")
    else:
        log.write_bytes(random.Random(3).randbytes(1000))
    found = run("verify", data)
    # What the log had waits in the journal: two requests, and the one that was not loaded.
    assert "400 events wait for the next start" in found.output or "300 events wait" in found.output, found.output
    # One that stops the store from opening is set aside, and that is told.
    assert found.exit_code == bool(list(data.glob("*.damaged-*")))


def test_a_start_says_what_is_lost_and_which_command_tells_more(folders: Folders, tmp_path: Path):
    data = Path(shutil.copytree(folders.stopped, tmp_path / "data"))
    take("store.duckdb", "older")(data, folders)
    server = ServerProcess(data, "--open").start()
    try:
        assert "2 events that were acknowledged are lost" in server.output()
        assert "`playtrace losses` says which and why" in server.output()
        assert server.get("/api/health")["status"] == "degraded"
        (loss,) = json.loads(run("losses", "--data", data, "--json").stdout)["losses"]
        assert (loss["events"], loss["reason"]) == (
            2,
            "Offsets 3 to 4 of the journal were acknowledged and are in no row of it",
        )
        # Nothing more can be done: who says so has a server that is whole again.
        assert "Offsets 3 to 4" in run("losses", "--data", data, "--accept").stdout
        assert run("losses", "--data", data).stdout == "Nothing is lost.\n"
        # On a busy machine it is told first that what waits is not loaded yet.
        server.wait_until_loaded()
        assert server.get("/api/health")["status"] == "healthy"
    finally:
        server.stop()


def test_a_registry_remembers_what_neither_store_nor_journal_has(folders: Folders, tmp_path: Path):
    data = Path(shutil.copytree(folders.stopped, tmp_path / "data"))
    with served(data):
        pass
    with closing(Registry.open(Settings(data=data).registry_database)) as registry:
        place = registry.store_place()
    assert place is not None
    # It was told by the server that ended, of all that it loaded.
    assert place[:2] == (journal_place(data / "journal.sqlite").journal_id, 5)
    take_store_and_journal_of_before(data, folders)
    for _ in range(2):
        with served(data) as server:
            assert server.get("/api/health")["journal"]["damagedEvents"] == 3
    # A new folder beside the same registry.
    remove("store.duckdb", "journal.sqlite", "journal.sqlite.turn")(data, folders)
    with served(data) as server:
        (loss,) = json.loads(run("losses", "--data", data, "--json").stdout)["losses"]
        assert (loss["events"], f"of the journal {place.journal_id} were in the store" in loss["reason"]) == (5, True)
        done = run("losses", "--data", data, "--accept")
        assert "health is whole again" in done.output
    with served(data) as server:
        assert server.get("/api/health")["status"] == "healthy"


def test_with_a_damaged_store_a_start_names_the_command_and_takes_events(folders: Folders, tmp_path: Path):
    data = Path(shutil.copytree(folders.stopped, tmp_path / "data"))
    cut("store.duckdb")(data, folders)
    server = ServerProcess(data, "--open").start()
    try:
        assert "`playtrace restore` into a new folder" in " ".join(server.output().split())
        assert server.send({"name": "after", "game_id": "arena"})[0] == 202
    finally:
        server.stop()


def test_a_server_of_another_folder_is_never_asked(folders: Folders, tmp_path: Path):
    data = Path(shutil.copytree(folders.stopped, tmp_path / "data"))
    server = ServerProcess(Path(shutil.copytree(folders.other, tmp_path / "other")), "--open").start()
    try:
        # Copied from it; and left by a killed one, when another has its port by now.
        local = json.loads((server.data / LOCAL_FILE).read_text())
        left = local | {"data": str(data), "data_identity": Settings(data=data).data_identity, "token": "other"}
        for written, told in (
            (json.dumps(local), f"is a copy, and tells of the server of {server.data}"),
            (json.dumps(left), "no server of this folder is there: it was killed"),
            ("{", f"{LOCAL_FILE} cannot be read"),
        ):
            (data / LOCAL_FILE).write_text(written)
            for command in (("doctor", "--data"), ("verify",)):
                found = run(*command, data)
                assert found.exit_code == 0, found.output
                assert told in found.output
                # Of this folder; the other's server was not asked.
                assert "400 events" in found.output
                assert "harbour" not in found.output
            asked = run("sql", "SELECT count(*) AS n FROM events", "--data", data, "--format", "json")
            assert json.loads(asked.stdout) == [{"n": 400}]
    finally:
        server.stop()


# ── backups ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def place(folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    for name in ("older", "stopped"):
        data = Path(shutil.copytree(getattr(folders, name), folder / name))
        assert run("backup", folder / "backups", "--data", data).exit_code == 0
    return folder / "backups"


def largest_piece(place: Path) -> Path:
    return max((path for path in (place / "pieces").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


def change_piece(place: Path) -> None:
    piece = largest_piece(place)
    content = bytearray(piece.read_bytes())
    content[len(content) // 2] ^= 1
    piece.write_bytes(content)


def cut_piece(place: Path) -> None:
    os.truncate(largest_piece(place), 20)


def remove_piece(place: Path) -> None:
    largest_piece(place).unlink()


def swap_pieces(place: Path) -> None:
    piece = largest_piece(place)
    another = next(path for path in (place / "pieces").rglob("*/*") if path != piece)
    piece.write_bytes(another.read_bytes())


def change_manifest(place: Path) -> None:
    newest = max((place / "backups").iterdir())
    newest.write_bytes(newest.read_bytes().replace(b'"store_offset":', b'"store_offset":1'))


def remove_marker(place: Path) -> None:
    (place / "playtrace-backups.json").unlink()


@pytest.mark.parametrize("damage", [change_piece, cut_piece, remove_piece, swap_pieces, change_manifest, remove_marker])
def test_damage_of_a_backup_is_told(place: Path, tmp_path: Path, damage: Callable[[Path], None]):
    whole = run("verify", place)
    assert whole.exit_code == 0, whole.output
    copy = Path(shutil.copytree(place, tmp_path / "place"))
    damage(copy)
    found = run("verify", copy)
    assert found.exit_code == 1, found.output
    assert "damaged" in found.output or "missing" in found.output


def test_what_is_whole_beside_a_damaged_backup_is_named(place: Path, tmp_path: Path):
    copy = Path(shutil.copytree(place, tmp_path / "place"))
    ids = [one["id"] for one in json.loads(run("backups", copy, "--json").stdout)["backups"]]
    needed = {name: set(pieces_of(copy, name)) for name in ids}
    (min(needed[ids[1]] - needed[ids[0]])).unlink()
    found = run("verify", copy)
    assert f"--backup {ids[0]} --data NEW" in found.output
    assert run("restore", copy, "--data", tmp_path / "new", "--backup", ids[0]).exit_code == 0
    assert run("verify", tmp_path / "new").exit_code == 0


def pieces_of(place: Path, backup_id: str) -> Iterator[Path]:
    """Of its store."""
    from zstandard import ZstdDecompressor

    said = json.loads((place / "backups" / f"{backup_id}.json").read_text())["manifest"]
    for file in said["files"]:
        if file["name"] == "store.duckdb":
            index = file["index"]
            digests = ZstdDecompressor().decompress((place / "pieces" / index[:2] / index).read_bytes())
            for at in range(0, len(digests), 32):
                name = digests[at : at + 32].hex()
                yield place / "pieces" / name[:2] / name
