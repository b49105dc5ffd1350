"""`playtrace sql` on a store that no server has open."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from playtrace.cli.main import app
from playtrace.config import Settings
from playtrace.sql.orders import ROWS_MAX
from playtrace.store.duckdb import Store


@pytest.fixture
def data(tmp_path: Path) -> Path:
    settings = Settings(data=tmp_path / "data")
    Store.open(settings.store_path, settings).close()
    return settings.data


CELLS = {
    "=1+1": "'=1+1",
    "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0",
    "-2+3": "'-2+3",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1+1": "'\t=1+1",
    "\r=1+1": "'\r=1+1",
    "-": "'-",
    "-5": "-5",
    "+3.25": "+3.25",
    "-1e-7": "-1e-7",
    "sword": "sword",
    "a=1": "a=1",
    "": "",
}
"""Texts, and how CSV has them."""


def test_a_text_in_csv_is_no_formula_and_a_number_stays_one(data: Path):
    texts = ", ".join("('" + text.replace("'", "''") + "', -5, -0.25)" for text in CELLS)
    statement = f'SELECT * FROM (VALUES {texts}) AS t("=name", number, share)'
    done = CliRunner().invoke(app, ["sql", statement, "--data", str(data), "--format", "csv"])
    columns, *rows = csv.reader(io.StringIO(done.stdout, newline=""))
    assert columns == ["'=name", "number", "share"]
    assert rows == [[cell, "-5", "-0.25"] for cell in CELLS.values()]


@pytest.mark.parametrize(("rows", "exit_code"), [(ROWS_MAX, 0), (ROWS_MAX + 1, 1)])
def test_a_program_is_told_that_it_has_a_part(data: Path, rows: int, exit_code: int):
    def ask(output: str):
        statement = f"SELECT range AS i FROM range({rows})"
        return CliRunner().invoke(app, ["sql", statement, "--data", str(data), "--format", output])

    table, as_csv, as_json = ask("table"), ask("csv"), ask("json")
    assert (table.exit_code, as_csv.exit_code, as_json.exit_code) == (0, exit_code, exit_code)
    assert len(list(csv.DictReader(io.StringIO(as_csv.stdout)))) == ROWS_MAX
    assert len(json.loads(as_json.stdout)) == ROWS_MAX
    for done in (table, as_csv, as_json):
        assert ("Only the first 10000 rows" in done.stderr) == (rows > ROWS_MAX)
