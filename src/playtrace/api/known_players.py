"""Players that are looked for: by their id or a part of it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, LiteralString

from fastapi import APIRouter, Query
from pydantic import Field

from playtrace.api.access import CurrentReader, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import Question
from playtrace.event import ID_LENGTH_MAX

router = APIRouter(prefix="/api", tags=["games"])

FOUND_MAX = 50
"""Who sees as many types another letter."""

# Two ids that are one player are one row, under the id that stays; either finds it.
FOUND: LiteralString = """
WITH
known AS (
    SELECT coalesce(merged.canonical_id, player.player_id) AS player_id, player.player_id AS sent_id, first_seen,
        order_key, platform, version, country
    FROM players AS player
    LEFT JOIN player_merges AS merged
        ON merged.game_id = player.game_id AND merged.env = player.env AND merged.player_id = player.player_id
    WHERE player.game_id = $game_id AND player.env = $env AND contains(lower(player.player_id), lower($text))
)
SELECT player_id, min(first_seen) AS first_seen, arg_min(platform, order_key) AS platform,
    arg_min(version, order_key) AS version, arg_min(country, order_key) AS country
FROM known
GROUP BY player_id
ORDER BY max(sent_id = $text) DESC, max(starts_with(lower(sent_id), lower($text))) DESC, first_seen DESC, player_id
LIMIT $found_max
"""

LAST_SEEN: LiteralString = """
SELECT coalesce(merged.canonical_id, session.player_id) AS player_id, max(ended_at) AS last_seen
FROM sessions AS session
LEFT JOIN player_merges AS merged
    ON merged.game_id = session.game_id AND merged.env = session.env AND merged.player_id = session.player_id
WHERE session.game_id = $game_id AND session.env = $env
    AND list_contains($players::VARCHAR[], coalesce(merged.canonical_id, session.player_id))
GROUP BY coalesce(merged.canonical_id, session.player_id)
"""


class FoundPlayer(ApiModel):
    player_id: str
    first_seen: dt.datetime = Field(description="The first event ever, UTC; the three below are as it says.")
    last_seen: dt.datetime | None = Field(description="The end of the last session, UTC.")
    platform: str
    version: str
    country: str


class FoundPlayers(ApiModel):
    players: list[FoundPlayer] = Field(
        description="Who is called just so, then whose id begins with the text, then those who came last."
    )
    is_cut: bool = Field(description="There are more than 50.")


@router.get("/games/{game_id}/players", dependencies=Question)
def players(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    text: Annotated[
        str, Query(max_length=ID_LENGTH_MAX, description="What their ids contain, in capitals or not.")
    ] = "",
    env: Annotated[str, Query(description="Environment: `prod`, `dev` or one of the studio's own.")] = "prod",
) -> FoundPlayers:
    """Players of a game by a part of their id; without one the newest. Over all time."""
    readable_game(state, reader, game_id)
    of_game: dict[str, object] = {"game_id": game_id, "env": env}
    with state.store.reading() as store:
        rows = store.rows(FOUND, of_game | {"text": text, "found_max": FOUND_MAX + 1})
        named = [row["player_id"] for row in rows[:FOUND_MAX]]
        last = {row["player_id"]: row["last_seen"] for row in store.rows(LAST_SEEN, of_game | {"players": named})}
    return FoundPlayers(
        players=[
            FoundPlayer(
                player_id=row["player_id"],
                first_seen=row["first_seen"].replace(tzinfo=dt.UTC),
                last_seen=_utc(last.get(row["player_id"])),
                platform=row["platform"],
                version=row["version"],
                country=row["country"],
            )
            for row in rows[:FOUND_MAX]
        ],
        is_cut=len(rows) > FOUND_MAX,
    )


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.replace(tzinfo=dt.UTC)
