"""What a question may have got wrong: it asks for a value that no event of the game has ever had.

The answer is right all the same, and empty: who wrote `Windows` for `windows` should not have to find out.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, LiteralString

from msgspec import Struct

from playtrace.metrics.frame.filters import UNKNOWN, country_codes
from playtrace.metrics.frame.models import CommonParameters

NAMED_MAX = 10
"""Of the values that there are."""

IS_EVENT: LiteralString = "SELECT 1 FROM event_counts WHERE game_id = $game AND name = $value LIMIT 1"
EVENTS: LiteralString = (
    "SELECT name AS value FROM event_counts WHERE game_id = $game GROUP BY value ORDER BY sum(events) DESC"
)


class Dimension(Struct, frozen=True):
    """Where its values are found, and what is said of one that is not among them."""

    is_known: LiteralString
    """A row if `$value` is one of them. The first is enough: DuckDB stops there."""
    known: LiteralString
    """All `value`s, the commonest first."""
    none: str = "no event has ever had {value!r}"


DIMENSIONS: dict[str, Dimension] = {
    "platform": Dimension(
        "SELECT 1 FROM event_counts WHERE game_id = $game AND platform = $value LIMIT 1",
        "SELECT platform AS value FROM event_counts WHERE game_id = $game GROUP BY value ORDER BY sum(events) DESC",
    ),
    "version": Dimension(
        "SELECT 1 FROM event_counts WHERE game_id = $game AND version = $value LIMIT 1",
        "SELECT version AS value FROM event_counts WHERE game_id = $game GROUP BY value ORDER BY sum(events) DESC",
    ),
    "country": Dimension(
        "SELECT 1 FROM event_counts WHERE game_id = $game AND country = $value LIMIT 1",
        "SELECT country AS value FROM event_counts WHERE game_id = $game GROUP BY value ORDER BY sum(events) DESC",
    ),
    "event": Dimension(IS_EVENT, EVENTS, "no event is named {value!r}"),
    "metric": Dimension(IS_EVENT, EVENTS, "{value!r} is none of the figures, and no event is named so"),
    "map": Dimension(
        "SELECT 1 FROM map_extents WHERE game_id = $game AND map = $value LIMIT 1",
        "SELECT map AS value FROM map_extents WHERE game_id = $game GROUP BY value ORDER BY sum(events) DESC",
    ),
    "env": Dimension(
        "SELECT 1 FROM environments WHERE game_id = $game AND env = $value LIMIT 1",
        "SELECT env AS value FROM environments WHERE game_id = $game GROUP BY value ORDER BY value",
    ),
}
"""By the name of the parameter."""


def hints(
    parameters: CommonParameters, rows: Callable[[LiteralString, dict[str, object]], list[dict[str, Any]]]
) -> list[str]:
    """A sentence for each value that is asked for and not known; `rows` runs a query."""
    # What there is to choose from is known of the environment that players are in.
    sought = _sought(parameters) if parameters.env == "prod" else [("env", parameters.env)]
    game: dict[str, object] = {"game": parameters.game_id}
    found: list[str] = []
    for name, value in sought:
        dimension = DIMENSIONS[name]
        if not rows(dimension.is_known, game | {"value": value}):
            known = [row["value"] for row in rows(dimension.known, game) if row["value"]]
            found.append(f"{name}: {dimension.none.format(value=value)}.{_choice(value, known)}")
    return found


def _sought(parameters: CommonParameters) -> list[tuple[str, str]]:
    filters = {
        "platform": parameters.platform,
        "version": parameters.version,
        "country": country_codes(parameters.country),
    }
    of_filters = [(dimension, value) for dimension, values in filters.items() for value in values if value != UNKNOWN]
    return [*of_filters, *parameters.named().items()]


def _choice(value: str, known: list[str]) -> str:
    by_sound = {other.casefold(): other for other in known}
    if close := get_close_matches(value.casefold(), by_sound, n=1):
        return f" Did you mean {by_sound[close[0]]!r}?"
    if not known:
        return ""
    more = ", ..." if len(known) > NAMED_MAX else ""
    return f" There are {', '.join(map(repr, known[:NAMED_MAX]))}{more}."
