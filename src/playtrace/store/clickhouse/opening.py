"""A connection to ClickHouse, and its database with all tables in it."""

from __future__ import annotations

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from playtrace.clickhouse_url import ClickHouseUrl
from playtrace.store.clickhouse.reader import errors
from playtrace.store.clickhouse.schema import statements

CONNECT_S = 5
ANSWER_S = 600
"""Longer than any question may take, and than a slice takes to be written."""


def connected(address: ClickHouseUrl) -> Client:
    """Its database is made where it is not there. Raises `StoreError` when nobody answers."""
    on = f" ON CLUSTER {address.cluster}" if address.cluster else ""
    with errors():
        first = _client(address, "default")
        first.command(f"CREATE DATABASE IF NOT EXISTS {address.database}{on}")
        first.close()
        return _client(address, address.database)


def _client(address: ClickHouseUrl, database: str) -> Client:
    return clickhouse_connect.get_client(
        host=address.host,
        port=address.port,
        username=address.user,
        password=address.password,
        database=database,
        secure=address.is_tls,
        connect_timeout=CONNECT_S,
        send_receive_timeout=ANSWER_S,
        # Several threads ask over one client, each statement by itself.
        autogenerate_session_id=False,
        # A list of ids may be longer than an address.
        form_encode_query_params=True,
    )


def prepare(client: Client, cluster: str | None, shares: int) -> None:
    """Make what is not there. Raises `StoreError`."""
    with errors():
        for statement in statements(cluster, shares):
            client.command(statement)
