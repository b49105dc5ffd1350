"""Where events live and SQL runs: an embedded DuckDB.

One writer at a time and any number of readers. A reader sees whole transactions and nothing else, and
never waits for the writer. Values are bound, never pasted: the SQL of the product is `LiteralString`.

The database file belongs to one process at a time; others ask that process over HTTP.
"""

from __future__ import annotations

import datetime as dt
import errno
import logging
import os
import re
import shutil
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import resources
from pathlib import Path
from typing import Any, LiteralString

import duckdb
import pyarrow as pa

from playtrace.config import MEBIBYTE, Settings
from playtrace.freed_memory import give_back
from playtrace.store.asker import Asker, Interruptible
from playtrace.store.background import run_in_background
from playtrace.store.builds import prepare_rollups
from playtrace.store.ending import Ending
from playtrace.store.errors import (
    AnswerTooLarge,
    QueryRefused,
    QueryTimeout,
    QueryTooLarge,
    StoreBroken,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreInUse,
    StoreNewer,
)

log = logging.getLogger("playtrace.store")

Parameters = Mapping[str, object]

BROKEN = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.ConnectionException)
"""Not about the statement: files that cannot be read or written, and what DuckDB says from then on."""


class Reader:
    """Questions that all see the same moment of the store."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, found_damage: Callable[[Exception], None] = lambda error: None
    ) -> None:
        self._connection = connection
        self._found_damage = found_damage

    def query(self, sql: LiteralString, parameters: Parameters | None = None) -> pa.Table:
        """Run one statement with `$name` parameters.

        Raises `QueryRefused` for SQL that does not bind or run, `QueryTimeout` when time is up, `QueryTooLarge` when
        memory is.
        """
        return self._answer(sql, parameters, duckdb.DuckDBPyRelation.to_arrow_table)

    def rows(self, sql: LiteralString, parameters: Parameters | None = None) -> list[dict[str, Any]]:
        """As `query`, for few rows: each as a dictionary."""
        with self._errors():
            # Not as a relation, of which the statement would be planned twice.
            answer = self._connection.execute(_parsed(sql), dict(parameters or {}))
            names = [column[0] for column in answer.description]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def as_run(self, statement: str) -> str:
        """A statement with its values, as it is run: as it was written."""
        return statement

    def query_text(self, sql: str, rows_max: int | None = None) -> pa.Table:
        """As `query`, for one statement that a person typed: its first rows. Text of a VARIANT is marked with
        `JSON_TEXT`.

        Raises `QueryRefused` for anything but one statement that reads, `AnswerTooLarge` for too many columns.
        """
        require_reading(sql)
        try:
            return self._answer(sql, None, partial(_with_text_for_variants, rows_max=rows_max))
        except QueryRefused as error:
            raise self._with_place(sql, error) from error

    def _with_place(self, sql: str, refused: QueryRefused) -> QueryRefused:
        """The same with the line that is meant, and marks below it: DuckDB leaves them out of a relation's errors."""
        if "\nLINE " not in str(refused):
            try:
                self._connection.execute("EXPLAIN\n" + sql)
            except duckdb.TransactionException:
                pass  # it failed while it ran: that has no place, and ended the transaction
            except duckdb.Error as error:
                return QueryRefused(_one_line_earlier(str(error)))
        return refused

    def _answer(
        self, sql: str, parameters: Parameters | None, as_table: Callable[[duckdb.DuckDBPyRelation], pa.Table]
    ) -> pa.Table:
        with self._errors():
            return as_table(self._connection.sql(sql, params=dict(parameters or {})))

    @contextmanager
    def _errors(self) -> Generator[None]:
        """What DuckDB raises, as ours."""
        try:
            yield
        except duckdb.InterruptException as error:
            raise QueryTimeout(
                "The query was ended, as it took too long or the server stops. Ask for a shorter time or less detail."
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise QueryTooLarge(
                "The query needs more memory than the server gives it (store_memory_bytes, and store_spill_bytes_max on"
                f" the disk). Ask for less. {error}"
            ) from error
        except duckdb.Error as error:
            if _is_damage(error):
                self._found_damage(error)
                raise StoreDamaged(f"What was asked for cannot be read: {error}") from error
            if isinstance(error, BROKEN):
                raise StoreError(f"The store cannot be read at the moment: {error}") from error
            raise QueryRefused(str(error)) from error


@lru_cache(maxsize=256)
def _parsed(sql: LiteralString) -> duckdb.Statement:
    """A statement of ours: the same few hundred are asked again and again, and a long one is read for milliseconds."""
    return duckdb.extract_statements(sql)[0]


QUOTED = re.compile(r"^LINE (?P<line>\d+): (?P<text>.*)\n(?P<blanks> *)(?P<marks>\^+)", re.MULTILINE)
"""The line of a statement that an error is about, and where in it."""


def _one_line_earlier(said: str) -> str:
    """Of a statement that had a line before it."""

    def moved(quoted: re.Match[str]) -> str:
        line = str(int(quoted["line"]) - 1)
        blanks = quoted["blanks"][len(quoted["line"]) - len(line) :]
        return f"LINE {line}: {quoted['text']}\n{blanks}{quoted['marks']}"

    return QUOTED.sub(moved, said)


JSON_TEXT = {b"holds": b"json"}
"""Metadata of a column whose text is JSON."""


COLUMNS_MAX = 1000
"""Of an answer to a person."""


def _with_text_for_variants(relation: duckdb.DuckDBPyRelation, rows_max: int | None) -> pa.Table:
    """The first rows as a table. A VARIANT has no form of its own in Arrow: it becomes JSON text, marked as such.

    Raises `AnswerTooLarge`.
    """
    if len(relation.columns) > COLUMNS_MAX:
        raise AnswerTooLarge(
            f"The answer has {len(relation.columns)} columns, {COLUMNS_MAX} are possible. Name those you need."
        )
    variants = [number for number, type_ in enumerate(relation.types) if str(type_) == "VARIANT"]
    shown = relation
    if variants:
        columns = range(len(relation.columns))
        shown = shown.project(", ".join(f"#{n + 1}::JSON::VARCHAR" if n in variants else f"#{n + 1}" for n in columns))
    if rows_max is not None:
        shown = shown.limit(rows_max)
    # A projection or a limit numbers columns of the same name.
    table = shown.to_arrow_table().rename_columns(relation.columns)
    for number in variants:
        table = table.set_column(number, table.field(number).with_metadata(JSON_TEXT), table.column(number))
    return table


DAMAGE = (
    "Corrupt database file",
    "Corrupt WAL",
    "not a valid DuckDB database file",
    "while replaying WAL",
    "Could not read enough bytes",
)
"""What DuckDB says of files that are not as they were written."""
READING_APART = 2
"""Places for those who read apart."""
CHECKPOINT_BYTES = 32_000_000
"""How far the log grows before it is merged into the file."""
LOG_BYTES_MAX = 2 * CHECKPOINT_BYTES
"""How far it grows while other processes read the file, before the next of them has to wait."""
PIECES_MAX = 16
"""Put together at once, where nothing else is said."""
ROOM_BYTES = 64 * MEBIBYTE
"""Left free on the disk beside a store that is written anew."""
PUT_CHECKPOINTS_OFF: LiteralString = "SET GLOBAL checkpoint_threshold = '1000TB'"
CHECKPOINT_AGAIN: LiteralString = "SET GLOBAL checkpoint_threshold = '32MB'"


@dataclass(frozen=True)
class Snapshot:
    """What the store holds at one moment: what its file says, and the log up to a length."""

    path: Path
    log_bytes: int


@dataclass(frozen=True)
class Blocks:
    """Of the store's file. What is free is filled again before the file grows; seldom does it shrink."""

    bytes: int
    free_bytes: int


class Store:
    """The events and their rollups. `open` it once; `query` and `reading` may be called from any thread."""

    def __init__(
        self, path: Path | None, settings: Settings, *, in_background: bool = False, damage: str | None = None
    ) -> None:
        self.path = path
        self._settings = settings
        self._in_background = in_background
        self._slots = threading.BoundedSemaphore(settings.store.query_concurrency)
        self._slots_apart = threading.BoundedSemaphore(READING_APART)
        self._reading: set[Interruptible] = set()
        """Those who read at the moment."""
        self._is_ending = False
        self._writing = threading.Lock()
        self._reading_file: set[Interruptible] = set()
        """Other processes that have a snapshot."""
        self._left_file = threading.Condition()
        self.is_log_empty = path is None
        """Whether its file has everything that was committed; what is in memory alone has none."""
        self.version = 0
        """Another one after each change of what it says."""
        self.is_broken = False
        """Whether it has to be opened again before anything is read or written; the loader does that."""
        self.damage = damage
        """What the disk has changed, as far as it was met with: some or all questions have no answer. None: nothing."""
        self._is_unopened = damage is not None
        self._connection = _closed() if self._is_unopened else self._connect()

    @classmethod
    def open(cls, path: Path | None, settings: Settings) -> Store:
        """Open or create the database and bring its schema up to date. `None` keeps it in memory.

        Raises `StoreNewer`, or `StoreError` when another process has it open.
        """
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        return cls(path, settings)._migrated()

    @classmethod
    def open_in_background(cls, path: Path, settings: Settings) -> Store:
        """As `open`, for a store whose work gives way: its own threads and those that ask it get a low priority.

        A file that is damaged is not opened: the store then has `damage`, and answers nothing until `reopen` succeeds.
        """

        def open_() -> Store:
            run_in_background()  # the threads of the database inherit it
            try:
                return cls(path, settings, in_background=True)._migrated()
            except StoreDamaged as damaged:
                log.error("the store is damaged and is not opened", extra={"error": str(damaged)})
                return cls(path, settings, in_background=True, damage=str(damaged))

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(open_).result()

    def _migrated(self) -> Store:
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise
        return self

    def _migrate(self) -> None:
        with self.writing() as connection:
            migrate(connection)
            prepare_rollups(connection)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            connection = self._open_files()
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
                raise StoreInUse(
                    f"Another process has {self.path} open. Stop it, or ask it: `playtrace query` and"
                    " `playtrace sql` find a running server by themselves."
                ) from error
            if _is_damage(error):
                raise StoreDamaged(f"The store at {self.path} is damaged: {error}") from error
            raise StoreError(f"The store at {self.path} cannot be opened: {error}") from error
        # Days and hours never depend on where the server stands.
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        # From here on SQL reaches no file but the database itself, and the one that takes its place (`rewrite`): a
        # query may be typed by a person.
        if self.path is not None:
            # Whoever was killed while they wrote one left it behind. Now the file is ours alone.
            _remove(self.path)
            connection.execute(f"SET allowed_paths = [{', '.join(map(_quoted, files_of_new(self.path)))}]")
        connection.execute("SET enable_external_access = false")
        # Some functions of a SELECT change settings too. Only what is set below stays open.
        connection.execute("SET allowed_configs = ['max_vacuum_tasks', 'checkpoint_threshold', 'memory_limit']")
        connection.execute("SET lock_configuration = true")
        return connection

    def _open_files(self) -> duckdb.DuckDBPyConnection:
        """A log that cannot be read is set aside: what it had is still in the journal (docs/decisions/0018)."""
        name, config = str(self.path or ":memory:"), configuration(self._settings, self.path)
        try:
            return duckdb.connect(name, config=config)
        except duckdb.Error as error:
            if self.path is None or not is_about_log(error):
                raise
            path = log_path(self.path)
            aside = path.with_name(f"{path.name}.damaged-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}")
            path.rename(aside)
            log.error(
                "the store's log is damaged and was set aside; what it had is loaded again from the journal",
                extra={"error": str(error), "file": str(aside)},
            )
        return duckdb.connect(name, config=config)

    def close(self) -> None:
        """Write what is in memory to the file and close it. Questions that are being answered are ended."""
        with self._writing:
            self.end_questions()
            self._take_file_back()
            with self._nobody_reading():
                self._connection.close()

    def end_questions(self) -> None:
        """Those that are being answered end with `QueryTimeout`, and no other begins. Does not wait for that."""
        self._is_ending = True
        for one in [*self._reading, *self._reading_file]:
            one.interrupt()

    def reopen(self) -> None:
        """After an error that made DuckDB refuse all work (a full disk can): start again from the file.

        Waits for the queries that run, as the old database lives as long as one of them; others wait for it.
        Raises `StoreError` when it cannot be opened. Then readers get that too, until it can.
        """
        with self._writing, self._nobody_has_it():
            pass
        if self._is_unopened:
            self._is_unopened = False
            try:
                self._migrate()
            except StoreError:
                self._is_unopened = True
                raise
            self.damage = None

    @contextmanager
    def _nobody_reading(self) -> Generator[None]:
        """Waits until nobody reads; who wants to waits until the end."""
        with ExitStack() as slots:
            for _ in range(self._settings.store.query_concurrency):
                slots.enter_context(self._slots)
            for _ in range(READING_APART):
                slots.enter_context(self._slots_apart)
            yield

    @contextmanager
    def _nobody_has_it(self) -> Generator[None]:
        """Its file, which is closed until the end of the block. For who writes: others wait.

        Raises `StoreError` when it cannot be opened again; readers get that too, until it can.
        """
        self._take_file_back()
        with self._nobody_reading():
            self._connection.close()
            self.is_broken = True  # until it is open again
            try:
                yield
            finally:
                self._connection = self._connect()
                self.version += 1
                self.is_broken = False

    @contextmanager
    def reading(self, *, apart: bool = False) -> Generator[Reader]:
        """Several questions to one moment of the store, `query_seconds_max` in all. With a place `apart` for what is
        small and must not wait behind questions.

        Raises `StoreError` when the store cannot be read at all, `AskerLeft`, and what `Reader.query` raises.
        """
        self._give_way()
        asker = Asker.current.get()
        slots = self._slots_apart if apart else self._slots
        with slots, self._begin_reading() as cursor:
            ending = Ending(cursor)
            timer = threading.Timer(self._settings.store.query_seconds_max, ending.interrupt)
            timer.daemon = True
            timer.start()
            self._reading.add(ending)
            try:
                with asker.answered_by(ending) if asker else nullcontext():
                    yield Reader(cursor, self._note_damage)
            finally:
                self._reading.discard(ending)
                timer.cancel()
                ending.over()
                # A database that broke meanwhile has no transaction left to end.
                with suppress(duckdb.Error):
                    cursor.rollback()

    def _give_way(self) -> None:
        """Else questions would leave little to the loader, which they wait for."""
        # The main thread starts others, which would inherit it.
        if self._in_background and threading.current_thread() is not threading.main_thread():
            run_in_background()

    def _note_damage(self, error: Exception) -> None:
        if self.damage is None:
            log.error("the store is damaged", extra={"error": str(error)})
            self.damage = f"A part of the store at {self.path} cannot be read: {error}"

    def _begin_reading(self) -> duckdb.DuckDBPyConnection:
        if self._is_ending:
            raise StoreError("The server stops.")
        if self._is_unopened:
            raise StoreDamaged(f"{self.damage}")
        try:
            cursor = self._connection.cursor()
            cursor.execute("BEGIN TRANSACTION READ ONLY")
        except duckdb.Error as error:
            raise StoreError(f"The store cannot be read at the moment: {error}") from error
        return cursor

    # ── what another process may read ────────────────────────────────────────────────────────────────────

    @contextmanager
    def snapshot(self, reader: Interruptible, *, is_merged: bool = False) -> Generator[Snapshot]:
        """This moment of the store, for another process to read until the end of the block. With `is_merged` nearly all
        of it is in the file, where nobody else reads that: then the log is merged into it first.

        The file is then not written where the snapshot has something, and the log grows (docs/decisions/0016). When
        the store has to be closed meanwhile, the reader is interrupted; the block must end soon after.

        Waits while something is written. Raises `StoreError` when the store cannot be read at all.
        """
        assert self.path is not None  # noqa: S101 - what is in memory alone has no file
        while (snapshot := self._begin_reading_file(self.path, reader, is_merged=is_merged)) is None:
            with self._left_file:
                self._left_file.wait_for(lambda: not self._reading_file)
        try:
            yield snapshot
        finally:
            self._leave_file(reader)

    @contextmanager
    def closed(self) -> Generator[Snapshot]:
        """The whole of it in its file, which nobody has open until the end of the block: for another process, where the
        system gives a file to one alone. Who asks or writes waits.

        Raises `StoreError` when it cannot be closed, or opened again; readers get that too, until it can.
        """
        assert self.path is not None  # noqa: S101 - what is in memory alone has no file
        with self._writing:
            if self._is_ending:
                raise StoreError("The server stops.")
            if self._is_unopened:
                raise StoreDamaged(f"{self.damage}")
            with self._nobody_has_it():
                yield Snapshot(self.path, _size(log_path(self.path)))

    def _begin_reading_file(self, path: Path, reader: Interruptible, *, is_merged: bool) -> Snapshot | None:
        """None when those who read it have put off too much: they end first, or it would be put off for ever."""
        # While nothing is written, the log ends with a whole transaction.
        with self._writing, self._left_file:
            if self._is_ending:
                raise StoreError("The server stops.")
            is_much = _size(log_path(path)) > LOG_BYTES_MAX
            if is_much and self._reading_file:
                return None
            try:
                if is_much or (is_merged and not self._reading_file):
                    # A transaction that is ending still keeps it from that: then the reader has more of the log.
                    with suppress(duckdb.TransactionException):
                        self._connection.execute("CHECKPOINT")
                        self._look_at_log()
                self._connection.execute(PUT_CHECKPOINTS_OFF)
            except duckdb.Error as error:
                raise StoreError(f"The store cannot be read at the moment: {error}") from error
            self._reading_file.add(reader)
            return Snapshot(path, _size(log_path(path)))

    def _leave_file(self, reader: Interruptible) -> None:
        with self._left_file:
            self._reading_file.discard(reader)
            if not self._reading_file:
                # Not on the writer's connection, which may be busy. A database that broke has nothing to set.
                with suppress(duckdb.Error):
                    self._connection.cursor().execute(CHECKPOINT_AGAIN)
            self._left_file.notify_all()

    def _take_file_back(self) -> None:
        """Waits until no other process reads the file, which is told to end."""
        with self._left_file:
            for reader in self._reading_file:
                reader.interrupt()
            self._left_file.wait_for(lambda: not self._reading_file)

    def query(self, sql: LiteralString, parameters: Parameters | None = None) -> pa.Table:
        """Run one read-only statement with `$name` parameters. Errors: see `Reader.query`."""
        with self.reading() as reader:
            return reader.query(sql, parameters)

    def query_text(self, sql: str, rows_max: int | None = None) -> pa.Table:
        """Run one statement that a person typed, for its first rows. Errors: see `Reader.query_text`.

        It runs in this process, which it may bring down: see `playtrace.sql` for one of its own.
        """
        with self.reading() as reader:
            return reader.query_text(sql, rows_max)

    def tidy(self, *, pieces_max: int = PIECES_MAX) -> bool:
        """Put together what many small loads left in small pieces, or what is left of pieces of which much was
        deleted. Writing waits for it, reading does not: for `pieces_max` times half a second or two. Only tables that
        were written to lately are looked at. False while other processes read the file, or while a transaction is
        ending: then it is not done.

        Raises `StoreError` when it cannot be done now; nothing is lost then.
        """
        return self._checkpoint(pieces_max)

    def checkpoint(self) -> bool:
        """Merge the log into the file. Writing waits for it, reading does not. False while other processes read the
        file, or while a transaction is ending: then it is not done.

        Raises `StoreError` when it cannot be done now; nothing is lost then.
        """
        return self._checkpoint(0)

    def blocks(self) -> Blocks | None:
        """How large its file is, and how much of that is free; None of what is in memory alone."""
        if self.path is None:
            return None
        (row,) = self.query("SELECT block_size, total_blocks, free_blocks FROM pragma_database_size()").to_pylist()
        return Blocks(row["total_blocks"] * row["block_size"], row["free_blocks"] * row["block_size"])

    def _checkpoint(self, pieces_max: int) -> bool:
        self._give_way()
        with self._writing:
            if self._reading_file or self._is_unopened:
                return False
            try:
                if pieces_max:
                    self._connection.execute(f"SET GLOBAL max_vacuum_tasks = {pieces_max:d}")
                try:
                    self._connection.execute("CHECKPOINT")
                finally:
                    self._connection.execute("SET GLOBAL max_vacuum_tasks = 0")
            except duckdb.TransactionException as error:
                log.info("the log is merged into the file later", extra={"error": str(error)})
                return False
            except duckdb.Error as error:
                self.is_broken |= isinstance(error, BROKEN)
                raise StoreError(f"The store cannot merge its log into its file now: {error}") from error
            self._look_at_log()
        return True

    def rewrite(self) -> bool:
        """Write all that it has into a new file, which takes the place of the old one: what was deleted is in no block
        of it any more, and the space is given back. Writing waits for it; reading goes on, but for the moment of the
        change, which waits for the questions that are being answered. False while other processes read the file, where
        there is none, or where more was written than was copied: then it is not done.

        Raises `StoreFull` when there is no room for both files, and `StoreError` when it cannot be done now; nothing is
        changed then.
        """
        self._give_way()
        with self._writing:
            if self.path is None or self._reading_file or self._is_unopened:
                return False
            new = files_of_new(self.path)[0]
            try:
                _require_room(self.path)
                _remove(self.path)
                self._copy_into(new)
                with self._nobody_has_it():
                    is_all_copied = not _size(log_path(self.path))
                    if is_all_copied:
                        new.replace(self.path)
                        _sync(self.path.parent)
            except (duckdb.Error, OSError) as error:
                if _is_disk_full(error):
                    raise StoreFull(f"The store cannot be written anew: {error}") from error
                raise StoreError(f"The store cannot be written anew: {error}") from error
            finally:
                _remove(self.path)
            self._look_at_log()
        return is_all_copied

    def _copy_into(self, new: Path) -> None:
        cursor = self._connection.cursor()
        try:
            # Its name is that of the file.
            (name,) = cursor.execute("SELECT current_database()").fetchall()[0]
            cursor.execute("CHECKPOINT")
            cursor.execute(f"ATTACH {_quoted(new)} AS anew")
            try:
                cursor.execute('COPY FROM DATABASE "' + str(name).replace('"', '""') + '" TO anew')
            finally:
                cursor.execute("DETACH anew")
        finally:
            cursor.close()
        _sync(new)

    def forget_blocks(self) -> None:
        """Give back the memory of what was read of the file: after reading much that nobody asks for again."""
        self._bound_blocks(MEBIBYTE)
        give_back()

    def forget_written_blocks(self) -> None:
        """Give back what a large load left of its own in memory, as the next one will leave as much: all that was not
        used for longest, beyond a quarter of what there may be. Whoever asks meanwhile may need all of it."""
        if not self._reading:
            self._bound_blocks(self._settings.store.memory_bytes // 4)

    def _bound_blocks(self, bytes_max: int) -> None:
        with self._writing:
            try:
                with suppress(duckdb.OutOfMemoryException):  # what is in use now stays
                    self._connection.execute(f"SET GLOBAL memory_limit = '{bytes_max}B'")
            finally:
                self._connection.execute(f"SET GLOBAL memory_limit = '{self._settings.store.memory_bytes}B'")

    def _look_at_log(self) -> None:
        """To be called by who writes, after each commit."""
        self.is_log_empty = self.path is None or _size(log_path(self.path)) == 0

    @contextmanager
    def writing(self) -> Generator[duckdb.DuckDBPyConnection]:
        """One writer at a time: a transaction that commits at the end of the block or leaves nothing.

        Raises `StoreFull` when the disk is full, `StoreBroken` when it has to be opened again, and `StoreError` for
        what else the file system says, also when it says so at the commit.
        """
        self._give_way()
        with self._writing:
            connection = self._connection
            try:
                if self._is_unopened:
                    raise StoreDamaged(f"{self.damage}")
                connection.execute("BEGIN TRANSACTION")
                try:
                    yield connection
                    connection.execute("COMMIT")
                    self.version += 1
                    self._look_at_log()
                except BaseException:
                    try:
                        connection.execute("ROLLBACK")
                    except duckdb.Error:
                        # The commit itself may have failed; then there is nothing left to roll back.
                        log.debug("nothing to roll back")
                    raise
            except (*BROKEN, duckdb.TransactionException, duckdb.OutOfMemoryException) as error:
                self.is_broken |= isinstance(error, BROKEN)
                if _is_disk_full(error):
                    raise StoreFull(f"No space left for {self.path}.") from error
                if _is_damage(error):
                    self._note_damage(error)
                    raise StoreDamaged(str(error)) from error
                if isinstance(error, duckdb.FatalException | duckdb.InternalException):
                    raise StoreBroken(str(error)) from error
                raise StoreError(str(error)) from error
            except duckdb.Error as error:
                if not _is_damage(error):
                    raise
                # It is not about the statement either.
                self._note_damage(error)
                raise StoreDamaged(str(error)) from error


def _closed() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.close()
    return connection


def configuration(settings: Settings, path: Path | None) -> dict[str, str | bool | int | float | list[str]]:
    """How DuckDB is set up: bounded memory and threads, nothing fetched from elsewhere."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{settings.store.memory_bytes}B",
        # Else one question may take nine tenths of what is free on the disk, and what is taken in has no room there.
        "max_temp_directory_size": f"{settings.store.spill_bytes_max}B",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # How far the log may grow before it is merged into the file, which the loader waits for: a tenth of a second
        # or two, if the pieces that it leaves are put together another time (`Store.tidy`).
        "checkpoint_threshold": "32MB",
        "max_vacuum_tasks": 0,
        # Properties are stored as VARIANT, not cut into columns of their own: cutting takes longer than all else
        # that is done with a row, again at each checkpoint, and the loader waits for it (docs/decisions/0010).
        "variant_minimum_shredding_size": -1,
    }
    if settings.store.threads is not None:
        config["threads"] = settings.store.threads
    # What is in memory alone has no place of its own to spill to: the default is the folder it was started in.
    config["temp_directory"] = "" if path is None else str(path.with_suffix(".spill"))
    return config


EXPLAINED = re.compile(r"\s*EXPLAIN\s+(?:ANALYZE\s+)?(.*)", re.IGNORECASE | re.DOTALL)


def require_reading(sql: str) -> None:
    """Raises `QueryRefused` for anything but one statement that reads."""
    text, kind = _only_statement(sql)
    if kind == "EXPLAIN":
        # EXPLAIN ANALYZE does what it explains, and DuckDB explains more than questions.
        explained = EXPLAINED.match(text)
        if explained is None:
            raise QueryRefused("Only EXPLAIN and EXPLAIN ANALYZE of a SELECT are possible here.")
        text, kind = _only_statement(explained[1])
    if kind != "SELECT":
        raise QueryRefused(f"Only reading is possible here; {kind} is not.")


def _only_statement(sql: str) -> tuple[str, str]:
    """The text and the kind of the one statement that this is."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.OutOfMemoryException as error:
        raise QueryTooLarge(str(error)) from error
    except duckdb.Error as error:
        raise QueryRefused(str(error)) from error
    if len(statements) != 1:
        raise QueryRefused(f"Expected one statement, got {len(statements)}.")
    try:
        return statements[0].query, statements[0].type.name
    except ValueError:
        # UPDATE EXTENSIONS and CONNECT, which DuckDB knows and its Python does not.
        words = " ".join(statements[0].query.split()[:2])
        return statements[0].query, words.upper()


def log_path(path: Path) -> Path:
    """Where the log of a store is: what was committed since the last checkpoint."""
    return path.with_name(path.name + ".wal")


def is_about_log(error: duckdb.Error) -> bool:
    """Whether a database could not be opened because of what its log says, or says of itself."""
    text = str(error)
    is_about_machine = _is_disk_full(error) or isinstance(error, duckdb.OutOfMemoryException)
    return not is_about_machine and ("while replaying WAL" in text or "This WAL was created for" in text)


def files_of_new(path: Path) -> list[Path]:
    """Where a store is written that takes the place of another, and the files that DuckDB makes beside it."""
    new = path.with_name(f"{path.name}.anew")
    return [new, *(path.with_name(f"{new.name}.wal{more}") for more in ("", ".checkpoint", ".recovery"))]


def _remove(path: Path) -> None:
    """What a new file left behind that did not take the place of this store."""
    for file in files_of_new(path):
        file.unlink(missing_ok=True)


def _require_room(path: Path) -> None:
    """Raises `OSError`."""
    wanted, free = _size(path) + _size(log_path(path)), shutil.disk_usage(path.parent).free
    if free < wanted + ROOM_BYTES:
        raise OSError(
            errno.ENOSPC, f"it needs {(wanted + ROOM_BYTES) // MEBIBYTE:,} MiB and {free // MEBIBYTE:,} are free"
        )


def _sync(path: Path) -> None:
    """To the disk; a folder with the names in it. On Windows a folder cannot be opened, nor has to be."""
    if path.is_dir() and os.name == "nt":
        return
    # Windows syncs only what may be written.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(path: Path) -> str:
    """As a text of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _is_damage(error: duckdb.Error) -> bool:
    """Whether a file is not as it was written. DuckDB has no class for it."""
    if isinstance(error, duckdb.OutOfMemoryException) or _is_disk_full(error):
        return False
    text = str(error)
    return text.startswith("Corrupt ") or any(words in text for words in DAMAGE)


def _is_disk_full(error: Exception) -> bool:
    text = str(error).lower()
    return "no space left" in text or "out of disk" in text or "disk full" in text or f"errno {errno.ENOSPC}" in text


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply the migrations that this database has not seen, in order, in the caller's transaction.

    Raises `StoreNewer` when the database has seen one that this playtrace does not know.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
    )
    seen = {row[0] for row in connection.execute("SELECT number FROM schema_migrations").fetchall()}
    known = migrations()
    if seen - known.keys():
        raise StoreNewer(
            f"The store has seen migration {max(seen)}, this playtrace knows {max(known)}. Install the newer playtrace."
        )
    for number in sorted(known.keys() - seen):
        name, sql = known[number]
        connection.execute(sql)
        connection.execute("INSERT INTO schema_migrations VALUES (?, ?, now()::TIMESTAMP)", [number, name])
        log.info("store migrated", extra={"migration": name})


def migrations() -> dict[int, tuple[str, str]]:
    """Number to name and text of each migration in this package."""
    found: dict[int, tuple[str, str]] = {}
    for file in resources.files("playtrace.store").joinpath("migrations").iterdir():
        if file.name.endswith(".sql"):
            found[int(file.name[:4])] = (file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
    return found
