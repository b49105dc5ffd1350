"""The function behind API Gateway says what the server says, and answers when Kinesis has it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
import zstandard
from journals import engines
from journals.engines import eventually
from server_process import ServerProcess

from aws.api_gateway import Sent, answered, http_api, rest_api
from playtrace.aws.clients import AWAY, client
from playtrace.aws.ingest import Ingest
from playtrace.aws.keys import KeysObject
from playtrace.bench import functions
from playtrace.config import Settings
from playtrace.journal.entry import decode_header
from playtrace.journal.messages import row_of
from playtrace.journal.rows import entries_of
from playtrace.registry.registry import Registry

EVENT = {"name": "level_start", "eventId": "e1", "playerId": "p1", "level": "3"}
JSON = {"Content-Type": "application/json"}
OWN = {"connection", "content-length", "date", "server"}
"""Headers of an answer that are the server's, or API Gateway's, and not ours."""


@pytest.fixture(scope="module")
def studio(aws: engines.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that publishes its keys."""
    bucket = "keys-of-studio"
    client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    server = ServerProcess(
        tmp_path_factory.mktemp("studio") / "data",
        environment={"PLAYTRACE_AWS_KEYS_URL": f"s3://{bucket}/keys.json", "PLAYTRACE_ANONYMOUS_SALT": "salt"},
    ).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def key(studio: ServerProcess) -> str:
    with closing(Registry.open(f"sqlite:///{(studio.data / 'registry.sqlite').as_posix()}")) as registry:
        registry.games.add("arena")
        registry.games.add("closed")
        registry.games.archive("closed", is_archived=True)
        key = registry.keys.add("arena").key
    kept = KeysObject("s3://keys-of-studio/keys.json")

    def is_published() -> bool:
        try:
            snapshot = kept.read()
        except Exception:
            return False
        return snapshot is not None and bool(snapshot.games_by_key)

    eventually(is_published)
    eventually(lambda: studio.request("POST", "/api/events", b"[]", {"X-Playtrace-Key": key})[0] != 401)
    return key


@contextmanager
def function(stream: str, keys_url: str = "s3://keys-of-studio/keys.json", **settings: Any) -> Iterator[Ingest]:
    ingest = Ingest.of(
        Settings.model_validate(
            {
                "role": "collect",
                "journal_url": f"kinesis://{stream}",
                "aws_keys_url": keys_url,
                "collect_memory_bytes_max": 2**30,
                **settings,
            }
        )
    )
    try:
        yield ingest
    finally:
        ingest.close()


def events(count: int, **also: Any) -> bytes:
    return json.dumps([{**EVENT, "eventId": f"e{i}", "level": str(i), **also} for i in range(count)]).encode()


def requests(key: str) -> dict[str, Sent]:
    own = {**JSON, "X-Playtrace-Key": key}
    one = json.dumps(EVENT).encode()
    packed = {"X-Playtrace-Key": key, "Content-Type": "application/octet-stream"}
    return {
        "one event": Sent("/api/events", one, own),
        "many": Sent("/api/events", events(500), own),
        "the key as a bearer": Sent("/api/events", one, {**JSON, "Authorization": f"Bearer {key}"}),
        "the key in the address": Sent("/api/events", one, JSON, query=f"key={key}&gameId=arena"),
        "gzip": Sent("/api/events", gzip.compress(events(300)), {**packed, "Content-Encoding": "gzip"}),
        "zstd": Sent("/api/events", zstandard.compress(events(300)), {**packed, "Content-Encoding": "zstd"}),
        "not gzip": Sent("/api/events", b"\xff\xfe\xfd", {**packed, "Content-Encoding": "gzip"}),
        "an encoding that nobody knows": Sent("/api/events", one, {**own, "Content-Encoding": "rot13"}),
        "no key": Sent("/api/events", one, JSON),
        "a wrong key": Sent("/api/events", one, {**JSON, "X-Playtrace-Key": "0" * 32}),
        "no JSON": Sent("/api/events", b"{", own),
        "not UTF-8": Sent("/api/events", b'{"name": "\xff"}', packed),
        "nothing": Sent("/api/events", b"", own),
        "one that is wrong among others": Sent(
            "/api/events", json.dumps([EVENT, {"name": ""}, {**EVENT, "eventId": "e2"}]).encode(), own
        ),
        "another game's": Sent("/api/events", json.dumps({**EVENT, "gameId": "closed"}).encode(), own),
        "no game's": Sent("/api/events", json.dumps({**EVENT, "gameId": "nowhere"}).encode(), own),
        "too many": Sent("/api/events", events(10_001), own),
        "too large": Sent("/api/events", gzip.compress(b" " * 6_000_000), {**packed, "Content-Encoding": "gzip"}),
        "too old": Sent("/api/events", events(1, time="2020-01-01T00:00:00Z"), own),
        "a preflight": Sent("/api/events", b"", {"Origin": "https://game.example"}, "OPTIONS"),
        "slashes": Sent("//api/events/", one, own),
        "editors": Sent(
            "/t", b'{"schema": "jwc.v1", "anon": "0123456789abcdef", "evt": "start", "t": 1}', JSON, query=f"key={key}"
        ),
        "an editor that is wrong": Sent("/t", b'{"schema": "jwc.v9"}', JSON, query=f"key={key}"),
        "a stat sheet": Sent(
            "/api/submit",
            b'{"match_id": "m1", "player_id": "p1", "looted_items": {"medkit": 2}}',
            JSON,
            query=f"key={key}",
        ),
        "a stat sheet that is wrong": Sent("/api/submit", b'{"player_id": "p1"}', JSON, query=f"key={key}"),
    }


