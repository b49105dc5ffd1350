"""Which events count: the same for every metric.

Platform, version and country are in every rollup. `filter=FIELD:VALUE` asks for any other column or property, and is
answered from the events: `props.mode:ranked` is, `props.mode:!ranked` is not, `level:1,2,3` in, `props.mode:*` exists,
`props.mode:!*` does not, `props.score:10..20` a range of numbers with both ends, one of which may be missing.
"""

from __future__ import annotations

import json
import math
import re
from typing import LiteralString

from msgspec import Struct

from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.fields import Field, read_field
from playtrace.metrics.frame.models import FILTERS_MAX, LIST_LENGTH_MAX, UNKNOWN, CommonParameters, country_codes

Sql = LiteralString

PLACES: tuple[Sql, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
RANGE = re.compile(rf"(?P<low>{NUMBER})?\.\.(?P<high>{NUMBER})?", re.IGNORECASE)


class Condition(Struct, frozen=True):
    """`FIELD:VALUE`: what of an event is looked at, and what it must be."""

    field: Field
    negated: bool
    values: list[str] | None
    """Any of them; None: any at all, or what lies in the range."""
    low: float | None = None
    high: float | None = None

    @property
    def is_range(self) -> bool:
        return self.low is not None or self.high is not None

    def predicate(self, place: Sql) -> Sql:
        """What must hold of an event: true or false, never null."""
        text, number = self.field.expressions(place)
        if self.is_range:
            ends: list[Sql] = []
            if self.low is not None:
                ends.append(number + " >= $" + place + "_low::DOUBLE")
            if self.high is not None:
                ends.append(number + " <= $" + place + "_high::DOUBLE")
            holds: Sql = " AND ".join(ends)
        elif self.values is None:
            holds = text + " IS NOT NULL"
        else:
            holds = "list_contains($" + place + "_values::VARCHAR[], " + text + ")"
            if _numbers(self.values):
                holds = holds + " OR list_contains($" + place + "_numbers::DOUBLE[], " + number + ")"
        found: Sql = "coalesce(" + holds + ", false)"
        return "NOT " + found if self.negated else found

    def bound(self, place: str) -> dict[str, object]:
        """The names that `predicate` of this place leaves to be bound."""
        bound = self.field.bound(place) | {f"{place}_low": self.low, f"{place}_high": self.high}
        if self.values is not None:
            bound |= {f"{place}_values": self.values, f"{place}_numbers": _numbers(self.values)}
        return bound


def filters(parameters: CommonParameters) -> dict[str, object]:
    """Binds `$game`, `$env`, and `$platforms`, `$versions`, `$countries`: null where all count."""
    return {
        "game": parameters.game_id,
        "env": parameters.env,
        "platforms": known_or_not(parameters.platform),
        "versions": known_or_not(parameters.version),
        "countries": known_or_not(country_codes(parameters.country)),
    }


def conditions(parameters: CommonParameters) -> tuple[Sql, dict[str, object]]:
    """What must hold of an event besides, and what is bound in it; empty where nothing is asked for.

    Raises `WrongParameter`.
    """
    return predicate_of(parameters.filter)


def predicate_of(filters: list[str], place_before: Sql = "") -> tuple[Sql, dict[str, object]]:
    """What must hold of an event for all of these to hold, and what is bound in it.

    Where one statement has several of them, `place_before` keeps their names apart. Raises `WrongParameter`.
    """
    texts: list[Sql] = []
    bound: dict[str, object] = {}
    for place, text in zip(PLACES, filters, strict=False):
        condition = read_condition(text)
        texts.append(condition.predicate("filter" + place_before + place))
        bound |= condition.bound(f"filter{place_before}{place}")
    return " AND ".join(texts), bound


def read_condition(text: str, parameter: str = "filter") -> Condition:
    """Read `FIELD:VALUE`. Raises `WrongParameter`, of the parameter in which it stands."""
    name, colon, rest = text.partition(":")
    if not colon:
        raise WrongParameter(parameter, f"Expected FIELD:VALUE, such as props.mode:ranked, got {text!r}.")
    field = read_field(name, parameter)
    rest = rest.strip()
    negated = rest.startswith("!")
    rest = rest.removeprefix("!")
    if rest == "*":
        return Condition(field, negated, None)
    if (match := RANGE.fullmatch(rest)) and (match["low"] or match["high"]):
        low, high = (float(end) if end else None for end in (match["low"], match["high"]))
        if any(end is not None and not math.isfinite(end) for end in (low, high)):
            raise WrongParameter(parameter, f"The ends of a range are numbers, got {rest!r}.")
        return Condition(field, negated, None, low, high)
    values = _split(rest, parameter)
    if not values:
        raise WrongParameter(parameter, f"A value is missing after {field.name}: (any at all is {field.name}:*).")
    if len(values) > LIST_LENGTH_MAX:
        raise WrongParameter(parameter, f"At most {LIST_LENGTH_MAX} values of one field, got {len(values)}.")
    return Condition(field, negated, values)


def _split(text: str, parameter: str) -> list[str]:
    """`a,"b,c"` is a and b,c: what holds a comma or begins with a sign is put in quotation marks."""
    found: list[str] = []
    rest = text
    while rest:
        if rest.startswith('"'):
            try:
                value, end = json.JSONDecoder().raw_decode(rest)
            except ValueError:
                raise WrongParameter(parameter, f"A quotation mark is not closed in {text!r}.") from None
            found.append(str(value))
            rest = rest[end:].lstrip()
            if rest and not rest.startswith(","):
                raise WrongParameter(parameter, f"Expected a comma after {value!r} in {text!r}.")
            rest = rest[1:].lstrip()
        else:
            value, _, rest = rest.partition(",")
            rest = rest.lstrip()
            if value.strip():
                found.append(value.strip())
    return found


def _numbers(values: list[str]) -> list[float]:
    """Those that are numbers: 5 is 5.0 too."""
    found: list[float] = []
    for value in values:
        try:
            number = float(value)
        except ValueError:
            continue
        if math.isfinite(number):
            found.append(number)
    return found


def known_or_not(values: list[str]) -> list[str] | None:
    """Clients that write the word themselves are asked for together with those that send nothing."""
    return [*values, ""] if UNKNOWN in values else values or None


assert len(PLACES) == FILTERS_MAX  # noqa: S101 - a place for each that may be asked for
