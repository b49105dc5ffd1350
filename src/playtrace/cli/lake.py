"""`playtrace lake`: all events as Parquet for other engines; how that fares, and whether it is whole."""

from __future__ import annotations

import datetime as dt
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from playtrace.cli import mirrors
from playtrace.cli.local_server import ServerRefused, running_server
from playtrace.cli.registry_access import AsJson, DataFolder, open_registry
from playtrace.cli.settings_options import settings_from
from playtrace.cli.sql import ask
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.config import Settings
from playtrace.sql.orders import ROWS_MAX
from playtrace.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator

    from playtrace.mirrors.lake.checking import Key, Sum
    from playtrace.mirrors.lake.target import LakeTarget
    from playtrace.registry.models import Mirror

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The lake: all events as Parquet, in tables of Apache Iceberg, for DuckDB, Spark, Athena, Trino and others.",
)

Name = Annotated[str, typer.Option("--mirror", metavar="NAME", help="The mirror that writes it.")]


@app.command()
def export(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="A folder, or s3://bucket/path.")],
    name: Name = "lake-export",
    games: Annotated[
        list[str] | None,
        typer.Option("--game", metavar="GAME", help="Only this game; several times for several. Default: all."),
    ] = None,
    since: mirrors.Day = None,
    data: DataFolder = None,
) -> None:
    """Write all events that there are now, and follow no more. Given again, it writes what came since."""
    from playtrace.mirrors.from_settings import lake_url_of

    mirrors.add(name, lake_url_of(place), games=games, since=since, check=True, data=data)
    try:
        if running_server(settings_from(data=data)) is None:
            mirrors.run(name, data=data)
        else:
            mirrors.status(name, watch=True, data=data)
    finally:
        with open_registry(data) as registry:
            registry.mirrors.remove(name)


@app.command()
def status(name: Name = "lake", data: DataFolder = None, as_json: AsJson = False) -> None:
    """Tell what there is: rows, files, days and games of each table, and up to where it has the store."""
    from playtrace.mirrors.lake.files import files_of
    from playtrace.mirrors.lake.tables import EVENTS, SET_ASIDE, Memory
    from playtrace.mirrors.lake.upkeep import parts_of

    settings = settings_from(data=data)
    with _opened(name, settings) as target:
        told: dict[str, dict[str, object]] = {}
        for table_name in (EVENTS, SET_ASIDE):
            table = target.table(table_name)
            parts = list(parts_of(table))
            position = Memory.of(table).position
            snapshot = table.current_snapshot()
            told[table_name] = {
                "location": table.location(),
                "rows": sum(part.rows for part in parts),
                "files": sum(part.files for part in parts),
                "bytes": sum(file.bytes_ for file in files_of(table)),
                "games": len({part.game_id for part in parts}),
                "days": len({part.day for part in parts}),
                "journalOffset": None if position is None else position.journal_offset,
                "writtenAt": None if snapshot is None else _moment(snapshot.timestamp_ms),
            }
    if as_json:
        print_json(told)
    else:
        facts = list(told[EVENTS])
        print_table(["", *told], [[fact, *(table[fact] for table in told.values())] for fact in facts])


@app.command()
def compact(name: Name = "lake", data: DataFolder = None) -> None:
    """Rewrite days that are over, delete those that are too old, and remove files that nobody reads, now. A server does
    that by itself, once an hour."""
    settings = settings_from(data=data)
    with _opened(name, settings) as target:
        target.keep(dt.datetime.now(dt.UTC))
    print_hint("Days that are over are one file a game.")


@app.command()
def verify(name: Name = "lake", data: DataFolder = None, as_json: AsJson = False) -> None:
    """Compare each day of each game with the store, and remove files of writers that were killed. Exit code 1 where
    the two differ.

    What differs is written again by `playtrace mirrors replay`. A day of which the store has removed events by its
    retention, and the lake has not, is told as well.
    """
    from playtrace.mirrors.lake.checking import differences, in_lake
    from playtrace.mirrors.lake.tables import EVENTS, Memory
    from playtrace.mirrors.lake.upkeep import WRITERS_S, remove_unread

    settings = settings_from(data=data)
    now = dt.datetime.now(dt.UTC)
    # What a server writes meanwhile is no leftover.
    is_alone = running_server(settings) is None
    with _opened(name, settings) as target, open_registry(data) as registry:
        before = now if is_alone else now - dt.timedelta(seconds=WRITERS_S)
        removed = sum(remove_unread(table, before) for table in target.tables())
        events = target.table(EVENTS)
        position = Memory.of(events).position
        upto = 0 if position is None else position.journal_offset
        wanted = registry.mirrors.find(name)
        store = {key: found for key, found in _in_store(settings, upto).items() if _is_followed(wanted, key)}
        found = differences(store, in_lake(events))
    if as_json:
        rows = [
            {"gameId": one.game_id, "day": one.day.isoformat(), "inStore": one.in_store, "inLake": one.in_lake}
            for one in found
        ]
        print_json({"days": len(store), "differences": rows, "filesRemoved": removed})
    else:
        if removed:
            print_hint(f"{removed} files that nobody reads were removed.")
        if found:
            rows = [[one.game_id, one.day.isoformat(), one.in_store, one.in_lake] for one in found]
            print_table(["Game", "Day (UTC)", "In the store", "In the lake"], rows)
            print_hint(f"`playtrace mirrors replay {name}` writes again what is not there.")
        else:
            print_hint(f"The lake has the store's events: {len(store)} days of games are the same.")
    if found:
        raise typer.Exit(1)


def _in_store(settings: Settings, upto: int) -> dict[Key, Sum]:
    from playtrace.mirrors.lake.checking import in_store, summed

    found: dict[Key, Sum] = {}
    while True:
        try:
            said = ask(settings, f"{in_store(upto)} LIMIT {ROWS_MAX} OFFSET {len(found)}", internal=True)
        except (ServerRefused, StoreError) as error:
            _fail(str(error))
        found |= summed([dict(zip(said.columns, row, strict=True)) for row in said.rows])
        if len(said.rows) < ROWS_MAX:
            return found


def _is_followed(mirror: Mirror, key: Key) -> bool:
    game_id, day = key
    return (mirror.game_ids is None or game_id in mirror.game_ids) and (mirror.since is None or day >= mirror.since)


@contextmanager
def _opened(name: str, settings: Settings) -> Generator[LakeTarget]:
    """The lake of a mirror. What is wrong is said as a sentence and ends the command."""
    from playtrace.addresses import scrubbed
    from playtrace.mirrors.target import TargetError
    from playtrace.mirrors.targets import family_of, make_target
    from playtrace.registry.errors import UnknownMirror

    with open_registry(settings.data) as registry:
        try:
            mirror = registry.mirrors.find(name)
        except UnknownMirror:
            _fail(
                f"There is no mirror {name}: set PLAYTRACE_LAKE_URL, or `playtrace mirrors add {name} file:///folder`."
            )
    try:
        if family_of(mirror.url) != "lake":
            _fail(f"The mirror {name} is no lake.")
        with closing(make_target(mirror.url, name, settings, dict)) as target:
            target.open()
            yield cast("LakeTarget", target)
    except TargetError as error:
        _fail(scrubbed(str(error), mirror.url))


def _moment(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).isoformat(timespec="seconds")


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
