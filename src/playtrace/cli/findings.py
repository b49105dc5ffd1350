"""What `playtrace doctor` finds."""

from __future__ import annotations

from msgspec import Struct


class Finding(Struct, frozen=True):
    what: str
    is_good: bool
    found: str
