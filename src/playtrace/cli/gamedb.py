"""`playtrace gamedb`: the game database in PostgreSQL, installed, compared and brought up to date."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from playtrace.cli.tables import print_hint, print_json, print_table

if TYPE_CHECKING:
    from playtrace.mirrors.postgresql.connecting import Connection

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The game database in PostgreSQL: tables, procedures, triggers, views and warehouse.",
)

Url = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        envvar="PLAYTRACE_GAMEDB_URL",
        help="postgresql://user@host/database. The password may stand in PGPASSWORD or ~/.pgpass.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def install(url: Url) -> None:
    """Install the game database, all of it or nothing. One that is there already stays as it is."""
    with connected(url) as connection:
        from playtrace.mirrors.postgresql.install import VERSION, install

        is_new = install(connection)
    print_hint(f"Version {VERSION} is installed." if is_new else f"Version {VERSION} was installed already.")


@app.command()
def upgrade(url: Url) -> None:
    """Bring it to the version of this playtrace. Procedures, triggers and views are put back as they should be."""
    with connected(url) as connection:
        from playtrace.mirrors.postgresql.install import upgrade

        before, after = upgrade(connection)
    print_hint(f"Version {after} is installed, as it was." if before == after else f"Version {before} became {after}.")


@app.command()
def check(url: Url, as_json: AsJson = False) -> None:
    """Say what is missing or was changed since it was installed. Exit code 1 if anything."""
    with connected(url) as connection:
        from playtrace.mirrors.postgresql.install import VERSION, check

        found = check(connection)
    if as_json:
        rows = [{"kind": one.kind, "name": one.name, "state": one.state} for one in found]
        print_json({"version": VERSION, "differences": rows})
    elif found:
        print_table(["State", "What", "Name"], [[one.state, one.kind, one.name] for one in found])
    else:
        print_hint(f"Version {VERSION} is installed, and all of it is as it was installed.")
    if found:
        raise typer.Exit(1)


@app.command()
def refresh(url: Url) -> None:
    """Bring the warehouse and all reports up to date, while they are read."""
    with connected(url) as connection:
        connection.execute("CALL report.refresh()")
    print_hint("The warehouse and all reports are up to date.")


@app.command()
def diagram(url: Url) -> None:
    """Draw the tables and what they refer to, as they are in this database: SVG on standard output."""
    with connected(url) as connection:
        from playtrace.mirrors.postgresql.diagram import drawn, tables_of

        tables = tables_of(connection)
    if not tables:
        _fail("There is no game database here: `playtrace gamedb install` makes one.")
    typer.echo(drawn(tables), nl=False)


@contextlib.contextmanager
def connected(url: str, application: str = "playtrace gamedb") -> Generator[Connection]:
    """A connection. What is wrong with it, or with what is done over it, is said as a sentence and ends the command."""
    try:
        import psycopg

        from playtrace.mirrors.postgresql.connecting import connect, told
        from playtrace.mirrors.target import TargetError
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("psycopg"):
            raise
        _fail("This needs the Python package psycopg: pip install 'playtrace[postgresql]'")
    try:
        with connect(url, application) as connection:
            yield connection
    except TargetError as error:
        _fail(str(error))
    except psycopg.Error as error:
        _fail(str(told(error, url)))


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
