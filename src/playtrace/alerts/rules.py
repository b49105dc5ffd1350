"""What a rule says: what it looks at, of whom, over how long, and when that is worth telling.

A rule is one of the kinds below, told apart by `kind`. One without `gameId` is for all games; one of a game that has
the same id goes before it, there. What a figure is, is said by the metric that it is of; events are counted by name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from playtrace.event import NAME_LENGTH_MAX
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.filters import Condition, predicate_of, read_condition
from playtrace.metrics.frame.metric import metrics
from playtrace.metrics.frame.models import FILTERS_MAX, UNKNOWN, CommonParameters, Model, country_codes

ID_PATTERN = r"^[A-Za-z0-9_.-]{1,64}$"
WINDOW_MINUTES_MAX = 7 * 24 * 60
BUCKETS_MINUTES = (15, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Lengths that whole days consist of: buckets of the game's clock."""
VALUES_MAX = 20
FILTER_LENGTH_MAX = 1_000

Severity = Literal["info", "warning", "critical"]
GroupBy = Literal["platform", "version", "country", "map"]
Counted = Literal["crashes", "events", "sessions", "players"]
Text = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
Values = Annotated[list[Text], Field(max_length=VALUES_MAX)]
Filter = Annotated[str, Field(max_length=FILTER_LENGTH_MAX)]
Minutes = Annotated[int, Field(ge=1, le=WINDOW_MINUTES_MAX)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e15, le=1e15)]
Share = Annotated[float, Field(gt=0, lt=1)]


class EventCount(Model):
    """Events of a name."""

    model_config = ConfigDict(extra="forbid")

    event: Text


class MetricFigure(Model):
    """A number in the answer of a metric, asked of the window."""

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(max_length=64, description="Name of the metric, as `GET /api/metrics` lists it.")
    figure: str = Field(
        max_length=200,
        description="Where the number stands in the answer, its fields one after the other: `current.dauMean`; in a"
        " list the number of its place: `parts.0.crashFreeSessions`.",
    )
    parameters: dict[str, JsonValue] = Field(
        default_factory=dict, max_length=20, description="What the metric is asked with besides, such as `interval`."
    )

    @model_validator(mode="after")
    def check(self) -> MetricFigure:
        metric = metrics().get(self.metric)
        if metric is None:
            raise ValueError(f"there is no metric {self.metric!r}: there are {', '.join(metrics())}")
        own = set(self.parameters) & SAID_BY_RULE
        if own:
            raise ValueError(f"{', '.join(sorted(own))}: said by the rule itself, not by `parameters`")
        try:
            metric.parameters.model_validate({"gameId": "any", **self.parameters})
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        check_figure(metric.answer_type, self.figure)
        return self

    @property
    def asked(self) -> dict[str, JsonValue]:
        """What the metric is asked with: by the hour, unless it says otherwise. Days reach out of a window."""
        interval = metrics()[self.metric].parameters.model_fields.get("interval")
        by_hour = interval is not None and "hour" in get_args(interval.annotation)
        return ({"interval": "hour"} if by_hour else {}) | self.parameters


SAID_BY_RULE = {
    name
    for field, of in CommonParameters.model_fields.items()
    if field not in ("filter", "segment", "time_zone")
    for name in (field, of.alias or field)
}


