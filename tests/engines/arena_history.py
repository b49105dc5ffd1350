"""Two days of five players who do everything that our metrics ask about."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

PLAYERS = ("ann", "bob", "cy", "dee", "eve")
NOW = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)


def events() -> list[dict[str, Any]]:
    dice = random.Random(5)
    return [
        event
        for player in PLAYERS
        for day in (1, 2)
        for hour in (9, 12, 18)
        for event in _visit(player, day, hour, dice)
    ]


def _visit(player: str, day: int, hour: int, dice: random.Random) -> list[dict[str, Any]]:
    began = dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)
    common = {
        "player_id": player,
        "session_id": f"s{day}{hour}",
        "match_id": f"m{day}{hour}",
        "platform": dice.choice(["windows", "linux"]),
        "version": dice.choice(["1.0", "1.1"]),
        "country": dice.choice(["DE", "US", None]),
        "region": dice.choice(["BY", None]),
    }
    level = {"mode": dice.choice(["ranked", "casual"]), "n": 1.5, "deep": {"of": 3}, "is_first": day == 1}
    happened: list[tuple[str, int, dict[str, Any]]] = [
        ("session_start", 0, {}),
        ("level_start", 5, {"level": "1", "props": level}),
        ("position", 20, {"map": "arena", "x": 1.0, "y": 2.0}),
        ("position", 30, {"map": "arena", "x": 21.0, "y": 2.0}),
        ("player_death", 50, {"map": "arena", "x": dice.random() * 100, "y": dice.random() * 100}),
        (
            dice.choice(["level_complete", "level_fail"]),
            100,
            {"level": "1", "props": {"score": dice.randint(1, 99), "duration_s": 95.0, "mode": 7}},
        ),
        (
            "purchase",
            120,
            {"value": 4.99, "currency": "EUR", "props": {"product_id": "gem", "transaction_id": f"{began}"}},
        ),
        ("item_looted", 130, {"props": {"item": dice.choice(["sword", "axe"]), "rarity": "rare"}}),
        ("resource_gain", 131, {"value": 10, "props": {"resource": "gold", "source": "loot"}}),
        ("resource_spend", 132, {"value": 3, "props": {"resource": "gold", "sink": "shop"}}),
        ("performance", 140, {"props": {"frames": 600, "duration_s": 10.0, "scene": "a", "device_model": "x"}}),
        ("achievement_unlocked", 141, {"props": {"achievement": "first"}}),
        ("ad_impression", 142, {"value": 0.01, "currency": "USD"}),
        ("match_end", 150, {"value": dice.randint(1, 50), "props": {"won": True}}),
        *([("crash", 160, {"props": {"message": "boom", "fingerprint": "f"}})] if dice.random() < 0.3 else []),
        ("session_end", 200, {}),
    ]
    return [
        {"name": name, "time": began + dt.timedelta(seconds=at), "seq": at, "mono_ms": at * 1000, **common, **more}
        for name, at, more in happened
    ]
