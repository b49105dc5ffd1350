"""From the embedded store into ClickHouse, slice by slice in the order of arrival, each exactly once.

Before the first row of a slice is sent, ClickHouse notes its borders; after the last one, that it is whole. Whoever is
killed between the two finds the note and sends the same slice again: the same rows of each table under the same token,
which ClickHouse takes once. So nothing has to be agreed between the two stores, and a copy that was cut off goes on
where it was.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from typing import LiteralString

import pyarrow as pa
from msgspec import Struct

from playtrace.config import Settings
from playtrace.shares import ALL, Share
from playtrace.store.clickhouse.days import Compared, Difference, compare, copy_anew
from playtrace.store.clickhouse.schema import BY_NAME
from playtrace.store.clickhouse.sending import Sending
from playtrace.store.clickhouse.slices import BOOKS_TOLD, HEAD, NEXT, ROWS, SOURCE
from playtrace.store.clickhouse.small_tables import SmallTables
from playtrace.store.clickhouse.store import ClickHouseStore
from playtrace.store.duckdb import Reader, Store
from playtrace.store.errors import StoreError

EVENTS_MAX = 200_000
"""In one slice, unless one request has more."""
EARLIEST = dt.datetime(1900, 1, 1)
COMPARE_S = 600.0
"""Between two comparisons of all days, while it follows."""
BOOKS_AGAIN = dt.timedelta(hours=2)
"""Hours that are told again with each slice: clocks of several collectors may differ, and go back a little."""

LAST_SLICES: LiteralString = """
SELECT after_offset, to_offset, max(is_whole) AS is_whole
FROM slices
WHERE source = $source
GROUP BY after_offset, to_offset
ORDER BY to_offset DESC
LIMIT 1
"""
# The first one that was noted of each: two that begin at the same moment see the same.
NOTED_SHARES: LiteralString = """
SELECT share, min(shares) AS shares, min_by(source, noted_at) AS source FROM shares GROUP BY share ORDER BY share
"""
SOURCES: LiteralString = "SELECT DISTINCT source FROM slices"


class Slice(Struct, frozen=True):
    """What came behind one offset, up to another."""

    after_offset: int
    to_offset: int


class Copied(Struct, frozen=True):
    """What one step did."""

    slice_: Slice
    events: int
    head: int
    """Up to here the embedded store is loaded."""


class Copying:
    """Of one embedded store into one ClickHouse, which other stores may fill with other shares of the games. For one
    thread; two at a time would send the same twice, which counts once."""

    def __init__(
        self,
        store: Store,
        into: ClickHouseStore,
        settings: Settings,
        *,
        share: Share = ALL,
        is_ours: Callable[[], bool] = lambda: True,
        events_max: int = EVENTS_MAX,
    ) -> None:
        """`is_ours` says whether the share is still this process's: nothing is sent when it is not."""
        self._store = store
        self._into = into
        self._share = share
        self._is_ours = is_ours
        self._session_timeout = dt.timedelta(minutes=settings.rules.session_timeout_minutes)
        self._sending = Sending(into)
        self._small = SmallTables(into, self._sending, share)
        self._events_max = events_max
        self._source: str | None = None
        self._after: int | None = None
        self._unfinished: Slice | None = None
        self._books_since = EARLIEST
        self._compare_at = 0.0
        self._copied_version: int | None = None
        """Of the embedded store, when all of it was there: until it changes there is nothing to look for."""

    @property
    def after(self) -> int:
        """Up to here ClickHouse has everything."""
        return self._after or 0

    def step(self) -> Copied | None:
        """Copy the next slice, and what changed of the small tables; None when ClickHouse has everything.

        Raises `StoreError` when one of the two stores cannot do it now: then the next step goes on.
        """
        version = self._store.version
        if version == self._copied_version:
            return None
        self._check_ours()
        with self._store.reading(apart=True) as moment:
            try:
                copied = self._step(moment)
            except BaseException:
                # What was sent of it is known there alone.
                self._after = None
                raise
        if copied is None:
            self._copied_version = version
        return copied

    def follow(self) -> Copied | None:
        """As `step`, and what was taken away here is taken away there: days are compared when all is copied, and then
        every ten minutes. Raises `StoreError`."""
        copied = self.step()
        # Of a store that nothing was loaded into yet it is not known whether it is the one that ClickHouse follows.
        if copied is None and self._source is not None and time.monotonic() >= self._compare_at:
            self.copy_anew(self.compare(counts_alone=True).different)
            self._compare_at = time.monotonic() + COMPARE_S
        return copied

    def compare(self, *, counts_alone: bool = False) -> Compared:
        """Of all days what ClickHouse has and what it should. Raises `StoreError`."""
        with self._store.reading(apart=True) as moment:
            self._where(moment)
            return compare(moment, self._into, self.after, self._share, counts_alone=counts_alone)

    def copy_anew(self, different: Sequence[Difference]) -> None:
        """Make these days the same. Raises `StoreError`; then some still differ."""
        for one in different:
            self._check_ours()
            with self._store.reading(apart=True) as moment:
                copy_anew(one.day, moment, self._into, self.after, self._session_timeout)

    def _where(self, moment: Reader) -> bool:
        """Find where ClickHouse is, unless that is known. False for a store that nothing was ever loaded into."""
        rows = moment.rows(SOURCE)
        if rows and self._after is None:
            source = str(rows[0]["source"])
            self._check_source(source)
            self._source = source
            self._find_place()
        return bool(rows)

    def _check_ours(self) -> None:
        if not self._is_ours():
            raise StoreError(f"The {self._share} belongs to another loader by now: nothing more is copied from here.")

    def _check_source(self, source: str) -> None:
        """Refuse to mix another store in, or to take away what ClickHouse has of one that is gone."""
        with self._into.reading(apart=True) as there:
            noted = there.rows(NOTED_SHARES)
            copied = {row["source"] for row in there.rows(SOURCES)}
        if dealt := {row["shares"] for row in noted} - {self._share.of}:
            raise StoreError(
                f"ClickHouse was filled by loaders that dealt the games out in {min(dealt)} shares (load_shares), not"
                f" in {self._share.of}. Copy into an empty database."
            )
        ours = next((row["source"] for row in noted if row["share"] == self._share.number), None)
        if ours is None and self._share.is_all and copied and source not in copied:
            ours = min(copied)
        if ours not in (None, source):
            whole = "all of it" if self._share.is_all else f"its {self._share}"
            raise StoreError(
                f"ClickHouse has {whole} from another store ({ours}), and this one ({source}) was begun anew: copying"
                " it would take away what that one had. Restore the backup of that store into this folder, or copy into"
                " an empty database."
            )
        if ours is None:
            row = {"share": self._share.number, "shares": self._share.of, "source": source, "noted_at": _now()}
            self._sending.send("shares", _one_row("shares", row), f"{source}:{self._share.number}:shares")

    def _step(self, moment: Reader) -> Copied | None:
        if not self._where(moment):
            return None
        head = int(moment.rows(HEAD)[0]["head"])
        if head < self.after:
            raise StoreError(
                f"ClickHouse has more than this store: up to {self.after}, the store is loaded up to {head}. It was put"
                " back from a backup, or is another one. Copy it into an empty database."
            )
        if self._small.copy(moment):
            self._into.changed()
        slice_ = self._unfinished or self._next(moment, head)
        if slice_ is None:
            return None
        if self._unfinished is None:
            self._note(slice_, is_whole=False, events=0)
        events = self._send(slice_, moment)
        self._note(slice_, is_whole=True, events=events)
        self._after, self._unfinished = slice_.to_offset, None
        self._into.changed()
        return Copied(slice_, events, head)

    def _find_place(self) -> None:
        with self._into.reading(apart=True) as there:
            found = there.rows(LAST_SLICES, {"source": self._source})
        self._after, self._unfinished, self._books_since = 0, None, EARLIEST
        if found:
            slice_ = Slice(found[0]["after_offset"], found[0]["to_offset"])
            self._after = slice_.to_offset if found[0]["is_whole"] else slice_.after_offset
            self._unfinished = None if found[0]["is_whole"] else slice_

    def _next(self, moment: Reader, head: int) -> Slice | None:
        if head <= self.after:
            return None
        next_ = moment.rows(NEXT, {"after": self.after, "rows_max": self._events_max + 1})[0]
        if next_["rows"] <= self._events_max:
            return Slice(self.after, head)
        return Slice(self.after, max(next_["last"] - 1, next_["first"]))

    def _send(self, slice_: Slice, moment: Reader) -> int:
        known: dict[str, object] = {
            "after": slice_.after_offset,
            "upto": slice_.to_offset,
            "session_timeout": self._session_timeout,
        }
        token = f"{self._source}:{slice_.after_offset}:{slice_.to_offset}"
        events = 0
        for rows in ROWS:
            table = moment.query(rows.text, rows.values(known))
            self._sending.send(rows.table, table, f"{token}:{rows.table}")
            events = table.num_rows
        told = moment.query(BOOKS_TOLD, {"since": self._books_since, "told": slice_.to_offset})
        self._sending.send("books_told", told, f"{token}:books_told")
        if told.num_rows:
            self._books_since = max(told["hour"].to_pylist()) - BOOKS_AGAIN
        return events

    def _note(self, slice_: Slice, *, is_whole: bool, events: int) -> None:
        row = {
            "source": self._source,
            "after_offset": slice_.after_offset,
            "to_offset": slice_.to_offset,
            "is_whole": is_whole,
            "events": events,
            "noted_at": _now(),
        }
        token = f"{self._source}:{slice_.after_offset}:{slice_.to_offset}:{is_whole}"
        self._sending.send("slices", _one_row("slices", row), token)


def _one_row(table: str, row: Mapping[str, object]) -> pa.Table:
    return pa.table({name: [row[name]] for name in BY_NAME[table].names})


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
