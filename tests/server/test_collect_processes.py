"""Processes that take events beside the one that loads and answers: nobody outside can tell one from the others."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import os
import pickle
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from server_process import SEVERAL, ServerProcess, StartProcess

from playtrace.config import Settings
from playtrace.serving.collectors import COMMAND
from playtrace.serving.forwarded import Reading
from playtrace.serving.listening import free_port
from playtrace.serving.orders import Orders

DEADLINE_S = 120.0
PAUSE_S = 0.01
"""Of a client between two requests: what is started meanwhile needs the machine too."""
IN_ITS_PLACE = "another collecting process took its place"
JSON = {"Content-Type": "application/json"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux shares the connections of one port")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """An open server with two collecting processes, for tests that leave it as it was."""
    server = ServerProcess(tmp_path_factory.mktemp("two") / "data", "--open", environment=SEVERAL).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The same with logins."""
    server = ServerProcess(tmp_path_factory.mktemp("guarded") / "data", environment=SEVERAL).start()
    yield server
    server.stop()


def collectors_of(server: ServerProcess) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for child in psutil.Process(server.pid).children():
        with suppress(psutil.NoSuchProcess):  # it ends just now
            if "playtrace.serving.collector_process" in child.cmdline():
                found.append(child)
    return found


def ids_that_begin_with(digit: str) -> str:
    return f"SELECT event_id::VARCHAR FROM events WHERE event_id::VARCHAR LIKE '{digit}%'"


