"""Which values the events of a game have ever had: what can be asked for, and what is hinted at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

from playtrace.metrics.frame.asking import Asking, unbuilt_rollups
from playtrace.metrics.frame.models import CommonParameters
from playtrace.metrics.frame.scope import ever
from playtrace.rollups import event_counts
from playtrace.rollups.rollup import SOURCE_OF_EVENTS

if TYPE_CHECKING:
    from playtrace.store.reading import Reader

Sql = LiteralString

VALUES_OF_DIMENSION: Sql = """(
    SELECT events, CASE $dimension
        WHEN 'platform' THEN platform
        WHEN 'version' THEN version
        WHEN 'country' THEN country
        WHEN 'event' THEN name
    END AS value
    FROM all_counts
) AS counted"""

COMMONEST: Sql = f"""
SELECT value, events
FROM (
    SELECT value, sum(events) AS events, row_number() OVER (ORDER BY sum(events) DESC, value) AS place
    FROM {VALUES_OF_DIMENSION}
    WHERE value IS NOT NULL
    GROUP BY value
) AS ranked
WHERE place <= $values_max OR list_contains($wanted::VARCHAR[], value)
ORDER BY events DESC, value
"""

COMMONEST_MAPS: Sql = """
SELECT value, events
FROM (
    SELECT map_id AS value, sum(events) AS events, row_number() OVER (ORDER BY sum(events) DESC, map_id) AS place
    FROM all_extents
    GROUP BY map_id
) AS ranked
WHERE place <= $values_max OR list_contains($wanted::VARCHAR[], value)
ORDER BY events DESC, value
"""

# Those that contain a text, however it is capitalised; the commonest first.
FOUND: Sql = f"""
SELECT value, sum(events) AS events
FROM {VALUES_OF_DIMENSION}
WHERE contains(lower(value), lower($text))
GROUP BY value
ORDER BY sum(events) DESC, value
LIMIT $values_max
"""

# Where players were tells more of a map than where something happened to them: that counts only without any position.
MAPS: Sql = """
SELECT map_id AS id, CAST(sum(events) AS BIGINT) AS events, min(min_x) AS min_x, min(min_y) AS min_y,
    max(max_x) AS max_x, max(max_y) AS max_y, min(min_z) AS min_z, max(max_z) AS max_z
FROM all_extents
GROUP BY map_id, name = 'position'
QUALIFY row_number() OVER (PARTITION BY map_id ORDER BY name = 'position' DESC) = 1
ORDER BY events DESC, id
LIMIT $values_max
"""

SEGMENTS: Sql = "SELECT segment_id AS value FROM main.segments WHERE game_id = $game ORDER BY segment_id"

GAMES: Sql = """
SELECT game_id, env, min(slot) AS first_slot, max(slot) AS last_slot, CAST(sum(events) AS BIGINT) AS events
FROM ({counts}) AS counts
GROUP BY game_id, env
QUALIFY env = 'prod' OR row_number() OVER (PARTITION BY game_id ORDER BY env = 'prod', env) <= $environments_max
ORDER BY game_id, env
"""

ENVIRONMENTS: Sql = "SELECT env AS value FROM main.event_counts WHERE game_id = $game GROUP BY env ORDER BY env"


def commonest(
    dimension: str, parameters: CommonParameters, asking: Asking, values_max: int, wanted: list[str] | None = None
) -> list[dict[str, Any]]:
    """`value` and `events`, the commonest first: `values_max` of them, and those of `wanted` that there are.

    What was not sent is the empty string.
    """
    if dimension in ("env", "segment"):
        return asking.rows(ENVIRONMENTS if dimension == "env" else SEGMENTS, {"game": parameters.game_id})
    sql = COMMONEST_MAPS if dimension == "map" else COMMONEST
    return ever(parameters, asking, sql, dimension=dimension, values_max=values_max, wanted=wanted or [])


def found(
    dimension: str, text: str, parameters: CommonParameters, asking: Asking, values_max: int
) -> list[dict[str, Any]]:
    """`value` and `events` of the values that contain a text: `values_max` of them, the commonest first."""
    return ever(parameters, asking, FOUND, dimension=dimension, text=text, values_max=values_max)


def maps(parameters: CommonParameters, asking: Asking, values_max: int) -> list[dict[str, Any]]:
    """The maps with most events, and how far they reach."""
    return ever(parameters, asking, MAPS, values_max=values_max)


def games(reader: Reader, environments_max: int) -> list[dict[str, Any]]:
    """Of each game that has events: how many of `env` prod, in which quarters of an hour, and other environments."""
    rollup = event_counts.ROLLUP
    counts = rollup.stored("true")
    bound: dict[str, object] = {"environments_max": environments_max}
    built_to = unbuilt_rollups(reader).get(rollup.table)
    if built_to is not None:
        counts = rollup.stored_and_anew("true", SOURCE_OF_EVENTS + "    WHERE true\n", "$built_to::DATE")
        bound["built_to"] = built_to
    found: dict[str, dict[str, Any]] = {}
    for row in reader.rows(GAMES.format(counts=counts), bound):
        game = found.setdefault(row["game_id"], {"game_id": row["game_id"], "events": 0, "others": []})
        if row["env"] == "prod":
            game |= {name: row[name] for name in ("first_slot", "last_slot", "events")}
        else:
            game["others"].append(row["env"])
    return list(found.values())
