"""`playtrace demo`: a server, a game with a month of history, and people who play it now."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import webbrowser
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from playtrace import logs
from playtrace.cli.serve import run
from playtrace.cli.settings_options import Data, Port, settings_from
from playtrace.server import Playtrace
from playtrace.server import serve as serve_app

GAME = "arena"
HISTORY_DAYS = 30
HISTORY_EVENTS = 400_000
LIVE_EVENTS_PER_S = 8
LATE_DAYS_MAX = 60
"""The month of history must not be quarantined as too old."""

console = Console(stderr=True, highlight=False)


def demo(
    data: Data = None,
    port: Port = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the dashboard.")] = True,
) -> None:
    """Watch a game being played: 30 days of history and live players, on a dashboard. Ctrl-C ends it.

    Without --data nothing of it is kept.
    """
    with ExitStack() as cleanup:
        if data is None:
            folder = tempfile.TemporaryDirectory(prefix="playtrace-demo-", ignore_cleanup_errors=True)
            data = Path(cleanup.enter_context(folder))
        elif (data / "store.duckdb").exists():
            console.print(f"{data} has a game already: its players go on, no history is added.")
        has_history = (data / "store.duckdb").exists()
        settings = settings_from(
            data=data, port=port, open=True, log_level="warning", late_days_max=LATE_DAYS_MAX, log_format="text"
        )
        logs.set_up(settings)
        players: list[subprocess.Popen[bytes]] = []

        def ready(url: str, playtrace: Playtrace) -> None:
            dashboard = f"{url}/?game={GAME}"
            console.print(f"The dashboard is at [bold]{dashboard}[/bold]. Ctrl-C ends the demo.", soft_wrap=True)
            console.print(f"`playtrace query` and `playtrace sql` find it with --data {data}", soft_wrap=True)
            players.append(subprocess.Popen(_simulate(url, history=not has_history)))  # noqa: S603 - ourselves
            if browser:
                webbrowser.open(dashboard)

        async def main(stop: asyncio.Event) -> None:
            try:
                await serve_app(settings, ready, stop)
            finally:
                for process in players:
                    process.terminate()

        run(main)
        for process in players:
            process.wait()


def _simulate(url: str, *, history: bool) -> list[str]:
    """The game is played by a process of its own, as a real one would be."""
    command = [sys.executable, "-P", "-m", "playtrace", "simulate", "--server", url, "--game", GAME]
    command += ["--events", str(HISTORY_EVENTS), "--live", "--rate", str(LIVE_EVENTS_PER_S)]
    return [*command, "--days", str(HISTORY_DAYS)] if history else command
