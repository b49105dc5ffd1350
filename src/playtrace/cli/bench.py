"""`playtrace bench`: what this machine can do, measured against its limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, cast

import msgspec
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="What this machine can do, measured against its limits."
)

GROWTH_SIZES = [0, 10_000_000]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def ingest(
    as_json: AsJson = False,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Length of each phase.")] = 6.0,
    load_events: Annotated[int, typer.Option(min=10_000, help="Events in the comparison with a raw insert.")] = 500_000,
) -> None:
    """Taking events: requests of one and of a hundred, loading, and when they become visible."""
    from playtrace.bench import ingest as bench  # only here: the command line starts without it
    from playtrace.bench.processes import BenchError

    try:
        result = bench.run(seconds=seconds, load_events=load_events)
    except BenchError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _show(msgspec.to_builtins(result), as_json)


@app.command()
def query(
    as_json: AsJson = False,
    events: Annotated[int, typer.Option(min=10_000, help="Events over 90 days.")] = 1_000_000,
    data: Annotated[Path | None, typer.Option(help="Keep the generated store here, and use it if it is there.")] = None,
    repeats: Annotated[int, typer.Option(min=3, help="How often each metric is asked.")] = 15,
) -> None:
    """Asking each metric over 30 and 90 days, cold, from rollups and from raw events; and loading meanwhile."""
    from playtrace.bench import query as bench

    _show(msgspec.to_builtins(bench.run(events=events, data=data, repeats=repeats)), as_json)


@app.command()
def growth(
    as_json: AsJson = False,
    sizes: Annotated[
        list[int], typer.Option("--events", min=0, help="Events over 30 days in the store; may be given several times.")
    ] = GROWTH_SIZES,
    data: Annotated[Path | None, typer.Option(help="Keep the generated stores here, and use those there.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often the same events are loaded into both.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="How long the server is pressed.")] = 10.0,
) -> None:
    """What becomes slower and larger as a store grows: the same loads into an empty one and into it, and memory."""
    from playtrace.bench import growth as bench
    from playtrace.bench.processes import BenchError

    try:
        result = bench.run(sizes=sizes, data=data, rounds=rounds, seconds=seconds)
    except BenchError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _show(msgspec.to_builtins(result), as_json)


@app.command()
def alerts(
    as_json: AsJson = False,
    games: Annotated[int, typer.Option(min=1, max=1_000, help="Games that the events are of.")] = 50,
    rules: Annotated[int, typer.Option(min=1, max=5_000, help="Rules over all of them.")] = 1_000,
    events: Annotated[int, typer.Option(min=200_000, help="Events that are loaded in each round.")] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often they are loaded with and without rules.")] = 3,
) -> None:
    """Loading with and without rules of alerts that are judged meanwhile, as a ratio."""
    from playtrace.bench import alerts as bench

    _show(msgspec.to_builtins(bench.run(games=games, rules=rules, events=events, rounds=rounds)), as_json)


@app.command()
def mirrors(
    urls: Annotated[
        list[str],
        typer.Option("--to", metavar="URL", help="A database that is there for it; several times for several."),
    ],
    as_json: AsJson = False,
    events: Annotated[int, typer.Option(min=10_000, help="Events that each database gets.")] = 200_000,
    seconds: Annotated[
        float, typer.Option(min=0, max=600, help="How long servers with and without mirrors are pressed; 0: not.")
    ] = 5.0,
) -> None:
    """Events into databases by a mirror, beside a plain copy of the same rows; and taking events meanwhile."""
    from playtrace.bench import mirrors as bench
    from playtrace.bench.processes import BenchError

    try:
        result = bench.run(urls, events=events, seconds=seconds)
    except BenchError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _show(msgspec.to_builtins(result), as_json)


@app.command()
def cluster(
    journal: Annotated[str, typer.Option(metavar="URL", help="A broker, as journal_url names it.")],
    store: Annotated[str, typer.Option(metavar="URL", help="A ClickHouse, as store_url names it.")],
    as_json: AsJson = False,
    events: Annotated[int, typer.Option(min=10_000, help="Events over 30 days that are copied and asked.")] = 200_000,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Length of each phase of taking.")] = 4.0,
    data: Annotated[Path | None, typer.Option(help="Keep the generated store here, and use it if it is there.")] = None,
    repeats: Annotated[int, typer.Option(min=3, help="How often each metric is asked.")] = 7,
) -> None:
    """Taking events over a broker beside the file; copying into ClickHouse beside a plain insert; and asking both."""
    from playtrace.bench.processes import BenchError
    from playtrace.store.errors import StoreError

    try:
        from playtrace.bench import cluster as bench

        result = bench.run(
            journal_url=journal, store_url=store, events=events, seconds=seconds, data=data, repeats=repeats
        )
    except (BenchError, StoreError, ValueError, ImportError) as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _show(msgspec.to_builtins(result), as_json)


@app.command()
def soak(
    as_json: AsJson = False,
    minutes: Annotated[float, typer.Option(min=0.5, max=24 * 60, help="How long.")] = 30.0,
    events: Annotated[float, typer.Option(min=100, max=100_000, help="Events a second.")] = 1_000.0,
    samples: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all that was seen there, as CSV.")] = None,
) -> None:
    """Working for long: events, questions, the live view and backups, and what memory, descriptors, threads and files
    do meanwhile."""
    from playtrace.bench import soak as bench
    from playtrace.bench.processes import BenchError

    try:
        result = bench.run(minutes=minutes, events_per_s=events, samples=samples)
    except BenchError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _show(msgspec.to_builtins(result), as_json)


@app.command()
def dashboard(
    as_json: AsJson = False,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help="A server that runs. Default: one with simulated events.")
    ] = None,
    token: Annotated[str | None, typer.Option(help="A read token of that server, unless it is open.")] = None,
    events: Annotated[int, typer.Option(min=1_000, help="Events over 90 days that are simulated.")] = 1_000_000,
    data: Annotated[Path | None, typer.Option(help="Keep the generated store here, and use it if it is there.")] = None,
) -> None:
    """Opening each page of the dashboard in Chromium, cold: first paint, the last panel, bytes and requests."""
    from playtrace.bench import dashboard as bench
    from playtrace.bench.processes import BenchError

    try:
        result = bench.run(server=server, token=token, events=events, data=data)
    except BenchError as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error
    _show(msgspec.to_builtins(result), as_json)


@app.command()
def functions(
    as_json: AsJson = False,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is imported.")] = 5,
    requests: Annotated[int, typer.Option(min=1, help="How many requests of a kind.")] = 1_000,
) -> None:
    """Functions of AWS: what importing them takes beside a server, and requests beside the same app in a server."""
    from playtrace.bench import functions as bench

    _show(msgspec.to_builtins(bench.run(rounds=rounds, requests=requests)), as_json)


def _show(result: dict[str, object], as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(result)))
        return
    table = Table("what", "measured")
    for name, value in _leaves(result):
        table.add_row(name, f"{value:,.2f}" if isinstance(value, float) else str(value))
    Console().print(table)


def _leaves(result: dict[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in result.items():
        if isinstance(value, dict):
            yield from _leaves(cast("dict[str, object]", value), f"{above}{name}.")
        elif isinstance(value, list):
            for number, each in enumerate(cast("list[dict[str, object]]", value), start=1):
                yield from _leaves(each, f"{above}{name}.{number}.")
        else:
            yield above + name, value
