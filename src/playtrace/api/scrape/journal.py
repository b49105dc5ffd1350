"""What is acknowledged and not loaded yet, and how much room there is for more."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import Metric

from playtrace.api.freshness import waiting_seconds
from playtrace.api.scrape.families import gauge
from playtrace.api.state import State


def families(state: State) -> Iterator[Metric]:
    journal, loader = state.journal, state.loader
    offset = loader.offset
    yield gauge(
        "playtrace_taking_events",
        "Whether events are taken: 0 while they are answered 503: the disk or the journal is full, or cannot be read.",
        journal.refusing is None,
    )
    yield gauge(
        "playtrace_journal_lag_entries",
        "Requests that were acknowledged and are not loaded yet.",
        max(0, journal.head - offset),
    )
    yield gauge(
        "playtrace_journal_lag_events",
        "Events that were acknowledged and are not loaded yet.",
        journal.waiting_events(offset),
    )
    yield gauge(
        "playtrace_journal_lag_bytes",
        "Bytes of the journal that are not loaded yet, compressed.",
        journal.waiting_bytes(offset),
    )
    yield gauge(
        "playtrace_journal_lag_seconds",
        "How long the oldest of them has waited.",
        waiting_seconds(loader, state.inlet),
    )
    if state.inlet is not None:
        yield gauge(
            "playtrace_broker_lag_messages",
            "Messages that the broker has and that are not fetched yet, as of a moment ago.",
            state.inlet.messages_behind,
        )
    yield gauge("playtrace_journal_bytes", "Bytes of the journal's file that are in use.", journal.bytes)
    yield gauge(
        "playtrace_journal_limit_bytes",
        "Above this many bytes events are answered 503 (journal_bytes_max).",
        state.settings.journal.bytes_max,
    )
    yield gauge(
        "playtrace_journal_damaged_events",
        "Events that were acknowledged and could not be read back, at least.",
        journal.damaged_events,
    )
