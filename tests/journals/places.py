"""A journal with both its ends: where collecting puts entries, and where whoever loads reads them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from journals.engines import Engine, eventually
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.by_url import broker_of, open_inlet, open_sender, open_sink
from playtrace.journal.entry import Entry, Recorded, encode
from playtrace.journal.errors import BrokerAway, JournalUnavailable
from playtrace.journal.inlet import Inlet
from playtrace.journal.sink import Sink
from playtrace.journal.sqlite import Journal


class Place:
    def __init__(self, folder: Path, engine: Engine | None, name: str, **settings: object) -> None:
        self.engine = engine
        self.name = name
        self.url = "sqlite:" if engine is None else engine.url(name, "partitions=3" if name else "")
        self.settings = Settings.model_validate(
            {"data": folder, "disk_free_bytes_min": 0, "journal_url": self.url, **settings}
        )
        self._opened: list[Sink | Inlet] = []
        self.journal = self._kept(Journal.open(self.settings.journal_path, self.settings))
        self.inlet: Inlet | None = None
        if engine is not None and engine.scheme == "kinesis":
            self._make_stream()

    def _make_stream(self) -> None:
        """Before anybody waits for it: it may take longer than a request does."""
        broker = broker_of(self.settings)
        assert broker is not None
        sender = open_sender(broker)

        def is_ready() -> bool:
            with suppress(BrokerAway):
                sender.look()
                return True
            return False

        eventually(is_ready)
        sender.close()

    def _kept(self, opened):
        self._opened.append(opened)
        return opened

    def sink(self) -> Sink:
        """What a collector has."""
        return self._kept(open_sink(self.settings))

    def send(self, messages: Sequence[bytes]) -> None:
        """As somebody else who may write to the broker."""
        broker = broker_of(self.settings)
        assert broker is not None
        sender = open_sender(broker)
        results: list[int | JournalUnavailable] = []
        for message in messages:
            sender.send(sender.partition_of("arena"), message, results.append)
            eventually(lambda: len(results) > 0)
            assert isinstance(results.pop(), int)
        sender.close()

    def begin_anew(self) -> None:
        """As on another machine, which has nothing yet."""
        self.go_on_from(self.settings.data / "another.sqlite")

    def go_on_from(self, path: Path) -> None:
        """With another file in place of the journal."""
        self.stop_fetching()
        self._opened.remove(self.journal)
        self.journal.close()
        self.journal = self._kept(Journal.open(path, self.settings))
        self.fetch()

    def fetch(self) -> None:
        """Have what collectors took fetched, from now on."""
        self.inlet = open_inlet(self.settings, self.journal)
        if self.inlet is not None:
            self._opened.append(self.inlet)
            self.inlet.start()

    def stop_fetching(self) -> None:
        if self.inlet is not None:
            self._opened.remove(self.inlet)
            self.inlet.stop()
            self.inlet = None

    def read(self, count: int) -> list[Recorded]:
        """The entries of so many events, as soon as they are there, and what is there beyond them."""
        eventually(lambda: self._events() >= count, lambda: f"{self._events()} of {count} came")
        return self._all()

    def _events(self) -> int:
        return sum(recorded.events for recorded in self._all())

    def _all(self) -> list[Recorded]:
        found: list[Recorded] = []
        while more := self.journal.read(found[-1].offset if found else 0, events_max=10**9, bytes_max=10**9):
            found += more
        return found

    def bodies(self) -> list[bytes]:
        return [recorded.body for recorded in self._all()]

    def close(self) -> None:
        for opened in reversed(self._opened):
            opened.stop() if isinstance(opened, Inlet) else opened.close()


def entry(number: int, game_id: str = "arena", filling: str = "") -> Entry:
    """One event, whose id tells where it comes from."""
    props = {"filling": filling} if filling else None
    made = [Event(name="seen", event_id=f"{game_id}-{number}", player_id=f"p{number}", props=props)]
    return encode(Batch(received_at=dt.datetime.now(dt.UTC), source="events", events=made, game_id=game_id))


async def put(sink: Sink, entries: Sequence[Entry]) -> list[int]:
    """All at the same time; returns once all are acknowledged."""
    return await asyncio.gather(*[sink.append(entry) for entry in entries])
