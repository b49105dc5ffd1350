"""A small game that the pages of metrics ask for their example answers: nine days of fourteen players, by rule.

Nothing in it is left to chance, so that the pages are the same each time they are made. What a metric is about happens
in it: whoever adds a metric about something else adds that here.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

GAME = "arena"
FIRST_DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
DAYS = 9
NOW = FIRST_DAY + dt.timedelta(days=DAYS, hours=9)
ASKED = {"gameId": GAME, "from": "2026-03-03", "to": "2026-03-08"}
OWN: dict[str, dict[str, str]] = {"journey": {"playerId": "p03", "limit": "20"}, "player": {"playerId": "p03"}}
"""What some metrics are asked besides, of this game."""
PLAYERS = 14
LEVELS = 4


def events() -> list[dict[str, Any]]:
    """In the order of time."""
    found = [event for player in range(PLAYERS) for day in range(DAYS) for event in _day(player, day)]
    found.sort(key=lambda event: (event["time"], event["player_id"], event["seq"]))
    return [event | {"event_id": uuid.UUID(int=number + 1)} for number, event in enumerate(found)]


def _day(player: int, day: int) -> Iterator[dict[str, Any]]:
    """One session of a player, on the days on which they play."""
    age = day - player // 2
    if age < 0 or (player + age * age) % 3 == 2:
        return
    start = FIRST_DAY + dt.timedelta(days=day, hours=9 + player % 6, minutes=7 * player)
    common = {
        "player_id": f"p{player:02}",
        "session_id": f"p{player:02}-{day}",
        "platform": ("windows", "linux", "android")[player % 3],
        "version": "1.1" if day >= 4 and player % 2 == 0 else "1.0",
        "country": ("DE", "US")[player % 2],
    }
    for seq, (seconds, name, fields) in enumerate(_session(player, day, age)):
        moment = {"time": start + dt.timedelta(seconds=seconds), "seq": seq, "mono_ms": 1_000 * seconds}
        yield {"name": name} | common | moment | fields


def _session(player: int, day: int, age: int) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Seconds since its start, the event's name and its own fields."""
    balance = 100 * age
    group = ("control", "red")[player % 2]
    yield 0, "session_start", {"props": {"experiment": "button", "experiment_group": group, "first": age == 0}}
    yield 5, "performance", {"value": 58.0, "props": {"frames": 580, "duration_s": 10, "frame_p95_ms": 21.0}}
    for number in range(3):
        level = min(LEVELS, 1 + age + number)
        began = 30 + 120 * number
        took = 60 + 5 * player
        is_won = (player + day + number) % 3 != 0
        yield began, "level_start", {"level": str(level), "props": {"attempt": 1 + number}}
        ended = {"attempt": 1 + number, "duration_s": took}
        if is_won:
            balance += 20
            yield began + took, "level_complete", {"level": str(level), "value": 100.0 * level, "props": ended}
            gained = {"reason": "level_reward", "balance": balance}
            yield began + took, "resource_gain", {"value": 20.0, "currency": "gold", "props": gained}
        else:
            yield began + took, "level_fail", {"level": str(level), "props": ended | {"reason": "defeated"}}
    if player % 4 == 0 and age == 0:
        yield 400, "achievement_unlocked", {"props": {"achievement": "first_blood"}}
    match = {"match_id": f"m{day}-{player // 4}", "map": "arena"}
    yield 420, "match_start", match | {"props": {"mode": "deathmatch", "players": 4}}
    for number in range(9):
        place = {"x": 10.0 * (player % 5) + number, "y": 10.0 * (day % 4) + 2.0 * number, "z": 0.0}
        yield 421 + 10 * number, "position", match | place | {"props": {"interval_ms": 10_000}}
        if number == 4:
            yield 421 + 10 * number, "player_death", match | place | {"props": {"weapon": "rifle", "distance": 12.0}}
            yield 421 + 10 * number, "item_looted", match | place | {"props": {"item": "medkit", "rarity": "common"}}
    result = "win" if player % 4 == day % 4 else "loss"
    ended = {"mode": "deathmatch", "result": result, "duration_s": 100, "kills": player % 5, "deaths": 1}
    yield 520, "match_end", match | {"value": 10.0 * player + day, "props": ended}
    yield 521, "score_posted", {"value": 10.0 * player + day, "props": {"board": "deathmatch"}}
    yield 530, "ad_impression", {"value": 0.01, "currency": "USD", "props": {"placement": "lobby", "format": "banner"}}
    if player % 3 == 0 and age in (1, 4):
        bought = {"product": "starter_pack", "kind": "iap", "transaction_id": f"t{player}-{age}"}
        yield 540, "purchase", {"value": 4.99 if age == 1 else 9.99, "currency": "USD", "props": bought}
    if balance >= 50:
        spent = {"reason": "shop", "item": "sword", "balance": balance - 50}
        yield 550, "resource_spend", {"value": 50.0, "currency": "gold", "props": spent}
    if player == 5 and day == 6:
        yield 560, "crash", {"severity": "critical", "props": {"title": "NullReferenceException", "class": "crash"}}
        return
    yield 600, "session_end", {"props": {"duration_s": 600, "reason": "quit"}}
