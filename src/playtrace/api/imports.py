"""Everything in: files of events that an admin brings in, a part at a time; `playtrace import` reads and sends them.

A part goes into the journal as what games send does, and its books are kept alike. Two things are otherwise: nothing in
it is too old, and with its events the store notes up to which row the files are done. So an import that was cut off
goes on where the store stands, and a part that is sent twice, as its answer was lost, is there once.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, LiteralString

import msgspec
import zstandard
from fastapi import APIRouter, Depends, Path, Request
from fastapi.concurrency import run_in_threadpool
from msgspec import Meta, Struct
from pydantic import Field

from playtrace.api.access import READS, CurrentEditor, CurrentReader, readable_game
from playtrace.api.models import ApiModel
from playtrace.api.state import CurrentState, State
from playtrace.api.turns import InTurn
from playtrace.event import (
    EVENT_BYTES_MAX,
    EVENTS_PER_REQUEST_MAX,
    ID_LENGTH_MAX,
    IMPORTED,
    SAMPLE_BYTES_MAX,
    Batch,
    Event,
    ImportedEvent,
    ImportPart,
    Refusal,
    RefusalReason,
)
from playtrace.journal.entry import Entry, encode
from playtrace.journal.errors import JournalUnavailable
from playtrace.problems import BadRequest, Conflict, InvalidRequest, NotFound, TooLarge, Unavailable
from playtrace.registry.errors import RegistryError
from playtrace.registry.game_ids import is_game_id
from playtrace.registry.key_ring import ARCHIVED

router = APIRouter(prefix="/api/games/{game_id}", tags=["imports"])

PLAIN_BYTES_MAX = 16 * 1024 * 1024
"""Of a part after decompression."""
LISTED_MAX = 100
"""Imports of a game that are listed, the latest."""
WAITING_EVENTS_MAX = 250_000
"""An import gives way: while more than this waits to be loaded, what games send would wait behind it."""
WAIT_S_MAX = 10.0
RETRY_AFTER_S = 2.0
ROWS_MAX = 2**53

FIGURES: LiteralString = """
SELECT import_id, any_value(name) AS name, max(rows_done) AS rows_done, bool_or(is_last) AS is_done,
    sum(stored)::BIGINT AS stored, sum(duplicates)::BIGINT AS duplicates, sum(quarantined)::BIGINT AS quarantined,
    sum(refused)::BIGINT AS refused, min(received_at) AS began_at, max(received_at) AS last_at
