"""From the journal into the store."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import Metric

from playtrace.api.scrape.families import counter, counters, gauge
from playtrace.api.state import State


def families(state: State) -> Iterator[Metric]:
    loader = state.loader
    yield counter("playtrace_loaded_events", "Events that were stored since the start.", loader.stored)
    yield counters(
        "playtrace_load_step_seconds",
        "Time that loading took since the start, by step.",
        ("step",),
        sorted(((step,), seconds) for step, seconds in loader.step_seconds.copy().items()),
    )
    yield gauge("playtrace_load_failing", "Whether loading fails and is tried again.", loader.error is not None)
    yield gauge(
        "playtrace_store_damaged", "Whether a part of the store could not be read.", state.store.damage is not None
    )
    yield gauge(
        "playtrace_rollups_rebuilding",
        "Whether rollups are made anew after an upgrade: some questions take longer meanwhile.",
        state.rebuild.day is not None,
    )
