"""What an examination finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct


class Finding(Struct, frozen=True):
    what: str
    is_good: bool
    found: str
    """In a sentence: what is wrong, what can be saved, and which command does it."""


class CannotAsk(Exception):
    """A statement has no answer; the message says why."""


Ask = Callable[[str], list[list[Any]]]
"""Rows of a statement, of the store itself or of the server that has it open. Raises `CannotAsk`."""
OnProgress = Callable[[str], None]
