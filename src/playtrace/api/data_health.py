"""The books of a game: received = stored + duplicate + quarantined + refused, by hour of receipt."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, LiteralString

from fastapi import APIRouter, Query

from playtrace.api.access import CurrentReader
from playtrace.api.events import BEGINNING, END, end_of, start_of
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentStore
from playtrace.api.turns import Question
from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.books import BOOKS, Balance
from playtrace.metrics.frame.models import DayOrInstant
from playtrace.rollups.player_merges import IDS_OF_PLAYER_MAX, MERGES_MAX

router = APIRouter(prefix="/api", tags=["data health"])

SAMPLES_MAX = 50

SAMPLES: LiteralString = """
SELECT received_at, outcome, reason, error, body
FROM set_aside
WHERE game_id = $game_id AND received_at >= $from_time AND received_at < $to_time
ORDER BY received_at DESC, journal_offset DESC, position DESC
LIMIT $limit
"""


# Of events that have no player, or no session: which of their properties might be one.
MISPLACED: LiteralString = """
SELECT field, key, CAST(count(*) AS BIGINT) AS events
FROM (
    SELECT 'player' AS field, unnest(json_keys(props::JSON)) AS key
    FROM (
        SELECT props FROM events
        WHERE game_id = $game_id AND player_id IS NULL AND props IS NOT NULL AND time >= $since
        LIMIT $looked_at_max
    ) AS without_player
    UNION ALL
    SELECT 'session' AS field, unnest(json_keys(props::JSON)) AS key
    FROM (
        SELECT props FROM events
        WHERE game_id = $game_id AND session_id IS NULL AND props IS NOT NULL AND time >= $since
        LIMIT $looked_at_max
    ) AS without_session
) AS carried
WHERE (field = 'player' AND list_contains($players::VARCHAR[], lower(replace(key, '_', ''))))
   OR (field = 'session' AND list_contains($sessions::VARCHAR[], lower(replace(key, '_', ''))))
GROUP BY field, key
ORDER BY events DESC, key
LIMIT $hints_max
"""
# Merges of players, and those of which nothing follows.
PASSED_OVER: LiteralString = """
SELECT count(*) AS merges,
    count(*) FILTER (merged_into <> player_id AND canonical_id = player_id AND stays = player_id) AS circles,
    count(*) FILTER (canonical_id <> stays) AS too_many
FROM (
    SELECT player.player_id, player.canonical_id, coalesce(other.canonical_id, player.merged_into) AS stays,
        player.merged_into
    FROM player_merges AS player
    LEFT JOIN player_merges AS other
        ON other.game_id = player.game_id AND other.env = player.env AND other.player_id = player.merged_into
    WHERE player.game_id = $game_id
) AS merges
"""
LIKE_A_PLAYER = ["playerid", "userid", "uid", "user", "player", "accountid", "distinctid", "steamid", "profileid"]
LIKE_A_SESSION = ["sessionid", "session", "sid", "gasessionid"]
"""In small letters, without underscores."""
MISPLACED_DAYS = 7
LOOKED_AT_MAX = 10_000
"""Events without a player, and such without a session: to read the properties of all takes long where all are so."""
HINTS_MAX = 5


class HourBalance(Balance):
    hour: dt.datetime


class Sample(ApiModel):
    received_at: dt.datetime
    outcome: Literal["quarantined", "refused"]
    reason: str
    error: str
    body: str
    """As received; of a refused event the first 2 KB."""


class Books(ApiModel):
    game_id: str
    total: Balance
    hours: list[HourBalance]
    """Newest first; hours without events are left out."""
    samples: list[Sample]
    """The latest events that were not stored."""
    hints: list[str]
    """What of the last days looks as if it were meant for a field of its own, and merges of players of which nothing
    follows. Sentences for people."""


@router.get("/games/{game_id}/books", dependencies=Question)
def books(
    store: CurrentStore,
    reader: CurrentReader,
    game_id: str,
    from_: Annotated[DayOrInstant | None, Query(alias="from")] = None,
    to: Annotated[DayOrInstant | None, Query()] = None,
) -> Books:
    """What became of every event that was received for this game."""
    period: dict[str, object] = {
        "game_id": game_id,
        "from_time": start_of(from_) if from_ is not None else BEGINNING,
        "to_time": end_of(to) if to is not None else END,
    }
    with store.reading() as moment:
        rows = moment.query(BOOKS, period).to_pylist()
        samples = moment.query(SAMPLES, period | {"limit": SAMPLES_MAX}).to_pylist()
        misplaced = moment.query(MISPLACED, _looked_for(game_id)).to_pylist()
        (passed_over,) = moment.rows(PASSED_OVER, {"game_id": game_id})
    total = Balance()
    hours: dict[dt.datetime, HourBalance] = {}
    for row in rows:
        hour = row["hour"].replace(tzinfo=dt.UTC)
        for balance in (total, hours.setdefault(hour, HourBalance(hour=hour))):
            balance.add(row["outcome"], row["reason"], row["events"])
    return Books(
        game_id=game_id,
        total=total,
        hours=list(hours.values()),
        samples=[Sample(**{**row, "received_at": row["received_at"].replace(tzinfo=dt.UTC)}) for row in samples],
        hints=[*(_hint(row["field"], row["key"], row["events"]) for row in misplaced), *_hints_of_merges(passed_over)],
    )


def _looked_for(game_id: str) -> dict[str, object]:
    return {
        "game_id": game_id,
        "since": dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=MISPLACED_DAYS),
        "looked_at_max": LOOKED_AT_MAX,
        "players": LIKE_A_PLAYER,
        "sessions": LIKE_A_SESSION,
        "hints_max": HINTS_MAX,
    }


def _hint(field: str, key: str, events: int) -> str:
    shown = key if len(key) <= NAME_LENGTH_MAX else f"{key[:NAME_LENGTH_MAX]}..."
    return (
        f"At least {events:,} {'event' if events == 1 else 'events'} of the last {MISPLACED_DAYS} days without a"
        f" {field} {'carries' if events == 1 else 'carry'} {shown!r} among the properties, where it is not read: send"
        f" it beside them, as {field}_id."
    )


def _hints_of_merges(passed_over: dict[str, int]) -> list[str]:
    found: list[str] = []
    if circles := passed_over["circles"]:
        found.append(f"{_of_merges(circles)} passed over, as otherwise ids would be merged in a circle.")
    if too_many := passed_over["too_many"]:
        found.append(f"{_of_merges(too_many)} passed over: a player has at most {IDS_OF_PLAYER_MAX:,} ids.")
    if passed_over["merges"] >= MERGES_MAX:
        found.append(f"{MERGES_MAX:,} ids of players are merged, the most that a game may have: further ones are not.")
    return found


def _of_merges(count: int) -> str:
    return (
        f"{count:,} {'merge of players (player_merged) is' if count == 1 else 'merges of players (player_merged) are'}"
    )
