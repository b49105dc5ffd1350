"""Every function that this DuckDB has, called by a person with the path of a file and with numbers: none of them reads
a file, writes one, or outlives its limits. For each upgrade of DuckDB: `pytest -m drill`.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from playtrace.config import MEBIBYTE, Settings
from playtrace.sql.processes import SqlProcesses
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError

SECRET = "what stands in a file of somebody else"
FUNCTIONS_MIN = 500
TABLE_FUNCTIONS = ("table", "table_macro", "pragma")


def calls(secret: Path) -> list[str]:
    """Of each function, with paths and with what is no path."""
    found = duckdb.sql("SELECT DISTINCT function_name, function_type FROM duckdb_functions() ORDER BY ALL").fetchall()
    assert len(found) > FUNCTIONS_MIN
    file, new = (f"'{file}'" for file in (secret, secret.with_name("new.csv")))
    arguments = ["", file, f"{file}, {new}", f"[{file}]"]
    statements: list[str] = []
    for name, kind in found:
        quoted = '"' + name.replace('"', '""') + '"'
        source = "SELECT * FROM {}({})" if kind in TABLE_FUNCTIONS else "SELECT {}({})"
        statements += [source.format(quoted, given) for given in arguments]
    return statements


@pytest.mark.drill
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows gives the store's file to one process alone")
def test_no_function_reads_or_writes_a_file(tmp_path: Path):
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    elsewhere.mkdir()
    secret = elsewhere / "secret.csv"
    secret.write_text(f"a,b\n{SECRET},2\n")
    settings = Settings(data=data, sql_memory_bytes=64 * MEBIBYTE, query_seconds_max=5)
    store = Store.open(settings.store_path, settings)
    processes = SqlProcesses(store, settings)
    outcomes: Counter[str] = Counter()
    try:
        files = sorted(path.name for path in data.iterdir())
        for statement in calls(secret):
            try:
                answer = processes.ask(statement)
            except StoreError as refused:
                outcomes[type(refused).__name__] += 1
            else:
                outcomes["answered"] += 1
                assert SECRET.encode() not in answer, statement
        print(outcomes)
        assert b"42" in processes.ask("SELECT 42")
        left = [path.name for path in data.iterdir() if "spill" not in path.name]
        assert sorted(left) == files
        assert [path.name for path in elsewhere.iterdir()] == [secret.name]
        assert store.query("SELECT count(*) AS n FROM events").to_pylist() == [{"n": 0}]
    finally:
        processes.close()
        store.close()
    assert outcomes["answered"] > FUNCTIONS_MIN / 4 and outcomes["QueryRefused"] > FUNCTIONS_MIN
