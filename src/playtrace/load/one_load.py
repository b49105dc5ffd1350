"""One load: what the next entries of the journal become in the store, in one transaction."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import defaultdict
from functools import partial
from typing import LiteralString

import duckdb
import numpy as np
import pyarrow as pa
from msgspec import Struct

from playtrace.config import Settings
from playtrace.load import steps
from playtrace.load.clock_correction import clock_readings, correct, sent_of, session_clocks
from playtrace.load.recent_ids import Hashes, RecentIds
from playtrace.load.staging import MICROSECONDS, Staged, has_imported
from playtrace.rollups.player_merges import DECISIONS_OF_LOAD
from playtrace.store.player_merges import take_up

SAMPLES_PER_LOAD_MAX = 50
"""Refused events of a game that one load keeps to be shown: as many as are shown at once."""
SESSION_DAYS_MAX = 7
"""A session whose clock was decided longer ago is decided anew: no session lasts that long."""
READING_DAYS_MAX = 30
"""How long it is remembered what a device's clock seemed to be."""

Steps = tuple[tuple[str, LiteralString], ...]

DERIVE: Steps = (
    ("store events", steps.STORE_EVENTS),
    ("count events", steps.COUNT_EVENTS),
    ("mark player days", steps.MARK_PLAYER_DAYS),
    ("extend sessions", steps.EXTEND_SESSIONS),
    ("keep books", steps.KEEP_BOOKS),
)
"""What is derived from the events of a load that are fresh: neither seen before nor too old."""
DERIVE_FROM_LOCATED: Steps = (
    ("locate events", steps.LOCATE_EVENTS),
    ("measure maps", steps.MEASURE_MAPS),
    ("forget heat", steps.FORGET_HEAT),
)
"""The same from events with a place on a map, where there are some."""
DERIVE_FROM_POSITIONS: Steps = (
    ("follow positions", steps.FOLLOW_POSITIONS),
    ("find disorder", steps.FIND_DISORDER),
    ("measure spans", steps.MEASURE_SPANS),
    ("remember tails", steps.REMEMBER_TAILS),
    ("forget heat of tails", steps.FORGET_HEAT_OF_TAILS),
)
"""The same from positions, where there are some."""
DERIVE_FROM_DISORDER: Steps = (
    ("forget disordered spans", steps.FORGET_DISORDERED_SPANS),
    ("measure disordered spans", steps.MEASURE_DISORDERED_SPANS),
    ("forget disordered heat", steps.FORGET_DISORDERED_HEAT),
)


class Survey(Struct, frozen=True):
    """What is among the events of a load: what is not there needs no step."""

    late: int
    located: int
    positions: int
    usage: int
    noted: int
    paid: int
    performance: int
    merges: int
    days: list[dt.date] | None
    games: list[str] | None


class Outcome(Struct):
    """What one load did, once its transaction is committed."""

    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    ids: Hashes = np.empty(0, np.uint64)
    """Hashes of the event ids that clients gave."""
    days: list[dt.date] = []
    """Days (UTC) of which something was stored, or whose heatmaps are to be made again."""
    games: set[str] = set()
    """Of which something came, stored or not."""


