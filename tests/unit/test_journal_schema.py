"""The journal's file says which playtrace wrote it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from playtrace.config import Settings
from playtrace.journal.errors import JournalNewer
from playtrace.journal.schema import VERSION
from playtrace.journal.sqlite import Journal


def test_a_journal_of_a_newer_playtrace_is_left_alone(tmp_path: Path):
    settings = Settings(data=tmp_path)
    Journal.open(settings.journal_path, settings).close()
    with closing(sqlite3.connect(settings.journal_path, isolation_level=None)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = settings.journal_path.read_bytes()
    with pytest.raises(JournalNewer, match="newer playtrace"):
        Journal.open(settings.journal_path, settings)
    assert settings.journal_path.read_bytes() == before
