"""What runs here, and which schemas its databases have."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterator
from typing import LiteralString

import duckdb
from prometheus_client.core import InfoMetricFamily, Metric

from playtrace import __version__
from playtrace.api.scrape.families import gauge, gauges
from playtrace.api.state import State

STORE_SCHEMA: LiteralString = "SELECT max(number) AS number FROM schema_migrations"


def build(state: State) -> Iterator[Metric]:
    yield InfoMetricFamily(
        "playtrace_build",
        "What runs here.",
        value={
            "version": __version__,
            "python": platform.python_version(),
            "duckdb": duckdb.__version__,
            "platform": sys.platform,
        },
    )
    yield gauge("playtrace_uptime_seconds", "How long the server has run.", time.monotonic() - state.started_at)


def schemas(state: State) -> Iterator[Metric]:
    with state.store.reading(apart=True) as moment:
        (store,) = moment.rows(STORE_SCHEMA)
    yield gauges(
        "playtrace_schema_version",
        "The schema of each database, which upgrades change.",
        ("database",),
        (
            (("store",), store["number"]),
            (("registry",), state.registry.schema_version()),
            (("journal",), state.journal.schema_version),
        ),
    )
