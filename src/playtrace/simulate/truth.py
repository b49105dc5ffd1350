"""What a simulated history holds, as its generator knows it: an oracle for every metric, and what was planted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import msgspec
from msgspec import Struct

from playtrace.event import Event
from playtrace.simulate.population import Player


class DayTruth(Struct, kw_only=True):
    """One day, in UTC."""

    day: dt.date
    events: int
    dau: int
    new_players: int
    sessions: int
    """Sessions that began on this day; so for the crashed ones."""
    crashed_sessions: int
    revenue_micros: int
    """Purchases, in millionths of a US dollar."""
    ad_revenue_micros: int


class StabilityTruth(Struct, kw_only=True):
    version: str
    platform: str
    sessions: int
    crashed_sessions: int


class LevelTruth(Struct, kw_only=True):
    level: str
    starts: int
    completes: int
    fails: int


class GroupTruth(Struct, kw_only=True):
    group: str
    players: int
    back_next_day: int
    """Of them, those who also played on the day after their first. Players of the last day cannot have."""


class VersionTruth(Struct, kw_only=True):
    version: str
    released_at: dt.datetime


class ZoneTruth(Struct, kw_only=True):
    zone: str
    x: float
    y: float
    floor: int
    spread: float
    deaths_per_hour: float
    """Of an average player who stands there."""


class Planted(Struct, kw_only=True):
    """What somebody who looks at the data should find."""

    crashing_version: str
    crashing_platform: str
    crash_chance: float
    crash_chance_elsewhere: float
    sale_days: list[dt.date]
    """The first day on which everything costs half, and the day after the last."""
    slow_version: str
    slow_platform: str
    slow_factor: float
    hard_level: str
    hard_level_fail_chance: float
    experiment: str
    first_day_leavers: dict[str, float]
    """By experiment group, the share that never comes back."""
    cheaters: list[str]
    whales: list[str]
    wrong_clocks_s: dict[str, int]
    """By player, how far their clock is ahead. Only live play shows it: a backfill says no `sent_at`."""
    zones: list[ZoneTruth]


class Truth(Struct, kw_only=True):
    """Stands beside the data as `truth.json`."""

    scenario: str
    game_id: str
    seed: int
    players_planned: int
    """Players who exist; those who arrive after the end have not played."""
    players: int
    start: dt.datetime
    end: dt.datetime
    events: int
    sessions: int
    events_by_name: dict[str, int]
    days: list[DayTruth]
    versions: list[VersionTruth]
    stability: list[StabilityTruth]
    levels: list[LevelTruth]
    groups: list[GroupTruth]
    planted: Planted

    def write(self, path: Path) -> None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")


def read_truth(path: Path) -> Truth:
    """Raises `msgspec.ValidationError` if the file is no truth."""
    return msgspec.json.decode(path.read_bytes(), type=Truth)


_name_of: Callable[[Event], str] = attrgetter("name")


class Tally:
    """Counts sessions as they are generated."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        self.events_by_day: Counter[dt.date] = Counter()
        self.players_by_day: dict[dt.date, set[int]] = {}
        self.sessions_by_day: Counter[dt.date] = Counter()
        self.crashes_by_day: Counter[dt.date] = Counter()
        self.revenue: Counter[tuple[str, dt.date]] = Counter()
        self.sessions: Counter[tuple[str, str]] = Counter()
        self.crashes: Counter[tuple[str, str]] = Counter()
        self.levels: Counter[tuple[str, str]] = Counter()

    def add(self, player: Player, started_at: dt.datetime, events: list[Event]) -> None:
        """Counts one session; its events are in order and take less than a day."""
        last = events[-1]
        version = last.version or ""
        day = started_at.date()
        last_day = (started_at + dt.timedelta(milliseconds=last.mono_ms or 0)).date()
        self.names.update(map(_name_of, events))
        for event in events:
            if event.currency == "USD" and event.value is not None and event.time is not None:
                self.revenue[event.name, event.time.date()] += round(event.value * 1e6)
            elif event.level is not None and event.name.startswith("level_"):
                self.levels[event.level, event.name] += 1
        before_midnight = len(events)
        if last_day != day:
            before_midnight = sum(1 for event in events if event.time is not None and event.time.date() == day)
            self.events_by_day[last_day] += len(events) - before_midnight
            self.players_by_day.setdefault(last_day, set()).add(player.index)
        self.events_by_day[day] += before_midnight
        self.players_by_day.setdefault(day, set()).add(player.index)
        self.sessions_by_day[day] += 1
        self.sessions[version, player.platform] += 1
        if last.name == "crash":
            self.crashes_by_day[day] += 1
            self.crashes[version, player.platform] += 1
