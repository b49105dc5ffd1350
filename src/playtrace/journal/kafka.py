"""Kafka, and what speaks its protocol, as a broker of the journal: `kafka://[user:password@]host[:port],…/topic?options`

Options are those of librdkafka (`security.protocol=SASL_SSL`), and two of ours: `partitions` and `replicas` of a topic
that is not there yet. What exactness depends on is set here and cannot be set otherwise.

Sent is with an idempotent producer and `acks=all`: what the broker acknowledged is on all replicas that are in sync,
once, in order. Fetched is from partitions that are named, without a group: where to go on is known to the journal of
whoever loads, and Kafka is never asked to remember it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from playtrace.broker_url import BrokerUrl
from playtrace.journal.broker import (
    DELIVERY_SECONDS_MAX,
    KEPT_S,
    Arrived,
    Done,
    NumberedEnds,
    partitions_of,
)
from playtrace.journal.errors import BrokerAway
from playtrace.journal.messages import MESSAGE_BYTES_MAX
from playtrace.shares import ALL, Share, part_of

log = logging.getLogger("playtrace.journal")

IN_FLIGHT_MAX = 16
"""Of ours. How many of them Kafka's client has under way itself is its own matter: it keeps them in order."""
LOOK_SECONDS_MAX = 5.0
PARTITIONS = 8
"""Of a topic that is made here: so many loaders may share it."""
BATCH_MESSAGES_MAX = 256
FETCHED_KIBIBYTES_MAX = 32 * 1024
POLL_S = 0.1
LOOK_AGAIN_S = 1.0
LOOK_FOR_MORE_S = 30.0
"""So often it is looked whether the topic has more partitions than before."""
GIVEN_UP = (
    KafkaError.INVALID_PRODUCER_EPOCH,
    KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
    KafkaError.PRODUCER_FENCED,
    KafkaError.UNKNOWN_PRODUCER_ID,
)
"""Errors after which the broker takes nothing from this producer any more: it has forgotten it, or counts otherwise."""
OURS = ("partitions", "replicas")


def _client_options(url: BrokerUrl) -> dict[str, Any]:
    options: dict[str, Any] = {name: value for name, value in url.options.items() if name not in OURS}
    options["bootstrap.servers"] = ",".join(url.hosts)
    options["client.id"] = "playtrace"
    options.setdefault("reconnect.backoff.max.ms", 500)
    if url.user is not None:
        options |= {"sasl.username": url.user, "sasl.password": url.password or ""}
        options.setdefault("sasl.mechanism", "PLAIN")
        options.setdefault("security.protocol", "SASL_SSL")
    # What it has to say is told by the calls that fail.
    options["log_level"] = 0
    return options


def _partitions(url: BrokerUrl, client: Producer | Consumer) -> list[int]:
    """Of the topic, which is made where it is not there. Raises `BrokerAway`."""
    try:
        topic = _topic(url, client)
        if topic is None:
            _make_topic(url)
        began = time.monotonic()
        # It is known, and led by somebody, a moment after it was made.
        while topic is None or topic.error is not None or not topic.partitions:
            if time.monotonic() - began > LOOK_SECONDS_MAX:
                raise BrokerAway(f"The broker {url} has no topic of this name that can be used.")
            time.sleep(POLL_S)
            topic = _topic(url, client)
    except KafkaException as error:
        raise BrokerAway(f"The broker {url} does not answer: {error}") from error
    return sorted(topic.partitions)


def _topic(url: BrokerUrl, client: Producer | Consumer) -> Any:
    """None where it is not there. Looked for among all, as one that is asked for by name may be made by that, not as we
    want it. Raises `KafkaException`."""
    return client.list_topics(timeout=LOOK_SECONDS_MAX).topics.get(url.name)


def _make_topic(url: BrokerUrl) -> None:
    """Another process may be doing the same. Raises `KafkaException`."""
    topic = NewTopic(
        url.name,
        num_partitions=url.number("partitions", PARTITIONS),
        replication_factor=url.number("replicas", -1),
        config={"retention.ms": str(KEPT_S * 1000)},
    )
    # Without a name of its own the client would end before it was answered.
    client = AdminClient(_client_options(url))
    making = client.create_topics([topic], request_timeout=LOOK_SECONDS_MAX)
    try:
        making[url.name].result(LOOK_SECONDS_MAX)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


