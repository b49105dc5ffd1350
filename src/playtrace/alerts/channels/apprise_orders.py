"""What the process that sends through Apprise is told, and what it answers."""

from __future__ import annotations

import msgspec

from playtrace.alerts.message import Message


class Order(msgspec.Struct, frozen=True):
    target: str
    message: Message | None
    """None: only look whether the address is one."""
    allow_private: bool


class Outcome(msgspec.Struct, frozen=True):
    error: str | None = None
    """Why it was not sent; None when it was."""
    may_pass: bool = False
    """Whether it may go better soon."""
