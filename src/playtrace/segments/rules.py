"""What a rule of a segment may say: conditions on a player, joined by all, any and not.

    {"all": [
        {"did": "level_complete", "where": ["level:5"], "within": {"firstDays": 1}},
        {"not": {"did": "purchase", "valueSum": {"above": 10}, "within": {"lastDays": 30}}}
    ]}

Each condition is an object that begins with the key of its kind. A rule is about the players who have come by the end
of a day, `as_of`, and about what happened until then; days are those of the game's time zone.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from playtrace.event import ID_LENGTH_MAX, NAME_LENGTH_MAX
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.filters import read_condition
from playtrace.metrics.frame.models import DAYS_MAX, FILTERS_MAX, LIST_LENGTH_MAX, Model

DEPTH_MAX = 6
"""Levels of all, any and not, and of the conditions in them."""
CONDITIONS_MAX = 32
"""Of one rule."""


class _Part(Model):
    model_config = ConfigDict(extra="forbid", strict=True)


def _read_day(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        with suppress(ValueError):
            return dt.date.fromisoformat(value)
    if type(value) is dt.date:
        return value
    raise ValueError("expected a day, such as 2026-03-01")


Day = Annotated[dt.date, BeforeValidator(_read_day), WithJsonSchema({"type": "string", "format": "date"})]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]
Days = Annotated[int, Field(ge=1, le=DAYS_MAX)]


class Bounds(_Part):
    """Between which numbers something lies: one or several of these."""

    at_least: Number | None = None
    at_most: Number | None = None
    above: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def check(self) -> Bounds:
        if not self.model_dump(exclude_none=True):
            raise ValueError("expected `atLeast`, `atMost`, `above` or `below`, with a number")
        return self


class Window(_Part):
    """When something happened: on some days, or not long ago, or soon after the player came."""

    from_: Day | None = Field(None, alias="from", description="First day.")
    to: Day | None = Field(None, description="Last day, which is included.")
    last_days: Days | None = Field(None, description="The last so many days, the day of the evaluation included.")
    first_days: Days | None = Field(
        None,
        description="The first so many times 24 hours after the player was first seen; of days active, so many days"
        " from the first one on.",
    )

    @model_validator(mode="after")
    def check(self) -> Window:
        kinds = [self.from_ is not None or self.to is not None, self.last_days is not None, self.first_days is not None]
        if sum(kinds) != 1:
            raise ValueError("expected either `from` and `to`, or `lastDays`, or `firstDays`")
        if self.from_ and self.to and self.from_ > self.to:
            raise ValueError("`from` must not lie after `to`")
        return self


class DaysOfCalendar(Window):
    """Some days, or the last ones."""

    @model_validator(mode="after")
    def check_not_own(self) -> DaysOfCalendar:
        if self.first_days is not None:
            raise ValueError("expected either `from` and `to`, or `lastDays`")
        return self


def _check_filter(text: str) -> str:
    try:
        read_condition(text)
    except WrongParameter as error:
        raise ValueError(error.message) from None
    return text


Filter = Annotated[str, Field(max_length=1_000), AfterValidator(_check_filter)]
Values = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)]], Field(min_length=1, max_length=LIST_LENGTH_MAX)
]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]


class All(_Part):
    """Every one of these holds."""

    all: Annotated[list[Rule], Field(min_length=1)]


class Any_(_Part):
    """One of these holds, or more."""

    any: Annotated[list[Rule], Field(min_length=1)]


class Not(_Part):
    """This does not hold."""

    not_: Rule = Field(alias="not")


class Did(_Part):
    """Events of a name, as the filters keep them: how many, and the sum of their values. At least one, unless said."""

    did: Name = Field(description="Name of the events.")
    where: Annotated[list[Filter], Field(max_length=FILTERS_MAX)] = Field(
        default_factory=list, description="What must hold of an event, as `filter` of a metric has it: `level:5`."
    )
    times: Bounds | None = Field(None, description="How many. None at all is 0.")
    value_sum: Bounds | None = Field(None, description="The sum of their `value`, to the millionth. Of none it is 0.")
    within: Window | None = Field(None, description="When they happened. Default: ever.")

    def counts(self) -> Bounds | None:
        """How many there must be."""
        return Bounds(at_least=1) if self.times is None and self.value_sum is None else self.times


class FirstSeen(_Part):
    """When the player came: the first event ever."""

    first_seen: DaysOfCalendar


class FirstPlatform(_Part):
    first_platform: Values = Field(description="Any of these, as the first event ever says; `unknown` for none.")


class FirstVersion(_Part):
    first_version: Values = Field(description="Any of these, as the first event ever says; `unknown` for none.")


class FirstCountry(_Part):
    first_country: Values = Field(description="Any of these, as the first event ever says; `unknown` for none.")


class LastVersion(_Part):
    last_version: Values = Field(description="Any of these, with which the last session began; `unknown` for none.")


class DaysActive(_Part):
    days_active: Bounds = Field(description="Days on which the player did something.")
    within: Window | None = Field(None, description="Of these days. Default: of all.")


class Sessions(_Part):
    sessions: Bounds = Field(description="Sessions that the player began.")
    within: Window | None = Field(None, description="Begun within. Default: ever.")


class NetSpend(_Part):
    net_spend: Bounds = Field(
        description="The sum of purchases, refunds taken off, in units of the currency, without those that the store"
        " did not confirm."
    )
    currency: str | None = Field(
        None, min_length=1, max_length=16, description="Purchases in others do not count. Default: the game's own."
    )
    within: Window | None = Field(None, description="Of what was paid then. Default: ever.")


class Experiment(_Part):
    experiment: Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)] = Field(
        description="Which one, as `session_start` says it."
    )
    group: Values = Field(description="Any of these.")


KINDS: dict[str, type[BaseModel]] = {
    "all": All,
    "any": Any_,
    "not": Not,
    "did": Did,
    "firstSeen": FirstSeen,
    "firstPlatform": FirstPlatform,
    "firstVersion": FirstVersion,
    "firstCountry": FirstCountry,
    "lastVersion": LastVersion,
    "daysActive": DaysActive,
    "sessions": Sessions,
    "netSpend": NetSpend,
    "experiment": Experiment,
}
"""By the key that tells them."""


def _kind(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((kind for kind in KINDS if kind in value), None)
    return next((kind for kind, model in KINDS.items() if type(value) is model), None)


Rule = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[Any_, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Did, Tag("did")]
    | Annotated[FirstSeen, Tag("firstSeen")]
    | Annotated[FirstPlatform, Tag("firstPlatform")]
    | Annotated[FirstVersion, Tag("firstVersion")]
    | Annotated[FirstCountry, Tag("firstCountry")]
    | Annotated[LastVersion, Tag("lastVersion")]
    | Annotated[DaysActive, Tag("daysActive")]
    | Annotated[Sessions, Tag("sessions")]
    | Annotated[NetSpend, Tag("netSpend")]
    | Annotated[Experiment, Tag("experiment")],
    Discriminator(
        _kind,
        custom_error_type="rule_kind",
        custom_error_message=f"expected an object with one of {', '.join(KINDS)}",
    ),
]
for _model in (All, Any_, Not):
    _model.model_rebuild()


def _check_size(value: object) -> object:
    """Before anything else is looked at: what is nested without end is not read."""
    conditions, level, here = 0, 0, [value]
    while here:
        level += 1
        if level > DEPTH_MAX:
            raise ValueError(f"a rule is at most {DEPTH_MAX} levels deep")
        below: list[object] = []
        for part in here:
            if not isinstance(part, dict):
                continue
            inner = [part[key] for key in ("all", "any", "not") if key in part]
            conditions += not inner
            for one in inner:
                below += one if isinstance(one, list) else [one]
        if conditions > CONDITIONS_MAX or len(below) > CONDITIONS_MAX:
            raise ValueError(f"a rule has at most {CONDITIONS_MAX} conditions")
        here = below
    return value


WholeRule = Annotated[Rule, BeforeValidator(_check_size)]
"""A rule as people send it: of bounded depth and length."""
Refresh = Literal["never", "daily"]
RULE: TypeAdapter[WholeRule] = TypeAdapter(WholeRule)


def read_rule(text: str | bytes) -> WholeRule:
    """A rule that is written as JSON. Raises pydantic's `ValidationError`."""
    return RULE.validate_json(text)


def written_rule(rule: WholeRule) -> str:
    """As JSON, with what was said and nothing else."""
    return RULE.dump_json(rule, by_alias=True, exclude_none=True, exclude_defaults=True).decode()
