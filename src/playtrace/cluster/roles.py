"""Which roles can be had, alone and together, and what each needs."""

from __future__ import annotations

from playtrace.config import ROLES, Settings
from playtrace.journal.by_url import broker_of, is_broker
from playtrace.mirrors.from_settings import urls_of
from playtrace.serving.listening import StartError

POSSIBLE = frozenset(
    frozenset(names.split(",")) for names in ("collect", "load", "ask", "load,ask", "collect,load,ask")
)


def check_role(settings: Settings) -> None:
    """Raises `StartError` for a role that cannot be had with these settings."""
    roles = settings.roles
    if roles == frozenset(ROLES):
        if settings.load.shares > 1:
            raise StartError(_one_has_all(settings))
        return
    if roles not in POSSIBLE:
        raise StartError(
            f"The role {settings.role} cannot be had: say collect, load or ask, or load,ask, which is one server that"
            " does both."
        )
    if not is_broker(settings):
        raise StartError(
            f"The role {settings.role} needs a broker between those who take events and whoever loads them: set"
            " journal_url, such as kafka://broker:9092/playtrace."
        )
    if {"load", "ask"} <= roles:
        if settings.load.shares > 1:
            raise StartError(_one_has_all(settings))
    elif "collect" not in roles:
        _check_apart(settings)


def _check_apart(settings: Settings) -> None:
    """Of one that loads, or asks, and leaves the other to others."""
    if settings.registry.url is None:
        raise StartError(
            f"The role {settings.role} needs a registry that all servers of a cluster reach: set registry_url, such as"
            " postgresql://playtrace@registry.example/playtrace."
        )
    if settings.store.url is None:
        raise StartError(
            f"The role {settings.role} needs a ClickHouse, in which what is loaded comes together and metrics are"
            " asked: set store_url, such as clickhouse://playtrace@clickhouse.example:8123/playtrace."
        )
    broker = broker_of(settings)
    if settings.load.shares > 1 and broker is not None and broker.scheme == "kinesis":
        raise StartError(
            "The shards of Kinesis are split and merged, and games with them: they cannot be dealt out in shares that"
            " stay. Load in one share (load_shares=1), or use Kafka or NATS."
        )
    if settings.load.shares > 1 and (mirrors := urls_of(settings.mirrors)):
        raise StartError(
            f"A mirror follows one store, and with load_shares={settings.load.shares} there are several: leave out what"
            f" makes {', '.join(mirrors)} in the settings, or load in one share."
        )


def _one_has_all(settings: Settings) -> str:
    return (
        f"One server that loads and answers has all games. With load_shares={settings.load.shares} say load in as many"
        " places, and ask in as many as you like."
    )
