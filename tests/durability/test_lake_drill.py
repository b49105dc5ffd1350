"""Who writes a lake is killed again and again. In the end each event is there once, and no file is left over."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from drill_events import send_some
from pyiceberg.table import StaticTable
from server_process import ServerProcess

from playtrace.mirrors.lake.files import files_of, read_files
from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry

KILLS = 10
FOLLOWED_SECONDS_MAX = 1_800.0


@pytest.mark.drill
@pytest.mark.timeout(7_200)
def test_who_writes_the_lake_is_killed_and_every_event_is_there_once(tmp_path: Path):
    dice = random.Random(21)
    events = int(os.environ.get("PLAYTRACE_DRILL_EVENTS", "2000000"))
    data, lake = tmp_path / "data", tmp_path / "lake"
    data.mkdir()
    with closing(Registry.open(f"sqlite:///{(data / 'registry.sqlite').as_posix()}")) as registry:
        registry.games.add("arena")
        registry.mirrors.put("lake", MirrorDefinition(url=lake.as_uri()))
        registry.mirrors.pause("lake", is_paused=True)
    expected: set[str] = set()
    killed_while_writing = 0
    for _ in range(KILLS):
        server = ServerProcess(data, "--open").start()
        try:
            expected |= send_some(server, dice, events // KILLS)
            server.wait_until_loaded(FOLLOWED_SECONDS_MAX)
        finally:
            server.stop()
        assert playtrace(data, "mirrors", "resume", "lake").wait() == 0
        writer = playtrace(data, "mirrors", "run", "lake")
        # It takes a second to begin, and two or more to write.
        time.sleep(dice.uniform(1.0, 3.0))
        killed_while_writing += writer.poll() is None
        writer.kill()
        writer.wait()
        assert playtrace(data, "mirrors", "pause", "lake").wait() == 0
    assert killed_while_writing > KILLS // 2
    assert playtrace(data, "mirrors", "resume", "lake").wait() == 0
    assert playtrace(data, "mirrors", "run", "lake").wait(FOLLOWED_SECONDS_MAX) == 0
    verified = playtrace(data, "lake", "verify", "--json", output=subprocess.PIPE)
    told = json.loads(verified.communicate()[0])
    print(f"{len(expected):,} events; {killed_while_writing} of {KILLS} killed while writing; {told}")
    assert (verified.returncode, told["differences"]) == (0, [])
    events_table = StaticTable.from_metadata(f"file://{lake}/events")
    current = [task.file.file_path.removeprefix("file://") for task in events_table.scan().plan_files()]
    ids = duckdb.execute("SELECT event_id FROM read_parquet($files)", {"files": current}).fetchall()
    assert len(ids) == len(expected)
    assert {id_ for (id_,) in ids} == expected
    for table in (events_table, StaticTable.from_metadata(f"file://{lake}/set_aside")):
        assert {file.path for file in files_of(table)} == read_files(table)


def playtrace(data: Path, *arguments: str, output: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "playtrace", *arguments, "--data", str(data)], stdout=output)
