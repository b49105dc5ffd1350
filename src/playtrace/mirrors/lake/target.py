"""The target of a lake: a slice is one commit of Iceberg, in which the position moves too.

Rows that were set aside are in a table of their own, which is committed before. Whoever is killed between the two, or
is sent back to an earlier place, writes the same offsets again in place of those that are there.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from msgspec.structs import replace
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import BooleanExpression
from pyiceberg.table import Table
from sqlalchemy.exc import SQLAlchemyError

from playtrace.addresses import scrubbed
from playtrace.config import Settings
from playtrace.mirrors.erasing import still_theirs
from playtrace.mirrors.lake.address import Place, catalog_of, place_of
from playtrace.mirrors.lake.books import LakeRows, books_of, forget_books, write_books
from playtrace.mirrors.lake.conditions import all_of, behind, one_of
from playtrace.mirrors.lake.erasing import events_of_players, set_aside_of_players
from playtrace.mirrors.lake.files import delete, read_files, version_hint
from playtrace.mirrors.lake.tables import EVENTS, SET_ASIDE, Memory, fitting, open_table
from playtrace.mirrors.lake.upkeep import expire, keep
from playtrace.mirrors.slices import rows_of
from playtrace.mirrors.target import (
    GamesNow,
    Pace,
    PlayerErasure,
    Position,
    PositionMoved,
    Slice,
    TargetAway,
    TargetError,
    Written,
)
from playtrace.store.duckdb import Reader

log = logging.getLogger("playtrace.mirrors")

MIB = 1024 * 1024
UPKEEP_S = 3600.0
"""Between two times that days are rewritten and files removed; the first comes so long after it was opened."""


def make_target(url: str, mirror: str, settings: Settings, games: GamesNow) -> LakeTarget:
    """The target of one mirror; nothing is made yet. Raises `TargetUnusable`."""
    return LakeTarget(place_of(url), url, mirror, settings)


class LakeTarget:
    """See `Target`."""

    # Each commit costs files: seldom, and much at once.
    pace = Pace(events_max=250_000, bytes_max=128 * MIB, rest_s=60.0)

    def __init__(self, place: Place, url: str, mirror: str, settings: Settings) -> None:
        self._place = place
        self._url = url
        self._mirror = mirror
        self._settings = settings
        self._catalog: Catalog | None = None
        self._tables: dict[str, Table] = {}
        self._erasures: tuple[str, ...] = ()
        """Those that were done when slices were last read from the store."""
        self._kept_at = time.monotonic()

    def open(self) -> Position | None:
        with self._errors():
            self._catalog = catalog_of(self._place, self._mirror, self._settings)
            for name in (SET_ASIDE, EVENTS):
                self._tables[name] = open_table(self._catalog, name, self._place.location, self._mirror)
            memory = Memory.of(self._tables[EVENTS])
            self._erasures = memory.erasures
            return memory.position

    def read(self, slice_: Slice, moment: Reader) -> LakeRows:
        rows = rows_of(slice_, moment)
        return LakeRows(rows.events, rows.set_aside, books_of(slice_, moment))

    def write(self, slice_: Slice, rows: LakeRows) -> Written:
        with self._errors():
            memory = Memory.of(self._tables[EVENTS].refresh())
            if memory.position != slice_.after or memory.erasures != self._erasures:
                # What was read may have somebody who was erased meanwhile.
                self._erasures = memory.erasures
                raise PositionMoved(memory.position)
            self._tables[SET_ASIDE].refresh()
            self._put(SET_ASIDE, rows.set_aside, slice_)
            replaced = self._put(EVENTS, rows.events, slice_)
            write_books(self._tables[EVENTS], rows)
        self._keep_now_and_then()
        return Written(max(0, rows.events.num_rows - replaced), 0)

    def _put(self, name: str, rows: pa.Table, slice_: Slice) -> int:
        """Commit rows with the position behind them. How many were replaced."""
        table = self._tables[name]
        memory = Memory.of(table)
        replaced = 0
        with self._commit(table) as changes:
            if slice_.after_offset < memory.written_upto:
                there = _offsets(slice_)
                if replaced := table.scan(row_filter=there).count():
                    changes.delete(there)
            if rows.num_rows:
                changes.append(fitting(name, rows))
            upto = max(memory.written_upto, slice_.upto.journal_offset)
            changes.set_properties(replace(memory, position=slice_.upto, written_upto=upto).as_properties())
        return replaced

    # ── players who are erased ───────────────────────────────────────────────────────────────────────────

    def read_without(self, erasure: PlayerErasure, mirrored: Slice, moment: Reader) -> LakeRows:
        rows = still_theirs(erasure, mirrored, moment)
        return LakeRows(rows.events, rows.set_aside)

    def erase(self, erasure: PlayerErasure, rows: LakeRows) -> None:
        with self._errors():
            forget_books(self._tables[EVENTS])
            for name, table in self._tables.items():
                memory = Memory.of(table.refresh())
                before = read_files(table)
                if erasure.erasure_id not in memory.erasures:
                    self._erase(name, table, erasure, rows, memory)
                # Nobody is to look back at how it was; also where somebody was killed between the two.
                expire(table, dt.datetime.max.replace(tzinfo=dt.UTC))
                delete(table, before - read_files(table.refresh()))
            self._erasures = Memory.of(self._tables[EVENTS]).erasures

    def _erase(self, name: str, table: Table, erasure: PlayerErasure, rows: LakeRows, memory: Memory) -> None:
        gone: Iterable[BooleanExpression]
        again = rows.events.slice(0, 0)
        if name == SET_ASIDE:
            gone = set_aside_of_players(table, erasure)
        else:
            theirs = events_of_players(table, erasure)
            gone = [] if theirs is None else [theirs.condition(erasure.game_id)]
            again = rows.events
        with self._commit(table) as changes:
            for condition in gone:
                changes.delete(condition)
            if again.num_rows:
                changes.append(fitting(name, again))
            done = (*memory.erasures, erasure.erasure_id)
            changes.set_properties(replace(memory, erasures=done).as_properties())

    def stand_at(self, position: Position) -> None:
        with self._errors():
            for table in self.tables():
                memory = Memory.of(table.refresh())
                with self._commit(table) as changes:
                    changes.set_properties(replace(memory, position=position).as_properties())

    def close(self) -> None:
        self._tables.clear()
        if self._catalog is not None:
            self._catalog.close()
        self._catalog = None

    def table(self, name: str) -> Table:
        """As it is now, once it was opened."""
        return self._tables[name].refresh()

    def tables(self) -> list[Table]:
        """All of them, once it was opened."""
        return list(self._tables.values())

    # ── what comes now and then ──────────────────────────────────────────────────────────────────────────

    def keep(self, now: dt.datetime) -> None:
        """Rewrite days that are over, and remove what nobody reads. Raises `TargetError`."""
        with self._errors():
            for name, table in self._tables.items():
                keep(
                    table.refresh(),
                    name,
                    now,
                    settle_hours=self._settings.rules.settle_hours,
                    days_kept=self._settings.mirrors.lake_days,
                )

    def _keep_now_and_then(self) -> None:
        if time.monotonic() - self._kept_at < UPKEEP_S:
            return
        self._kept_at = time.monotonic()
        try:
            self.keep(dt.datetime.now(dt.UTC))
        except TargetError as error:
            # What was to be written is there; this is tried again in an hour.
            log.warning(
                "the days of a lake could not be rewritten", extra={"mirror": self._mirror, "error": str(error)}
            )

    @contextmanager
    def _commit(self, table: Table) -> Generator[Any]:
        with table.transaction() as changes:
            yield changes
        version_hint(table)

    @contextmanager
    def _errors(self) -> Generator[None]:
        """What pyiceberg and what is below it raise, as ours; no secret is told."""
        try:
            yield
        except CommitFailedException:
            raise PositionMoved(self._position_now()) from None
        except (OSError, SQLAlchemyError) as error:
            raise TargetAway(f"The lake cannot be written: {scrubbed(str(error), self._url)[:1000]}") from None

    def _position_now(self) -> Position | None:
        with self._errors():
            memory = Memory.of(self._tables[EVENTS].refresh())
            self._erasures = memory.erasures
            return memory.position


def _offsets(slice_: Slice) -> BooleanExpression:
    """What is there of a slice that comes again."""
    these = behind("journal_offset", slice_.after_offset, slice_.upto.journal_offset)
    return these if slice_.games is None else all_of(these, one_of("game_id", slice_.games))
