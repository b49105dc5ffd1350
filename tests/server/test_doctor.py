"""`playtrace doctor` on folders that are whole and that are not, and how commands find the server of a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from doctor_table import found_wrong
from server_process import ServerProcess, StartProcess
from typer.testing import CliRunner

from playtrace.cli.main import app
from playtrace.config import LOCAL_FILE


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "1000"})


def stored(data: Path) -> int:
    """As `playtrace sql` says it."""
    done = run("sql", "SELECT count(*) AS events FROM events", "--data", data, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)[0]["events"]


class Copied:
    """A server that runs, and a copy of its folder that has one event less."""

    def __init__(self, server: ServerProcess, copy: Path) -> None:
        self.server = server
        self.copy = copy


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    folder = tmp_path_factory.mktemp("doctor")
    server = ServerProcess(folder / "data", "--open").start()
    server.send({"name": "jump", "game_id": "arena"})
    server.wait_until_loaded()
    server.stop()
    copy = Path(shutil.copytree(server.data, folder / "copy"))
    server.start()
    try:
        server.send({"name": "jump", "game_id": "arena"})
        server.wait_until_loaded()
        shutil.copy(server.data / LOCAL_FILE, copy)
        yield Copied(server, copy)
    finally:
        server.stop()


def test_doctor_asks_the_server_of_its_folder(copied: Copied):
    done = run("doctor", "--data", copied.server.data)
    assert done.exit_code == 0, done.output
    assert f"{copied.server.url}: Events are taken and loaded." in done.output


def test_doctor_examines_a_copy_itself_while_the_server_of_the_original_runs(copied: Copied):
    done = run("doctor", "--data", copied.copy)
    assert done.exit_code == 0, done.output
    assert f"{LOCAL_FILE} is a copy, and tells of the server of {copied.server.data.resolve()}" in done.output
    assert copied.server.url not in done.output
    assert "1 events, " in done.output


def test_questions_to_a_copy_are_not_answered_by_the_server_of_the_original(copied: Copied):
    assert (stored(copied.server.data), stored(copied.copy)) == (2, 1)
    asked = ("query", "summary", "--game", "arena", "--format", "json", "--data")
    answers = [json.loads(run(*asked, data).stdout) for data in (copied.server.data, copied.copy)]
    assert [answer["current"]["eventCount"] for answer in answers] == [2, 1]
    listed = run("segments", "list", "arena", "--data", copied.copy)
    assert (listed.exit_code, "No server runs on this data folder" in listed.output) == (2, True)


def test_a_folder_under_another_name_is_the_same_folder(copied: Copied):
    named = copied.server.data.with_name("named")
    named.symlink_to(copied.server.data)
    assert stored(named) == 2


@pytest.fixture
def folder(copied: Copied, tmp_path: Path) -> Path:
    """Of a server that was stopped; to be damaged."""
    folder = Path(shutil.copytree(copied.copy, tmp_path / "data"))
    (folder / LOCAL_FILE).unlink()
    return folder


def test_a_folder_of_a_server_that_was_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch):
    # As if the store were a large one.
    monkeypatch.setattr("playtrace.cli.doctor.ROWS_BYTES_MAX", 0)
    quick, thorough = (run("doctor", "--data", folder, *options) for options in ((), ("--read-all",)))
    assert (found_wrong(quick), found_wrong(thorough)) == ([], [])
    assert "the checksums of all are right" in quick.stdout
    assert " tables, all read" not in quick.stdout
    assert " tables, all read" in thorough.stdout


def test_what_is_not_read_is_not_called_well(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("playtrace.cli.doctor.BLOCKS_BYTES_MAX", 0)
    assert "not read through" in run("doctor", "--data", folder).stdout
    assert "not read through" not in run("doctor", "--data", folder, "--read-all").stdout


def test_a_server_is_asked_for_every_row(copied: Copied):
    quick, thorough = (run("doctor", "--data", copied.server.data, *options) for options in ((), ("--read-all",)))
    assert (found_wrong(quick), found_wrong(thorough)) == ([], [])
    assert "the checksums of all are right" in quick.stdout
    assert " tables, all read" in thorough.stdout


def test_a_registry_that_is_gone_is_missed_and_not_made(folder: Path):
    (folder / "registry.sqlite").unlink()
    for _ in range(2):
        ((what, found),) = found_wrong(run("doctor", "--data", folder))
        assert what == "registry"
        for part in ("registry.sqlite is not there", "write keys", "who sign in", "events of arena", "a start makes"):
            assert part in found
    assert not (folder / "registry.sqlite").exists()


def test_a_registry_that_was_begun_anew_does_not_know_the_games_that_have_events(folder: Path):
    (folder / "registry.sqlite").unlink()
    assert run("games", "add", "other", "--data", folder).exit_code == 0
    ((what, found),) = found_wrong(run("doctor", "--data", folder))
    assert (what, "It does not know arena" in found) == ("registry", True)
    assert run("games", "add", "arena", "--data", folder).exit_code == 0
    assert found_wrong(run("doctor", "--data", folder)) == []


def test_a_registry_that_cannot_be_read(folder: Path):
    (folder / "registry.sqlite").write_bytes(b"noise" * 1000)
    ((what, _),) = found_wrong(run("doctor", "--data", folder))
    assert what == "registry"


@pytest.mark.parametrize("name", ["journal.sqlite", "store.duckdb"])
def test_another_file_that_is_gone_is_missed_and_not_made(folder: Path, name: str):
    (folder / name).unlink()
    for _ in range(2):
        ((what, found),) = found_wrong(run("doctor", "--data", folder))
        assert (what, f"{name} is not there" in found) == (name.split(".")[0], True)
    assert not (folder / name).exists()


def test_a_folder_that_nobody_has_used_yet(tmp_path: Path):
    assert found_wrong(run("doctor", "--data", tmp_path)) == []
    assert found_wrong(run("doctor", "--data", tmp_path / "nowhere"))[0][0] == "data"


def test_a_server_that_takes_nothing_says_why(start_process: StartProcess):
    server = start_process(environment={"PLAYTRACE_DISK_FREE_BYTES_MIN": str(10**15)})
    ((what, found),) = found_wrong(run("doctor", "--data", server.data))
    assert (what, "The disk has" in found) == ("server", True), found
