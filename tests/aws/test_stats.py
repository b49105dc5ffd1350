"""From a request to the answers of a table: each step has what the one before it had, whatever is tried again when."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import pytest
from journals import engines
from journals.engines import eventually
from server_process import ServerProcess

from aws.api_gateway import Sent, answered, http_api, rest_api
from aws.playing import BOARDS, NAMES, PLAYERS, batches, events_in, played
from playtrace.aws.clients import client
from playtrace.aws.ingest import Ingest
from playtrace.aws.stream import Stream
from playtrace.config import Settings
from playtrace.registry.registry import Registry
from playtrace.stats.counting import Played, Record, count_record
from playtrace.stats.keys import BoardKey
from playtrace.stats.reading import rules_of
from playtrace.stats.rules import DAY_US, span_at
from playtrace.stats.state import Counted
from playtrace.stats.table import StatsTable

DAYS = 8
EVENTS = 120


class Pipeline:
    """A function that takes events, a stream, a server that loads from it, and a function that follows it."""

    def __init__(self, stream: str, key: str, table: str, queue: str, keys_url: str) -> None:
        self.name = stream
        self.key = key
        self.now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        settings = {"leaderboards": BOARDS, "aws_stats_table": table, "aws_dead_letters_url": queue}
        self.stream = Stream(Settings.model_validate(settings))
        self.queue = queue
        self.ingest = Ingest.of(
            Settings.model_validate(
                {
                    "role": "collect",
                    "journal_url": f"kinesis://{stream}",
                    "aws_keys_url": keys_url,
                    "collect_memory_bytes_max": 2**30,
                }
            )
        )

    def played(self, seed: int, count: int) -> list[dict[str, Any]]:
        return played(seed, count, self.now, days=DAYS)

    def send(self, events: list[dict[str, Any]], form: Any = http_api) -> None:
        sent = Sent("/api/events", json.dumps(events).encode(), {"X-Playtrace-Key": self.key})
        status, _, body = answered(self.ingest.work(form(sent)))
        assert (status, json.loads(body)["accepted"]) == (202, len(events)), body

    def batches(self) -> Iterator[dict[str, Any]]:
        return batches(self.name)

    def follow(self) -> None:
        for batch in self.batches():
            assert self.stream.work(batch) == {"batchItemFailures": []}


@pytest.fixture(scope="module")
def game(aws: engines.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A studio: a server that loads from the stream, and one that asks the table."""
    name = "games-of-test"
    client("kinesis").create_stream(StreamName=name, ShardCount=2)
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    keys_url = f"s3://{name}/keys.json"
    rules = {"PLAYTRACE_LEADERBOARDS": json.dumps(BOARDS)}
    loads = ServerProcess(
        tmp_path_factory.mktemp("loads") / "data",
        environment={**rules, "PLAYTRACE_JOURNAL_URL": f"kinesis://{name}", "PLAYTRACE_AWS_KEYS_URL": keys_url},
    )
    with closing(Registry.open(f"sqlite:///{(loads.data / 'registry.sqlite').as_posix()}")) as registry:
        registry.games.add("arena", currency="SEK")
        key = registry.keys.add("arena").key
    loads.start()
    asks = ServerProcess(
        tmp_path_factory.mktemp("asks") / "data",
        environment={
            **rules,
            "PLAYTRACE_AWS_STATS_TABLE": "stats",
            "PLAYTRACE_ERASE_GATHER_MINUTES": "0",
            "PLAYTRACE_REGISTRY_URL": f"sqlite:///{(loads.data / 'registry.sqlite').as_posix()}",
        },
    ).start()
    yield name, key, keys_url, loads, asks
    asks.stop()
    loads.stop()


@pytest.fixture(scope="module")
def pipeline(game: Any, table: str, aws: engines.Engine) -> Iterator[Pipeline]:
    name, key, keys_url, _, _ = game
    queue = client("sqs").create_queue(QueueName="dead-letters")["QueueUrl"]
    pipeline = Pipeline(name, key, table, queue, keys_url)
    eventually(lambda: pipeline.ingest._keys.refresh() or pipeline.ingest._keys.knows("arena"))
    yield pipeline
    pipeline.ingest.close()


