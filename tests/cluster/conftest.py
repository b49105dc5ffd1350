"""What a cluster stands on: a broker, a registry on a server, and ClickHouse's engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_server import ClickHouseServer
from databases.postgresql import programs, throw_away_postgresql
from databases.servers import skip_without
from journals import engines

from cluster.servers import Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    if programs() is None:
        skip_without("PostgreSQL is not installed here (Debian's package is `postgresql`).")
    clickhouse = ClickHouseServer(tmp_path / "clickhouse")
    broker = engines.nats(tmp_path)
    try:
        with throw_away_postgresql() as server, server.database("registry") as url:
            yield Cluster(tmp_path, broker, clickhouse, server, url)
    finally:
        broker.kill()
        clickhouse.close()
