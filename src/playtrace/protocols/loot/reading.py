"""What loot clients read back of the stat sheets that they sent to `POST /api/submit`.

The game is the one in `?gameId=`, else that of the key or read token, else `loot`. Clients that know nothing
but their write key may read their own game with it. How a sheet becomes events: `layout.py`.

`POST /api/clear` deletes nothing. It records that the sheets were cleared, and the read-backs begin behind
the latest such record; only this route can make one, as it stands alone in its entry of the journal
(position 0), where an event of a client's sheet never is.
"""

from __future__ import annotations

import datetime as dt
from itertools import chain, islice, repeat
from typing import Annotated, Any, LiteralString

import msgspec
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from playtrace.api.access import EDITS_SOMEWHERE, SomeEditor
from playtrace.api.dialects import RESPONSES, routes_that_say
from playtrace.api.freshness import wait_until_loaded
from playtrace.api.permissions import Caller, Permission
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import InTurn
from playtrace.api.write_key_reader import READS_WITH_KEY, KeyReader
from playtrace.event import ID_LENGTH_MAX, NAME_LENGTH_MAX, Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.errors import JournalUnavailable
from playtrace.problems import Unavailable, UnknownGame
from playtrace.protocols.loot.layout import CLEARED, DEFAULT_GAME, SOURCE
from playtrace.store.duckdb import Store

router = APIRouter(
    prefix="/api",
    tags=["loot stat sheets"],
    responses=RESPONSES,
    route_class=routes_that_say(lambda problem: {"error": problem.detail}),
)

SHEETS_MAX = 10_000
LOCATIONS_MAX = 100_000
JOURNEY_MAX = 10_000
RETRY_AFTER_S = 5.0

SINCE_CLEARED: LiteralString = """journal_offset > (
      SELECT coalesce(max(journal_offset), 0) FROM events
      WHERE game_id = $game_id AND source = 'loot' AND name = 'stat_sheets_cleared' AND position = 0)"""

SHEETS: LiteralString = f"""
SELECT journal_offset, match_id, player_id, received_at, props::JSON::VARCHAR AS props
FROM events
WHERE game_id = $game_id AND source = 'loot' AND name = 'stat_sheet' AND position = 0
  AND {SINCE_CLEARED}
  AND ($match_id IS NULL OR match_id = $match_id)
  AND ($player_id IS NULL OR player_id = $player_id)
ORDER BY journal_offset DESC
LIMIT $limit
"""

SHEETS_IN_ALL: LiteralString = f"""
SELECT count(*) AS sheets
FROM events
WHERE game_id = $game_id AND source = 'loot' AND name = 'stat_sheet' AND position = 0
  AND {SINCE_CLEARED}
  AND ($match_id IS NULL OR match_id = $match_id)
  AND ($player_id IS NULL OR player_id = $player_id)
"""

# An item of the sheet has a value; an entry of its `events` has none, whatever its name.
ENTRIES: LiteralString = """
SELECT journal_offset, name, coalesce(client_time, time) AS time, props::JSON::VARCHAR AS props
FROM events
WHERE game_id = $game_id AND source = 'loot' AND position > 0
  AND NOT (name = 'item_looted' AND value IS NOT NULL)
  AND journal_offset IN (SELECT unnest($sheets::BIGINT[]))
ORDER BY journal_offset, position
"""

TOTALS: LiteralString = f"""
SELECT count(*) AS sheets, count(DISTINCT match_id) AS matches, count(DISTINCT player_id) AS players
FROM events
WHERE game_id = $game_id AND source = 'loot' AND name = 'stat_sheet' AND position = 0
  AND {SINCE_CLEARED}
"""

ITEMS: LiteralString = f"""
SELECT props.item::VARCHAR AS item, CAST(sum(value) AS BIGINT) AS looted
FROM events
WHERE game_id = $game_id AND source = 'loot' AND name = 'item_looted' AND value IS NOT NULL
  AND {SINCE_CLEARED}
GROUP BY item
ORDER BY item
"""

LOCATIONS: LiteralString = f"""
SELECT x, y, CAST(value AS BIGINT) AS looted, CAST(sum(value) OVER () AS BIGINT) AS looted_in_all
FROM events
WHERE game_id = $game_id AND source = 'loot' AND name = 'item_looted' AND value IS NOT NULL
  AND x IS NOT NULL AND y IS NOT NULL AND props.item::VARCHAR = $item
  AND {SINCE_CLEARED}
ORDER BY journal_offset DESC, position DESC
LIMIT $limit
"""

