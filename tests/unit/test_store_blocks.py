"""What of the store's file is kept in memory."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from playtrace.config import MEBIBYTE, Settings
from playtrace.store.duckdb import Store

LIMIT = 64 * MEBIBYTE


def test_what_a_load_wrote_is_forgotten_while_nobody_asks(tmp_path: Path):
    settings = Settings(data=tmp_path, store_memory_bytes=LIMIT)  # pyright: ignore[reportCallIssue]
    with closing(Store.open(tmp_path / "store.duckdb", settings)) as store:
        with store.writing() as connection:
            connection.execute("CREATE TABLE much AS SELECT hash(i) AS h, hash(i + 7) AS k FROM range(2000000) AS t(i)")
        store.checkpoint()
        store.query("SELECT sum(h::DOUBLE + k) AS s FROM much")
        assert LIMIT // 4 < kept(store) <= LIMIT
        with store.reading():
            store.forget_written_blocks()
            assert kept(store) > LIMIT // 4
        store.forget_written_blocks()
        assert kept(store) <= LIMIT // 4
        # And as much as before is there for who asks next.
        (row,) = store.query("SELECT current_setting('memory_limit') AS most").to_pylist()
        assert row["most"] == "64.0 MiB"


def kept(store: Store) -> int:
    (row,) = store.query(
        "SELECT sum(memory_usage_bytes)::BIGINT AS bytes FROM duckdb_memory() WHERE tag = 'BASE_TABLE'"
    ).to_pylist()
    return int(row["bytes"])