def eventually(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def ask(server: ServerProcess, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """On a connection of its own, which any of the processes may get."""
    status, _, answer = server.request(method, path, None if body is None else json.dumps(body).encode(), JSON)
    return status, json.loads(answer)


@contextmanager
def clients(count: int, send: Callable[[], None], stop: threading.Event) -> Generator[None]:
    """Threads that send; told to stop and waited for at the end."""
    threads = [threading.Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_what_was_acknowledged_is_in_the_next_answer(start_process: StartProcess, processes: str):
    server = start_process(environment={"PLAYTRACE_COLLECT_PROCESSES": processes})
    assert len(collectors_of(server)) == int(processes)
    for number in range(10):
        game = f"game-{number}"  # an open server makes it: the process that answers hears of it too
        assert ask(server, "POST", "/api/events", {"name": "first", "game_id": game})[0] == 202
        status, page = ask(server, "GET", f"/api/events?gameId={game}")
        assert (status, [event["eventType"] for event in page["events"]]) == (200, ["first"])
        assert ask(server, "GET", f"/api/metrics/active_players?gameId={game}")[0] == 200


def test_answers_come_through_as_they_are(two: ServerProcess):
    as_browser = {"Accept": "text/html"}
    status, headers, page = two.request("GET", "/", headers=as_browser)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b'<div id="app">' in page
    status, headers, body = two.request("HEAD", "/", headers=as_browser)
    assert (status, body, headers["content-length"]) == (200, b"", str(len(page)))
    status, headers, _ = two.request("PUT", "/api/health", b"{}", JSON)
    assert (status, headers["allow"]) == (405, "GET")
    status, headers, body = two.request("GET", "/api/metrics/summary?game_id=%E2%82%AC&from=2026-13-01")
    assert (status, headers["content-type"]) == (422, "application/problem+json")
    assert [error["field"] for error in json.loads(body)["errors"]] == ["from"]
    # A body without a length, in pieces, there and back.
    connection = http.client.HTTPConnection(*two.address, timeout=120)
    connection.request("POST", "/api/sql", iter([b'{"sql": ', b'"SELECT repeat(', b"'x', 1000000) AS x\"}"]), JSON)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["rows"]) == (200, [["x" * 1_000_000]])
    assert len(answer.headers.get_all("date") or []) == 1
    connection.close()


def test_who_watches_sees_what_others_send(two: ServerProcess):
    async def watch() -> list[str]:
        seen: list[str] = []
        async with (
            aiohttp.ClientSession(two.url) as session,
            session.ws_connect("/api/live?gameId=watched") as live,
            session.ws_connect("/api/stream") as stream,
        ):
            assert (await live.receive_json(timeout=DEADLINE_S))["type"] == "hello"
            for number in range(5):
                await stream.send_json({"name": f"event_{number}", "game_id": "watched"})
                assert (await stream.receive_json(timeout=DEADLINE_S))["status"] == 202
            while len(seen) < 5:
                tick = await live.receive_json(timeout=DEADLINE_S)
                seen += [event["eventType"] for event in reversed(tick["events"])]
        return seen

    assert asyncio.run(watch()) == [f"event_{number}" for number in range(5)]


def test_a_watcher_without_a_login_is_told_so(guarded: ServerProcess):
    async def watch() -> None:
        async with aiohttp.ClientSession(guarded.url) as session, session.ws_connect("/api/live?gameId=arena"):
            pass

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        asyncio.run(watch())
    assert refused.value.status == 401


def test_events_are_taken_while_the_process_that_answers_stands_still(two: ServerProcess):
    os.kill(two.pid, signal.SIGSTOP)
    try:
        for number in range(20):
            event = {"name": "meanwhile", "game_id": "meanwhile", "seq": number}
            assert ask(two, "POST", "/api/events", event) == (202, {"accepted": 1, "rejected": []})
    finally:
        os.kill(two.pid, signal.SIGCONT)
    page = two.get("/api/events?gameId=meanwhile&limit=100")
    assert sorted(event["seq"] for event in page["events"]) == list(range(20))


def test_a_collecting_process_that_is_killed_is_replaced_and_costs_nothing(start_process: StartProcess):
    server = start_process(environment=SEVERAL)
    stop = threading.Event()
    acknowledged: list[str] = []
    failed: list[int] = []

    def send() -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection(*server.address, timeout=DEADLINE_S)
            try:
                while not stop.is_set():
                    event_id = str(uuid.uuid4())
                    event = {"name": "shot", "game_id": "arena", "event_id": event_id, "player_id": "p"}
                    connection.request("POST", "/api/events", json.dumps(event), JSON)
                    status = connection.getresponse()
                    status.read()
                    (acknowledged.append(event_id) if status.status == 202 else failed.append(status.status))
                    time.sleep(PAUSE_S)
            except (OSError, http.client.HTTPException):
                pass  # That process is gone: the next connection goes to another.
            finally:
                connection.close()

    with clients(4, send, stop):
        for kill in range(1, 3):
            sent = len(acknowledged)
            eventually(lambda sent=sent: len(acknowledged) > sent + 200, "nothing is taken any more")
            collectors_of(server)[0].kill()
            replaced = f"kill {kill}: nothing took the place of the killed process"
            eventually(lambda kill=kill: server.output().count(IN_ITS_PLACE) == kill, replaced)
    server.wait_until_loaded()
    assert failed == []
    # The ids a slice at a time, as the route gives at most so many rows.
    stored = [row[0] for digit in "0123456789abcdef" for row in server.sql(ids_that_begin_with(digit))]
    assert len(stored) == len(set(stored))
    assert set(acknowledged) <= set(stored)
    books = server.get("/api/games/arena/books")["total"]
    assert books["received"] == books["stored"] >= len(acknowledged)


def test_one_that_nobody_hears_saying_that_it_is_ready_answers_until_it_is_told_to_stop(start_process: StartProcess):
    """The process that started it was killed a moment before."""
    data = start_process().data
    settings = Settings(data=data, open=True)
    port = free_port("127.0.0.1")
    orders = Orders(settings, port, Reading(free_port("127.0.0.1"), "secret"))
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(pickle.dumps(orders))
        process.stdin.flush()
        process.stdout.close()

        def is_answered() -> bool:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
            try:
                connection.request("POST", "/api/events", b'{"name": "shot", "game_id": "arena"}', JSON)
                assert connection.getresponse().status == 202
            except ConnectionRefusedError:
                return False
            finally:
                connection.close()
            return True

        eventually(is_answered, "it does not answer")
        with socket.create_connection(("127.0.0.1", port), DEADLINE_S) as half:
            half.sendall(b"POST /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            for _ in range(20):
                assert is_answered()
            process.stdin.close()
            answer = half.recv(65536)
            assert answer.startswith(b"HTTP/1.1 503") and b"retry-after: 5" in answer and b"problem+json" in answer
        assert process.wait(DEADLINE_S) == 0


def test_told_to_stop_together_they_answer_what_they_have_begun(start_process: StartProcess):
    """As systemd and a terminal do it: the signal goes to every process."""
    server = start_process(environment=SEVERAL)
    stop = threading.Event()
    statuses: list[int] = []
    cut_off: list[Exception] = []

    def send() -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection(*server.address, timeout=DEADLINE_S)
            try:
                connection.connect()
            except OSError:
                return  # Nobody listens any more.
            try:
                connection.request("POST", "/api/events", b'{"name": "shot", "game_id": "arena"}', JSON)
                statuses.append(connection.getresponse().status)
            except (OSError, http.client.HTTPException) as error:
                cut_off.append(error)
            finally:
                connection.close()
            time.sleep(PAUSE_S)

    with clients(4, send, stop):
        eventually(lambda: len(statuses) > 100, "nothing is taken")
        for process in [*collectors_of(server), psutil.Process(server.pid)]:
            process.terminate()
        server.wait()
    assert set(statuses) == {202}
    # Connections that were made in the last moment of either process, and not looked at any more, nobody answered.
    assert len(cut_off) <= 2 * 4
    again = start_process(data=server.data, environment=SEVERAL)
    assert again.get("/api/games/arena/books")["total"]["stored"] >= len(statuses)


def test_no_process_outlives_the_one_that_began_it(start_process: StartProcess):
    server = start_process(environment=SEVERAL)
    collectors = collectors_of(server)
    assert len(collectors) == 2
    server.kill()
    _, alive = psutil.wait_procs(collectors, timeout=DEADLINE_S)
    assert alive == []
    # The same folder and the same port are free for the next one.
    again = start_process(("--open", "--port", str(server.address[1])), data=server.data, environment=SEVERAL)
    collectors = collectors_of(again)
    again.stop()
    assert [process for process in collectors if process.is_running()] == []


def test_ctrl_c_is_for_the_process_that_was_started(two: ServerProcess):
    collectors = collectors_of(two)
    for process in collectors:
        # A terminal signals a group. Priorities count inside of a session.
        assert os.getpgid(process.pid) != os.getpgid(two.pid)
        assert os.getsid(process.pid) == os.getsid(two.pid)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTTOU)
    status, _ = ask(two, "POST", "/api/events", {"name": "match_start", "game_id": "arena"})
    assert status == 202
    assert all(process.is_running() and process.status() != psutil.STATUS_STOPPED for process in collectors)


def test_the_client_is_whoever_called_not_who_handed_it_on(guarded: ServerProcess):
    """The login throttle goes by address. A header that a client makes up changes nothing."""

    def sign_in_from(address: str, **headers: str) -> int:
        connection = http.client.HTTPConnection(*guarded.address, source_address=(address, 0), timeout=120)
        body = json.dumps({"email": "nobody@example.com", "password": "a wrong guess"})
        connection.request("POST", "/api/session", body, JSON | {k.replace("_", "-"): v for k, v in headers.items()})
        status = connection.getresponse().status
        connection.close()
        return status

    assert [sign_in_from("127.0.0.2") for _ in range(6)] == [401] * 5 + [429]
    assert sign_in_from("127.0.0.2", x_playtrace_forwarded="made-up 127.0.0.4") == 429
    assert sign_in_from("127.0.0.3") == 401


def raw(server: ServerProcess, request: bytes) -> bytes:
    """The first bytes of the answer to a request that no client library would send."""
    with socket.create_connection(server.address, timeout=DEADLINE_S) as connection:
        connection.sendall(request)
        return connection.recv(4096)


def test_requests_that_no_library_would_send(two: ServerProcess):
    for line, status in (
        ("GET /api/events?gameId=\u00fc HTTP/1.1", b"200"),
        ("GET /\u00fc HTTP/1.1", b"404"),
        ("get /api/games HTTP/1.1", b"405"),
        ("post /api/events HTTP/1.1", b"405"),
        ("CONNECT /api/games HTTP/1.1", b"405"),
    ):
        answer = raw(two, f"{line}\r\nHost: localhost\r\n\r\n".encode())
        assert answer.split(b" ", 2)[1] == status, (line, answer)


def test_a_client_that_sends_and_never_reads_does_not_fill_the_memory(start_process: StartProcess):
    """Each ping of a WebSocket is answered, and the answers are kept until they are read."""
    memory_bytes_max = 256 * 1024 * 1024
    server = start_process(environment=SEVERAL | {"PLAYTRACE_COLLECT_MEMORY_BYTES_MAX": str(memory_bytes_max)})
    handshake = (
        "GET /api/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    no_mask = bytes(4)
    pings = (b"\x89\xfd" + no_mask + bytes(125)) * 1000
    with socket.create_connection(server.address, timeout=DEADLINE_S) as connection:
        connection.sendall(handshake.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 101")
        with pytest.raises(OSError):
            for _ in range(20 * memory_bytes_max // len(pings)):
                connection.sendall(pings)
    eventually(lambda: IN_ITS_PLACE in server.output(), "the process was not replaced")
    assert "takes too much memory" in server.output()
    assert server.send({"name": "after", "game_id": "arena"})[0] == 202


def test_many_large_requests_at_once_do_not_fill_the_memory(start_process: StartProcess):
    """A quarter of what a process may have is theirs: here 64 MiB, and each of these has 4."""
    one = {"PLAYTRACE_COLLECT_PROCESSES": "1", "PLAYTRACE_COLLECT_MEMORY_BYTES_MAX": str(256 * 1024 * 1024)}
    server = start_process(environment=one)
    event = {"name": "note", "game_id": "arena", "props": {"text": "x" * 30_000}}
    body = json.dumps([event] * 140).encode()
    head = f"POST /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
    with ExitStack() as stack:
        connections = [stack.enter_context(socket.create_connection(server.address, DEADLINE_S)) for _ in range(24)]
        for connection in connections:
            connection.sendall(head.encode() + body[:-1])
        for connection in connections:
            connection.sendall(body[-1:])
        statuses = [int(connection.recv(4096).split(b" ", 2)[1]) for connection in connections]
    assert set(statuses) == {202, 503}
    assert 2 <= statuses.count(202) <= 64 * 1024 * 1024 // len(body)
    # Nothing of it is left taken.
    for _ in range(3):
        status, _, _ = server.request("POST", "/api/events", body, JSON)
        assert status == 202
    server.wait_until_loaded()
    stored = (statuses.count(202) + 3) * 140
    assert server.sql("SELECT count(*) AS events FROM events") == [[stored]]
    assert IN_ITS_PLACE not in server.output()


def test_wrong_requests_do_not_stay_in_the_memory(start_process: StartProcess):
    one = {"PLAYTRACE_COLLECT_PROCESSES": "1", "PLAYTRACE_COLLECT_MEMORY_BYTES_MAX": str(256 * 1024 * 1024)}
    server = start_process(environment=one)
    # Of bytes that cannot be made much smaller: what unpacks to far more than was sent is refused before it is read.
    wrong = gzip.compress(random.Random(7).randbytes(4_900_000), compresslevel=1)
    for _ in range(40):
        status, _, _ = server.request("POST", "/api/events", wrong, JSON | {"Content-Encoding": "gzip"})
        assert status == 400
    for _ in range(2):
        looked_at = memory_last_looked_at(server)
        eventually(lambda before=looked_at: memory_last_looked_at(server) > before, "memory was not looked at")
    assert server.send({"name": "after", "game_id": "arena"})[0] == 202
    assert IN_ITS_PLACE not in server.output()


def memory_last_looked_at(server: ServerProcess) -> str:
    jobs = json.loads(server.request("GET", "/api/health")[2])["jobs"]
    return next(job["lastRun"] or "" for job in jobs if job["name"] == "bound memory of collectors")


def test_told_to_stop_together_while_they_begin(tmp_path: Path):
    server = ServerProcess(tmp_path / "data", "--open", environment=SEVERAL)
    for _ in range(2):
        server.launch(own_group=True)
        eventually(lambda: psutil.Process(server.pid).children() != [], "no process was begun")
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    assert "Traceback" not in server.output()


def test_who_asks_does_not_take_the_room_of_those_who_send(start_process: StartProcess):
    one = {"PLAYTRACE_COLLECT_PROCESSES": "1", "PLAYTRACE_COLLECT_MEMORY_BYTES_MAX": str(256 * 1024 * 1024)}
    server = start_process(environment=one)
    head = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1040001\r\n\r\n"
    body = json.dumps([{"name": "note", "game_id": "arena", "props": {"text": "x" * 30_000}}] * 33).encode()
    with ExitStack() as stack:
        for _ in range(70):
            connection = stack.enter_context(socket.create_connection(server.address, DEADLINE_S))
            connection.sendall(head.encode() + bytes(1_040_000))
        status, _, _ = server.request("POST", "/api/events", body, JSON)
        assert status == 202


def test_what_lies_in_the_current_folder_is_not_run(start_process: StartProcess, tmp_path: Path):
    for name in ("pickle.py", "aiohttp.py"):
        (tmp_path / name).write_text("raise SystemExit('somebody else wrote this')\n")
    server = start_process(environment=SEVERAL)
    assert Path(psutil.Process(server.pid).cwd()) == tmp_path
    assert len(collectors_of(server)) == 2


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_client_in_the_middle_of_its_request_does_not_keep_it_from_stopping(
    start_process: StartProcess, processes: str
):
    server = start_process(environment={"PLAYTRACE_COLLECT_PROCESSES": processes})
    waiting = [socket.create_connection(server.address) for _ in range(4)]
    for path, connection in zip(("/api/events", "/api/sql") * 2, waiting, strict=True):
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{".encode())
    assert ask(server, "GET", "/api/health")[0] == 200
    server.stop()
    for connection in waiting:
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 503") and b"retry-after: 5" in answer and b"problem+json" in answer
        connection.close()


def test_a_long_query_does_not_keep_it_from_stopping(start_process: StartProcess):
    server = start_process(environment=SEVERAL)
    body = json.dumps({"sql": "SELECT sum(a.range * b.range) FROM range(3000000) a, range(3000000) b"})
    head = f"POST /api/sql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with socket.create_connection(server.address) as connection:
        connection.sendall(f"{head}\r\n\r\n{body}".encode())
        eventually(lambda: statement_runs(server), "the query does not run")
        server.stop()
        assert connection.recv(100).startswith(b"HTTP/1.1 503")
    assert "Traceback" not in server.output()


def statement_runs(server: ServerProcess) -> bool:
    """Whether the process that answers SQL has worked for longer than it takes to start."""
    children = psutil.Process(server.pid).children()
    return any("playtrace.sql.process" in child.cmdline() and child.cpu_times().user > 2.0 for child in children)


def test_two_servers_that_start_together_do_not_share_a_port(tmp_path: Path):
    port = str(free_port("127.0.0.1"))
    servers = [
        ServerProcess(tmp_path / name, "--open", "--port", port, environment=SEVERAL, from_nothing=True)
        for name in ("a", "b")
    ]
    servers[0].launch()
    eventually(lambda: (tmp_path / "a").exists(), "the first one does not start")
    servers[1].launch()
    with pytest.raises(AssertionError, match=r"Cannot listen on 127\.0\.0\.1"):
        servers[1].wait_until_it_answers()
    servers[0].wait_until_it_answers().stop()


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("PLAYTRACE_GEOIP_DATABASE", "/nowhere.mmdb", "nowhere.mmdb"),
        ("PLAYTRACE_TRUSTED_PROXIES", '["nonsense"]', "nonsense"),
    ],
)
def test_a_start_that_fails_says_why(start_process: StartProcess, setting: str, value: str, named: str):
    with pytest.raises(AssertionError) as failed:
        start_process(environment={setting: value})
    assert "Cannot start with the folder" in str(failed.value)
    assert named in str(failed.value)
    assert "Traceback" not in str(failed.value)


def test_a_taken_port_stops_the_start(start_process: StartProcess):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(AssertionError, match=r"Cannot listen on 127\.0\.0\.1:\d+"):
            start_process(("--open", "--port", str(other.getsockname()[1])), environment=SEVERAL)


def test_what_the_server_writes_is_for_its_owner_alone(start_process: StartProcess, tmp_path: Path):
    server = start_process(environment=SEVERAL, from_nothing=True)
    assert server.send({"name": "a", "game_id": "arena"})[0] == 202
    server.wait_until_loaded()
    assert server.sql("SELECT count(*) FROM events") == [[1]]
    assert server.data.stat().st_mode & 0o777 == 0o700
    found = {path.name: path.stat().st_mode & 0o077 for path in server.data.rglob("*")}
    assert {"journal.sqlite", "journal.sqlite-wal", "journal.sqlite.turn", "store.duckdb"} <= set(found)
    assert {name for name, mode in found.items() if mode} == set()
