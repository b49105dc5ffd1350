"""The target `mongodb://`: documents are written first, where the mirror stands last.

MongoDB has transactions only where it is a replica set, so none is needed here: an event's `_id` is always the same,
and one that is there already is not written again. Whoever is killed between documents and position writes nothing
twice when it begins again. All is acknowledged by the majority before the position moves: a failover takes neither back
without the other.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from msgspec import Struct
from pymongo import DESCENDING, MongoClient, ReplaceOne, WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    DuplicateKeyError,
    InvalidName,
    InvalidURI,
    OperationFailure,
    PyMongoError,
)

from playtrace.addresses import scrubbed
from playtrace.config import Settings
from playtrace.event import PLAYER_MERGED
from playtrace.mirrors.erasing import still_theirs
from playtrace.mirrors.mongodb.documents import Document, as_text, documents, set_aside_documents
from playtrace.mirrors.slices import SliceRows, rows_of
from playtrace.mirrors.target import (
    GamesNow,
    Pace,
    PlayerErasure,
    Position,
    PositionMoved,
    Slice,
    TargetAway,
    TargetNewer,
    TargetUnusable,
    Written,
)
from playtrace.store.duckdb import Reader
from playtrace.store.erasing import texts_of

VERSION = 1
"""Of what the collections look like."""
DATABASE = "playtrace"
"""Where the address names none."""
EVENTS = "events"
SET_ASIDE = "playtrace_set_aside"
REFUSED = "playtrace_refused"
MIRROR = "playtrace_mirror"
SCHEMA = "playtrace_schema"
ERASURES = "playtrace_erasures"
TEXTS_AT_ONCE = 100
"""Of one pattern."""

INDEXES: tuple[tuple[tuple[str, int], ...], ...] = (
    (("gameId", 1), ("timestamp", DESCENDING)),
    (("gameId", 1), ("eventType", 1), ("timestamp", DESCENDING)),
)

DOCUMENT_BYTES_MAX = 16 * 1024 * 1024
"""Larger ones no MongoDB takes."""
DOCUMENTS_AT_ONCE = 5_000
"""In one request: as documents they are five times as large as they are in the store."""
TIMEOUTS_MS = {"serverSelectionTimeoutMS": 10_000, "connectTimeoutMS": 10_000, "socketTimeoutMS": 60_000}
"""Where the address does not say otherwise. A server that says nothing must not hold the mirror for ever."""

DUPLICATE = 11_000
NOT_LET_IN = {13, 18, 8000}
"""Codes of errors about who is asking. 8000 is Atlas's own."""
NOT_ABOUT_DOCUMENTS = {*NOT_LET_IN, 50, 64, 91, 112, 189, 10_107, 11_600, 11_602, 13_435, 13_436, 14_031}
"""Codes that one document of a request may get while nothing is wrong with it: time is up, the primary changes, a
conflict, the disk is full."""


class Refused(Struct, frozen=True):
    document: Document
    reason: str


def make_target(url: str, mirror: str, settings: Settings, games: GamesNow) -> MongoTarget:
    """The target of one mirror; not connected yet."""
    return MongoTarget(url, mirror)


_DRIVERS_OWN = re.compile(r" \(configured timeouts: [^)]*\)|, Timeout: .*", re.DOTALL)
"""What the driver tells of itself behind why a server is not reached."""


