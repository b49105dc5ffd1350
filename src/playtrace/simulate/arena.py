"""The arena shooter: a game that does not exist, played by people who do not exist, for weeks.

The same seed and the same arguments give the same events, byte for byte.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from random import Random

from playtrace.event import Event
from playtrace.simulate import arena_crashes, arena_session, population
from playtrace.simulate.arena_map import ZONES
from playtrace.simulate.population import DAY_MS, HOUR_MS, Plan, PlannedSession, Player, draw_player
from playtrace.simulate.truth import (
    DayTruth,
    GroupTruth,
    LevelTruth,
    Planted,
    StabilityTruth,
    Tally,
    Truth,
    VersionTruth,
    ZoneTruth,
)

BATCH_EVENTS = 5000
SEED_MAX = 2**63 - 1

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Measured over a million events of several seeds; what `events=` is turned into players with.
_EVENTS_PER_SESSION = 26.0
_EVENTS_PER_MINUTE = 9.4
_PILOT_PLAYERS = 1000


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that was going on when the history ended."""

    start_ms: int
    events: list[Event]
    """All of them, to the session's end."""
    told: int
    """How many of them the history has."""


class ArenaScenario:
    """A history of the arena game: `days` days of UTC, the last of them the day that holds `end`.

    Give `players` (how many exist; most arrive over the days) or `events` (about how many there will be;
    the players follow from it, within some per cent). `end` has a time zone; nothing happens at or after it.
    A scenario is played once: `batches()`, then `truth()`. Its players can go on living in `play_live`.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        players: int | None = None,
        events: int | None = None,
        days: int = 30,
        end: dt.datetime,
        game_id: str = "arena",
    ) -> None:
        if (players is None) == (events is None):
            raise ValueError("Give either players or events.")
        if not 0 <= seed <= SEED_MAX:
            raise ValueError(f"The seed must be 0 to {SEED_MAX}.")
        if days < 1:
            raise ValueError("A history has at least one day.")
        if end.tzinfo is None:
            raise ValueError("The end needs a time zone.")
        self.seed = seed
        self.game_id = game_id
        self.days = days
        self.end = end.astimezone(dt.UTC)
        self.end_ms = (self.end - _EPOCH) // dt.timedelta(milliseconds=1)
        self.first_day = (self.end - dt.timedelta(microseconds=1)).date() - dt.timedelta(days=days - 1)
        self._first_ms = (self.first_day - dt.date(1970, 1, 1)).days * DAY_MS
        count = players if players is not None else self._players_for(events or 0)
        self._players = [draw_player(seed, index) for index in range(count)]
        self._lobbies = max(1, count // 400)
        self._sale = population.sale_days(self.first_day, days)
        self._tally = Tally()
        self._started = False
        self._open_sessions: list[OpenSession] = []

    @property
    def players(self) -> int:
        """Players who exist; live play adds more."""
        return len(self._players)

    @property
    def was_played(self) -> bool:
        """Whether somebody has asked for its events: then its players have a past."""
        return self._started

    def batches(self, batch_events: int = BATCH_EVENTS) -> Iterator[list[Event]]:
        """All events by time (and `seq`), in lists of that length; the last one may be shorter.

        Memory holds some hours of play, never the whole. Raises `RuntimeError` when asked twice, because
        the players would start from what they have become.
        """
        if self._started:
            raise RuntimeError("This history was already played; make a new scenario.")
        self._started = True
        batch: list[Event] = []
        for hour in self._hours():
            position = 0
            while position < len(hour):
                taken = hour[position : position + batch_events - len(batch)]
                batch += taken
                position += len(taken)
                if len(batch) == batch_events:
                    yield batch
                    batch = []
        if batch:
            yield batch

    def open_sessions(self) -> list[OpenSession]:
        """Who was playing when the history ended; complete once `batches()` is exhausted."""
        return list(self._open_sessions)

    def sessions_from(self, at_ms: int) -> Iterator[tuple[Player, PlannedSession]]:
        """Who plays from then on, earliest first: the rest of that day as planned, then without an end days like
        the last of the history, each with its newcomers."""
        plan = Plan(self.seed, self._players, self.first_day, self.days)
        day = (at_ms - self._first_ms) // DAY_MS
        while True:
            if day >= self.days:
                newcomers = plan.newcomers_per_day
                self._players += [draw_player(self.seed, len(self._players) + index) for index in range(newcomers)]
                plan.welcome(self._players, newcomers, day)
            for session in plan.day(day):
                if session.start_ms >= at_ms:
                    yield self._players[session.player_index], session
            day += 1

    def released_at_ms(self, version: int) -> int:
        return self._first_ms + int(population.RELEASED_AFTER[version] * self.days * DAY_MS)

    def version_of(self, player: Player, at_ms: int) -> str:
        """What they have installed at that time. Some update at once, some after weeks."""
        average_delay_ms = 0.05 * self.days * DAY_MS
        installed = 0
        for version in range(1, len(population.VERSIONS)):
            if self.released_at_ms(version) + player.update_delays[version] * average_delay_ms <= at_ms:
                installed = version
        return population.VERSIONS[installed]

    def play_session(self, player: Player, start_ms: int, minutes: float) -> list[Event]:
        """One session, from its start to its end, with times after `end` too; the player remembers it."""
        version = self.version_of(player, start_ms)
        sale_begins, sale_ends = self._sale
        day = self.first_day + dt.timedelta(days=(start_ms - self._first_ms) // DAY_MS)
        session = arena_session.SessionPlay(
            self.seed,
            self.game_id,
            player,
            start_ms,
            minutes,
            version,
            self._lobbies,
            is_sale=sale_begins <= day < sale_ends,
        )
        return session.play()

    def pick_live_player(self, rng: Random, at_ms: int, new_share: float) -> Player:
        """Somebody to play now: somebody new with that chance, else one who is not playing already.

        Those who play often come more often. When nearly everybody is playing, somebody new comes too.
        """
        if self._players and rng.random() >= new_share:
            for attempt in range(60):
                player = rng.choice(self._players)
                arrived = player.sessions > 0 or not self._started
                # Who has left for good comes back only when there is hardly anybody else.
                likely = attempt >= 30 or (player.lifetime_days > 1 and rng.random() < player.play_share)
                if arrived and likely and at_ms >= player.busy_until_ms:
                    return player
        player = draw_player(self.seed, len(self._players))
        self._players.append(player)
        return player

    def truth(self) -> Truth:
        """What `batches()` has yielded, counted; complete once it is exhausted."""
        tally = self._tally
        first_day = self._first_days()
        days = [self.first_day + dt.timedelta(days=day) for day in range(self.days)]
        return Truth(
            scenario="arena",
            game_id=self.game_id,
            seed=self.seed,
            players_planned=len(self._players),
            players=len(first_day),
            start=dt.datetime.combine(self.first_day, dt.time(), dt.UTC),
            end=self.end,
            events=tally.names.total(),
            sessions=tally.sessions.total(),
            events_by_name=dict(sorted(tally.names.items())),
            days=[
                DayTruth(
                    day=day,
                    events=tally.events_by_day[day],
                    dau=len(tally.players_by_day.get(day, ())),
                    new_players=sum(1 for first in first_day.values() if first == day),
                    sessions=tally.sessions_by_day[day],
                    crashed_sessions=tally.crashes_by_day[day],
                    revenue_micros=tally.revenue["purchase", day],
                    ad_revenue_micros=tally.revenue["ad_impression", day],
                )
                for day in days
            ],
            versions=[
                VersionTruth(version=name, released_at=_EPOCH + dt.timedelta(milliseconds=self.released_at_ms(index)))
                for index, name in enumerate(population.VERSIONS)
            ],
            stability=[
                StabilityTruth(
                    version=version,
                    platform=platform,
                    sessions=sessions,
                    crashed_sessions=tally.crashes[version, platform],
                )
                for (version, platform), sessions in sorted(tally.sessions.items())
            ],
            levels=[
                LevelTruth(
                    level=level,
                    starts=tally.levels[level, "level_start"],
                    completes=tally.levels[level, "level_complete"],
                    fails=tally.levels[level, "level_fail"],
                )
                for level in arena_session.LEVELS
            ],
            groups=self._groups(first_day),
            planted=self._planted(),
        )

    def _players_for(self, events: int) -> int:
        count = _PILOT_PLAYERS
        # A few long-lived players weigh much among few, so the guess is tried on the players who would play.
        for _ in range(4):
            pilot = [draw_player(self.seed, index) for index in range(min(count, 5 * _PILOT_PLAYERS))]
            sessions, minutes = Plan(self.seed, pilot, self.first_day, self.days).minutes_before(self.end_ms)
            expected = sessions * _EVENTS_PER_SESSION + minutes * _EVENTS_PER_MINUTE
            count = max(1, round(len(pilot) * events / expected)) if expected else count
        return count

    def _hours(self) -> Iterator[list[Event]]:
        """Events by hour. An hour is complete when a session begins after it: later ones only add later events."""
        open_hours: dict[int, list[Event]] = {}
        plan = Plan(self.seed, self._players, self.first_day, self.days)
        passed = 0
        for day in range(self.days):
            for session in plan.day(day):
                hour = session.start_ms // HOUR_MS
                if hour > passed:
                    passed = hour
                    yield from _sorted_hours(open_hours, before=hour)
                self._play(session, open_hours)
        yield from _sorted_hours(open_hours, before=1 << 62)

    def _play(self, session: PlannedSession, open_hours: dict[int, list[Event]]) -> None:
        player = self._players[session.player_index]
        start_ms = max(session.start_ms, player.busy_until_ms)
        if start_ms >= self.end_ms:
            return
        events = self.play_session(player, start_ms, session.minutes)
        length_ms = events[-1].mono_ms or 0
        player.busy_until_ms = start_ms + length_ms + population.BREAK_MS
        if length_ms >= self.end_ms - start_ms:
            told = sum(1 for event in events if (event.mono_ms or 0) < self.end_ms - start_ms)
            self._open_sessions.append(OpenSession(start_ms, events, told))
            events = events[:told]
        self._tally.add(player, _EPOCH + dt.timedelta(milliseconds=start_ms), events)
        first_hour = start_ms // HOUR_MS
        if (start_ms + length_ms) // HOUR_MS == first_hour:
            open_hours.setdefault(first_hour, []).extend(events)
            return
        for event in events:
            open_hours.setdefault((start_ms + (event.mono_ms or 0)) // HOUR_MS, []).append(event)

    def _first_days(self) -> dict[int, dt.date]:
        first: dict[int, dt.date] = {}
        for day, indices in sorted(self._tally.players_by_day.items()):
            for index in indices:
                first.setdefault(index, day)
        return first

    def _groups(self, first_day: dict[int, dt.date]) -> list[GroupTruth]:
        groups = {name: GroupTruth(group=name, players=0, back_next_day=0) for name in population.GROUPS}
        for index, day in first_day.items():
            group = groups[self._players[index].group]
            group.players += 1
            group.back_next_day += index in self._tally.players_by_day.get(day + dt.timedelta(days=1), ())
        return list(groups.values())

    def _planted(self) -> Planted:
        return Planted(
            crashing_version=arena_crashes.CRASHING_VERSION,
            crashing_platform=arena_crashes.CRASHING_PLATFORM,
            crash_chance=arena_crashes.PLANTED_CRASH_CHANCE,
            crash_chance_elsewhere=arena_crashes.CRASH_CHANCE,
            sale_days=list(self._sale),
            slow_version=arena_session.SLOW_VERSION,
            slow_platform=arena_session.SLOW_PLATFORM,
            slow_factor=arena_session.SLOW_FACTOR,
            hard_level=arena_session.HARD_LEVEL,
            hard_level_fail_chance=arena_session.HARD_LEVEL_FAIL_CHANCE,
            experiment=population.EXPERIMENT,
            first_day_leavers=dict(population.FIRST_DAY_LEAVERS),
            cheaters=[p.player_id for p in self._players if p.is_cheater],
            whales=[p.player_id for p in self._players if p.is_whale],
            wrong_clocks_s={p.player_id: p.clock_skew_s for p in self._players if p.clock_skew_s},
            zones=[
                ZoneTruth(
                    zone=zone.name,
                    x=zone.x,
                    y=zone.y,
                    floor=zone.floor,
                    spread=zone.spread,
                    deaths_per_hour=zone.deaths_per_hour,
                )
                for zone in ZONES
            ],
        )


def _sorted_hours(open_hours: dict[int, list[Event]], *, before: int) -> Iterator[list[Event]]:
    for hour in sorted(hour for hour in open_hours if hour < before):
        events = open_hours.pop(hour)
        # Sessions were added in the order of `seq`, and the sort is stable: no session is turned around.
        events.sort(key=attrgetter("time"))
        yield events
