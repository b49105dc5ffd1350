"""What all metrics are asked with, and what all their answers carry."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, TypedDict, cast
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

LIST_LENGTH_MAX = 100
"""Values of one filter."""
FILTERS_MAX = 10
"""`filter=` in one question."""
DAYS_MAX = 3_700
"""Days in one question: ten years."""


class Model(BaseModel):
    """snake_case in Python, camelCase in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)


def _read_day_or_instant(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return dt.date.fromisoformat(text)
        # A plus sign that was not escaped in a URL arrives as a space.
        instant = dt.datetime.fromisoformat(re.sub(r"(T.*) (\d\d:?\d\d)$", r"\1+\2", text))
    except ValueError:
        raise ValueError("expected a day (2026-03-01) or an instant (2026-03-01T10:00:00Z)") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


DayOrInstant = Annotated[
    dt.datetime | dt.date,
    BeforeValidator(_read_day_or_instant),
    WithJsonSchema({"type": "string", "format": "day-or-instant", "examples": ["2026-03-01", "2026-03-01T10:00:00Z"]}),
]


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("expected the name of a time zone, such as Europe/Berlin or UTC") from None
    return name


TimeZone = Annotated[str, AfterValidator(_check_time_zone), WithJsonSchema({"type": "string", "format": "time-zone"})]
FilterValues = Annotated[list[str], Field(max_length=LIST_LENGTH_MAX)]


def split_commas(value: object) -> object:
    """`["1,3", "7"]` and `"1,3,7"` are the list 1, 3, 7."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            items += [part.strip() for part in item.split(",") if part.strip()] if isinstance(item, str) else [item]
        return items
    return value


UNKNOWN = "unknown"
"""How people call what was not sent, and some clients too; rollups keep what was not sent as the empty string."""


def country_codes(countries: list[str]) -> list[str]:
    """As the store has them: in capitals."""
    return [country if country == UNKNOWN else country.upper() for country in countries]


class Sought(NamedTuple):
    """Values that a question asks for."""

    parameter: str
    dimension: str
    """One of `DIMENSIONS` in `hints.py`."""
    values: list[str]
    other_words: tuple[str, ...] = ()
    """What this parameter may be besides."""


class CommonParameters(Model):
    """What every metric is asked with."""

    model_config = ConfigDict(extra="forbid")

    names_players_by: ClassVar[tuple[str, ...]] = ()
    """The fields that hold ids of players."""

    game_id: str = Field(description="The readable id of the game.")
    from_: DayOrInstant | None = Field(
        None,
        alias="from",
        description="Start: a day of the time zone, or an instant, in UTC where it names no offset."
        " Default: 30 days that end with `to`.",
    )
    to: DayOrInstant | None = Field(
        None, description="End: a day, which is included, or an instant, which is not. Default: today."
    )
    hours: int | None = Field(
        None, ge=1, le=24 * DAYS_MAX, description="The last so many hours, up to now, instead of `from` and `to`."
    )
    time_zone: TimeZone = Field(
        "UTC", description="Name of the time zone whose days are counted. Default: the game's own, else UTC."
    )
    platform: FilterValues = Field(
        default_factory=list,
        description="Only this platform; several times for several. `unknown` is where none was sent, or that word.",
    )
    version: FilterValues = Field(
        default_factory=list,
        description="Only this version; several times for several. `unknown` is where none was sent, or that word.",
    )
    country: FilterValues = Field(
        default_factory=list,
        description="Only this country, as two letters; several times for several. `unknown` is where none is known.",
    )
    env: str = Field("prod", description="Environment: `prod`, `dev` or one of the studio's own.")
    filter: Annotated[list[str], Field(max_length=FILTERS_MAX)] = Field(
        default_factory=list,
        description="Only events of which this holds: `FIELD:VALUE`, several times for all of them. A field is"
        " `props.NAME` or a column such as `level`, `map`, `match_id`, `device_id`, `os`, `build`. A value is `ranked`,"
        " `!ranked` (is not), `1,2,3` (any of), `*` (exists), `!*` (does not), `10..20`, `10..`, `..20` (numbers); what"
        ' holds a comma or begins with one of these signs is put in quotation marks: `"a,b"`. Read from all events.',
    )
    segment: str | None = Field(None, min_length=1, max_length=64, description="Only players of this segment.")
    compare_segment: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="The same asked of the players of this segment as well, of the same moment: in `compared`.",
    )
    source: Literal["auto", "rollup", "raw"] = Field(
        "auto",
        description="Where the answer is read: `rollup` (fast), `raw` (all events), or `auto`:"
        " the rollup where it can answer. Both give the same answer.",
    )

    explain: bool = Field(
        False, description="Also the SQL that was asked, with its values, as `playtrace sql --internal` takes it."
    )

    def sought(self) -> list[Sought]:
        """The values that are asked for: what no event has ever had is told (`hints.py`)."""
        filters = {"platform": self.platform, "version": self.version, "country": country_codes(self.country)}
        found = [
            Sought(name, name, [value for value in values if value != UNKNOWN]) for name, values in filters.items()
        ]
        return [
            *found,
            Sought("segment", "segment", [self.segment] if self.segment else []),
            Sought("compareSegment", "segment", [self.compare_segment] if self.compare_segment else []),
        ]

    def with_defaults_of(self, *, time_zone: str, currency: str) -> Self:
        """What was not asked for is as the game has it: days of its time zone, revenue in its currency."""
        of_game = {"time_zone": time_zone, "currency": currency}
        known = type(self).model_fields.keys() - self.model_fields_set
        return self.model_copy(update={name: value for name, value in of_game.items() if name in known})

    def of_compared(self) -> Self:
        """The question that `compared` answers."""
        return self.model_copy(update={"segment": self.compare_segment, "compare_segment": None})


def definition_address(metric: str) -> str:
    """Where a page of the server says what a metric counts."""
    return f"/docs#metric_{metric}"


class Heading(TypedDict):
    """The fields of `CommonAnswer`."""

    metric: str
    definition: str
    game_id: str
    from_: dt.datetime
    to: dt.datetime
    time_zone: str
    segment: str | None
    as_of: dt.datetime
    source: Literal["rollup", "raw"]
    elapsed_ms: float


COMPARED = "With `compareSegment`: the answer about its players, which has none itself; else null."


class CommonAnswer(Model):
    """What every answer carries."""

    metric: str
    definition: str = Field(description="Where it is said what is counted: a page of the server, from its address on.")
    game_id: str
    from_: dt.datetime = Field(
        validation_alias=AliasChoices("from", "from_"), serialization_alias="from", description="First instant, UTC."
    )
    to: dt.datetime = Field(description="End, UTC; not included.")
    time_zone: str
    segment: str | None = Field(description="Whose players it is about; null: of all.")
    as_of: dt.datetime = Field(description="The moment that `complete` and `settled` speak of.")
    source: Literal["rollup", "raw"] = Field(description="Where the answer was read.")
    elapsed_ms: float = Field(description="Milliseconds that the answer took.")
    removed_before: dt.date | None = Field(
        default=None,
        description="What happened before this day (UTC) was removed and is missing here; `hints` say what. Null:"
        " nothing is.",
    )
    hints: list[str] = Field(
        default=[],
        description="What was removed and is missing, and what the question may have got wrong: values that no event of"
        " the game has ever had.",
    )
    statements: list[str] | None = Field(
        default=None, description="With `explain`: the SQL that was asked, one statement after the other; else null."
    )

    compared: Self | None = Field(default=None, description=COMPARED)

    def __init_subclass__(cls, **keywords: Any) -> None:
        # What `Self` is, in words that FastAPI understands.
        cls.__annotations__["compared"] = f"{cls.__name__} | None"
        cls.compared = Field(default=None, description=COMPARED)
        super().__init_subclass__(**keywords)

    def rows(self, of: str | None = None) -> list[dict[str, object]]:
        """As `table`, or as `list_of`; of two that are compared those of both, each with the name of its segment.

        Raises `KeyError` where there is no such list.
        """
        own = self.table() if of is None else self.list_of(of)
        if self.compared is None:
            return own
        both = ((self, own), (self.compared, self.compared.rows(of)))
        return [{"players of": answer.segment or "(all)"} | row for answer, rows in both for row in rows]

    def table(self) -> list[dict[str, object]]:
        """The answer as rows of plain values, for terminals and spreadsheets: its first list. Money is in whole units,
        time in the time zone."""
        for value in self.model_dump(mode="json", by_alias=True, exclude={"hints", "statements", "compared"}).values():
            if isinstance(value, list):
                return [judged_last(row) for row in cast("list[dict[str, object]]", value)]
        return []

    def list_of(self, path: str) -> list[dict[str, object]]:
        """One list of the answer by its name, or its path such as `drift.types`, as rows of plain values: money is in
        whole units. Raises `KeyError` where there is no such list."""
        value: object = self.model_dump(mode="json", by_alias=True)
        for name in path.split("."):
            value = cast("dict[str, object]", value)[name] if isinstance(value, dict) else None
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in cast("list[object]", value)):
            raise KeyError(path)
        return [judged_last(_plain(row)) for row in cast("list[dict[str, object]]", value)]


def _plain(row: dict[str, object], above: str = "") -> dict[str, object]:
    """Values of objects inside of a row stand beside the others, under their path."""
    plain: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            plain |= _plain(cast("dict[str, object]", value), f"{above}{name}.")
        elif name.endswith("Micros") and isinstance(value, int | None):
            plain[above + name.removesuffix("Micros")] = in_units_if_any(value)
        else:
            plain[above + name] = value
    return plain


def judged_last(row: dict[str, object]) -> dict[str, object]:
    """A row of a table: how final it is stands at its end."""
    judged = {name: row[name] for name in Judged.model_fields if name in row}
    return {name: value for name, value in row.items() if name not in judged} | judged


def in_units(micros: int) -> str:
    """Millionths as whole units, exactly, with two decimals or more: 990,000 is `0.99`."""
    units, rest = divmod(abs(micros), 1_000_000)
    decimals = f"{rest:06d}"
    return f"{'-' if micros < 0 else ''}{units}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def in_units_if_any(micros: int | None) -> str | None:
    """The same of what there may be or not."""
    return None if micros is None else in_units(micros)


class Judged(Model):
    """A bucket or cell, and how final it is."""

    complete: bool = Field(description="Its time is over.")
    settled: bool = Field(description="It is over for so long that late events are no longer expected.")
