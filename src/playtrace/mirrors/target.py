"""What a mirror writes to: one database of somebody else's, which keeps in itself how far it is.

A target keeps, in its own tables: the version of its schema, where each mirror stands, and the rows that the database
did not take, with why (`playtrace_refused`; in PostgreSQL `game.refused_event`). Rows, refused rows and position are
written in one transaction. The position that is expected is compared under a lock inside of it, so that two followers
of one mirror do not write over each other; and every row is written by game and event id, so that what is there already
is not written twice. Then it does not matter when anybody is killed.

TargetError
├── TargetAway        down, read-only, cut off, or it does not let us in: tried again, more and more seldom
├── TargetNewer       its schema is of a newer playtrace: left as it is
├── TargetUnusable    it cannot be a target as it is; a person has to do something
│   └── DriverMissing
└── PositionMoved     somebody else wrote for this mirror meanwhile: read the position anew
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from msgspec import Struct

from playtrace.store.duckdb import Reader

Rows = TypeVar("Rows")
"""What a target reads of a slice: tables of Arrow, for the most part."""


@dataclass(frozen=True)
class Position:
    """Everything up to an offset of a journal is in the target. Offsets grow from one journal to the next."""

    journal_id: str
    journal_offset: int


@dataclass(frozen=True)
class Slice:
    """What is written at once: what arrived behind one position, up to another."""

    after: Position | None
    """Where the target stands before; None where it has nothing yet."""
    upto: Position
    """Where it stands then."""
    games: tuple[str, ...] | None
    """Of these games alone; None: of all."""
    since: dt.datetime | None
    """Only what happened from this moment on; aware, UTC. None: everything."""

    @property
    def after_offset(self) -> int:
        """Offsets of the slice are larger than this."""
        return 0 if self.after is None else self.after.journal_offset


@dataclass(frozen=True)
class Written:
    """What came of a slice."""

    events: int
    """How many the target took that it did not have."""
    refused: int
    """How many it did not take; it has them, with why."""


@dataclass(frozen=True)
class Pace:
    """How much a target takes at once, and how often."""

    events_max: int = 20_000
    """In one slice; twice what a request may have, so that there is always a whole one."""
    bytes_max: int = 16 * 1024 * 1024
    """Of text in one slice, unless one request has more. It is in memory a few times: as a table, as what a database is
    sent, and in the database's driver."""
    is_read_ahead: bool = False
    """Whether the next slice is read while one is written: then two of them are in memory."""
    rest_s: float = 1.0
    """Between two looks at a store of which it has everything. What comes meanwhile is written together."""


class PlayerErasure(Struct, frozen=True):
    """Players who are in the store no more, and are to be in no mirror."""

    erasure_id: str
    game_id: str
    player_ids: list[str]
    """All ids that are theirs."""
    is_refused: bool
    """Whether what comes of them from now on is refused."""
    sessions: list[tuple[str, str, str]]
    """Environment, owner and id of each session that they were part of."""
    first_at: dt.datetime | None
    """When the first of their events happened; None where there was none."""
    last_at: dt.datetime | None


@dataclass(frozen=True)
class GameFacts:
    """What people say of a game."""

    id: str
    name: str
    time_zone: str
    """IANA name."""
    currency: str
    """ISO 4217."""
    created_at: dt.datetime


GamesNow = Callable[[], Mapping[str, GameFacts]]
"""The games that there are, by id. Cheap enough to be asked for each slice."""


class Target(Protocol[Rows]):
    """One mirror's place in one database. Used by one thread at a time; after any error it is closed, and another one
    is made. Each method may raise `TargetAway`, `TargetNewer` and `TargetUnusable`, whose text is a sentence for a
    person and has no password in it. `read` alone is called by another thread too, where `pace.is_read_ahead`: one at a
    time, while the one before is written."""

    @property
    def pace(self) -> Pace: ...

    def open(self) -> Position | None:
        """Connect, install the schema or bring it up to date, and say where this mirror stands."""
        ...

    def read(self, slice_: Slice, moment: Reader) -> Rows:
        """What it needs of a slice. The store's moment lasts as long as this call: nothing of the database here."""
        ...

    def write(self, slice_: Slice, rows: Rows) -> Written:
        """Write that and `slice_.upto` in one transaction; `slice_.after` must be where the mirror stands.

        Raises `PositionMoved`.
        """
        ...

    def read_without(self, erasure: PlayerErasure, mirrored: Slice, moment: Reader) -> Rows:
        """What it needs to erase players: what the store has of them, and of days they were part of. `mirrored` is all
        that the mirror was written."""
        ...

    def erase(self, erasure: PlayerErasure, rows: Rows) -> None:
        """Take these players out, and write that, in one transaction. One that it has done is not done again. A slice
        that was read before is not written after: that raises `PositionMoved`."""
        ...

    def stand_at(self, position: Position) -> None:
        """From now on the mirror stands here: what is behind it comes again. What is there stays."""
        ...

    def close(self) -> None:
        """Never raises; a transaction that is open is not committed."""
        ...


class TargetError(Exception):
    """The message is a sentence that says what to do."""


class TargetAway(TargetError):
    """It cannot be reached, or does not take anything now. It may by itself, later."""


class TargetNewer(TargetError):
    """A newer playtrace made its schema."""


class TargetUnusable(TargetError):
    """A person has to change something first: a setting, a right, the database's version."""


class DriverMissing(TargetUnusable):
    """The Python package that speaks to it is not installed."""


class PositionMoved(TargetError):
    """The mirror does not stand where it was expected."""

    def __init__(self, position: Position | None) -> None:
        super().__init__("Another process writes for this mirror too.")
        self.position = position
        """Where it stands."""
