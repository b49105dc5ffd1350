"""`playtrace rollups`: have what is kept beside the events made anew of them."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.registry_access import AsJson, DataFolder
from playtrace.cli.settings_options import settings_from
from playtrace.cli.tables import print_json
from playtrace.config import Settings

if TYPE_CHECKING:
    from playtrace.load.rebuild import Rebuild

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Rollups: tables that follow from the events, and answer most questions.",
)

LOOK_S = 0.2


@app.callback()
def group() -> None:
    """Else the only command would be the group itself."""


@app.command()
def rebuild(
    game: Annotated[
        str | None, typer.Option("--game", metavar="GAME", help="Only of this game. Default: of all games.")
    ] = None,
    days: Annotated[
        str | None,
        typer.Option(
            "--days",
            metavar="A..B",
            help="Days in UTC, both included: 2026-05-01..2026-05-31, or one day. Default: all of which there are"
            " events.",
        ),
    ] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make the rollups of some days anew of their events, a day at a time.

    With a running server or without. Loading and answering go on: until a day is made, questions read what was there. A
    server that is stopped meanwhile goes on at its next start, also if this command was ended.
    """
    first, last = _read_days(days)
    settings = settings_from(data=data)
    server = running_server(settings)
    began = time.monotonic()
    made = _of_stopped(settings, game, first, last) if server is None else _ask(server, game, first, last)
    if as_json:
        print_json({"days": made})
        return
    said = "The rollups of 1 day are" if made == 1 else f"The rollups of {made:,} days are"
    typer.echo(f"{said} made anew, in {time.monotonic() - began:,.0f} seconds.")


def _read_days(days: str | None) -> tuple[dt.date | None, dt.date | None]:
    if days is None:
        return None, None
    first, dots, last = days.partition("..")
    try:
        span = dt.date.fromisoformat(first), dt.date.fromisoformat(last if dots else first)
    except ValueError:
        _fail(f"--days {days!r} are no days: expected 2026-05-01..2026-05-31, or one day.")
    if span[0] > span[1]:
        _fail(f"--days {days!r} ends before it begins.")
    return span


def _ask(server: LocalServer, game: str | None, first: dt.date | None, last: dt.date | None) -> int:
    wish = {
        "gameId": game,
        "firstDay": None if first is None else first.isoformat(),
        "lastDay": None if last is None else last.isoformat(),
    }
    try:
        days: int = server.post("/api/rollups/rebuild", wish)["days"]
        with _bar(days) as show:
            while (rebuilding := server.get("/api/rollups")["rebuilding"]) is not None:
                show(days - rebuilding["daysLeft"])
                time.sleep(LOOK_S)
    except ServerRefused as error:
        _fail(str(error))
    return days


def _of_stopped(settings: Settings, game: str | None, first: dt.date | None, last: dt.date | None) -> int:
    # Only here: to ask a server needs no database.
    from playtrace.load.compaction import tidy_days
    from playtrace.load.rebuild import NothingToRebuild, Rebuild, RebuildRuns
    from playtrace.store.duckdb import Store
    from playtrace.store.errors import StoreError

    if not settings.store_path.exists():
        _fail(f"There is no store in {settings.data.absolute()}. Name the server's folder: --data.")
    try:
        with contextlib.closing(Store.open(settings.store_path, settings)) as store:
            rebuild = Rebuild(store, settings, lambda days: tidy_days(store, settings, days))
            with contextlib.suppress(RebuildRuns):  # that one was cut, and is brought to its end
                rebuild.wish(first, last, game)
            days = _days_left(rebuild)
            with _bar(days) as show:
                while rebuild.work() is not None:
                    show(days - _days_left(rebuild))
    except (StoreError, NothingToRebuild) as error:
        _fail(str(error))
    return days


def _days_left(rebuild: Rebuild) -> int:
    return 0 if rebuild.order is None else rebuild.order.days


@contextlib.contextmanager
def _bar(days: int) -> Generator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Days"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=days)

        def show(done: int) -> None:
            progress.update(task, completed=done)

        yield show


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
