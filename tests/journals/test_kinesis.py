"""What Kinesis does that other brokers do not: it takes some records of a call, throttles, and splits its shards."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from journals import engines
from journals.engines import eventually
from journals.faults import BREAK_OFF, Ask, Faults, error, in_front_of
from journals.places import Place, entry, put
from journals.test_contract import lines_by_game
from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.kinesis import sending

pytestmark = pytest.mark.anyio

NUMBERS = itertools.count()
THROTTLED = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "Rate exceeded"}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class InFront(engines.Engine):
    """A broker that is reached through what makes faults."""

    def __init__(self, port: int) -> None:
        self.scheme = "kinesis"
        self.port = port


@pytest.fixture
def faults(kinesis: engines.Engine) -> Iterator[Faults]:
    with in_front_of(kinesis.port) as faults:
        yield faults


@pytest.fixture
def place(faults: Faults, tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path, InFront(faults.port), f"with-faults-{next(NUMBERS)}")
    yield place
    place.close()


async def test_records_that_a_call_did_not_take_are_sent_again_in_order(
    place: Place, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine those at the end wait for longer than a client is let wait.
    monkeypatch.setattr(sending, "TRY_SECONDS_MAX", 60.0)
    calls = itertools.count()

    def takes_some(request: dict[str, Any], ask: Ask) -> tuple[int, dict[str, Any]]:
        """Others each time; never two of a game at once, as their order would be anybody's guess."""
        records = request["Records"]
        keys = [record["PartitionKey"] for record in records]
        assert len(set(keys)) == len(keys)
        call = next(calls)
        taken = [(i + call) % 3 != 0 for i in range(len(records))]
        if not any(taken):
            return error("ProvisionedThroughputExceededException")
        chosen = [record for record, is_taken in zip(records, taken, strict=True) if is_taken]
        status, told = ask(request | {"Records": chosen})
        if status != 200:
            return status, told  # the stream is not there yet
        answers = iter(told["Records"])
        return status, told | {
            "FailedRecordCount": taken.count(False),
            "Records": [next(answers) if is_taken else THROTTLED for is_taken in taken],
        }

    faults.by_operation["PutRecords"] = takes_some
    sink = place.sink()
    place.fetch()
    games = ["arena", "loot", "kart", "chess"]
    for round_ in range(5):
        await put(sink, [entry(10 * round_ + i, game) for game in games for i in range(10)])
    found = await asyncio.to_thread(place.read, 200)
    assert lines_by_game(found) == {game: [entry(number, game).body for number in range(50)] for game in games}


async def test_a_stream_that_takes_no_more_is_told_at_last(place: Place, faults: Faults) -> None:
    sink = place.sink()
    await put(sink, [entry(1)])
    faults.by_operation["PutRecords"] = lambda request, ask: error("ProvisionedThroughputExceededException")
    with pytest.raises(JournalUnavailable, match="takes no more at the moment"):
        await sink.append(entry(2))
    assert faults.asked.count("PutRecords") > 3
    with pytest.raises(JournalUnavailable):
        sink.append(entry(3))


async def test_what_may_have_been_taken_is_not_sent_again(place: Place, faults: Faults) -> None:
    """Whoever sent it is told to come again, and knows its ids."""
    sink = place.sink()
    place.fetch()
    await put(sink, [entry(1)])

    def breaks_off(request: dict[str, Any], ask: Ask) -> None:
        ask(request)
        return BREAK_OFF

    faults.by_operation["PutRecords"] = breaks_off
    before = faults.asked.count("PutRecords")
    with pytest.raises(JournalUnavailable, match="did not acknowledge"):
        await sink.append(entry(2))
    assert faults.asked.count("PutRecords") == before + 1
    assert [one.body for one in await asyncio.to_thread(place.read, 2)] == [entry(1).body, entry(2).body]


async def test_reading_goes_on_where_an_iterator_expired_or_is_throttled(place: Place, faults: Faults) -> None:
    calls = itertools.count(1)

    def now_and_then(request: dict[str, Any], ask: Ask) -> tuple[int, dict[str, Any]]:
        call = next(calls)
        if call % 3 == 0:
            return error("ExpiredIteratorException")
        return error("ProvisionedThroughputExceededException") if call % 7 == 0 else ask(request)

    faults.by_operation["GetRecords"] = now_and_then
    sink = place.sink()
    place.fetch()
    for number in range(4):
        await put(sink, [entry(number)])
        await asyncio.to_thread(place.read, number + 1)
    assert place.bodies() == [entry(number).body for number in range(4)]
    assert place.inlet is not None and place.inlet.error is None
    assert place.journal.damaged_events == 0


