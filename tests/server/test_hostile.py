"""What a broken or hostile client can send to the real server: it gets an answer, and the others get theirs.

Each test ends with a good event that becomes queryable: nothing stopped the loader.
"""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import brotli
import pytest
import zstandard
from server_process import ServerProcess, StartProcess

from playtrace.collect.refusals import LISTED_MAX
from playtrace.event import EVENT_BYTES_MAX, EVENTS_PER_REQUEST_MAX, REQUEST_BYTES_MAX
from playtrace.registry.key_ring import NEW_GAMES_PER_REQUEST_MAX

JSON = {"Content-Type": "application/json"}
PROBLEM_TYPE = re.compile(r"https://playtrace\.dev/problems/[a-z][a-z-]*")
DEADLINE_S = 120.0


@pytest.fixture(scope="module")
def hardened(open_processes: ServerProcess) -> Iterator[ServerProcess]:
    """The shared open server, which in the end has loaded all that it took."""
    yield open_processes
    assert_still_works(open_processes)
    assert open_processes.sql("SELECT count(*) FROM set_aside WHERE reason = 'unloadable'") == [[0]]


@pytest.fixture
def server(hardened: ServerProcess) -> Iterator[ServerProcess]:
    """The shared open server; afterwards it still takes events. That it loads them is seen after the last test."""
    yield hardened
    still_takes_an_event(hardened)


def still_takes_an_event(server: ServerProcess) -> str:
    """Its id."""
    event_id = str(uuid.uuid4())
    status, answer = server.send({"name": "still_works", "game_id": "good", "event_id": event_id})
    assert (status, answer) == (202, {"accepted": 1, "rejected": []})
    return event_id


def assert_still_works(server: ServerProcess) -> None:
    event_id = still_takes_an_event(server)
    path, reader = f"/api/events/{event_id}", {"Authorization": f"Bearer {server.token}"}
    deadline = time.monotonic() + DEADLINE_S
    while server.request("GET", path, headers=reader)[0] != 200:
        assert time.monotonic() < deadline, server.output()
        time.sleep(0.05)


def post(server: ServerProcess, body: bytes, **headers: str) -> tuple[int, Any]:
    """The answer to `POST /api/events`, which is JSON and no fault of the server's, whatever was sent."""
    named = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
    status, answer_headers, answer = server.request("POST", "/api/events", body, named)
    document = json.loads(answer)
    if status == 202:
        assert answer_headers["content-type"] == "application/json"
    else:
        assert 400 <= status < 500, (status, document)
        assert answer_headers["content-type"] == "application/problem+json"
        assert PROBLEM_TYPE.fullmatch(document["type"])
        assert document["status"] == status
        assert document["detail"]
    return status, document


def talk(server: ServerProcess, request: bytes, *, hang_up: bool = False) -> bytes:
    """Bytes over a connection of its own; what came back until the server closed it or time was up."""
    answer = b""
    with socket.create_connection(server.address, timeout=DEADLINE_S) as connection:
        try:
            connection.sendall(request)
            if hang_up:
                connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                answer += chunk
        except OSError:
            pass  # Time is up, or the server has closed it: before there was a half to close, too.
    return answer


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


EVENT = b'{"name":"a","game_id":"g"}'

