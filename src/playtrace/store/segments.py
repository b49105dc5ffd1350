"""Players who are asked about together: who belongs to each segment, and why, as of which day.

Why is said by a rule, whose text is kept beside the players whom it found: both change in one transaction, and a copy
of the store has both. What a rule means is known to `playtrace.segments`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import LiteralString

import pyarrow as pa
from duckdb import DuckDBPyConnection
from msgspec import Struct

from playtrace.store.duckdb import Store

MEMBERS_MAX = 1_000_000
"""Of a list that is given."""
SEGMENTS_MAX = 500
"""Of a game."""

LIST: LiteralString = """
SELECT segments.segment_id, any_value(rule) AS rule, any_value(env) AS env, any_value(as_of) AS as_of,
    any_value(refresh) AS refresh, any_value(made_at) AS made_at, count(player_id) AS players
FROM segments LEFT JOIN segment_members USING (game_id, segment_id)
WHERE segments.game_id = $game_id
GROUP BY segments.segment_id
ORDER BY segments.segment_id
"""

REFRESHED: LiteralString = """
SELECT game_id, segment_id, made_at FROM segments WHERE refresh = $refresh ORDER BY game_id, segment_id
"""

MEMBERS: LiteralString = """
INSERT INTO segment_members
SELECT DISTINCT $game_id, $segment_id, player_id FROM chosen
"""

KNOWN: LiteralString = "SELECT count(*) FILTER (segment_id <> $segment_id) FROM segments WHERE game_id = $game_id"


class TooManySegments(Exception):
    """A game has `SEGMENTS_MAX` already."""


class Segment(Struct, frozen=True):
    segment_id: str
    rule: str | None
    """As JSON; None: a list that was given."""
    env: str
    as_of: dt.date | None
    """The last day that the rule looked at; None for a list."""
    refresh: str
    made_at: dt.datetime
    players: int


def replace(
    store: Store,
    game_id: str,
    segment_id: str,
    *,
    players: Sequence[str] | pa.Table,
    rule: str | None = None,
    env: str = "prod",
    as_of: dt.date | None = None,
    refresh: str = "never",
) -> None:
    """Make a segment, in place of one of the same name. A table of players has the column `player_id`.

    Raises `TooManySegments`, and `StoreError` when it cannot be written.
    """
    key: dict[str, object] = {"game_id": game_id, "segment_id": segment_id}
    with store.writing() as connection:
        known = connection.execute(KNOWN, key).fetchall()[0][0]
        if known >= SEGMENTS_MAX:
            raise TooManySegments(f"A game has at most {SEGMENTS_MAX} segments. Remove one first.")
        connection.execute("DELETE FROM segments WHERE game_id = $game_id AND segment_id = $segment_id", key)
        connection.execute(
            "INSERT INTO segments (game_id, segment_id, rule, env, as_of, refresh, made_at)"
            " VALUES ($game_id, $segment_id, $rule, $env, $as_of, $refresh, now()::TIMESTAMP)",
            key | {"rule": rule, "env": env, "as_of": as_of, "refresh": refresh},
        )
        _put_players(connection, key, players)


def look_again(
    store: Store, game_id: str, segment_id: str, *, players: pa.Table, as_of: dt.date, made_at: dt.datetime
) -> bool:
    """Give a segment the players who fit its rule as of another day. False when it is no longer the one that was made
    at `made_at`: then nothing is changed.

    Raises `StoreError` when it cannot be written.
    """
    key: dict[str, object] = {"game_id": game_id, "segment_id": segment_id}
    with store.writing() as connection:
        changed = connection.execute(
            "UPDATE segments SET as_of = $as_of, made_at = now()::TIMESTAMP"
            " WHERE game_id = $game_id AND segment_id = $segment_id AND made_at = $made_at",
            key | {"as_of": as_of, "made_at": made_at.astimezone(dt.UTC).replace(tzinfo=None)},
        ).fetchall()
        if not changed[0][0]:
            return False
        _put_players(connection, key, players)
    return True


def _put_players(connection: DuckDBPyConnection, key: dict[str, object], players: Sequence[str] | pa.Table) -> None:
    table = players if isinstance(players, pa.Table) else pa.table({"player_id": pa.array(players, pa.string())})
    connection.execute("DELETE FROM segment_members WHERE game_id = $game_id AND segment_id = $segment_id", key)
    connection.register("chosen", table)
    try:
        connection.execute(MEMBERS, key)
    finally:
        connection.unregister("chosen")


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


def refreshed(store: Store, refresh: str) -> list[tuple[str, str, dt.datetime]]:
    """Game, name and moment of making of those that are looked at again so often."""
    rows = store.query(REFRESHED, {"refresh": refresh}).to_pylist()
    return [(row["game_id"], row["segment_id"], row["made_at"].replace(tzinfo=dt.UTC)) for row in rows]
