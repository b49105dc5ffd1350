"""`playtrace sql`: one reading statement over the store."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import typer

from playtrace.cli.local_server import ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_csv, print_table
from playtrace.config import Settings
from playtrace.sql.orders import ROWS_MAX, Answer, Reach
from playtrace.store.errors import StoreError


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT, or - to read it from standard input.")],
    data: Data = None,
    output: Annotated[Format, typer.Option("--format", help="How the rows are printed.")] = Format.TABLE,
    internal: Annotated[
        bool, typer.Option("--internal", help="The store's own tables, which change from version to version.")
    ] = False,
) -> None:
    """Ask in SQL (DuckDB's). Reading only; `SHOW TABLES` and `DESCRIBE events` tell what there is: the views of
    docs/sql.md, which stay as they are.

    A property is `props.weapon`; a number among them needs its type, `props.score::DOUBLE`, to be compared and summed.
    In CSV a text that a spreadsheet would take for a formula has a ' before it.

    At most 10,000 rows are printed. If there are more, that is said on the standard error, and JSON and CSV end with
    exit code 1: a program should not take a part for the whole.
    """
    settings = settings_from(data=data)
    text = sys.stdin.read() if statement == "-" else statement
    try:
        said = ask(settings, text, internal=internal)
    except (ServerRefused, StoreError) as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _print(said.columns, said.rows, output)
    if said.truncated:
        typer.secho(
            f"Only the first {ROWS_MAX} rows are shown. Ask for less, or in parts.", err=True, fg=typer.colors.YELLOW
        )
        if output is not Format.TABLE:
            raise typer.Exit(1)


def ask(settings: Settings, text: str, *, internal: bool) -> Answer:
    """One statement: of the server that runs on the folder, or of its store. Raises `ServerRefused`, `StoreError`."""
    if (server := running_server(settings)) is not None:
        return msgspec.convert(server.post("/api/sql", {"sql": text, "internal": internal}), Answer)
    if not settings.store_path.exists():
        raise StoreError(f"There is no store in {settings.data.absolute()}. Name the server's folder with --data.")
    # Only here: to ask a server needs no database.
    from playtrace.sql.answer import respond
    from playtrace.store.duckdb import Store

    timeout_s = settings.rules.session_timeout_minutes * 60
    store = Store.open(settings.store_path, settings)
    try:
        with store.reading() as reader:
            said = respond(reader, text, Reach(views=not internal, session_timeout_s=timeout_s))
            return msgspec.json.decode(said, type=Answer)
    finally:
        store.close()


def _print(columns: list[str], rows: list[list[Any]], output: Format) -> None:
    match output:
        case Format.JSON:
            typer.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=2))
        case Format.CSV:
            print_csv(columns, rows)
        case Format.TABLE:
            print_table(columns, rows)
