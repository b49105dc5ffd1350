"""What the events of one name say besides their columns: the properties that its latest events have."""

from __future__ import annotations

from typing import Annotated, Literal, LiteralString

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from playtrace.api.access import READS, CurrentReader, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState
from playtrace.api.turns import InTurn
from playtrace.event import NAME_LENGTH_MAX

router = APIRouter(prefix="/api", tags=["games"])

LOOKED_AT_MAX = 2_000
"""To read the properties of all takes long, and one that none of the last thousands has is hardly meant."""
PROPERTIES_MAX = 200

# As the latest events arrived: those that have properties of the same names and types are looked at once.
PROPERTIES: LiteralString = """
WITH
latest AS (
    SELECT props FROM events
    WHERE game_id = $game_id AND env = $env AND ($name IS NULL OR name = $name)
    ORDER BY journal_offset DESC
    LIMIT $looked_at_max
),
shapes AS (
    SELECT json_structure(CAST(props AS JSON)) AS shape, count(*) AS events
    FROM latest
    WHERE props IS NOT NULL
    GROUP BY json_structure(CAST(props AS JSON))
)
SELECT key AS name, CASE
        WHEN type IN ('ARRAY', 'OBJECT') THEN 'nested'
        WHEN CAST(value AS VARCHAR) IN ('"BIGINT"', '"UBIGINT"', '"DOUBLE"', '"HUGEINT"', '"UHUGEINT"') THEN 'number'
        WHEN CAST(value AS VARCHAR) = '"BOOLEAN"' THEN 'boolean'
        ELSE 'text'
    END AS kind, CAST(sum(events) AS BIGINT) AS events
FROM shapes, json_each(shape) AS told
-- What has no properties is no object here, and has no keys.
WHERE key IS NOT NULL AND CAST(value AS VARCHAR) <> '"NULL"'
GROUP BY ALL
ORDER BY events DESC, name, kind
"""

LOOKED_AT: LiteralString = """
SELECT count(*) AS events FROM (
    SELECT 1 FROM events WHERE game_id = $game_id AND env = $env AND ($name IS NULL OR name = $name)
    LIMIT $looked_at_max
) AS latest
"""

Kind = Literal["text", "number", "boolean", "nested"]


class EventProperty(ApiModel):
    name: str
    kinds: list[Kind] = Field(description="What its values are, the commonest first.")
    events: int = Field(description="Of those that were looked at, how many have it.")


class EventProperties(ApiModel):
    properties: list[EventProperty] = Field(description="The commonest first, at most 200.")
    looked_at: int = Field(description="How many events: the last to arrive, at most 2,000.")


@router.get("/games/{game_id}/properties", dependencies=[Depends(READS), InTurn])
def properties(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    event: Annotated[
        str | None, Query(min_length=1, max_length=NAME_LENGTH_MAX, description="Of events of this name. Default: all.")
    ] = None,
    env: Annotated[str, Query(description="Environment: `prod`, `dev` or one of the studio's own.")] = "prod",
) -> EventProperties:
    """Names of properties, read from the latest events. A property is asked for as `props.NAME`."""
    readable_game(state, reader, game_id)
    asked: dict[str, object] = {"game_id": game_id, "env": env, "name": event, "looked_at_max": LOOKED_AT_MAX}
    with state.store.reading() as store:
        rows = store.rows(PROPERTIES, asked)
        (looked_at,) = store.rows(LOOKED_AT, asked)
    found: dict[str, EventProperty] = {}
    for row in rows:
        known = found.setdefault(row["name"], EventProperty(name=row["name"], kinds=[], events=0))
        known.kinds.append(row["kind"])
        known.events += row["events"]
    return EventProperties(
        properties=sorted(found.values(), key=lambda one: (-one.events, one.name))[:PROPERTIES_MAX],
        looked_at=looked_at["events"],
    )
