"""`playtrace sql`: one reading statement over the store."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from playtrace.api.sql import ROWS_MAX, plain
from playtrace.cli.local_server import ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_table
from playtrace.config import Settings
from playtrace.store.duckdb import Store
from playtrace.store.errors import StoreError


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT, or - to read it from standard input.")],
    data: Data = None,
    output: Annotated[Format, typer.Option("--format", help="How the rows are printed.")] = Format.TABLE,
) -> None:
    """Ask in SQL (DuckDB's). Reading only; `SHOW TABLES` and `DESCRIBE events` tell what there is."""
    settings = settings_from(data=data)
    text = sys.stdin.read() if statement == "-" else statement
    try:
        columns, rows, truncated = _ask(settings, text)
    except (ServerRefused, StoreError) as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _print(columns, rows, output)
    if truncated:
        typer.echo(f"Only the first {ROWS_MAX} rows are shown.", err=True)


def _ask(settings: Settings, text: str) -> tuple[list[str], list[list[Any]], bool]:
    if (server := running_server(settings)) is not None:
        answer = server.post("/api/sql", {"sql": text})
        return answer["columns"], answer["rows"], answer["truncated"]
    if not settings.store_path.exists():
        raise StoreError(f"There is no store in {settings.data.absolute()}. Name the server's folder with --data.")
    store = Store.open(settings.store_path, settings)
    try:
        table = store.query_text(text)
    finally:
        store.close()
    columns = [column.to_pylist() for column in table.slice(0, ROWS_MAX).columns]
    rows: list[list[Any]] = [[plain(value) for value in row] for row in zip(*columns, strict=True)]
    return table.column_names, rows, table.num_rows > ROWS_MAX


def _print(columns: list[str], rows: list[list[Any]], output: Format) -> None:
    match output:
        case Format.JSON:
            typer.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=2))
        case Format.CSV:
            writer = csv.writer(sys.stdout)
            writer.writerow(columns)
            writer.writerows(rows)
        case Format.TABLE:
            print_table(columns, rows)
