"""What a few routes work with, without a server around them."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from playtrace.api.state import State


def partial_state(**parts: Any) -> State:
    """These parts; a route that asks for another fails, as it is None."""
    needed = {field.name for field in fields(State) if field.default_factory is MISSING}
    return State(**dict.fromkeys(needed) | parts)
