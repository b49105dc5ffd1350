"""A store that a mirror follows: filled as the loader fills one, from journals that may be replaced."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlite_target import make, rows_of

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.mirrors.follower import Follower, Step
from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
MIRROR = "warehouse"


class Followed:
    """A folder with store, journal and registry; `mirror` makes one into a SQLite file beside them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.settings = Settings(data=folder)
        is_new = not self.settings.registry_path.exists()
        self.store = Store.open(self.settings.store_path, self.settings)
        self.registry = Registry.open(self.settings.registry_database, upgraded=not is_new)
        self.registry.games.add_missing(["arena", "maze"])
        self.journal = Journal.open(self.settings.journal_path, self.settings)
        self.loader = Loader(self.store, self.journal, self.settings)
        self.target = folder / "target.sqlite"
        self.dice = random.Random()

    def close(self) -> None:
        self.journal.close()
        self.store.close()
        self.registry.close()

    def replace_journal(self, *before_the_start: Event) -> None:
        """By a new one, which may take events before anybody says where it goes on: a request for each."""
        self.journal.close()
        for file in self.folder.glob("journal.sqlite*"):
            file.unlink()
        self.journal = Journal.open(self.settings.journal_path, self.settings)
        for event in before_the_start:
            self.journal.append_and_wait(encode(Batch(received_at=NOW, source="test", events=[event])))
        self.loader = Loader(self.store, self.journal, self.settings)
        self.load_all()

    def load_all(self) -> None:
        while self.loader.load_waiting() is not None:
            pass

    def copy_store(self, to: Path) -> None:
        self.store.checkpoint()
        shutil.copy(self.settings.store_path, to)

    def put_store_back(self, copy: Path) -> None:
        """With the journal as it is."""
        self.store.close()
        for file in self.folder.glob("store.duckdb*"):
            file.unlink()
        shutil.copy(copy, self.settings.store_path)
        self.open_store()

    def open_store(self) -> None:
        self.store = Store.open(self.settings.store_path, self.settings)

    def events(self, count: int, **fields: Any) -> list[Event]:
        return [
            Event(
                **{
                    "name": self.dice.choice(("jump", "fall", "win")),
                    "game_id": self.dice.choice(("arena", "maze")),
                    "event_id": UUID(int=self.dice.getrandbits(128)),
                    "time": NOW - dt.timedelta(seconds=self.dice.randrange(20 * 86_400)),
                    "player_id": f"p{self.dice.randrange(40)}",
                    "props": {"text": "ä\u0000'\"<b>", "n": self.dice.randrange(1000)},
                    **fields,
                }
            )
            for _ in range(count)
        ]

    def take(self, events: Sequence[Event], *, request: int = 100) -> None:
        """Through the journal, in requests of so many."""
        for first in range(0, len(events), request):
            batch = Batch(received_at=NOW, source="test", events=list(events[first : first + request]))
            self.journal.append_and_wait(encode(batch))
        self.load_all()

    def load(self, requests: Iterable[list[Event]]) -> None:
        """Many at once, as if through the journal."""
        self.loader.load_batches(Batch(received_at=NOW, source="test", events=events) for events in requests)

    def mirror(self, **definition: Any) -> None:
        url = f"sqlite://user:hunter2@{self.target.name}"
        self.registry.mirrors.put(MIRROR, MirrorDefinition(url=url, **definition))

    def follower(self, make: Callable[..., Any] = make) -> Follower:
        return Follower(
            self.store, self.registry, self.settings, MIRROR, journal_id=str(self.journal.journal_id), make=make
        )

    def expected(self) -> dict[tuple[str, str], str]:
        """Name of each event that the store has, by game and id."""
        rows = self.store.query("SELECT game_id, event_id::VARCHAR AS event_id, name FROM events").to_pylist()
        return {(row["game_id"], row["event_id"]): row["name"] for row in rows}

    def mirrored(self) -> dict[tuple[str, str], str]:
        return {ids: row["name"] for ids, row in rows_of(self.target).items()}

    def refused(self) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.target)) as connection:
            return connection.execute("SELECT event_id, reason, body FROM playtrace_refused").fetchall()


def steps(follower: Follower, until: str = "rested", *, may_fail: bool = False) -> list[Step]:
    """All until one that came to this."""
    done: list[Step] = []
    for _ in range(1_000):
        done.append(follower.step())
        assert done[-1].did != "failed" or may_fail, follower.state
        if done[-1].did == until:
            return done
    raise AssertionError(f"never {until}: {done[-3:]}, {follower.state}")
