"""A month of a small game, with numbers that can be told by heart: what the browser tests look at."""

from __future__ import annotations

import datetime as dt
from typing import Any

GAME = "arena"
PLAYERS = 12
"""All of them are new on the first day; the first `RETURNING` of them come back the day after."""
RETURNING = 6
SESSION_SECONDS = 600
CRASHES = 3
DEATHS_BY_PLACE = {"calm": 6, "deadly": 6}
"""As many deaths in both places; players spend `SECONDS_BY_PLACE` there."""
SECONDS_BY_PLACE = {"calm": 3600, "deadly": 360}
POSITIONS = {"calm": (12.0, 12.0), "deadly": (82.0, 72.0)}
SECONDS_INTO_SESSION = {"calm": 60, "deadly": 420}
POSITION_EVERY_SECONDS = 10
PLATFORMS = ("windows", "linux", "switch")

Json = dict[str, Any]


def played_game(now: dt.datetime) -> list[Json]:
    """Events as `POST /api/events` takes them. The first day is five days before `now`."""
    first_day = now.replace(hour=10, minute=0, second=0, microsecond=0) - dt.timedelta(days=5)
    events: list[Json] = []
    for number in range(PLAYERS):
        events += _session(number, first_day)
        if number < RETURNING:
            events += _session(number, first_day + dt.timedelta(days=1))
    events += _crashes(first_day)
    events += _deaths(first_day)
    # So that the map is as large as the places in it say.
    events += [_event("item_looted", 0, first_day, map="keep", x=x, y=y) for x, y in ((0.0, 0.0), (99.0, 99.0))]
    return events


def _event(name: str, player: int, time: dt.datetime, **fields: Any) -> Json:
    return {
        "name": name,
        "game_id": GAME,
        "player_id": f"player-{player}",
        "session_id": f"session-{player}-{time.date()}",
        "platform": PLATFORMS[player % len(PLATFORMS)],
        "version": "1.1.0" if player % 2 else "1.0.0",
        "country": "DE",
        "time": time.isoformat(),
        **fields,
    }


def _session(player: int, start: dt.datetime) -> list[Json]:
    end = start + dt.timedelta(seconds=SESSION_SECONDS)
    return [
        _event("session_start", player, start, mono_ms=0),
        _event("session_end", player, end, mono_ms=SESSION_SECONDS * 1000),
    ]


def _crashes(day: dt.datetime) -> list[Json]:
    return [
        _event(
            "crash",
            player,
            day + dt.timedelta(seconds=SESSION_SECONDS - 1),
            severity="critical",
            props={"stackTrace": "NullReferenceException\n  at Keep.Gate.Open ()"},
        )
        for player in range(CRASHES)
    ]


def _deaths(day: dt.datetime) -> list[Json]:
    """Every player walks through both places, all equally long; six of them die in each."""
    events: list[Json] = []
    for place, (x, y) in POSITIONS.items():
        begin = day + dt.timedelta(seconds=SECONDS_INTO_SESSION[place])
        steps = SECONDS_BY_PLACE[place] // PLAYERS // POSITION_EVERY_SECONDS
        for player in range(PLAYERS):
            for step in range(steps + 1):
                seconds = SECONDS_INTO_SESSION[place] + step * POSITION_EVERY_SECONDS
                time = day + dt.timedelta(seconds=seconds)
                events.append(_event("position", player, time, mono_ms=seconds * 1000, map="keep", x=x, y=y))
        events += [
            _event("player_death", player, begin + dt.timedelta(seconds=5), map="keep", x=x, y=y)
            for player in range(DEATHS_BY_PLACE[place])
        ]
    return events
