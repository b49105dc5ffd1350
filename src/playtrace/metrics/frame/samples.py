"""Events that a game sends all the while, whatever the player does: they say nothing of what somebody did next."""

from __future__ import annotations

SAMPLES = ("position", "performance", "heartbeat")
