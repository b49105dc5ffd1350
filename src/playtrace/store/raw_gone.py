"""Up to which day the raw events of a game are gone: whoever reads events, or makes something of them, asks here.

Retention takes events away while the rollups that were made of them stay (`playtrace/operate/retention.py`). Before the
first of them goes, the day up to which they do is written down; so nobody counts what is half gone. From then on

- a load refuses what happened before: whether it was counted already cannot be told any more,
- nothing is made anew of such a day, as the events of it are not all there,
- an answer that reads events says what it lacks.

A day is gone for the names that have a row of their own, or else for all names without one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, LiteralString

from msgspec import Struct

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    # Only for this name: `playtrace query` asks a server without a database of its own.
    from playtrace.store.reading import Reader

EVENTS: Literal["events"] = "events"
CRASH_PROPERTIES: Literal["crash_properties"] = "crash_properties"
EVERYTHING: Literal["everything"] = "everything"
OTHER_NAMES = ""
NOTHING_GONE = dt.date(1, 1, 1)
"""The day of a name of which everything is there, while other names have gone."""

OF_GAME: LiteralString = "SELECT what, name, day FROM removed_before WHERE game_id = $game"

KNOWN: LiteralString = """
SELECT max(day) FROM removed_before WHERE game_id = $game AND what = $what AND name = $name
"""
FORGET: LiteralString = "DELETE FROM removed_before WHERE game_id = $game AND what = $what AND name = $name"
NOTE: LiteralString = "INSERT INTO removed_before VALUES ($game, $what, $name, $day::DATE)"


class Gone(Struct, frozen=True):
    """What of a game is gone: what happened before these days (UTC)."""

    by_name: Mapping[str, dt.date] = {}
    """Raw events, by their name; `OTHER_NAMES` for all that are not named."""
    crash_properties: dt.date | None = None
    everything: dt.date | None = None
    """Rollups too."""

    @property
    def latest(self) -> dt.date | None:
        """Before this day raw events are missing, of some name or of all; None: none are."""
        days = [day for day in self.by_name.values() if day > NOTHING_GONE]
        return max(days, default=None)

    def before(self, name: str) -> dt.date:
        """Raw events of this name are gone before this day."""
        return self.by_name.get(name, self.by_name.get(OTHER_NAMES, NOTHING_GONE))


NOTHING = Gone()


def gone_of(reader: Reader, game_id: str) -> Gone:
    """What is gone of a game. Raises what `Reader.query` raises."""
    days: dict[str, dict[str, dt.date]] = {EVENTS: {}, CRASH_PROPERTIES: {}, EVERYTHING: {}}
    for row in reader.rows(OF_GAME, {"game": game_id}):
        days[row["what"]][row["name"]] = row["day"]
    return Gone(
        by_name=days[EVENTS],
        crash_properties=days[CRASH_PROPERTIES].get(OTHER_NAMES),
        everything=days[EVERYTHING].get(OTHER_NAMES),
    )


def note_gone(
    connection: DuckDBPyConnection, game_id: str, day: dt.date, *, what: str = EVENTS, name: str = OTHER_NAMES
) -> None:
    """Write down, in the caller's transaction, that what happened before this day is going. It never comes back: of an
    earlier day than is known nothing changes.
    """
    row = {"game": game_id, "what": what, "name": name}
    known: dt.date | None = connection.execute(KNOWN, row).fetchall()[0][0]
    if known is None or known < day:
        connection.execute(FORGET, row)
        connection.execute(NOTE, row | {"day": day})
