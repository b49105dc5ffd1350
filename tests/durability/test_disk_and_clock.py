"""A disk that becomes read-only, and a clock that jumps, under a server that runs: nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

DISK_BYTES = 64 * 1024 * 1024
SECONDS_MAX = 60.0
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
JUMPS_S = (3600, -3600, 0)


@pytest.fixture
def breaking_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which can be made to break."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("needs root on Linux, and mkfs.ext4")
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    mounted = subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"needs a file to be mounted: {mounted.stderr.decode()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def events(count: int) -> list[dict[str, Any]]:
    return [{"name": "jump", "game_id": "arena", "player_id": f"p{number}"} for number in range(count)]


def wait_until(holds: Callable[[], bool], server: ServerProcess) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline, server.output()
        time.sleep(0.05)


def test_a_disk_that_becomes_read_only(breaking_disk: Path, start_process: StartProcess, tmp_path: Path) -> None:
    server = start_process(data=breaking_disk / "data")
    assert server.send(events(20))[0] == 202
    server.wait_until_loaded()
    # As the kernel does it when the disk fails.
    subprocess.run(["mount", "-o", "remount,abort", str(breaking_disk)], check=True)
    wait_until(lambda: server.client.get("/api/health").status_code == 503, server)
    health = server.client.get("/api/health").json()
    assert (health["status"], "read-only" in health["message"]) == ("unhealthy", True), health
    status, answer = server.send(events(5))
    assert (status, "read-only" in answer["detail"]) == (503, True), answer
    admin = {"Authorization": f"Bearer {server.token}"}
    made = server.client.post("/api/games", json={"id": "other", "name": "Other"}, headers=admin)
    assert made.status_code == 503, made.text
    # What is loaded is answered.
    assert server.sql("SELECT count(*) FROM events") == [[20]]
    server.kill()
    # Put right: a new server goes on with everything that was acknowledged.
    copied = shutil.copytree(breaking_disk / "data", tmp_path / "copied")
    again = start_process(data=copied)
    again.wait_until_loaded()
    assert again.sql("SELECT count(*) FROM events") == [[20]]
    assert again.send(events(5))[0] == 202


def test_a_clock_that_jumps_forward_and_back(start_process: StartProcess, tmp_path: Path) -> None:
    if FAKETIME is None:
        if os.environ.get("CI") == "true":
            pytest.fail("This machine lacks libfaketime (Debian's package).")
        pytest.skip("needs libfaketime (Debian's package)")
    now = tmp_path / "now"
    now.write_text("+0\n")
    server = start_process(
        environment=SEVERAL
        | {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(now),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
    )
    sent = 0
    for jump_s in (0, *JUMPS_S):
        now.write_text(f"{jump_s:+d}\n")
        for _ in range(3):
            status, answer = server.send(events(4))
            assert (status, answer["accepted"]) == (202, 4), answer
            sent += 4
        server.wait_until_loaded()
        health = server.client.get("/api/health").json()
        assert health["status"] == "healthy", health
        assert health["journal"]["lagSeconds"] >= 0
        [[stored, ahead]] = server.sql("SELECT count(*), count(*) FILTER (WHERE time > received_at) FROM events")
        assert (stored, ahead) == (sent, 0)
    [[hours]] = server.sql("SELECT date_diff('minute', min(received_at), max(received_at)) FROM events")
    assert 110 <= hours <= 130, "the clock did jump"