@pytest.mark.parametrize("form", [http_api, rest_api])
def test_the_function_says_byte_for_byte_what_the_server_says(
    studio: ServerProcess, key: str, stream: str, form: Callable[[Sent], dict[str, Any]]
) -> None:
    with function(stream) as ingest:
        for name, sent in requests(key).items():
            headers = {**sent.headers, "X-Request-Id": "as-the-client-says"}
            sent = Sent(sent.path, sent.body, headers, sent.method, sent.query)
            address = sent.path + (f"?{sent.query}" if sent.query else "")
            by_server = studio.request(sent.method, address, sent.body or None, headers)
            by_function = answered(ingest.work(form(sent)))
            assert compared(by_function) == compared(by_server), name


def compared(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, dict[str, str], bytes]:
    """Without what is of this moment: where in the journal something is, and when."""
    status, headers, body = answer
    of_moment = re.sub(rb'("id":)\d+|("timestamp":)"[^"]*"', rb"\1\2?", body)
    return status, {name: value for name, value in headers.items() if name not in OWN}, of_moment


def test_what_api_gateway_does_with_compressed_json_is_told(stream: str, key: str) -> None:
    headers = {**JSON, "X-Playtrace-Key": key, "Content-Encoding": "gzip"}
    with function(stream) as ingest:
        status, _, body = answered(ingest.work(http_api(Sent("/api/events", gzip.compress(events(30)), headers))))
        assert status == 400
        assert "Content-Type: application/octet-stream" in json.loads(body)["detail"]
        # A REST API that takes the encoding off leaves its name there.
        unpacked = rest_api(Sent("/api/events", events(30), headers))
        unpacked |= {"body": events(30).decode(), "isBase64Encoded": False}
        assert answered(ingest.work(unpacked))[0] == 202


def test_what_it_answered_is_in_the_stream(key: str, stream: str) -> None:
    with function(stream) as ingest:
        sent = Sent("/api/events", gzip.compress(events(300)), {"X-Playtrace-Key": key, "Content-Encoding": "gzip"})
        status, _, body = answered(ingest.work(http_api(sent, stage="prod")))
    assert (status, json.loads(body)) == (202, {"accepted": 300, "rejected": []})
    lines, games = taken(stream)
    assert [json.loads(line)["level"] for line in lines] == [str(i) for i in range(300)]
    assert games == {"arena"}


