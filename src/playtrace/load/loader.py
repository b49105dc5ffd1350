"""Journal → store: exactly once.

A load takes the next entries of the journal, runs `OneLoad` in one transaction, and in the same transaction
writes down how far it came. After any crash the store therefore stands between two loads, and the next one
goes on from there: nothing is lost, nothing is counted twice.

An event that cannot be loaded is found by halving the load until it stands alone; it is quarantined with
the error, and the others are loaded. A full disk is not the events' fault: the loader waits and tries again.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Iterable

import duckdb
import pyarrow as pa
from msgspec import Struct

from playtrace.config import Settings
from playtrace.event import Batch
from playtrace.journal.entry import Entry, Recorded, encode
from playtrace.journal.sqlite import Journal
from playtrace.load.compaction import Compaction
from playtrace.load.one_load import OneLoad, Outcome, Poison, as_hashes
from playtrace.load.recent_ids import RecentIds
from playtrace.load.staging import Staged, stage
from playtrace.store.background import run_in_background
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

log = logging.getLogger("playtrace.load")

BYTES_MAX = 64 * 1024 * 1024
"""One load takes at most this much of the journal."""
EVENTS_MIN = 1000
"""Loads that fail are made smaller down to this."""
SEEN_WITHIN_S = 0.5
"""How long an event may wait to be seen where nobody asks for it: what comes just after one load began waits for its
end, for the pause and for the next. A small load costs nearly as much as a large one, so the pause takes all that
the loads leave; and no less than the load took, so that loading what trickles in takes half of the time at most."""
RETRY_S_MAX = 10.0
POISON_MAX = 200
"""More events than this that cannot be loaded are no bad events but a fault of ours: the loader stops and says so."""


class Loaded(Struct, frozen=True):
    """What one load did."""

    offset: int
    stored: int
    duplicates: int
    quarantined: int
    refused: int
    seconds: float


class Loader:
    """The one writer of the store. `start` runs it on a thread of its own; `load_waiting` is one round of it."""

    def __init__(self, store: Store, journal: Journal, settings: Settings) -> None:
        self._store = store
        self._journal = journal
        self._settings = settings
        self._ids = RecentIds()
        self._compaction = Compaction(store, settings)
        self._stopping = threading.Event()
        self._wanted = threading.Event()
        """Somebody waits for the next load: the pause ends."""
        self._moved = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self.offset = self._find_place()
        """Everything up to this journal offset is in the store."""
        self._events_max = settings.load_events_max
        self._is_behind = False
        """Whether more was waiting than one load takes."""
        self.stored = 0
        """Events stored since the start."""
        self.error: str | None = None
        """Why nothing is loaded at the moment, if so."""
        self._remember_ids()
        self._one_load = OneLoad(
            journal.journal_id,
            self._ids,
            settings,
            clocks_known=store.query("SELECT 1 FROM session_clocks LIMIT 1").num_rows > 0,
        )
        self.step_seconds = self._one_load.step_seconds

    # ── coming and going ─────────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Load what the journal holds now, then end."""
        self._stopping.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()

    def wait_for(self, offset: int, seconds_max: float) -> bool:
        """Wait until everything up to a journal offset can be queried; False when time is up first."""
        with self._moved:
            if self.offset < offset:
                self._wanted.set()
            return self._moved.wait_for(lambda: self.offset >= offset, seconds_max)

    def waiting_seconds(self) -> float:
        """How long the oldest entry that is not loaded has waited."""
        received_us = self._journal.oldest_us(self.offset)
        return 0.0 if received_us is None else max(0.0, time.time() - received_us / 1e6)

    def _run(self) -> None:
        run_in_background()
        retry_s = 0.1
        while True:
            began = time.perf_counter()
            is_last_look = self._stopping.is_set()
            self._wanted.clear()
            try:
                worked = self.load_waiting() is not None
                self._events_max = min(self._settings.load_events_max, 2 * self._events_max)
                if not self._stopping.is_set():
                    worked = self._compaction.step() or worked
                self.error = None
                retry_s = 0.1
            except Exception as error:
                self.error = str(error)
                # What was too much for the memory is not when it is less.
                self._events_max = max(EVENTS_MIN, self._events_max // 2)
                log.exception("load failed, will be tried again", extra={"retry_s": retry_s})
                if self._stopping.wait(retry_s):
                    return
                retry_s = min(RETRY_S_MAX, retry_s * 2)
                self._reopen_store()
                continue
            if worked:
                took = time.perf_counter() - began
                self._pause(0.0 if self._is_behind else max(took, SEEN_WITHIN_S - 2 * took))
            elif is_last_look:
                return
            else:
                self._pause(self._settings.load_interval_ms / 1000)

    def _pause(self, seconds: float) -> None:
        if not self._stopping.is_set():
            self._wanted.wait(seconds)

    def _reopen_store(self) -> None:
        try:
            self._store.reopen()
        except StoreError as error:
            # The next load fails too, and opens it again.
            log.warning("store cannot be opened, will be tried again", extra={"error": str(error)})

    def _find_place(self) -> int:
        with self._store.writing() as connection:
            journal_id = str(self._journal.journal_id)
            row = connection.execute(
                "SELECT journal_offset FROM loaded WHERE journal_id = ?::UUID", [journal_id]
            ).fetchone()
            if row is None:
                connection.execute("INSERT INTO loaded VALUES (?::UUID, 0)", [journal_id])
            return int(row[0]) if row else 0

    def _remember_ids(self) -> None:
        since = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=self._settings.dedup_days)
        table = self._store.query(
            "SELECT hash(game_id, event_id) AS id FROM events WHERE received_at > $since", {"since": since}
        )
        self._ids.add(as_hashes(table["id"]))

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────

    def load_waiting(self) -> Loaded | None:
        """Load the next entries of the journal; None when there are none.

        Raises `StoreError` when the store cannot write; then nothing of it is in the store.
        """
        entries = self._journal.read(self.offset, events_max=self._events_max, bytes_max=BYTES_MAX)
        self._is_behind = (
            sum(entry.events for entry in entries) >= self._events_max
            or sum(len(entry.header) + len(entry.body) for entry in entries) >= BYTES_MAX
        )
        if not entries:
            return None
        loaded = self.load(entries)
        self._journal.trim(loaded.offset)
        return loaded

    def load(self, entries: list[Recorded]) -> Loaded:
        """Load these entries, and remember the last offset as loaded."""
        began = time.perf_counter()
        staged = stage(entries)
        try:
            outcome = self._attempt(staged, [])
        except duckdb.Error as error:
            log.warning("load failed, looking for the events that cannot be loaded", extra={"error": str(error)})
            outcome = self._attempt(staged, self._find_poison(staged.lines))
        self._ids.add(outcome.ids)
        self._compaction.touch(outcome.days)
        with self._moved:
            self.offset = staged.last_offset
            self._moved.notify_all()
        self.stored += outcome.stored
        seconds = time.perf_counter() - began
        log.debug("loaded", extra={"events": outcome.stored, "seconds": round(seconds, 3)})
        return Loaded(
            self.offset,
            outcome.stored,
            outcome.duplicates,
            outcome.quarantined,
            len(staged.refusals),
            seconds,
        )

    def load_batches(self, batches: Iterable[Batch]) -> Loaded:
        """Load batches that did not come through the journal; see `load_entries`."""
        return self.load_entries(map(encode, batches))

    def load_entries(self, entries: Iterable[Entry]) -> Loaded:
        """Load entries that did not come through the journal, as if they stood behind the current offset.

        For tests and benchmarks; a journal that is in use hands out the same offsets.
        """
        numbered = enumerate(entries, start=self.offset + 1)
        return self.load([Recorded(offset, entry.header, entry.events, entry.body) for offset, entry in numbered])

    def _attempt(self, staged: Staged, poison: list[Poison]) -> Outcome:
        """One load without the events that are known to be poison.

        Raises `duckdb.Error` when there are others, `StoreError` when the store cannot write.
        """
        with self._store.writing() as connection:
            outcome = self._one_load.run(connection, staged, poison)
            began = time.perf_counter()
        self.step_seconds["commit"] += time.perf_counter() - began
        return outcome

    # ── events that cannot be loaded ─────────────────────────────────────────────────────────────────────

    def _find_poison(self, lines: pa.Table) -> list[Poison]:
        """Which lines cannot be loaded, and why: by halving, each try rolled back.

        Raises `StoreError` when it is not about single events.
        """
        poison: list[Poison] = []
        ranges = [(0, len(lines))]
        while ranges:
            start, stop = ranges.pop()
            error = self._try(lines.slice(start, stop - start))
            if error is None:
                continue
            if stop - start > 1:
                middle = (start + stop) // 2
                ranges += [(start, middle), (middle, stop)]
                continue
            poison.append(Poison(start, error))
            if len(poison) > POISON_MAX:
                raise StoreError(f"More than {POISON_MAX} events cannot be loaded; the last because: {error}")
        return sorted(poison, key=lambda found: found.row)

    def _try(self, lines: pa.Table) -> str | None:
        """The error of loading these lines, or None. Leaves nothing behind."""
        try:
            with self._store.writing() as connection:
                self._one_load.load_lines(connection, lines)
                raise _Undo
        except _Undo:
            return None
        except duckdb.Error as error:
            return str(error)


class _Undo(Exception):
    """Ends a transaction that was only an attempt."""
