"""Which ids are one player: what `player_merged` events decided, and to which id each of them leads.

Events and rollups keep the id that was sent; questions read the one that stays in its place. So a merge can be decided
otherwise later, and nothing has to be written anew.

Of several decisions about one id the latest holds: by time, then `seq`, then the id that stays. One that names the id
itself takes the others back. Decisions are taken up in this order: one that would close a circle is passed over, and
one that would give a player more than `IDS_OF_PLAYER_MAX` ids. So what comes out does not depend on which of them
arrived first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from msgspec import Struct

from playtrace.event import PLAYER_MERGED
from playtrace.rollups.rollup import OWNER, SOURCE_OF_QUESTION, Rollup, Sql, creation_of, text_of

TABLE: Sql = "player_merges"
VERSION = 1
IDS_OF_PLAYER_MAX = 1_000
"""Ids that are one player: all of them are looked at when one more comes."""
MERGES_MAX = 100_000
"""Ids of a game of which something was decided. Later ones are passed over."""

COLUMNS: dict[Sql, Sql] = {
    "game_id": "VARCHAR NOT NULL",
    "env": "VARCHAR NOT NULL",
    "player_id": "VARCHAR NOT NULL",
    "merged_into": "VARCHAR NOT NULL",
    "merged_at": "TIMESTAMP NOT NULL",
    "seq": "BIGINT NOT NULL",
    "canonical_id": "VARCHAR NOT NULL",
    "canonical_bit": "TINYINT NOT NULL",
}
"""`canonical_id` is where `player_id` leads: itself, where its decision is passed over or took others back.

