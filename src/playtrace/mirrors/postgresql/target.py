"""The mirror to PostgreSQL: slices of the store through the procedures of the game database."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import LiteralString

import psycopg
import pyarrow as pa
from msgspec import Struct

from playtrace.config import Settings
from playtrace.mirrors.erasing import still_theirs
from playtrace.mirrors.postgresql.columns import AS_JSON, IN_COMMON, KINDS, Columns, columns_of, said_by
from playtrace.mirrors.postgresql.connecting import Connection, connect, told
from playtrace.mirrors.postgresql.install import VERSION, install, refuse_newer, upgrade
from playtrace.mirrors.postgresql.refreshing import Refreshing
from playtrace.mirrors.slices import JsonRows, SliceRows, rows_of
from playtrace.mirrors.target import (
    GameFacts,
    GamesNow,
    Pace,
    PlayerErasure,
    Position,
    PositionMoved,
    Slice,
    TargetAway,
    TargetUnusable,
    Written,
)
from playtrace.store.duckdb import Reader

OURS = "PT"
"""How what procedures raise begins."""
MOVED = "PT008"
"""What `advance_mirror` raises where a mirror does not stand where it was expected."""


class SaidRows(Struct, frozen=True):
    """Rows of a slice, as procedures take them."""

    events: pa.Table
    columns: Columns | None
    """The same; None where there are none."""
    set_aside: str | None


class PostgreSQLTarget:
    """One mirror's place in one PostgreSQL database: see `Target`.

    An account that owns the database, or may create schemas in it, has the schema installed and brought up to date; one
    with the role `playtrace_mirror` alone finds it there.
    """

    pace = Pace(is_read_ahead=True)

    def __init__(self, url: str, mirror: str, games: GamesNow, refresh_s: float) -> None:
        """`refresh_s`: how often reports are brought up to date, at most; 0: not by the mirror."""
        self._url = url
        self._mirror = mirror
        self._games = games
        self._connection: Connection | None = None
        self._json = JsonRows()
        self._refreshing = Refreshing(url, mirror, refresh_s)
        self._registered: dict[str, GameFacts | None] = {}
        self._erasures = 0
        """How many were done in the database when slices were last read from the store."""

    def open(self) -> Position | None:
        """See `Target.open`."""
        self._connection = connection = connect(self._url, f"playtrace mirror {self._mirror}")
        with self._errors_told():
            self._bring_up_to_date(connection)
            self._erasures = _erasures_done(connection)
            return self._position(connection)

    def read(self, slice_: Slice, moment: Reader) -> SaidRows:
        """See `Target.read`."""
        return self._said(rows_of(slice_, moment))

    def write(self, slice_: Slice, rows: SaidRows) -> Written:
        """See `Target.write`."""
        connection = self._opened()
        games = self._unregistered(rows.events)
        with self._errors_told(), self._position_told(connection), connection.transaction():
            self._advance(connection, slice_)
            if (erasures := _erasures_done(connection)) != self._erasures:
                # What was read may have somebody who was erased meanwhile.
                self._erasures = erasures
                raise PositionMoved(slice_.after)
            written = self._ingest_all(connection, games, rows, slice_.upto.journal_id)
        self._registered |= games
        self._refreshing.ask()
        return written

    def read_without(self, erasure: PlayerErasure, mirrored: Slice, moment: Reader) -> SaidRows:
        """See `Target.read_without`."""
        return self._said(still_theirs(erasure, mirrored, moment))

    def erase(self, erasure: PlayerErasure, rows: SaidRows) -> None:
        """See `Target.erase`."""
        connection = self._opened()
        games = self._unregistered(rows.events)
        with self._errors_told(), connection.transaction():
            row = connection.execute(
                "SELECT game_api.erase_player(%s, %s, %s, %s)",
                [erasure.game_id, erasure.player_ids, erasure.erasure_id, erasure.is_refused],
            ).fetchone()
            if row is not None and row[0] is not None:
                self._ingest_all(connection, games, rows, None)
            self._erasures = _erasures_done(connection)
        self._refreshing.ask()

    def _said(self, rows: SliceRows) -> SaidRows:
        events = rows.events
        return SaidRows(
            events,
            columns_of(events, self._json) if events.num_rows else None,
            _as_objects(rows.set_aside, self._json) if rows.set_aside.num_rows else None,
        )

    def _ingest_all(
        self, connection: Connection, games: dict[str, GameFacts | None], said: SaidRows, journal_id: str | None
    ) -> Written:
        taken = refused = 0
        for game_id, facts in games.items():
            _register(connection, game_id, facts)
        if said.columns is not None:
            taken, refused = _ingest(connection, said.events, said.columns)
        if said.set_aside is not None:
            connection.execute("SELECT game_api.ingest_set_aside(%s::json, %s)", [said.set_aside, journal_id])
        return Written(taken, refused)

    def stand_at(self, position: Position) -> None:
        """See `Target.stand_at`."""
        connection = self._opened()
        with self._errors_told():
            connection.execute(
                "SELECT game_api.place_mirror(%s, %s, %s)", [self._mirror, position.journal_id, position.journal_offset]
            )

    def close(self) -> None:
        """See `Target.close`."""
        self._refreshing.stop()
        self._json.close()
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()

    def _opened(self) -> Connection:
        if self._connection is None:
            raise TargetAway("The database was not opened.")
        return self._connection

    def _bring_up_to_date(self, connection: Connection) -> None:
        row = connection.execute("SELECT to_regprocedure('game_api.schema_version()') IS NOT NULL").fetchone()
        if row is None or not row[0]:
            install(connection)
            return
        row = connection.execute("SELECT game_api.schema_version()").fetchone()
        version: int = row[0] if row else 0
        refuse_newer(version)
        if version < VERSION:
            try:
                upgrade(connection)
            except psycopg.errors.InsufficientPrivilege:
                raise TargetUnusable(
                    f"The game database has version {version} of its schema, and this playtrace needs {VERSION}; its"
                    " owner has to call `playtrace gamedb upgrade`."
                ) from None

    def _position(self, connection: Connection) -> Position | None:
        row = connection.execute(
            "SELECT journal_id::text, journal_offset FROM game_api.position_of_mirror(%s)", [self._mirror]
        ).fetchone()
        return None if row is None or row[0] is None else Position(row[0], row[1])

    def _advance(self, connection: Connection, slice_: Slice) -> None:
        after, upto = slice_.after, slice_.upto
        connection.execute(
            "SELECT game_api.advance_mirror(%s, %s, %s, %s, %s)",
            [
                self._mirror,
                after and after.journal_id,
                after and after.journal_offset,
                upto.journal_id,
                upto.journal_offset,
            ],
        )

    def _unregistered(self, events: pa.Table) -> dict[str, GameFacts | None]:
        """Games of some events, with what is said of them, that the database was not told since this target was opened.
        One that is no longer there has events all the same."""
        known = self._games()
        named = {game_id: known.get(game_id) for game_id in events["game_id"].unique().to_pylist()}
        return {
            game_id: facts
            for game_id, facts in named.items()
            if game_id not in self._registered or self._registered[game_id] != facts
        }

    @contextlib.contextmanager
    def _errors_told(self) -> Generator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise told(error, self._url) from error

    @contextlib.contextmanager
    def _position_told(self, connection: Connection) -> Generator[None]:
        """Around a transaction, which is over by then."""
        try:
            yield
        except psycopg.Error as error:
            if error.sqlstate != MOVED:
                raise
            raise PositionMoved(self._position(connection)) from None


def _erasures_done(connection: Connection) -> int:
    row = connection.execute("SELECT game_api.erasures_done()").fetchone()
    return 0 if row is None else row[0]


def _register(connection: Connection, game_id: str, facts: GameFacts | None) -> None:
    if facts is None:
        connection.execute("SELECT game_api.register_game(%s)", [game_id])
    else:
        connection.execute(
            "SELECT game_api.register_game(%s, %s, %s, %s)", [game_id, facts.name, facts.time_zone, facts.currency]
        )


def _ingest(connection: Connection, events: pa.Table, columns: Columns) -> tuple[int, int]:
    """How many were new, and how many were refused."""
    try:
        with connection.transaction():
            row = connection.execute(columns.sql, columns.values).fetchone()
            return (row[0] if row else 0), 0
    except psycopg.Error as error:
        if not isinstance(error, psycopg.DataError) and not (error.sqlstate or "").startswith(OURS):
            raise
    # One of them is not taken: then each is looked at by itself.
    with contextlib.closing(JsonRows()) as rows:
        said = _as_objects(events, rows)
    row = connection.execute("SELECT taken, refused FROM game_api.ingest_events(%s::json)", [said]).fetchone()
    return row or (0, 0)


def _as_objects(rows: pa.Table, json_rows: JsonRows) -> str:
    said = said_by(rows)
    columns: list[LiteralString] = [AS_JSON.get(name, name) for name in _NAMES if name in said]
    return json_rows.array_of(rows, ", ".join(columns))


_NAMES: tuple[LiteralString, ...] = (*IN_COMMON, *KINDS, "outcome", "reason", "error", "body")


def make_target(url: str, mirror: str, settings: Settings, games: GamesNow) -> PostgreSQLTarget:
    """The target at an address; not connected yet."""
    return PostgreSQLTarget(url, mirror, games, 60.0 * settings.mirrors.refresh_minutes)