MALFORMED = {
    "empty": b"",
    "white space": b" \r\n\t",
    "truncated": b'{"name":"a","game_id":',
    "truncated array": b'[{"name":"a","game_id":"g"}',
    "nothing but a number": b"42",
    "text": b'"hello"',
    "null": b"null",
    "single quotes": b"{'name':'a'}",
    "trailing comma": b'[{"name":"a","game_id":"g"},]',
    "bytes that are no UTF-8": b'{"name":"\xff\xfe","game_id":"g"}',
    "UTF-16": EVENT.decode().encode("utf-16"),
    "UTF-8 with a surrogate": b'{"name":"\xed\xa0\x80","game_id":"g"}',
    "a raw NUL": b'{"name":"a\0b","game_id":"g"}',
    "a binary": bytes(range(256)) * 4,
    "HTML": b"<html><script>alert(1)</script></html>",
    "a form": b"name=a&game_id=g",
    "10,000 open brackets": b"[" * 10_000,
    "10,000 open braces": b'{"a":' * 10_000,
    "deep properties": b'{"name":"a","game_id":"g","props":' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}",
    "a deep array of arrays": b"[" * 5000 + b"]" * 5000,
    "no name": b'{"game_id":"g"}',
    "no game": b'{"name":"a"}',
    "an empty name": b'{"name":"","game_id":"g"}',
    "events that are none": b'{"events":[1,null,"x",[],{}]}',
    "events of another type": b'{"events":{"name":"a"}}',
    "an envelope in an envelope": b'{"events":[{"events":[]}]}',
    "a number beyond all": b'{"name":"a","game_id":"g","value":1e999}',
    "400 digits": b'{"name":"a","game_id":"g","seq":' + b"9" * 400 + b"}",
    "5,000 digits": b'{"name":"a","game_id":"g","seq":' + b"9" * 5000 + b"}",
    "a negative seq": b'{"name":"a","game_id":"g","seq":-1}',
    "a day that is none": b'{"name":"a","game_id":"g","time":"2026-02-30T00:00:00Z"}',
    "a time far away": b'{"name":"a","game_id":"g","time":1e300}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_wrong_is_told(server: ServerProcess, body: bytes):
    for event_type in (b'"name"', b'"eventType"'):
        status, document = post(server, body.replace(b'"name"', event_type))
        assert status == 400, document
        assert document["type"] == "https://playtrace.dev/problems/malformed"


WRONG_VALUES: list[Any] = [True, -1, 1.5, "x" * 65, "", [], {}, [[1]], {"a": {"b": {"c": {"d": {}}}}}, 10**400, "\0"]


def test_wrong_types_in_every_field(server: ServerProcess):
    fields = [
        "name", "game_id", "event_id", "time", "seq", "mono_ms", "player_id", "session_id", "device_id", "env",
        "platform", "os", "version", "build", "country", "region", "severity", "match_id", "level", "map", "x", "y",
        "z", "value", "currency", "props",
    ]  # fmt: skip
    events = [{"name": "a", "game_id": "g", field: value} for field in fields for value in WRONG_VALUES]
    good = {"name": "good", "game_id": "g"}
    status, answer = post(server, json.dumps([good, *events, good]).encode())
    assert status == 202
    assert answer["accepted"] + len(answer["rejected"]) + answer["not_listed"] == len(events) + 2
    assert len(answer["rejected"]) == LISTED_MAX
    rejected = {refusal["index"]: refusal["error"] for refusal in answer["rejected"]}
    assert 0 not in rejected
    assert len(events) + 1 not in rejected
    assert all(error for error in rejected.values())


HOSTILE_TEXT = [
    "'; DROP TABLE events; --", '" OR 1=1 --', "$game_id", "<script>alert(1)</script>", "{{7*7}}", "%s%n", "a\0b",
    "\u202e\ufeff", "../../etc/passwd", "\U0001f409" * 16, "\x7f\x1b[31m", "line\nline\r\n", "\\", "\\u0000", "NULL",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE_TEXT)
def test_text_is_only_ever_text(server: ServerProcess, text: str):
    """SQL, HTML, templates, control characters: it comes back as it was sent."""
    event = {
        **dict.fromkeys(["name", "player_id", "session_id", "device_id", "env", "platform", "os", "version"], text),
        **dict.fromkeys(["build", "region", "match_id", "level", "map"], text),
        "game_id": "hostile",
        "currency": text[:16],
        "event_id": (event_id := str(uuid.uuid4())),
        "props": {text: {text: [text]}},
        "x": 1,
        "y": 1,
    }
    status, answer = post(server, json.dumps(event).encode())
    assert (status, answer) == (202, {"accepted": 1, "rejected": []})
    assert_still_works(server)
    ((name, player, match, level, props),) = server.sql(
        f"SELECT name, player_id, match_id, level, props::JSON::VARCHAR FROM events WHERE event_id = '{event_id}'"
    )
    assert (name, player, match, level) == (text, text, text, text)
    assert json.loads(props) == {text: {text: [text]}}
    # It becomes no game: the id of one stands in addresses.
    status, answer = post(server, json.dumps({**event, "game_id": text}).encode())
    assert (status, answer["rejected"][0]["reason"]) == (400, "invalid")


