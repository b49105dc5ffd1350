"""A store, a registry and the watch over them, with a clock that a test sets: events happen and are judged at any time.

Each test has games of its own, and only these are judged in it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playtrace.alerts.incidents import Incident
from playtrace.alerts.measuring import WatchedGame
from playtrace.alerts.message import Message
from playtrace.alerts.rules import RULE, written_rule
from playtrace.alerts.watch import Watch
from playtrace.config import Settings
from playtrace.event import Batch, Event, Refusal, RefusalReason
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.metrics.frame.asking import Rules
from playtrace.registry.alert_channels import ChannelDefinition
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store

NOW = dt.datetime(2026, 3, 25, 15, 7, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
CHANNEL = "team"


class Studio:
    def __init__(self, folder: Path) -> None:
        self.settings = Settings.read(data=folder, late_days_max=400, query_seconds_max=600)
        folder.mkdir(parents=True, exist_ok=True)
        self.now = NOW
        self.registry = Registry.open(self.settings.registry_database, clock=lambda: self.now)
        self.registry.alert_channels.put(CHANNEL, ChannelDefinition(kind="webhook", target="https://team.example/in"))
        self.store = Store.open(self.settings.store_path, self.settings)
        self.journal = Journal.open(self.settings.journal_path, self.settings)
        self.loader = Loader(self.store, self.journal, self.settings)
        self.lag_s = 0.0
        self._numbers = itertools.count(1)
        self.games: list[str] = []
        self.watch = self._new_watch()

    def begin(self) -> Studio:
        """A test begins: a day before `NOW`, without games."""
        self.games = []
        self.restart(NOW - DAY)
        return self

    def _new_watch(self) -> Watch:
        return Watch(
            self.store,
            self.registry,
            self.settings,
            counting_of=lambda game: Rules(currency=game.currency),
            lag_seconds=lambda: self.lag_s,
            address=lambda: "https://figures.example",
            clock=lambda: self.now,
        )

    def close(self) -> None:
        self.watch.close()
        self.journal.close()
        self.store.close()
        self.registry.close()

    def new_game(self, *, time_zone: str = "UTC", name: str | None = None) -> str:
        game_id = f"game-{next(self._numbers)}"
        self.registry.games.add(game_id, time_zone=time_zone, name=name)
        self.games.append(game_id)
        return game_id

    def watched(self, game_id: str) -> WatchedGame:
        game = self.registry.games.get(game_id)
        assert game is not None
        return WatchedGame(game.id, game.name, game.time_zone, game.currency)

    def rule(self, game_id: str | None, rule_id: str, **said: Any) -> None:
        rule = RULE.validate_python({"id": rule_id, "gameId": game_id, **said})
        self.registry.alert_rules.put(rule_id, written_rule(rule), game_id=game_id)

    def only_rule(self, game_id: str, rule_id: str, **said: Any) -> None:
        """A rule, and none of the defaults."""
        kinds = {"crash_spike": {"kind": "threshold", "above": 10}, "silence": {}, "refused": {}}
        for default, more in kinds.items():
            self.rule(game_id, default, enabled=False, **({"kind": default} | more))
        self.rule(game_id, rule_id, **said)

    def load(self, game_id: str, events: list[Event], received_at: dt.datetime) -> None:
        """One load of events that were received then."""
        batch = Batch(received_at=received_at, source="test", game_id=game_id, events=events)
        loaded = self.loader.load_batches([batch])
        assert loaded.stored == len(events), loaded

    def happen(
        self, game_id: str, name: str, *times: dt.datetime, received_at: dt.datetime | None = None, **fields: Any
    ) -> None:
        """Events at these times, received when the last of them happened, unless said otherwise."""
        events = [Event(name=name, time=time, **fields) for time in times]
        self.load(game_id, events, received_at or max(times))

    def refuse(self, game_id: str, count: int, at: dt.datetime) -> None:
        refusals = [
            Refusal(number, RefusalReason.INVALID, "value: too large", game_id=game_id) for number in range(count)
        ]
        batch = Batch(received_at=at, source="test", game_id=game_id, events=[], refusals=refusals)
        self.loader.load_batches([batch])

    def weekly(self, game_id: str, at: dt.datetime, counts: list[int], name: str = "jump", **fields: Any) -> None:
        """So many events at this time of each of the last weeks, the latest first."""
        for number, count in enumerate(counts, start=1):
            moment = at - number * 7 * DAY
            self.happen(game_id, name, *[moment] * count, received_at=moment, **fields)

    def judge(self, at: dt.datetime) -> None:
        """A second later: what happens then has happened."""
        self.now = at + dt.timedelta(seconds=1)
        self.watch.judge_now(self.games)

    def restart(self, at: dt.datetime) -> None:
        """The process ends, and another one begins then."""
        self.watch.close()
        self.now = at
        self.watch = self._new_watch()

    def incidents(self, game_id: str) -> list[Incident]:
        """Oldest first."""
        rows = self.registry.incidents.last(game_ids=[game_id], limit=100)
        return [Incident.from_json(row.incident_json) for row in reversed(rows)]

    def messages(self, game_id: str) -> list[Message]:
        """On their way to the channel, oldest first."""
        rows = self.registry.alert_outbox.of_channel(CHANNEL, rows_max=1_000)
        found = [Message.from_json(row.message_json) for row in reversed(rows)]
        return [message for message in found if message.game_id == game_id]

    def kinds(self, game_id: str) -> list[str]:
        return [message.kind for message in self.messages(game_id)]


@contextmanager
def opened(folder: Path) -> Iterator[Studio]:
    studio = Studio(folder)
    try:
        yield studio
    finally:
        studio.close()
