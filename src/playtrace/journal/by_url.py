"""The journal by its address (`journal_url`): who takes entries, and where those come from that others took.

Without one, and with `sqlite:`, it is a file in the data folder. With the address of a broker collecting puts entries
there, and whoever loads fetches them into its file.
"""

from __future__ import annotations

from playtrace.broker_url import BrokerUrl, broker_url
from playtrace.config import Settings
from playtrace.journal.broker import Sender, Source
from playtrace.journal.inlet import Inlet
from playtrace.journal.outlet import Outlet
from playtrace.journal.sink import Sink
from playtrace.journal.sqlite import Journal
from playtrace.shares import ALL, Share


class NoDriver(ValueError):
    """The library that speaks to this broker is not installed."""


def is_broker(settings: Settings) -> bool:
    return broker_of(settings) is not None


def broker_of(settings: Settings) -> BrokerUrl | None:
    """None where the journal is a file."""
    url = settings.journal.url
    return None if url is None else broker_url(url.get_secret_value())


def open_outlet(settings: Settings) -> Outlet:
    """Of a journal that a broker keeps. Raises `NoDriver`."""
    broker = broker_of(settings)
    if broker is None:
        raise ValueError("journal_url names no broker")
    return Outlet(open_sender(broker))


def open_sink(settings: Settings) -> Sink:
    """Raises `NoDriver`, and what opening the file raises."""
    broker = broker_of(settings)
    return Journal.open(settings.journal_path, settings) if broker is None else Outlet(open_sender(broker))


def open_inlet(settings: Settings, journal: Journal, share: Share = ALL) -> Inlet | None:
    """None where there is nothing to fetch. Raises `NoDriver`."""
    broker = broker_of(settings)
    return None if broker is None else Inlet(open_source(broker, share), journal)


def open_sender(broker: BrokerUrl) -> Sender:
    """Libraries of brokers are extras, and take their time to import. Raises `NoDriver`."""
    try:
        if broker.scheme == "kafka":
            from playtrace.journal.kafka import KafkaSender

            return KafkaSender(broker)
        if broker.scheme == "kinesis":
            from playtrace.journal.kinesis.sending import KinesisSender

            return KinesisSender(broker)
        from playtrace.journal.nats import NatsSender

        return NatsSender(broker)
    except ModuleNotFoundError as error:
        raise _no_driver(broker) from error


def open_source(broker: BrokerUrl, share: Share = ALL) -> Source:
    """Of the partitions of a share. Raises `NoDriver`."""
    try:
        if broker.scheme == "kafka":
            from playtrace.journal.kafka import KafkaSource

            return KafkaSource(broker, share)
        if broker.scheme == "kinesis":
            from playtrace.journal.kinesis.fetching import KinesisSource

            return KinesisSource(broker)
        from playtrace.journal.nats import NatsSource

        return NatsSource(broker, share)
    except ModuleNotFoundError as error:
        raise _no_driver(broker) from error


def _no_driver(broker: BrokerUrl) -> NoDriver:
    return NoDriver(f"A journal at {broker} needs playtrace[{broker.scheme}]: pip install 'playtrace[{broker.scheme}]'")
