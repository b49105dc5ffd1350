"""A server with a mirror in PostgreSQL: both are killed again and again while events come, late and repeated. In the
end each event is there once."""

from __future__ import annotations

import json
import os
import random
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from databases.postgresql import programs, throw_away_postgresql
from databases.servers import skip_without
from server_process import ServerProcess

from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry

KILLS = 25
OF_THE_DATABASE = 5
"""Each so many-th kill is one of the database."""
REQUEST_EVENTS = 500
FOLLOWED_SECONDS_MAX = 1_800.0
HEADERS = {"Content-Type": "application/json"}


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
            registry.add_game("arena")
            registry.put_mirror("warehouse", MirrorDefinition(url=url))
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


def send_some(server: ServerProcess, dice: random.Random, events: int) -> set[str]:
    """The ids of events that the server has taken; a tenth of the requests come twice."""
    taken: set[str] = set()
    sent = b"[]"
    for _ in range(events // REQUEST_EVENTS):
        is_again = sent != b"[]" and dice.random() < 0.1
        body = sent if is_again else made(dice)
        status, _, answer = server.request("POST", "/api/events", body, HEADERS)
        assert status == 202, answer
        taken |= {event["event_id"] for event in json.loads(body)}
        sent = body
    return taken


def made(dice: random.Random) -> bytes:
    now = time.time()
    return json.dumps(
        [
            {
                "name": dice.choice(("jump", "fall", "purchase")),
                "game_id": "arena",
                "event_id": str(UUID(int=dice.getrandbits(128))),
                "player_id": f"p{dice.randrange(500)}",
                # In no order, and some late.
                "time": int(1000 * (now - dice.choice((0, 60, 86_400, 20 * 86_400)) * dice.random())),
                "value": 1.0,
                "currency": "EUR",
                "props": {"number": number},
            }
            for number in range(REQUEST_EVENTS)
        ]
    ).encode()


def wait_until_followed(server: ServerProcess) -> None:
    deadline = time.monotonic() + FOLLOWED_SECONDS_MAX
    while (mirror := server.get("/api/mirrors")["mirrors"][0])["state"] != "following":
        assert time.monotonic() < deadline, mirror
        time.sleep(0.5)
