"""What a question may have got wrong: it asks for a value that no event of the game has ever had.

The answer is right all the same, and empty: who wrote `Windows` for `windows` should not have to find out.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, LiteralString

from msgspec import Struct

from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.models import CommonParameters

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


DIMENSIONS: dict[str, Dimension] = {
    "platform": Dimension("""
        SELECT value
        FROM (
            SELECT platform AS value, events FROM event_counts WHERE game_id = $game AND $env = 'prod'
            UNION ALL
            SELECT platform, 1 FROM events WHERE game_id = $game AND env = $env AND $env <> 'prod'
        ) AS counted
        WHERE value <> ''
        GROUP BY value
        QUALIFY row_number() OVER (ORDER BY sum(events) DESC, value) <= $known_max
            OR value IN (SELECT unnest($values::VARCHAR[]))
        ORDER BY sum(events) DESC, value
        """),
    "version": Dimension(
        """
        SELECT value
        FROM (
            SELECT version AS value, events FROM event_counts WHERE game_id = $game AND $env = 'prod'
            UNION ALL
            SELECT version, 1 FROM events WHERE game_id = $game AND env = $env AND $env <> 'prod'
        ) AS counted
        WHERE value <> ''
        GROUP BY value
        QUALIFY row_number() OVER (ORDER BY sum(events) DESC, value) <= $known_max
            OR value IN (SELECT unnest($values::VARCHAR[]))
        ORDER BY sum(events) DESC, value
        """,
        is_word=False,
    ),
    "country": Dimension(
        """
        SELECT value
        FROM (
            SELECT country AS value, events FROM event_counts WHERE game_id = $game AND $env = 'prod'
            UNION ALL
            SELECT country, 1 FROM events WHERE game_id = $game AND env = $env AND $env <> 'prod'
        ) AS counted
        WHERE value <> ''
        GROUP BY value
        QUALIFY row_number() OVER (ORDER BY sum(events) DESC, value) <= $known_max
            OR value IN (SELECT unnest($values::VARCHAR[]))
        ORDER BY sum(events) DESC, value
        """,
        is_word=False,
    ),
    "event": Dimension(
        """
        SELECT value
        FROM (
            SELECT name AS value, events FROM event_counts WHERE game_id = $game AND $env = 'prod'
            UNION ALL
            SELECT name, 1 FROM events WHERE game_id = $game AND env = $env AND $env <> 'prod'
        ) AS counted
        GROUP BY value
        QUALIFY row_number() OVER (ORDER BY sum(events) DESC, value) <= $known_max
            OR value IN (SELECT unnest($values::VARCHAR[]))
        ORDER BY sum(events) DESC, value
        """,
        "no event of the environment {env!r} is named {value!r}",
    ),
    "map": Dimension(
        """
        SELECT value
        FROM (
            SELECT map AS value, events FROM map_extents WHERE game_id = $game AND $env = 'prod'
            UNION ALL
            SELECT map, 1 FROM events
            WHERE game_id = $game AND env = $env AND $env <> 'prod'
                AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
        ) AS counted
        GROUP BY value
        QUALIFY row_number() OVER (ORDER BY sum(events) DESC, value) <= $known_max
            OR value IN (SELECT unnest($values::VARCHAR[]))
        ORDER BY sum(events) DESC, value
        """,
        "no event of the environment {env!r} has ever had a place (x and y) on the map {value!r}",
    ),
    "env": Dimension(
        "SELECT env AS value FROM environments WHERE game_id = $game GROUP BY value ORDER BY value",
        "no event has ever been of the environment {value!r}",
    ),
}


def hints(parameters: CommonParameters, rows: Rows) -> list[str]:
    """A sentence for each value that is asked for and not known, `HINTS_MAX` at most; `rows` runs a query."""
    if parameters.env != "prod" and (unknown := _hints("env", "env", [parameters.env], (), parameters, rows)):
        return unknown
    found: list[str] = []
    for sought in parameters.sought():
        if sought.values:
            found += _hints(sought.parameter, sought.dimension, sought.values, sought.other_words, parameters, rows)
    return found[:HINTS_MAX]


def _hints(
    parameter: str,
    of: str,
    values: list[str],
    other_words: tuple[str, ...],
    parameters: CommonParameters,
    rows: Rows,
) -> list[str]:
    dimension = DIMENSIONS[of]
    bound: dict[str, object] = {
        "game": parameters.game_id,
        "env": parameters.env,
        "values": values,
        "known_max": KNOWN_MAX,
    }
    known = [row["value"] for row in rows(dimension.values, bound)]
    found: list[str] = []
    for value in values:
        if value not in known and len(found) < HINTS_MAX:
            shown = value if len(value) <= NAME_LENGTH_MAX else f"{value[:NAME_LENGTH_MAX]}..."
            none = dimension.none.format(value=shown, env=parameters.env)
            choice = _choice(shown, [*other_words, *known[:KNOWN_MAX]], dimension)
            found.append(f"{parameter}: {none}.{choice}")
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
