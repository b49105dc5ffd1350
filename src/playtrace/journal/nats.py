"""NATS JetStream as a broker of the journal: `nats://[user:password@]host[:port],…/stream?option=…`

A partition is a stream: the first has the name that the address says, others that name and a number. Sent is one
message at a time, each with an id: one that is sent again, because nobody knows whether it arrived, is there once.
Durable means what the stream's storage means: with `sync_interval: always` in the server's configuration, or with
several replicas, what it acknowledges outlives a power cut.

Options: `partitions`, the same for all who send and fetch, as a game is in one of them by its name; `replicas` of
streams that are not there yet; `tls=true`.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import Future, wait
from typing import Any, ClassVar, TypeVar

from nats.aio.client import Client
from nats.errors import Error
from nats.js import JetStreamContext, api
from nats.js.errors import APIError, NotFoundError

from playtrace.broker_url import BrokerUrl
from playtrace.journal.broker import (
    DELIVERY_SECONDS_MAX,
    KEPT_S,
    Arrived,
    Done,
    NumberedEnds,
    partitions_of,
)
from playtrace.journal.errors import BrokerAway, JournalFull, JournalUnavailable
from playtrace.shares import ALL, Share, part_of

log = logging.getLogger("playtrace.journal")

TRY_SECONDS_MAX = 2.0
"""For one try to send, of those that `DELIVERY_SECONDS_MAX` has room for."""
ANSWER_SECONDS_MAX = 5.0
"""For everything else that the server is asked."""
TRY_AGAIN_S = 0.1
DUPLICATES_S = 120.0
"""So long the server remembers ids of messages: much longer than anybody tries to send one."""
BATCH_MESSAGES_MAX = 32
IDLE_S = 300.0
"""A consumer that nobody has asked for so long is forgotten by the server."""
STREAM_FULL = (10077, 10122, 10049)
"""Of JetStream's errors, those of a stream, or an account, that takes no more: there is `discard: new`."""

T = TypeVar("T")


