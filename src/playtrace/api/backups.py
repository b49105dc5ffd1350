"""Backups of the running server for commands on its machine: who names a folder has the server write there."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from playtrace.api.access import CurrentAdmin, Needs
from playtrace.api.models import ApiModel
from playtrace.api.permissions import Permission
from playtrace.api.state import CurrentState
from playtrace.operate.backup import BackupFailed
from playtrace.operate.manifest import Manifest
from playtrace.problems import Conflict

router = APIRouter(prefix="/api", tags=["backups"])

OnThisMachine = Depends(Needs(Permission.OPERATE))


class Folder(ApiModel):
    data: str
    data_identity: str
    """Tells the folder from every copy of it."""


class WantedBackup(ApiModel):
    address: Annotated[
        str, Field(min_length=1, max_length=2_000, description="Folder on the server's machine, or `s3://bucket/path`.")
    ]
    keep: Annotated[
        int | None, Field(ge=1, le=10_000, description="So many backups stay there, the newest ones; null: all.")
    ] = None


class BegunBackup(ApiModel):
    number: int
    """Its outcome has it too."""


class BackupProgress(ApiModel):
    address: str
    began_at: dt.datetime
    done_bytes: int
    all_bytes: int
    """0 where it is not known yet."""


class Backup(ApiModel):
    """One that is finished."""

    id: str
    began_at: dt.datetime
    """Whatever was acknowledged before is in it."""
    finished_at: dt.datetime
    bytes: int
    """Of the files."""
    new_bytes: int
    """What was written for it; the rest an earlier backup at this place had."""
    events: int
    """In its store."""
    waiting_events: int
    """In its journal, and not in its store."""
    registry: str
    """`included`, or where it is: then it is not."""
    damaged_blocks: int
    """Of the store, when it was made: some of it cannot be read there either."""

    @classmethod
    def of(cls, made: Manifest) -> Backup:
        return cls(
            id=made.id,
            began_at=made.began_at,
            finished_at=made.finished_at,
            bytes=made.bytes,
            new_bytes=made.new_bytes,
            events=made.events,
            waiting_events=made.waiting_events,
            registry=made.registry,
            damaged_blocks=len(made.damaged_blocks),
        )


class BackupOutcome(ApiModel):
    """Of one that is over."""

    number: int
    address: str
    began_at: dt.datetime
    backup: Backup | None
    error: str | None


class ScheduledBackups(ApiModel):
    """Those that the settings ask for (`backup_directory`)."""

    address: str
    last_success: dt.datetime | None
    last_error: str | None
    """Why there is no later one. It is tried again."""
    is_overdue: bool
    """The last one is older than twice its period."""
    next_run: dt.datetime | None


class BackupsNow(ApiModel):
    running: BackupProgress | None
    outcome: BackupOutcome | None
    """Of the latest one since the server started that is over."""
    scheduled: ScheduledBackups | None
    """Null when the settings ask for none."""


@router.get("/folder", dependencies=[OnThisMachine])
def folder(state: CurrentState) -> Folder:
    """Which data folder this server has: commands on its machine ask, as another one may have its port by now."""
    return Folder(data=str(state.settings.data.resolve()), data_identity=state.settings.data_identity)


@router.get("/backups")
def backups(state: CurrentState, reader: CurrentAdmin) -> BackupsNow:
    """How far the backup is that is being made, and what became of the one before."""
    progress, outcome, schedule = state.backups.progress, state.backups.outcome, state.backup_schedule
    return BackupsNow(
        running=None if progress is None else BackupProgress.model_validate(progress, from_attributes=True),
        outcome=None
        if outcome is None
        else BackupOutcome(
            number=outcome.number,
            address=outcome.address,
            began_at=outcome.began_at,
            backup=None if outcome.manifest is None else Backup.of(outcome.manifest),
            error=outcome.error,
        ),
        scheduled=None
        if schedule.address is None
        else ScheduledBackups(
            address=schedule.address,
            last_success=None if schedule.latest is None else schedule.latest.began_at,
            last_error=schedule.error,
            is_overdue=schedule.is_overdue,
            next_run=schedule.next_at,
        ),
    )


@router.post("/backups", status_code=202, dependencies=[OnThisMachine])
def begin_backup(state: CurrentState, wanted: WantedBackup) -> BegunBackup:
    """Begin one. Collecting, loading and answering go on. For commands on the server's machine: `playtrace backup`."""
    try:
        return BegunBackup(number=state.backups.begin(wanted.address, keep=wanted.keep))
    except BackupFailed as error:
        raise Conflict(str(error)) from error


@router.delete("/backups/running", status_code=204, dependencies=[OnThisMachine])
def cancel_backup(state: CurrentState) -> None:
    """End the one that is being made. What it copied is of use to the next one at that place."""
    state.backups.cancel()
