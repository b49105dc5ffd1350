"""From what a game sends to the load files of a warehouse: each step has what the one before it had, and whoever is
killed in the middle of it, or does it again, changes nothing.

Functions run as Lambda runs them; the server and the batch are processes of theirs. They are killed while they wait for
what stands in for AWS: before that has done what it was asked for, or after.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from journals import engines
from journals.engines import eventually
from journals.faults import Faults, Moment, in_front_of
from pyarrow import fs, parquet
from pyiceberg.table import StaticTable
from quick_spark import QUICK
from server_process import ServerProcess
from warm_program import WarmProgram

from aws.api_gateway import Sent, answered, http_api, rest_api
from aws.function_process import FunctionProcess, Killed
from aws.playing import BOARDS, NAMES, PLAYERS, batches, events_in, played
from aws.spark_process import SparkProcess
from playtrace.aws.clients import client
from playtrace.aws.settings import INGEST, REPORT, STREAM
from playtrace.batch.warehouse.loading import TABLES
from playtrace.board_rules import Boards
from playtrace.registry.registry import Registry

GAME = "whole-way"
EVENTS, IN_REQUEST = 60, 10
RACE = {"board": "race", "direction": "asc"}
SECONDS_MAX = 240.0
Fits = Callable[[Moment], bool]


@pytest.fixture
def faults(aws: engines.Engine) -> Iterator[Faults]:
    """In front of AWS, for those who are going to be killed."""
    with in_front_of(aws.port) as faults:
        yield faults


@pytest.fixture
def spark(aws: engines.Engine) -> Iterator[SparkProcess]:
    with closing(SparkProcess(aws.port, QUICK)) as spark:
        yield spark


class Killing:
    """Of somebody who asks AWS, once, at the nth moment that fits."""

    def __init__(self, faults: Faults, kill: Callable[[], None], fits: Fits, nth: int = 1) -> None:
        self._kill, self._fits, self._left = kill, fits, nth
        self._turns = threading.Lock()
        self._is_done = threading.Event()
        faults.break_off.append(self._breaks_off)

    def _breaks_off(self, moment: Moment) -> bool:
        with self._turns:
            if self._left == 0 or not self._fits(moment):
                return False
            self._left -= 1
            if self._left:
                return False
            self._kill()
            self._is_done.set()
            return True

    def wait(self) -> None:
        assert self._is_done.wait(SECONDS_MAX)


def before(operation: str, path: str = "") -> Fits:
    return lambda moment: moment.operation == operation and path in moment.path and moment.answer is None


def after(operation: str, path: str = "", said: bytes = b"") -> Fits:
    def fits(moment: Moment) -> bool:
        is_done = moment.answer is not None and said in moment.answer
        return is_done and moment.operation == operation and path in moment.path

    return fits


class Platform:
    """All parts, put together as `infrastructure/platform` does."""

    def __init__(self, folder: Path, faults: Faults, stream: str, bucket: str, table: str, queue: str) -> None:
        self.stream, self.bucket = stream, bucket
        self.today = dt.datetime.combine(dt.datetime.now(dt.UTC).date(), dt.time(), dt.UTC)
        self.day = self.today.date() - dt.timedelta(days=1)
        """Of all events."""
        self.lake, self.results = f"s3://{bucket}/lake", f"s3://{bucket}/results"
        self.aws = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{faults.port}"}
        rules = {"PLAYTRACE_LEADERBOARDS": json.dumps(BOARDS)}
        journal = {"PLAYTRACE_JOURNAL_URL": f"kinesis://{stream}"}
        keys = {"PLAYTRACE_AWS_KEYS_URL": f"s3://{bucket}/keys.json"}
        stats = {"PLAYTRACE_AWS_STATS_TABLE": table}
        loads = rules | journal | keys
        self.server = ServerProcess(
            folder / "server",
            *("--role", "load,ask"),
            environment=self.aws | loads | stats | {"PLAYTRACE_LAKE_URL": self.lake},
        )
        registry_url = f"sqlite:///{(folder / 'server' / 'registry.sqlite').as_posix()}"
        with closing(Registry.open(registry_url)) as registry:
            registry.games.add(GAME)
            self.key = registry.keys.add(GAME).key
        self.after_a_loss = ServerProcess(
            folder / "another", *("--role", "load,ask"), environment=loads | {"PLAYTRACE_REGISTRY_URL": registry_url}
        )
        self.ingest = FunctionProcess(INGEST.handler, self.aws | journal | keys)
        letters = {"PLAYTRACE_AWS_DEAD_LETTERS_URL": queue}
        self.stats = FunctionProcess(STREAM.handler, self.aws | rules | stats | letters)

    def end(self) -> None:
        for function in (self.ingest, self.stats):
            function.close()
        for server in (self.server, self.after_a_loss):
            if server.is_running():
                server.kill()

    def send(self, request: Any) -> dict[str, Any]:
        """A game that is not answered sends again."""
        status, _, body = answered(until_answered(self.ingest, request))
        assert status == 202, body
        return json.loads(body)

    def books(self, server: ServerProcess) -> dict[str, int]:
        total = server.get(f"/api/games/{GAME}/books")["total"]
        return {name: total[name] for name in ("received", "stored", "duplicate", "quarantined", "refused")}

    def in_lake(self) -> list[str]:
        """Ids of events, as an engine finds them that asks no catalog."""
        try:
            found = StaticTable.from_metadata(f"{self.lake}/events", {"s3.endpoint": os.environ["AWS_ENDPOINT_URL"]})
        except FileNotFoundError:
            return []  # it is not made yet
        return found.scan().to_arrow().column("event_id").to_pylist()


def until_answered(function: FunctionProcess, event: Any) -> Any:
    while True:
        try:
            return function.work(event)
        except Killed:
            continue


@pytest.mark.timeout(900)
def test_what_games_send_goes_the_whole_way_once(
    faults: Faults, spark: SparkProcess, stream: str, bucket: str, table: str, queue: str, tmp_path: Path
) -> None:
    platform = Platform(tmp_path, faults, stream, bucket, table, queue)
    with ExitStack() as ends:
        ends.callback(platform.end)
        platform.server.start()
        taken = games_send(platform, faults)
        assert events_in(stream) == taken
        stored = {"stored": EVENTS, "duplicate": taken - EVENTS - 1, "quarantined": 1}
        server_loads(platform, faults, stored | {"refused": 1, "received": taken + 1})
        function_keeps_stats(platform, faults)
        function_sends_the_report(platform, faults)
        spark_digests(platform, faults, spark, tmp_path)


# ── games send ──────────────────────────────────────────────────────────────────────────────────────────────


def games_send(platform: Platform, faults: Faults) -> int:
    """Returns how many events the stream has: those that nobody was told of are there twice."""
    events = played(7, EVENTS, platform.today, days=1)
    forms = itertools.cycle([http_api, rest_api])

    def request(events: list[dict[str, Any]]) -> Any:
        return next(forms)(Sent("/api/events", json.dumps(events).encode(), {"X-Playtrace-Key": platform.key}))

    first, *others = [request(events[start : start + IN_REQUEST]) for start in range(0, EVENTS, IN_REQUEST)]
    eventually(lambda: answered(platform.ingest.work(first))[0] == 202)  # the server has published its keys
    Killing(faults, platform.ingest.kill, before("PutRecords"), nth=2)
    Killing(faults, platform.ingest.kill, after("PutRecords"), nth=4)
    for other in others[:2]:
        assert platform.send(other) == {"accepted": IN_REQUEST, "rejected": []}
    while_loading = Killing(faults, platform.server.kill, after("GetRecords", said=b'"Data"'))
    for other in others[2:]:
        assert platform.send(other) == {"accepted": IN_REQUEST, "rejected": []}
    too_old = {**events[0], "eventId": str(UUID(int=1)), "time": "2020-01-01T00:00:00Z"}
    told = platform.send(request([too_old, {"name": ""}]))
    assert (told["accepted"], len(told["rejected"])) == (1, 1)
    assert platform.send(first)["accepted"] == IN_REQUEST  # it was answered, and comes again all the same
    while_loading.wait()
    return EVENTS + 1 + 2 * IN_REQUEST


# ── a server loads ──────────────────────────────────────────────────────────────────────────────────────────


def server_loads(platform: Platform, faults: Faults, books: dict[str, int]) -> None:
    while_writing = Killing(faults, platform.server.kill, after("PUT", "/lake/events/data/"))
    platform.server.start()
    while_writing.wait()
    platform.server.start()
    eventually(lambda: platform.books(platform.server) == books, lambda: f"{platform.books(platform.server)}, {books}")
    eventually(lambda: len(platform.in_lake()) == EVENTS)
    assert len(set(platform.in_lake())) == EVENTS

    # One whose disk is gone: nothing is left of it but what people configured, and the stream.
    other = platform.after_a_loss.start()
    eventually(lambda: platform.books(other) == books)
    assert counted(platform, other) == counted(platform, platform.server)
    other.stop()


def counted(platform: Platform, server: ServerProcess) -> dict[str, dict[str, Any]]:
    """What metrics say, by the address at which stats and leaderboards say the same."""
    found: dict[str, dict[str, Any]] = {}
    for player in PLAYERS:
        answer = ask(server, "player", playerId=player)
        names = ("sessions", "playtimeSeconds", "spend", "firstSeen", "lastSeen")
        found[f"/api/players/{player}/stats?gameId={GAME}"] = {name: answer[name] for name in names}
    for name, period in itertools.product(NAMES, ("day", "all")):
        rule = Boards(BOARDS).of(name)
        assert rule is not None
        asked = {"period": period, "player": PLAYERS[0], "rank": "dense"}
        of_board = {"board": name, "take": rule.take, "direction": rule.direction}
        answer = ask(server, "leaderboard", **asked, **of_board, **of_day(platform))
        address = f"/api/leaderboards/{name}?{urlencode({'gameId': GAME, 'at': platform.day, **asked})}"
        found[address] = {name: answer[name] for name in ("players", "entries", "player")}
    assert all(answer.get("players") or answer.get("sessions") for answer in found.values())
    return found


def of_day(platform: Platform) -> dict[str, Any]:
    return {"from": platform.day, "to": platform.day}


def ask(server: ServerProcess, metric: str, **parameters: Any) -> dict[str, Any]:
    return server.get(f"/api/metrics/{metric}?{urlencode({'gameId': GAME, 'timeZone': 'UTC', **parameters})}")


# ── a function keeps stats and leaderboards ─────────────────────────────────────────────────────────────────


def function_keeps_stats(platform: Platform, faults: Faults) -> None:
    Killing(faults, platform.stats.kill, before("TransactWriteItems"), nth=3)
    Killing(faults, platform.stats.kill, after("TransactWriteItems"), nth=9)
    by_metrics = counted(platform, platform.server)
    for _ in range(2):
        for batch in batches(platform.stream):
            assert until_answered(platform.stats, batch) == {"batchItemFailures": []}
        for address, answer in by_metrics.items():
            said = platform.server.get(address)
            assert {name: said[name] for name in answer} == answer, address


# ── a function sends the report ─────────────────────────────────────────────────────────────────────────────


def function_sends_the_report(platform: Platform, faults: Faults) -> None:
    """Killed before it knew that it was sent it sends again: of a report twice is better than never."""
    topic = client("sns").create_topic(Name=platform.bucket)["TopicArn"]
    mailbox = client("sqs").create_queue(QueueName=platform.bucket)["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=mailbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    secret = client("secretsmanager").create_secret(Name=platform.bucket, SecretString=platform.server.token)
    settings = {
        "SERVER": platform.server.url,
        "GAMES": json.dumps([GAME]),
        "TOKEN_SECRET": secret["ARN"],
        "BUCKET": platform.bucket,
        "TOPIC": topic,
    }
    told = {f"PLAYTRACE_AWS_REPORT_{name}": value for name, value in settings.items()}
    with closing(FunctionProcess(REPORT.handler, platform.aws | told)) as report:
        Killing(faults, report.kill, before("Publish"))
        Killing(faults, report.kill, after("Publish"))
        event = {"scheduled": f"{platform.today.date()}T09:00:00Z"}
        assert until_answered(report, event) == {"sent": [GAME]}
        assert report.work(event) == {"sent": []}
    page = client("s3").get_object(Bucket=platform.bucket, Key=f"{GAME}/{platform.day}.html")
    assert page["ContentLength"] > 1_000
    messages = [one for _ in range(3) for one in received(mailbox)]
    # They say the same, but for the minute in which they were made.
    assert len(messages) == 2 and len({message["Message"].partition("Made on")[0] for message in messages}) == 1
    [active] = ask(platform.server, "active_players", **of_day(platform))["days"]
    assert f"| {active['dau']} |" in messages[0]["Message"]


def received(mailbox: str) -> Iterator[dict[str, Any]]:
    for message in client("sqs").receive_message(QueueUrl=mailbox, MaxNumberOfMessages=10).get("Messages", []):
        client("sqs").delete_message(QueueUrl=mailbox, ReceiptHandle=message["ReceiptHandle"])
        yield json.loads(message["Body"])


# ── Spark digests the lake ──────────────────────────────────────────────────────────────────────────────────


def spark_digests(platform: Platform, faults: Faults, spark: SparkProcess, folder: Path) -> None:
    race = f"race=leaderboard?{urlencode(RACE)}"
    places = ["--lake", platform.lake, "--results", platform.results]
    days = ["--from", str(platform.day), "--to", str(platform.day), "--limit", "late=any"]

    def run() -> WarmProgram:
        return WarmProgram(
            ["batch", "run", "names=breakdown?by=name", race, "--fact", "all", *places, *days],
            environment={**os.environ, **platform.aws, **spark.environment},
            folder=folder,
            output=folder / "batch.log",
        )

    assert run().wait(SECONDS_MAX) == 0, (folder / "batch.log").read_text()
    spark.end()
    written = results(platform)
    assert {fact for kind, fact in written if kind == "facts"} == set(TABLES)
    again = run()
    Killing(faults, again.kill, before("PUT", "/results/"), nth=4)
    assert again.wait(SECONDS_MAX) < 0
    spark.end()
    assert results(platform) == written

    # Which is all that there is: in the lake, for Spark, and in the files that a warehouse loads.
    [names], [board] = written["metrics", "names"], written["metrics", "race"]
    in_files = sum(row["events"] for row in written["facts", "event"])
    assert len(platform.in_lake()) == names["total"]["value"] == in_files == EVENTS
    [active] = ask(platform.server, "active_players", **of_day(platform))["days"]
    assert len(written["facts", "player_day"]) == active["dau"]
    by_server = ask(platform.server, "leaderboard", **RACE, **of_day(platform))
    standings = [
        [(one["rank"], one["playerId"], one["score"]) for one in said["entries"]] for said in (board, by_server)
    ]
    assert standings[0] == standings[1] != []


def results(platform: Platform) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """All files of the day, by kind and name, without the moment at which something was asked."""
    address = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
    files, path = fs.FileSystem.from_uri(f"{platform.results}?endpoint_override={address}&scheme=http")
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for file in files.get_file_info(fs.FileSelector(path, recursive=True)):
        if of_day := re.search(rf"/(\w+)/(\w+)/game={GAME}/date={platform.day}/\w+\.parquet$", file.path):
            rows = parquet.ParquetFile(files.open_input_file(file.path)).read().to_pylist()
            found[of_day[1], of_day[2]] = [{name: row[name] for name in row.keys() - {"asOf"}} for row in rows]
    return found
