"""Who did what: `GET /api/audit`, a page at a time, or as a file."""

from __future__ import annotations

import datetime as dt
import io
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from playtrace.api.access import SomeAdmin
from playtrace.api.instants import Instant
from playtrace.api.models import ApiModel
from playtrace.api.permissions import Permission
from playtrace.api.state import CurrentState
from playtrace.csv_text import write_csv
from playtrace.registry.models import ACTION_LENGTH_MAX, ADDRESS_LENGTH_MAX, SUBJECT_LENGTH_MAX, AuditEntry

router = APIRouter(prefix="/api", tags=["audit"])

LIMIT_MAX = 1_000
FILE_ENTRIES_MAX = 100_000
COLUMNS = ("id", "at", "actor", "address", "action", "game_id", "subject", "details")
MEDIA_TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()}}
}


class Entry(ApiModel):
    id: int
    at: dt.datetime
    actor: str = Field(description="An email, a token, the command line, or the server itself.")
    address: str = Field(description="From where it was asked for; empty where nobody asked over the network.")
    action: str = Field(description="Such as `key.revoked`.")
    game_id: str | None
    subject: str = Field(description="What it was done to.")
    details: dict[str, Any] | None


class AuditPage(ApiModel):
    entries: list[Entry]
    next: int | None = Field(description="The `before` of the next page; null at the end.")


class AuditFilter(ApiModel):
    actor: Annotated[str, Field(max_length=SUBJECT_LENGTH_MAX)] | None = None
    action: Annotated[str, Field(max_length=ACTION_LENGTH_MAX)] | None = Field(
        None, description="Or the beginning of some: `person` is all that was done to people."
    )
    address: Annotated[str, Field(max_length=ADDRESS_LENGTH_MAX)] | None = None
    game_id: Annotated[str, Field(max_length=64)] | None = None
    since: Instant | None = None
    until: Instant | None = None
    before: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(None, description="Only entries before this one.")
    limit: Annotated[int, Field(ge=1, le=FILE_ENTRIES_MAX)] | None = Field(
        None, description="At most so many: 100 on a page unless said otherwise, 100,000 in a file."
    )
    form: Literal["json", "csv", "ndjson"] = Field("json", alias="format")


@router.get("/audit", response_model=AuditPage, responses=WRITTEN)
def read_audit(state: CurrentState, admin: SomeAdmin, asked: Annotated[AuditFilter, Query()]) -> Any:
    """What people, tokens and commands did, the latest first. Without `gameId` in all games that the caller manages;
    what is of no game is for who manages all."""
    if asked.game_id is not None:
        admin.require(Permission.MANAGE, asked.game_id)
    is_file = asked.form != "json"
    limit = (asked.limit or FILE_ENTRIES_MAX) if is_file else min(asked.limit or 100, LIMIT_MAX)
    found = state.registry.audit.entries(
        game_ids=admin.games(Permission.MANAGE) if asked.game_id is None else [asked.game_id],
        actor=asked.actor,
        action=asked.action,
        address=asked.address,
        since=asked.since,
        until=asked.until,
        before=asked.before,
        limit=limit + 1,
    )
    page = found[:limit]
    if is_file:
        written = as_csv(page) if asked.form == "csv" else as_ndjson(page)
        headers = {"Content-Disposition": f'attachment; filename="audit.{asked.form}"'}
        if len(found) > limit:
            headers["Playtrace-Next"] = str(page[-1].id)
        return Response(written, media_type=MEDIA_TYPES[asked.form], headers=headers)
    return AuditPage(
        entries=[Entry(**document_of(entry)) for entry in page], next=page[-1].id if len(found) > limit else None
    )


def document_of(entry: AuditEntry) -> dict[str, Any]:
    return {column: getattr(entry, column) for column in COLUMNS}


def as_csv(entries: list[AuditEntry]) -> str:
    written = io.StringIO()
    rows = [
        [
            _cell(value if name != "details" else value and msgspec.json.encode(value).decode())
            for name, value in document_of(entry).items()
        ]
        for entry in entries
    ]
    write_csv(written, COLUMNS, rows)
    return written.getvalue()


def as_ndjson(entries: list[AuditEntry]) -> str:
    return "".join(msgspec.json.encode(document_of(entry)).decode() + "\n" for entry in entries)


def _cell(value: object) -> object:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, dt.datetime) else value
