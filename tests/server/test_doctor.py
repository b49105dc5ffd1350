"""`playtrace doctor`, and how commands find the server of a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from server_process import ServerProcess
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
