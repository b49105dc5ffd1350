"""The loot scenario: stat sheets, one for each player of each match, as `POST /api/submit` takes them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Final
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from playtrace.event import Scalar
from playtrace.simulate.custom_stats import CustomStats
from playtrace.simulate.delivery import RETRY_SECONDS_MAX, Delivery, DeliveryReport, ServerRefused
from playtrace.simulate.upload import ReportProgress, all_or_first_error

ITEMS: Final = ("rubber_duck", "medkit", "ammo_box", "grenade", "gold_coin")
ITEM_COUNT_MAX: Final = 5
MAP_SIZE: Final = 100.0
MATCH_SECONDS: Final = (300, 1800)
PLAYER_LEVELS: Final = (1, 50)

# Where items lie more often than elsewhere, so that each item's heatmap has a shape of its own.
_FAVOURITE_PLACES = {
    "rubber_duck": (15.0, 85.0),
    "medkit": (50.0, 50.0),
    "ammo_box": (70.0, 30.0),
    "grenade": (30.0, 30.0),
    "gold_coin": (85.0, 85.0),
}
_HAPPENINGS = ("player_kill", "player_death", "door_opened")


class SheetEvent(Struct, kw_only=True):
    event_type: str
    timestamp: dt.datetime
    details: dict[str, Scalar]


class StatSheet(Struct, kw_only=True, omit_defaults=True):
    """What one player did in one match."""

    match_id: str
    player_id: str
    looted_items: dict[str, int]
    """For each item, 0 to 5."""
    locations: dict[str, tuple[float, float]]
    """Where it was found; only items that were."""
    timestamp: dt.datetime
    """End of the match."""
    match_duration: int
    """Seconds."""
    player_level: int
    events: list[SheetEvent] = []
    custom_stats: dict[str, Scalar] = {}


class LootScenario:
    """`matches` matches of `players` players each, the last of which ends at `end`. Deterministic."""

    def __init__(
        self,
        *,
        seed: int = 1,
        matches: int = 50,
        players: int = 4,
        end: dt.datetime,
        custom_stats: CustomStats | None = None,
    ) -> None:
        if matches < 0 or players < 1:
            raise ValueError("A scenario has no negative number of matches, and at least one player.")
        if end.tzinfo is None:
            raise ValueError("The end needs a time zone.")
        self.seed = seed
        self.matches = matches
        self.players = players
        self.end = end.astimezone(dt.UTC)
        self._custom_stats = custom_stats or {}

    @property
    def sheet_count(self) -> int:
        return self.matches * self.players

    def sheets(self) -> Iterator[StatSheet]:
        """The sheets by match, oldest first. May be asked for again: they are the same."""
        # Half as many people again as fit into a match, so that some come back and some sit out.
        regulars = self.players + max(1, self.players // 2)
        for match in range(self.matches):
            rng = Random(self.seed << 64 | match)
            ended_at = self.end - dt.timedelta(minutes=10 * (self.matches - 1 - match))
            duration_s = rng.randint(*MATCH_SECONDS)
            for player in sorted(rng.sample(range(regulars), self.players)):
                yield self._sheet(rng, f"match_{match + 1:05d}", player, ended_at, duration_s)

    def _sheet(self, rng: Random, match_id: str, player: int, ended_at: dt.datetime, duration_s: int) -> StatSheet:
        looted = {item: rng.randint(0, ITEM_COUNT_MAX) for item in ITEMS}
        return StatSheet(
            match_id=match_id,
            player_id=f"p-{player:06d}",
            looted_items=looted,
            locations={item: _place(rng, item) for item, count in looted.items() if count},
            timestamp=ended_at,
            match_duration=duration_s,
            player_level=rng.randint(*PLAYER_LEVELS),
            events=_happenings(rng, ended_at, duration_s),
            custom_stats={name: stat.draw(rng) for name, stat in self._custom_stats.items()},
        )


def _place(rng: Random, item: str) -> tuple[float, float]:
    if rng.random() < 0.4:
        return round(rng.uniform(0, MAP_SIZE), 2), round(rng.uniform(0, MAP_SIZE), 2)
    x, y = _FAVOURITE_PLACES[item]
    return _on_map(rng.gauss(x, 8)), _on_map(rng.gauss(y, 8))


def _on_map(coordinate: float) -> float:
    return round(min(MAP_SIZE, max(0.0, coordinate)), 2)


def _happenings(rng: Random, ended_at: dt.datetime, duration_s: int) -> list[SheetEvent]:
    before_end_s = sorted((rng.randint(1, duration_s) for _ in range(rng.randint(0, 3))), reverse=True)
    return [
        SheetEvent(
            event_type=rng.choice(_HAPPENINGS),
            timestamp=ended_at - dt.timedelta(seconds=seconds),
            details={"x": round(rng.uniform(0, MAP_SIZE), 2), "y": round(rng.uniform(0, MAP_SIZE), 2)},
        )
        for seconds in before_end_s
    ]


async def submit_sheets(
    scenario: LootScenario,
    server: str,
    key: str | None = None,
    *,
    game_id: str | None = None,
    requests_at_once: int = 32,
    retry_seconds_max: float = RETRY_SECONDS_MAX,
    on_progress: ReportProgress | None = None,
) -> DeliveryReport:
    """Posts each sheet to `/api/submit`, many at a time. A sheet that is refused with 400 is counted as rejected.

    `game_id` goes along as `?gameId=` where the key does not imply it. Raises `DeliveryError`.
    """
    path = "/api/submit" + (f"?{urlencode({'gameId': game_id})}" if game_id else "")
    encoder = msgspec.json.Encoder()
    sheets = scenario.sheets()
    async with Delivery(server, key, connections=requests_at_once, retry_seconds_max=retry_seconds_max) as delivery:
        report = delivery.report

        async def work() -> None:
            for sheet in sheets:
                answer = await delivery.post(path, encoder.encode(sheet))
                if answer.status in (200, 201):
                    report.accepted += 1
                elif answer.status in (400, 413, 422):
                    report.reject(1, answer.sentence())
                else:
                    raise ServerRefused(f"{server} answered {answer.sentence()}")
                if on_progress is not None:
                    on_progress(report)

        await all_or_first_error([asyncio.create_task(work()) for _ in range(requests_at_once)])
    return delivery.report