# The latest of them; they are shown from the other end.
JOURNEY: LiteralString = f"""
SELECT name, coalesce(client_time, time) AS time, match_id, x, y, value, props::JSON::VARCHAR AS props
FROM events
WHERE game_id = $game_id AND source = 'loot' AND position > 0 AND player_id = $player_id
  AND {SINCE_CLEARED}
ORDER BY coalesce(client_time, time) DESC, journal_offset DESC, position DESC
LIMIT $limit
"""

GameId = Annotated[str | None, Query(alias="gameId", max_length=NAME_LENGTH_MAX)]


class Sheets(BaseModel):
    success: bool = True
    count: int
    """How many there are, where no `limit` was asked for; else how many `data` has."""
    total: int
    """How many there are."""
    truncated: bool
    """Whether `data` has fewer than were asked for, as it has at most 10,000."""
    data: list[dict[str, Any]]
    """Sheets as they were sent, each with its `id` and when it came (`created_at`)."""


class Totals(BaseModel):
    total_items: dict[str, int]
    total_matches: int
    total_players: int
    total_stat_sheets: int


class Aggregate(BaseModel):
    success: bool = True
    data: Totals


class Places(BaseModel):
    item_name: str
    locations: list[tuple[float, float]]
    """A location repeated by its count, latest sheets first, at most 100,000."""
    count: int
    """How many were looted at a known location: more than there are `locations` when those were too many."""


class ItemHeatmap(BaseModel):
    success: bool = True
    data: Places


class Journey(BaseModel):
    player_id: str
    timeline: list[dict[str, Any]]
    """`type` is `loot` (with `item_name`, `count`, `location`) or `event` (with `event_type`, `details`); each has
    `timestamp` and `match_id`. Oldest first, the latest 10,000."""
    count: int
    truncated: bool
    """Whether there is more, before these."""


class PlayerJourney(BaseModel):
    success: bool = True
    data: Journey


class Cleared(BaseModel):
    success: bool = True
    message: str


Question = [Depends(READS_WITH_KEY), Depends(wait_until_loaded), InTurn]


@router.get("/stats", dependencies=Question)
def list_sheets(
    state: CurrentState,
    reader: KeyReader,
    match_id: Annotated[str | None, Query(alias="matchId", max_length=ID_LENGTH_MAX)] = None,
    player_id: Annotated[str | None, Query(alias="playerId", max_length=ID_LENGTH_MAX)] = None,
    limit: Annotated[int | None, Query(ge=1)] = None,
    game_id: GameId = None,
) -> Sheets:
    """Stat sheets, newest first: all of them, or as many as `limit` says; at most 10,000."""
    return read_sheets(state.store, game_of(state, reader, game_id), match_id, player_id, limit)


@router.get("/aggregate", dependencies=Question)
def aggregate(state: CurrentState, reader: KeyReader, game_id: GameId = None) -> Aggregate:
    """How much there is of everything."""
    game_id = game_of(state, reader, game_id)
    with state.store.reading() as store:
        (totals,) = store.query(TOTALS, {"game_id": game_id}).to_pylist()
        items = store.query(ITEMS, {"game_id": game_id}).to_pylist()
    return Aggregate(
        data=Totals(
            total_items={row["item"]: row["looted"] for row in items},
            total_matches=totals["matches"],
            total_players=totals["players"],
            total_stat_sheets=totals["sheets"],
        )
    )


# `:path`, because an item's name may contain a slash.
@router.get("/heatmap/{item:path}", dependencies=Question)
def item_heatmap(state: CurrentState, reader: KeyReader, item: str, game_id: GameId = None) -> ItemHeatmap:
    """Where an item was found. For all other events: `GET /api/metrics/heatmap`."""
    game_id = game_of(state, reader, game_id)
    rows = state.store.query(LOCATIONS, {"game_id": game_id, "item": item, "limit": LOCATIONS_MAX}).to_pylist()
    places = chain.from_iterable(repeat((row["x"], row["y"]), row["looted"]) for row in rows)
    return ItemHeatmap(
        data=Places(
            item_name=item,
            locations=list(islice(places, LOCATIONS_MAX)),
            count=rows[0]["looted_in_all"] if rows else 0,
        )
    )


