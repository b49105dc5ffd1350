"""A server with a mirror in PostgreSQL: both are killed again and again while events come, late and repeated. In the
end each event is there once."""

from __future__ import annotations

import os
import random
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from databases.postgresql import programs, throw_away_postgresql
from databases.servers import skip_without
from drill_events import send_some
from server_process import ServerProcess

from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry

KILLS = 25
OF_THE_DATABASE = 5
"""Each so many-th kill is one of the database."""
FOLLOWED_SECONDS_MAX = 1_800.0


@pytest.mark.drill
@pytest.mark.timeout(7_200)
def test_server_and_database_are_killed_and_every_event_is_there_once(tmp_path: Path):
    if programs() is None:
        skip_without("PostgreSQL is not installed here (Debian's package is `postgresql`).")
    dice = random.Random(18)
    events = int(os.environ.get("PLAYTRACE_DRILL_EVENTS", "1000000"))
    data = tmp_path / "data"
    data.mkdir()
    with throw_away_postgresql(is_durable=True) as postgresql, postgresql.database("drill") as url:
        with closing(Registry.open(f"sqlite:///{(data / 'registry.sqlite').as_posix()}")) as registry:
            registry.games.add("arena")
            registry.mirrors.put("warehouse", MirrorDefinition(url=url))
        server = ServerProcess(data, "--open").start()
        try:
            expected: set[str] = set()
            for kill in range(KILLS):
                expected |= send_some(server, dice, events // KILLS)
                time.sleep(dice.uniform(0.0, 2.0))
                if kill % OF_THE_DATABASE == 0:
                    postgresql.kill()
                    postgresql.start()
                else:
                    server.kill()
                    server = ServerProcess(data, "--open").start()
            server.wait_until_loaded(FOLLOWED_SECONDS_MAX)
            assert server.sql("SELECT count(*), count(DISTINCT event_id) FROM events") == [[len(expected)] * 2]
            wait_until_followed(server)
            with psycopg.connect(url) as connection:
                for table in ("event_key", "game_event"):
                    rows = connection.execute(f"SELECT event_id::text FROM game.{table}".encode()).fetchall()
                    assert len(rows) == len(expected)
                    assert {row[0] for row in rows} == expected
        finally:
            server.stop()


def wait_until_followed(server: ServerProcess) -> None:
    deadline = time.monotonic() + FOLLOWED_SECONDS_MAX
    while (mirror := server.get("/api/mirrors")["mirrors"][0])["state"] != "following":
        assert time.monotonic() < deadline, mirror
        time.sleep(0.5)
