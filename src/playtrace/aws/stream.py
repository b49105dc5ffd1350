"""The function that follows the stream: it keeps player stats and leaderboards (`playtrace.aws.stream.handler`).

Lambda hands it records of a shard, in order, and again from the first one on that it says has failed. What counted
counts once, so that is no matter. A record that cannot be read, or that DynamoDB never takes, is set aside as a letter
to a queue, and the next one goes on.
"""

from __future__ import annotations

import base64
import logging
import sys
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
import zstandard

from playtrace import logs
from playtrace.aws import dead_letters, measured
from playtrace.aws.clients import AWAY, client, code_of
from playtrace.aws.dead_letters import Letter
from playtrace.config import Settings
from playtrace.journal.errors import DamagedMessage
from playtrace.journal.messages import row_of
from playtrace.journal.rows import entries_of
from playtrace.stats.counting import Played, Record, count_record
from playtrace.stats.reading import played_in, rules_of
from playtrace.stats.table import Changed, StatsTable

log = logging.getLogger("playtrace.aws")

NEVER = frozenset({"ValidationException"})
"""What DynamoDB says of what it will not take however often it is tried."""


class CannotCount(ValueError):
    """A record that will not count however often it is tried."""


class Stream:
    def __init__(self, settings: Settings) -> None:
        """Raises `ValueError` where a setting is missing."""
        if settings.aws.stats_table is None:
            raise ValueError("PLAYTRACE_AWS_STATS_TABLE: expected the name of a table of DynamoDB")
        if settings.aws.dead_letters_url is None:
            raise ValueError("PLAYTRACE_AWS_DEAD_LETTERS_URL: expected the address of a queue of SQS")
        self.dead_letters_url = settings.aws.dead_letters_url
        self._table = StatsTable(client("dynamodb"), settings.aws.stats_table)
        self._rules = rules_of(settings)
        self._decompressor = zstandard.ZstdDecompressor()

    def work(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Returns from which record on it is to be tried again."""
        began = time.perf_counter()
        counted = events = players = letters = 0
        failed: list[dict[str, str]] = []
        for told in event["Records"]:
            try:
                try:
                    record_events, record_players = self.count(told)
                    counted, events, players = counted + 1, events + record_events, players + record_players
                except CannotCount as error:
                    log.error("a record is set aside", extra={"record": told["eventID"], "error": str(error)})
                    dead_letters.send(self.dead_letters_url, letter_of(told), str(error))
                    letters += 1
            except (Changed, *AWAY) as error:
                log.error("a record will be tried again", extra={"record": told["eventID"], "error": str(error)})
                failed.append({"itemIdentifier": told["kinesis"]["sequenceNumber"]})
                break
        measured.write(
            sys.stdout,
            "stream",
            {
                "Records": (counted, "Count"),
                "Events": (events, "Count"),
                "Players": (players, "Count"),
                "DeadLetters": (letters, "Count"),
                "Failures": (len(failed), "Count"),
                "DurationMs": (round((time.perf_counter() - began) * 1000, 3), "Milliseconds"),
            },
        )
        return {"batchItemFailures": failed}

    def count(self, told: Mapping[str, Any], *, again: bool = False) -> tuple[int, int]:
        """One record; returns how many events it has and how many players it changed. `again` is one that was set
        aside, after which others have counted.

        Raises `CannotCount`, `Changed`, and errors of botocore.
        """
        record = self._record_of(told, again=again)
        try:
            return len(record.events), count_record(self._table, self._rules, record)
        except AWAY as error:
            if code_of(error) in NEVER:
                raise CannotCount(str(error)) from error
            raise

    def _record_of(self, told: Mapping[str, Any], *, again: bool) -> Record:
        kinesis = told["kinesis"]
        data: str | bytes = kinesis["data"]
        number: str = kinesis["sequenceNumber"]
        played: list[Played] = []
        try:
            row = row_of(self._decompressor, base64.b64decode(data) if isinstance(data, str) else data)
            position = 0
            for entry in entries_of(self._decompressor, 0, row.sizes, row.headers, row.bodies, None):
                played += played_in(entry, position)
                position += entry.events
        except (DamagedMessage, msgspec.DecodeError) as error:
            raise CannotCount(str(error)) from error
        key = f"again {number}" if again else kinesis["partitionKey"]
        return Record(key, int(number), played)


def letter_of(told: Mapping[str, Any]) -> Letter:
    number = told["kinesis"]["sequenceNumber"]
    return Letter(told["eventSourceARN"], told["eventID"].partition(":")[0], number, number)


@cache
def stream() -> Stream:
    """As the environment says."""
    settings = Settings.read(log_format="json")
    logs.set_up(settings)
    return Stream(settings)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What Lambda calls."""
    return stream().work(event)
