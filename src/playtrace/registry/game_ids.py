"""What the id of a game may look like. It stands in addresses of pages, and on command lines."""

from __future__ import annotations

import re

GAME_ID_LENGTH_MAX = 64
GAME_ID_SHAPE = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{GAME_ID_LENGTH_MAX - 1}}}")
GAME_ID_EXPECTED = (
    f"expected 1 to {GAME_ID_LENGTH_MAX} characters out of a-z, 0-9, - and _, "
    "beginning with a letter or digit, such as my-game"
)


def is_game_id(text: str) -> bool:
    """The one rule for ids of games: whoever makes one asks here."""
    return GAME_ID_SHAPE.fullmatch(text) is not None
