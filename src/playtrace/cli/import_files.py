"""`playtrace import`: events of files, and exports of other systems, into a game of a server."""

from __future__ import annotations

import secrets
from collections import Counter
from itertools import islice
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from playtrace.cli.export import Server, Token
from playtrace.cli.local_server import ServerRefused, server_to_ask
from playtrace.cli.settings_options import Data, settings_from
from playtrace.imports.errors import ImportFailed
from playtrace.imports.mapping import mapping_named
from playtrace.imports.reading import Read, Reading
from playtrace.imports.sending import Figures, Target, send_all
from playtrace.imports.sending import Progress as Sent
from playtrace.imports.sources import Source, identity, sources_of

SHOWN_EVENTS = 5
LOOKED_AT_ROWS = 10_000
NAME_LENGTH_MAX = 200

console = Console(stderr=True)


def import_files(
    places: Annotated[
        list[str], typer.Argument(metavar="FILE|FOLDER|URL...", help="NDJSON, JSON, CSV or Parquet; also .gz and .zst.")
    ],
    game: Annotated[str, typer.Option("--game", help="Id of the game that the events are of.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            "--mapping",
            help="A YAML file (docs/import.md), or gameanalytics, posthog, amplitude, mixpanel, unity, unreal,"
            " unreal-log or playtrace. Default: what the files look like.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing: show the first rows as events, and what would be refused.")
    ] = False,
    rows: Annotated[int, typer.Option(min=1, help="With --dry-run: so many rows are looked at.")] = LOOKED_AT_ROWS,
    again: Annotated[
        bool, typer.Option("--again", help="Send files that were imported before from their beginning.")
    ] = False,
    data: Data = None,
    server: Server = None,
    token: Token = None,
) -> None:
    """Bring events of files into a game, however old they are. Needs a running server, and an admin.

    Cut off, it goes on where it was when it is run again. Each event counts once: by its id, or by one that is made of
    what its row says and where it stands.
    """
    try:
        sources = sources_of(places)
        chosen, text = mapping_named(mapping) if mapping is not None else (None, "")
        reading = Reading(sources, game, chosen)
        if dry_run:
            _show(reading, rows)
            return
        found = server_to_ask(settings_from(data=data), server, token)
        if found is None:
            raise ImportFailed(
                f"No server runs on {settings_from(data=data).data.absolute()}. Start it, or name"
                " another with --server."
            )
        salt = secrets.token_hex(8) if again else ""
        target = Target(found.url, found.token, game, identity(sources, game, text, salt), _name_of(sources))
        try:
            _import(reading, target)
        finally:
            target.close()
    except (ImportFailed, ServerRefused, OSError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Cut off. Run the same command again, and it goes on where it was.")


def _import(reading: Reading, target: Target) -> None:
    before = target.figures()
    if before.is_done:
        console.print("These files were imported before. --again sends them from their beginning.", highlight=False)
        _print_figures(before)
        return
    if before.rows_done:
        console.print(f"Going on behind row {before.rows_done:,}.", highlight=False)
    columns = (
        TextColumn("import"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    )
    sent = Sent()
    with Progress(*columns, console=console, transient=not console.is_terminal) as bar:
        task = bar.add_task("import", total=reading.bytes_in_all, rows=before.rows_done)

        def tell(progress: Sent) -> None:
            nonlocal sent
            sent = progress
            bar.update(task, completed=progress.bytes, rows=progress.rows)

        try:
            send_all(reading, target, before.rows_done, tell)
            bar.update(task, completed=reading.bytes_in_all or 0)
        finally:
            bar.stop()
            _print_refused(sent)
    _print_recognised(reading)
    figures = target.figures()
    _print_figures(figures)
    if figures.stored + figures.duplicates == 0 and figures.refused:
        _fail("No row was an event. --dry-run shows what the rows say; docs/import.md tells of mappings.")


def _show(reading: Reading, rows_max: int) -> None:
    events = 0
    reasons: Counter[str] = Counter()
    first: dict[str, Read] = {}
    broken: ImportFailed | None = None
    rows = reading.rows()
    try:
        for read in islice(rows, rows_max):
            if read.refused is not None:
                reasons[read.refused.error] += 1
                first.setdefault(read.refused.error, read)
            elif read.event is not None:
                events += 1
                if events <= SHOWN_EVENTS:
                    typer.echo(msgspec.json.format(read.event, indent=2).decode())
    except ImportFailed as error:
        broken = error
    _print_recognised(reading)
    console.print(f"{events:,} rows would become events, {reasons.total():,} would be refused.", highlight=False)
    for reason, count in reasons.most_common(20):
        example = first[reason]
        sample = example.refused.sample if example.refused is not None else ""
        _print_reason(count, reason, example.row, sample)
    if broken is not None:
        raise broken


def _print_recognised(reading: Reading) -> None:
    by_system = Counter(reading.recognised.values())
    for system, files in by_system.items():
        what = "events as POST /api/events takes them" if system == "events" else f"the mapping {system}"
        console.print(f"{files:,} {'file' if files == 1 else 'files'} read as {what}.", highlight=False, markup=False)


def _print_refused(sent: Sent) -> None:
    for reason, count in sent.reasons.most_common():
        _print_reason(count, reason, *sent.first_refused[reason])


def _print_reason(count: int, reason: str, row: int, sample: str) -> None:
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in sample)
    console.print(f"  {count:,} x {reason}", highlight=False, markup=False)
    console.print(f"      row {row:,}: {shown[:NAME_LENGTH_MAX]}", highlight=False, markup=False, style="dim")


def _print_figures(figures: Figures) -> None:
    console.print(
        f"{figures.rows_done:,} rows: {figures.stored:,} stored, {figures.duplicates:,} duplicates,"
        f" {figures.quarantined:,} quarantined, {figures.refused:,} refused.",
        highlight=False,
    )


def _name_of(sources: list[Source]) -> str:
    name = sources[0].name if len(sources) == 1 else f"{sources[0].name} and {len(sources) - 1} more"
    return name[-NAME_LENGTH_MAX:]


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
