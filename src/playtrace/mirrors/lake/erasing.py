"""What of a lake names players: found by reading the game's rows, a batch at a time, and named by their ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, LiteralString

import duckdb
import pyarrow as pa
from msgspec import Struct
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table

from playtrace.event import PLAYER_MERGED
from playtrace.mirrors.lake.conditions import all_of, any_of, between, equal, one_of
from playtrace.mirrors.target import PlayerErasure
from playtrace.store.erasing import texts_of

THEIRS: LiteralString = f"""
SELECT event_id, time
FROM batch
WHERE list_contains($ids::VARCHAR[], player_id)
   OR (player_id IS NULL AND list_contains($ids::VARCHAR[], device_id))
   OR (name = '{PLAYER_MERGED}' AND (
        list_contains($ids::VARCHAR[], props->>'$.previous_id')
        OR list_contains($ids::VARCHAR[], props->>'$.canonical_id')
   ))
"""
NAMING: LiteralString = """
SELECT journal_offset, position
FROM batch
WHERE list_any_value(list_filter($texts::VARCHAR[],
    lambda text: contains(body, text) OR contains(coalesce(error, ''), text))) IS NOT NULL
"""
ROWS_AT_ONCE = 200
"""Of one condition about rows that have no id."""


class Theirs(Struct):
    """Events to be deleted."""

    ids: list[str]
    first_at: dt.datetime
    last_at: dt.datetime

    def condition(self, game_id: str) -> BooleanExpression:
        """Narrow, as each file that it may be about is read and written anew."""
        return all_of(
            equal("game_id", game_id), between("time", self.first_at, self.last_at), one_of("event_id", self.ids)
        )


def events_of_players(events: Table, erasure: PlayerErasure) -> Theirs | None:
    """None where there are none."""
    # At whatever time: what came after the erasure is written again, all of it.
    game = equal("game_id", erasure.game_id)
    columns = ("event_id", "time", "name", "player_id", "device_id", "props")
    found = _found(events, game, columns, THEIRS, {"ids": erasure.player_ids})
    if found.num_rows == 0:
        return None
    times: list[dt.datetime] = found["time"].to_pylist()
    return Theirs(found["event_id"].to_pylist(), min(times), max(times))


def set_aside_of_players(set_aside: Table, erasure: PlayerErasure) -> Iterator[BooleanExpression]:
    """Conditions for rows whose text names them."""
    game = equal("game_id", erasure.game_id)
    columns = ("body", "error", "journal_offset", "position")
    found = _found(set_aside, game, columns, NAMING, {"texts": texts_of(erasure.player_ids)}).to_pylist()
    for first in range(0, len(found), ROWS_AT_ONCE):
        each = [
            all_of(equal("journal_offset", row["journal_offset"]), equal("position", row["position"]))
            for row in found[first : first + ROWS_AT_ONCE]
        ]
        yield all_of(game, any_of(*each))


def _found(
    table: Table, condition: BooleanExpression, columns: tuple[str, ...], sql: LiteralString, values: dict[str, Any]
) -> pa.Table:
    """What a question finds in a part of the table, of which a batch is in memory at a time."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        batch = table.scan(row_filter=condition, selected_fields=columns).to_arrow_batch_reader()
        connection.register("batch", batch)
        return connection.sql(sql, params=values).to_arrow_table()
