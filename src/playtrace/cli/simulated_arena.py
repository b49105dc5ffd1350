"""`playtrace simulate` of the arena: its events into a file, its history to a server, or play that goes on."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from playtrace.cli.delivery_report import console, print_report
from playtrace.event import Event
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.delivery import DeliveryReport
from playtrace.simulate.files import write_ndjson, write_parquet
from playtrace.simulate.live import play_live
from playtrace.simulate.upload import upload

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C ended."""


def write_events(arena: ArenaScenario, output: Path) -> None:
    writers = {".ndjson": write_ndjson, ".jsonl": write_ndjson, ".parquet": write_parquet}
    write = writers.get(output.suffix)
    if write is None:
        raise ValueError(f"--output: expected a name that ends in {', '.join(writers)}, got {output.name}.")
    with history_progress(arena) as (batches, advance):
        events = write(batches, output, advance)
    truth_path = output.with_name("truth.json")
    arena.truth().write(truth_path)
    console.print(f"{events:,} events in {output}; what they hold is in {truth_path}", highlight=False)


def send_history(arena: ArenaScenario, server: str, key: str | None, requests_at_once: int) -> None:
    with history_progress(arena) as (batches, advance):
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
            console.print(f"Interrupted: the server has answered for {done:,} events. They stay.", highlight=False)
            raise typer.Exit(INTERRUPTED) from None
    print_report(report, "events")
    if report.accepted + report.rejected == 0:
        console.print("Nobody has played yet: the day (UTC) has just begun. More --days have more in them.")


def play(
    arena: ArenaScenario,
    server: str,
    key: str | None,
    rate: float | None,
    duration_s: float | None,
    requests_at_once: int,
) -> None:
    async def until_stopped() -> DeliveryReport:
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

    print_report(asyncio.run(until_stopped()), "events")


@contextlib.contextmanager
def history_progress(arena: ArenaScenario) -> Generator[tuple[Iterator[list[Event]], Callable[[int], None]]]:
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
        console=console,
    )