class OneLoad:
    """Runs the steps on a connection that is in a transaction; its owner commits or rolls back."""

    def __init__(self, journal_id: uuid.UUID, ids: RecentIds, settings: Settings, *, clocks_known: bool) -> None:
        self._journal_id = str(journal_id)
        self._ids = ids
        self._settings = settings
        self._clocks_known = clocks_known
        self._is_copied = False
        """Whether what is parsed of this load was copied, to be changed."""
        self._statements: dict[LiteralString, duckdb.Statement] = {}
        """What was parsed of the steps: parsing them anew would be a quarter of a small load."""
        self.step_seconds: defaultdict[str, float] = defaultdict(float)
        """Time spent since the start, by step."""

    def run(
        self, connection: duckdb.DuckDBPyConnection, staged: Staged, parsed: pa.Table, poison: pa.Table | None
    ) -> Outcome:
        """Everything of one load: the events as text and parsed, and lines that cannot be loaded, with the error.

        Raises `duckdb.Error` when an event cannot be loaded.
        """
        outcome = self.load_events(connection, staged.lines, parsed)
        if poison is not None:
            self._set_poison_aside(connection, poison)
            outcome.quarantined += len(poison)
        if staged.refusals:
            outcome.games |= {refusal.game_id for _, _, refusal in staged.refusals if refusal.game_id}
            connection.register("refusals", _refusals(staged))
            self._step(connection, "keep books of refusals", steps.KEEP_BOOKS_OF_REFUSALS)
            self._step(
                connection, "set refused aside", steps.SET_REFUSED_ASIDE, samples_per_load_max=SAMPLES_PER_LOAD_MAX
            )
        if staged.parts:
            self._note_import_parts(connection, staged)
        self.move_on(connection, staged.last_offset)
        # Else they would be kept until the next load, while the one after that is read.
        for name in ("lines", "parsed"):
            connection.unregister(name)
        return outcome

    def move_on(self, connection: duckdb.DuckDBPyConnection, journal_offset: int) -> None:
        """Write down that everything up to this offset is done."""
        self._step(connection, "move on", steps.MOVE_ON, journal_offset=journal_offset)

    def load_events(self, connection: duckdb.DuckDBPyConnection, lines: pa.Table, parsed: pa.Table) -> Outcome:
        """The events of these lines and all that is derived from them."""
        outcome = Outcome()
        if len(lines) == 0:
            return outcome
        connection.register("lines", lines)
        connection.register("parsed", parsed)
        self._is_copied = False
        self._step(connection, "look at parsed", steps.LOOK_AT_PARSED)
        self._correct_clocks(connection, lines)
        outcome.quarantined = self._quarantine_gone(connection)
        survey = self._survey(connection)
        if survey.late:
            self._quarantine_late(connection)
        outcome.quarantined += survey.late
        with_imported = has_imported(lines)
        outcome.ids, suspects = self._look_up_ids(connection, with_imported=with_imported)
        if len(suspects):
            outcome.duplicates = self._remove_duplicates(connection, suspects, with_imported=with_imported)
        outcome.stored = len(lines) - outcome.quarantined - outcome.duplicates
        outcome.days = survey.days or []
        outcome.games = set(survey.games or [])
        if survey.merges:
            outcome.days += self._merge_players(connection) - {*outcome.days}
        self._derive(connection, survey)
        return outcome

    def _derive(self, connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
        """All that follows from the events that are fresh."""
        for name, sql in DERIVE:
            self._step(connection, name, sql)
        self._meet_players(connection)
        if survey.usage:
            self._step(connection, "note usage", steps.NOTE_USAGE)
        if survey.noted:
            self._step(connection, "note events", steps.NOTE_EVENTS)
        if survey.paid:
            self._step(connection, "keep payments", steps.KEEP_PAYMENTS)
        if survey.performance:
            self._step(connection, "sample performance", steps.SAMPLE_PERFORMANCE)
        if survey.located:
            for name, sql in DERIVE_FROM_LOCATED:
                self._step(connection, name, sql)
        if survey.positions:
            for name, sql in DERIVE_FROM_POSITIONS:
                self._step(connection, name, sql)
            self._step(connection, "bound disorder", steps.BOUND_DISORDER)
            disordered, since, until = connection.fetchall()[0]
            if disordered:
                self._step(connection, "bound stretches", steps.BOUND_STRETCHES, since=since, until=until)
                self._step(connection, "find stretch", steps.FIND_STRETCH, since=since, until=until)
                self._step(connection, "bound stretch", steps.BOUND_STRETCH)
                first, last = connection.fetchall()[0]
                for name, sql in DERIVE_FROM_DISORDER:
                    self._step(connection, name, sql, first_time=first, last_time=last)
            self._step(connection, "forget followed", steps.FORGET_FOLLOWED)

    def _merge_players(self, connection: duckdb.DuckDBPyConnection) -> set[dt.date]:
        began = time.perf_counter()
        days = take_up(connection, DECISIONS_OF_LOAD)
        self.step_seconds["merge players"] += time.perf_counter() - began
        return days

    def _meet_players(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._step(connection, "find new players", steps.FIND_NEW_PLAYERS)
        if _count(connection, steps.COUNT_KNOWN_PLAYERS):
            self._step(connection, "forget later players", steps.FORGET_LATER_PLAYERS)
        self._step(connection, "meet players", steps.MEET_PLAYERS)

    def _correct_clocks(self, connection: duckdb.DuckDBPyConnection, lines: pa.Table) -> None:
        if not (self._clocks_known or lines["reading_s"].to_numpy().any()):
            return
        connection.register("sent", sent_of(lines))
        corrected = correct(connection, partial(self._step, connection))
        decisions = corrected.decisions
        if decisions.sessions:
            connection.register("decided_clocks", session_clocks(decisions))
            self._step(connection, "forget session clocks", steps.FORGET_SESSION_CLOCKS)
            self._step(connection, "remember session clocks", steps.REMEMBER_SESSION_CLOCKS)
            self._clocks_known = True
        if decisions.readings:
            connection.register("new_readings", clock_readings(decisions))
            self._step(connection, "forget clock readings", steps.FORGET_CLOCK_READINGS)
            self._step(connection, "remember clock readings", steps.REMEMBER_CLOCK_READINGS)
        if len(corrected.corrections):
            connection.register("corrections", corrected.corrections)
            self._copy_parsed(connection)
            self._step(connection, "set clocks", steps.SET_CLOCKS)

    def _copy_parsed(self, connection: duckdb.DuckDBPyConnection) -> None:
        """From here on `staged` can be changed, by the name of `kept`."""
        if not self._is_copied:
            self._step(connection, "copy parsed", steps.COPY_PARSED)
            self._step(connection, "look at kept", steps.LOOK_AT_KEPT)
            self._is_copied = True

    def _survey(self, connection: duckdb.DuckDBPyConnection) -> Survey:
        self._step(connection, "survey", steps.SURVEY)
        return Survey(*connection.fetchall()[0])

    def _quarantine_gone(self, connection: duckdb.DuckDBPyConnection) -> int:
        """How many happened on days whose events are gone."""
        if not connection.execute("SELECT 1 FROM removed_before LIMIT 1").fetchall():
            return 0
        self._step(connection, "find gone", steps.FIND_GONE)
        if gone := _count(connection, "SELECT count(*) FROM late"):
            self._step(connection, "set gone aside", steps.SET_GONE_ASIDE)
            self._step(connection, "keep books of gone", steps.KEEP_BOOKS_OF_GONE)
            self._copy_parsed(connection)
            self._step(connection, "remove gone", steps.REMOVE_LATE)
        return gone

    def _quarantine_late(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._step(connection, "find late", steps.FIND_LATE)
        self._step(connection, "set late aside", steps.SET_LATE_ASIDE)
        self._step(connection, "keep books of late", steps.KEEP_BOOKS_OF_LATE)
        self._copy_parsed(connection)
        self._step(connection, "remove late", steps.REMOVE_LATE)

    def _look_up_ids(self, connection: duckdb.DuckDBPyConnection, *, with_imported: bool) -> tuple[Hashes, pa.Table]:
        """The hashes of all ids that clients gave, and where those events stand whose hash is there twice."""
        began = time.perf_counter()
        table = connection.sql(
            "SELECT id_hash AS id, journal_offset, position FROM staged WHERE has_id"
        ).to_arrow_table()
        hashes = as_hashes(table["id"])
        suspect = self._ids.repeated(hashes)
        suspects = table.filter(pa.array(suspect)) if suspect.any() else table.slice(0, 0)
        self.step_seconds["look up ids"] += time.perf_counter() - began
        if with_imported:
            self._step(connection, "find stored before", steps.FIND_STORED_BEFORE)
            before = connection.sql(steps.LIST_STORED_BEFORE).to_arrow_table()
            suspects = pa.concat_tables([suspects, before])
        return hashes, suspects

    def _remove_duplicates(
        self, connection: duckdb.DuckDBPyConnection, suspects: pa.Table, *, with_imported: bool
    ) -> int:
        connection.register("suspects", suspects)
        since = dt.datetime.min if with_imported else self._ids_since()
        self._step(connection, "confirm duplicates", steps.CONFIRM_DUPLICATES, known_since=since)
        self._step(connection, "keep books of duplicates", steps.KEEP_BOOKS_OF_DUPLICATES)
        duplicates = _count(connection, "SELECT count(*) FROM duplicates")
        if duplicates:
            self._copy_parsed(connection)
            self._step(connection, "remove duplicates", steps.REMOVE_DUPLICATES)
        return duplicates

    def _set_poison_aside(self, connection: duckdb.DuckDBPyConnection, poison: pa.Table) -> None:
        connection.register("poison", poison)
        self._step(connection, "set poison aside", steps.SET_POISON_ASIDE)
        self._step(connection, "keep books of poison", steps.KEEP_BOOKS_OF_POISON)

    def _note_import_parts(self, connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
        loaded: dict[int, int] = {}
        stored: dict[int, int] = {}
        if len(staged.lines):
            loaded = dict(connection.execute(steps.COUNT_LOADED).fetchall())
            stored = dict(connection.execute(steps.COUNT_STORED).fetchall())
        rows = [
            {
                "game_id": one.game_id,
                "import_id": one.part.import_id,
                "name": one.part.name,
                "rows_done": one.part.rows_done,
                "is_last": one.part.is_last,
                "received_at": one.received_at.replace(tzinfo=None),
                "stored": stored.get(one.journal_offset, 0),
                "duplicates": loaded.get(one.journal_offset, 0) - stored.get(one.journal_offset, 0),
                "quarantined": one.events - loaded.get(one.journal_offset, 0),
                "refused": one.refused,
            }
            for one in staged.parts
        ]
        connection.register("imported_parts", pa.Table.from_pylist(rows))
        self._step(connection, "note import parts", steps.NOTE_IMPORT_PARTS)

    def _ids_since(self) -> dt.datetime:
        """Up to here ids are remembered."""
        return dt.datetime.now(dt.UTC).replace(tzinfo=None) - dt.timedelta(days=self._settings.load.dedup_days)

    def _step(self, connection: duckdb.DuckDBPyConnection, name: str, sql: LiteralString, **parameters: object) -> None:
        began = time.perf_counter()
        now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        known: dict[str, object] = {
            "journal_id": self._journal_id,
            "late_days_max": self._settings.load.late_days_max,
            "session_timeout": dt.timedelta(minutes=self._settings.rules.session_timeout_minutes),
            "sessions_since": now - dt.timedelta(days=SESSION_DAYS_MAX),
            "readings_since": now - dt.timedelta(days=READING_DAYS_MAX),
            "ids_since": self._ids_since(),
            **parameters,
        }
        statement = self._statements.get(sql)
        if statement is None:
            statement = self._statements[sql] = connection.extract_statements(sql)[0]
        connection.execute(statement, {key: known[key] for key in statement.named_parameters})
        self.step_seconds[name] += time.perf_counter() - began


def as_hashes(column: pa.ChunkedArray) -> Hashes:
    # Not joined by Arrow, which would keep the memory of it: at a start these are all ids of the last days.
    pieces = [piece.to_numpy().astype(np.uint64, copy=False) for piece in column.chunks]
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint64)


def _count(connection: duckdb.DuckDBPyConnection, sql: LiteralString) -> int:
    return int(connection.execute(sql).fetchall()[0][0])


def _refusals(staged: Staged) -> pa.Table:
    return pa.table(
        {
            "game_id": [refusal.game_id or "" for _, _, refusal in staged.refusals],
            "received_at": pa.array([at.replace(tzinfo=None) for _, at, _ in staged.refusals], MICROSECONDS),
            "reason": [refusal.reason.value for _, _, refusal in staged.refusals],
            "error": [refusal.error for _, _, refusal in staged.refusals],
            "body": [refusal.sample for _, _, refusal in staged.refusals],
            # The reason of each is told in its answer; what shows nothing of the event would only push out what does.
            "is_shown": [refusal.events == 1 and refusal.error != "" for _, _, refusal in staged.refusals],
            "events": pa.array([refusal.events for _, _, refusal in staged.refusals], pa.int64()),
            "journal_offset": pa.array([offset for offset, _, _ in staged.refusals], pa.int64()),
            "position": pa.array([refusal.index for _, _, refusal in staged.refusals], pa.int32()),
        }
    )