def test_the_table_says_what_the_store_says(game: Any, pipeline: Pipeline) -> None:
    _, _, _, loads, asks = game
    events = pipeline.played(1, EVENTS)
    for start in range(0, len(events), 60):
        pipeline.send(events[start : start + 60], http_api if start % 120 else rest_api)
    pipeline.send(events[60:100])  # a client that was not answered comes again
    old = {**pipeline.played(2, 1)[0], "time": (pipeline.now - dt.timedelta(days=40)).isoformat()}
    pipeline.send([old])
    pipeline.follow()
    assert events_in(pipeline.name) == len(events) + 40 + 1
    eventually(
        lambda: books(loads) == {"stored": len(events), "duplicate": 40, "quarantined": 1}, lambda: f"{books(loads)}"
    )
    compare(loads, asks, pipeline.now)

    before = [ask(asks, path) for path in questions(pipeline.now)]
    pipeline.follow()
    assert [ask(asks, path) for path in questions(pipeline.now)] == before


def test_what_is_cut_short_anywhere_counts_once(game: Any, pipeline: Pipeline) -> None:
    _, _, _, loads, asks = game
    events = pipeline.played(3, 30)
    for start in range(0, len(events), 15):
        pipeline.send(events[start : start + 20])
    calls: Counter[str] = Counter()

    class Ended(Exception):
        """As a process that is ended: nothing that follows is done."""

    def ends(event_name: str, **_: Any) -> None:
        when = event_name.partition(".")[0]
        calls[when] += 1
        if calls[when] % 5 == 0:
            raise Ended

    hooks = client("dynamodb").meta.events
    # Before the table has it, and after that, before anybody knows.
    for when in ("before-call", "after-call"):
        hooks.register(f"{when}.dynamodb.TransactWriteItems", ends)
    try:
        for batch in pipeline.batches():
            while True:
                try:
                    assert pipeline.stream.work(batch) == {"batchItemFailures": []}
                except Ended:
                    continue
                break
    finally:
        for when in ("before-call", "after-call"):
            hooks.unregister(f"{when}.dynamodb.TransactWriteItems", ends)
    assert calls["before-call"] > 10
    eventually(lambda: books(loads)["stored"] == EVENTS + 30)
    compare(loads, asks, pipeline.now)


def test_what_cannot_be_read_is_set_aside_and_comes_back(game: Any, pipeline: Pipeline) -> None:
    _, _, _, loads, asks = game
    client("kinesis").put_record(StreamName=pipeline.name, Data=b"not ours", PartitionKey="arena")
    pipeline.send(pipeline.played(4, 10))
    pipeline.follow()
    code, _, complaint = command("redrive", **settings_of(pipeline))
    assert code == 1
    assert complaint.splitlines()[-1].startswith("1 letter stays in the queue")
    client("sqs").purge_queue(QueueUrl=pipeline.queue)

    # One that only an older playtrace could not read.
    batch = next(
        {"Records": [record]}
        for batch in pipeline.batches()
        for record in batch["Records"]
        if record["kinesis"]["data"] != base64.b64encode(b"not ours").decode()
    )
    good = batch["Records"][0]
    damaged = {**good, "kinesis": {**good["kinesis"], "data": base64.b64encode(b"damaged").decode()}}
    assert pipeline.stream.work({"Records": [damaged]}) == {"batchItemFailures": []}
    code, said, _ = command("redrive", **settings_of(pipeline))
    assert (code, said) == (0, "1 record counts now.\n")
    eventually(lambda: books(loads)["stored"] == EVENTS + 40)
    compare(loads, asks, pipeline.now)


def test_days_that_freeze_while_a_record_is_counted_are_on_their_boards(table: str) -> None:
    """So many that the state forgets them, before they are written."""
    scores = [
        Played(
            "slow", "prod", "p", day, Counted("score_posted", day * DAY_US, day * DAY_US, (0, 0, day), day, value=1.0)
        )
        for day in range(1, 10)
    ]
    rules, kept = rules_of(Settings.model_validate({})), StatsTable(client("dynamodb"), table)
    assert count_record(kept, rules, Record("slow", 1, scores)) == 1
    for day in range(1, 10):
        assert kept.players(BoardKey("slow", "prod", "", span_at("day", day * DAY_US))) == 1, day


