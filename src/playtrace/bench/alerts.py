"""What rules of alerts cost: the same events loaded with nobody judging them, and with a thousand rules over 50 games.

Both in one run, round by round, each into a store of its own; the watch has its turns beside the loader, as in servers.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from playtrace.alerts.rules import RULE, written_rule
from playtrace.alerts.watch import Watch
from playtrace.bench.loading import as_sent
from playtrace.bench.month import ENTRY_EVENTS, opened
from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.jobs import Job, Jobs
from playtrace.journal.entry import Entry, encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.metrics.frame.asking import Rules
from playtrace.registry.registry import Registry
from playtrace.simulate.arena import ArenaScenario

DAYS = 2
"""Of which the events are: those of the last hours are judged as they come."""
COUNTED = ("crash", "error", "match_start", "match_end", "player_death", "purchase", "level_fail")


class AlertsResult(Struct):
    games: int
    rules: int
    events: int
    rounds: int
    without_rules_events_per_s: float
    with_rules_events_per_s: float
    with_vs_without: float
    """Median of the rounds."""
    rules_judged: int
    """While events were loaded, in all rounds: a rule counts once for each game and turn."""
    incidents: int
    judge_all_seconds: float
    """One turn of all rules over all games, when everything is due: after a start."""
    judge_again_seconds: float
    """The next one."""


def run(*, games: int, rules: int, events: int, rounds: int) -> AlertsResult:
    """Load about so many events of so many games, with and without rules."""
    entries = list(_entries(games, events))
    count = sum(entry.events for entry in entries)
    speeds: list[tuple[float, float]] = []
    judged = incidents = 0
    turns: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="playtrace-bench-", ignore_cleanup_errors=True) as temporary:
        for round_ in range(rounds):
            found: dict[bool, float] = {}
            for has_rules in (False, True) if round_ % 2 == 0 else (True, False):
                folder = Path(temporary) / f"{round_}-{has_rules}"
                with _Server(folder, games, rules if has_rules else None, entries) as server:
                    found[has_rules] = count / server.load()
                    if has_rules:
                        judged += server.watch.judged
                        turns.append((server.first_turn_s, server.timed(server.watch.judge_now)))
                        incidents = max(incidents, len(server.registry.incidents.last(limit=10_000)))
            speeds.append((found[False], found[True]))
    return AlertsResult(
        games=games,
        rules=rules,
        events=count,
        rounds=rounds,
        without_rules_events_per_s=statistics.median(without for without, _ in speeds),
        with_rules_events_per_s=statistics.median(with_ for _, with_ in speeds),
        with_vs_without=statistics.median(with_ / without for without, with_ in speeds),
        rules_judged=judged,
        incidents=incidents,
        judge_all_seconds=statistics.median(first for first, _ in turns),
        judge_again_seconds=statistics.median(again for _, again in turns),
    )


class _Server:
    """A registry with games and rules, a journal with the events, a store, and the watch over it; no HTTP."""

    def __init__(self, folder: Path, games: int, rules: int | None, entries: list[Entry]) -> None:
        """`rules` is None for no watch at all."""
        folder.mkdir(parents=True)
        settings = Settings.read(data=folder, late_days_max=400)
        self._open = ExitStack()
        self.registry = Registry.open(settings.registry_database)
        self._open.callback(self.registry.close)
        ids = [f"game-{number}" for number in range(games)]
        self.registry.games.add_missing(ids)
        if rules is not None:
            made = [RULE.validate_python(_rule(number, ids[number % games])) for number in range(rules)]
            self.registry.alert_rules.put_all([(rule.id, rule.game_id, written_rule(rule)) for rule in made])
        store = self._open.enter_context(opened(settings))
        journal = Journal.open(settings.journal_path, settings)
        self._open.callback(journal.close)
        asyncio.run(_fill(journal, entries))
        self.watch = Watch(store, self.registry, settings, counting_of=lambda game: Rules(currency=game.currency))
        arrived: Callable[[Any], None] = self.watch.arrived if rules is not None else lambda games: None
        self.loader = Loader(store, journal, settings, arrived=arrived)
        self._jobs = Jobs(Job("judge alerts", self.watch.work, period_s=1)) if rules is not None else Jobs()
        self.first_turn_s = 0.0

    def __enter__(self) -> _Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def load(self) -> float:
        """Load everything. What is done for the first time is done before. Returns seconds."""
        self.loader.load_waiting()
        self.first_turn_s = self.timed(self.watch.judge_now)
        self._jobs.start()
        try:
            return self.timed(self._load)
        finally:
            self._jobs.stop()

    def timed(self, work: Callable[[], None]) -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    def _load(self) -> None:
        while self.loader.load_waiting() is not None:
            pass


def _rule(number: int, game_id: str) -> dict[str, Any]:
    """Rules as a studio might have them: most look at a window, some at buckets, a few ask a metric."""
    said: dict[str, Any] = {"id": f"rule-{number}", "gameId": game_id}
    kind = number // 50 % 20
    event = {"event": COUNTED[kind % len(COUNTED)]}
    match kind:
        case 0:
            return said | {"kind": "ratio", "below": 0.9, "groupBy": "version"}
        case 1:
            return said | {"kind": "threshold", "measure": "players", "below": 1}
        case 2:
            return said | {"kind": "silence", "groupBy": "platform"}
        case 3:
            return said | {"kind": "new_value"}
        case 4 | 5 | 6:
            return said | {"kind": "unusual", "measure": event}
        case 7 | 8:
            return said | {"kind": "threshold", "measure": event, "above": 40 * kind, "groupBy": "version"}
        case 9 | 10:
            return said | {"kind": "threshold", "measure": event, "above": 60 * kind, "groupBy": "platform"}
        case _:
            return said | {"kind": "threshold", "measure": event, "above": 90 * kind, "timesUsual": 2}


def _entries(games: int, events: int) -> Iterator[Entry]:
    now = dt.datetime.now(dt.UTC)
    scenario = ArenaScenario(seed=5, events=events, days=DAYS, end=now)
    for number, batch in enumerate(as_sent(scenario.batches(), ENTRY_EVENTS)):
        game_id = f"game-{number % games}"
        for event in batch:
            event.game_id, event.event_id = game_id, None
        yield encode(Batch(received_at=now, source="events", events=batch))


async def _fill(journal: Journal, entries: list[Entry]) -> None:
    for entry in entries:
        await journal.append(entry)
