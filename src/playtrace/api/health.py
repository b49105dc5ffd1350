"""`GET /api/health`: what a load balancer and an operator need to know. Asked without signing in."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Response

from playtrace import __version__
from playtrace.api.access import FOR_EVERYBODY
from playtrace.api.freshness import waiting_seconds
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState, State
from playtrace.jobs import Job
from playtrace.journal.errors import JournalUnavailable
from playtrace.mirrors.state import complaint, lag_seconds, state_of
from playtrace.operate.remedies import of_damaged_store, of_lost_events

router = APIRouter(prefix="/api", tags=["health"])

Status = Literal["healthy", "degraded", "unhealthy"]

LAG_S_MAX = 30.0
"""Loading that is further behind than this is worth a look: `degraded`."""


class JournalHealth(ApiModel):
    lag_events: int
    """Events that were acknowledged and cannot be queried yet."""
    lag_seconds: float
    """How long the oldest of them has waited."""
    broker_messages: int | None
    """Messages that the broker of `journal_url` has and that were not fetched a moment ago; their events are not among
    `lag_events` yet. Null where the journal is a file."""
    bytes: int
    bytes_max: int
    damaged_events: int
    """Events that were acknowledged and are lost, as the disk changed what was written: what could not be read was set
    aside, as bytes. At least so many: how many a request had that is gone is not known, and it counts as one."""


class StoreHealth(ApiModel):
    events: int
    """Events stored since the server started."""
    bytes: int
    """Size of the database file and its log."""
    rebuilding_from: dt.date | None
    """After an upgrade: what is kept beside the events is being made anew, and from this day on it is not made yet.
    Questions read the events meanwhile: the answers are the same, and take longer. Null: all is there."""


class DiskHealth(ApiModel):
    free_bytes: int


class JobHealth(ApiModel):
    """Work that is done again and again."""

    name: str
    period_seconds: float
    """How long it rests after a turn. After one with much to do it may be longer, and after one that failed."""
    is_running: bool
    last_run: dt.datetime | None
    """When its last turn began that is over."""
    last_error: str | None
    """Why that one failed; null when it did not. It is tried again."""
    next_run: dt.datetime | None
    """Null while it is running."""


class AlertsHealth(ApiModel):
    failing_rules: int
    """Rules that cannot be judged, or whose findings cannot be told; who may read is told which, and why."""


class ReportsHealth(ApiModel):
    failing_reports: int
    """Scheduled reports that could not be made or sent when they were due last; who may read is told which, and
    why."""


class MirrorsHealth(ApiModel):
    failing: int
    """Mirrors that nothing is written to at the moment, or that are far behind; an admin is told which, and why."""
    lag_seconds: float
    """Of the one that is furthest behind and not paused: how long the first event has waited that it does not have."""


class BackupHealth(ApiModel):
    """Of backups that the settings ask for; those that a command makes somewhere else are not known."""

    last_success: dt.datetime | None
    """When the latest one began that is finished; null: none is there, or it was not looked for yet."""
    is_failing: bool
    """The last one failed, or is long due. `playtrace doctor` says why."""
    next_run: dt.datetime | None
    """Null when it was not looked yet."""


class Health(ApiModel):
    status: Status
    timestamp: dt.datetime
    message: str
    version: str
    uptime_seconds: float
    journal: JournalHealth | None
    """Null when it cannot be read."""
    store: StoreHealth
    disk: DiskHealth | None
    """Null when the data folder cannot be looked at."""
    jobs: list[JobHealth]
    alerts: AlertsHealth
    reports: ReportsHealth
    mirrors: MirrorsHealth
    backup: BackupHealth | None
    """Null when the settings ask for none."""


@router.get(
    "/health",
    dependencies=[FOR_EVERYBODY],
    responses={503: {"model": Health, "description": "Events cannot be taken; `message` says why."}},
)
def health(state: CurrentState, response: Response) -> Health:
    """Whether events are taken and loaded; 503 with the reason when they cannot be taken."""
    settings, journal, loader = state.settings, state.journal, state.loader
    rebuilding_from = state.rebuild.day
    jobs = [told_job(job) for job in state.jobs]
    # While counts are made anew no rule is judged, and that is told as such.
    failing_rules = len({one.rule_id for one in state.watch.failures()}) if rebuilding_from is None else 0
    failing_reports = len(state.reports.failing)
    mirrors = _mirrors(state)
    failing = [job for job in jobs if job.last_error is not None]
    status: Status = "healthy"
    message = "Events are taken and loaded."
    waiting: JournalHealth | None = None
    refusing = journal.refusing
    try:
        waiting = JournalHealth(
            lag_events=journal.waiting_events(loader.offset),
            lag_seconds=waiting_seconds(loader, state.inlet),
            broker_messages=None if state.inlet is None else state.inlet.messages_behind,
            bytes=journal.bytes,
            bytes_max=settings.journal.bytes_max,
            damaged_events=journal.damaged_events,
        )
    except JournalUnavailable as error:
        refusing = error
    if not settings.data.is_dir():
        status = "unhealthy"
        message = (
            f"The data folder {settings.data} is not there any more: what is taken now may be lost. Stop the server and"
            " put the folder back."
        )
        response.status_code = 503
    elif refusing is not None or waiting is None:
        status, message = "unhealthy", str(refusing)
        response.status_code = 503
    elif (damage := state.store.damage) is not None:
        status = "degraded"
        message = f"Events are taken. {of_damaged_store(damage)}"
    elif state.inlet is not None and state.inlet.error is not None:
        # Of a broker that does not answer here nothing is taken here either.
        is_taking = "collect" in settings.roles
        status = "unhealthy" if is_taking else "degraded"
        response.status_code = 503 if is_taking else response.status_code
        message = f"What collectors take cannot be fetched, and is tried again: {state.inlet.error}"
    elif loader.error is not None:
        status, message = "degraded", f"Events are taken; loading them fails and is tried again: {loader.error}"
    elif waiting.lag_seconds > LAG_S_MAX:
        status, message = "degraded", f"Events are taken; loading them is {waiting.lag_seconds:.0f} seconds behind."
    elif waiting.damaged_events:
        status = "degraded"
        message = f"Events are taken and loaded. {of_lost_events(waiting.damaged_events)}"
    elif failing:
        status = "degraded"
        message = (
            "Events are taken and loaded. Work beside that fails and is tried again:"
            f" {'; '.join(f'{job.name} ({job.last_error})' for job in failing)}"
        )
    elif failing_rules:
        status = "degraded"
        message = (
            f"Events are taken and loaded. {failing_rules} alert {'rule' if failing_rules == 1 else 'rules'} cannot be"
            " judged or told: `playtrace alerts rules list` tells why."
        )
    elif failing_reports:
        status = "degraded"
        message = (
            f"Events are taken and loaded. {failing_reports} scheduled"
            f" {'report' if failing_reports == 1 else 'reports'} could not be made or sent: `playtrace reports list`"
            " tells why."
        )
    elif mirrors.failing:
        status = "degraded"
        message = (
            "Events are taken and loaded. They do not come into"
            f" {mirrors.failing} {'mirror' if mirrors.failing == 1 else 'mirrors'}, or late: `playtrace mirrors list`"
            " tells why."
        )
    elif (failing_backup := _failing_backup(state)) is not None:
        status, message = "degraded", f"Events are taken and loaded. {failing_backup}"
    if rebuilding_from is not None and status == "healthy":
        message += f" After an upgrade rollups are made anew: {rebuilding_from} and later days answer slowly for now."
    return Health(
        status=status,
        timestamp=dt.datetime.now(dt.UTC),
        message=message,
        version=__version__,
        uptime_seconds=time.monotonic() - state.started_at,
        journal=waiting,
        store=StoreHealth(
            events=loader.stored, bytes=store_bytes(settings.store_path), rebuilding_from=rebuilding_from
        ),
        disk=_disk(settings.data),
        jobs=jobs,
        alerts=AlertsHealth(failing_rules=failing_rules),
        reports=ReportsHealth(failing_reports=failing_reports),
        mirrors=mirrors,
        backup=_backup(state),
    )


def told_job(job: Job) -> JobHealth:
    return JobHealth(
        name=job.name,
        period_seconds=job.period_s,
        is_running=job.is_running,
        last_run=job.last_run,
        last_error=job.last_error,
        next_run=job.next_run,
    )


def _mirrors(state: State) -> MirrorsHealth:
    now = dt.datetime.now(dt.UTC)
    known = state.mirrors.known
    return MirrorsHealth(
        failing=sum(complaint(mirror, now) is not None for mirror in known),
        lag_seconds=max((lag_seconds(state_of(one), now) for one in known if not one.is_paused), default=0.0),
    )


def _failing_backup(state: State) -> str | None:
    schedule = state.backup_schedule
    if schedule.error is not None:
        # The reason may name what is not for everybody: who may read is told it.
        return "The last backup failed and is tried again: `playtrace doctor` says why."
    if schedule.is_overdue:
        return "A backup is long due: `playtrace doctor` says which was the last."
    return None


def _backup(state: State) -> BackupHealth | None:
    schedule = state.backup_schedule
    if schedule.address is None:
        return None
    return BackupHealth(
        last_success=None if schedule.latest is None else schedule.latest.began_at,
        is_failing=schedule.error is not None or schedule.is_overdue,
        next_run=schedule.next_at,
    )


def store_bytes(path: Path) -> int:
    found = 0
    for file in (path, path.with_name(path.name + ".wal")):
        with suppress(FileNotFoundError):
            found += file.stat().st_size
    return found


def _disk(folder: Path) -> DiskHealth | None:
    with suppress(OSError):
        return DiskHealth(free_bytes=shutil.disk_usage(folder).free)
    return None