def test_numbers_at_their_ends(server: ServerProcess):
    numbers = ["1e308", "-1e308", "5e-324", "1E400", "-0.0", "9223372036854775807", "-9223372036854775808",
               "9223372036854775808", "18446744073709551616", "1" + "0" * 400, "0." + "3" * 400]  # fmt: skip
    for field in ("value", "x", "mono_ms", "time"):
        body = ",".join(
            f'{{"name":"performance","game_id":"n","player_id":"p","session_id":"s","map":"m","y":1,"{field}":{number}}}'
            for number in numbers
        )
        status, answer = post(server, f"[{body}]".encode())
        taken = {"value": 9, "x": 9, "mono_ms": 3, "time": 7}[field]
        assert (status, answer["accepted"]) == (202, taken), answer
        # 1E400 is no number of anybody's, 400 digits none of a column's.
        assert {3, 9} <= {refusal["index"] for refusal in answer["rejected"]}
        assert len(answer["rejected"]) == len(numbers) - taken
        assert all(refusal["error"] for refusal in answer["rejected"])
    props = ",".join(
        f'{{"name":"performance","game_id":"n","props":{{"frames":{number},"duration_s":{number},"fps":{number}}}}}'
        for number in numbers
    )
    status, answer = post(server, f"[{props}]".encode())
    assert (status, answer["accepted"]) == (202, 9)
    assert [refusal["index"] for refusal in answer["rejected"]] == [3, 9]
    # Twice as much as a number of the store can be, in one sum.
    post(server, json.dumps([{"name": "purchase", "game_id": "n", "value": 1.7e308, "currency": "X"}] * 3).encode())
    assert_still_works(server)
    # Some of the times are of long ago.
    books = server.get("/api/games/n/books")["total"]
    assert books["stored"] + books["quarantined"] == 9 + 9 + 3 + 7 + 9 + 3
    assert len(server.get("/api/events?gameId=n&limit=1000")["events"]) == books["stored"] > 9 + 9 + 3 + 9 + 3


def test_clocks_that_cannot_be_right(server: ServerProcess):
    times = ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "1970-01-01"]
    for sent_at in times:
        events = [
            {"name": "a", "game_id": "clocks", "session_id": f"{time_}{sent_at}", "time": time_} for time_ in times
        ]
        theirs = [{"eventType": "a", "gameId": "clocks", "timestamp": time_} for time_ in times]
        for envelope in ({"events": events, "sent_at": sent_at}, {"events": theirs, "sentAt": sent_at}):
            # Of the years 0 and 10000 in UTC: no moment that there is.
            status, _ = post(server, json.dumps(envelope).encode())
            assert status == (400 if sent_at.endswith(("+14:00", "-14:00")) else 202)
    assert_still_works(server)
    # Each is in the books, whatever became of it, and nothing else is.
    books = server.get("/api/games/clocks/books")["total"]
    assert books["received"] == books["stored"] + books["quarantined"] + books["refused"] == 2 * 2 * len(times)
    assert server.get("/api/games")["games"]
    assert server.get("/api/metrics/summary?gameId=clocks")["gameId"] == "clocks"


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────────────


