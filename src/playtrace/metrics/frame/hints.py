"""What a question may have got wrong: it asks for a value that no event of the game has ever had.

The answer is right all the same, and empty: who wrote `Windows` for `windows` should not have to find out.
"""

from __future__ import annotations

from difflib import get_close_matches

from msgspec import Struct

from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.asking import Asking
from playtrace.metrics.frame.known_values import commonest
from playtrace.metrics.frame.models import CommonParameters, Sought

KNOWN_MAX = 200
"""Of the values of a dimension, the commonest: a value is compared with so many, and a game may have any number."""
NAMED_MAX = 10
HINTS_MAX = 5


class Dimension(Struct, frozen=True):
    """What is said of a value that is not among those of a dimension."""

    none: str = "no event of the environment {env!r} has ever had {value!r}"
    is_word: bool = True
    """Whether one that is spelled nearly alike is probably meant: of versions and codes it is not."""


DIMENSIONS: dict[str, Dimension] = {
    "platform": Dimension(),
    "version": Dimension(is_word=False),
    "country": Dimension(is_word=False),
    "event": Dimension("no event of the environment {env!r} is named {value!r}"),
    "map": Dimension("no event of the environment {env!r} has ever had a place (x and y) on the map {value!r}"),
    "segment": Dimension("there is no segment {value!r} of this game"),
    "env": Dimension("no event has ever been of the environment {value!r}"),
}


def hints(parameters: CommonParameters, asking: Asking) -> list[str]:
    """A sentence for each value that is asked for and not known, `HINTS_MAX` at most."""
    if parameters.env != "prod" and (unknown := _of(Sought("env", "env", [parameters.env]), parameters, asking)):
        return unknown
    return [hint for sought in parameters.sought() for hint in _of(sought, parameters, asking)][:HINTS_MAX]


def _of(sought: Sought, parameters: CommonParameters, asking: Asking) -> list[str]:
    if not sought.values:
        return []
    dimension = DIMENSIONS[sought.dimension]
    rows = commonest(sought.dimension, parameters, asking, KNOWN_MAX, sought.values)
    known = [row["value"] for row in rows if row["value"]]
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
