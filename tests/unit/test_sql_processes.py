"""A statement of a person runs in a process of its own: whatever it does, it is answered or refused within bounds."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from playtrace.config import MEBIBYTE, Settings
from playtrace.sql.orders import ROWS_MAX
from playtrace.sql.processes import SqlProcesses
from playtrace.store.asker import Asker
from playtrace.store.duckdb import COLUMNS_MAX, LOG_BYTES_MAX, Store
from playtrace.store.errors import AnswerTooLarge, AskerLeft, QueryRefused, QueryTimeout, StoreError

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows gives the store's file to one process alone (docs/decisions/0016)"
)

HOURS = 3600.0
ENDLESS = "SELECT count(*) FROM range(100_000_000) AS a(i), range(100_000_000) AS b(j) WHERE i * j % 7 = 1"
UNHEARING = "SELECT levenshtein(repeat('x', 10_000_000), repeat('y', 10_000_000))"
"""One call of a function that works for days, and never looks whether it was interrupted."""


class Asked:
    """A store with a few books, and those who ask it."""

    def __init__(self, data: Path, **settings: object) -> None:
        self.settings = Settings.model_validate({"data": data, "query_seconds_max": HOURS} | settings)
        self.store = Store.open(self.settings.store_path, self.settings)
        self.processes = SqlProcesses(self.store, self.settings)

    def rows(self, sql: str) -> list[list[object]]:
        return json.loads(self.processes.ask(sql))["rows"]

    def add_books(self, rows: int) -> None:
        with self.store.writing() as connection:
            connection.execute(
                "INSERT INTO books SELECT 'arena', TIMESTAMP '2026-03-20', 'stored', i::VARCHAR, 1"
                " FROM range(?) AS t(i)",
                [rows],
            )

    def close(self) -> None:
        self.processes.close()
        self.store.close()


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    asked = Asked(tmp_path, sql_memory_bytes=64 * MEBIBYTE)
    yield asked
    asked.close()


@pytest.fixture(scope="module")
def one_asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """For tests that write nothing."""
    asked = Asked(tmp_path_factory.mktemp("asked"), sql_memory_bytes=64 * MEBIBYTE)
    yield asked
    asked.close()


def test_what_was_committed_is_seen_and_nothing_else(asked: Asked):
    assert asked.rows("SELECT count(*) FROM books") == [[0]]
    asked.add_books(3)
    assert asked.rows("SELECT count(*) FROM books") == [[3]]
    with ThreadPoolExecutor(1) as thread:
        with asked.store.writing() as connection:
            connection.execute("INSERT INTO books SELECT * FROM books")
            # The writer is busy: whoever asks waits until it is clear what the store holds.
            asking = thread.submit(asked.rows, "SELECT count(*) FROM books")
            connection.execute("DELETE FROM books WHERE reason = '0'")
        assert asking.result() == [[4]]
    with pytest.raises(RuntimeError, match="changed its mind"), asked.store.writing() as connection:
        connection.execute("DELETE FROM books")
        raise RuntimeError("changed its mind")
    assert asked.rows("SELECT count(*) FROM books") == [[4]]


def test_a_snapshot_is_whole_while_the_store_is_written_and_tidied(asked: Asked):
    """Every transaction adds pairs of rows, or takes pairs away; one that is half of it, or other bytes, shows."""
    writing_ends = threading.Event()

    def write() -> int:
        rounds = 0
        while not writing_ends.is_set():
            rounds += 1
            for _ in range(3):
                with asked.store.writing() as connection:
                    connection.execute(
                        """
                        INSERT INTO books
                        SELECT 'arena', TIMESTAMP '2026-03-20', 'stored', (i * $round)::VARCHAR, sign * i * $round
                        FROM range(1, 5_000) AS t(i), (VALUES (1), (-1)) AS signs(sign)
                        """,
                        {"round": rounds},
                    )
            with asked.store.writing() as connection:
                connection.execute("DELETE FROM books WHERE abs(events) % 3 = $part", {"part": rounds % 3})
            asked.store.tidy()
        return rounds

    def ask() -> int:
        rows_max = 0
        for _ in range(5):
            ((rows, total, others),) = asked.rows(
                "SELECT count(*), coalesce(sum(events), 0), count(*) FILTER (reason <> abs(events)::VARCHAR) FROM books"
            )
            assert (total, others) == (0, 0)
            assert isinstance(rows, int) and rows % 2 == 0
            rows_max = max(rows, rows_max)
        return rows_max

    with ThreadPoolExecutor(3) as threads:
        writing = threads.submit(write)
        try:
            most = [one.result() for one in [threads.submit(ask) for _ in range(2)]]
        finally:
            writing_ends.set()
    assert writing.result() > 1
    assert max(most) > 0


def test_who_reads_the_file_does_not_put_writing_it_off_for_ever(asked: Asked):
    """The log grows while somebody reads; when it is long, the next waits until it was written into the file."""

    class Nobody:
        def interrupt(self) -> None:
            raise AssertionError("nobody is to be interrupted")

    log = asked.settings.store_path.with_name("store.duckdb.wal")
    with ThreadPoolExecutor(1) as thread:
        with asked.store.snapshot(Nobody()) as first:
            while log.stat().st_size <= LOG_BYTES_MAX:
                with asked.store.writing() as connection:
                    connection.execute(
                        "INSERT INTO books SELECT 'arena', TIMESTAMP '2026-03-20', 'stored',"
                        " string_agg(uuid()::VARCHAR, ''), 1 FROM range(200_000) AS t(i) GROUP BY i % 2000"
                    )
            asking = thread.submit(asked.rows, "SELECT count(*) % 2000 FROM books")
            assert asked.store.query("SELECT count(*) > 0 AS some FROM books").to_pylist() == [{"some": True}]
            assert not asking.done()
        assert asking.result() == [[0]]
    assert first.log_bytes < LOG_BYTES_MAX
    assert not log.exists() or log.stat().st_size < LOG_BYTES_MAX


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('x', 2_000_000_000))",
        "SELECT length(repeat(repeat('x', 100_000_000), 40))",
        "SELECT list_sort(range(100_000_000))[1]",
        "SELECT len(list(i)) FROM range(100_000_000) AS t(i)",
        "SELECT string_agg(i::VARCHAR) FROM range(200_000_000) AS t(i)",
        "SELECT printf('%2000000000d', 1)",
        "SELECT unnest(range(1_000_000_000))",
    ],
)
def test_what_needs_too_much_memory_is_refused(one_asked: Asked, sql: str):
    with pytest.raises(AnswerTooLarge, match="memory"):
        one_asked.processes.ask(sql)
    assert one_asked.rows("SELECT 42") == [[42]]


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("SELECT " + ", ".join(["b.*"] * 1000) + " FROM books AS b", id="columns"),
        pytest.param("SELECT " + ", ".join(["NULL"] * COLUMNS_MAX) + f" FROM range({ROWS_MAX})", id="values"),
        pytest.param("SELECT repeat('x', 20_000) FROM range(1_000)", id="bytes"),
    ],
)
def test_an_answer_that_is_too_large_is_refused(one_asked: Asked, sql: str):
    with pytest.raises(AnswerTooLarge, match=r"larger than 16 MiB|5000 columns, 1000 are possible"):
        one_asked.processes.ask(sql)


def test_an_answer_at_the_limits_is_given(one_asked: Asked):
    (row,) = one_asked.rows("SELECT " + ", ".join(["1"] * COLUMNS_MAX))
    assert row == [1] * COLUMNS_MAX
    assert one_asked.rows("SELECT repeat('x', 15_000_000)") == [["x" * 15_000_000]]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE EXTENSIONS",
        "CONNECT 'quack:localhost'",
        "CHECKPOINT",
        "INSERT INTO books SELECT * FROM books",
        "WITH made AS (INSERT INTO books SELECT * FROM books RETURNING *) SELECT * FROM made",
        "ATTACH 'snapshot://store.duckdb' AS again",
        "SET memory_limit = '10GB'",
        "FROM enable_logging()",
        "FROM read_text('/etc/hostname')",
        "FROM glob('/*')",
        "SELECT 1; SELECT 2",
        "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
    ],
)
def test_what_does_more_than_read_is_refused(one_asked: Asked, sql: str):
    with pytest.raises(QueryRefused):
        one_asked.processes.ask(sql)


def test_the_file_of_the_store_is_not_read_as_bytes(one_asked: Asked):
    assert one_asked.rows("FROM read_blob('snapshot://store.duckdb')") == []
    assert one_asked.rows("FROM read_blob('snapshot://store.duckdb.wal')") == []


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param(ENDLESS, id="endless"),
        pytest.param(UNHEARING, id="hears nothing"),
        pytest.param("SELECT books" + ".a" * 40_000 + " FROM books", id="80 KB of field accesses"),
        pytest.param(
            "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t", id="t"
        ),
    ],
)
def test_what_takes_too_long_is_ended(tmp_path: Path, sql: str):
    asked = Asked(tmp_path, query_seconds_max=1.0)
    try:
        with pytest.raises(QueryTimeout):
            asked.processes.ask(sql)
        asked.add_books(1)
        assert asked.store.query("SELECT count(*) AS rows FROM books").to_pylist() == [{"rows": 1}]
    finally:
        asked.close()


def test_who_leaves_ends_what_they_asked(asked: Asked):
    before = psutil.Process().children()
    asker = Asker()

    def ask() -> None:
        Asker.current.set(asker)
        asked.processes.ask(UNHEARING)

    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask)
        wait_for_a_process(before)
        asker.leave()
        with pytest.raises(QueryTimeout):
            asking.result()
        with pytest.raises(AskerLeft):
            thread.submit(ask).result()


def test_closing_ends_what_is_asked(asked: Asked):
    before = psutil.Process().children()
    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(asked.processes.ask, UNHEARING) for _ in range(3)]
        wait_for_a_process(before)
        asked.close()
        for one in asking:
            with pytest.raises(StoreError):
                one.result()
    assert set(psutil.Process().children()) <= set(before)


def test_a_store_that_is_opened_again_takes_its_file_back(asked: Asked):
    before = psutil.Process().children()
    asked.add_books(1)
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(asked.processes.ask, UNHEARING)
        wait_for_a_process(before)
        asked.store.reopen()
        with pytest.raises(StoreError):
            asking.result()
    assert asked.rows("SELECT count(*) FROM books") == [[1]]


def test_what_was_spilled_is_removed_with_the_process(tmp_path: Path):
    asked = Asked(tmp_path, query_seconds_max=3.0, sql_memory_bytes=64 * MEBIBYTE)
    try:
        with pytest.raises((QueryTimeout, AnswerTooLarge)):
            asked.processes.ask("SELECT count(*) FROM (SELECT DISTINCT i, i * 2 FROM range(1_000_000_000) AS t(i))")
    finally:
        asked.close()
    assert list(tmp_path.glob("*.spill")) == []


def wait_for_a_process(before: list[psutil.Process]) -> None:
    """Until there is one that was not there before, and so is asked."""
    while not any(child.cpu_times().user > 0 for child in psutil.Process().children() if child not in before):
        threading.Event().wait(0.02)
