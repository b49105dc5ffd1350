"""`playtrace simulate`: games that do not exist, into a server or a file."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from playtrace.event import Event
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.custom_stats import CustomStats, CustomStatsError, read_custom_stats
from playtrace.simulate.delivery import DeliveryError, DeliveryReport, require_server
from playtrace.simulate.files import write_ndjson, write_parquet
from playtrace.simulate.live import play_live
from playtrace.simulate.loot import LootScenario, submit_sheets
from playtrace.simulate.upload import upload

DEFAULT_SERVER = "http://127.0.0.1:8080"
DEFAULT_EVENTS = 300_000
DEFAULT_RATE = 50.0
DEFAULT_PLAYERS_PER_MATCH = 4
SHEETS_PER_PROGRESS_LINE = 50
INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""

_console = Console(stderr=True)


class ScenarioName(StrEnum):
    ARENA = "arena"
    LOOT = "loot"


def simulate(
    scenario: Annotated[ScenarioName, typer.Option(help="arena: a shooter with everything. loot: stat sheets.")] = (
        ScenarioName.ARENA
    ),
    seed: Annotated[int, typer.Option(min=0, help="The same seed and arguments give the same events.")] = 1,
    days: Annotated[
        int | None,
        typer.Option(min=1, help="Days of history (UTC), today being the last. Default 30; none with --live."),
    ] = None,
    events: Annotated[int | None, typer.Option(min=1, help="About how many events the history has.")] = None,
    players: Annotated[
        int | None, typer.Option(min=1, help="arena: players who exist (instead of --events). loot: per match.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="End of the history, RFC 3339. Default: now; for files the last midnight UTC.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Play now (after the history, if --days is given).")] = False,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.1, help="With --live: events per second. Default: as many as in the history; 50 without --days."
        ),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="With --live and --days: send the history first.")
    ] = True,
    duration: Annotated[float | None, typer.Option(min=0.1, help="With --live: seconds; else until Ctrl-C.")] = None,
    server: Annotated[str, typer.Option(help="Where to send.")] = DEFAULT_SERVER,
    key: Annotated[str | None, typer.Option(envvar="PLAYTRACE_KEY", help="Write key, unless the server is open.")] = (
        None
    ),
    game: Annotated[
        str | None, typer.Option(help="Id of the game. Default: arena; with --key it must be named.")
    ] = None,
    requests_at_once: Annotated[
        int | None, typer.Option("--parallel", min=1, max=256, help="Requests under way. Default: 4; loot: 32.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write .ndjson or .parquet, and truth.json beside it (loot: .json, or -)."),
    ] = None,
    matches: Annotated[int, typer.Option(min=0, help="loot: matches.")] = 50,
    generate_only: Annotated[bool, typer.Option("--generate-only", help="loot: write JSON, send nothing.")] = False,
    custom_stats: Annotated[Path | None, typer.Option(help="loot: YAML file that describes stats of your own.")] = None,
) -> None:
    """Simulate a game and send its events to a server or write them to a file."""
    with _errors_as_sentences():
        until = _instant(end)
        if scenario is ScenarioName.LOOT:
            stats = read_custom_stats(custom_stats) if custom_stats else None
            loot = _loot_scenario(seed, matches, players, until, stats, into_file=generate_only or output is not None)
            if generate_only or output is not None:
                _write_sheets(loot, output)
            else:
                require_server(server)
                _submit(loot, server, key, game, requests_at_once or 32)
            return
        if key and game is None and output is None:
            raise typer.BadParameter(
                "name the game that the key is for; `playtrace keys list` shows it.", param_hint="--game"
            )
        if events is None and players is None:
            events = DEFAULT_EVENTS
        if until is None:
            until = dt.datetime.now(dt.UTC)
            if output is not None:
                until = until.replace(hour=0, minute=0, second=0, microsecond=0)
        arena = ArenaScenario(
            seed=seed, players=players, events=events, days=days or 30, end=until, game_id=game or "arena"
        )
        if output is not None:
            _write_events(arena, output)
            return
        require_server(server)
        if not live or (days is not None and history):
            _upload(arena, server, key, requests_at_once or 4)
        if live:
            if rate is None and days is None:
                rate = DEFAULT_RATE
            _play_live(arena, server, key, rate, duration, requests_at_once or 16)


@contextlib.contextmanager
def _errors_as_sentences() -> Generator[None]:
    try:
        yield
    except (DeliveryError, CustomStatsError, ValueError, OSError) as error:
        _console.print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(1) from error


def _instant(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--end: expected RFC 3339 like 2026-03-01T12:00:00Z, got {text!r}.") from None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=dt.UTC)


# ── the arena ─────────────────────────────────────────────────────────────────────────────────────────────


def _write_events(arena: ArenaScenario, output: Path) -> None:
    writers = {".ndjson": write_ndjson, ".jsonl": write_ndjson, ".parquet": write_parquet}
    write = writers.get(output.suffix)
    if write is None:
        raise ValueError(f"--output: expected a name that ends in {', '.join(writers)}, got {output.name}.")
    with _history_progress(arena) as (batches, advance):
        events = write(batches, output, advance)
    truth_path = output.with_name("truth.json")
    arena.truth().write(truth_path)
    _console.print(f"{events:,} events in {output}; what they hold is in {truth_path}", highlight=False)


def _upload(arena: ArenaScenario, server: str, key: str | None, requests_at_once: int) -> None:
    with _history_progress(arena) as (batches, advance):
        done = 0

        def on_progress(report: DeliveryReport) -> None:
            nonlocal done
            now = report.accepted + report.rejected
            advance(now - done)
            done = now

        uploading = upload(batches, server, key, requests_at_once=requests_at_once, on_progress=on_progress)
        try:
            report = asyncio.run(uploading)
        except KeyboardInterrupt:
            _console.print(f"Interrupted: the server has answered for {done:,} events. They stay.", highlight=False)
            raise typer.Exit(INTERRUPTED) from None
    _print_report(report, "events")
    if report.accepted + report.rejected == 0:
        _console.print("Nobody has played yet: the day (UTC) has just begun. More --days have more in them.")


def _play_live(
    arena: ArenaScenario,
    server: str,
    key: str | None,
    rate: float | None,
    duration_s: float | None,
    requests_at_once: int,
) -> None:
    async def play() -> DeliveryReport:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        # The loop's own signal handlers do not exist on Windows; this works everywhere.
        previous = signal.signal(signal.SIGINT, lambda _signal, _frame: loop.call_soon_threadsafe(stop.set))
        if duration_s is not None:
            loop.call_later(duration_s, stop.set)
        try:
            with _progress("players in play") as progress:
                task = progress.add_task("live", total=None, rate="")

                def on_progress(report: DeliveryReport, players: int) -> None:
                    rate_text = f"{report.rate:,.1f} events/s, {players:,} players"
                    progress.update(task, completed=report.accepted, rate=rate_text)

                return await play_live(
                    arena, server, rate, stop, key=key, requests_at_once=requests_at_once, on_progress=on_progress
                )
        finally:
            signal.signal(signal.SIGINT, previous)

    _print_report(asyncio.run(play()), "events")


@contextlib.contextmanager
def _history_progress(arena: ArenaScenario) -> Generator[tuple[Iterator[list[Event]], Callable[[int], None]]]:
    """The batches, and what to call with the number of events that are done; a bar moves with the days."""
    start = dt.datetime.combine(arena.first_day, dt.time(), dt.UTC)
    total_s = (arena.end - start).total_seconds()
    thresholds = gc.get_threshold()
    # Events come and go by the million without cycles; looking for them costs a fifth of the time.
    gc.set_threshold(200_000, 50, 100)
    try:
        with _progress("history") as progress:
            task = progress.add_task("history", total=round(total_s / 3600), rate="")
            done = 0

            def batches() -> Iterator[list[Event]]:
                for batch in arena.batches():
                    yield batch
                    last = batch[-1].time or start
                    progress.update(task, completed=int((last - start).total_seconds() / 3600))
                progress.update(task, completed=round(total_s / 3600))

            def advance(events: int) -> None:
                nonlocal done
                done += events
                progress.update(task, rate=_rate(done, progress, task))

            yield batches(), advance
    finally:
        gc.set_threshold(*thresholds)


def _rate(done: int, progress: Progress, task: TaskID) -> str:
    elapsed_s = progress.tasks[progress.task_ids.index(task)].elapsed or 0.0
    return f"{done:,} events, {done / elapsed_s:,.0f}/s" if elapsed_s > 0 else f"{done:,} events"


def _progress(unit: str) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn() if unit == "history" else TextColumn("{task.completed:,.0f} events"),
        TextColumn("hours" if unit == "history" else ""),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        console=_console,
    )


def _print_report(report: DeliveryReport, unit: str) -> None:
    retries = f", {report.retries:,} retries" if report.retries else ""
    _console.print(
        f"{report.accepted:,} {unit} accepted, {report.rejected:,} rejected in {report.seconds:.1f} s "
        f"({report.rate:,.0f} {unit}/s, {report.requests:,} requests{retries})",
        highlight=False,
    )
    for reason, count in report.reasons.most_common():
        _console.print(f"  {count:,} x {reason}", highlight=False, markup=False)


# ── loot ──────────────────────────────────────────────────────────────────────────────────────────────────


def _loot_scenario(
    seed: int,
    matches: int,
    players: int | None,
    until: dt.datetime | None,
    stats: CustomStats | None,
    *,
    into_file: bool,
) -> LootScenario:
    if until is None:
        until = dt.datetime.now(dt.UTC).replace(microsecond=0)
        if into_file:
            until = until.replace(hour=0, minute=0, second=0)
    return LootScenario(
        seed=seed, matches=matches, players=players or DEFAULT_PLAYERS_PER_MATCH, end=until, custom_stats=stats
    )


def _write_sheets(loot: LootScenario, output: Path | None) -> None:
    document = msgspec.json.format(msgspec.json.encode(list(loot.sheets())), indent=2) + b"\n"
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(document)
        return
    output.write_bytes(document)
    _console.print(f"{loot.sheet_count:,} stat sheets in {output}", highlight=False)


def _submit(loot: LootScenario, server: str, key: str | None, game: str | None, requests_at_once: int) -> None:
    printed = 0

    def on_progress(report: DeliveryReport) -> None:
        nonlocal printed
        done = report.accepted + report.rejected
        if done // SHEETS_PER_PROGRESS_LINE > printed // SHEETS_PER_PROGRESS_LINE:
            printed = done
            _console.print(f"{done:,}/{loot.sheet_count:,} stat sheets, {report.rate:,.0f}/s", highlight=False)

    report = asyncio.run(
        submit_sheets(loot, server, key, game_id=game, requests_at_once=requests_at_once, on_progress=on_progress)
    )
    _print_report(report, "stat sheets")