class _Connection:
    """A connection in an event loop and thread of its own; it is made anew for as long as it takes."""

    def __init__(self, url: BrokerUrl) -> None:
        self.url = url
        self.partitions = url.number("partitions", 1)
        self.loop = asyncio.new_event_loop()
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self.are_streams_known = False
        """Whether they were there when last looked for: somebody may remove one."""
        self._thread = threading.Thread(target=self.loop.run_forever, name="nats", daemon=True)
        self._thread.start()

    def asked(self, work: Coroutine[Any, Any, T]) -> T:
        """From another thread. Raises `BrokerAway`."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self.loop).result()
        except (Error, OSError) as error:
            self.are_streams_known = False
            raise BrokerAway(f"The broker {self.url} does not answer: {error!r}") from error

    def stream_of(self, partition: int) -> str:
        return f"{self.url.name}-{partition}" if partition else self.url.name

    def subject_of(self, partition: int) -> str:
        return f"{self.stream_of(partition)}.entries"

    async def state(self, partition: int) -> api.StreamState:
        """Raises `nats.errors.Error`, and `OSError`."""
        return (await (await self.streams()).stream_info(self.stream_of(partition))).state

    async def streams(self) -> JetStreamContext:
        """Raises `nats.errors.Error`, and `OSError`."""
        async with self._connecting:
            if self._client is None or self._client.is_closed:
                self._client = await self._connected()
        streams = self._client.jetstream(timeout=ANSWER_SECONDS_MAX)
        if not self.are_streams_known:
            for partition in range(self.partitions):
                await self._make_stream(streams, partition)
            await self._refuse_more_partitions(streams)
            self.are_streams_known = True
        return streams

    async def _connected(self) -> Client:
        client = Client()
        try:
            await client.connect(
                [f"nats://{host}" for host in self.url.hosts],
                name="playtrace",
                user=self.url.user,
                password=self.url.password,
                tls=ssl.create_default_context() if self.url.options.get("tls") == "true" else None,
                connect_timeout=int(ANSWER_SECONDS_MAX),
                # What has ended is made anew by whoever needs it next: a consumer may have ended with it.
                allow_reconnect=False,
                error_cb=_note,
            )
        except BaseException:
            await client.close()
            raise
        return client

    async def _make_stream(self, streams: JetStreamContext, partition: int) -> None:
        try:
            await streams.stream_info(self.stream_of(partition))
        except NotFoundError:
            # Where another process makes it at the same time, both say the same.
            await streams.add_stream(
                name=self.stream_of(partition),
                subjects=[self.subject_of(partition)],
                storage=api.StorageType.FILE,
                retention=api.RetentionPolicy.LIMITS,
                # What nobody has fetched yet is not pushed out by what comes.
                discard=api.DiscardPolicy.NEW,
                max_age=KEPT_S,
                duplicate_window=DUPLICATES_S,
                num_replicas=self.url.number("replicas", 1),
            )

    async def _refuse_more_partitions(self, streams: JetStreamContext) -> None:
        """Where others count more of them, games would be in other partitions for them than for us."""
        try:
            await streams.stream_info(self.stream_of(self.partitions))
        except NotFoundError:
            return
        raise Error(
            f"there is a stream {self.stream_of(self.partitions)}, so it has more than {self.partitions} partitions:"
            " ?partitions=… is to be the same for all"
        )

    @property
    def is_open(self) -> bool:
        return self._client is not None and self._client.is_connected

    def close(self) -> None:
        self.asked(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _close(self) -> None:
        if self._client is not None and not self._client.is_closed:
            await self._client.close()


async def _note(error: Exception) -> None:
    """Whoever asked is told; this is what happens between."""
    log.debug("nats", extra={"error": str(error)})


class NatsSender:
    in_flight_max = 1

    def __init__(self, url: BrokerUrl) -> None:
        self._connection = _Connection(url)
        self._last: Future[None] | None = None
        """What is on its way."""

    def partition_of(self, game_id: str) -> int:
        return part_of(game_id, self._connection.partitions)

    def send(self, partition: int, message: bytes, done: Done) -> None:
        self._last = asyncio.run_coroutine_threadsafe(self._deliver(partition, message, done), self._connection.loop)

    def look(self) -> None:
        self._connection.asked(self._connection.state(0))

    def close(self) -> None:
        if self._last is not None:
            wait([self._last])
        self._connection.close()

    async def _deliver(self, partition: int, message: bytes, done: Done) -> None:
        try:
            async with asyncio.timeout(DELIVERY_SECONDS_MAX):
                result = await self._publish(partition, message)
        except TimeoutError:
            result = BrokerAway(f"The broker {self._connection.url} did not acknowledge in time.")
        except Exception as error:
            log.exception("could not send to the broker")
            result = BrokerAway(f"The broker {self._connection.url} cannot be sent to: {error}")
        done(result)

    async def _publish(self, partition: int, message: bytes) -> int | JournalUnavailable:
        """Tries until it is cancelled. Each try has the same id: the stream has the message once."""
        url = self._connection.url
        headers = {api.Header.MSG_ID.value: str(uuid.uuid4())}
        while True:
            try:
                streams = await self._connection.streams()
                acknowledged = await streams.publish(
                    self._connection.subject_of(partition),
                    message,
                    timeout=TRY_SECONDS_MAX,
                    stream=self._connection.stream_of(partition),
                    headers=headers,
                )
            except APIError as error:
                if error.err_code in STREAM_FULL:
                    return JournalFull(f"The stream {url} takes no more: {error.description}")
                if error.code is not None and error.code < 500:
                    return BrokerAway(f"The stream {url} refuses: {error.description}")
            except (Error, OSError):
                self._connection.are_streams_known = False
            else:
                return acknowledged.seq
            await asyncio.sleep(TRY_AGAIN_S)


class NatsSource:
    has_gaps: ClassVar[bool] = False

    def __init__(self, url: BrokerUrl, share: Share = ALL) -> None:
        self.source_id = f"nats {url.name}"
        self._url = url
        self._share = share
        self._connection = _Connection(url)
        self._partitions: list[_Partition] = []

    def begin(self, places: Mapping[int, int]) -> Mapping[int, int]:
        own = partitions_of(self._share, range(self._connection.partitions), self._url)
        self._partitions = [_Partition(self._connection, number) for number in own]
        return self._connection.asked(self._begin(places))

    def fetch(self, timeout_s: float) -> Sequence[Arrived]:
        return self._connection.asked(self._fetch(timeout_s))

    def kept_since(self) -> None:
        return None

    def ends(self) -> NumberedEnds:
        return NumberedEnds(self._connection.asked(self._ends()))

    def close(self) -> None:
        self._connection.close()

    async def _begin(self, places: Mapping[int, int]) -> Mapping[int, int]:
        return {one.number: await one.begin(places.get(one.number)) for one in self._partitions}

    async def _fetch(self, timeout_s: float) -> Sequence[Arrived]:
        arrived = await asyncio.gather(*[one.fetch(timeout_s) for one in self._partitions])
        return [message for of_one in arrived for message in of_one]

    async def _ends(self) -> Mapping[int, int]:
        return {one.number: (await self._connection.state(one.number)).last_seq + 1 for one in self._partitions}


class _Partition:
    """What is fetched of one of them."""

    def __init__(self, connection: _Connection, number: int) -> None:
        self.number = number
        self._connection = connection
        self._stream = connection.stream_of(number)
        self._subject = connection.subject_of(number)
        self._subscription: JetStreamContext.PullSubscription | None = None
        self._next = 0

    async def begin(self, place: int | None) -> int:
        state = await self._connection.state(self.number)
        first = max(state.first_seq, 1)
        if place is None or not first <= place <= state.last_seq + 1:
            place = first
        streams = await self._connection.streams()
        self._subscription = await streams.pull_subscribe(
            self._subject,
            stream=self._stream,
            config=api.ConsumerConfig(
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=place,
                ack_policy=api.AckPolicy.NONE,
                inactive_threshold=IDLE_S,
                mem_storage=True,
                num_replicas=1,
            ),
        )
        self._next = place
        return place

    async def fetch(self, timeout_s: float) -> Sequence[Arrived]:
        if self._subscription is None:
            raise Error("not begun")
        try:
            messages = await self._subscription.fetch(BATCH_MESSAGES_MAX, timeout=timeout_s)
        except TimeoutError:  # the client's own, and what it lets through: nothing came
            if not self._connection.is_open:
                raise
            return []
        arrived: list[Arrived] = []
        for message in messages:
            sequence = message.metadata.sequence.stream
            if sequence != self._next and not await self._are_removed_before(sequence):
                if not arrived:
                    raise Error(f"message {self._next} was lost on its way")
                break  # these first
            arrived.append(Arrived(self.number, sequence, message.data))
            self._next = sequence + 1
        return arrived

    async def _are_removed_before(self, sequence: int) -> bool:
        """Whether the stream has none between what was fetched and this one: somebody has removed them."""
        streams = await self._connection.streams()
        next_ = await streams.get_msg(self._stream, seq=self._next, subject=self._subject, next=True)
        return next_.seq == sequence
