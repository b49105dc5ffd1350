"""Puts records into a stream of Kinesis: some of each call are taken, and others sent again."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError
from msgspec import Struct

from playtrace.broker_url import BrokerUrl
from playtrace.journal.broker import Done
from playtrace.journal.errors import BrokerAway, JournalFull, JournalUnavailable
from playtrace.journal.kinesis.stream import SLOW_DOWN, Stream, code_of

log = logging.getLogger("playtrace.journal")

IN_FLIGHT_MAX = 64
CALL_RECORDS_MAX = 500
CALL_BYTES_MAX = 4_900_000
"""Kinesis takes 5 MiB in one call, with the keys."""
PUT_SECONDS_MAX = 3.0
"""For one call."""
TRY_SECONDS_MAX = 2.0
"""So long what was surely not taken is sent again: with a call after that, `DELIVERY_SECONDS_MAX` is over."""
TRY_AGAIN_S = 0.1
GAMES_MAX = 100_000
"""So many have keys of their own in one process."""
NOT_TAKEN = SLOW_DOWN | {"InternalFailure", "ResourceInUseException"}
"""What a record, or a call, is told that was surely not taken, and may be a moment later."""

Results = list[JournalUnavailable | None]


class _Sending(Struct, eq=False):
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
        self._stream = Stream(url, PUT_SECONDS_MAX)
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
        told: set[_Sending] = set()
        for sending, result in zip(call, results, strict=True):
            if result is None:
                # Numbers of Kinesis have more bits than clients have for one.
                self._told = max(self._told + 1, int(time.time() * 1000))
                sending.done(self._told)
            elif time.monotonic() < sending.try_until:
                continue
            else:
                sending.done(result)
            told.add(sending)
        if len(told) < len(call):
            time.sleep(TRY_AGAIN_S)
        return [sending for sending in pending if sending not in told]

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
        if sending.key in keys:
            continue
        size += sending.size
        if len(keys) == CALL_RECORDS_MAX or (keys and size > CALL_BYTES_MAX):
            return
        keys.add(sending.key)
        yield sending


def _result(url: BrokerUrl, record: Mapping[str, Any]) -> JournalUnavailable | None:
    if record.get("SequenceNumber") is not None:
        return None
    code = record.get("ErrorCode", "")
    return _slow(url, code) if code in SLOW_DOWN else BrokerAway(f"The stream {url} did not take a record: {code}")


def _slow(url: BrokerUrl, code: str) -> JournalFull:
    return JournalFull(f"The stream {url} takes no more at the moment ({code}): it may need more shards.")