class KafkaSender:
    in_flight_max = IN_FLIGHT_MAX

    def __init__(self, url: BrokerUrl) -> None:
        self._url = url
        self._stopping = threading.Event()
        self._partitions = 0
        """How many there are; 0 while that is not known."""
        self._has_given_up = False
        """Whether the producer cannot tell any more whether it would send something twice: it takes nothing again."""
        self._producer = self._made()
        self._look_for_topic()
        self._thread = threading.Thread(target=self._serve, name="kafka", daemon=True)
        self._thread.start()

    def _made(self) -> Producer:
        return Producer(
            _client_options(self._url)
            | {
                "enable.idempotence": True,
                "acks": "all",
                # Entries were gathered before, and compressed.
                "linger.ms": 0,
                "compression.type": "none",
                "message.timeout.ms": int(DELIVERY_SECONDS_MAX * 1000),
                "message.max.bytes": MESSAGE_BYTES_MAX + 1024,
            }
        )

    def partition_of(self, game_id: str) -> int:
        return part_of(game_id, self._partitions or 1)

    def send(self, partition: int, message: bytes, done: Done) -> None:
        if self._partitions == 0:
            done(BrokerAway(f"The broker {self._url} does not answer."))
            return

        def told(error: KafkaError | None, delivered: Message) -> None:
            if error is None and (offset := delivered.offset()) is not None and offset >= 0:
                done(offset)
            elif error is None:
                # It says that it has this one, from before, and not where: whether it is this one is not certain.
                done(BrokerAway(f"The broker {self._url} acknowledged, and did not tell where it put it."))
            else:
                self._has_given_up |= error.fatal() or error.code() in GIVEN_UP
                done(BrokerAway(f"The broker {self._url} did not acknowledge: {error.str()}"))

        try:
            self._producer.produce(self._url.name, message, partition=partition, on_delivery=told)
        except (KafkaException, BufferError) as error:
            done(BrokerAway(f"The broker {self._url} cannot be sent to: {error}"))

    def look(self) -> None:
        _partitions(self._url, self._producer)

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._producer.flush(DELIVERY_SECONDS_MAX + 1)

    def _look_for_topic(self) -> None:
        try:
            self._partitions = len(_partitions(self._url, self._producer))
        except BrokerAway as error:
            log.warning("the broker does not answer, will be tried again", extra={"error": str(error)})

    def _serve(self) -> None:
        """Has the client tell what came of messages; looks for the topic until it is found."""
        looked_at = time.monotonic()
        while not self._stopping.is_set():
            if self._partitions == 0 and time.monotonic() - looked_at > LOOK_AGAIN_S:
                self._look_for_topic()
                looked_at = time.monotonic()
            self._producer.poll(POLL_S)
            if self._has_given_up:
                log.error("the producer gave up and is made anew")
                gone, self._producer, self._has_given_up = self._producer, self._made(), False
                gone.purge()
                gone.flush(1)


class KafkaSource:
    has_gaps: ClassVar[bool] = False

    def __init__(self, url: BrokerUrl, share: Share = ALL) -> None:
        self._url = url
        self._share = share
        self.source_id = f"kafka {url.name}"
        self._consumer = Consumer(
            _client_options(url)
            | {
                # It has to have a name, and is never joined.
                "group.id": "playtrace",
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "error",
                "enable.partition.eof": False,
                "isolation.level": "read_committed",
                "queued.max.messages.kbytes": FETCHED_KIBIBYTES_MAX,
                "fetch.error.backoff.ms": 50,
            }
        )
        self._partitions: list[int] = []
        self._looked_at = 0.0

    def begin(self, places: Mapping[int, int]) -> Mapping[int, int]:
        self._partitions = self._look()
        begun: dict[int, int] = {}
        for partition in self._partitions:
            first, end = self._bounds(partition)
            place = places.get(partition, first)
            begun[partition] = place if first <= place <= end else first
        try:
            self._consumer.assign([TopicPartition(self._url.name, *place) for place in begun.items()])
        except KafkaException as error:
            raise BrokerAway(f"The broker {self._url} cannot be read: {error}") from error
        return begun

    def fetch(self, timeout_s: float) -> Sequence[Arrived]:
        try:
            first = self._consumer.poll(timeout_s)
            if first is None:
                return []
            messages = [first, *self._consumer.consume(BATCH_MESSAGES_MAX, 0)]
        except (KafkaException, RuntimeError) as error:
            raise BrokerAway(f"The broker {self._url} cannot be read: {error}") from error
        arrived: list[Arrived] = []
        for message in messages:
            if (error := message.error()) is not None:
                if arrived and not error.fatal():
                    break  # these first; the error comes again
                raise BrokerAway(f"The broker {self._url} cannot be read: {error.str()}")
            partition, offset = message.partition(), message.offset()
            # The client's types know errors too, which may be of no partition; a message that was fetched has both.
            assert partition is not None and offset is not None  # noqa: S101 - for the type checker
            arrived.append(Arrived(partition, offset, message.value() or b""))
        return arrived

    def kept_since(self) -> None:
        return None

    def ends(self) -> NumberedEnds:
        if time.monotonic() - self._looked_at > LOOK_FOR_MORE_S and self._look() != self._partitions:
            raise BrokerAway(f"The topic {self._url} has other partitions than before.")
        return NumberedEnds({partition: self._bounds(partition)[1] for partition in self._partitions})

    def close(self) -> None:
        self._consumer.close()

    def _look(self) -> list[int]:
        self._looked_at = time.monotonic()
        return partitions_of(self._share, _partitions(self._url, self._consumer), self._url)

    def _bounds(self, partition: int) -> tuple[int, int]:
        """The first offset that there is, and the one that comes next."""
        where = TopicPartition(self._url.name, partition)
        try:
            return self._consumer.get_watermark_offsets(where, timeout=LOOK_SECONDS_MAX, cached=False)
        except KafkaException as error:
            raise BrokerAway(f"The broker {self._url} cannot be read: {error}") from error
