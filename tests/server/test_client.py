"""The client for Python with the real server: what it sends counts once, also when the server is killed meanwhile."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from server_process import ServerProcess, StartProcess

from playtrace import Client
from playtrace.client.errors import NotAllowed, NotFound, Wrong

EVENTS = 3_000


def test_sending_and_asking(open_processes: ServerProcess):
    with Client(open_processes.url, game="studio") as client:
        receipt = client.send(
            {"name": "session_start", "player_id": "p1", "session_id": "s1"},
            {"name": "purchase", "player_id": "p1", "value": 4.99, "currency": "USD", "props": {"product": "pack"}},
            {"name": "x", "x": "left"},
        )
        assert (receipt.accepted, receipt.refused, receipt.rejected[0].index) == (2, 1, 2)
        with client.sender() as sender:
            sender.send("level_start", player_id="p2", level="2", time=dt.datetime.now(dt.UTC))
        assert sender.counts.sent == 1
        open_processes.wait_until_loaded()

        today = client.active_players(from_=dt.datetime.now(dt.UTC).date(), time_zone="UTC")
        assert today.table[-1]["dau"] == 2
        assert today.arrow()["dau"].to_pylist() == [row["dau"] for row in today.table]
        assert today.json["gameId"] == "studio" and today.as_of.endswith("Z")
        assert client.metric("summary").json["gameId"] == "studio"
        assert {"retention", "summary"} <= {metric["name"] for metric in client.metrics()}

        bought = client.sql("SELECT product, price, time FROM purchases WHERE game_id = 'studio'")
        ((product, price, time),) = [row.values() for row in bought.table]
        assert (product, price, time.utcoffset()) == ("pack", 4.99, dt.timedelta(0))
        (props,) = client.sql("SELECT props FROM events WHERE name = 'purchase' AND game_id = 'studio'").table
        assert props == {"props": {"product": "pack"}}


def test_errors_have_the_servers_sentence(open_processes: ServerProcess):
    client = Client(open_processes.url, game="studio")
    with pytest.raises(Wrong, match="from") as wrong:
        client.retention(from_="yesterday")
    assert (wrong.value.problem, wrong.value.errors[0]["field"]) == ("invalid-request", "from")
    with pytest.raises(NotFound, match="nobody"):
        client.summary(game_id="nobody")
    with pytest.raises(NotFound):
        client.no_such_metric()


def test_a_server_that_asks_who_one_is(start_process: StartProcess):
    server = start_process(())
    client = Client(server.url, key="f" * 32, game="studio")
    with pytest.raises(NotAllowed, match="token"):
        client.metrics()
    with pytest.raises(NotAllowed):
        client.send({"name": "a"})
    assert Client(server.url, token=server.token).metrics()


def test_events_count_once_though_the_server_is_killed_while_they_are_sent(start_process: StartProcess):
    server = start_process()
    address = server.address
    with Client(server.url, game="studio").sender(batch_events_max=50, close_seconds_max=60) as sender:
        is_half = threading.Event()

        def play() -> None:
            for number in range(EVENTS):
                sender.send("step", player_id="p1", seq=number)
                if number == EVENTS // 2:
                    is_half.set()

        playing = threading.Thread(target=play)
        playing.start()
        is_half.wait()
        server.kill()
        playing.join()
        again = start_process(("--open", "--port", str(address[1])), data=server.data)
        assert sender.flush(60)
    assert sender.counts.sent == EVENTS
    again.wait_until_loaded()
    assert again.sql("SELECT count(*), count(DISTINCT seq) FROM events") == [[EVENTS, EVENTS]]