`canonical_bit` is the `PLAYER_BIT` of that.
"""

CREATION: Sql = creation_of(TABLE, COLUMNS)


class Decision(Struct, frozen=True):
    """That an id is the same player as another."""

    player_id: str
    merged_into: str
    merged_at: dt.datetime
    seq: int


def canonical_ids(decisions: Iterable[Decision]) -> dict[str, str]:
    """Where each id leads about which something was decided, once."""
    into: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def end(player_id: str) -> str:
        path: list[str] = []
        while player_id in into:
            path.append(player_id)
            player_id = into[player_id]
        for passed in path:
            into[passed] = player_id
        return player_id

    known = sorted(decisions, key=lambda one: (one.merged_at, one.seq, one.merged_into, one.player_id))
    for decision in known:
        # Nothing else was decided about it, so it is an end itself.
        player, stays = decision.player_id, end(decision.merged_into)
        size = sizes.get(player, 1) + sizes.get(stays, 1)
        if player != stays and size <= IDS_OF_PLAYER_MAX:
            into[player] = stays
            sizes[stays] = size
    return {decision.player_id: end(decision.player_id) for decision in known}


_id_length_max: Sql = "256"
# The latest decision about each id. One without a text, or with a longer one than an id has, says none.
_decisions: Sql = f"""
SELECT game_id, env, player_id, last.merged_into AS merged_into, last.merged_at AS merged_at, last.seq AS seq
FROM (
    SELECT game_id, env, player_id, max(struct_pack(merged_at := time, seq := seq, merged_into := merged_into)) AS last
    FROM (
        SELECT game_id, env, time, CAST(greatest(0, least(coalesce(seq, 0), 32767)) AS BIGINT) AS seq,
            nullif({text_of("previous_id")}, '') AS player_id,
            coalesce(nullif({text_of("canonical_id")}, ''), player_id) AS merged_into
        FROM (
            SELECT game_id, env, time, seq, player_id, CAST(props.previous_id AS VARCHAR) AS previous_id,
                CAST(props.canonical_id AS VARCHAR) AS canonical_id
            FROM (
                SELECT game_id, env, time, seq, player_id, {{props}} AS props
                FROM {{events}}
                WHERE name = '{PLAYER_MERGED}'
            ) AS event
        ) AS read
    ) AS said
    WHERE length(said.player_id) <= {_id_length_max} AND length(merged_into) <= {_id_length_max}
    GROUP BY game_id, env, said.player_id
) AS decided
"""
DECISIONS_OF_LOAD: Sql = _decisions.format(
    events="staged", props="""from_json(props, '{"previous_id": "VARCHAR", "canonical_id": "VARCHAR"}')"""
)
DECISIONS_OF_EVENTS: Sql = _decisions.format(events="main.events", props="props")

# ── how a question reads them ───────────────────────────────────────────────────────────────────────────────

MERGED_PLAYERS: Sql = """
    SELECT player_id, canonical_id, canonical_bit
    FROM main.player_merges
    WHERE game_id = $game AND env = $env AND player_id <> canonical_id"""
"""The ids of a game that lead to another, for a question that names them `merged_players`."""

# A session with a short id that somebody began before they signed in belongs to who they are.
_events: Sql = """(
        SELECT event.* REPLACE (coalesce(merged.canonical_id, event.player_id) AS player_id),
            coalesce(merged.canonical_id, event.player_id, device.canonical_id, event.device_id, '') AS canonical_owner,
            coalesce(event.player_id, event.device_id, '') AS sent_owner
        FROM main.events AS event
        LEFT JOIN merged_players AS merged ON merged.player_id = event.player_id
        LEFT JOIN merged_players AS device
            ON device.player_id = CASE WHEN event.player_id IS NULL THEN event.device_id END{of_ids}
    ) AS events"""
# Each with the start of its match, of a question that names these `matches`.
_TIMED: Sql = """(
        SELECT stored.*, begun_at FROM main.events AS stored LEFT JOIN matches ON of_match = stored.match_id
    )"""
_OF_IDS: Sql = """
        WHERE list_contains($sent_ids::VARCHAR[], event.player_id)"""


def source_of_question(rollup: Rollup | None, *, is_merged: bool, of_ids: bool = False, is_timed: bool = False) -> Sql:
    """Events as a question reads them to make rows of a rollup, or of none, with the places of `SOURCE_OF_QUESTION`.

    Where players are merged, by the ids that stay. `of_ids`: only what was sent by one of `$sent_ids`. `is_timed`: with
    `begun_at`, when the match of an event began.
    """
    if not is_merged:
        return SOURCE_OF_QUESTION.replace("main.events", _TIMED + " AS events") if is_timed else SOURCE_OF_QUESTION
    owner: Sql = "sent_owner" if rollup is not None and rollup.keeps_owner else "canonical_owner"
    events: Sql = _events.replace("{of_ids}", _OF_IDS if of_ids else "")
    if is_timed:
        events = events.replace("main.events", _TIMED)
    return SOURCE_OF_QUESTION.replace("main.events", events).replace(OWNER, owner)


def by_canonical_ids(rollup: Rollup, rows: Sql, merges: Sql = "merged_players", keys: tuple[Sql, ...] = ()) -> Sql:
    """Rows of a rollup with the ids that stay. `keys`: columns in which a merge must agree with a row besides.

    They are not merged any more: what was two players' is there twice.
    """
    changed: dict[Sql, Sql] = {
        "player_id": "coalesce(merged.canonical_id, sent.player_id) AS player_id",
        "player_bit": "coalesce(merged.canonical_bit, sent.player_bit) AS player_bit",
    }
    if not rollup.keeps_owner:
        changed["owner"] = "coalesce(owned.canonical_id, sent.owner) AS owner"
    columns: list[Sql] = [changed.get(name, "sent." + name) for name in rollup.columns]
    text: Sql = "SELECT " + ", ".join(columns) + " FROM (" + rows + ") AS sent"
    joins: dict[Sql, Sql] = {"player_id": "merged", "owner": "owned"}
    for column, joined in joins.items():
        if column in rollup.columns and column in changed:
            agreeing: list[Sql] = [joined + "." + key + " = sent." + key for key in keys]
            on: Sql = " AND ".join([*agreeing, joined + ".player_id = sent." + column])
            text += " LEFT JOIN " + merges + " AS " + joined + " ON " + on
    return text
