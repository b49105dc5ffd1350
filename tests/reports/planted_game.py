"""A small game whose every figure can be counted by hand, and a naive count of them.

Nine players of New York in three weeks, over the day on which its clock is put forward (8 March 2026). The count shares
nothing with the metrics: it walks over the list of events for each figure.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

Events = list[dict[str, Any]]

ZONE = ZoneInfo("America/New_York")
FIRST, LAST = dt.date(2026, 2, 23), dt.date(2026, 3, 15)
NOW = dt.datetime(2026, 3, 16, 15, 0, tzinfo=dt.UTC)
PLAYERS = 9
CRASHES = ("Fell through the floor", "Out of memory", "Fell through the floor", "Texture is missing")


def played() -> Events:
    """In the order of time."""
    days = [FIRST + dt.timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    found = [
        event for number, day in enumerate(days) for player in range(PLAYERS) for event in _session(player, number, day)
    ]
    return sorted(found, key=lambda event: event["time"])


def _session(player: int, number: int, day: dt.date) -> Events:
    age = number - 2 * player
    if age < 0 or (age + player) % 4 == 3 or (age * player) % 5 == 2:
        return []
    # The last one plays over midnight, and the first one at the hour that is skipped in March.
    hour, minute = (23, 50) if player == 8 else (1, 55) if player == 0 else (9 + player, 7 * player)
    start = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(dt.UTC)
    common = {
        "player_id": f"p{player}",
        "session_id": f"p{player}-{number}",
        "platform": "linux",
        "version": "1.10" if number >= 12 and player % 2 == 0 else "1.9",
    }
    events = [("session_start", 0, {})]
    if (number + player) % 3 == 0:
        events.append(("purchase", 60, {"value": 1.25 + player, "currency": "EUR" if player == 4 else "USD"}))
    if (number * player) % 7 == 5:
        title = CRASHES[(number + player) % len(CRASHES)]
        events.append(("crash", 300 + 60 * player, {"props": {"title": title, "exception": "Fault"}}))
    else:
        events.append(("session_end", 600 + 90 * player, {}))
    return [
        {"name": name, "time": start + dt.timedelta(seconds=seconds), "seq": seq} | common | fields
        for seq, (name, seconds, fields) in enumerate(events)
    ]


class Count:
    """What is true of the days from `first` to `last`, both included, as far as it has happened until `until`."""

    def __init__(self, events: Events, first: dt.date, last: dt.date, until: dt.datetime | None = None) -> None:
        self.all = events
        self.first, self.last = first, last
        self.events = [
            event for event in events if first <= day_of(event) <= last and (not until or event["time"] < until)
        ]
        self.players = {event["player_id"] for event in self.events}
        self.new = {player for player in self.players if first <= first_day(events, player) <= last}
        self.sessions = {event["session_id"] for event in self.events if event["name"] == "session_start"}
        self.crashes = [event for event in self.events if event["name"] == "crash"]
        ended_badly = {event["session_id"] for event in events if event["name"] == "crash"}
        self.crashed = self.sessions & ended_badly
        self.dollars = sum(event["value"] for event in self.events if event.get("currency") == "USD")

    @property
    def played_seconds(self) -> int:
        """Each half minute of each session is looked at: sessions begin and end with one."""
        seconds = 0
        moments = defaultdict(list)
        for event in self.all:
            moments[event["session_id"]].append(event["time"])
        for of_session in moments.values():
            moment = min(of_session)
            while moment < max(of_session):
                seconds += 30 * (self.first <= moment.astimezone(ZONE).date() <= self.last)
                moment += dt.timedelta(seconds=30)
        return seconds


def day_of(event: dict[str, Any]) -> dt.date:
    return event["time"].astimezone(ZONE).date()


def first_day(events: Events, player: str) -> dt.date:
    return min(day_of(event) for event in events if event["player_id"] == player)


def came_back(events: Events, first: dt.date, last: dt.date, days: int) -> tuple[int, int]:
    """How many of those who came on these days were there so many days later, and how many they are."""
    came = {event["player_id"]: first_day(events, event["player_id"]) for event in events}
    cohort = {player: day for player, day in came.items() if first <= day <= last}
    back = {
        player
        for player, day in cohort.items()
        if any(event["player_id"] == player and day_of(event) == day + dt.timedelta(days=days) for event in events)
    }
    return len(back), len(cohort)
