"""What a leaderboard counts: what of a player's scores, in which direction, and in which periods."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from playtrace.event import PASSIVE_EVENTS
from playtrace.journal.entry import EPOCH, microseconds

Take = Literal["best", "last", "sum"]
Direction = Literal["desc", "asc"]
Period = Literal["day", "week", "month", "all"]

DAY_US = 86_400_000_000
EVER_US = 2**62
"""The end of all time."""
SCORE_MAX = 1e15
FORM = re.compile(r"(?P<board>.{1,256})=(?P<take>best|last|sum):(?P<direction>desc|asc)", re.DOTALL)
EVERY_BOARD = "*"
PASSIVE = frozenset(PASSIVE_EVENTS)


class BoardRule(Struct, frozen=True):
    take: Take
    direction: Direction

    @classmethod
    def read(cls, text: str) -> tuple[str, BoardRule]:
        """Of `board=take:direction`. Raises `ValueError`."""
        form = FORM.fullmatch(text)
        if form is None:
            raise ValueError(
                "expected board=best:desc, with best, last or sum, and desc or asc; the board * is all others"
            )
        return form["board"], cls(form["take"], form["direction"])  # pyright: ignore[reportArgumentType] - so it is


class Boards:
    """The rule of each board."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Raises `ValueError`."""
        self._by_board = dict(BoardRule.read(text) for text in texts)

    def of(self, board: str) -> BoardRule | None:
        """None for one that is not kept."""
        return self._by_board.get(board) or self._by_board.get(EVERY_BOARD)


class Rules(Struct, frozen=True):
    """What the settings say about counting."""

    boards: Boards
    session_timeout_us: int
    settle_us: int
    """So long after its end a period takes scores."""
    late_us: int
    """What is older when it comes does not count."""
    known_us: int
    """For so long an event that comes again is known by its id."""


class Span(Struct, frozen=True):
    """One day, week, month, or all time. Of UTC, whatever the game's time zone: a score is of one of each."""

    period: Period
    start_us: int
    end_us: int


def spans_at(time_us: int) -> Iterator[Span]:
    """Those that have this moment in them."""
    day = EPOCH + dt.timedelta(days=time_us // DAY_US)
    monday = day - dt.timedelta(days=day.weekday())
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    yield Span("day", microseconds(day), microseconds(day) + DAY_US)
    yield Span("week", microseconds(monday), microseconds(monday) + 7 * DAY_US)
    yield Span("month", microseconds(first), microseconds(after))
    yield Span("all", 0, EVER_US)


def span_at(period: Period, time_us: int) -> Span:
    """The one that has this moment in it."""
    return next(span for span in spans_at(time_us) if span.period == period)
