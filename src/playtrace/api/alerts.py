"""Rules of alerts, what they would have found and what they found, and silences."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, Path, Query
from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from playtrace.alerts.around_incident import figure_around, observed
from playtrace.alerts.backtest import SeenPoint, backtest
from playtrace.alerts.counting import extents
from playtrace.alerts.defaults import default_rules, rules_of_game
from playtrace.alerts.incidents import Incident
from playtrace.alerts.measuring import Figures, NotMeasured, PastFigures, WatchedGame
from playtrace.alerts.rules import ID_PATTERN, RULE, AlertRule, in_words, read_rule, written_rule
from playtrace.alerts.telling import link_to
from playtrace.api.access import CurrentReader, SomeEditor, readable_game
from playtrace.api.alert_channels import may_see
from playtrace.api.instants import Instant
from playtrace.api.metrics import counting_rules
from playtrace.api.models import ApiModel
from playtrace.api.permissions import Caller, Permission
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import Question
from playtrace.metrics.frame.calendar import FIRST_YEAR, ONE_DAY, Span, day_start
from playtrace.metrics.frame.hints import unknown_segment
from playtrace.metrics.frame.models import DayOrInstant
from playtrace.problems import Conflict, InvalidRequest, NotFound
from playtrace.registry.alert_incidents import IncidentRow
from playtrace.registry.errors import Invalid, UnknownAlertRule, UnknownGame, UnknownIncident, UnknownSilence
from playtrace.registry.models import NOTE_LENGTH_MAX, VERSION_LENGTH_MAX, Game

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from playtrace.store.duckdb import Reader as StoreReader

router = APIRouter(prefix="/api/alerts", tags=["alerts"])

BACKTEST_DAYS = 28
"""Of which a backtest is, unless said otherwise."""
BACKTEST_DAYS_MAX = 92
SILENCE_MAX = dt.timedelta(days=366)
INCIDENTS_MAX = 200

RuleId = Annotated[str, Path(pattern=ID_PATTERN, description="Letters, digits, `_`, `.` and `-`; at most 64.")]
OfGame = Annotated[
    str | None, Query(alias="gameId", max_length=64, description="The rule of this game. Left out: for all games.")
]
From = Annotated[DayOrInstant | None, Query(alias="from", description="Default: 28 days before `to`.")]
To = Annotated[DayOrInstant | None, Query(description="A day, which is included, or an instant. Default: now.")]


class Strict(ApiModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, extra="forbid")


# ── what is answered ────────────────────────────────────────────────────────────────────────────────────────


class RuleFailure(ApiModel):
    """Why a rule cannot be judged, or told."""

    game_id: str | None = Field(description="Null: in no game.")
    error: str
    since: dt.datetime


class RuleSummary(ApiModel):
    rule: AlertRule
    in_words: str
    origin: Literal["default", "made"] = Field(description="`default`: it holds until somebody changes it.")
    has_default: bool = Field(description="A default has its name: that holds again when this one is removed.")
    changed_at: dt.datetime | None
    last_error: str | None = Field(description="Why it cannot be judged at the moment, or told; else null.")
    failures: list[RuleFailure]


class RuleList(ApiModel):
    rules: list[RuleSummary]
    cannot_judge: str | None = Field(description="Why no rule at all can be judged at the moment; else null.")
    judged_to: dt.datetime | None = Field(
        description="Up to when the game was judged; without `gameId` the game that is furthest behind. Null: not yet."
    )


class DimensionShare(ApiModel):
    dimension: str
    value: str
    events: float
    usual: float
    share: float = Field(description="How much of the whole change it explains.")


class ExplanationAnswer(ApiModel):
    changes: list[DimensionShare]
    crash: str | None = Field(description="The most common one.")
    crash_events: int
    crashes: int
    versions: list[str]
    first_version: str | None
    new_values: list[str]


class IncidentSummary(ApiModel):
    id: int | None = Field(description="Null in a backtest.")
    rule_id: str
    game_id: str
    part: str = Field(description="Which platform, version or map, of a rule that tells them apart.")
    state: Literal["open", "resolved"]
    severity: Literal["info", "warning", "critical"]
    kind: Literal["players", "telemetry"]
    in_words: str
    began_at: dt.datetime
    opened_at: dt.datetime
    changed_at: dt.datetime
    resolved_at: dt.datetime | None
    times_opened: int
    acknowledged_at: dt.datetime | None
    acknowledged_by: str | None
    escalated_at: dt.datetime | None
    is_told: bool
    value: float
    worst: float
    usual: float | None
    low: float | None
    high: float | None
    explanation: ExplanationAnswer


class IncidentList(ApiModel):
    incidents: list[IncidentSummary]
    next: int | None = Field(description="As `before` of the next page; null on the last one.")


class SeriesPoint(ApiModel):
    at: dt.datetime
    value: float | None
    usual: float | None
    low: float | None = Field(description="Lower end of what is as it should be; null: none.")
    high: float | None = Field(description="Upper end of it; null: none.")
    is_over: bool


class PartSeries(ApiModel):
    part: str
    points: list[SeriesPoint]


class SeenAt(ApiModel):
    at: dt.datetime
    value: float
    usual: float | None
    low: float | None
    high: float | None


class OneIncident(ApiModel):
    incident: IncidentSummary
    rule: AlertRule | None = Field(description="As it is now; null where it is gone.")
    link: str | None = Field(
        description="The dashboard's overview of its days, filtered by what the rule looks at and what explains it; a"
        " path below the dashboard's address. Null where the rule is gone."
    )
    observations: list[SeenAt] = Field(description="What it saw, oldest first.")
    series: list[SeriesPoint] = Field(
        description="The figure from a while before it to its end, and between what it should have been. While it was"
        " open, of a window that slides, what it saw itself."
    )


class BacktestAnswer(ApiModel):
    game_id: str
    in_words: str
    from_: dt.datetime = Field(serialization_alias="from")
    to: dt.datetime
    judged_to: dt.datetime = Field(description="Earlier than `to` where the time was up: ask for less.")
    moments: int
    step_minutes: int
    messages: int = Field(description="How many would have been sent to each channel.")
    incidents: list[IncidentSummary]
    series: list[PartSeries]


class SilenceAnswer(ApiModel):
    id: int
    rule_id: str | None = Field(description="Null: of all rules.")
    game_id: str | None = Field(description="Null: of all games.")
    version: str | None = Field(description="Null: of all versions.")
    until: dt.datetime
    note: str
    created_at: dt.datetime


class SilenceList(ApiModel):
    silences: list[SilenceAnswer]


# ── what is sent ────────────────────────────────────────────────────────────────────────────────────────────


class Preview(Strict):
    """A rule that is tried over the past."""

    rule: AlertRule
    game_id: str | None = Field(None, max_length=64, description="Of this game. Default: that of the rule.")
    from_: DayOrInstant | None = Field(None, alias="from", description="Default: 28 days before `to`.")
    to: DayOrInstant | None = Field(None, description="A day, which is included, or an instant. Default: now.")


class NewSilence(Strict):
    """Nobody is told until then. What is left out stands for all."""

    until: Instant
    rule_id: Annotated[str, Field(pattern=ID_PATTERN)] | None = None
    game_id: Annotated[str, Field(max_length=64)] | None = None
    version: Annotated[str, Field(min_length=1, max_length=VERSION_LENGTH_MAX)] | None = None
    note: Annotated[str, Field(max_length=NOTE_LENGTH_MAX)] = ""


# ── rules ───────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/rules")
def list_rules(state: CurrentState, reader: CurrentReader, game_id: OfGame = None) -> RuleList:
    """Rules as they were made, and defaults that nobody changed; with `gameId` those that hold for a game."""
    game_id = game_id or reader.only_game()
    if game_id is not None:
        readable_game(state, reader, game_id)
    rows = [row for row in state.registry.alert_rules.all() if row.game_id is None or reader.may_read(row.game_id)]
    defaults = default_rules(state.settings)
    kept = [(row, rule) for row in rows if (rule := _readable_rule(row.rule_json)) is not None]
    changed = {(row.id, row.game_id): row.changed_at for row in rows}
    if game_id is not None:
        rules = rules_of_game(game_id, defaults, kept)
    else:
        for_all = {row.id for row in rows if row.game_id is None}
        rules = [rule for rule_id, rule in defaults.items() if rule_id not in for_all] + [rule for _, rule in kept]
    failures = [one for one in state.watch.failures() if one.game_id is None or reader.may_read(one.game_id)]
    return RuleList(
        rules=[
            _rule_summary(
                state,
                rule,
                changed.get((rule.id, rule.game_id)),
                [
                    RuleFailure(game_id=one.game_id, error=one.error, since=one.since)
                    for one in failures
                    if one.rule_id == rule.id
                    and (one.game_id is None or (game_id or rule.game_id) in (None, one.game_id))
                ],
            )
            for rule in sorted(rules, key=lambda rule: (rule.id, rule.game_id or ""))
        ],
        cannot_judge=next((one.error for one in failures if not one.rule_id), None),
        judged_to=state.watch.judged_to(game_id) if game_id or reader.games() is None else None,
    )


@router.post("/rules", status_code=201)
def add_rule(state: CurrentState, editor: SomeEditor, rule: AlertRule) -> RuleSummary:
    """Make a rule. One that has the id of a default takes its place, for its game or for all."""
    editor.require(Permission.EDIT, rule.game_id)
    if (rule.id, rule.game_id) in {(row.id, row.game_id) for row in state.registry.alert_rules.all()}:
        raise Conflict(f"There is already a rule {rule.id!r} {_whose(rule.game_id)}: change it with PATCH.")
    return _put(state, editor, rule)


@router.patch("/rules/{rule_id}")
def change_rule(
    state: CurrentState,
    editor: SomeEditor,
    rule_id: RuleId,
    changes: Annotated[dict[str, Any], Body(description="Fields of the rule; what is left out stays as it is.")],
    game_id: OfGame = None,
) -> RuleSummary:
    """Change some of a rule: `{"enabled": false}` switches it off. With `gameId` for that game alone, where it is for
    all; others stay as they are."""
    editor.require(Permission.EDIT, game_id)
    for name in changes:
        if to_camel(name) in ("id", "gameId", "kind"):
            raise InvalidRequest.of_field(name, "a rule keeps it: make another one", location="body")
    there = _find(state, rule_id, game_id)
    fields = {to_camel(name): value for name, value in changes.items()}
    try:
        rule = RULE.validate_python(there.model_dump(by_alias=True) | {"gameId": game_id} | fields)
    except ValidationError as error:
        # Without the kind, by which the fields of all rules are told apart.
        found = [{**one, "loc": ("body", *one["loc"][1:])} for one in error.errors()]
        raise RequestValidationError(found) from error
    return _put(state, editor, rule)


@router.delete("/rules/{rule_id}")
def remove_rule(state: CurrentState, editor: SomeEditor, rule_id: RuleId, game_id: OfGame = None) -> RuleList:
    """Forget a rule, or what was changed of a default. Answers with those that are left."""
    editor.require(Permission.EDIT, game_id)
    try:
        state.registry.alert_rules.remove(rule_id, game_id=game_id)
    except UnknownAlertRule as error:
        if rule_id in default_rules(state.settings):
            raise Conflict(
                f"{rule_id!r} is a default that nobody has changed {_whose(game_id)}."
                ' To switch it off, PATCH it with {"enabled": false}.'
            ) from error
        raise NotFound(str(error)) from error
    return list_rules(state, editor)


@router.post("/rules/preview", dependencies=Question)
def preview_rule(state: CurrentState, reader: CurrentReader, asked: Preview) -> BacktestAnswer:
    """When a rule would have found something. Nothing is kept, and nobody is told."""
    return _backtest(state, reader, asked.rule, asked.game_id or asked.rule.game_id, asked.from_, asked.to)


@router.get("/rules/{rule_id}/backtest", dependencies=Question)
def backtest_rule(
    state: CurrentState,
    reader: CurrentReader,
    rule_id: RuleId,
    game_id: Annotated[str, Query(alias="gameId", max_length=64, description="Over the events of this game.")],
    from_: From = None,
    to: To = None,
) -> BacktestAnswer:
    """When a rule, as it is now, would have found something."""
    readable_game(state, reader, game_id)
    return _backtest(state, reader, _find(state, rule_id, game_id), game_id, from_, to)


# ── incidents ───────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/incidents")
def list_incidents(
    state: CurrentState,
    reader: CurrentReader,
    game_id: Annotated[str | None, Query(alias="gameId", max_length=64)] = None,
    rule_id: Annotated[str | None, Query(alias="ruleId", max_length=64)] = None,
    which: Annotated[Literal["open", "resolved", "all"], Query(alias="state")] = "all",
    before: Annotated[int | None, Query(ge=1, le=2**31, description="Only those before this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=INCIDENTS_MAX)] = 50,
) -> IncidentList:
    """What rules found in the games that the reader may read, the latest first."""
    if game_id is not None:
        readable_game(state, reader, game_id)
    rows = state.registry.incidents.last(
        game_ids=reader.games() if game_id is None else [game_id],
        rule_id=rule_id,
        is_open=None if which == "all" else which == "open",
        before=before,
        limit=limit + 1,
    )
    page = rows[:limit]
    return IncidentList(
        incidents=[_incident_summary(row.id, Incident.from_json(row.incident_json)) for row in page],
        next=page[-1].id if len(rows) > limit else None,
    )


def may_read_incident(state: CurrentState, reader: CurrentReader, incident_id: int) -> IncidentRow:
    """Before anything is worked out: who may not read its game is told that there is none."""
    try:
        row, _ = state.registry.incidents.find(incident_id)
    except UnknownIncident as error:
        raise NotFound(str(error)) from error
    if not reader.may_read(row.game_id):
        raise NotFound(str(UnknownIncident(incident_id)))
    return row


@router.get("/incidents/{incident_id}", dependencies=[Depends(may_read_incident), *Question])
def show_incident(state: CurrentState, reader: CurrentReader, incident_id: int) -> OneIncident:
    """One incident: what it saw, and the figure around it with what is usual."""
    row, seen = state.registry.incidents.find(incident_id)
    incident = Incident.from_json(row.incident_json)
    game = state.registry.games.get(row.game_id)
    try:
        rule = _find(state, row.rule_id, row.game_id)
    except NotFound:
        rule = None
    points = observed(seen, incident)
    link: str | None = None
    if rule is not None and game is not None:
        now = dt.datetime.now(dt.UTC)
        link = link_to(incident, rule, _watched(game), "", now)
        try:
            with _figures(state) as (store, figures):
                points = figure_around(store, figures, rule, _watched(game), incident, seen, now)
        except NotMeasured:
            pass  # the rule says so itself
    return OneIncident(
        incident=_incident_summary(row.id, incident),
        rule=rule,
        link=link,
        observations=[SeenAt(**one._asdict()) for one in seen],
        series=_points(points),
    )


@router.post("/incidents/{incident_id}/acknowledge")
def acknowledge_incident(state: CurrentState, editor: SomeEditor, incident_id: int) -> IncidentSummary:
    """Somebody looks after it: it is not escalated."""
    row = may_read_incident(state, editor, incident_id)
    editor.require(Permission.EDIT, row.game_id)
    try:
        acknowledged = state.watch.acknowledge(incident_id, editor.name)
    except UnknownIncident as error:
        raise NotFound(str(error)) from error
    state.registry.audit.note("incident.acknowledged", f"{row.rule_id} ({incident_id})", game_id=row.game_id)
    return _incident_summary(incident_id, acknowledged)


# ── silences ────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/silences")
def list_silences(state: CurrentState, reader: CurrentReader) -> SilenceList:
    """Those that hold now, for games that the reader may read."""
    return SilenceList(
        silences=[
            SilenceAnswer(**one._asdict())
            for one in state.registry.alert_rules.silences()
            if one.game_id is None or reader.may_read(one.game_id)
        ]
    )


@router.post("/silences", status_code=201)
def add_silence(state: CurrentState, editor: SomeEditor, new: NewSilence) -> SilenceAnswer:
    """Tell nobody of a rule, a game or a version until then. Incidents are found and kept all the same; what is open
    when it ends is told then."""
    editor.require(Permission.EDIT, new.game_id)
    now = dt.datetime.now(dt.UTC)
    if not now < new.until <= now + SILENCE_MAX:
        raise InvalidRequest.of_field("until", "expected an instant to come, within a year", location="body")
    if new.rule_id is None and new.game_id is None and new.version is None:
        raise InvalidRequest.of_field("ruleId", "expected a rule, a game or a version: all is too much to miss")
    try:
        made = state.registry.alert_rules.add_silence(
            new.until, rule_id=new.rule_id, game_id=new.game_id, version=new.version, note=new.note
        )
    except UnknownGame as error:
        raise InvalidRequest.of_field("gameId", str(error)) from error
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error
    return SilenceAnswer(**made._asdict())


@router.delete("/silences/{silence_id}")
def end_silence(state: CurrentState, editor: SomeEditor, silence_id: int) -> SilenceList:
    """End a silence. Answers with those that are left."""
    silences = list_silences(state, editor).silences
    there = next((one for one in silences if one.id == silence_id), None)
    if there is None:
        raise NotFound(str(UnknownSilence(silence_id)))
    editor.require(Permission.EDIT, there.game_id)
    try:
        state.registry.alert_rules.end_silence(silence_id)
    except UnknownSilence as error:
        raise NotFound(str(error)) from error
    return list_silences(state, editor)


# ── how ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _find(state: State, rule_id: str, game_id: str | None) -> AlertRule:
    """The rule that holds under this id, for a game or for all. Raises `NotFound`."""
    by_game = {row.game_id: row.rule_json for row in state.registry.alert_rules.all() if row.id == rule_id}
    text = by_game.get(game_id) or by_game.get(None)
    rule = default_rules(state.settings).get(rule_id) if text is None else _readable_rule(text)
    if rule is None:
        raise NotFound(str(UnknownAlertRule(rule_id, game_id)))
    return rule


def _put(state: State, editor: Caller, rule: AlertRule) -> RuleSummary:
    there = {channel.id for channel in state.registry.alert_channels.all() if may_see(editor, channel)}
    unknown = [channel for channel in rule.channels if channel not in there]
    if unknown:
        known = f": there are {', '.join(sorted(there))}" if there else ": there are none yet"
        raise InvalidRequest.of_field("channels", f"there is no channel {unknown[0]!r}{known}")
    # One that is switched off may name a segment that is gone: else nobody could switch it off.
    if (
        rule.enabled
        and rule.segment is not None
        and rule.game_id
        and state.registry.games.get(rule.game_id) is not None
    ):
        with state.store.reading(apart=True) as reader:
            none_such = unknown_segment(reader, rule.game_id, rule.segment)
        if none_such is not None:
            raise InvalidRequest.of_field("segment", none_such)
    try:
        state.registry.alert_rules.put(rule.id, written_rule(rule), game_id=rule.game_id)
    except UnknownGame as error:
        raise InvalidRequest.of_field("gameId", str(error)) from error
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error
    return _rule_summary(state, rule, dt.datetime.now(dt.UTC), [])


def _readable_rule(text: str) -> AlertRule | None:
    """None for what another version of playtrace wrote: the watch tells of it."""
    try:
        return read_rule(text)
    except ValidationError:
        return None


def _whose(game_id: str | None) -> str:
    return "for all games" if game_id is None else f"of the game {game_id!r}"


def _rule_summary(
    state: State, rule: AlertRule, changed_at: dt.datetime | None, failures: list[RuleFailure]
) -> RuleSummary:
    return RuleSummary(
        rule=rule,
        in_words=in_words(rule),
        origin="default" if changed_at is None else "made",
        has_default=rule.id in default_rules(state.settings),
        changed_at=changed_at,
        last_error=failures[0].error if failures else None,
        failures=failures,
    )


def _incident_summary(incident_id: int | None, incident: Incident) -> IncidentSummary:
    seen = incident.explanation
    return IncidentSummary(
        id=incident_id,
        state="open" if incident.is_open else "resolved",
        explanation=ExplanationAnswer(
            changes=[
                DimensionShare(
                    dimension=one.dimension, value=one.value, events=one.events, usual=one.usual, share=one.share
                )
                for one in seen.changes
            ],
            crash=seen.crash,
            crash_events=seen.crash_events,
            crashes=seen.crashes,
            versions=seen.versions,
            first_version=seen.first_version,
            new_values=seen.new_values,
        ),
        **{
            name: getattr(incident, name)
            for name in IncidentSummary.model_fields
            if name not in ("id", "state", "explanation")
        },
    )


def _backtest(
    state: State,
    reader: Caller,
    rule: AlertRule,
    game_id: str | None,
    first: DayOrInstant | None,
    last: DayOrInstant | None,
) -> BacktestAnswer:
    if game_id is None:
        raise InvalidRequest.of_field("gameId", "expected the game over whose events it is tried")
    game = readable_game(state, reader, game_id)
    now = dt.datetime.now(dt.UTC)
    zone = ZoneInfo(game.time_zone)
    try:
        end = min(now, now if last is None else _instant(last, zone, days_added=1))
        start = end - BACKTEST_DAYS * ONE_DAY if first is None else _instant(first, zone, days_added=0)
    except OverflowError:
        raise InvalidRequest.of_field("from", "expected days of the calendar") from None
    if start.year < FIRST_YEAR:
        raise InvalidRequest.of_field("from", f"expected a day from {FIRST_YEAR} on")
    if not start < end:
        raise InvalidRequest.of_field("from", "expected a moment before `to`, in the past")
    if end - start > BACKTEST_DAYS_MAX * ONE_DAY:
        raise InvalidRequest.of_field("from", f"expected at most {BACKTEST_DAYS_MAX} days")
    try:
        with _figures(state) as (store, figures):
            found = backtest(store, figures, rule, _watched(game), Span(start, end))
    except NotMeasured as error:
        raise InvalidRequest.of_field("rule", str(error)) from error
    return BacktestAnswer(
        game_id=game.id,
        in_words=in_words(rule),
        from_=start,
        to=end,
        judged_to=found.judged_to,
        moments=found.moments,
        step_minutes=found.step_minutes,
        messages=found.messages,
        incidents=[_incident_summary(None, incident) for incident in found.incidents],
        series=[PartSeries(part=part, points=_points(points)) for part, points in found.series.items()],
    )


def _points(points: Sequence[SeenPoint]) -> list[SeriesPoint]:
    return [
        SeriesPoint(at=one.at, value=one.value, usual=one.usual, low=one.low, high=one.high, is_over=one.is_over)
        for one in points
    ]


@contextmanager
def _figures(state: State) -> Generator[tuple[StoreReader, Figures]]:
    """Of this moment of the store."""
    with state.store.reading() as reader:
        yield (
            reader,
            Figures(
                reader,
                extents(reader),
                PastFigures(),
                lambda game: counting_rules(state.settings, state.registry, game.id, game.currency),
                dt.datetime.now(dt.UTC),
            ),
        )


def _watched(game: Game) -> WatchedGame:
    return WatchedGame(game.id, game.name, game.time_zone, game.currency)


def _instant(value: dt.date, zone: ZoneInfo, *, days_added: int) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC)
    return day_start(value + days_added * ONE_DAY, zone)
