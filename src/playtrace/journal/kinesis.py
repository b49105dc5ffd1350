"""Amazon Kinesis as a broker of the journal: `kinesis://stream?region=…&endpoint=…`

Credentials come by the usual ways of AWS: the environment, a profile, a role. Options: `region`, unless the environment
says it; `endpoint`, for one inside a network of one's own; `partitions`, the shards of a stream that is not there yet,
which else has as many as it needs (on demand).

A record has the game as its key, which says in what shard it is: so what is of one game stays in order when shards are
split and merged. Kinesis promises no order within a call, and takes some records of a call and refuses others. So a
call has one record of a game, at most, and the next one of it goes when that one is there. Sent again is what was
surely not taken; where nobody knows, the client is told to come again, and its event ids count once.

A shard is a partition, with its number. Numbers of records have gaps, so they tell no loss; what Kinesis removes is
old, and when everything was here last is written down (`Arrivals.note_whole`).
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError
from msgspec import Struct

from playtrace.broker_url import BrokerUrl
from playtrace.journal.broker import KEPT_S, Arrived, Done
from playtrace.journal.errors import BrokerAway, JournalFull, JournalUnavailable

log = logging.getLogger("playtrace.journal")

IN_FLIGHT_MAX = 64
CALL_RECORDS_MAX = 500
CALL_BYTES_MAX = 4_900_000
"""Kinesis takes 5 MiB in one call, with the keys."""
CONNECT_SECONDS_MAX = 2.0
PUT_SECONDS_MAX = 3.0
"""For one call."""
TRY_SECONDS_MAX = 2.0
"""So long what was surely not taken is sent again: with a call after that, `DELIVERY_SECONDS_MAX` is over."""
TRY_AGAIN_S = 0.1
ANSWER_SECONDS_MAX = 5.0
"""For everything else that Kinesis is asked."""
GAMES_MAX = 100_000
"""So many have keys of their own in one process."""
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

SLOW_DOWN = frozenset(
    {
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
    }
)
NOT_TAKEN = SLOW_DOWN | {"InternalFailure", "ResourceInUseException"}
"""What a record, or a call, is told that was surely not taken, and may be a moment later."""


class _Stream:
    """A stream, and who asks it."""

    def __init__(self, url: BrokerUrl, answer_seconds_max: float) -> None:
        self.url = url
        self.name = url.name
        self._answer_seconds_max = answer_seconds_max
        self._client: Any = None
        self._is_made_here = False
        self._making = threading.Lock()

    @property
    def client(self) -> Any:
        """Raises `BotoCoreError`, such as one that says that no region is known."""
        with self._making:
            if self._client is None:
                self._client = botocore.session.get_session().create_client(
                    "kinesis",
                    region_name=self.url.options.get("region"),
                    endpoint_url=self.url.options.get("endpoint"),
                    config=Config(
                        connect_timeout=CONNECT_SECONDS_MAX,
                        read_timeout=self._answer_seconds_max,
                        # The client would send again what may have been taken.
                        retries={"total_max_attempts": 1},
                    ),
                )
            return self._client

    def asked(self, operation: str, **arguments: object) -> dict[str, Any]:
        """Raises `BrokerAway`, and `ClientError` where Kinesis has an answer that says no."""
        try:
            return getattr(self.client, operation)(**arguments)
        except BotoCoreError as error:
            raise BrokerAway(f"The stream {self.url} does not answer: {error}") from error

    def look(self) -> dict[str, Any] | None:
        """What it says of itself; None where it is asked too often. Raises `BrokerAway`, and makes the stream where it
        is not there."""
        try:
            told = self._summary()
        except ClientError as error:
            if code_of(error) in SLOW_DOWN:
                return None
            if code_of(error) != "ResourceNotFoundException":
                raise self.says_no(error) from error
            told = self._made()
        if told["StreamStatus"] not in ("ACTIVE", "UPDATING"):
            raise BrokerAway(f"The stream {self.url} is not ready: {told['StreamStatus'].lower()}.")
        if self._is_made_here:
            self._keep_for_long()
        return told

    def _summary(self) -> dict[str, Any]:
        return self.asked("describe_stream_summary", StreamName=self.name)["StreamDescriptionSummary"]

    def _made(self) -> dict[str, Any]:
        """Another process may be doing the same."""
        shards = self.url.number("partitions", 0)
        how = {"ShardCount": shards} if shards else {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
        try:
            self.asked("create_stream", StreamName=self.name, **how)
            self._is_made_here = True
        except ClientError as error:
            if code_of(error) != "ResourceInUseException":
                raise self.says_no(error) from error
        try:
            return self._summary()
        except ClientError as error:
            raise self.says_no(error) from error

    def _keep_for_long(self) -> None:
        try:
            self.asked("increase_stream_retention_period", StreamName=self.name, RetentionPeriodHours=KEPT_S // 3600)
        except ClientError as error:
            raise self.says_no(error) from error
        self._is_made_here = False

    def says_no(self, error: ClientError) -> BrokerAway:
        return BrokerAway(f"The stream {self.url} refuses: {error}")


def code_of(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


# ── sending ──────────────────────────────────────────────────────────────────────────────────────────────


Results = list[JournalUnavailable | None]


class _Sending(Struct):
    key: str
    message: bytes
    done: Done
    try_until: float
    """On the monotonic clock."""

    @property
    def size(self) -> int:
        return len(self.message) + len(self.key.encode())


class KinesisSender:
    in_flight_max = IN_FLIGHT_MAX

    def __init__(self, url: BrokerUrl) -> None:
        self._stream = _Stream(url, PUT_SECONDS_MAX)
        self._partitions: dict[str, int] = {}
        """By game, in the order in which they came: a record has no shard, it has a key."""
        self._keys: list[str] = []
        self._told = 0
        """The last number that somebody was told."""
        self._waiting: queue.SimpleQueue[_Sending | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="kinesis", daemon=True)
        self._thread.start()

    def partition_of(self, game_id: str) -> int:
        key = game_id or "-"
        if (partition := self._partitions.get(key)) is not None:
            return partition
        if len(self._keys) >= GAMES_MAX:
            return 0
        self._keys.append(key)
        return self._partitions.setdefault(key, len(self._keys) - 1)

    def send(self, partition: int, message: bytes, done: Done) -> None:
        self._waiting.put(_Sending(self._keys[partition], message, done, time.monotonic() + TRY_SECONDS_MAX))

    def look(self) -> None:
        self._stream.look()

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        pending: list[_Sending] = []
        is_closing = False
        while not (is_closing and not pending):
            try:
                while True:
                    item = self._waiting.get(block=not pending and not is_closing)
                    if item is None:
                        is_closing = True
                    else:
                        pending.append(item)
            except queue.Empty:
                pass
            if pending:
                pending = self._put(pending)

    def _put(self, pending: list[_Sending]) -> list[_Sending]:
        """One call. Returns those that are to be sent after it, in their order."""
        call = list(_one_call(pending))
        results = self._results(call)
        if isinstance(results, JournalUnavailable):
            # What waited meanwhile has waited for nothing, too.
            for sending in pending:
                sending.done(results)
            return []
        told = {id(sending) for sending in call}
        again: list[_Sending] = []
        for sending, result in zip(call, results, strict=True):
            if result is None:
                # Numbers of Kinesis have more bits than clients have for one.
                self._told = max(self._told + 1, int(time.time() * 1000))
                sending.done(self._told)
            elif time.monotonic() < sending.try_until:
                again.append(sending)
                told.discard(id(sending))
            else:
                sending.done(result)
        if again:
            time.sleep(TRY_AGAIN_S)
        return [sending for sending in pending if id(sending) not in told]

    def _results(self, call: Sequence[_Sending]) -> Results | JournalUnavailable:
        """By record nothing, where it is there, or why it was surely not taken; or why nobody knows of all of them."""
        records = [{"Data": sending.message, "PartitionKey": sending.key} for sending in call]
        try:
            answer = self._stream.client.put_records(StreamName=self._stream.name, Records=records)
        except ClientError as error:
            code = code_of(error)
            if code == "ResourceNotFoundException":
                return _all(call, self._not_ready())
            refusal = _slow(self._stream.url, code) if code in SLOW_DOWN else self._stream.says_no(error)
            return _all(call, refusal) if code in NOT_TAKEN else refusal
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            return _all(call, BrokerAway(f"The stream {self._stream.url} cannot be reached: {error}"))
        except BotoCoreError as error:
            return BrokerAway(f"The stream {self._stream.url} did not acknowledge: {error}")
        except Exception as error:
            log.exception("could not send to the broker")
            return BrokerAway(f"The stream {self._stream.url} cannot be sent to: {error}")
        return [_result(self._stream.url, record) for record in answer["Records"]]

    def _not_ready(self) -> BrokerAway:
        """It was not there. It is made, and takes records a moment later."""
        try:
            self._stream.look()
        except BrokerAway as error:
            return error
        return BrokerAway(f"The stream {self._stream.url} is not ready.")


def _all(call: Sequence[_Sending], refusal: JournalUnavailable) -> Results:
    return [refusal for _ in call]


def _one_call(pending: Sequence[_Sending]) -> Iterator[_Sending]:
    keys: set[str] = set()
    size = 0
    for sending in pending:
        size += sending.size
        if len(keys) == CALL_RECORDS_MAX or (keys and size > CALL_BYTES_MAX):
            return
        if sending.key in keys:
            size -= sending.size
            continue
        keys.add(sending.key)
        yield sending


def _result(url: BrokerUrl, record: Mapping[str, Any]) -> JournalUnavailable | None:
    if record.get("SequenceNumber") is not None:
        return None
    code = record.get("ErrorCode", "")
    return _slow(url, code) if code in SLOW_DOWN else BrokerAway(f"The stream {url} did not take a record: {code}")


def _slow(url: BrokerUrl, code: str) -> JournalFull:
    return JournalFull(f"The stream {url} takes no more at the moment ({code}): it may need more shards.")


# ── fetching ─────────────────────────────────────────────────────────────────────────────────────────────


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
        self._stream = _Stream(url, ANSWER_SECONDS_MAX)
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
