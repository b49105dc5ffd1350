"""What of a player's scores counts on a leaderboard, and which of them wins: the setting `leaderboards`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Take = Literal["best", "last", "sum"]
Direction = Literal["desc", "asc"]

FORM = re.compile(r"(?P<board>.{1,256})=(?P<take>best|last|sum):(?P<direction>desc|asc)", re.DOTALL)
EVERY_BOARD = "*"


class BoardRule(Struct, frozen=True):
    take: Take
    direction: Direction

    @classmethod
    def read(cls, text: str) -> tuple[str, BoardRule]:
        """Of `board=take:direction`. Raises `ValueError`."""
        form = FORM.fullmatch(text)
        if form is None:
            raise ValueError(f"expected board=best:desc, with best, last or sum, and desc or asc, got {text!r}")
        return form["board"], cls(form["take"], form["direction"])  # pyright: ignore[reportArgumentType] - so it is


class Boards:
    """The rule of each board."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Raises `ValueError`."""
        self._by_board = dict(BoardRule.read(text) for text in texts)

    def of(self, board: str) -> BoardRule | None:
        """None for one that is not kept."""
        return self._by_board.get(board) or self._by_board.get(EVERY_BOARD)
