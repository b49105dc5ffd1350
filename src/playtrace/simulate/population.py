"""Who plays: players with a country, a platform, an hour of the day and a day on which they stop.

A player is drawn from (seed, index) alone, so the same player comes back in every run, in a live run too.
The index grows with the day of arrival: `p-000000` was first.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np
from numpy.typing import NDArray

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
BREAK_MS: Final = 5 * MINUTE_MS
"""Nobody plays twice at a time: a second session begins that long after the first, or later."""

PLATFORMS: Final = ("windows", "linux", "macos", "android", "ios", "switch")
_PLATFORM_WEIGHTS = (34, 6, 8, 26, 16, 10)
MOBILE: Final = frozenset({"android", "ios"})

COUNTRIES: Final = {
    # country: (weight, hours ahead of UTC in which people live)
    "US": (22, -6),
    "DE": (11, 1),
    "BR": (10, -3),
    "JP": (9, 9),
    "GB": (8, 0),
    "IN": (7, 5),
    "FR": (6, 1),
    "KR": (5, 9),
    "PL": (4, 1),
    "CA": (4, -5),
    "MX": (4, -6),
    "TR": (3, 3),
    "AU": (3, 10),
    "NP": (2, 6),
    "ZA": (2, 2),
}

VERSIONS: Final = ("1.0.0", "1.1.0", "1.2.0", "1.2.1")
RELEASED_AFTER: Final = (0.0, 0.4, 0.7, 0.85)
"""When a version came out, as a share of the history."""

SALE: Final = "Sale: half price"
SALE_AFTER: Final = 0.92
"""When it begins, as a share of the history; whole days."""
SALE_SHARE: Final = 1 / 30
"""How long it is, as a share of the history."""

EXPERIMENT: Final = "first_match_tutorial"
GROUPS: Final = ("control", "treatment")
FIRST_DAY_LEAVERS: Final = {"control": 0.50, "treatment": 0.25}
"""Planted: share of each group that never comes back after the first day."""

WRONG_CLOCKS_S: Final = (-7200, -86_400, 3600, 4000, 86_400)
_WRONG_CLOCK_SHARE = 0.04


@dataclass(slots=True)
class Player:
    """What a player is like, and where they stand in the game."""

    index: int
    player_id: str
    platform: str
    country: str
    hours_ahead: int
    group: str
    preferred_hour: float
    """Local hour around which they play."""
    play_share: float
    """Chance to play on a day, before the weekday's and the novelty's influence."""
    more_sessions: float
    """Sessions on a playing day beyond the first, on average."""
    session_minutes: float
    """Median length of a session."""
    lifetime_days: int
    """Days from arrival on which they may play; 1 is the first day only."""
    skill: float
    update_delays: tuple[float, ...]
    """For each version, how long they wait to install it, in units of the average delay."""
    is_payer: bool
    is_whale: bool
    is_cheater: bool
    clock_skew_s: int
    """How far their clock is ahead of ours. Matters in live play, where batches say when they were sent."""

    level: int = 1
    attempt: int = 1
    gold: int = 100
    sessions: int = 0
    matches: int = 0
    kills: int = 0
    busy_until_ms: int = 0
    achievements: set[str] = field(default_factory=set[str])


_PRESENT = tuple(COUNTRIES)
_COUNTRY_WEIGHTS = tuple(weight for weight, _ in COUNTRIES.values())


def draw_player(seed: int, index: int) -> Player:
    """The player of that index. Of each hundred one is a whale, of each 250 one cheats: both are planted."""
    rng = Random(seed << 72 | 1 << 64 | index)
    country = rng.choices(_PRESENT, _COUNTRY_WEIGHTS)[0]
    group = GROUPS[rng.randrange(2)]
    whale = index % 100 == 37
    cheater = index % 250 == 17
    leaves = rng.random() < FIRST_DAY_LEAVERS[group]
    lifetime_days = 1 if leaves else 2 + int(rng.weibullvariate(25, 0.7))
    skew_s = rng.choice(WRONG_CLOCKS_S) if rng.random() < _WRONG_CLOCK_SHARE else 0
    play_share = rng.betavariate(2.4, 2.0)
    player = Player(
        index=index,
        player_id=f"p-{index:06d}",
        platform=rng.choices(PLATFORMS, _PLATFORM_WEIGHTS)[0],
        country=country,
        hours_ahead=COUNTRIES[country][1],
        group=group,
        preferred_hour=rng.choices((8.0, 12.5, 17.0, 20.5), (1, 2, 4, 9))[0] + rng.uniform(-1, 1),
        play_share=0.85 if whale or cheater else play_share,
        more_sessions=rng.uniform(0.1, 1.0),
        session_minutes=rng.uniform(6, 16),
        lifetime_days=100_000 if whale or cheater else lifetime_days,
        skill=rng.random(),
        update_delays=(0.0, rng.expovariate(1), rng.expovariate(1)),
        is_payer=whale or rng.random() < 0.06,
        is_whale=whale,
        is_cheater=cheater,
        clock_skew_s=skew_s,
    )
    player.update_delays = (*player.update_delays, rng.expovariate(1))
    return player


def sale_days(first_day: dt.date, days: int) -> tuple[dt.date, dt.date]:
    """On which days of a history the shop is cheaper: the first of them, and the day after the last."""
    begins = first_day + dt.timedelta(days=int(SALE_AFTER * days))
    return begins, begins + dt.timedelta(days=max(1, round(SALE_SHARE * days)))


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """When somebody wants to play, and for how long."""

    player_index: int
    start_ms: int
    """Milliseconds since 1970, UTC."""
    minutes: float


NEWCOMER_DAYS: Final = 7
"""After the history as many arrive on a day as on the last ones of it, on average."""


class Plan:
    """Who plays when, day by day. The first day is the launch, so nobody had played before."""

    def __init__(self, seed: int, players: Sequence[Player], first_day: dt.date, days: int) -> None:
        self._seed = seed
        self._first_day = first_day
        self._days = days
        self._arrival_day = self._arrivals(len(players))
        lately = np.count_nonzero(self._arrival_day >= days - NEWCOMER_DAYS)
        self.newcomers_per_day = round(lately / min(days, NEWCOMER_DAYS))
        self._know(players)

    def welcome(self, players: Sequence[Player], newcomers: int, day: int) -> None:
        """`players` are all there are now; the last `newcomers` of them arrive on that day, after the history."""
        self._arrival_day = np.append(self._arrival_day, np.full(newcomers, day))
        self._know(players)

    def _know(self, players: Sequence[Player]) -> None:
        self._play_share = np.array([p.play_share for p in players])
        self._lifetime = np.array([p.lifetime_days for p in players])
        self._more_sessions = np.array([p.more_sessions for p in players])
        self._minutes = np.array([p.session_minutes for p in players])
        self._utc_hour = np.array([p.preferred_hour - p.hours_ahead for p in players])

    def _weekend(self, day: int) -> bool:
        return (self._first_day + dt.timedelta(days=day)).weekday() >= 5

    def _arrivals(self, players: int) -> NDArray[np.int64]:
        rng = np.random.default_rng([self._seed, 2])
        days = np.arange(self._days)
        weekend = np.array([1.25 if self._weekend(day) else 1.0 for day in range(self._days)])
        wave = (1.0 + 5.0 * np.exp(-days / 1.5)) * weekend * rng.uniform(0.8, 1.2, self._days)
        return np.searchsorted(np.cumsum(wave) / wave.sum(), (np.arange(players) + 0.5) / max(players, 1))

    def day(self, day: int) -> Iterator[PlannedSession]:
        """The sessions that begin on that day (UTC, 0 is the first), earliest first."""
        rng = np.random.default_rng([self._seed, 3, day])
        players = len(self._play_share)
        weekend = self._weekend(day)
        age = day - self._arrival_day
        chance = self._play_share * (1 + 0.6 * np.exp(-np.maximum(age, 0) / 3)) * (1.2 if weekend else 0.95)
        plays = (age == 0) | ((age > 0) & (age < self._lifetime) & (rng.random(players) < np.minimum(chance, 0.97)))
        sessions = np.where(plays, 1 + rng.poisson(self._more_sessions), 0)

        who = np.repeat(np.arange(players), sessions)
        hour = self._utc_hour[who] + rng.normal(0, 4.5 if weekend else 2.5, len(who))
        start_ms = np.floor((hour % 24) * HOUR_MS).astype(np.int64)
        minutes = np.clip(self._minutes[who] * rng.lognormal(0, 0.55, len(who)), 1.0, 150.0)
        if day == 0:
            # The gates open at eight; those who wanted to play before come in the hours after.
            early = start_ms < 8 * HOUR_MS
            start_ms = np.where(early, 8 * HOUR_MS + start_ms // 2, start_ms)
        start_ms += _day_ms(self._first_day) + day * DAY_MS
        order = np.argsort(start_ms, kind="stable")
        for index, start, length in zip(
            who[order].tolist(), start_ms[order].tolist(), minutes[order].tolist(), strict=True
        ):
            yield PlannedSession(index, start, length)

    def minutes_before(self, end_ms: int) -> tuple[int, float]:
        """Sessions that begin before the end of the history, and their minutes in sum."""
        lengths = [s.minutes for day in range(self._days) for s in self.day(day) if s.start_ms < end_ms]
        return len(lengths), math.fsum(lengths)


def _day_ms(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * DAY_MS
