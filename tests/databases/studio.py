"""A store that fills, and who follows it slice by slice: what a mirror has before it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.metrics.frame.metric import metrics
from playtrace.mirrors.target import GameFacts, Position, Slice, Target, Written
from playtrace.store.duckdb import Store

RECEIVED_AT = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)

MakeTarget = Callable[[], Target[Any]]


class Studio:
    def __init__(self, store: Store, journal: Journal, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self._journal = journal
        self._loader = Loader(store, journal, settings)
        self.facts: dict[str, GameFacts] = {}
        self._offset_before_game = 0
        """Where the game that was added last begins: a mirror that follows it alone has nothing to do before."""

    def add_game(self, game_id: str, name: str = "Arena", time_zone: str = "Europe/Berlin") -> str:
        """For one test alone: what others sent would be in its mirror."""
        assert game_id not in self.facts, f"another test has the game {game_id}"
        self.facts[game_id] = GameFacts(game_id, name, time_zone, "EUR", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        self._offset_before_game = self._loader.offset
        return game_id

    def move_game(self, game_id: str, time_zone: str) -> None:
        """Its days begin elsewhere now."""
        self.facts[game_id] = dataclasses.replace(self.facts[game_id], time_zone=time_zone)

    def games(self) -> Mapping[str, GameFacts]:
        return self.facts

    def load(self, game_id: str, *events: Mapping[str, Any], received_at: dt.datetime = RECEIVED_AT) -> None:
        """One entry of the journal."""
        sent = [Event(**event) for event in events]
        self._loader.load_batches([Batch(received_at=received_at, source="test", game_id=game_id, events=sent)])

    def take(self, events: list[Event], received_at: dt.datetime = RECEIVED_AT) -> None:
        """Events that name their game, in one entry of the journal."""
        self._loader.load_batches([Batch(received_at=received_at, source="test", events=events)])

    def here(self) -> Position:
        """How far the store is."""
        return Position(str(self._journal.journal_id), self._loader.offset)

    def slices(
        self,
        after: Position | None,
        entries: int,
        games: tuple[str, ...] | None = None,
        since: dt.datetime | None = None,
    ) -> Iterator[Slice]:
        here = self.here()
        while after is None or after.journal_offset < here.journal_offset:
            offset = self._offset_before_game if after is None else after.journal_offset
            upto = Position(here.journal_id, min(offset + entries, here.journal_offset))
            yield Slice(after, upto, games, since)
            after = upto

    def follow(self, make: MakeTarget, entries: int = 1_000_000, **of: Any) -> Written:
        """Up to where the store is, as a mirror does that begins again."""
        target = make()
        events = refused = 0
        try:
            for slice_ in self.slices(target.open(), entries, **of):
                with self.store.reading() as moment:
                    rows = target.read(slice_, moment)
                written = target.write(slice_, rows)
                events += written.events
                refused += written.refused
        finally:
            target.close()
        return Written(events, refused)

    def ask(self, metric: str, **asked: Any) -> Any:
        found = metrics()[metric]
        return found.answer(found.parameters.model_validate(asked), self.store, None)


@contextmanager
def made_studio(folder: Path, *, memory_bytes: int = 768 * 1024 * 1024) -> Generator[Studio]:
    """The store is in memory, of which it may have so much."""
    # What is sent again is known again, though it came long before today.
    settings = Settings.model_validate(
        {
            "data": folder,
            "store_threads": 1,
            "store_memory_bytes": memory_bytes,
            "dedup_days": 3_650,
            "mirror_refresh_minutes": 0,
        }
    )
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(None, settings)
    try:
        yield Studio(store, journal, settings)
    finally:
        store.close()
        journal.close()
