"""Players who are asked about together: a list that was given, or all who ever did something, as of one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import LiteralString

from msgspec import Struct

from playtrace.rollups.rollup import PASSIVE
from playtrace.store.duckdb import Store

MEMBERS_MAX = 1_000_000
"""Of a list that is given."""

LIST: LiteralString = """
SELECT segments.segment_id, any_value(event) AS event, any_value(env) AS env, any_value(made_at) AS made_at,
    count(player_id) AS players
FROM segments LEFT JOIN segment_members USING (game_id, segment_id)
WHERE segments.game_id = $game_id
GROUP BY segments.segment_id
ORDER BY segments.segment_id
"""

WHO_DID: LiteralString = f"""
INSERT INTO segment_members
SELECT DISTINCT game_id, $segment_id, player_id
FROM events
WHERE game_id = $game_id AND env = $env AND name = $event AND player_id IS NOT NULL
    AND NOT {PASSIVE}
"""

WHO_IS_LISTED: LiteralString = """
INSERT INTO segment_members
SELECT DISTINCT $game_id, $segment_id, player_id FROM (SELECT unnest($players::VARCHAR[]) AS player_id) AS listed
"""


class Segment(Struct, frozen=True):
    segment_id: str
    event: str | None
    """Who ever did it; None: a list that was given."""
    env: str
    made_at: dt.datetime
    players: int


def replace(
    store: Store,
    game_id: str,
    segment_id: str,
    *,
    players: Sequence[str] | None = None,
    event: str | None = None,
    env: str = "prod",
) -> None:
    """Make a segment, in place of one of the same name: of `players`, or of those who ever did `event`.

    Raises `StoreError` when it cannot be written.
    """
    key: dict[str, object] = {"game_id": game_id, "segment_id": segment_id}
    with store.writing() as connection:
        for table in ("segments", "segment_members"):
            connection.execute(f"DELETE FROM {table} WHERE game_id = $game_id AND segment_id = $segment_id", key)
        connection.execute(
            "INSERT INTO segments VALUES ($game_id, $segment_id, $event, $env, now()::TIMESTAMP)",
            key | {"event": event, "env": env},
        )
        if event is None:
            connection.execute(WHO_IS_LISTED, key | {"players": list(players or [])})
        else:
            connection.execute(WHO_DID, key | {"event": event, "env": env})


def remove(store: Store, game_id: str, segment_id: str) -> bool:
    """Forget a segment. False when there was none."""
    key: dict[str, object] = {"game_id": game_id, "segment_id": segment_id}
    with store.writing() as connection:
        connection.execute("DELETE FROM segment_members WHERE game_id = $game_id AND segment_id = $segment_id", key)
        gone = connection.execute(
            "DELETE FROM segments WHERE game_id = $game_id AND segment_id = $segment_id", key
        ).fetchall()
    return bool(gone[0][0])


def segments(store: Store, game_id: str) -> list[Segment]:
    """Those of a game, by name."""
    rows = store.query(LIST, {"game_id": game_id}).to_pylist()
    return [Segment(**row | {"made_at": row["made_at"].replace(tzinfo=dt.UTC)}) for row in rows]
