"""A disk that becomes read-only under a server that runs: nothing acknowledged is lost, and health says it.

It takes root, and a kernel that mounts a file: `pytest -m drill`.
"""

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
from server_process import ServerProcess, StartProcess

DISK_BYTES = 64 * 1024 * 1024
SECONDS_MAX = 120.0


@pytest.fixture
def breaking_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, which can be made to break."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.fail("needs root on Linux, and mkfs.ext4")
    image, folder = tmp_path / "image", tmp_path / "disk"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
    mounted = subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.fail(f"needs a file to be mounted: {mounted.stderr.decode()}")
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


@pytest.mark.drill
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
