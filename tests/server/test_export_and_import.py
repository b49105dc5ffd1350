"""Everything out, and in again: what a server exports becomes the same events and the same answers in another."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pyarrow.ipc
import pyarrow.parquet
import pytest
import warm_program
from server_process import ServerProcess

from playtrace.csv_text import text_of_cell

HOSTILE = [
    "=1+1", "+1", "-5", "-5.5e3", "@SUM(A)", "\t=1", "'=1", "''=1", "'plain", "a,b", 'say "hi"', "two\nlines", "a\r\nb",
    "<script>", "\u202eabc", "日本", "\x00nul", "-", "=", "{not json", "\\", "null", "'",
]  # fmt: skip
"""Ids of players: what a player made up, and may break a spreadsheet, a CSV, a JSON or a page."""
OURS = {"receivedAt", "source", "gameId", "received_at", "game_id"}
"""What is of the server that received it, not of the event."""


EVENT_ID = b"0198a000-0000-7000-8000-000000000009"


def playtrace(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = warm_program.run(*arguments)
    assert not check or done.returncode == 0, (done.stdout, done.stderr)
    return done


def events_of(count: int, *, game: str = "arena") -> list[dict[str, Any]]:
    """Of some players over ten days: sessions, levels, purchases, places, all fields and every kind of property."""
    begin = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=12)
    events: list[dict[str, Any]] = []
    for number in range(count):
        player = HOSTILE[number % len(HOSTILE)] if number % 3 == 0 else f"p-{number % 17}"
        happened = begin + dt.timedelta(minutes=number * 14_400 / count, microseconds=number * 997)
        event: dict[str, Any] = {
            "name": ("session_start", "level_start", "purchase", "position", "level_complete")[number % 5],
            "event_id": str(uuid.UUID(int=number + 1)),
            "game_id": game,
            "time": happened.isoformat(),
            "player_id": player,
            "session_id": f"session-number-{number // 5:08}",
            "seq": number % 5,
            "mono_ms": number % 5 * 1000,
            "platform": ("windows", "linux", HOSTILE[number % len(HOSTILE)])[number % 3],
            "version": "1.0",
        }
        match number % 5:
            case 1 | 4:
                event |= {
                    "level": str(number % 7),
                    "props": {"attempt": 1, "deep": {"list": [1, "=2", None, {"a": 0.5}]}},
                }
            case 2:
                event |= {"value": 0.99 + number % 3, "currency": "usd", "props": {"product": HOSTILE[number % 23]}}
            case 3:
                event |= {"map": "arena", "x": -0.1 * number, "y": 1e-9, "z": 12345678.125, "env": "prod"}
            case _:
                event |= {"country": "de", "region": "Berlin", "os": "11", "build": "b-1", "device_id": f"d-{player}"}
        events.append(event)
    return events


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path_factory.mktemp("source") / "data", "--open").start()
    try:
        events = events_of(1500)
        assert server.send(events[:1000])[1] == {"accepted": 1000, "rejected": []}
        # A clock that is three hours slow: `time` is corrected, and the client's own is another.
        slow = {"sent_at": (dt.datetime.now(dt.UTC) - dt.timedelta(hours=3)).isoformat()}
        late = [{**event, "session_id": f"slow-{event['session_id']}"} for event in events[1000:]]
        assert server.send({**slow, "events": late})[1]["accepted"] == 500
        merged = {"name": "player_merged", "player_id": "p-1", "props": {"previous_id": "p-2"}, "game_id": "arena"}
        merged["time"] = dt.datetime.now(dt.UTC).isoformat()
        assert server.send(merged)[1]["accepted"] == 1
        server.wait_until_loaded()
        yield server
        assert server.is_running(), server.output()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path_factory.mktemp("target") / "data", "--open").start()
    try:
        yield server
        assert server.is_running(), server.output()
    finally:
        server.stop()


def log_of(server: ServerProcess, game: str) -> list[dict[str, Any]]:
    """All events as the event log tells them, without what is of the server."""
    events: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = server.get(f"/api/events?gameId={game}&limit=1000{cursor}")
        events += [{key: value for key, value in event.items() if key not in OURS} for event in page["events"]]
        if page["next"] is None:
            return sorted(events, key=lambda event: event["eventId"])
        cursor = f"&cursor={urllib.parse.quote(page['next'])}"


def answer_of(server: ServerProcess, metric: str, game: str) -> dict[str, Any]:
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(days=20)).date().isoformat()
    answer = server.get(f"/api/metrics/{metric}?gameId={game}&from={since}")
    return {key: value for key, value in answer.items() if key not in ("asOf", "elapsedMs", "gameId", "now")}


@pytest.mark.parametrize("form", ["ndjson.gz", "json", "csv.zst", "parquet", "arrow"])
def test_what_is_exported_is_imported_as_the_same_events_with_the_same_answers(
    source: ServerProcess, target: ServerProcess, tmp_path: Path, form: str
):
    file, game = tmp_path / f"arena.{form}", f"arena-{form.replace('.', '-')}"
    if form.endswith((".gz", ".zst")):
        done = playtrace("export", str(file), "--game", "arena", "--data", str(source.data))
        assert "1,501 events" in done.stderr
    else:
        file.write_bytes(exported(source, f"?format={form}"))
    done = playtrace("import", str(file), "--game", game, "--data", str(target.data))
    assert "1,501 rows: 1,501 stored, 0 duplicates, 0 quarantined, 0 refused." in done.stderr, done.stderr
    assert log_of(target, game) == log_of(source, "arena")
    for metric in ("active_players", "sessions", "retention", "revenue"):
        assert answer_of(target, metric, game) == answer_of(source, metric, "arena"), metric
    assert target.sql(f"SELECT DISTINCT source FROM events WHERE game_id = '{game}'") == [["import"]]


def exported(server: ServerProcess, query: str, game: str = "arena") -> bytes:
    status, headers, body = server.request("GET", f"/api/games/{game}/export{query}")
    assert status == 200, body
    assert headers["content-disposition"].startswith(f'attachment; filename="{game}-')
    return body


def test_every_form_says_the_same(source: ServerProcess):
    lines = [json.loads(line) for line in exported(source, "?format=ndjson").splitlines()]
    assert len(lines) == 1501
    assert json.loads(exported(source, "?format=json")) == lines
    rows = list(csv.DictReader(io.StringIO(exported(source, "?format=csv").decode(), newline="")))
    assert [text_of_cell(row["player_id"]) for row in rows] == [line["player_id"] for line in lines]
    assert [json.loads(text_of_cell(row["props"]) or "null") for row in rows] == [line.get("props") for line in lines]
    table = pyarrow.parquet.read_table(io.BytesIO(exported(source, "?format=parquet")))
    assert table.column("event_id").to_pylist() == [line["event_id"] for line in lines]
    assert pyarrow.ipc.open_stream(exported(source, "?format=arrow")).read_all().equals(table)
    unreal = list(csv.DictReader(io.StringIO(exported(source, "?format=ue").decode(), newline="")))
    assert list(unreal[0]) == ["Timestamp", "Event", "UserID", "SessionID", "Properties"]
    assert [text_of_cell(row["UserID"]) for row in unreal] == [line["player_id"] for line in lines]


def test_no_cell_of_a_csv_is_a_formula(source: ServerProcess):
    for form in ("csv", "ue"):
        for row in csv.reader(io.StringIO(exported(source, f"?format={form}").decode(), newline="")):
            for cell in row:
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
                    float(cell)  # a number, which a spreadsheet may have
    # As all other CSV of ours writes it.
    names = {text_of_cell(name) for name in HOSTILE}
    assert names <= {"=1", "'=1", *HOSTILE}


def test_filters_are_those_of_the_event_log(source: ServerProcess):
    for query in (
        "type=purchase&type=position", "playerId=%3D1%2B1", "platform=linux", "version=unknown", "severity=critical",
        "country=DE&hours=240", "sessionId=session-number-00000007", "env=dev",
    ):  # fmt: skip
        total = source.get(f"/api/events?gameId=arena&offset=0&{query}")["total"]
        status, headers, body = source.request("GET", f"/api/games/arena/export?{query}")
        assert (status, headers["playtrace-events"], len(body.splitlines())) == (200, str(total), total), query
    assert json.loads(exported(source, "?format=json&type=nothing")) == []
    assert pyarrow.parquet.read_table(io.BytesIO(exported(source, "?format=parquet&type=nothing"))).num_rows == 0


def test_what_cannot_be_exported_is_told(source: ServerProcess):
    for path, status, words in (
        ("/api/games/nowhere/export", 404, "nowhere"),
        ("/api/games/arena/export?format=xml", 422, "format (query)"),
        ("/api/games/arena/export?limit=5", 422, "limit (query): not known here"),
        ("/api/games/arena/export/nothing", 404, "There is no metric 'nothing'"),
        ("/api/games/arena/export/retention?from=yesterday", 422, "from (query): expected a day"),
        ("/api/games/arena/export/retention?format=ue", 422, "format (query)"),
        ("/api/games/arena/export/retention?list=kind", 422, "There is no list 'kind'"),
    ):
        answered, _, body = source.request("GET", path)
        assert (answered, words in json.loads(body)["detail"]) == (status, True), body
    done = playtrace("export", "-", "--game", "arena", "--data", str(source.data / "no"), check=False)
    assert (done.returncode, "There is no store in" in done.stderr) == (1, True)


def test_the_answer_of_a_metric_is_a_table(source: ServerProcess, tmp_path: Path):
    answer = source.get("/api/metrics/active_players?gameId=arena")
    lines = [json.loads(line) for line in exported(source, "/active_players?format=ndjson").splitlines()]
    assert len(lines) == max(len(value) for value in answer.values() if isinstance(value, list)) > 5
    assert json.loads(exported(source, "/active_players?format=json")) == lines
    rows = list(csv.reader(io.StringIO(exported(source, "/active_players").decode(), newline="")))
    assert (rows[0], len(rows)) == (list(lines[0]), len(lines) + 1)
    table = pyarrow.parquet.read_table(io.BytesIO(exported(source, "/active_players?format=parquet")))
    assert table.to_pylist() == lines
    kinds = [json.loads(line) for line in exported(source, "/revenue?list=kinds&format=ndjson").splitlines()]
    told = source.get("/api/metrics/revenue?gameId=arena")["kinds"]
    assert [row["kind"] for row in kinds] == [row["kind"] for row in told]
    assert [int(row["net"].replace(".", "")) * 10_000 for row in kinds] == [row["netMicros"] for row in told]
    file = tmp_path / "retention.csv"
    arguments = ("--metric", "retention", "--game", "arena", "--data", str(source.data))
    playtrace("export", str(file), *arguments)
    assert file.read_bytes() == exported(source, "/retention")


def test_old_events_count_where_they_belong_and_games_have_their_rule_as_before(target: ServerProcess, tmp_path: Path):
    """And the books are kept: a row that is no event is refused there, with what it says."""
    old = {"name": "session_start", "player_id": "ana", "time": "2019-02-03T04:05:06Z"}
    file = tmp_path / "old.ndjson"
    file.write_text(
        "\n".join(json.dumps(event) for event in (old, {**old, "name": 7}, {**old, "time": None})) + "\n[1]\n"
    )
    done = playtrace("import", str(file), "--game", "old", "--data", str(target.data))
    assert "4 rows: 1 stored, 0 duplicates, 0 quarantined, 3 refused." in done.stderr, done.stderr
    assert "time: it is missing" in done.stderr
    assert target.send({**old, "game_id": "old"})[1]["set_aside"] == [{"index": 0, "reason": "too_old"}]
    counted = target.sql("SELECT sum(events) FROM event_counts WHERE game_id = 'old' AND slot < '2020-01-01'")
    assert counted == [[1]]
    books = target.get("/api/games/old/books")["total"]
    received = (books["stored"], books["duplicate"], books["quarantined"], books["refused"])
    assert (received, books["reasons"]) == ((1, 0, 1, 3), {"too_old": 1, "invalid": 2, "malformed": 1})
    (said,) = target.get("/api/games/old/imports")["imports"]
    assert (said["name"], said["stored"], said["refused"], said["isDone"]) == ("old.ndjson", 1, 3, True)
    # Once more it is known; and its ids are made of what it says, so that sending it anew doubles nothing.
    assert "imported before" in playtrace("import", str(file), "--game", "old", "--data", str(target.data)).stderr
    again = playtrace("import", str(file), "--again", "--game", "old", "--data", str(target.data)).stderr
    assert "0 stored, 1 duplicates" in again
    # Nor does the file when it has grown.
    file.write_text(json.dumps(old) + "\n" + json.dumps({**old, "player_id": "ben"}) + "\n")
    grown = playtrace("import", str(file), "--game", "old", "--data", str(target.data)).stderr
    assert "2 rows: 1 stored, 1 duplicates" in grown


@contextmanager
def held_back(file: bytes, part: int) -> Generator[str]:
    """The address of a file, of which whoever asks first gets only so many bytes, and waits for the rest."""
    asked = Event()
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(file)))
            self.end_headers()
            if asked.is_set():
                self.wfile.write(file)
            else:
                asked.set()
                self.wfile.write(file[:part])
                over.wait()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/many.csv"
        finally:
            over.set()
            server.shutdown()


def test_an_import_that_was_killed_goes_on_though_the_server_was_killed_too(tmp_path: Path):
    server = ServerProcess(tmp_path / "data", "--open").start()
    rows = 12_000
    begin = dt.datetime(2024, 5, 6, tzinfo=dt.UTC)
    lines = ["name,time,player_id,level,value"]
    for number in range(rows):
        moment = begin + dt.timedelta(seconds=number)
        lines.append(f"level_complete,{moment.isoformat()},p-{number % 100},1,{number}")
    # The first part of 5,000 rows can be sent, the last cannot: it is in the middle of it, whatever is how fast.
    file = "\n".join([*lines, ""]).encode()
    with held_back(file, len(file) * 3 // 4) as address:
        arguments = ("import", address, "--game", "many", "--data", str(server.data))
        try:
            first = subprocess.Popen([sys.executable, "-P", "-m", "playtrace", *arguments], stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 120
            while not (known := server.request("GET", "/api/games/many/imports")[2]).count(b"rowsDone"):
                assert time.monotonic() < deadline and first.poll() is None, known
                time.sleep(0.02)
            server.kill()
            first.kill()
            first.wait()
            server.start()
            done = playtrace(*arguments)
            assert "Going on behind row 5,000." in done.stderr
            assert f"{rows:,} rows: {rows:,} stored, 0 duplicates, 0 quarantined, 0 refused." in done.stderr, (
                done.stderr
            )
            told = server.sql("SELECT count(*), count(DISTINCT value), sum(value) FROM events WHERE game_id = 'many'")
            assert told == [[rows, rows, rows * (rows - 1) / 2]]
        finally:
            server.stop()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"no", "not JSON"),
        (b'{"name":"a","after":0,"upto":1,"events":[{"name":"a"}]}', "events[0].event_id"),
        (b'{"name":"a","after":0,"upto":1,"events":[{"name":""}]}', "events[0].name"),
        (b'{"name":"a","after":0,"upto":1,"events":[{"name":"a","event_id":"%b"}]}' % EVENT_ID, "events[0].time"),
        (b'{"name":"a","after":2,"upto":1,"events":[]}', "upto"),
        (b'{"name":"a","after":5,"upto":6,"events":[]}', "Row 1 is next"),
        (b'{"name":"a","after":0,"upto":1,"events":[],"more":1}', "more"),
    ],
)  # fmt: skip
def test_a_part_that_does_not_fit_is_not_taken(target: ServerProcess, body: bytes, words: str):
    headers = {"Content-Type": "application/json"}
    status, _, said = target.request("POST", "/api/games/parts/imports/a", body, headers)
    assert (400 <= status < 500, words in json.loads(said)["detail"]) == (True, True), said
    assert target.sql("SELECT count(*) FROM import_parts WHERE game_id = 'parts'") == [[0]]


def test_a_part_that_is_sent_twice_is_there_once(target: ServerProcess):
    event = {"name": "a", "event_id": str(uuid.uuid4()), "time": "2020-01-01T00:00:00Z"}
    part = {"name": "a", "after": 0, "upto": 2, "events": [event], "refused": [{"error": "no event", "sample": "x"}]}
    for _ in range(2):
        status, _, said = target.request(
            "POST", "/api/games/twice/imports/a", json.dumps(part).encode(), {"Content-Type": "application/json"}
        )
        assert (status, json.loads(said)) == (200, {"rowsDone": 2})
    figures = target.get("/api/games/twice/imports/a")
    assert (figures["stored"], figures["duplicates"], figures["refused"]) == (1, 0, 1)


def test_dry_run_shows_events_and_what_would_be_refused_and_sends_nothing(target: ServerProcess, tmp_path: Path):
    file = tmp_path / "mixed.csv"
    file.write_text(
        "event,user_id,ts,amount\nlogin,ana,2020-01-01T00:00:00Z,\nlogin,ben,yesterday,\nbuy,ana,2020-01-02,x\n"
    )
    done = playtrace("import", str(file), "--dry-run", "--game", "dry", "--data", str(target.data))
    assert '"name": "login"' in done.stdout and '"player_id": "ana"' in done.stdout
    assert "1 rows would become events, 2 would be refused." in done.stderr
    assert "time: expected RFC 3339" in done.stderr and "amount: expected a number, got 'x'" in done.stderr
    assert target.request("GET", "/api/games/dry/imports")[0] == 404


def test_hanging_up_ends_an_export(source: ServerProcess):
    import socket

    for _ in range(20):
        with socket.create_connection(source.address) as connection:
            connection.sendall(b"GET /api/games/arena/export HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            connection.recv(100)
    assert len(exported(source, "?format=ndjson").splitlines()) == 1501