@router.get("/journey/{player_id:path}", dependencies=Question)
def player_journey(state: CurrentState, reader: KeyReader, player_id: str, game_id: GameId = None) -> PlayerJourney:
    """What a player found and did, oldest first."""
    game_id = game_of(state, reader, game_id)
    # One more tells that there are more.
    wanted: dict[str, object] = {"game_id": game_id, "player_id": player_id, "limit": JOURNEY_MAX + 1}
    rows = state.store.query(JOURNEY, wanted).to_pylist()
    timeline = [_step(row) for row in reversed(rows[:JOURNEY_MAX])]
    is_cut = len(rows) > JOURNEY_MAX
    return PlayerJourney(data=Journey(player_id=player_id, timeline=timeline, count=len(timeline), truncated=is_cut))


@router.post("/clear", dependencies=[Depends(EDITS_SOMEWHERE), Depends(wait_until_loaded)])
async def clear(state: CurrentState, editor: SomeEditor, game_id: GameId = None) -> Cleared:
    """From now on the read-backs show no sheet that came before. Every event stays where it is."""
    game_id = game_of(state, editor, game_id, Permission.EDIT)
    if state.key_ring.knows(game_id):
        event = Event(name=CLEARED, game_id=game_id)
        batch = Batch(received_at=dt.datetime.now(dt.UTC), source=SOURCE, events=[event], game_id=game_id)
        try:
            await state.journal.append(encode(batch))
        except JournalUnavailable as error:
            raise Unavailable(str(error), retry_after_s=RETRY_AFTER_S) from error
    return Cleared(message=f"All stat sheets of {game_id} were cleared.")


def game_of(state: State, caller: Caller, named: str | None, permission: Permission = Permission.READ) -> str:
    """The game that is meant. Raises `Forbidden`, or `UnknownGame` for one that was named and does not exist."""
    if named is None:
        game_id = caller.only_game(permission) or DEFAULT_GAME
        caller.require(permission, game_id)
        return game_id
    if not state.key_ring.knows(named):
        raise UnknownGame(named)
    return named


def read_sheets(
    store: Store, game_id: str, match_id: str | None = None, player_id: str | None = None, limit: int | None = None
) -> Sheets:
    wanted = {"game_id": game_id, "match_id": match_id, "player_id": player_id}
    with store.reading() as reader:
        total = reader.query(SHEETS_IN_ALL, wanted).to_pylist()[0]["sheets"]
        sheets = reader.query(SHEETS, wanted | {"limit": min(limit or SHEETS_MAX, SHEETS_MAX)}).to_pylist()
        offsets = [row["journal_offset"] for row in sheets]
        entries = reader.query(ENTRIES, {"game_id": game_id, "sheets": offsets}).to_pylist()
    entries_of: dict[int, list[dict[str, Any]]] = {offset: [] for offset in offsets}
    for row in entries:
        entries_of[row["journal_offset"]].append(
            {"event_type": row["name"], "timestamp": _iso(row["time"]), "details": _properties(row)}
        )
    data = [_sheet(row, entries_of[row["journal_offset"]]) for row in sheets]
    return Sheets(
        count=total if limit is None else len(data),
        total=total,
        truncated=len(data) < (total if limit is None else min(limit, total)),
        data=data,
    )


def _sheet(row: dict[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    created_at = _iso(row["received_at"])
    return {
        "locations": {},
        "timestamp": created_at,
        "custom_stats": {},
        **_properties(row),
        "match_id": row["match_id"],
        "player_id": row["player_id"],
        "events": entries,
        "id": row["journal_offset"],
        "created_at": created_at,
    }


def _step(row: dict[str, Any]) -> dict[str, Any]:
    step: dict[str, Any] = {"timestamp": _iso(row["time"]), "match_id": row["match_id"]}
    properties = _properties(row)
    if row["name"] == "item_looted" and row["value"] is not None:
        location = None if row["x"] is None or row["y"] is None else [row["x"], row["y"]]
        return {
            "type": "loot",
            **step,
            "item_name": properties.get("item"),
            "count": properties.get("count"),
            "location": location,
        }
    return {"type": "event", **step, "event_type": row["name"], "details": properties}


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    return msgspec.json.decode(row["props"]) if row["props"] else {}


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="microseconds") + "Z"
