"""`playtrace report`: a day or week of a game, to read, to keep, or to send to somebody."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import quote
from zoneinfo import ZoneInfo

import typer

from playtrace.cli.local_server import ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.config import Settings
from playtrace.store.errors import StoreError

DAY = "%Y-%m-%d"


class Format(StrEnum):
    HTML = "html"
    MD = "md"
    PNG = "png"


def report(
    game_id: Annotated[str, typer.Argument(metavar="GAME", help="The game's id.")],
    day: Annotated[
        dt.datetime | None,
        typer.Option(metavar="DAY", formats=[DAY], help="Of this day of the game's time zone. Default: yesterday."),
    ] = None,
    week: Annotated[
        dt.datetime | None,
        typer.Option(metavar="DAY", formats=[DAY], help="Of the ISO week in which this day lies, instead."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="html has the picture in it; md has none; png is the picture alone.")
    ] = Format.MD,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where it is written. Default: the terminal.")
    ] = None,
    data: Data = None,
) -> None:
    """Make the report of a day or a week: figures beside those of the one before, who came back, the most common
    crashes, and the active players of four weeks as a picture.

    Days and weeks that are not over are beside the same part of the one before.
    """
    if form is Format.PNG and output is None and sys.stdout.isatty():
        _fail("A picture cannot be shown here: say where to write it with --output FILE.")
    asked = (day and day.date()), (week and week.date())
    settings = settings_from(data=data)
    try:
        if (server := running_server(settings)) is not None:
            query = {"day": asked[0], "week": asked[1], "format": form.value}
            made = server.get_bytes(f"/api/games/{quote(game_id, safe='')}/report", query)
        else:
            made = _made_here(settings, game_id, *asked, form)
        if output is None:
            sys.stdout.buffer.write(made)
        else:
            output.write_bytes(made)
    except (ServerRefused, StoreError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{output} cannot be written: {error.strerror}")


def _made_here(settings: Settings, game_id: str, day: dt.date | None, week: dt.date | None, form: Format) -> bytes:
    """From the store itself, which no server has open."""
    if not settings.store_path.exists():
        raise StoreError(f"There is no store in {settings.data.absolute()}. Name the server's folder with --data.")
    # Only here: to ask a server needs neither a database nor a server.
    from playtrace.api.metrics import rules_of
    from playtrace.registry.registry import Registry
    from playtrace.reports.digest import make_digest
    from playtrace.reports.formats import written
    from playtrace.reports.period import NoSuchPeriod, asked_period
    from playtrace.store.duckdb import Store

    with closing(Registry.open(settings.registry_database)) as registry:
        game = registry.games.get(game_id)
        if game is None:
            _fail(f"There is no game with the id {game_id!r}. See `playtrace games list`.")
        now = dt.datetime.now(dt.UTC)
        try:
            period = asked_period(day, week, now, ZoneInfo(game.time_zone))
        except NoSuchPeriod as error:
            _fail(f"--{error.parameter}: {error}")
        with closing(Store.open(settings.store_path, settings)) as store:
            rules = rules_of(settings, registry, game)
            return written(make_digest(store, game, period, now=now, rules=rules), form.value)


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
