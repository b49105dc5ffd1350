"""Records that could not be counted, by where they are in their stream, in a queue of SQS.

A letter is written as Lambda writes those of its own (`KinesisBatchInfo`): a record may be larger than a letter, and
stays in the stream as long as that keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from playtrace.aws.clients import client, code_of

RECORDS_MAX = 1_000
WAIT_S = 1
READ_AGAIN_MAX = 100
"""Answers without a record are usual where records lie far apart."""


class Letter(Struct, frozen=True):
    """The records of a shard from one to another."""

    stream_arn: str
    shard_id: str
    first: str
    last: str
    receipt: str = ""
    """With which SQS knows who has taken it."""

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Letter:
        """Raises `KeyError` and `ValueError` where it is no letter of this kind."""
        told = json.loads(message["Body"])["KinesisBatchInfo"]
        return cls(
            told["streamArn"],
            told["shardId"],
            told["startSequenceNumber"],
            told["endSequenceNumber"],
            message["ReceiptHandle"],
        )


def send(queue_url: str, letter: Letter, reason: str) -> None:
    """Raises errors of botocore."""
    told = {
        "reason": reason,
        "KinesisBatchInfo": {
            "streamArn": letter.stream_arn,
            "shardId": letter.shard_id,
            "startSequenceNumber": letter.first,
            "endSequenceNumber": letter.last,
        },
    }
    client("sqs").send_message(QueueUrl=queue_url, MessageBody=json.dumps(told))


def take(queue_url: str) -> list[Mapping[str, Any]]:
    """Some messages that nobody else has at the moment. Raises errors of botocore."""
    answer = client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=WAIT_S)
    return answer.get("Messages", [])


def done(queue_url: str, letter: Letter) -> None:
    client("sqs").delete_message(QueueUrl=queue_url, ReceiptHandle=letter.receipt)


def records_of(letter: Letter) -> Iterator[dict[str, Any]]:
    """As Lambda hands them to a function: those that the stream still has. Raises errors of botocore."""
    kinesis = client("kinesis")
    iterator: str | None
    try:
        iterator = kinesis.get_shard_iterator(
            StreamName=letter.stream_arn.rpartition("/")[2],
            ShardId=letter.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber=letter.first,
        )["ShardIterator"]
    except kinesis.exceptions.ClientError as error:
        if code_of(error) in ("ResourceNotFoundException", "InvalidArgumentException"):
            return
        raise
    for _ in range(READ_AGAIN_MAX):
        if iterator is None:
            return
        answer = kinesis.get_records(ShardIterator=iterator, Limit=RECORDS_MAX)
        for record in answer["Records"]:
            if int(record["SequenceNumber"]) > int(letter.last):
                return
            yield {
                "eventID": f"{letter.shard_id}:{record['SequenceNumber']}",
                "eventSourceARN": letter.stream_arn,
                "kinesis": {
                    "data": record["Data"],
                    "partitionKey": record["PartitionKey"],
                    "sequenceNumber": record["SequenceNumber"],
                },
            }
        iterator = answer.get("NextShardIterator")
        if not answer["Records"] and answer["MillisBehindLatest"] == 0:
            return
