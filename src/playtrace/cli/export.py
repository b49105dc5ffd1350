"""`playtrace export`: events, or the answer of a metric, into a file."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, NoReturn, cast

import typer
import zstandard
from rich.console import Console

from playtrace.cli.local_server import LocalServer, ServerRefused, server_to_ask
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint
from playtrace.store.errors import StoreError

if TYPE_CHECKING:
    # Only for the name: to ask a server needs no database.
    from playtrace.config import Settings
    from playtrace.exports.forms import Form

FORMS = ("csv", "json", "ndjson", "parquet", "arrow", "ue")
PIECE_BYTES = 1024 * 1024
BINARY = ("parquet", "arrow")

console = Console(stderr=True)

Server = Annotated[
    str | None, typer.Option("--server", metavar="URL", help="Another server than that of the data folder.")
]
Token = Annotated[
    str | None, typer.Option("--token", envvar="PLAYTRACE_TOKEN", help="Token for --server, unless it is open.")
]


def export(
    output: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write; - is standard output. .gz and .zst compress.")
    ],
    game: Annotated[str, typer.Option("--game", help="Id of the game.")],
    form: Annotated[
        str | None,
        typer.Option("--format", help=f"{', '.join(FORMS)}. Default: what the file's name ends with, else ndjson."),
    ] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help="Only events of this name. Repeatable.")] = None,
    severity: Annotated[list[str] | None, typer.Option(help="info, warning or critical. Repeatable.")] = None,
    env: Annotated[str | None, typer.Option(help="Environment. Default: all.")] = None,
    player: Annotated[str | None, typer.Option(help="Only of this player, by the id that was sent.")] = None,
    session: Annotated[str | None, typer.Option(help="Only of this session.")] = None,
    platform: Annotated[list[str] | None, typer.Option(help="Repeatable; `unknown` is none.")] = None,
    version: Annotated[list[str] | None, typer.Option(help="Repeatable; `unknown` is none.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Repeatable; `unknown` is none.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Start: a day in UTC, or an instant.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="End: a day, which is included, or an instant.")] = None,
    hours: Annotated[int | None, typer.Option(min=1, help="Only the last so many hours.")] = None,
    metric: Annotated[str | None, typer.Option("--metric", help="The answer of this metric instead of events.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME=VALUE", help="Of the metric, as in docs/metrics. Repeatable."),
    ] = None,
    data: Data = None,
    server: Server = None,
    token: Token = None,
) -> None:
    """Write events into a file, all that match, in the order in which they arrived; `playtrace import` reads it again.

    A running server is asked over HTTP, a page at a time; where none runs, the data folder is read itself. In CSV a
    text that a spreadsheet would take for a formula has a ' before it. The file has its name when it is whole.
    """
    settings = settings_from(data=data)
    form = _form(form, output)
    filters = {
        "type": type_, "severity": severity, "env": env, "playerId": player, "sessionId": session, "platform": platform,
        "version": version, "country": country, "from": from_, "to": to, "hours": hours,
    }  # fmt: skip
    asked = {name: value for name, value in filters.items() if value}
    try:
        if metric is not None:
            asked |= _of_metric(asked, parameter)
        elif parameter:
            raise typer.BadParameter("it belongs to --metric, which is not given.", param_hint="--parameter")
        found = server_to_ask(settings, server, token)
        if found is not None:
            path = f"/api/games/{game}/export{'' if metric is None else f'/{metric}'}"
            _from_server(found, path, {**asked, "format": form}, output)
        else:
            _from_folder(settings, game, metric, asked, form, output)
    except (ServerRefused, StoreError, OSError) as error:
        _fail(str(error))


def _form(named: str | None, output: Path) -> str:
    suffixes = [suffix for suffix in output.suffixes if suffix not in (".gz", ".zst")]
    by_name = suffixes[-1].removeprefix(".") if suffixes else "ndjson"
    form = named or ("ndjson" if by_name == "jsonl" or str(output) == "-" else by_name)
    if form not in FORMS:
        raise typer.BadParameter(f"expected one of {', '.join(FORMS)}, got {form!r}.", param_hint="--format")
    return form


def _of_metric(filters: dict[str, Any], parameters: list[str] | None) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for one in parameters or []:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"expected NAME=VALUE, got {one!r}.", param_hint="--parameter")
        asked.setdefault(name, []).append(value)
    wrong = sorted(filters.keys() - {"from", "to", "platform", "version", "country", "env"})
    if wrong:
        raise typer.BadParameter(f"--{wrong[0]} is of events; a metric has --parameter.", param_hint="--metric")
    return asked


def _from_server(server: LocalServer, path: str, asked: dict[str, Any], output: Path) -> None:
    with server.reading(path, asked) as answer:
        events = answer.headers.get("Playtrace-Events")
        removed_before = answer.headers.get("Playtrace-Removed-Before")
        with _file(output, asked["format"]) as file:
            for piece in _pieces(answer):
                file.write(piece)
    _say(events, output, removed_before)


def _pieces(answer: HTTPResponse) -> Iterator[bytes]:
    while piece := answer.read(PIECE_BYTES):
        yield piece


def _from_folder(
    settings: Settings, game: str, metric: str | None, asked: dict[str, Any], form: str, output: Path
) -> None:
    """From the store itself, which no server has open. Raises `StoreError`."""
    if metric is not None:
        raise StoreError(f"No server runs on {settings.data.absolute()}. Use `playtrace query {metric} --format csv`.")
    if not settings.store_path.exists():
        raise StoreError(f"There is no store in {settings.data.absolute()}. Name the server's folder with --data.")
    import datetime as dt

    from pydantic import ValidationError

    from playtrace.api.events import EventFilter
    from playtrace.exports.forms import EVENTS
    from playtrace.exports.slices import Slices
    from playtrace.registry.registry import Registry
    from playtrace.store.duckdb import Store

    try:
        filters = EventFilter.model_validate(asked)
    except ValidationError as error:
        _fail("; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
    with closing(Registry.open(settings.registry_database)) as registry:
        if registry.games.get(game) is None:
            _fail(f"There is no game with the id {game!r}. See `playtrace games list`.")
    how = EVENTS[cast("Form", form)]
    slices, writer = Slices(filters.matching(game, dt.datetime.now(dt.UTC)), how.columns), how.writer()
    with closing(Store.open(settings.store_path, settings)) as store, _file(output, form) as file:
        slices.begin(store, how.parameters)
        file.write(writer.write(slices.next(store)))
        while not slices.is_over:
            file.write(writer.write(slices.next(store)))
        file.write(writer.end())
    removed_before = None if slices.removed_before is None else slices.removed_before.isoformat()
    _say(str(slices.events), output, removed_before)


@contextmanager
def _file(output: Path, form: str) -> Generator[IO[bytes]]:
    """Has its name when it is whole."""
    if str(output) == "-":
        if form in BINARY and sys.stdout.isatty():
            raise OSError(f"{form} is not for a terminal: name a file.")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = output.with_name(output.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            if output.suffix == ".gz":
                with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as compressed:
                    yield cast("IO[bytes]", compressed)
            elif output.suffix == ".zst":
                with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as compressed:
                    yield cast("IO[bytes]", compressed)
            else:
                yield file
        unfinished.replace(output)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _say(events: str | None, output: Path, removed_before: str | None) -> None:
    if removed_before is not None:
        print_hint(f"Raw events before {removed_before} (UTC) were removed (retention): the file lacks them.")
    if str(output) != "-":
        what = f"{int(events):,} events" if events is not None else "The answer"
        console.print(f"{what} in {output}", highlight=False, markup=False)


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
