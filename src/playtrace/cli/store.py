"""`playtrace store`: the ClickHouse that metrics are asked of (`store_url`), and whether it has what the store has."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from playtrace.cli.registry_access import AsJson, DataFolder
from playtrace.cli.settings_options import settings_from
from playtrace.cli.tables import print_json
from playtrace.config import Settings

if TYPE_CHECKING:
    from playtrace.store.clickhouse.copying import Copying

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The ClickHouse that metrics are asked of (store_url). A server that runs keeps it up to date by itself.",
)

Url = Annotated[
    str | None,
    typer.Option("--to", metavar="URL", help="clickhouse://user:password@host:8123/database. Default: store_url."),
]
DIFFERENCES_SHOWN_MAX = 20


@app.command()
def copy(to: Url = None, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Copy all that a stopped server has into ClickHouse; goes on where an earlier copy, or the server, ended.

    Ended at any moment and begun again, each event is there once. Afterwards it is verified.
    """
    began, events = time.monotonic(), 0
    with _copying(to, data) as copying:
        while (copied := copying.step()) is not None:
            events += copied.events
            if not as_json:
                typer.echo(f"{events:,} events, up to {copied.slice_.to_offset:,} of {copied.head:,}")
        different = _verify(copying, is_anew=True, as_json=as_json, seconds=time.monotonic() - began, copied=events)
    raise typer.Exit(1 if different else 0)


@app.command()
def verify(
    to: Url = None,
    anew: Annotated[bool, typer.Option("--anew", help="Copy the days anew that differ, and verify again.")] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Compare counts and checksums of each game and day with those of a stopped server's store. Ends with 1 where they
    differ."""
    began = time.monotonic()
    with _copying(to, data) as copying:
        different = _verify(copying, is_anew=anew, as_json=as_json, seconds=time.monotonic() - began, copied=0)
    raise typer.Exit(1 if different else 0)


def _verify(copying: Copying, *, is_anew: bool, as_json: bool, seconds: float, copied: int) -> bool:
    compared = copying.compare()
    made_anew = 0
    if is_anew and compared.different:
        made_anew = len(compared.different)
        copying.copy_anew(compared.different)
        compared = copying.compare()
    if as_json:
        print_json(
            {
                "copiedEvents": copied,
                "seconds": round(seconds, 2),
                "days": compared.days,
                "events": compared.events,
                "daysMadeAnew": made_anew,
                "different": [
                    {
                        "gameId": one.day.game_id,
                        "day": one.day.day.isoformat(),
                        "here": one.here.events,
                        "there": one.there.events,
                    }
                    for one in compared.different
                ],
            }
        )
        return bool(compared.different)
    if made_anew:
        typer.echo(f"{made_anew:,} days differed and were copied anew.")
    for one in compared.different[:DIFFERENCES_SHOWN_MAX]:
        others = "" if one.here.events != one.there.events else ", and they are others"
        here, there = f"{one.here.events:,}", f"{one.there.events:,}"
        typer.echo(f"{one.day.game_id} {one.day.day}: {here} events here, {there} in ClickHouse{others}")
    if not compared.different:
        typer.echo(f"ClickHouse has all {compared.events:,} events of {compared.days:,} days.")
    else:
        typer.echo(
            f"{len(compared.different):,} of {compared.days:,} days differ."
            " `playtrace store verify --anew` copies them anew."
        )
    return bool(compared.different)


@contextlib.contextmanager
def _copying(to: str | None, data: DataFolder) -> Generator[Copying]:
    from playtrace.store.errors import StoreError

    settings = settings_from(data=data, **({} if to is None else {"store_url": to}))
    if settings.store.url is None:
        _fail("Where to? Name it with --to clickhouse://user:password@host:8123/database, or set store_url.")
    if not settings.store_path.exists():
        _fail(f"There is no store in {settings.data.absolute()}. Name the server's folder: --data.")
    try:
        with _opened(settings) as copying:
            yield copying
    except (StoreError, ValueError) as error:
        _fail(str(error))


@contextlib.contextmanager
def _opened(settings: Settings) -> Generator[Copying]:
    # Only here: `--help` needs no database.
    from playtrace.store.by_url import copying_of
    from playtrace.store.duckdb import Store

    share = settings.share
    with contextlib.closing(Store.open(settings.store_path, settings)) as store:
        asked, copying = copying_of(store, settings, share)
        with contextlib.closing(asked):
            yield copying


def _fail(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)
