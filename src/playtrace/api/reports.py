"""Reports: the digest of a day or week of a game, made for who asks, and sent at a local time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from playtrace.api.access import EDITS_SOMEWHERE, CurrentReader, SomeEditor, readable_game
from playtrace.api.metrics import rules_of
from playtrace.api.models import ApiModel
from playtrace.api.permissions import Caller, Permission
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import Question
from playtrace.problems import Conflict, InvalidRequest, NotFound
from playtrace.registry.errors import Invalid, UnknownReport
from playtrace.registry.models import ReportSchedule
from playtrace.registry.report_schedules import CHANNELS_MAX, NO_CHANNEL, SCHEDULES_MAX, ScheduleDefinition
from playtrace.reports.digest import make_digest
from playtrace.reports.formats import MEDIA_TYPES, Form, written
from playtrace.reports.period import NoSuchPeriod, asked_period
from playtrace.reports.schedule import next_due
from playtrace.segments.rules import Day

router = APIRouter(prefix="/api", tags=["reports"])

SHOWN_AS = {
    "html": {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"},
    "md": {},
    "png": {},
}
"""A page is not to load or run anything, whatever it says."""
MADE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report.",
        "content": {
            MEDIA_TYPES["html"]: {"schema": {"type": "string"}},
            MEDIA_TYPES["md"]: {"schema": {"type": "string"}},
            MEDIA_TYPES["png"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

Every = Literal["day", "week"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ReportId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Letters, digits, `_`, `.` and `-`; at most 64.")
]


class NewReport(ApiModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, extra="forbid")

    game_id: Annotated[str, Field(max_length=64)]
    every: Every = Field("day", description="Of the day before, or of the ISO week before.")
    weekday: Weekday | None = Field(None, description="On which a weekly one is sent. Default: monday.")
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Local time, such as 09:00.")] = "09:00"
    time_zone: Annotated[str, Field(max_length=64)] | None = Field(
        None, description="IANA name, of the local time. Default: the game's."
    )
    channels: Annotated[list[str], Field(min_length=1, max_length=CHANNELS_MAX)] = Field(
        description="Channels of alerts that get it, whatever severity they begin with."
    )
    enabled: bool = True


class Report(ApiModel):
    id: str
    game_id: str
    every: Every
    weekday: Weekday | None
    at: str
    time_zone: str
    channels: list[str]
    missing_channels: list[str] = Field(description="Those of them that are not there any more.")
    enabled: bool
    next_at: dt.datetime | None = Field(description="When it is sent next; null while it is not enabled.")
    last_sent_at: dt.datetime | None = Field(description="When one was put on its way last.")
    last_error: str | None = Field(description="Why the last one could not be made or sent.")


class ReportList(ApiModel):
    reports: list[Report] = Field(max_length=SCHEDULES_MAX)


class ReportSent(ApiModel):
    title: str = Field(description="The day or week that it is about.")
    channels: list[str] = Field(description="Those to which it is on its way.")


@router.get("/reports")
def list_reports(
    state: CurrentState,
    reader: CurrentReader,
    game_id: Annotated[str | None, Query(alias="gameId", description="Only those of this game.")] = None,
) -> ReportList:
    """Scheduled reports of the games that the reader may read, by name."""
    if game_id is not None:
        readable_game(state, reader, game_id)
    return ReportList(
        reports=[
            report
            for report in _described(state, *state.registry.reports.all())
            if reader.may_read(report.game_id) and game_id in (None, report.game_id)
        ]
    )


@router.put("/reports/{report_id}")
def put_report(state: CurrentState, editor: SomeEditor, report_id: ReportId, new: NewReport) -> Report:
    """Schedule a report, in place of one of the same name. The first is sent when it is next due."""
    game = readable_game(state, editor, new.game_id)
    editor.require(Permission.EDIT, game.id)
    _require_free(state, editor, report_id)
    if new.every == "day" and new.weekday is not None:
        raise InvalidRequest.of_field("weekday", "expected none of a daily report")
    definition = ScheduleDefinition(
        game_id=new.game_id,
        every=new.every,
        weekday=None if new.every == "day" else 1 + WEEKDAYS.index(new.weekday or "monday"),
        local_time=dt.time.fromisoformat(new.at),
        time_zone=new.time_zone or game.time_zone,
        channel_ids=new.channels,
        enabled=new.enabled,
    )
    try:
        return _described(state, state.registry.reports.put(report_id, definition))[0]
    except Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error


@router.delete("/reports/{report_id}")
def remove_report(state: CurrentState, editor: SomeEditor, report_id: ReportId) -> ReportList:
    """Send it no more. Answers with those that are left."""
    _require_own(state, editor, report_id)
    try:
        state.registry.reports.remove(report_id)
    except UnknownReport as error:
        raise NotFound(str(error)) from error
    return list_reports(state, editor)


@router.post("/reports/{report_id}/send", dependencies=[Depends(EDITS_SOMEWHERE), *Question])
def send_report(state: CurrentState, editor: SomeEditor, report_id: ReportId) -> ReportSent:
    """Send the report of the latest day or week that is over now. When it is due it is sent all the same."""
    _require_own(state, editor, report_id)
    try:
        period, channels = state.reports.send_now(report_id)
    except UnknownReport as error:
        raise NotFound(str(error)) from error
    if not channels:
        raise Conflict(f"The report went to nobody: {NO_CHANNEL}.")
    return ReportSent(title=period.title, channels=channels)


@router.get("/games/{game_id}/report", response_class=Response, responses=MADE, dependencies=Question)
def make_report(
    state: CurrentState,
    reader: CurrentReader,
    game_id: str,
    day: Annotated[
        Day | None, Query(description="Of this day of the game's time zone. Default: the latest that is over.")
    ] = None,
    week: Annotated[Day | None, Query(description="Of the ISO week in which this day lies, instead.")] = None,
    form: Annotated[
        Form,
        Query(alias="format", description="`html` has the picture in it, `md` has none, `png` is the picture alone."),
    ] = "html",
) -> Response:
    """Figures of a day or a week beside those of the one before, who came back, the most common crashes, and the active
    players of four weeks as a picture. What is not over is beside the same part of the one before."""
    game = readable_game(state, reader, game_id)
    now = dt.datetime.now(dt.UTC)
    try:
        period = asked_period(day, week, now, ZoneInfo(game.time_zone))
    except NoSuchPeriod as error:
        raise InvalidRequest.of_field(error.parameter, str(error), location="query") from error
    digest = make_digest(state.store, game, period, now=now, rules=rules_of(state.settings, state.registry, game))
    return Response(written(digest, form), media_type=MEDIA_TYPES[form], headers=SHOWN_AS[form])


def _require_own(state: State, editor: Caller, report_id: str) -> None:
    """A report of a game in which they edit. Raises `Forbidden`, or `NotFound` as where there is none."""
    try:
        game_id = state.registry.reports.find(report_id).game_id
    except UnknownReport as error:
        raise NotFound(str(error)) from error
    if not editor.may_read(game_id):
        raise NotFound(str(UnknownReport(report_id)))
    editor.require(Permission.EDIT, game_id)


def _require_free(state: State, editor: Caller, report_id: str) -> None:
    """Nobody takes the name of a report of a game in which they do not edit. Raises `Conflict`."""
    if any(
        one.id == report_id and not editor.may(Permission.EDIT, one.game_id) for one in state.registry.reports.all()
    ):
        raise Conflict(f"There is a report {report_id!r} already, which you may not change. Choose another name.")


def _described(state: State, *schedules: ReportSchedule) -> list[Report]:
    there = {channel.id for channel in state.registry.alert_channels.all()}
    now = dt.datetime.now(dt.UTC)
    return [
        Report(
            id=schedule.id,
            game_id=schedule.game_id,
            every="week" if schedule.every == "week" else "day",
            weekday=None if schedule.weekday is None else WEEKDAYS[schedule.weekday - 1],
            at=f"{schedule.local_time:%H:%M}",
            time_zone=schedule.time_zone,
            channels=schedule.channel_ids,
            missing_channels=[channel_id for channel_id in schedule.channel_ids if channel_id not in there],
            enabled=schedule.enabled,
            next_at=next_due(schedule, now) if schedule.enabled else None,
            last_sent_at=schedule.last_sent_at,
            last_error=schedule.last_error,
        )
        for schedule in schedules
    ]
