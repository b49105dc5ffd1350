"""Fetches records from a stream of Kinesis: of a shard in order, and then of those that it was split or merged into."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from botocore.exceptions import ClientError
from msgspec import Struct

from playtrace.broker_url import BrokerUrl
from playtrace.journal.broker import Arrived
from playtrace.journal.errors import BrokerAway
from playtrace.journal.kinesis.stream import SLOW_DOWN, Stream, code_of

ANSWER_SECONDS_MAX = 5.0
"""For each question."""
FETCHED_RECORDS_MAX = 1_000
READ_AGAIN_S = 0.2
"""A shard answers five times a second, whoever asks."""
QUIET_S = 0.5
"""So often it is asked where nothing comes, as others may be asking too."""
SLOWED_S = 1.0
REMOVED_EARLY_S = 3_600.0
"""So much sooner than is promised something may be gone, by clocks that differ."""
PEEKS_MAX = 50
"""Answers without a record are usual where records lie far apart."""


class _Shard(Struct, eq=False):
    id: str
    number: int
    parents: tuple[int, ...]
    after: int | None
    """The number of the last record that was fetched; None before the first."""
    iterator: str | None = None
    asked_at: float = 0.0
    """On the monotonic clock."""
    due_at: float = 0.0
    """When it is asked again."""
    whole_at: float | None = None
    """When it was asked last and had nothing more; None while there may be more."""
    is_finished: bool = False
    """It was split or merged, and all of it is fetched."""


class KinesisSource:
    has_gaps: ClassVar[bool] = True

    def __init__(self, url: BrokerUrl) -> None:
        self._stream = Stream(url, ANSWER_SECONDS_MAX)
        self.source_id = f"kinesis {url.name}"
        self._shards: dict[int, _Shard] = {}
        self._kept_s = 0.0

    def kept_since(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=max(0.0, self._kept_s - REMOVED_EARLY_S))

    def begin(self, places: Mapping[int, int]) -> Mapping[int, int]:
        try:
            told = self._stream.look()
            if told is None:
                raise BrokerAway(f"The stream {self._stream.url} is asked too often.")
            self._kept_s = told["RetentionPeriodHours"] * 3600.0
            self._shards = {shard.number: shard for shard in self._listed(places)}
            return {number: self._begun(shard) for number, shard in self._shards.items()}
        except ClientError as error:
            raise self._stream.says_no(error) from error

    def fetch(self, timeout_s: float) -> Sequence[Arrived]:
        until = time.monotonic() + timeout_s
        try:
            while True:
                shard = min(self._readable(), key=lambda shard: shard.due_at, default=None)
                due_at = until if shard is None else min(shard.due_at, until)
                time.sleep(max(0.0, due_at - time.monotonic()))
                if shard is None or shard.due_at > until:
                    return []
                if arrived := self._read(shard):
                    return arrived
        except ClientError as error:
            raise self._stream.says_no(error) from error

    def ends(self) -> _Ends:
        for shard in self._shards.values():
            # Somebody may wait for it. One that was slowed down waits longer.
            if shard.whole_at is not None:
                shard.due_at = min(shard.due_at, shard.asked_at + READ_AGAIN_S)
        return _Ends(list(self._shards.values()), time.monotonic())

    def close(self) -> None:
        """Nothing is kept open."""

    # ── shards ───────────────────────────────────────────────────────────────────────────────────────────

    def _listed(self, places: Mapping[int, int]) -> Iterator[_Shard]:
        arguments: dict[str, object] = {"StreamName": self._stream.name}
        while True:
            answer = self._stream.asked("list_shards", **arguments)
            for told in answer["Shards"]:
                parents = (told.get("ParentShardId"), told.get("AdjacentParentShardId"))
                number = number_of(told["ShardId"])
                place = places.get(number, 0)
                yield _Shard(
                    told["ShardId"],
                    number,
                    tuple(number_of(parent) for parent in parents if parent is not None),
                    place - 1 if place > 0 else None,
                )
            if (token := answer.get("NextToken")) is None:
                return
            arguments = {"NextToken": token}

    def _readable(self) -> Iterator[_Shard]:
        """What a shard has comes after all that those had from which it was made."""
        for shard in self._shards.values():
            if not shard.is_finished and all(
                parent not in self._shards or self._shards[parent].is_finished for parent in shard.parents
            ):
                yield shard

    def _look_for_children(self) -> None:
        for shard in self._listed({}):
            self._shards.setdefault(shard.number, shard)

    # ── where to go on ───────────────────────────────────────────────────────────────────────────────────

    def _begun(self, shard: _Shard) -> int:
        """Where it goes on: behind the last record that was fetched, if that is still there."""
        if shard.after is None:
            return 0
        expected = shard.after + 1
        try:
            iterator = self._iterator(shard, "AT_SEQUENCE_NUMBER")
        except ClientError as error:
            if code_of(error) not in ("InvalidArgumentException", "ResourceNotFoundException"):
                raise
            # It is of another stream, which had this name before.
            shard.after = None
            iterator = self._iterator(shard, "TRIM_HORIZON")
        for _ in range(PEEKS_MAX):
            answer = self._stream.asked("get_records", ShardIterator=iterator, Limit=1)
            if records := answer["Records"]:
                number = int(records[0]["SequenceNumber"])
                if number == shard.after:
                    shard.iterator = answer.get("NextShardIterator")
                    shard.is_finished = shard.iterator is None
                    return expected
                shard.after = number - 1
                shard.iterator = iterator
                return number
            iterator = answer.get("NextShardIterator")
            if iterator is None or answer["MillisBehindLatest"] == 0:
                break
        # Nothing is there: neither that one, nor one after it.
        shard.after = None
        shard.iterator = iterator
        shard.is_finished = iterator is None
        return expected + 1

    def _iterator(self, shard: _Shard, kind: str) -> str:
        where: dict[str, object] = {"ShardIteratorType": kind}
        if kind != "TRIM_HORIZON":
            where["StartingSequenceNumber"] = str(shard.after)
        return self._stream.asked("get_shard_iterator", StreamName=self._stream.name, ShardId=shard.id, **where)[
            "ShardIterator"
        ]

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────

    def _read(self, shard: _Shard) -> list[Arrived]:
        began = shard.asked_at = time.monotonic()
        try:
            if shard.iterator is None:
                kind = "TRIM_HORIZON" if shard.after is None else "AFTER_SEQUENCE_NUMBER"
                shard.iterator = self._iterator(shard, kind)
            answer = self._stream.asked("get_records", ShardIterator=shard.iterator, Limit=FETCHED_RECORDS_MAX)
        except ClientError as error:
            if code_of(error) == "ExpiredIteratorException":
                shard.iterator = None
            elif code_of(error) not in SLOW_DOWN:
                raise
            else:
                shard.due_at = began + SLOWED_S
                shard.whole_at = None
            return []
        arrived = [Arrived(shard.number, int(record["SequenceNumber"]), record["Data"]) for record in answer["Records"]]
        shard.iterator = answer.get("NextShardIterator")
        if arrived:
            shard.after = arrived[-1].offset
        is_whole = not arrived and answer["MillisBehindLatest"] == 0
        shard.whole_at = began if is_whole else None
        shard.due_at = began + (QUIET_S if is_whole else READ_AGAIN_S)
        if shard.iterator is None:
            shard.is_finished = True
            self._look_for_children()
        return arrived


class _Ends:
    """Of shards, at one moment. Where they end nobody tells: whoever asked a shard since then, and got nothing, has
    everything."""

    def __init__(self, shards: Sequence[_Shard], since: float) -> None:
        self._shards = shards
        self._since = since

    def messages_after(self, places: Mapping[int, int]) -> int:
        """A shard counts as one, as long as it has more."""
        return sum(not shard.is_finished and shard.whole_at is None for shard in self._shards)

    def are_before(self, places: Mapping[int, int]) -> bool:
        return all(
            shard.is_finished or (shard.whole_at is not None and shard.whole_at >= self._since)
            for shard in self._shards
        )


def number_of(shard_id: str) -> int:
    """`shardId-000000000012` is 12."""
    return int(re.sub(r"\D", "", shard_id))