class MongoTarget:
    """See `Target`."""

    pace = Pace()

    def __init__(self, url: str, mirror: str) -> None:
        self._url = url
        self._mirror = mirror
        self._client: MongoClient[Document] | None = None
        self._erasures = 0
        """How many were done when slices were last read from the store."""

    def open(self) -> Position | None:
        with self._errors():
            said = {name.lower() for name, _ in parse_qsl(urlsplit(self._url).query)}
            timeouts: dict[str, Any] = {name: ms for name, ms in TIMEOUTS_MS.items() if name.lower() not in said}
            try:
                self._client = MongoClient(self._url, tz_aware=True, appname="playtrace", **timeouts)
            except ValueError as error:
                raise self._no_address(error) from None
            self._install()
            self._erasures = self._erasures_begun()
            return self._position()

    def read(self, slice_: Slice, moment: Reader) -> SliceRows:
        return rows_of(slice_, moment)

    def write(self, slice_: Slice, rows: SliceRows) -> Written:
        with self._errors():
            if (position := self._position()) != slice_.after:
                raise PositionMoved(position)
            if (erasures := self._erasures_begun()) != self._erasures:
                # What was read may have somebody who was erased meanwhile.
                self._erasures = erasures
                raise PositionMoved(position)
            written = self._insert_all(rows)
            self._move_on(slice_)
        return written

    def _insert_all(self, rows: SliceRows) -> Written:
        now = dt.datetime.now(dt.UTC)
        inserted = 0
        refused: list[Refused] = []
        for name, all_ in (
            (EVENTS, documents(rows.events, now)),
            (SET_ASIDE, set_aside_documents(rows.set_aside, now)),
        ):
            while some := list(islice(all_, DOCUMENTS_AT_ONCE)):
                count, not_taken = self._insert(self._collection(name), some)
                inserted += count if name == EVENTS else 0
                refused += not_taken
        self._note_refused(refused, now)
        return Written(inserted, len(refused))

    def read_without(self, erasure: PlayerErasure, mirrored: Slice, moment: Reader) -> SliceRows:
        return still_theirs(erasure, mirrored, moment)

    def erase(self, erasure: PlayerErasure, rows: SliceRows) -> None:
        """There are no transactions: it is noted before, and done again by whoever begins again, until it is noted
        that it is done."""
        with self._errors():
            erasures = self._collection(ERASURES)
            noted = erasures.find_one({"_id": erasure.erasure_id})
            if noted is None or "doneAt" not in noted:
                erasures.update_one({"_id": erasure.erasure_id}, {"$set": {"gameId": erasure.game_id}}, upsert=True)
                removed = self._remove(erasure)
                self._insert_all(rows)
                erasures.update_one(
                    {"_id": erasure.erasure_id}, {"$set": {"doneAt": dt.datetime.now(dt.UTC), "documents": removed}}
                )
            self._erasures = self._erasures_begun()

    def _remove(self, erasure: PlayerErasure) -> int:
        """What names them. How many documents went."""
        game, ids = {"gameId": erasure.game_id}, {"$in": erasure.player_ids}
        theirs: list[Document] = [
            game | {"payload.playerId": ids},
            # Where a property of the event has that name and says something else.
            game | {"payload.playerId_": ids},
            game | {"payload.playerId": {"$exists": False}, "payload.deviceId": ids},
            game | {"eventType": PLAYER_MERGED, "payload.previous_id": ids},
            game | {"eventType": PLAYER_MERGED, "payload.canonical_id": ids},
        ]
        removed = sum(self._collection(EVENTS).delete_many(each).deleted_count for each in theirs)
        patterns = [re.escape(text) for text in texts_of(erasure.player_ids)]
        for first in range(0, len(patterns), TEXTS_AT_ONCE):
            has_them = {"$regex": "|".join(patterns[first : first + TEXTS_AT_ONCE])}
            for name, field in ((SET_ASIDE, "body"), (SET_ASIDE, "error"), (REFUSED, "body"), (REFUSED, "reason")):
                removed += self._collection(name).delete_many(game | {field: has_them}).deleted_count
        return removed

    def _erasures_begun(self) -> int:
        return self._collection(ERASURES).count_documents({})

    def stand_at(self, position: Position) -> None:
        with self._errors():
            self._collection(MIRROR).replace_one({"_id": self._mirror}, _as_document(position), upsert=True)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    # ── the schema ───────────────────────────────────────────────────────────────────────────────────────

    def _install(self) -> None:
        schema = self._collection(SCHEMA)
        found = schema.find_one({"_id": "schema"})
        version = found.get("version") if found else None
        if isinstance(version, int) and version > VERSION:
            raise TargetNewer(
                f"The collections are of a newer playtrace (version {version}, this one knows {VERSION}). Upgrade this"
                " one; nothing was changed."
            )
        for keys in INDEXES:
            self._collection(EVENTS).create_index(list(keys))
        if version != VERSION:
            schema.replace_one({"_id": "schema"}, {"version": VERSION}, upsert=True)

    # ── the position ─────────────────────────────────────────────────────────────────────────────────────

    def _position(self) -> Position | None:
        found = self._collection(MIRROR).find_one({"_id": self._mirror})
        return Position(str(found["journalId"]), int(found["journalOffset"])) if found else None

    def _move_on(self, slice_: Slice) -> None:
        """Raises `PositionMoved` where somebody else did meanwhile."""
        positions = self._collection(MIRROR)
        upto = _as_document(slice_.upto)
        if slice_.after is None:
            try:
                positions.insert_one({"_id": self._mirror, **upto})
            except DuplicateKeyError:
                raise PositionMoved(self._position()) from None
        elif not positions.update_one(
            {"_id": self._mirror, **_as_document(slice_.after)}, {"$set": upto}
        ).matched_count:
            raise PositionMoved(self._position())

    # ── documents ────────────────────────────────────────────────────────────────────────────────────────

    def _insert(self, collection: Collection[Document], some: Sequence[Document]) -> tuple[int, list[Refused]]:
        """How many were not there, and those that cannot be. What is there already stays as it is."""
        fitting: list[Document] = []
        raw: list[RawBSONDocument] = []
        refused: list[Refused] = []
        for document in some:
            try:
                encoded = bson.encode(document)
            except (BSONError, OverflowError, ValueError) as error:
                refused.append(Refused(document, str(error)))
                continue
            if len(encoded) > DOCUMENT_BYTES_MAX:
                refused.append(Refused(document, f"It has {len(encoded)} bytes, {DOCUMENT_BYTES_MAX} are possible."))
                continue
            raw.append(RawBSONDocument(encoded))
            fitting.append(document)
        if not raw:
            return 0, refused
        try:
            collection.insert_many(raw, ordered=False)
            return len(raw), refused
        except BulkWriteError as error:
            details = cast("dict[str, Any]", error.details)
        if concerns := details.get("writeConcernErrors"):
            raise TargetAway(f"MongoDB did not confirm what was written: {concerns[0].get('errmsg')}")
        errors: list[dict[str, Any]] = details["writeErrors"]
        for one in errors:
            if one["code"] in NOT_ABOUT_DOCUMENTS:
                raise TargetAway(f"MongoDB does not take documents: {one['errmsg']}")
        there = self._ids_there(
            collection, [fitting[one["index"]]["_id"] for one in errors if one["code"] == DUPLICATE]
        )
        for one in errors:
            document = fitting[one["index"]]
            # Another unique index than that of `_id` may have been meant.
            if one["code"] != DUPLICATE or document["_id"] not in there:
                refused.append(Refused(document, str(one["errmsg"])))
        return int(details["nInserted"]), refused

    def _ids_there(self, collection: Collection[Document], ids: list[str]) -> set[str]:
        if not ids:
            return set()
        return {str(found["_id"]) for found in collection.find({"_id": {"$in": ids}}, {"_id": 1})}

    def _note_refused(self, refused: Iterable[Refused], now: dt.datetime) -> None:
        notes = [
            ReplaceOne[Document](
                {"_id": one.document["_id"]},
                {
                    "gameId": one.document["gameId"],
                    "reason": one.reason,
                    "body": as_text(one.document),
                    "refusedAt": now,
                    "mirror": self._mirror,
                },
                upsert=True,
            )
            for one in refused
        ]
        if notes:
            self._collection(REFUSED).bulk_write(notes, ordered=False)

    # ── the connection ───────────────────────────────────────────────────────────────────────────────────

    def _collection(self, name: str) -> Collection[Document]:
        return self._database().get_collection(name, write_concern=WriteConcern(w="majority", j=True))

    def _database(self) -> Database[Document]:
        if self._client is None:
            raise TargetAway("There is no connection to MongoDB.")
        return self._client.get_default_database(default=DATABASE)

    @contextmanager
    def _errors(self) -> Generator[None]:
        """What the driver raises, as ours; no password is told."""
        try:
            yield
        except (ConfigurationError, InvalidURI, InvalidName) as error:
            raise self._no_address(error) from None
        except OperationFailure as error:
            if error.code in NOT_LET_IN:
                raise TargetAway(
                    "MongoDB does not let us write: the user of the address needs the role readWrite on its database."
                    f" {self._told(error)}"
                ) from None
            raise TargetAway(f"MongoDB does not do what it was asked for: {self._told(error)}") from None
        except PyMongoError as error:
            raise TargetAway(f"MongoDB cannot be reached: {self._told(error)}") from None

    def _no_address(self, error: Exception) -> TargetUnusable:
        return TargetUnusable(f"The address is none of MongoDB: {self._told(error)}")

    def _told(self, error: Exception) -> str:
        said = error.details.get("errmsg") if isinstance(error, OperationFailure) and error.details else None
        return scrubbed(_DRIVERS_OWN.sub("", str(said or error)), self._url)[:1000]


def _as_document(position: Position) -> Document:
    return {"journalId": position.journal_id, "journalOffset": position.journal_offset}