def _measure_kind(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((kind for kind in ("event", "metric") if kind in value), None)
    if isinstance(value, EventCount | MetricFigure):
        return "event" if isinstance(value, EventCount) else "metric"
    return "name" if isinstance(value, str) else None


Measure = Annotated[
    Annotated[Counted, Tag("name")] | Annotated[EventCount, Tag("event")] | Annotated[MetricFigure, Tag("metric")],
    Discriminator(
        _measure_kind,
        custom_error_type="measure_kind",
        custom_error_message='expected crashes, events, sessions, players, {"event": NAME} or {"metric": NAME,'
        ' "figure": PLACE}',
    ),
]


def check_figure(answer: type[BaseModel], figure: str) -> None:
    """Raises `ValueError` where an answer of this type has no number at that place, and says what there is."""
    schema = answer.model_json_schema(by_alias=True, mode="serialization")
    here: dict[str, Any] = schema
    passed: list[str] = []
    for step in figure.split("."):
        here = _given(here, schema)
        if here.get("type") == "array":
            if not step.lstrip("-").isdigit():
                raise ValueError(f"{'.'.join(passed)} is a list: expected the number of a place in it, such as 0")
            here = here.get("items", {})
        else:
            fields: dict[str, Any] = here.get("properties", {})
            if step not in fields:
                there = f": there are {', '.join(sorted(fields))}" if fields else ""
                raise ValueError(f"there is no {step!r} in {'.'.join(passed) or 'the answer'}{there}")
            here = fields[step]
        passed.append(step)
    if _given(here, schema).get("type") not in ("number", "integer"):
        raise ValueError(f"{figure} is no number")


def _given(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that is there: null is what is not."""
    if "$ref" in schema:
        return document["$defs"][str(schema["$ref"]).rpartition("/")[2]]
    if "anyOf" in schema:
        return _given(next(one for one in schema["anyOf"] if one.get("type") != "null"), document)
    return schema


def _distinct(channels: list[str]) -> list[str]:
    return list(dict.fromkeys(channels))


class _Rule(Model):
    """What every rule says."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=ID_PATTERN, description="Its name: letters, digits, `_`, `.` and `-`; at most 64.")
    game_id: str | None = Field(None, max_length=64, description="Null: for all games.")
    env: Text = "prod"
    platform: Values = Field(default_factory=list, description="Only these; none: all.")
    version: Values = Field(default_factory=list, description="Only these; none: all.")
    country: Values = Field(default_factory=list, description="Only these, as two letters; none: all.")
    filter: Annotated[list[Filter], Field(max_length=FILTERS_MAX)] = Field(
        default_factory=list,
        description="Only events of which all of these hold: `FIELD:VALUE`, as `filter` of every metric. They are read"
        " from all events.",
    )
    segment: str | None = Field(
        None, min_length=1, max_length=64, description="Only players of this segment of the game. Null: of all."
    )
    severity: Severity = "warning"
    channels: Annotated[
        list[Annotated[str, Field(max_length=64)]], Field(max_length=VALUES_MAX), AfterValidator(_distinct)
    ] = Field(default_factory=list, description="Ids of channels; none: all that are for its game.")
    enabled: bool = True
    cool_down_minutes: int = Field(
        30,
        ge=0,
        le=WINDOW_MINUTES_MAX,
        description="What comes back so soon after it was resolved is the same incident again.",
    )
    resolve_after_minutes: int = Field(
        2,
        ge=0,
        le=WINDOW_MINUTES_MAX,
        description="An incident is resolved when it was over for so long; each time that it comes back, twice as"
        " long.",
    )
    escalate_after_minutes: int | None = Field(
        None,
        ge=1,
        le=WINDOW_MINUTES_MAX,
        description="Told once more, as critical, when nobody has acknowledged it by then. Null: never.",
    )

    @field_validator("country")
    @classmethod
    def _capitals(cls, countries: list[str]) -> list[str]:
        return country_codes(countries)

    @field_validator("filter")
    @classmethod
    def _readable(cls, filters: list[str]) -> list[str]:
        try:
            predicate_of(filters)
        except WrongParameter as error:
            raise ValueError(error.message) from None
        return filters

    @model_validator(mode="after")
    def check_segment(self) -> _Rule:
        if self.segment is not None and self.game_id is None:
            raise ValueError("`segment` is of one game: say which one with `gameId`")
        return self

    @property
    def parts_by(self) -> GroupBy | None:
        """What it tells apart."""
        return getattr(self, "group_by", None)


class _Measured(_Rule):
    measure: Measure = Field(
        "crashes",
        description="`crashes`, `events`, `sessions`, `players`, the events of a name, or a number in the answer of a"
        " metric.",
    )
    group_by: GroupBy | None = Field(None, description="Each value is judged by itself. `map`: only of events.")

    @model_validator(mode="after")
    def check_group(self) -> _Measured:
        if self.group_by == "map" and not is_event_count(self.measure):
            raise ValueError("`groupBy` map: only events are counted by map")
        if isinstance(self.measure, MetricFigure):
            twice = [name for name in ("filter", "segment") if name in self.measure.parameters and getattr(self, name)]
            if twice:
                raise ValueError(f"`{twice[0]}`: said twice, by the rule and by `parameters`")
        return self


class Threshold(_Measured):
    """More than so much, or less, within a window that slides with the clock."""

    kind: Literal["threshold"] = "threshold"
    window_minutes: Minutes = 60
    above: Number | None = Field(None, description="More than this is worth telling.")
    below: Number | None = Field(None, description="Less than this is.")
    times_usual: float | None = Field(
        None,
        gt=1,
        le=1_000,
        description="With `above`: and at least so many times what is usual at this time of the week.",
    )

    @model_validator(mode="after")
    def check_one(self) -> Threshold:
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either `above` or `below`")
        if self.times_usual is not None and self.above is None:
            raise ValueError("`timesUsual` goes with `above`")
        if not is_event_count(self.measure) and self.window_minutes % 60 != 0:
            raise ValueError("`windowMinutes` of this measure: expected whole hours, as 60")
        return self


class Unusual(_Measured):
    """Far from the same hour of the last weeks, in two buckets one after the other."""

    kind: Literal["unusual"] = "unusual"
    window_minutes: int = Field(60, description="Length of a bucket: whole days consist of it.")
    direction: Literal["both", "up", "down"] = "both"
    weeks: int = Field(8, ge=4, le=8, description="How many weeks are looked back.")
    score: float = Field(4.0, ge=1, le=100, description="From so many deviations on it is unusual.")
    closing_score: float = Field(2.0, gt=0, le=100, description="Below it is not, in two buckets.")
    least_effect: float = Field(0.0, ge=0, le=1e15, description="A smaller change is none, as a number.")
    least_share: float = Field(0.25, ge=0, le=100, description="A smaller one is none, as a share of what is usual.")
    lag_minutes: int | None = Field(
        None,
        ge=0,
        le=1440,
        description="A bucket is judged so long after its end, for events that come late. Null: its own length.",
    )

    @field_validator("window_minutes")
    @classmethod
    def _divides_a_day(cls, minutes: int) -> int:
        if minutes not in BUCKETS_MINUTES:
            raise ValueError(f"expected one of {', '.join(map(str, BUCKETS_MINUTES))}")
        return minutes

    @model_validator(mode="after")
    def check_scores(self) -> Unusual:
        if self.closing_score >= self.score:
            raise ValueError("`closingScore` must lie below `score`")
        if not is_event_count(self.measure) and self.window_minutes % 60 != 0:
            raise ValueError("`windowMinutes` of this measure: expected whole hours, as 60")
        return self

    @property
    def lag(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.window_minutes if self.lag_minutes is None else self.lag_minutes)


class Ratio(_Rule):
    """Fewer sessions or players without a crash than this, beyond doubt."""

    kind: Literal["ratio"] = "ratio"
    of: Literal["crash_free_sessions", "crash_free_players"] = "crash_free_sessions"
    group_by: Literal["platform", "version", "country"] | None = None
    window_minutes: int = Field(1440, ge=60, le=WINDOW_MINUTES_MAX, multiple_of=60, description="Whole hours.")
    below: Share = Field(description="The upper end of the 95 % Wilson interval lies below this.")
    least_count: int = Field(50, ge=1, le=10**9, description="Of fewer sessions, or players, nothing is said.")


class Silence(_Rule):
    """Nothing comes any more, at an hour of the week when there usually is something."""

    kind: Literal["silence"] = "silence"
    group_by: Literal["platform"] | None = None
    window_minutes: Minutes = Field(30, description="For so long.")
    least_usual: float = Field(10, ge=1, le=10**12, description="Where fewer events are usual then, it is none.")


class Refused(_Rule):
    """Too much of what is received is refused, or kept apart as it cannot be loaded. Of what is too old nothing is
    said: who sends the past knows. By hour of receipt: the running one and those that reach into the window."""

    kind: Literal["refused"] = "refused"
    window_minutes: Minutes = 60
    above: Share = Field(0.05, description="As a share of what was received.")
    least_count: int = Field(100, ge=1, le=10**12, description="Where less was received, nothing is said.")

    @model_validator(mode="after")
    def check_whole(self) -> Refused:
        for name in ("filter", "segment"):
            if getattr(self, name):
                raise ValueError(f"`{name}`: of what is refused only the game is known")
        return self


class NewValue(_Rule):
    """A version or a crash that there has never been before."""

    kind: Literal["new_value"] = "new_value"
    of: Literal["version", "crash"] = "version"
    window_minutes: Minutes = Field(60, description="The incident is over so long after the last new one.")
    least_count: int = Field(1, ge=1, le=10**9, description="Told from so many events of it on.")
    severity: Severity = "info"


AlertRule = Annotated[Threshold | Unusual | Ratio | Silence | Refused | NewValue, Field(discriminator="kind")]
RULE: TypeAdapter[AlertRule] = TypeAdapter(AlertRule)
KINDS: tuple[str, ...] = tuple(one.model_fields["kind"].default for one in get_args(get_args(AlertRule)[0]))


def read_rule(text: str | bytes) -> AlertRule:
    """A rule that is written as JSON. Raises pydantic's `ValidationError`."""
    return RULE.validate_json(text)


def written_rule(rule: AlertRule) -> str:
    """As JSON, whole: what is usual may change with a version of playtrace, and a rule that people made should not."""
    return RULE.dump_json(rule, by_alias=True).decode()


def is_event_count(measure: Measure) -> bool:
    """Whether the store's counts of events say it, by quarter of an hour."""
    return measure in ("crashes", "events") or isinstance(measure, EventCount)


def window_of(rule: AlertRule) -> dt.timedelta:
    return dt.timedelta(minutes=rule.window_minutes)


# ── in words ────────────────────────────────────────────────────────────────────────────────────────────────


def in_words(rule: AlertRule) -> str:
    """What a rule says, as one sentence without its full stop."""
    return f"{_said(rule)}{_of_whom(rule)}"


def _said(rule: AlertRule) -> str:
    within = minutes_in_words(rule.window_minutes)
    match rule:
        case Threshold():
            bound = f"more than {figure(rule.above)}" if rule.above is not None else f"less than {figure(rule.below)}"
            usual = "" if rule.times_usual is None else f", and at least {figure(rule.times_usual)} times the usual"
            count = rule.above if rule.above is not None else rule.below
            return f"{bound} {measured_in_words(rule.measure, count)} in {within}{usual}"
        case Unusual():
            way = {"both": "unusually many or few", "up": "unusually many", "down": "unusually few"}[rule.direction]
            return f"{way} {measured_in_words(rule.measure)} in {within}, twice in a row"
        case Ratio():
            what = "sessions" if rule.of == "crash_free_sessions" else "players"
            return f"less than {percent(rule.below)} of the {what} of {within} without a crash"
        case Silence():
            return f"no events for {within} when there usually are some"
        case Refused():
            return f"more than {percent(rule.above)} of what is received in {within} refused or kept apart"
        case NewValue():
            return f"a {rule.of} that there has never been before"


def _of_whom(rule: AlertRule) -> str:
    said = [
        f"{name} {' or '.join(values)}"
        for name, values in (("platform", rule.platform), ("version", rule.version), ("country", rule.country))
        if values
    ]
    if rule.env != "prod":
        said.append(f"environment {rule.env}")
    if rule.segment is not None:
        said.append(f"players in segment {rule.segment}")
    text = f", of {', '.join(said)}" if said else ""
    if rule.filter:
        text += f", where {' and '.join(condition_in_words(read_condition(one)) for one in rule.filter)}"
    return text + (f", each {rule.parts_by} by itself" if rule.parts_by else "")


def condition_in_words(condition: Condition) -> str:
    """`props.mode:!ranked` is `props.mode is not ranked`."""
    name = condition.field.name
    if condition.is_range:
        ends = {"at least": condition.low, "at most": condition.high}
        what = " and ".join(f"{word} {figure(end)}" for word, end in ends.items() if end is not None)
    elif condition.values is None:
        return f"{name} {'does not exist' if condition.negated else 'exists'}"
    else:
        what = " or ".join(condition.values)
    return f"{name} is {'not ' if condition.negated else ''}{what}"


def measured_in_words(measure: Measure, count: float | None = None) -> str:
    """As many as `count`, of what is counted."""
    if isinstance(measure, EventCount):
        return f"{measure.event} {singular('events', count)}"
    if isinstance(measure, MetricFigure):
        return f"{measure.metric} {measure.figure}"
    return singular(measure, count)


def singular(plural: str, count: float | None) -> str:
    """`crashes` of one is `crash`."""
    if count != 1:
        return plural
    return {"crashes": "crash"}.get(plural, plural.removesuffix("s"))


def minutes_in_words(minutes: int) -> str:
    for length, name in ((1440, "day"), (60, "hour")):
        if minutes % length == 0:
            count = minutes // length
            return f"{'an' if name == 'hour' else 'a'} {name}" if count == 1 else f"{count} {name}s"
    return f"{minutes} minutes" if minutes != 1 else "a minute"


def percent(share: float) -> str:
    return f"{share:.1%}".replace(".0%", " %").replace("%", " %").replace("  ", " ")


def figure(number: float | None) -> str:
    """As people write it: no decimals where there are none, and few where there are."""
    if number is None:
        return "unknown"
    if number == int(number):
        return f"{int(number):,}"
    return f"{number:,.2f}".rstrip("0").rstrip(".") if abs(number) >= 1 else f"{number:.4g}"


def kept_values(values: Sequence[str]) -> frozenset[str] | None:
    """What of a dimension is kept, as the store has it; None: all. `unknown` is what was not sent, too."""
    if not values:
        return None
    return frozenset(values) | ({""} if UNKNOWN in values else frozenset())