@pytest.mark.parametrize("is_long_ago", [True, False])
async def test_what_was_removed_is_told_as_lost_unless_everything_was_here_before(
    place: Place, faults: Faults, *, is_long_ago: bool
) -> None:
    """The last record that was fetched is gone. Were others after it? It is not likely where all was here a moment ago:
    what Kinesis removes is older than that."""
    sink = place.sink()
    place.fetch()
    await put(sink, [entry(1)])
    await asyncio.to_thread(place.read, 1)
    eventually(lambda: noted(place) == 1)
    place.stop_fetching()
    if is_long_ago:
        with closing(sqlite3.connect(place.journal.path, isolation_level=None)) as connection:
            connection.execute("UPDATE whole SET noted_at = '2020-01-01T00:00:00+00:00'")
    for number in (2, 3):
        await put(sink, [entry(number)])

    def without_two(request: dict[str, Any], ask: Ask) -> tuple[int, dict[str, Any]]:
        status, told = ask(request)
        records = [record for record in told["Records"] if record["SequenceNumber"] not in ("1", "2")]
        if told["Records"] and not records:
            return without_two({**request, "ShardIterator": told["NextShardIterator"]}, ask)
        return status, {**told, "Records": records}

    faults.by_operation["GetRecords"] = without_two
    place.fetch()
    found = await asyncio.to_thread(place.read, 2)
    assert [one.body for one in found] == [entry(number).body for number in (1, 3)]
    assert place.journal.damaged_events == (1 if is_long_ago else 0)


def noted(place: Place) -> int:
    with closing(sqlite3.connect(place.journal.path)) as connection:
        return connection.execute("SELECT count(*) FROM whole").fetchone()[0]


async def test_a_game_stays_in_order_while_shards_are_split_and_merged(
    kinesis_local: engines.Engine, tmp_path: Path
) -> None:
    place = Place(tmp_path, kinesis_local, "resharded")
    client = botocore.session.get_session().create_client(
        "kinesis", region_name="eu-west-1", endpoint_url=f"http://127.0.0.1:{kinesis_local.port}"
    )
    games = [f"game-{i}" for i in range(6)]
    numbers: defaultdict[str, int] = defaultdict(int)

    async def play(sink: Any) -> None:
        for _ in range(3):
            await put(sink, [entry(numbers[game], game) for game in games])
            for game in games:
                numbers[game] += 1

    try:
        sink = place.sink()
        await put_when_ready(sink, place)
        await play(sink)
        # Nothing is fetched yet: what was made of a shard waits for all that the shard has.
        await asyncio.to_thread(split, client, place.name)
        await play(sink)
        place.fetch()
        await asyncio.to_thread(place.read, 1 + 6 * len(games))
        await asyncio.to_thread(merge, client, place.name)
        await play(sink)
        await asyncio.to_thread(place.read, 1 + 9 * len(games))
        # A loader that was away while they changed knows from its places what is finished.
        place.stop_fetching()
        await play(sink)
        await asyncio.to_thread(split, client, place.name)
        await play(sink)
        place.fetch()
        found = await asyncio.to_thread(place.read, 1 + 15 * len(games))
        lines = lines_by_game(found)
        assert {game: lines[game] for game in games} == {
            game: [entry(number, game).body for number in range(15)] for game in games
        }
        assert len(found) == 1 + 15 * len(games)
        assert place.journal.damaged_events == 0
        assert place.inlet is not None
        await asyncio.wrap_future(place.inlet.caught_up())
    finally:
        place.close()


async def put_when_ready(sink: Any, place: Place) -> None:
    """The stream takes a moment to be made."""
    while True:
        try:
            await sink.append(entry(0, "first"))
        except JournalUnavailable:
            await asyncio.sleep(0.1)
        else:
            return


def open_shards(client: Any, name: str) -> list[dict[str, Any]]:
    shards = client.list_shards(StreamName=name)["Shards"]
    still = [shard for shard in shards if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]
    return sorted(still, key=lambda shard: int(shard["HashKeyRange"]["StartingHashKey"]))


def split(client: Any, name: str) -> None:
    """Every shard that is open."""
    before = open_shards(client, name)
    for shard in before:
        first, last = (int(shard["HashKeyRange"][end]) for end in ("StartingHashKey", "EndingHashKey"))
        count = len(open_shards(client, name))
        client.split_shard(StreamName=name, ShardToSplit=shard["ShardId"], NewStartingHashKey=str((first + last) // 2))
        wait_until_open(client, name, count + 1)


def merge(client: Any, name: str) -> None:
    """Each two that are beside each other."""
    before = open_shards(client, name)
    for one, other in zip(before[::2], before[1::2], strict=False):
        count = len(open_shards(client, name))
        client.merge_shards(StreamName=name, ShardToMerge=one["ShardId"], AdjacentShardToMerge=other["ShardId"])
        wait_until_open(client, name, count - 1)


def wait_until_open(client: Any, name: str, count: int) -> None:
    """So many shards, of a stream that changes no more."""
    eventually(lambda: len(open_shards(client, name)) == count and is_active(client, name))


def is_active(client: Any, name: str) -> bool:
    return client.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamStatus"] == "ACTIVE"
