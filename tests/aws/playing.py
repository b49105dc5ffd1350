"""What a game sends that has players, boards and purchases, and how Lambda hands on what is in the stream."""

from __future__ import annotations

import base64
import datetime as dt
import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import zstandard

from playtrace.aws.clients import client
from playtrace.journal.messages import row_of

BOARDS = ["race=best:asc", "coins=sum:desc", "elo=last:desc", "*=best:desc"]
NAMES = ["race", "coins", "elo", "arcade"]
PLAYERS = [f"p{i}" for i in range(5)]


def played(seed: int, count: int, until: dt.datetime, *, days: int) -> list[dict[str, Any]]:
    """Events of so many days, in any order."""
    chance = random.Random(seed)
    events: list[dict[str, Any]] = []
    for number in range(count):
        time = until - dt.timedelta(seconds=chance.randrange(60, days * 86_400))
        player = chance.choice(PLAYERS)
        event: dict[str, Any] = {
            "eventId": str(UUID(int=chance.getrandbits(128), version=4)),
            "playerId": player,
            "time": time.isoformat(),
            "seq": number,
        }
        if chance.random() < 0.7:
            event["sessionId"] = f"{player}-of-{time.date()}-{chance.randrange(3)}"
            if chance.random() < 0.5:
                event["monoMs"] = chance.randrange(3_600_000)
        kind = chance.random()
        if kind < 0.6:
            score = chance.choice([chance.randrange(20), chance.randrange(-5, 5) / 4, 3.3])
            event |= {"name": "score_posted", "value": score, "props": {"board": chance.choice(NAMES)}}
            if chance.random() < 0.03:
                del event["props"]
        elif kind < 0.75:
            event |= {"name": "purchase", "value": chance.choice([4.99, 9.99, -4.99]), "props": {}}
            if chance.random() < 0.7:
                event["currency"] = chance.choice(["USD", "eur"])
            if chance.random() < 0.3:
                event["props"]["validated"] = chance.random() < 0.5
        else:
            event["name"] = chance.choice(["level_start", "crash", "server_grant", "session_end"])
        events.append(event)
    return events


def batches(stream: str) -> Iterator[dict[str, Any]]:
    """As Lambda hands them to a function, from the first record on."""
    kinesis = client("kinesis")
    described = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        where = {"StreamName": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(**where)["ShardIterator"]
        while records := (answer := kinesis.get_records(ShardIterator=iterator, Limit=3))["Records"]:
            yield {
                "Records": [
                    {
                        "eventID": f"{shard['ShardId']}:{record['SequenceNumber']}",
                        "eventSource": "aws:kinesis",
                        "eventSourceARN": described["StreamARN"],
                        "eventName": "aws:kinesis:record",
                        "kinesis": {
                            "data": base64.b64encode(record["Data"]).decode(),
                            "partitionKey": record["PartitionKey"],
                            "sequenceNumber": record["SequenceNumber"],
                            "kinesisSchemaVersion": "1.0",
                            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"].timestamp(),
                        },
                    }
                    for record in records
                ]
            }
            iterator = answer["NextShardIterator"]


def events_in(stream: str) -> int:
    """How many there are, without those that were refused."""
    decompressor = zstandard.ZstdDecompressor()
    return sum(
        row_of(decompressor, base64.b64decode(record["kinesis"]["data"])).events
        for batch in batches(stream)
        for record in batch["Records"]
    )
