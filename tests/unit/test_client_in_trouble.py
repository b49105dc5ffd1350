"""The client for Python against servers that are slow, full, gone or wrong; and what it takes to import it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from playtrace import Client
from playtrace.client import events
from playtrace.client.errors import (
    MissingLibrary,
    NotAllowed,
    NotSent,
    PlaytraceError,
    QueueFull,
    ServerBroke,
    TryLater,
    Unreachable,
    Wrong,
)

HEAVY = ("aiohttp", "duckdb", "fastapi", "granian", "numpy", "pandas", "polars", "pyarrow", "pydantic", "sqlalchemy")
Reply = tuple[int, dict[str, str], bytes]


class Stranger:
    """A server that answers as it is told, one reply after the other and the last one for ever. None: it hangs up."""

    def __init__(self) -> None:
        self.replies: list[Reply | None] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.is_asked = threading.Event()
        stranger = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                stranger.requests.append((self.path, dict(self.headers.items()), body))
                stranger.is_asked.set()
                stranger.goes_on.wait()
                replies = stranger.replies
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                if reply is None:
                    self.close_connection = True
                    return
                status, headers, answer = reply
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def batches(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.requests]

    def close(self) -> None:
        self.goes_on.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    stranger = Stranger()
    yield stranger
    stranger.close()


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "FIRST_WAIT_S", 0.01)


def taken(count: int) -> Reply:
    return 202, {}, json.dumps({"accepted": count, "rejected": []}).encode()


BUSY: Reply = 503, {"Retry-After": "0"}, b'{"detail": "The journal is full.", "type": "https://x/unavailable"}'


def test_it_imports_nothing_of_the_server():
    program = (
        "import sys; from playtrace import Client; Client('http://localhost:1');"
        f" print(*set({HEAVY!r}) & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("url", ["", "ftp://localhost", "http://", "http://localhost/?a=1"])
def test_what_is_no_address_is_told(url: str):
    with pytest.raises(ValueError, match="no address of a server"):
        Client(url)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (BUSY, TryLater),
        ((401, {}, b'{"detail": "Sign in."}'), NotAllowed),
        ((422, {}, b'{"detail": "from: wrong", "errors": [{"field": "from"}]}'), Wrong),
        ((500, {}, b"<html>a proxy's page</html>"), ServerBroke),
        ((302, {"Location": "/login"}, b""), ServerBroke),
    ],
)
def test_each_refusal_has_its_class_and_the_servers_sentence(stranger: Stranger, reply: Reply, kind: type[Exception]):
    stranger.replies = [reply]
    with pytest.raises(kind) as raised:
        Client(stranger.url).retention(game_id="arena")
    document = json.loads(reply[2]) if reply[2].startswith(b"{") else {}
    assert str(raised.value) == document.get("detail", f"The server answered {reply[0]}.")


def test_nobody_there_and_nobody_who_answers(stranger: Stranger):
    with pytest.raises(Unreachable, match="cannot be reached"):
        Client("http://127.0.0.1:1").metrics()
    stranger.replies = [None]
    with pytest.raises(Unreachable):
        Client(stranger.url).metrics()
    stranger.goes_on.clear()
    with pytest.raises(Unreachable, match=r"within 0.1 s"):
        Client(stranger.url, timeout_s=0.1).metrics()


def test_a_connection_that_was_closed_meanwhile_is_opened_again(stranger: Stranger):
    stranger.replies = [(200, {}, b'{"metrics": []}'), None, (200, {}, b'{"metrics": []}')]
    client = Client(stranger.url)
    assert client.metrics() == client.metrics() == []
    assert len(stranger.requests) == 3


def test_parameters_are_spelled_as_the_server_reads_them(stranger: Stranger):
    stranger.replies = [(200, {}, b'{"metric": "x", "days": []}')]
    client = Client(stranger.url, token="read_1", game="arena")
    client.active_players(from_="2026-03-01", platform=["a b", "c"], explain=True, version=None)
    path, headers, _ = stranger.requests[0]
    assert path == "/api/metrics/active_players?game_id=arena&from=2026-03-01&platform=a+b&platform=c&explain=true"
    assert headers["Authorization"] == "Bearer read_1"


def test_what_needs_a_library_says_which(stranger: Stranger, monkeypatch: pytest.MonkeyPatch):
    stranger.replies = [(200, {}, b'{"metric": "x", "days": [{"day": "2026-03-01", "dau": 3}], "hints": []}')]
    answer = Client(stranger.url).active_players(game_id="arena")
    assert answer.table == answer.arrow().to_pylist() == [{"day": "2026-03-01", "dau": 3}]
    for name in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(MissingLibrary, match=f"pip install {name}"):
            getattr(answer, name)()


def test_what_is_sent_again_has_the_same_ids(stranger: Stranger):
    stranger.replies = [BUSY, None, (502, {}, b""), taken(2)]
    receipt = Client(stranger.url, key="k", game="arena").send({"name": "a"}, {"name": "b", "time": 5})
    assert receipt.accepted == 2
    batches = stranger.batches()
    assert len(batches) == 4
    assert len({json.dumps(batch["events"]) for batch in batches}) == 1
    # A connection that was kept, and is closed when it is used again, is no attempt.
    assert [batch["attempt"] for batch in batches] == [1, 2, 2, 3]
    first, second = batches[0]["events"]
    assert (first["game_id"], second["time"]) == ("arena", 5)
    assert first["event_id"] != second["event_id"]


def test_what_does_not_fit_is_not_sent_again(stranger: Stranger):
    stranger.replies = [(401, {}, b'{"detail": "No such key."}')]
    with pytest.raises(NotAllowed, match="No such key"):
        Client(stranger.url).send({"name": "a"})
    assert len(stranger.requests) == 1


@pytest.mark.parametrize("event", [{}, {"name": ""}, {"name": 3}, {"name": "a", "props": {"x": object()}}])
def test_what_is_no_event_is_told(stranger: Stranger, event: dict[str, Any]):
    with pytest.raises(ValueError, match="event"):
        Client(stranger.url).send(event)
    with Client(stranger.url).sender() as sender:
        assert not sender.send(event)
        assert sender.counts.dropped == 1
    assert stranger.requests == []


def test_events_of_many_threads_are_sent_in_batches(stranger: Stranger):
    stranger.replies = [taken(0)]

    def play(player: int) -> None:
        for number in range(250):
            sender.send("step", player_id=f"p{player}", seq=number)

    with Client(stranger.url, game="arena").sender(batch_events_max=100, flush_s=60) as sender:
        threads = [threading.Thread(target=play, args=(player,)) for player in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sent = [event for batch in stranger.batches() for event in batch["events"]]
    assert sender.counts.sent == len(sent) == len({event["event_id"] for event in sent}) == 1000
    assert max(len(batch["events"]) for batch in stranger.batches()) == 100
    for player in range(4):
        assert [event["seq"] for event in sent if event["player_id"] == f"p{player}"] == list(range(250))


def test_few_events_are_sent_after_a_while(stranger: Stranger):
    stranger.replies = [taken(1)]
    with Client(stranger.url).sender(flush_s=0.05) as sender:
        sender.send("a")
        assert stranger.is_asked.wait(120)


def test_large_events_make_small_batches(stranger: Stranger):
    stranger.replies = [taken(0)]
    with Client(stranger.url).sender() as sender:
        for _ in range(70):
            sender.send("a", props={"text": "x" * 30_000})
    assert sender.counts.sent == 70
    assert max(len(body) for _, _, body in stranger.requests) < 1_100_000


def test_a_queue_that_is_full_drops_the_newest_and_never_waits(stranger: Stranger):
    stranger.replies = [taken(0)]
    stranger.goes_on.clear()
    with Client(stranger.url).sender(queue_events_max=3, flush_s=0) as sender:
        assert [sender.send("a", seq=number) for number in range(5)] == [True, True, True, False, False]
        assert (sender.counts.queued, sender.counts.dropped) == (3, 2)
        stranger.goes_on.set()
    assert [event["seq"] for batch in stranger.batches() for event in batch["events"]] == [0, 1, 2]
    assert "full" in sender.counts.last_error


def test_who_wants_errors_gets_them(stranger: Stranger):
    stranger.replies = [(401, {}, b'{"detail": "No such key."}')]
    sender = Client(stranger.url).sender(raises=True, queue_events_max=1, flush_s=60)
    sender.send("a")
    with pytest.raises(QueueFull):
        sender.send("b")
    with pytest.raises(ValueError, match="name"):
        sender.send("")
    with pytest.raises(NotSent, match="No such key"):
        sender.flush()
    with pytest.raises(NotSent):
        sender.close()


@pytest.mark.parametrize("reply", [BUSY, None], ids=["it is full", "it hangs up"])
def test_the_end_does_not_wait_for_ever(stranger: Stranger, reply: Reply | None):
    stranger.replies = [reply]
    sender = Client(stranger.url).sender(close_seconds_max=0.2)
    sender.send("a")
    sender.close()
    assert not sender.send("b")
    counts = sender.counts
    assert (counts.queued, counts.lost, counts.dropped, counts.sent) == (0, 1, 1, 0)


def test_a_server_that_says_nonsense_does_not_end_the_sender(stranger: Stranger):
    stranger.replies = [(202, {}, b"[nonsense"), taken(1)]
    with Client(stranger.url).sender(flush_s=0) as sender:
        sender.send("a")
        assert sender.flush()
        sender.send("b")
    assert (sender.counts.refused, sender.counts.sent) == (1, 1)


@pytest.mark.parametrize("error", PlaytraceError.__subclasses__(), ids=lambda kind: kind.__name__)
def test_errors_tell_what_they_are(error: type[Exception]):
    assert error.__doc__


def test_the_end_of_the_program_sends_what_is_left(stranger: Stranger):
    stranger.replies = [taken(1)]
    program = f"from playtrace import Client; Client({stranger.url!r}).sender(flush_s=60).send('a')"
    subprocess.run([sys.executable, "-P", "-c", program], check=True)
    (batch,) = stranger.batches()
    assert batch["events"][0]["name"] == "a"