def bomb(compress: Callable[[bytes], bytes]) -> bytes:
    return compress(b"[" + b" " * (60 * 1024 * 1024) + b"]")


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("zstd", zstandard.compress),
        ("br", partial(brotli.compress, quality=1)),
    ],
    ids=["gzip", "deflate", "zstd", "br"],
)
def test_bombs(server: ServerProcess, encoding: str, compress: Callable[[bytes], bytes]):
    body = bomb(compress)
    status, document = post(server, body, Content_Encoding=encoding)
    assert (status, document["type"]) == (413, "https://playtrace.dev/problems/too-large")
    # It is refused before its end is looked for.
    status, document = post(server, body[: len(body) // 2], Content_Encoding=encoding)
    assert (status, document["type"]) == (413, "https://playtrace.dev/problems/too-large")


def test_the_wrong_encoding(server: ServerProcess):
    assert post(server, EVENT, Content_Encoding="gzip")[0] == 400
    assert post(server, EVENT, Content_Encoding="gzip, gzip")[0] == 415
    assert post(server, EVENT, Content_Encoding="x" * 1000)[0] == 415
    assert post(server, gzip.compress(EVENT))[0] == 400


def test_a_body_of_10_megabytes(server: ServerProcess):
    """Refused by its header or on the way; the server does not wait for the end."""
    body = b"[" + b" " * (10 * 1024 * 1024) + b"]"
    head = b"POST /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = talk(server, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert answer == b"" or status_of(answer) == 413
    answer = talk(server, head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")
    assert answer == b"" or status_of(answer) == 413


def test_the_limits_of_a_request(server: ServerProcess):
    full = b"[" + b",".join([EVENT] * EVENTS_PER_REQUEST_MAX) + b"]"
    assert post(server, full)[0] == 202
    assert post(server, b"[" + b",".join([EVENT] * (EVENTS_PER_REQUEST_MAX + 1)) + b"]")[0] == 413
    assert post(server, EVENT + b" " * (REQUEST_BYTES_MAX - len(EVENT)))[0] == 202
    assert post(server, EVENT + b" " * (REQUEST_BYTES_MAX - len(EVENT) + 1))[0] == 413
    large = {"name": "large", "game_id": "g", "props": {"text": "x" * EVENT_BYTES_MAX}}
    status, answer = post(server, json.dumps([{"name": "a", "game_id": "g"}, large]).encode())
    assert (status, answer["accepted"]) == (202, 1)
    assert [(refusal["index"], refusal["reason"]) for refusal in answer["rejected"]] == [(1, "too_large")]


def test_ten_thousand_wrong_events(server: ServerProcess):
    status, document = post(server, b"[" + b",".join([b"{}"] * EVENTS_PER_REQUEST_MAX) + b"]")
    assert status == 400
    assert len(document["rejected"]) + document["not_listed"] == EVENTS_PER_REQUEST_MAX
    assert len(document["rejected"]) == LISTED_MAX


def test_ids_of_games_that_are_made_up_make_no_games_and_no_books(server: ServerProcess):
    wrong = [{"name": 1, "game_id": f"ghost-{number}"} for number in range(5000)]
    assert post(server, json.dumps(wrong).encode())[0] == 400
    status, answer = post(server, json.dumps([{"name": "a", "game_id": f"new-{n}"} for n in range(5000)]).encode())
    assert (status, answer["accepted"]) == (202, NEW_GAMES_PER_REQUEST_MAX)
    assert_still_works(server)
    games = [game["id"] for game in server.get("/api/games")["games"]]
    assert not [game for game in games if game.startswith("ghost-")]
    assert len([game for game in games if game.startswith("new-")]) == NEW_GAMES_PER_REQUEST_MAX
    books = server.sql("SELECT count(DISTINCT game_id) FROM books WHERE game_id LIKE 'ghost-%' OR game_id LIKE 'new-%'")
    assert books == [[NEW_GAMES_PER_REQUEST_MAX]]


# ── HTTP itself ──────────────────────────────────────────────────────────────────────────────────────────

HEAD = b"POST /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


CLOSED = 0
"""Instead of a status: the connection is closed without an answer."""

CUT_OFF: list[tuple[bytes, set[int]]] = [
    (HEAD + b"Content-Length: 1000\r\n\r\n" + EVENT, {408}),
    (HEAD + b"Content-Length: -1\r\n\r\n" + EVENT, {400}),
    (HEAD + b"Content-Length: nonsense\r\n\r\n" + EVENT, {400}),
    (HEAD + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n" + EVENT, {400}),
    (HEAD + b"Content-Length: 3\r\nContent-Length: 26\r\n\r\n" + EVENT, {400}),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\n" + EVENT, {408}),
    (HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + EVENT, {400}),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", {CLOSED}),
    (b"GET\r\n\r\n", {400}),
    (b"GET / HTTP/9.9\r\n\r\n", {400}),
    (b"\r\n" * 1000, {CLOSED}),
    # What is still on its way when it is refused may cost the answer.
    (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {414, CLOSED}),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n", {431, CLOSED}),
]
"""What no HTTP request is, or no whole one, and the client says nothing more."""


@pytest.mark.parametrize(("request_bytes", "statuses"), CUT_OFF, ids=range(len(CUT_OFF)))
def test_what_is_no_request(server: ServerProcess, request_bytes: bytes, statuses: set[int]):
    answer = talk(server, request_bytes, hang_up=True)
    assert (status_of(answer) if answer.startswith(b"HTTP/1.") else CLOSED) in statuses, answer[:300]


BOTH_LENGTHS = b"Transfer-Encoding: chunked\r\nContent-Length: 26\r\n\r\n1a\r\n" + EVENT + b"\r\n0\r\n\r\n"
OF_LOCALHOST = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
STRANGE: list[tuple[bytes, int]] = [
    (HEAD + b"Content-Length: 3\r\n\r\n" + EVENT, 400),
    (HEAD + BOTH_LENGTHS, 202),
    (HEAD + b"Content-Length: 26\r\nAuthorization: Bearer \xff\xfe\r\n\r\n" + EVENT, 202),
    (HEAD + b"Content-Length: 26\r\nContent-Encoding: \xff\r\n\r\n" + EVENT, 415),
    (HEAD + b"Content-Length: 26\r\nX-Forwarded-For: \xff, ::g, 1.2.3.4.5\r\n\r\n" + EVENT, 202),
    (HEAD.replace(b"events", b"events?key=%ff&game_id=" + b"x" * 2000) + b"Content-Length: 26\r\n\r\n" + EVENT, 202),
    (b"GET /%ff%fe%00?%ff=%00" + OF_LOCALHOST + b"\r\n", 404),
    (b"GET /../../../etc/passwd" + OF_LOCALHOST + b"\r\n", 404),
    (b"GET /assets/..%2f..%2f..%2fetc/passwd" + OF_LOCALHOST + b"\r\n", 404),
    (b"GET http://localhost/api/health" + OF_LOCALHOST + b"\r\n", 200),
    (b"OPTIONS *" + OF_LOCALHOST + b"\r\n", 404),
]
"""Whole requests that nobody should send, and what each is answered."""


@pytest.mark.parametrize(("request_bytes", "status"), STRANGE, ids=range(len(STRANGE)))
def test_strange_requests(server: ServerProcess, request_bytes: bytes, status: int):
    answer = talk(server, request_bytes)
    assert status_of(answer) == status, answer[:300]
    assert b"root:" not in answer


def test_an_upgrade_that_lacks_what_it_needs(server: ServerProcess):
    """The connection stays open, so that there is no end to wait for."""
    connection = http.client.HTTPConnection(*server.address, timeout=DEADLINE_S)
    connection.request("GET", "/api/stream", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert connection.getresponse().status == 400
    connection.close()


def test_nobody_is_connected_to_another_host(server: ServerProcess):
    answer = talk(server, b"CONNECT evil.example:443" + OF_LOCALHOST + b"\r\n")
    assert 300 <= status_of(answer) < 500


def test_a_good_request_and_garbage_behind_it(server: ServerProcess):
    """Pipelined on one connection: the good one is answered, the rest costs only this connection."""
    good = b"POST /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%b" % (len(EVENT), EVENT)
    answer = talk(server, good + good + b"\0\xff garbage \r\n\r\n" * 20)
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", answer)
    # Refusing the rest may cost answers that were not read yet, and never makes one of another kind.
    assert statuses in ([b"202"], [b"202", b"202"], [b"202", b"202", b"400"]), answer


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        (b"localhost", True),
        (b"localhost:1234", True),
        (b"127.0.0.1", True),
        (b"127.9.9.9:80", True),
        (b"[::1]:80", True),
        (b"evil.example", False),
        (b"evil.example:80", False),
        (b"localhost.evil.example", False),
        (b"127.0.0.1.evil.example", False),
        (b"localhost@evil.example", False),
        (b"0.0.0.0", False),
        (b"[", False),
        (b"[::1", False),
        (b"", False),
        (b"\xff", False),
    ],
)
def test_an_open_server_answers_to_localhost_only(server: ServerProcess, host: bytes, is_ours: bool):
    """Else a page whose name points to 127.0.0.1 could read what no login protects (DNS rebinding)."""
    for line in (b"GET /api/games", b"POST /api/events", b"GET /"):
        answer = talk(
            server, line + b" HTTP/1.1\r\nHost: " + host + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        status = status_of(answer)
        assert (status not in (400, 403) or line.startswith(b"POST")) if is_ours else status in (400, 403), answer


def test_an_answer_to_another_method_is_a_problem_document(server: ServerProcess):
    for method in ("PUT", "DELETE", "PATCH"):
        status, headers, body = server.request(method, "/api/events", b"")
        assert (status, headers["allow"]) == (405, "GET, POST")
        assert headers["content-type"] == "application/problem+json"
        assert PROBLEM_TYPE.fullmatch(json.loads(body)["type"])


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_slow_client_is_not_waited_for(start_process: StartProcess):
    server = start_process(environment={"PLAYTRACE_REQUEST_SECONDS_MAX": "1"})
    for path in (b"/api/events", b"/api/sql"):
        with socket.create_connection(server.address, timeout=DEADLINE_S) as connection:
            connection.sendall(HEAD.replace(b"/api/events", path) + b"Content-Length: 26\r\n\r\n" + EVENT[:5])
            answer = connection.recv(65536)
        assert status_of(answer) == 408
        assert b"request-timeout" in answer
    assert_still_works(server)


# ── bodies that nobody needs ─────────────────────────────────────────────────────────────────────────────


OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
"""What Java's own client sends with its first request."""


def test_an_offer_of_http_2_is_passed_over(server: ServerProcess):
    head = b"POST /api/events HTTP/1.1\r\nHost: localhost\r\n" + OFFER + b"Content-Length: %d\r\n\r\n" % len(EVENT)
    for pause_s in (0.0, 0.3):
        with socket.create_connection(server.address, timeout=DEADLINE_S) as connection:
            connection.sendall(head)
            time.sleep(pause_s)
            connection.sendall(EVENT)
            assert status_of(connection.recv(65536)) == 202


@pytest.mark.parametrize("length", [30, 500_000])
def test_a_body_that_never_comes_is_nobody_elses_trouble(server: ServerProcess, length: int):
    """Answers come over connections that requests share: one must not eat the next."""
    head = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n" + OFFER + b"Content-Length: %d\r\n\r\n" % length
    with socket.create_connection(server.address, timeout=DEADLINE_S) as connection:
        connection.sendall(head)
        time.sleep(0.2)
    for _ in range(6):
        assert (
            status_of(talk(server, b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) == 200
        )


@pytest.mark.parametrize("path", [b"/api/sql", b"/api/session"])
def test_a_question_is_short(server: ServerProcess, path: bytes):
    head = b"POST " + path + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
    assert status_of(talk(server, head + b"Content-Length: 400000000\r\n\r\n{")) == 413
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    answer = talk(server, head + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 40 + b"0\r\n\r\n")
    assert status_of(answer) == 413, answer
