"""A command that asks a running server starts without what the server is made of."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"aiohttp", "duckdb", "fastapi", "granian", "numpy", "pyarrow", "rich.table", "sqlalchemy"}
"""Each takes longer to import than all that such a command does."""


@pytest.mark.parametrize(
    "modules",
    ["playtrace.cli.query, playtrace.metrics.summary", "playtrace.cli.sql"],
    ids=["query", "sql"],
)
def test_who_asks_a_server_imports_none(modules: str):
    program = f"import sys, {modules}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
