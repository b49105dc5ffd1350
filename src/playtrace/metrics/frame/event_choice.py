"""Events that a question names: `level_complete`, or `level_complete(level:1,2; props.mode:ranked)`.

Between the parentheses stand conditions as `filter=` has them, separated by semicolons. A name that holds a parenthesis
is put in quotation marks, and so is a value that holds a semicolon.
"""

from __future__ import annotations

import json
from typing import LiteralString

from msgspec import Struct

from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.filters import PLACES, Condition, read_condition

Sql = LiteralString

CONDITIONS_MAX = 5
"""Conditions of one event."""


class EventChoice(Struct, frozen=True):
    """Events of one name, and of these only the ones for which the conditions hold."""

    text: str
    """As it was asked for."""
    name: str
    conditions: tuple[Condition, ...] = ()

    def predicate(self, place: Sql) -> Sql:
        """What must hold of an event, over the columns of `events`."""
        parts: list[Sql] = ["name = $" + place + "_name"]
        for number, condition in zip(PLACES, self.conditions, strict=False):
            parts.append(condition.predicate(place + "_" + number))
        return " AND ".join(parts)

    def bound(self, place: str) -> dict[str, object]:
        """The names that `predicate` of this place leaves to be bound."""
        bound: dict[str, object] = {f"{place}_name": self.name}
        for number, condition in zip(PLACES, self.conditions, strict=False):
            bound |= condition.bound(f"{place}_{number}")
        return bound


def read_event_choice(text: str, parameter: str) -> EventChoice:
    """Read `NAME` or `NAME(FIELD:VALUE; FIELD:VALUE)`. Raises `WrongParameter`."""
    name, rest = _name_and_rest(text.strip(), parameter)
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        raise WrongParameter(
            parameter, f"Expected the name of an event, of at most {NAME_LENGTH_MAX} characters, got {text!r}."
        )
    if not rest:
        return EventChoice(text, name)
    if not (rest.startswith("(") and rest.endswith(")")):
        raise WrongParameter(parameter, f"Expected NAME or NAME(FIELD:VALUE; FIELD:VALUE), got {text!r}.")
    conditions = [part for part in _split(rest[1:-1]) if part.strip()]
    if len(conditions) > CONDITIONS_MAX:
        raise WrongParameter(parameter, f"At most {CONDITIONS_MAX} conditions of one event, got {len(conditions)}.")
    return EventChoice(text, name, tuple(read_condition(part, parameter) for part in conditions))


def _name_and_rest(text: str, parameter: str) -> tuple[str, str]:
    if not text.startswith('"'):
        name, parenthesis, rest = text.partition("(")
        return name.strip(), parenthesis + rest
    try:
        name, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        raise WrongParameter(parameter, f"A quotation mark is not closed in {text!r}.") from None
    return name, text[end:].strip()


def _split(text: str) -> list[str]:
    """The parts between semicolons that stand outside of quotation marks."""
    parts, is_quoted = [""], False
    for sign in text:
        if sign == ";" and not is_quoted:
            parts.append("")
            continue
        is_quoted ^= sign == '"' and not parts[-1].endswith("\\")
        parts[-1] += sign
    return parts
