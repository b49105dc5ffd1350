"""Journal → store: exactly once.

A load takes the next entries of the journal, runs `OneLoad` in one transaction, and in the same transaction
writes down how far it came. After any crash the store therefore stands between two loads, and the next one
goes on from there: nothing is lost, nothing is counted twice.

A load that fails is done in halves, down to the request with an event that cannot be loaded; that event is
quarantined with the error, and the others are loaded (`poison.py`). A full disk is not the events' fault: the loader
waits and tries again. What the journal cannot read any more it sets aside.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future

import pyarrow as pa
from msgspec import Struct

from playtrace import tracing
from playtrace.config import MEBIBYTE, Settings
from playtrace.event import Batch
from playtrace.freed_memory import give_back
from playtrace.journal.entry import Entry, Recorded, encode
from playtrace.journal.errors import DamagedRow
from playtrace.journal.sqlite import Journal
from playtrace.load.kept import Kept
from playtrace.load.one_load import OneLoad, Outcome, as_hashes
from playtrace.load.poison import find_poison, taken_apart
from playtrace.load.read_ahead import Limits, Prepared, ReadAhead
from playtrace.load.recent_ids import RecentIds
from playtrace.load.staging import Staged, stage
from playtrace.store.background import run_in_background
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreBroken, StoreDamaged, StoreError

log = logging.getLogger("playtrace.load")

BYTES_MAX = 48 * 1024 * 1024
"""One load takes at most this much of the journal: 400 bytes for each event of a full one. It is in memory as text and
parsed, and so is the next one. One that fails is made smaller, down to one request."""
SEEN_WITHIN_S = 0.5
"""How long an event may wait to be seen where nobody asks for it: what comes just after one load began waits for its
end, for the pause and for the next. A small load costs nearly as much as a large one, so the pause takes all that
the loads leave; and no less than the load took, so that loading what trickles in takes half of the time at most."""
RETRY_S_MAX = 10.0
FULL_LOOK_S = 0.5


class Loaded(Struct, frozen=True):
    """What one load did."""

    offset: int
    stored: int
    duplicates: int
    quarantined: int
    refused: int
    seconds: float

    def then(self, next_: Loaded) -> Loaded:
        """Both, one after the other, as one."""
        return Loaded(
            next_.offset,
            self.stored + next_.stored,
            self.duplicates + next_.duplicates,
            self.quarantined + next_.quarantined,
            self.refused + next_.refused,
            self.seconds + next_.seconds,
        )


class Loader:
    """`start` runs it on a thread of its own; `load_waiting` is one round of it. After each load `touched` is told of
    which days (UTC) something was stored, and `arrived` of which games something came."""

    def __init__(
        self,
        store: Store,
        journal: Journal,
        settings: Settings,
        *,
        touched: Callable[[Iterable[dt.date]], None] = lambda days: None,
        arrived: Callable[[Iterable[str]], None] = lambda games: None,
    ) -> None:
        self._store = store
        self._journal = journal
        self._settings = settings
        self._ahead = ReadAhead(journal, settings)
        self._ids = RecentIds()
        self._touched = touched
        self._arrived = arrived
        self._stopping = threading.Event()
        self._wanted = threading.Event()
        """Somebody waits for the next load: the pause ends."""
        self._awaited: list[tuple[int, Future[None]]] = []
        """Who waits until which offset can be queried."""
        self._moving = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self.offset = 0
        """Everything up to this journal offset is in the store."""
        self._has_begun = False
        """Whether the place was found since the start."""
        self._is_lost = True
        """Whether the store has to be opened again, and the place to be found, before anything is loaded."""
        self._limits = Limits(settings.load.events_max, BYTES_MAX)
        self._is_behind = False
        """Whether more may be waiting already: the next load follows at once."""
        self.stored = 0
        """Events stored since the start."""
        self.error: str | None = None
        """Why nothing is loaded at the moment, if so."""
        self.kept = Kept(store, journal, settings, self.offset)
        clocks_known = True
        try:
            self._begin(self._find_place(), is_start=True)
            # All ids of the last days were read. Later nobody who asks may be without memory for a moment.
            store.forget_blocks()
            clocks_known = store.query("SELECT 1 FROM session_clocks LIMIT 1").num_rows > 0
        except StoreDamaged as damaged:
            # Events are taken all the same, and wait until it was replaced.
            self.error = str(damaged)
        self._one_load = OneLoad(journal.journal_id, self._ids, settings, clocks_known=clocks_known)
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
        self._ahead.close()

    def when_loaded(self, offset: int) -> Future[None]:
        """Done as soon as everything up to a journal offset can be queried; to be cancelled by who gives up."""
        future: Future[None] = Future()
        with self._moving:
            if self.offset >= offset:
                future.set_result(None)
            else:
                self._awaited = [(until, other) for until, other in self._awaited if not other.cancelled()]
                self._awaited.append((offset, future))
                self._wanted.set()
        return future

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
            if (full := self._why_full()) is not None:
                self.error = full
                if self._stopping.wait(FULL_LOOK_S):
                    return
                continue
            try:
                if self._is_lost or self._store.is_broken:
                    self._reopen_store()
                worked = self.load_waiting() is not None
                self._limits = Limits(
                    min(self._settings.load.events_max, 2 * self._limits.events), min(BYTES_MAX, 2 * self._limits.bytes)
                )
                self.error = None
                retry_s = 0.1
            except Exception as error:
                self.error = str(error)
                # What was too much for the memory is not when it is less.
                self._limits = Limits(max(1, self._limits.events // 2), max(1, self._limits.bytes // 2))
                self._is_lost = True
                log.exception("load failed, will be tried again", extra={"retry_s": retry_s})
                if self._stopping.wait(retry_s):
                    return
                retry_s = min(RETRY_S_MAX, retry_s * 2)
                continue
            if worked:
                took = time.perf_counter() - began
                self._pause(0.0 if self._is_behind else max(took, SEEN_WITHIN_S - 2 * took))
            elif is_last_look:
                return
            else:
                self._pause(self._settings.load.interval_ms / 1000)

    def _why_full(self) -> str | None:
        """Half of what collecting leaves free is left free here too: there has to be room to start again, and to make
        room."""
        if self._store.path is None:
            return None
        try:
            disk = shutil.disk_usage(self._store.path.parent)
        except OSError:
            return None  # health tells that the folder is gone
        if disk.free >= self._settings.journal.disk_reserve_bytes(disk.total) // 2:
            return None
        return f"The disk has {disk.free // MEBIBYTE} MiB of space left; what waits is loaded when there is more."

    def _pause(self, seconds: float) -> None:
        if not self._stopping.is_set():
            self._wanted.wait(seconds)

    def _reopen_store(self) -> None:
        """Raises `StoreError` when it cannot be opened."""
        self._store.reopen()
        place = self._find_place()
        if not self._has_begun:
            self._begin(place)
        elif place != self.offset:
            # What seemed to fail was committed.
            self._remember_ids()
            self._move_on(place)
        self._is_lost = False

    def _begin(self, place: int, *, is_start: bool = False) -> None:
        """Where the store stands. What the journal should have behind it and has not is lost, and noted there."""
        self._journal.go_on_behind(place)
        others = self._behind_others() if is_start else 0
        # What an earlier start told a new journal, before the store forgot it, is no gap.
        was_told = place == 0 and others > 0 and self._journal.head == others and not self._journal.waiting_events(0)
        if not was_told and (missing := self._journal.note_missing(place)):
            log.error("acknowledged requests are neither in the store nor in the journal", extra={"requests": missing})
            if not self._journal.waiting_events(place):
                # Else each start would find them again until something comes.
                place = self._journal.head
                self._go_on_behind(place, is_new=False)
        if others > place and not self._journal.waiting_events(place):
            self._go_on_behind(others, is_new=place == 0 and self._journal.head in (0, others))
            place = others
        self._remember_ids()
        self._move_on(place)
        self._has_begun = True
        self._is_lost = False

    def _behind_others(self) -> int:
        """The largest offset of all journals that the store knows."""
        rows = self._store.query("SELECT coalesce(max(journal_offset), 0) AS largest FROM loaded").to_pylist()
        return int(rows[0]["largest"])

    def _go_on_behind(self, offset: int, *, is_new: bool) -> None:
        """A journal that took the place of another goes on behind it: what comes behind an offset of one is then behind
        it in the next one too, and can be followed. `is_new` tells whether all of its offsets will be.

        For when nothing is appended yet. What waits keeps its offsets: then it is done at another start.
        """
        with self._store.writing() as connection:
            connection.execute(
                "UPDATE loaded SET journal_offset = $1, begins_behind = CASE WHEN $2 THEN $1 ELSE begins_behind END"
                " WHERE journal_id = $3::UUID",
                [offset, is_new, str(self._journal.journal_id)],
            )
        self._journal.go_on_behind(offset)

    def _find_place(self) -> int:
        with self._store.writing() as connection:
            journal_id = str(self._journal.journal_id)
            row = connection.execute(
                "SELECT journal_offset FROM loaded WHERE journal_id = ?::UUID", [journal_id]
            ).fetchone()
            if row is None:
                connection.execute("INSERT INTO loaded VALUES (?::UUID, 0, 0)", [journal_id])
            return int(row[0]) if row else 0

    def _remember_ids(self) -> None:
        """A day at a time: all at once would be in memory several times."""
        since = dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=self._settings.load.dedup_days)
        (known,) = self._store.query(
            "SELECT min(received_at) AS first, max(received_at) AS last FROM events WHERE received_at > $since",
            {"since": since},
        ).to_pylist()
        begin = known["first"]
        while begin is not None and begin <= known["last"]:
            end = begin + dt.timedelta(days=1)
            table = self._store.query(
                "SELECT hash(game_id, event_id) AS id FROM events WHERE received_at >= $begin AND received_at < $end",
                {"begin": begin, "end": end},
            )
            self._ids.add(as_hashes(table["id"]))
            begin = end

    # ── loading ──────────────────────────────────────────────────────────────────────────────────────────

    def load_waiting(self) -> Loaded | None:
        """Load the next entries of the journal; None when there are none.

        Raises `StoreError` when the store cannot write; then nothing of it is in the store.
        """
        try:
            prepared = self._ahead.next(self.offset, self._limits)
        except DamagedRow as damaged:
            return self._skip(damaged)
        self._is_behind = prepared is not None and (prepared.is_full or prepared.is_from_before)
        if prepared is None:
            return None
        if not prepared.is_full:
            return self._load(prepared)
        self._ahead.begin(prepared.staged.last_offset, self._limits)
        loaded = self._load(prepared)
        self._store.forget_written_blocks()
        give_back()
        return loaded

    def load(self, entries: list[Recorded]) -> Loaded:
        """Load these entries, which it takes out of the list, and remember the last offset as loaded.

        Raises `StoreError` when it is not the events that cannot be loaded; the first of them may be loaded then.
        """
        return self._load(self._ahead.prepare(stage(entries)))

    def _load(self, prepared: Prepared) -> Loaded:
        began = time.perf_counter()
        staged = prepared.staged
        if isinstance(prepared.parsed, Exception):
            return self._load_in_parts(staged, prepared.parsed)
        try:
            outcome = self._commit(staged, prepared.parsed)
        except StoreBroken as error:
            self._reopen_store()
            if self.offset >= staged.last_offset:
                raise  # it broke after the commit
            return self._load_in_parts(staged, error)
        except StoreError:
            raise
        except Exception as error:
            return self._load_in_parts(staged, error)
        return self._loaded(staged, outcome, began)

    def _load_in_parts(self, staged: Staged, error: Exception) -> Loaded:
        # Meanwhile nobody waits for what comes behind.
        self.error = f"An event cannot be loaded and is looked for: {error}"
        log.warning("load failed, is done in parts", extra={"error": str(error), "requests": len(staged.offsets)})
        if len(staged.offsets) > 1:
            first, second = staged.halves()
            return self._load(self._ahead.prepare(first)).then(self._load(self._ahead.prepare(second)))
        began = time.perf_counter()
        good, poison = taken_apart(staged.lines, find_poison(staged.lines, self._error_of))
        outcome = self._commit(
            Staged(good, staged.refusals, staged.offsets, staged.parts), self._ahead.parser.parse(good), poison
        )
        return self._loaded(staged, outcome, began)

    def _commit(self, staged: Staged, parsed: pa.Table, poison: pa.Table | None = None) -> Outcome:
        """In one transaction; `poison` is set aside. Any error leaves nothing of it."""
        with tracing.span("load", {"playtrace.requests": len(staged.offsets)}) as span:
            with self._store.writing() as connection:
                outcome = self._one_load.run(connection, staged, parsed, poison)
                began = time.perf_counter()
            self.step_seconds["commit"] += time.perf_counter() - began
            if span is not None:
                span.set_attribute("playtrace.stored", outcome.stored)
                span.set_attribute("playtrace.duplicates", outcome.duplicates)
                span.set_attribute("playtrace.quarantined", outcome.quarantined)
        return outcome

    def _loaded(self, staged: Staged, outcome: Outcome, began: float) -> Loaded:
        """What follows from a load that is committed."""
        self._move_on(staged.last_offset)
        self._ids.add(outcome.ids)
        self._touched(outcome.days)
        self._arrived(outcome.games)
        self.stored += outcome.stored
        seconds = time.perf_counter() - began
        log.debug("loaded", extra={"events": outcome.stored, "seconds": round(seconds, 3)})
        return Loaded(
            self.offset,
            outcome.stored,
            outcome.duplicates,
            outcome.quarantined,
            sum(refusal.events for _, _, refusal in staged.refusals),
            seconds,
        )

    def _error_of(self, lines: pa.Table) -> str | None:
        """The error of loading these lines, or None. Leaves nothing behind."""
        try:
            parsed = self._ahead.parser.parse(lines)
            with self._store.writing() as connection:
                self._one_load.load_events(connection, lines, parsed)
                raise _Undo
        except _Undo:
            return None
        except StoreBroken as error:
            self._reopen_store()
            return str(error)
        except StoreError:
            raise
        except Exception as error:
            return str(error)

    def _skip(self, damaged: DamagedRow) -> Loaded:
        """Go on behind what the journal cannot read."""
        events = self._journal.set_aside(damaged)
        log.error("a part of the journal is damaged and was set aside", extra={"events": events, "error": str(damaged)})
        # Its offset may be what is damaged.
        place = min(damaged.last_offset, self._journal.head)
        with self._store.writing() as connection:
            self._one_load.move_on(connection, place)
        self._move_on(place)
        return Loaded(self.offset, 0, 0, 0, 0, 0.0)

    def _move_on(self, offset: int) -> None:
        with self._moving:
            self.offset = offset
            arrived = [future for until, future in self._awaited if until <= offset]
            self._awaited = [(until, future) for until, future in self._awaited if until > offset]
        self.kept.loaded(offset)
        for future in arrived:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def load_batches(self, batches: Iterable[Batch]) -> Loaded:
        """Load batches that did not come through the journal; see `load_entries`."""
        return self.load_entries(map(encode, batches))

    def load_entries(self, entries: Iterable[Entry]) -> Loaded:
        """Load entries that did not come through the journal, as if they stood behind the current offset.

        For tests and benchmarks; a journal that is in use hands out the same offsets.
        """
        numbered = enumerate(entries, start=self.offset + 1)
        return self.load([entry.recorded(offset) for offset, entry in numbered])


class _Undo(Exception):
    """Ends a transaction that was only an attempt."""
