"""Texts that fit their column: what is longer is cut, and shows it."""

from __future__ import annotations

import hashlib

from playtrace.mirrors.mysql.schema import Lengths

CUT = "…"
HASH_LENGTH = 8

Cut = tuple[str, str, str, str]
"""Table, column, the whole text, and what was written of it."""


class Texts:
    """Remembers what it cut, to be noted with the rows."""

    def __init__(self, lengths: Lengths) -> None:
        self._lengths = lengths
        self.cut: set[Cut] = set()

    def fitting(self, table: str, column: str, text: str) -> str:
        """The text, or as much of it as its column has room for, and `…`."""
        length = self._lengths[table, column]
        return text if len(text) <= length else self._noted(table, column, text, text[: length - 1] + CUT)

    def game(self, game_id: str) -> str:
        """An id that is too long ends with a part of its hash: two games stay two."""
        length = min(self._lengths[table, column] for table, column in self._lengths if column in ("id", "game_id"))
        if len(game_id) <= length:
            return game_id
        end = CUT + hashlib.sha256(game_id.encode()).hexdigest()[:HASH_LENGTH]
        return self._noted("games", "id", game_id, game_id[: length - len(end)] + end)

    def _noted(self, table: str, column: str, text: str, written: str) -> str:
        self.cut.add((table, column, text, written))
        return written
