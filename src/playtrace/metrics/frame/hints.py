"""What a question may have got wrong: it asks for a value that no event of the game has ever had.

The answer is right all the same, and empty: who wrote `Windows` for `windows` should not have to find out.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, LiteralString

from msgspec import Struct

from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.models import CommonParameters, Sought

KNOWN_MAX = 200
"""Of the values of a dimension, the commonest: a value is compared with so many, and a game may have any number."""
NAMED_MAX = 10
HINTS_MAX = 5

Rows = Callable[[LiteralString, dict[str, object]], list[dict[str, Any]]]


class Dimension(Struct, frozen=True):
    """Where its values are found, and what is said of one that is not among them."""

    values: LiteralString
    """Those of `$values` that there are, and the `$known_max` commonest; the commonest first."""
    none: str = "no event of the environment {env!r} has ever had {value!r}"
    is_word: bool = True
    """Whether one that is spelled nearly alike is probably meant: of versions and codes it is not."""


COUNTED: LiteralString = """
SELECT value
FROM (
    SELECT events,
        CASE $dimension WHEN 'platform' THEN platform WHEN 'version' THEN version WHEN 'country' THEN country
            WHEN 'event' THEN name END AS value
    FROM event_counts
    WHERE game_id = $game AND $env = 'prod'
    UNION ALL
    SELECT 1,
        CASE $dimension WHEN 'platform' THEN platform WHEN 'version' THEN version WHEN 'country' THEN country
            WHEN 'event' THEN name END
    FROM events
    WHERE game_id = $game AND env = $env AND $env <> 'prod'
) AS counted
WHERE value <> ''
GROUP BY value
QUALIFY row_number() OVER (ORDER BY sum(events) DESC, value) <= $known_max
    OR value IN (SELECT unnest($values::VARCHAR[]))
ORDER BY sum(events) DESC, value
"""

MAPS: LiteralString = """
SELECT value
FROM (
    SELECT map AS value, events FROM map_extents WHERE game_id = $game AND $env = 'prod'
    UNION ALL
    SELECT map, 1 FROM events
    WHERE game_id = $game AND env = $env AND $env <> 'prod' AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
) AS counted
GROUP BY value
QUALIFY row_number() OVER (ORDER BY sum(events) DESC, value) <= $known_max
    OR value IN (SELECT unnest($values::VARCHAR[]))
ORDER BY sum(events) DESC, value
"""

ENVIRONMENTS: LiteralString = (
    "SELECT env AS value FROM environments WHERE game_id = $game GROUP BY value ORDER BY value"
)

DIMENSIONS: dict[str, Dimension] = {
    "platform": Dimension(COUNTED),
    "version": Dimension(COUNTED, is_word=False),
    "country": Dimension(COUNTED, is_word=False),
    "event": Dimension(COUNTED, "no event of the environment {env!r} is named {value!r}"),
    "map": Dimension(MAPS, "no event of the environment {env!r} has ever had a place (x and y) on the map {value!r}"),
    "env": Dimension(ENVIRONMENTS, "no event has ever been of the environment {value!r}"),
}


def hints(parameters: CommonParameters, rows: Rows) -> list[str]:
    """A sentence for each value that is asked for and not known, `HINTS_MAX` at most; `rows` runs a query."""
    if parameters.env != "prod" and (unknown := _of(Sought("env", "env", [parameters.env]), parameters, rows)):
        return unknown
    return [hint for sought in parameters.sought() for hint in _of(sought, parameters, rows)][:HINTS_MAX]


def _of(sought: Sought, parameters: CommonParameters, rows: Rows) -> list[str]:
    if not sought.values:
        return []
    dimension = DIMENSIONS[sought.dimension]
    bound: dict[str, object] = {
        "game": parameters.game_id,
        "env": parameters.env,
        "dimension": sought.dimension,
        "values": sought.values,
        "known_max": KNOWN_MAX,
    }
    known = [row["value"] for row in rows(dimension.values, bound)]
    words = [*sought.other_words, *known[:KNOWN_MAX]]
    found: list[str] = []
    for value in [value for value in sought.values if value not in known][:HINTS_MAX]:
        shown = value if len(value) <= NAME_LENGTH_MAX else f"{value[:NAME_LENGTH_MAX]}..."
        none = dimension.none.format(value=shown, env=parameters.env)
        found.append(f"{sought.parameter}: {none}.{_choice(shown, words, dimension)}")
    return found


def _choice(value: str, words: list[str], dimension: Dimension) -> str:
    by_sound: dict[str, str] = {}
    for word in words:
        by_sound.setdefault(word.casefold(), word)  # the commonest is first
    if dimension.is_word and (close := get_close_matches(value.casefold(), by_sound, n=1)):
        return f" Did you mean {by_sound[close[0]]!r}?"
    if not words:
        return ""
    more = " and more" if len(words) > NAMED_MAX else ""
    return f" There are {', '.join(map(repr, words[:NAMED_MAX]))}{more}."
