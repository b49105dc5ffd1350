"""Which events of a request cannot be loaded, when not all of them can: they are set aside, the others are loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from msgspec import Struct
from numpy.typing import NDArray

from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.load.staging import stage
from playtrace.store.errors import StoreError

POISON_MAX = 20
"""Each costs some tries. When so many of a request are found, the rest of it is set aside with them."""


class Poison(Struct, frozen=True):
    """An event that cannot be loaded."""

    row: int
    """Its row in `Staged.lines`."""
    error: str


def find_poison(lines: pa.Table, error_of: Callable[[pa.Table], str | None]) -> list[Poison]:
    """The rows of `lines` (as `Staged` has them) without which the others can be loaded, all of them together.

    `error_of` tries to load lines and leaves nothing behind. Each piece is tried together with what was found good
    before, and halved when it fails: some events can be loaded alone, but not after certain others.

    Raises `StoreError` when an event that is beyond doubt cannot be loaded either: then it is not about the events.
    """
    good = lines.slice(0, 0)
    poison: list[Poison] = []
    pieces = [(0, len(lines))]
    while pieces:
        start, stop = pieces.pop()
        together = pa.concat_tables([good, lines.slice(start, stop - start)])
        error = error_of(together)
        if error is None:
            good = together
        elif stop - start > 1 and len(poison) < POISON_MAX:
            middle = (start + stop) // 2
            pieces += [(middle, stop), (start, middle)]
        else:
            if not poison and (reason := error_of(_beyond_doubt())) is not None:
                raise StoreError(f"No event at all can be loaded: {reason}")
            poison += [Poison(row, error) for row in range(start, stop)]
    return poison


def taken_apart(lines: pa.Table, poison: Sequence[Poison]) -> tuple[pa.Table, pa.Table]:
    """The lines that are good, and these ones with their error."""
    rows = [found.row for found in poison]
    keep: NDArray[np.bool_] = np.ones(len(lines), np.bool_)
    keep[rows] = False
    errors = pa.array([found.error for found in poison], pa.string())
    return lines.filter(pa.array(keep)), lines.take(pa.array(rows, pa.int64())).append_column("error", errors)


def _beyond_doubt() -> pa.Table:
    """Events that reach every table: with and without a session, with positions, of a client whose clock is wrong."""
    now = dt.datetime.now(dt.UTC)
    events = [
        Event(name=name, game_id="plain", player_id="p", session_id="s", mono_ms=mono_ms, map="m", x=1.0, y=1.0, z=1.0)
        for mono_ms, name in enumerate(("session_start", "position", "position", "player_death"))
    ]
    events.append(Event(name="purchase", game_id="plain", player_id="p", value=1.0, currency="USD"))
    entry = encode(
        Batch(received_at=now, source="loader", events=events, sent_at=now - dt.timedelta(hours=1), country="US")
    )
    return stage([entry.recorded(1)]).lines
