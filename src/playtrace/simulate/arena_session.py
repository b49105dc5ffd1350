"""One session of the arena shooter, from `session_start` to `session_end` or to a crash.

A session is matches on the maps `arena` and `harbour` and levels of a campaign, mixed. What happens depends on the
player (who carries progress from session to session) and on a generator of random numbers of the
session's own, so sessions can be generated in any order that keeps each player's own.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from operator import methodcaller
from random import Random
from typing import Final
from uuid import UUID

from playtrace.event import Event, Properties, Severity
from playtrace.simulate.arena_crashes import (
    CRASH_CHANCE,
    CRASHES,
    CRASHING_PLATFORM,
    CRASHING_VERSION,
    ERRORS,
    PLANTED_CRASH,
    PLANTED_CRASH_CHANCE,
)
from playtrace.simulate.arena_map import EXITS, MAP, POINTS_OF, SIZE, SPAWNS, ZONES, Point, map_of
from playtrace.simulate.population import EXPERIMENT, MOBILE, Player

LEVELS: Final = tuple(f"level_{number:02d}" for number in range(1, 21))
HARD_LEVEL: Final = "level_07"
HARD_LEVEL_FAIL_CHANCE: Final = 0.8
"""Planted: one attempt in five gets through; its neighbours take two in three."""

SLOW_VERSION: Final = "1.1.0"
SLOW_PLATFORM: Final = "switch"
SLOW_FACTOR: Final = 0.75
"""Planted: what is left of the frame rate on `SLOW_PLATFORM` with `SLOW_VERSION`."""

SAMPLE_INTERVAL_MS: Final = 10_000
BURST_INTERVAL_MS: Final = 1000
"""The client looks closer, for five samples, while somebody moves fast."""
PERFORMANCE_INTERVAL_S: Final = 30

WALK_SPEED_MAX: Final = 10.0
"""Units per second. Honest players never move faster."""
MATCH_GOLD_MAX: Final = 600
"""Gold that an honest player can gain at once."""

_FPS = {"windows": 110.0, "linux": 100.0, "macos": 75.0, "android": 48.0, "ios": 58.0, "switch": 30.0}
_MEMORY_MB = {"windows": 2900, "linux": 2700, "macos": 2600, "android": 1100, "ios": 1300, "switch": 2200}
_DEVICES = {
    "windows": ("Desktop", "Desktop", "Laptop", "Handheld"),
    "linux": ("Desktop", "Steam Deck"),
    "macos": ("MacBook Air", "MacBook Pro"),
    "android": ("Galaxy A54", "Pixel 8", "Redmi Note 12", "Galaxy S23"),
    "ios": ("iPhone 13", "iPhone 15", "iPad"),
    "switch": ("Switch",),
}
_LOAD_S = {"windows": 1.4, "linux": 1.3, "macos": 1.5, "android": 2.6, "ios": 1.9, "switch": 3.2}
"""To load a scene cold, on average; warm it takes a third."""
_MODES = ("deathmatch", "deathmatch", "capture")
_WEAPONS = ("rifle", "rifle", "rifle", "shotgun", "sniper", "rocket", "grenade")
_ITEMS = ("ammo_box", "ammo_box", "ammo_box", "medkit", "medkit", "grenade", "gold_coin", "rubber_duck")
_GOODS = (("skin_rifle", 150), ("emote_wave", 80), ("ammo_upgrade", 220), ("banner", 60))
SALE_PRICE_SHARE: Final = 0.5
SALE_BUYING_FACTOR: Final = 4.0
"""Planted: so much more often something is bought while everything is at `SALE_PRICE_SHARE` of its price."""

_PACKS = (("pack_small", 0.99), ("pack_small", 0.99), ("pack_medium", 4.99), ("battle_pass", 9.99))
_WHALE_PACKS = (("pack_large", 49.99), ("pack_huge", 99.99), ("battle_pass", 9.99))

# Chances in the ten seconds from one position sample to the next.
_DEATH = tuple(zone.deaths_per_hour / 360 for zone in ZONES)
_KILL = tuple(zone.kills_per_hour / 360 for zone in ZONES)
_LOOT = tuple(zone.loot_per_hour / 360 for zone in ZONES)
_STAY = tuple(zone.stay for zone in ZONES)

# How far from the median frame time, in buckets of `frame_times`, which share of the frames lies; the rest is at it.
# Of each shape the slow side is a little longer than that of the one before.
_FRAME_SHAPES = tuple(
    tuple(
        (offset if offset < 0 else round(offset * (0.7 + 0.04 * stretch)), share)
        for offset, share in (
            (-8, 0.03),
            (-4, 0.12),
            (-2, 0.2),
            (3, 0.17),
            (6, 0.1),
            (11, 0.06),
            (18, 0.03),
            (28, 0.012),
            (40, 0.005),
            (54, 0.0015),
        )
    )
    for stretch in range(16)
)
_BUCKETS_PER_E = 51.046
"""See `frame_times` in docs/events.md."""

# Never changed by anybody, so all samples may share them.
_SAMPLE: Properties = {"interval_ms": SAMPLE_INTERVAL_MS}
_BURST: Properties = {"interval_ms": BURST_INTERVAL_MS}

_timedelta = dt.timedelta
_copy: Callable[[Event], Event] = methodcaller("__copy__")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_VERSION_4 = 4 << 76 | 2 << 62
_RANDOM_BITS = ((1 << 128) - 1) & ~(0xF << 76 | 0x3 << 62)


def fail_chance(level: int) -> float:
    """Chance to fail the level of that number (1 is the first) in one attempt, for an average player."""
    return HARD_LEVEL_FAIL_CHANCE if LEVELS[level - 1] == HARD_LEVEL else 0.12 + 0.015 * level


def uuid4(random_bits: int) -> UUID:
    """The UUID of version 4 with those 128 bits, at a third of the constructor's cost."""
    uuid = _new(UUID)
    _set(uuid, "int", random_bits & _RANDOM_BITS | _VERSION_4)
    _set(uuid, "is_safe", _UNKNOWN_SAFETY)
    return uuid