FROM import_parts
WHERE game_id = $game_id AND ($import_id IS NULL OR import_id = $import_id)
GROUP BY import_id
ORDER BY last_at DESC, import_id
LIMIT $limit
"""

Row = Annotated[int, Meta(ge=0, le=ROWS_MAX)]
GameId = Annotated[str, Path(max_length=64)]
ImportId = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The client's own, the same each time it sends these files."),
]


class RefusedRow(Struct):
    """A row of the files that is no event."""

    error: Annotated[str, Meta(max_length=1000)]
    sample: Annotated[str, Meta(max_length=SAMPLE_BYTES_MAX)] = ""
    reason: RefusalReason = RefusalReason.INVALID
    rows: Annotated[int, Meta(ge=1, le=EVENTS_PER_REQUEST_MAX)] = 1
    """More than one: so many are counted and not shown."""


class Part(Struct, forbid_unknown_fields=True):
    """The body of a request."""

    name: Annotated[str, Meta(max_length=ID_LENGTH_MAX)]
    after: Row
    upto: Row
    events: Annotated[list[ImportedEvent], Meta(max_length=EVENTS_PER_REQUEST_MAX)]
    refused: Annotated[list[RefusedRow], Meta(max_length=EVENTS_PER_REQUEST_MAX)] = []
    is_last: bool = False


class ImportProgress(ApiModel):
    rows_done: int = Field(description="Rows of the files up to which everything is in the journal or the store.")


class Import(ApiModel):
    import_id: str
    name: str = Field(description="Of the files.")
    rows_done: int = Field(description="Rows of the files up to which everything was loaded.")
    is_done: bool = Field(description="Whether the files were read to their end.")
    stored: int
    duplicates: int = Field(description="Of an id that was there before.")
    quarantined: int
    refused: int = Field(description="Rows that are no events.")
    began_at: dt.datetime
    last_at: dt.datetime


class ImportList(ApiModel):
    imports: list[Import]
    is_cut: bool
    """Whether there are earlier ones too, which are not listed."""


class Imports:
    """Where those that are under way stand: the store knows it only when a part was loaded. Of one event loop."""

    def __init__(self) -> None:
        self.rows_done: dict[tuple[str, str], int] = {}
        self.turns: dict[tuple[str, str], asyncio.Lock] = {}


_part = msgspec.json.Decoder(Part)

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A part, which may be compressed (`Content-Encoding: zstd`).",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["name", "after", "upto", "events"],
                    "properties": {
                        "name": {"type": "string", "description": "Of the files, for people."},
                        "after": {"type": "integer", "description": "Rows of the files before this part."},
                        "upto": {"type": "integer", "description": "Rows up to the end of this part."},
                        "events": {
                            "type": "array",
                            "maxItems": EVENTS_PER_REQUEST_MAX,
                            "items": {"$ref": "#/components/schemas/Event"},
                            "description": "Each with its `event_id`. `client_time`: as its clock said.",
                        },
                        "refused": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["error"],
                                "properties": {
                                    "error": {"type": "string"},
                                    "sample": {"type": "string"},
                                    "reason": {"type": "string", "enum": [reason.value for reason in RefusalReason]},
                                    "rows": {"type": "integer", "minimum": 1},
                                },
                            },
                            "description": "Rows that are no events, for the books.",
                        },
                        "is_last": {"type": "boolean", "description": "Whether the files end here."},
                    },
                }
            }
        },
    }
}


@router.get("/imports", dependencies=[Depends(READS), InTurn])
def list_imports(state: CurrentState, reader: CurrentReader, game_id: GameId) -> ImportList:
    """Files that were imported, the latest first; at most 100. Their rows are those stored, duplicates, set aside and
    refused."""
    readable_game(state, reader, game_id)
    asked = {"game_id": game_id, "import_id": None, "limit": LISTED_MAX + 1}
    rows = state.store.query(FIGURES, asked).to_pylist()
    return ImportList(imports=[_import(row) for row in rows[:LISTED_MAX]], is_cut=len(rows) > LISTED_MAX)


@router.get("/imports/{import_id}")
async def one_import(state: CurrentState, editor: CurrentEditor, game_id: GameId, import_id: ImportId) -> Import:
    """What became of an import, when all that was sent of it is loaded."""
    await _until_loaded(state)
    found = await run_in_threadpool(_figures, state, game_id, import_id)
    if found is None:
        raise NotFound(f"Nothing was imported as {import_id!r} into the game {game_id!r}.")
    return _import(found)


@router.post("/imports/{import_id}", openapi_extra=BODY)
async def import_part(
    request: Request, state: CurrentState, editor: CurrentEditor, game_id: GameId, import_id: ImportId
) -> ImportProgress:
    """Take the next part of an import. Its events are on the disk when this answers, and counted soon after.

    The rows before `after` must be done; a part that is done already is passed over. A game that there is not is made
    by an open server alone.
    """
    body = await request.body()
    part = await run_in_threadpool(_read, body, request.headers.get("content-encoding"))
    await run_in_threadpool(_require_game, state, editor, game_id)
    key = (game_id, import_id)
    async with state.imports.turns.setdefault(key, asyncio.Lock()):
        rows_done = await _rows_done(state, key)
        if part.upto <= rows_done and part.upto > part.after:
            return ImportProgress(rows_done=rows_done)
        if part.after != rows_done:
            raise Conflict(
                f"Row {rows_done + 1} is next, and this part begins with row {part.after + 1}. Does another import of"
                " the same files run?"
            )
        await _give_way(state)
        is_refused = state.key_ring.who_is_refused(game_id)
        entry = await run_in_threadpool(_entry, part, game_id, import_id, is_refused)
        try:
            await state.journal.append(entry)
        except JournalUnavailable as error:
            raise Unavailable(str(error), retry_after_s=RETRY_AFTER_S) from error
        state.imports.rows_done[key] = part.upto
    return ImportProgress(rows_done=part.upto)


def _require_game(state: State, editor: CurrentEditor, game_id: str) -> None:
    """Raises `UnknownGame`, and `Conflict` for one that is archived."""
    if state.settings.open and not state.key_ring.knows(game_id) and is_game_id(game_id):
        try:
            state.key_ring.create([game_id])
        except RegistryError as error:
            raise Conflict(str(error)) from error
    if readable_game(state, editor, game_id).archived_at is not None:
        raise Conflict(f"The game {game_id!r} {ARCHIVED}")


def _read(body: bytes, encoding: str | None) -> Part:
    """Raises `BadRequest`, `TooLarge` or `InvalidRequest`."""
    if encoding == "zstd":
        try:
            with zstandard.ZstdDecompressor().stream_reader(body) as plain:
                body = plain.read(PLAIN_BYTES_MAX + 1)
        except zstandard.ZstdError as error:
            raise BadRequest(f"The body is not zstd, as its Content-Encoding says: {error}") from error
    elif encoding is not None:
        raise BadRequest("The body may be compressed as zstd and in no other way.")
    if len(body) > PLAIN_BYTES_MAX:
        raise TooLarge(f"A part has at most {PLAIN_BYTES_MAX // 1024**2} MiB.")
    try:
        part = _part.decode(body)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InvalidRequest.of_field(where.rstrip("`") or "body", what) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from error
    if part.upto < part.after:
        raise InvalidRequest.of_field("upto", "the rows up to the end of this part, not fewer than before it")
    for index, event in enumerate(part.events):
        if event.event_id is None:
            raise InvalidRequest.of_field(f"events[{index}].event_id", "a UUID, the same each time it is sent")
        if event.time is None:
            raise InvalidRequest.of_field(f"events[{index}].time", "when it happened")
    return part


async def _rows_done(state: State, key: tuple[str, str]) -> int:
    known = state.imports.rows_done.get(key)
    if known is None:
        await _until_loaded(state)
        found = await run_in_threadpool(_figures, state, *key)
        known = state.imports.rows_done[key] = 0 if found is None else found["rows_done"]
    return known


async def _until_loaded(state: State) -> None:
    """Until the store has everything that is in the journal now. Raises `Unavailable`."""
    if state.loader.error is not None:
        raise Unavailable(f"Nothing is loaded at the moment: {state.loader.error}", retry_after_s=RETRY_AFTER_S)
    try:
        loading = await run_in_threadpool(lambda: state.loader.when_loaded(state.journal.head))
        await asyncio.wait_for(asyncio.wrap_future(loading), WAIT_S_MAX)
    except TimeoutError as error:
        raise Unavailable("Much waits to be loaded.", retry_after_s=RETRY_AFTER_S) from error
    except JournalUnavailable as error:
        raise Unavailable(str(error), retry_after_s=RETRY_AFTER_S) from error


async def _give_way(state: State) -> None:
    """Raises `Unavailable`."""
    if await run_in_threadpool(state.journal.waiting_events, state.loader.offset) > WAITING_EVENTS_MAX:
        await _until_loaded(state)


def _figures(state: State, game_id: str, import_id: str) -> dict[str, Any] | None:
    rows = state.store.query(FIGURES, {"game_id": game_id, "import_id": import_id, "limit": 1}).to_pylist()
    return rows[0] if rows else None


def _entry(part: Part, game_id: str, import_id: str, is_refused: Callable[[str], bool] | None) -> Entry:
    """Without the events of players who withdrew their consent.

    Raises `InvalidRequest` for an event that is no event of this game, or too large.
    """
    for index, event in enumerate(part.events):
        if event.game_id is not None and event.game_id != game_id:
            raise InvalidRequest.of_field(f"events[{index}].game_id", f"{game_id}, or nothing")
        event.game_id = game_id
    events: list[Event] = [*part.events]
    refusals = [Refusal(part.after, row.reason, row.error, row.sample, game_id, row.rows) for row in part.refused]
    if is_refused is not None:
        taken = [event for event in events if not is_refused(event.player_id or event.device_id or "")]
        if gone := len(events) - len(taken):
            refusals.append(Refusal(part.after, RefusalReason.CONSENT_WITHDRAWN, "", "", game_id, gone))
        events = taken
    batch = Batch(
        received_at=dt.datetime.now(dt.UTC),
        source=IMPORTED,
        events=events,
        refusals=refusals,
        game_id=game_id,
        part=ImportPart(import_id, part.name, part.upto, part.is_last),
    )
    entry = encode(batch)
    for index, line in enumerate(entry.body.splitlines()):
        if len(line) > EVENT_BYTES_MAX:
            raise InvalidRequest.of_field(f"events[{index}]", f"at most {EVENT_BYTES_MAX} bytes of JSON")
    return entry


def _import(row: dict[str, Any]) -> Import:
    began, last = row["began_at"].replace(tzinfo=dt.UTC), row["last_at"].replace(tzinfo=dt.UTC)
    return Import.model_validate({**row, "began_at": began, "last_at": last})