def test_a_player_is_forgotten_with_every_entry(game: Any, pipeline: Pipeline) -> None:
    _, _, _, _, asks = game
    before = board(asks, "elo", "all")
    gone = before["entries"][0]["playerId"]
    code, said, _ = command("forget", "arena", gone, **settings_of(pipeline))
    assert code == 0
    assert int(said.split()[0]) > 4
    after = board(asks, "elo", "all")
    assert gone not in [entry["playerId"] for entry in after["entries"]]
    assert after["players"] == before["players"] - 1
    assert ask(asks, f"/api/players/{gone}/stats?gameId=arena")["firstSeen"] is None
    assert command("forget", "arena", gone, **settings_of(pipeline))[1].startswith("0 items were removed")


def test_who_is_erased_in_the_server_is_forgotten_there_too(game: Any, pipeline: Pipeline) -> None:
    _, _, _, _, asks = game
    gone = board(asks, "race", "all")["entries"][0]["playerId"]
    headers = {"Authorization": f"Bearer {asks.token}", "Content-Type": "application/json"}
    body = json.dumps({"players": [gone]}).encode()
    status, _, said = asks.request("POST", "/api/games/arena/erasures", body, headers)
    assert status in (200, 201, 202), said
    eventually(lambda: ask(asks, f"/api/players/{gone}/stats?gameId=arena")["firstSeen"] is None)
    assert gone not in [entry["playerId"] for entry in board(asks, "race", "all")["entries"]]


def test_a_look_from_outside(game: Any, pipeline: Pipeline) -> None:
    _, key, _, loads, _ = game
    code, said, complaint = command("smoke", loads.url, "--token", loads.token, PLAYTRACE_WRITE_KEY=key)
    assert code == 0, complaint
    assert [line.partition(" (")[0] for line in said.splitlines()][1:] == [
        "3 events were taken",
        "the player's stats have them",
        "the leaderboard has the player, in place 1 of 1",
        "metrics have all events",
    ]
    assert books(loads)["stored"] == EVENTS + 43
    code, _, complaint = command("smoke", loads.url, "--key", key)
    assert (code, complaint) == (1, "questions need a read token of the game: --token, or PLAYTRACE_TOKEN\n")
    eventually(lambda: books(loads)["stored"] == EVENTS + 46)
    code, _, complaint = command("smoke", loads.url, "--only-send", "--key", "0" * 32)
    assert code == 1
    assert "This write key is not known" in complaint


def command(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of `playtrace aws`."""
    ended = subprocess.run(
        [sys.executable, "-m", "playtrace", "aws", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ended.returncode, ended.stdout, ended.stderr


def settings_of(pipeline: Pipeline) -> dict[str, str]:
    return {
        "PLAYTRACE_LEADERBOARDS": json.dumps(BOARDS),
        "PLAYTRACE_AWS_STATS_TABLE": "stats",
        "PLAYTRACE_AWS_DEAD_LETTERS_URL": pipeline.queue,
    }


def books(server: ServerProcess) -> dict[str, int]:
    total = ask(server, "/api/games/arena/books")["total"]
    return {name: total[name] for name in ("stored", "duplicate", "quarantined")}


def ask(server: ServerProcess, path: str) -> Any:
    status, _, body = server.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
    assert status == 200, body
    return json.loads(body)


def board(server: ServerProcess, name: str, period: str, **also: str) -> Any:
    return ask(server, f"/api/leaderboards/{name}?{urlencode({'gameId': 'arena', 'period': period, **also})}")


def compare(loads: ServerProcess, asks: ServerProcess, now: dt.datetime) -> None:
    """Every player, and every board in every period."""
    paths = questions(now)
    with ThreadPoolExecutor(8) as pool:
        by_store = list(pool.map(lambda path: ask(loads, path), paths))
        by_table = list(pool.map(lambda path: ask(asks, path), paths))
    for path, told, expected in zip(paths, by_table, by_store, strict=True):
        assert told == expected, path


def questions(now: dt.datetime) -> list[str]:
    paths = [f"/api/players/{player}/stats?gameId=arena" for player in [*PLAYERS, "nobody"]]
    ranks = itertools.cycle(["standard", "dense", "unique"])
    for name, (period, days) in itertools.product(
        [*NAMES, "unknown", "nowhere"], [("day", (0, 1, 6)), ("week", (0, 7)), ("month", (0,)), ("all", (0,))]
    ):
        for day in days:
            at = {} if period == "all" else {"at": str(now.date() - dt.timedelta(days=day))}
            asked = {
                "gameId": "arena",
                "period": period,
                "rank": next(ranks),
                "limit": "3",
                "player": PLAYERS[-1],
                **at,
            }
            paths.append(f"/api/leaderboards/{name}?{urlencode(asked)}")
    return paths