_new, _set = object.__new__, object.__setattr__
_UNKNOWN_SAFETY = UUID(int=0).is_safe


class _Crashed(Exception):
    """The process died; nothing more is heard of this session."""


class SessionPlay:
    """Plays one session and keeps what the client would have sent."""

    def __init__(
        self,
        seed: int,
        game_id: str,
        player: Player,
        start_ms: int,
        minutes: float,
        version: str,
        lobbies: int,
        *,
        is_sale: bool = False,
    ) -> None:
        self._rng = Random(seed << 136 | 2 << 128 | player.index << 64 | start_ms)
        self._random: Callable[[], float] = self._rng.random
        self._bits: Callable[[int], int] = self._rng.getrandbits
        self._player = player
        self._lobbies = lobbies
        self._is_sale = is_sale
        self._map = MAP
        self._start_ms = start_ms
        self._started_at = _EPOCH + dt.timedelta(milliseconds=start_ms)
        self._common = Event(
            name="session_start",
            game_id=game_id,
            player_id=player.player_id,
            session_id=f"s-{self._bits(48):012x}",
            platform=player.platform,
            version=version,
            country=player.country,
        )
        self._planned_ms = int(minutes * 60_000)
        self._events: list[Event] = []
        self._t = 0
        self._next_performance_ms = PERFORMANCE_INTERVAL_S * 1000
        planted = version == CRASHING_VERSION and player.platform == CRASHING_PLATFORM
        self._fault = PLANTED_CRASH if planted else self._rng.choice(CRASHES)
        crashes = self._random() < (PLANTED_CRASH_CHANCE if planted else CRASH_CHANCE)
        self._crash_ms = 5000 + int(self._random() * self._planned_ms * 0.9) if crashes else 1 << 62
        fps_share = SLOW_FACTOR if version == SLOW_VERSION and player.platform == SLOW_PLATFORM else 1.0
        self._fps = _FPS[player.platform] * fps_share * (0.85 + 0.3 * player.skill)

    def play(self) -> list[Event]:
        """The session's events, `seq` from 0, in order."""
        player = self._player
        first = player.sessions == 0
        player.sessions += 1
        self._add("session_start", {"experiment": EXPERIMENT, "experiment_group": player.group, "first": first})
        self._load("menu", cold=True)
        likes_levels = 0.65 if player.platform in MOBILE else 0.3
        try:
            while self._t < self._planned_ms:
                self._t += 4000 + self._between(16_000)
                self._check_crash()
                if self._random() < 0.03:
                    error = self._rng.choice(ERRORS)
                    self._add("error", error.properties("exception"), severity=Severity.WARNING)
                if player.level <= len(LEVELS) and self._random() < likes_levels:
                    self._level()
                else:
                    self._match()
                self._shop()
        except _Crashed:
            return self._events
        self._t += 1000 + self._between(5000)
        self._add("session_end", {"duration_s": round(self._t / 1000, 1), "reason": "quit"})
        return self._events

    def _between(self, limit: int) -> int:
        return int(self._random() * limit)

    def _add(
        self,
        name: str,
        props: Properties,
        point: Point | None = None,
        match_id: str | None = None,
        level: str | None = None,
        value: float | None = None,
        currency: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        events, t = self._events, self._t
        # Copying what all events of a session have in common costs a third of building each anew.
        event = _copy(self._common)
        event.name = name
        event.event_id = uuid4(self._bits(128))
        event.time = self._started_at + _timedelta(0, 0, t * 1000)
        event.seq = len(events)
        event.mono_ms = t
        event.props = props
        if point is not None:
            event.map = self._map
            event.x, event.y, event.z = point
        if match_id is not None:
            event.match_id = match_id
        if level is not None:
            event.level = level
        if value is not None:
            event.value = value
            event.currency = currency
        if severity is not None:
            event.severity = severity
        events.append(event)

    def _check_crash(self, point: Point | None = None, match_id: str | None = None, level: str | None = None) -> None:
        if self._t < self._crash_ms:
            return
        self._add("crash", self._fault.properties("crash"), point, match_id, level, severity=Severity.CRITICAL)
        raise _Crashed

    def _load(self, scene: str, *, cold: bool = False) -> None:
        platform = self._player.platform
        seconds = _LOAD_S[platform] * (1.0 if cold else 0.33) * (0.7 + 0.6 * self._random())
        self._t += int(seconds * 1000)
        device = _DEVICES[platform][self._player.index % len(_DEVICES[platform])]
        self._add("scene_loaded", {"scene": scene, "duration_s": round(seconds, 3), "cold": cold, "device": device})

    def _performance(self, point: Point | None, match_id: str | None, level: str | None) -> None:
        self._next_performance_ms = self._t + PERFORMANCE_INTERVAL_S * 1000
        player, random = self._player, self._random
        frames = int(self._fps * (0.75 + 0.4 * random()) * PERFORMANCE_INTERVAL_S)
        # The median is a little less than the mean.
        middle = int(_BUCKETS_PER_E * math.log(PERFORMANCE_INTERVAL_S * 955 / frames))
        at_middle = frames
        buckets: list[str] = []
        for offset, share in _FRAME_SHAPES[int(random() * 16)]:
            if count := int(share * frames):
                at_middle -= count
                buckets.append(f"{middle + offset}:{count}")
        buckets.append(f"{middle}:{at_middle - 1}")
        # One frame is slow, and now and then it is a hitch.
        buckets.append(f"{middle + 50 + int(random() * 90)}:1")
        platform = player.platform
        props: Properties = {
            "frames": frames,
            "duration_s": PERFORMANCE_INTERVAL_S,
            "frame_times": " ".join(buckets),
            "memory_mb": int(_MEMORY_MB[platform] * (0.8 + 0.3 * random())) + self._t // 60_000,
            "device": _DEVICES[platform][player.index % len(_DEVICES[platform])],
        }
        self._add("performance", props, point, match_id, level, value=round(frames / PERFORMANCE_INTERVAL_S, 2))

    def _gain(self, amount: int, reason: str, match_id: str | None = None, level: str | None = None) -> None:
        self._player.gold += amount
        props: Properties = {"reason": reason, "balance": self._player.gold}
        self._add("resource_gain", props, None, match_id, level, float(amount), "gold")

    def _match(self) -> None:
        player, random = self._player, self._random
        self._check_crash()
        # People who enter a lobby within the same ten minutes meet in the same match.
        slot = (self._start_ms + self._t) // 600_000
        self._map = map_of(slot)
        points = POINTS_OF[self._map]
        self._load(self._map)
        match_id = f"m-{slot:x}-{int(random() * self._lobbies):x}"
        mode = _MODES[int(random() * 3)]
        self._add("match_start", {"mode": mode, "players": 8}, None, match_id)
        began = self._t
        end = began + 180_000 + self._between(240_000)
        kills = deaths = 0
        zone = SPAWNS[int(random() * 2)]
        # Who plays well dies less and kills more; over all players both average out at the zone's own rate.
        dying, killing = 1.3 - 0.6 * player.skill, 0.6 + 0.8 * player.skill
        # A burst needs room for its samples; it is rare, but nobody who cheats goes without.
        burst_tick = 1 + int(random() * 15) if player.is_cheater or random() < 0.08 else -1
        tick = 0
        t = began
        while t < end:
            self._t = t
            point = points[zone][int(random() * 8192)]
            if t >= self._crash_ms:
                self._check_crash(point, match_id)
            if tick == burst_tick:
                point = self._burst(point, match_id)
            else:
                self._add("position", _SAMPLE, point, match_id)
                if random() < _LOOT[zone]:
                    self._t = t + 500 + int(random() * 2500)
                    props: Properties = {"item": _ITEMS[int(random() * 8)], "count": 1 + int(random() * 3)}
                    self._add("item_looted", props, point, match_id)
            if self._t >= self._next_performance_ms:
                self._performance(point, match_id, None)
            if random() < _KILL[zone] * killing:
                self._t = t + 4000 + int(random() * 2000)
                self._add("player_kill", self._shot(zone), point, match_id)
                kills += 1
            if random() < _DEATH[zone] * dying:
                self._t = t + 6000 + int(random() * 3500)
                self._add("player_death", self._shot(zone), point, match_id)
                deaths += 1
                zone = SPAWNS[int(random() * 2)]
            elif random() >= _STAY[zone]:
                exits = EXITS[zone]
                zone = exits[int(random() * len(exits))]
            tick += 1
            t += SAMPLE_INTERVAL_MS
        self._t = end if end > self._t else self._t + 100
        self._match_end(match_id, mode, kills, deaths, (self._t - began) / 1000)

    def _match_end(self, match_id: str, mode: str, kills: int, deaths: int, duration_s: float) -> None:
        player, random = self._player, self._random
        score = kills * 100 + self._between(200)
        props: Properties = {
            "mode": mode,
            "result": "win" if random() < 0.3 + 0.4 * player.skill else "loss",
            "duration_s": round(duration_s, 1),
            "kills": kills,
            "deaths": deaths,
        }
        self._add("match_end", props, None, match_id, value=float(score))
        if props["result"] == "win":
            self._t += 100
            self._add("score_posted", {"board": mode}, None, match_id, value=float(score))
        self._t += 500
        self._gain(min(MATCH_GOLD_MAX, 20 + score // 5), "match_reward", match_id)
        if player.is_cheater and random() < 0.4:
            self._t += 200
            self._gain(250_000 + self._between(750_000), "match_reward", match_id)
        player.matches += 1
        player.kills += kills
        for name, reached in (
            ("first_match", player.matches >= 1),
            ("hundred_kills", player.kills >= 100),
            ("fifty_matches", player.matches >= 50),
            ("untouchable", kills >= 5 and deaths == 0),
        ):
            if reached and name not in player.achievements:
                player.achievements.add(name)
                self._t += 300
                self._add("achievement_unlocked", {"achievement": name}, None, match_id)

    def _shot(self, zone: int) -> Properties:
        random = self._random
        long_range = zone == len(ZONES) - 1
        weapon = "sniper" if long_range else _WEAPONS[int(random() * 7)]
        return {"weapon": weapon, "distance": round((25 if long_range else 2) + random() * 20, 1)}

    def _burst(self, point: Point, match_id: str) -> Point:
        """Five samples a second apart; a cheater crosses the map with each, anybody else walks on."""
        random = self._random
        x, y, z = point
        for step in range(5):
            if step:
                self._t += BURST_INTERVAL_MS
                if self._player.is_cheater:
                    x = round((88 if x < SIZE / 2 else 2) + random() * 10, 2)
                else:
                    # Towards the middle, so that nobody runs into a wall and stands there.
                    x = round(x + math.copysign(3 + random() * 6, SIZE / 2 - x), 2)
            self._add("position", _BURST if step < 4 else _SAMPLE, (x, y, z), match_id)
        return x, y, z

    def _level(self) -> None:
        player, random = self._player, self._random
        number = player.level
        level = LEVELS[number - 1]
        self._check_crash(level=level)
        self._load(level)
        self._add("level_start", {"attempt": player.attempt}, level=level)
        began = self._t
        duration_ms = 60_000 + self._between(150_000)
        fails = random() < min(0.95, fail_chance(number) * (1.15 - 0.3 * player.skill))
        end = began + (int(duration_ms * (0.3 + 0.6 * random())) if fails else duration_ms)
        while self._t + 20_000 < end:
            self._t += 8000 + self._between(12_000)
            self._check_crash(level=level)
            if self._t >= self._next_performance_ms:
                self._performance(None, None, level)
            elif random() < 0.4:
                self._add("item_looted", {"item": _ITEMS[int(random() * 8)], "count": 1}, level=level)
        seconds = round((end - began) / 1000, 1)
        self._t = max(end, self._t + 1)
        if fails:
            reason = "time" if random() < 0.3 else "defeated"
            progress = round(0.2 + 0.75 * random(), 2)
            props: Properties = {
                "attempt": player.attempt,
                "duration_s": seconds,
                "reason": reason,
                "progress_share": progress,
            }
            self._add("level_fail", props, level=level)
            player.attempt += 1
            return
        stars = 1 + self._between(3)
        props = {"attempt": player.attempt, "duration_s": seconds, "stars": stars}
        self._add("level_complete", props, level=level, value=float(number * 100 * stars))
        self._t += 400
        self._gain(10 * number, "level_reward", level=level)
        player.level += 1
        player.attempt = 1

    def _shop(self) -> None:
        player, random = self._player, self._random
        self._t += 1000 + self._between(4000)
        self._check_crash()
        good, price = _GOODS[self._between(len(_GOODS))]
        if player.gold >= price and random() < 0.35:
            player.gold -= price
            props: Properties = {"item": good, "reason": "shop", "balance": player.gold}
            self._add("resource_spend", props, value=float(price), currency="gold")
        if player.is_payer:
            chance = 0.30 if player.is_whale else 0.05
            if random() < chance * (SALE_BUYING_FACTOR if self._is_sale else 1.0):
                pack, usd = self._rng.choice(_WHALE_PACKS if player.is_whale else _PACKS)
                self._t += 2000 + self._between(9000)
                props = {"product": pack, "quantity": 1, "transaction_id": f"t-{self._bits(48):012x}"}
                paid = usd * (SALE_PRICE_SHARE if self._is_sale else 1.0)
                self._add("purchase", props, value=round(paid, 2), currency="USD")
        elif player.platform in MOBILE and random() < 0.5:
            self._t += 500 + self._between(2000)
            props = {"placement": "between_rounds", "format": "interstitial"}
            self._add("ad_impression", props, value=round(0.003 + 0.017 * random(), 4), currency="USD")
