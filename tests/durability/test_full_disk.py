"""A disk that is full, for real: nothing acknowledged is lost, clients are told to wait, and it goes on by itself.

Three ways to be full: the limit that is kept free by default, the journal's own commit failing, and the
store's, each with the disk filled by somebody else and by events.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import naive_rollups
import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

from playtrace.config import MEBIBYTE, Settings
from playtrace.server import START_BYTES_MIN
from playtrace.store.duckdb import Store

DISK_BYTES = 64 * MEBIBYTE
DEADLINE_S = 120.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    missing = ""
    if sys.platform != "linux":
        missing = "tmpfs, which Linux has"
    elif os.geteuid() != 0:
        missing = "the right to mount (root)"
    else:
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "playtrace-test", str(folder)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            missing = f"a tmpfs to mount: {mounted.stderr.strip()}"
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"This machine lacks {missing}.")
        pytest.skip(f"needs {missing}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class Ballast:
    """What somebody else put on the disk."""

    def __init__(self, disk: Path) -> None:
        self._file = disk / "ballast"

    def fill(self, *, leave_bytes: int = 0) -> None:
        status = os.statvfs(self._file.parent)
        left = status.f_bavail * status.f_frsize - leave_bytes
        with self._file.open("ab") as file:
            for size in (MEBIBYTE, 4096, 1):
                try:
                    while left >= size:
                        file.write(bytes(size))
                        file.flush()
                        left -= size
                except OSError:
                    continue

    def remove(self) -> None:
        self._file.unlink()


class Game:
    """Sends events and remembers which of them were acknowledged."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self.acknowledged: set[str] = set()
        self.refusals: list[tuple[int, dict[str, str], Any]] = []

    def send(self, *, property_bytes: int = 100, count: int = 20) -> bool:
        """Whether it was taken; if not, the answer is among `refusals`."""
        events = [
            {
                "name": "level_start",
                "game_id": "arena",
                "event_id": str(uuid.uuid4()),
                "player_id": f"p{number % 5}",
                # Text that does not compress, so that the disk fills.
                "props": {"noise": os.urandom(property_bytes // 2).hex()},
            }
            for number in range(count)
        ]
        body = json.dumps(events).encode()
        status, headers, answer = self._server.request(
            "POST", "/api/events", body, {"Content-Type": "application/json"}
        )
        if status == 202:
            assert json.loads(answer)["accepted"] == count
            self.acknowledged.update(event["event_id"] for event in events)
            return True
        self.refusals.append((status, headers, json.loads(answer)))
        return False

    def send_until_refused(self) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while self.send(property_bytes=16_000, count=25):
            assert time.monotonic() < deadline, "the disk never became full"

    def send_until_taken(self) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not self.send():
            assert time.monotonic() < deadline, self.refusals[-1]
            time.sleep(0.1)

    def assert_told_to_wait(self) -> None:
        assert self.refusals
        for status, headers, document in self.refusals:
            assert status == 503, document
            assert int(headers["retry-after"]) > 0
            assert headers["content-type"] == "application/problem+json"
            assert document["type"] == "https://playtrace.dev/problems/unavailable"


def assert_all_there(data: Path, acknowledged: set[str]) -> None:
    store = Store.open(data / "store.duckdb", Settings(data=data))
    try:

        def ask(sql: str) -> list[dict[str, Any]]:
            return store.query_text(sql).to_pylist()

        stored = [row["id"] for row in ask("SELECT event_id::VARCHAR AS id FROM events")]
        assert len(stored) == len(set(stored))
        assert acknowledged <= set(stored)
        assert ask("FROM set_aside") == []
        naive_rollups.check(ask)
    finally:
        store.close()


def wait_until_healthy(server: ServerProcess) -> None:
    deadline = time.monotonic() + DEADLINE_S
    health: Any = None
    while time.monotonic() < deadline:
        assert server.is_running(), server.output()
        status, _, body = server.request("GET", "/api/health")
        health = json.loads(body)
        assert status in (200, 503), body
        if health["status"] == "healthy" and health["journal"]["lagEvents"] == 0:
            return
        time.sleep(0.1)
    raise AssertionError(f"{health}\n{server.output()}")


@pytest.mark.parametrize("keeps_free", [True, False], ids=["a tenth is kept free", "to the last byte"])
@pytest.mark.parametrize("filled_by", ["somebody else", "events"])
def test_a_full_disk(small_disk: Path, start_process: StartProcess, keeps_free: bool, filled_by: str):
    data = small_disk / "data"
    # Whoever takes events refuses them: by the limit in processes of their own, at the last byte in the only one.
    environment = SEVERAL if keeps_free else {"PLAYTRACE_DISK_FREE_BYTES_MIN": "0"}
    ballast = Ballast(small_disk)
    server = start_process(data=data, environment=environment)
    game = Game(server)
    assert game.send()
    server.wait_until_loaded()

    if filled_by == "somebody else":
        ballast.fill()
    else:
        # Room for what the events need later, once they are loaded: nobody deletes them.
        ballast.fill(leave_bytes=24 * MEBIBYTE)
    game.send_until_refused()
    for _ in range(5):
        game.send()
    game.assert_told_to_wait()
    status, _, body = server.request("GET", "/api/health")
    assert status in (200, 503), body
    assert server.is_running()
    assert server.get("/api/games")["games"][0]["id"] == "arena"

    ballast.remove()
    game.send_until_taken()
    wait_until_healthy(server)
    server.stop()
    assert_all_there(data, game.acknowledged)


def test_killed_on_a_full_disk_it_starts_again_when_there_is_room(small_disk: Path, start_process: StartProcess):
    data = small_disk / "data"
    environment = {"PLAYTRACE_DISK_FREE_BYTES_MIN": "0"}
    ballast = Ballast(small_disk)
    server = start_process(data=data, environment=environment)
    game = Game(server)
    assert game.send()
    ballast.fill(leave_bytes=4 * MEBIBYTE)
    game.send_until_refused()
    server.kill()
    ballast.remove()

    server = start_process(data=data, environment=environment)
    wait_until_healthy(server)
    server.stop()
    assert_all_there(data, game.acknowledged)


def test_the_store_cannot_write_while_the_journal_can(small_disk: Path, start_process: StartProcess):
    """Events are taken all the time, and loaded when there is room again."""
    data = small_disk / "data"
    data.mkdir()
    # The journal on a disk that has room: SQLite follows the link.
    elsewhere = small_disk.with_name("journal.sqlite")
    (data / "journal.sqlite").symlink_to(elsewhere)
    ballast = Ballast(small_disk)
    server = start_process(data=data, environment={"PLAYTRACE_DISK_FREE_BYTES_MIN": "0"})
    game = Game(server)
    assert game.send()
    server.wait_until_loaded()
    ballast.fill()
    # Until loading fails, and then on: more than what the store may have left over somewhere.
    # Yet no more than fits on the disk twice when there is room again: into the store's log and then into its file.
    deadline = time.monotonic() + DEADLINE_S
    sends_left = 40
    while (health := server.get("/api/health"))["status"] != "degraded":
        if sends_left > 0:
            assert game.send(property_bytes=16_000, count=25)
            sends_left -= 1
        else:
            time.sleep(0.1)
        assert time.monotonic() < deadline, "the store never became full"
    assert "space" in health["message"]
    for _ in range(20):
        assert game.send()
        # Those who ask meanwhile get an answer, or are told to ask again.
        status, headers, body = server.request("GET", "/api/events?gameId=arena&limit=1")
        assert status == 200 or (status == 503 and "retry-after" in headers), (status, body)
        time.sleep(0.1)
    assert not game.refusals
    assert server.get("/api/health")["journal"]["lagEvents"] > 0

    ballast.remove()
    wait_until_healthy(server)
    assert game.send()
    wait_until_healthy(server)
    server.stop()
    assert_all_there(data, game.acknowledged)


@pytest.mark.parametrize(("end", "left_bytes"), [("stopped", 0), ("killed", 100_000), ("killed", 5 * MEBIBYTE)])
def test_on_a_full_disk_it_starts_and_says_so_or_ends_with_a_sentence(
    small_disk: Path, start_process: StartProcess, end: str, left_bytes: int
):
    data = small_disk / "data"
    ballast = Ballast(small_disk)
    server = start_process(data=data)
    game = Game(server)
    assert game.send()
    server.wait_until_loaded()
    if end == "killed":
        assert game.send()
        server.kill()
    else:
        server.stop()
    ballast.fill(leave_bytes=left_bytes)

    server = ServerProcess(data, "--open", environment=SEVERAL)
    server.launch()
    try:
        server.wait_until_it_answers()
    except AssertionError:
        said = server.output()
        print(said)
        assert "Traceback" not in said
        assert said.count("The disk is full") == 1 and str(data) in said
        assert left_bytes < START_BYTES_MIN
    else:
        again = Game(server)
        assert not again.send()
        again.assert_told_to_wait()
        status, _, body = server.request("GET", "/api/health")
        assert (status, json.loads(body)["status"]) == (503, "unhealthy")
        assert "disk" in json.loads(body)["message"].lower()
        assert server.get("/api/games")["games"][0]["id"] == "arena"
        server.stop()
    ballast.remove()
    server = start_process(data=data)
    wait_until_healthy(server)
    server.stop()
    assert_all_there(data, game.acknowledged)
