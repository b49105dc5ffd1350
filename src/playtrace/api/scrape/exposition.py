"""All families together, in the form that whoever asks can read.

A part that cannot be told, as a file or a database is away, is left out, and a series says so: what is wrong is often
what makes somebody look here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder

from playtrace.api.scrape import beside, events, journal, loading, machine, questions, requests, versions
from playtrace.api.scrape.families import gauges
from playtrace.api.state import State
from playtrace.journal.errors import JournalUnavailable
from playtrace.registry.errors import RegistryAway
from playtrace.store.errors import StoreError

log = logging.getLogger("playtrace.api")

PARTS: tuple[tuple[str, Callable[[State], Iterator[Metric]]], ...] = (
    ("build", versions.build),
    ("requests", requests.families),
    ("journal", journal.families),
    ("loading", loading.families),
    ("events", events.families),
    ("questions", questions.families),
    ("machine", machine.families),
    ("jobs", beside.jobs),
    ("backups", beside.backups),
    ("mirrors", beside.mirrors),
    ("alerts", beside.alerts),
    ("schemas", versions.schemas),
)


class Families:
    """As the library wants them."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        is_told: dict[str, bool] = {}
        for name, part in PARTS:
            try:
                found = list(part(self._state))
            except (StoreError, JournalUnavailable, RegistryAway, OSError) as error:
                log.warning("a part of the metrics cannot be told", extra={"part": name, "error": str(error)})
                is_told[name] = False
            else:
                is_told[name] = True
                yield from found
        yield gauges(
            "playtrace_metrics_part_ok",
            "Whether a part of these metrics could be told; what is missing is not zero.",
            ("part",),
            (((name,), told) for name, told in is_told.items()),
        )


def exposition(state: State, accept: str) -> tuple[bytes, str]:
    """The text, and its media type."""
    encode, media_type = choose_encoder(accept)
    return encode(Families(state)), media_type
