"""The fields of an event that a question may name: its columns, and properties as `props.NAME`, four names deep.

The names of properties are bound, never pasted: they are whatever a game client sent.
"""

from __future__ import annotations

from typing import LiteralString

from msgspec import Struct

from playtrace.metrics.frame.errors import WrongParameter

Sql = LiteralString

TEXTS: dict[str, Sql] = {
    "name": "name",
    "platform": "platform",
    "version": "version",
    "country": "country",
    "region": "region",
    "os": "os",
    "build": "build",
    "level": "level",
    "map": "map_id",
    "match_id": "match_id",
    "device_id": "device_id",
    "player_id": "player_id",
    "session_id": "session_id",
    "severity": "severity",
    "source": "source",
    "currency": "currency",
}
NUMBERS: dict[str, Sql] = {
    "value": "value",
    "x": "x",
    "y": "y",
    "z": "z",
    "seq": "CAST(seq AS DOUBLE)",
    "mono_ms": "CAST(mono_ms AS DOUBLE)",
}
"""The columns that can be asked for, by the names that events are sent with."""

KEY_LENGTH_MAX: Sql = "256"
DEPTHS: tuple[Sql, ...] = ("0", "1", "2", "3")
"""A place for each name of a property."""
KEYS_MAX = len(DEPTHS)
"""How deep a property may lie: `props.a.b.c.d`."""

# Always `props`, but in so many words: DuckDB hands a property that is read of the column itself down to the table, and
# there it is read of each two thousand events among which one counts, and for each property anew. What is hidden in an
# expression it reads when it knows which events count, once for all properties.
PROPS: Sql = "CASE WHEN name IS NOT NULL THEN props END"


class Field(Struct, frozen=True):
    """A column or a property."""

    name: str
    """As it was asked for."""
    keys: tuple[str, ...]
    """Of a property, from the outside in; empty for a column."""

    def expressions(self, place: Sql) -> tuple[Sql, Sql]:
        """What it is as text and as a number; null where it is not."""
        return "TRY_CAST(" + self.value(place) + " AS VARCHAR)", self.number(place)

    def value(self, place: Sql) -> Sql:
        """A column, or a property as the store has it: of whatever type."""
        if not self.keys:
            return NUMBERS[self.name] if self.name in NUMBERS else TEXTS[self.name]
        value = PROPS
        for depth, _ in zip(DEPTHS, self.keys, strict=False):
            value = "variant_extract(" + value + ", $" + place + "_key" + depth + ")"
        return value

    def number(self, place: Sql) -> Sql:
        """What it is as a number; null where it is none."""
        return self.value(place) if self.name in NUMBERS else "TRY_CAST(" + self.value(place) + " AS DOUBLE)"

    def key(self, value: Sql, text: Sql) -> Sql:
        """What it is grouped by, of its `value` and of that as `text`: at most `KEY_LENGTH_MAX` characters. Null of an
        object or a list, which has no text that is the same wherever it stands."""
        short: Sql = "substr(" + text + ", 1, " + KEY_LENGTH_MAX + ")"
        if not self.keys:
            return short
        # To ask for the type of every value would cost as much as to read it.
        nested: Sql = "substr(" + text + ", 1, 1) IN ('{', '[') AND variant_typeof(" + value + ") <> 'VARCHAR'"
        return "CASE WHEN " + nested + " THEN NULL ELSE " + short + " END"

    def bound(self, place: str) -> dict[str, object]:
        """The names that `expressions` of this place leaves to be bound."""
        return {f"{place}_key{depth}": key for depth, key in enumerate(self.keys)}


def read_field(text: str, parameter: str) -> Field:
    """Read `level` or `props.mode`. Raises `WrongParameter`."""
    name = text.strip()
    keys = tuple(name.split(".")[1:]) if name.startswith("props.") else ()
    if not keys and name not in TEXTS and name not in NUMBERS:
        known = ", ".join([*TEXTS, *NUMBERS])
        raise WrongParameter(parameter, f"There is no field {name!r}. There are props.NAME, {known}.")
    if len(keys) > KEYS_MAX or "" in keys[:1]:
        raise WrongParameter(parameter, f"A property is props.NAME, at most {KEYS_MAX} names deep, got {name!r}.")
    return Field(name, keys)