def taken(stream: str) -> tuple[list[bytes], set[str | None]]:
    """The events in a stream, and the games of which they are."""
    kinesis = client("kinesis")
    lines: list[bytes] = []
    games: set[str | None] = set()
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        where = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(**where)["ShardIterator"]
        for record in kinesis.get_records(ShardIterator=iterator)["Records"]:
            row = row_of(zstandard.ZstdDecompressor(), record["Data"])
            for entry in entries_of(
                zstandard.ZstdDecompressor(), row.entries, row.sizes, row.headers, row.bodies, None
            ):
                lines += entry.body.splitlines()
                games.add(decode_header(entry.header).game_id)
                assert record["PartitionKey"] == decode_header(entry.header).game_id
    return lines, games


def test_while_kinesis_is_away_clients_are_told_when_to_come_again(key: str) -> None:
    with function("nowhere", journal_url="kinesis://nowhere?endpoint=http://127.0.0.1:9") as ingest:
        sent = Sent("/api/events", json.dumps(EVENT).encode(), {**JSON, "X-Playtrace-Key": key})
        status, headers, body = answered(ingest.work(http_api(sent)))
        assert (status, headers["retry-after"]) == (503, "5")
        assert json.loads(body)["type"].endswith("unavailable")
        health = answered(ingest.work(http_api(Sent("/api/health", method="GET"))))
        assert health[0] == 503


def test_without_keys_nobody_is_told_that_theirs_is_wrong(bucket: str, stream: str, key: str) -> None:
    url = f"s3://{bucket}/keys.json"
    sent = http_api(Sent("/api/events", json.dumps(EVENT).encode(), {**JSON, "X-Playtrace-Key": key}))
    with function(stream, url) as ingest:
        assert answered(ingest.work(sent))[0] == 503
        client("s3").put_object(Bucket=bucket, Key="keys.json", Body=b"no keys")
        assert answered(ingest.work(sent))[0] == 503
        known = KeysObject("s3://keys-of-studio/keys.json").read()
        assert known is not None
        KeysObject(url).write(known)
        assert answered(ingest.work(sent))[0] == 202
        # They count on when the object is gone.
        client("s3").delete_object(Bucket=bucket, Key="keys.json")
        ingest._keys._read_at = -1e9
        assert answered(ingest.work(sent))[0] == 202
        assert json.loads(answered(ingest.work(http_api(Sent("/api/health", method="GET"))))[2])["status"] == "degraded"


def test_everything_else_is_not_here(stream: str, key: str) -> None:
    with function(stream) as ingest:
        assert answered(ingest.work(http_api(Sent("/api/games", method="GET"))))[0] == 404
        status, _, body = answered(ingest.work(rest_api(Sent("/api/health", method="GET"))))
        assert (status, json.loads(body)["status"]) == (200, "healthy")


def test_each_piece_of_work_is_a_line_of_figures(stream: str, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    with function(stream) as ingest:
        ingest.work(http_api(Sent("/api/events", json.dumps(EVENT).encode(), {**JSON, "X-Playtrace-Key": key})))
        ingest.work(http_api(Sent("/api/events", b"{", {**JSON, "X-Playtrace-Key": key})))
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["Requests"], first["Refused"], first["status"]) == (1, 0, 202)
    assert (second["Requests"], second["Refused"], second["status"]) == (1, 1, 400)
    (described,) = first["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"] for metric in described["Metrics"]} <= set(first)
    assert described["Dimensions"] == [["handler"]]


@pytest.mark.parametrize("module", [functions.FUNCTION, functions.STREAM])
def test_it_imports_nothing_that_only_a_server_needs(module: str) -> None:
    """Each start of a function waits for that."""
    said = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    names = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"aiohttp", "alembic", "duckdb", "fastapi", "numpy", "pyarrow", "sqlalchemy", "starlette", "typer"}
    assert not set(names) & heavy


def test_it_does_not_start_without_what_it_needs(aws: engines.Engine) -> None:
    with pytest.raises(ValueError, match="PLAYTRACE_AWS_KEYS_URL"):
        Ingest.of(Settings.model_validate({"role": "collect", "journal_url": "kinesis://somewhere"}))
    with pytest.raises(AWAY):
        client("s3").head_bucket(Bucket="nowhere-at-all")


def test_what_it_costs_can_be_measured() -> None:
    result = functions.run(rounds=1, requests=3)
    assert [one.events for one in result.requests] == [1, 100]
    assert result.imported.ingest_vs_server == result.imported.ingest_ms / result.imported.server_ms
