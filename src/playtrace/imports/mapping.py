"""A mapping: which value of a row is which field of an event. One form, for those that are built in and those of users.

```yaml
system: my-tool
recognised_by: [event, uid]        # a row that has all of these is one of this system
fields:
  name: event                      # a place in the row; a.b is b inside of a
  player_id: [uid, device]         # the first of these that is there
  time: {from: at, formats: ["%d.%m.%Y %H:%M"]}
  value: {from: cents, times: 0.01}
  session_id: {from: sid, none: [-1]}
  level: {from: path, split: ":", part: 2}
  env: {is: prod}
members: [params]                  # objects whose members become properties
properties: {product: item.sku}    # single properties
rest: true                         # and so does whatever else the row has
drop: [ip]                         # but for these
json: [params]                     # texts that hold JSON
names: {"First Launch": session_start}
cases:                             # the first that fits adds to, and overrides, what is above
  - when: {kind: sale}
    fields: {name: {is: purchase}}
```
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping as MappingOf
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any, cast

import msgspec
import yaml
from msgspec import Struct, field

from playtrace.collect.instants import instant
from playtrace.csv_text import text_of_cell
from playtrace.event import ImportedEvent
from playtrace.imports.errors import ImportFailed

FIELDS = frozenset(ImportedEvent.__struct_fields__) - {"props", "game_id"}
NOTHING = (None, "")
NUMBERS = frozenset({"seq", "mono_ms", "x", "y", "z", "value"})
BUILT_IN = "playtrace.imports.mappings"


class Place(Struct, forbid_unknown_fields=True, rename={"from_": "from", "is_": "is"}):
    """Where a value is, and what is made of it."""

    from_: str | list[str] = []
    is_: str | int | float | bool | None = None
    """The value itself."""
    none: list[Any] = []
    """Values that stand for none."""
    times: float | None = None
    size: bool = False
    """Without its sign."""
    split: str | None = None
    part: int | str | None = None
    """Of what is split: 2 is the second, `2-` all from the second on."""
    formats: list[str] = []
    """Of a time, for `strptime`, in UTC; beside those that are always read."""
    values: dict[str, Any] = {}
    """What single values mean; others stay."""


Placed = str | list[str] | Place


class Case(Struct, forbid_unknown_fields=True):
    when: dict[str, Any]
    """Places, and the value, or one of the values, that each must have."""
    fields: dict[str, Placed] = {}
    properties: dict[str, Placed] = {}


class Mapping(Struct, forbid_unknown_fields=True):
    system: str
    about: str = ""
    """What files these are, and where their form is described."""
    recognised_by: list[str] = []
    fields: dict[str, Placed] = {}
    members: list[str] = []
    properties: dict[str, Placed] = {}
    rest: bool = False
    drop: list[str] = []
    json: list[str] = []
    names: dict[str, str] = {}
    cases: list[Case] = []
    formula_marks: bool = False
    """Whether texts of a CSV may have the mark of `csv_text` before them."""
    used: set[str] = field(default_factory=set)
    """Filled when it is read: the places that some field says."""
    said: dict[str, set[str]] = {}
    """By object whose members are properties: those of them that are not."""

    def recognises(self, row: MappingOf[str, Any]) -> bool:
        return bool(self.recognised_by) and all(_found(row, place) not in NOTHING for place in self.recognised_by)

    def fields_of(self, row: dict[str, Any], *, is_table: bool = False) -> dict[str, Any]:
        """The fields of an event, by our names, and `props`. Raises `ValueError` for a value that is not as it says."""
        if self.formula_marks and is_table:
            row = {name: _without_mark(value) for name, value in row.items()}
        for name in self.json:
            if isinstance(text := row.get(name), str):
                try:
                    row = row | {name: json.loads(text)}
                except (ValueError, RecursionError) as error:
                    raise ValueError(f"{name}: expected JSON, got {text[:80]!r}.") from error
        case = next((case for case in self.cases if _fits(row, case.when)), None)
        placed: dict[str, Placed] = {**self.fields, **case.fields} if case else self.fields
        fields: dict[str, Any] = {}
        for name, where in placed.items():
            # Most are a place alone, and nothing more is to be done.
            value = row.get(where) if isinstance(where, str) and "." not in where else _value(row, where, name)
            if value is None or value == "":
                continue
            fields[name] = number_of(value, name) if name in NUMBERS and isinstance(value, str) else value
        if isinstance(name := fields.get("name"), str):
            fields["name"] = self.names.get(name, name)
        fields["props"] = self._properties(row, case)
        return fields

    def _properties(self, row: dict[str, Any], case: Case | None) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        if self.rest:
            properties |= {name: value for name, value in row.items() if name not in self.used and value is not None}
        for place in self.members:
            members = _found(row, place)
            if isinstance(members, dict):
                said = self._said_of(place)
                properties |= {
                    name: value for name, value in cast("dict[str, Any]", members).items() if name not in said
                }
            elif members not in NOTHING:
                raise ValueError(f"{place}: expected an object, got {str(members)[:80]!r}.")
        for name, where in {**self.properties, **(case.properties if case else {})}.items():
            if (value := _value(row, where, name)) not in NOTHING:
                properties[name] = value
        return properties

    def _said_of(self, place: str) -> set[str]:
        """Members of an object that are no properties of their own."""
        if (said := self.said.get(place)) is None:
            before = f"{place}."
            inside = {used.removeprefix(before).partition(".")[0] for used in self.used if used.startswith(before)}
            said = self.said[place] = {*inside, *self.drop}
        return said


def read_mapping(text: str, place: str) -> Mapping:
    """Raises `ImportFailed` with what is wrong, and where."""
    try:
        mapping = msgspec.convert(yaml.safe_load(text), Mapping)
    except yaml.YAMLError as error:
        raise ImportFailed(f"The mapping {place} is not YAML: {error}") from error
    except msgspec.ValidationError as error:
        raise ImportFailed(f"The mapping {place} does not fit: {error}. See docs/import.md.") from error
    for fields in (mapping.fields, *(case.fields for case in mapping.cases)):
        if unknown := sorted(fields.keys() - FIELDS):
            raise ImportFailed(
                f"The mapping {place} says {unknown[0]!r}, which is no field of an event. Those are:"
                f" {', '.join(sorted(FIELDS))}."
            )
    if "name" not in mapping.fields and not all("name" in case.fields for case in mapping.cases or [Case({})]):
        raise ImportFailed(f"The mapping {place} does not say which value is the `name` of an event.")
    said = [mapping.fields, mapping.properties]
    said += [placed for case in mapping.cases for placed in (case.fields, case.properties)]
    for placed in said:
        mapping.used |= {place for where in placed.values() for place in _places(where)}
    mapping.used |= {*mapping.drop, *mapping.members}
    return mapping


def built_in() -> list[Mapping]:
    """Those of this package, those that ask for more first: what is told by two names may be told by three."""
    files = sorted(resources.files(BUILT_IN).iterdir(), key=lambda file: file.name)
    found = [read_mapping(file.read_text("utf-8"), file.name) for file in files if file.name.endswith(".yaml")]
    return sorted(found, key=lambda mapping: -len(mapping.recognised_by))


def mapping_named(name: str) -> tuple[Mapping, str]:
    """One that is built in, or a file; and its text. Raises `ImportFailed`."""
    known = {mapping.system: mapping for mapping in built_in()}
    if name in known:
        return known[name], name
    path = Path(name)
    if not path.is_file():
        raise ImportFailed(f"There is no mapping {name!r}: expected a file, or one of {', '.join(sorted(known))}.")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed(f"The mapping {name} cannot be read: {error}.") from error
    return read_mapping(text, name), text


def _without_mark(value: Any) -> Any:
    return text_of_cell(value) if isinstance(value, str) and value[:1] == "'" else value


def _places(where: Placed) -> list[str]:
    if isinstance(where, Place):
        where = where.from_
    return [where] if isinstance(where, str) else where


def _found(row: MappingOf[str, Any], place: str) -> Any:
    """None where it is not there."""
    if place in row or "." not in place:
        return row.get(place)
    first, _, rest = place.partition(".")
    inner = row.get(first)
    return _found(cast("dict[str, Any]", inner), rest) if isinstance(inner, dict) else None


def _fits(row: MappingOf[str, Any], when: MappingOf[str, Any]) -> bool:
    return all(
        _found(row, place) in (cast("list[Any]", wanted) if isinstance(wanted, list) else [wanted])
        for place, wanted in when.items()
    )


def _value(row: MappingOf[str, Any], where: Placed, name: str) -> Any:
    if not isinstance(where, Place):
        value = next((found for place in _places(where) if (found := _found(row, place)) not in NOTHING), None)
        return number_of(value, name) if name in NUMBERS else value
    if where.is_ is not None:
        return where.is_
    value = next(
        (found for place in _places(where) if (found := _found(row, place)) not in NOTHING and found not in where.none),
        None,
    )
    if value is None:
        return None
    if where.split is not None:
        value = _part(str(value).split(where.split), where)
    if where.values:
        value = where.values.get(str(value), value)
    if name in NUMBERS or where.times is not None or where.size:
        number = number_of(value, name)
        if number is not None and where.times is not None:
            # In decimals, as people write them: 1,999 cents are 19.99.
            number = float(Decimal(str(number)) * Decimal(str(where.times)))
        value = abs(number) if number is not None and where.size else number
    if where.formats and isinstance(value, str):
        value = _time(value, where.formats)
    return value


def _part(parts: list[str], where: Place) -> str | None:
    text = str(where.part or 1)
    first = int(text.removesuffix("-")) - 1
    if first >= len(parts):
        return None
    return (where.split or "").join(parts[first:]) if text.endswith("-") else parts[first]


def number_of(value: Any, name: str) -> float | int | None:
    """A text as the number that it says. Raises `ValueError`."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    try:
        text = str(value).strip()
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        raise ValueError(f"{name}: expected a number, got {str(value)[:40]!r}.") from None


def _time(text: str, formats: list[str]) -> dt.datetime | None:
    """Raises `ValueError`."""
    for format_ in formats:
        try:
            return dt.datetime.strptime(text, format_).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
    return instant(text)
