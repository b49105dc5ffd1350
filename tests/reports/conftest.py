"""The planted game in a store, and games that have nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import planted_game
import pytest

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.metrics.frame.asking import Rules
from playtrace.registry.models import Game
from playtrace.reports.digest import Digest, make_digest
from playtrace.reports.period import Period
from playtrace.store.duckdb import Store


class Reported:
    """A store with the planted game, of which reports are made."""

    def __init__(self, store: Store, loader: Loader) -> None:
        self.store = store
        self.loader = loader
        self.rules = Rules()
        self._made: dict[object, Digest] = {}

    def load(self, game_id: str, events: list[dict[str, Any]]) -> None:
        """Each day's events arrive an hour after the last of them."""
        for _, of_day in groupby(events, key=lambda event: event["time"].date()):
            listed = list(of_day)
            arrival = listed[-1]["time"] + dt.timedelta(hours=1)
            batch = Batch(
                received_at=arrival, source="test", game_id=game_id, events=[Event(**event) for event in listed]
            )
            assert self.loader.load_batches([batch]).stored == len(listed)

    def digest(self, period: Period, now: dt.datetime = planted_game.NOW, **game: str) -> Digest:
        asked = (period, now, *game.items())
        if asked not in self._made:
            self._made[asked] = make_digest(self.store, self.game(**game), period, now=now, rules=self.rules)
        return self._made[asked]

    def game(self, **changed: str) -> Game:
        return Game(
            **{"id": "planted", "name": "Planted", "time_zone": planted_game.ZONE.key, "currency": "USD"} | changed
        )


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reported]:
    settings = Settings(data=tmp_path_factory.mktemp("reported"), store_threads=1)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(None, settings)
    made = Reported(store, Loader(store, journal, settings))
    made.load("planted", planted_game.played())
    yield made
    store.close()
    journal.close()
