"""A question is ended however early it is told to: also before its statement has begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from playtrace.config import Settings
from playtrace.store.asker import Asker
from playtrace.store.duckdb import Store
from playtrace.store.errors import AskerLeft, QueryTimeout

ENDLESS = "SELECT count(*) FROM range(100_000_000) AS a(i), range(100_000_000) AS b(j) WHERE i * j % 7 = 1"


def test_who_left_before_the_statement_began_is_not_waited_for(tmp_path: Path):
    store = Store.open(tmp_path / "store.duckdb", Settings(data=tmp_path, query_seconds_max=3600))
    asker = Asker()
    before = Asker.current.set(asker)
    try:
        with store.reading() as reader:
            # The connection has nothing to end yet, and forgets it when the statement begins.
            asker.leave()
            with pytest.raises(QueryTimeout):
                reader.rows(ENDLESS)
        with pytest.raises(AskerLeft), store.reading():
            pass
        Asker.current.set(None)
        # What is read next, on another connection, is left alone.
        with store.reading() as reader:
            assert reader.rows("SELECT 1 AS one") == [{"one": 1}]
    finally:
        Asker.current.reset(before)
        store.close()
