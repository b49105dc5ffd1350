"""`playtrace demo`: a server, a game with three months of history, and people who play it now."""

from __future__ import annotations

import asyncio
import datetime as dt
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
from playtrace.config import MirrorSettings
from playtrace.registry.maps import Calibration, Pinned
from playtrace.registry.registry import Registry
from playtrace.server import Server
from playtrace.server import serve as serve_app
from playtrace.simulate.arena_pictures import drawings
from playtrace.simulate.population import SALE, sale_days

GAME = "arena"
HISTORY_DAYS = 90
"""Thirty days have thirty before them to be compared with, retention reaches D30, and a quarter has its trend."""
HISTORY_EVENTS = 2_000_000
LATE_DAYS_MAX = HISTORY_DAYS + 7
"""The history must not be quarantined as too old, nor while a demo with a folder of its own goes on."""

console = Console(stderr=True, highlight=False)


def demo(
    data: Data = None,
    port: Port = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the dashboard.")] = True,
) -> None:
    """Watch a game being played: 90 days of history and live players, on a dashboard. Ctrl-C ends it.

    The history is sent while you look, which takes about a minute; the bar says how far it is.

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
        # A game that does not exist is nothing for the databases that stand in somebody's environment.
        settings = settings.model_copy(update={"mirrors": MirrorSettings()})
        logs.set_up(settings)
        players: list[subprocess.Popen[bytes]] = []

        def ready(url: str, server: Server) -> None:
            dashboard = f"{url}/?game={GAME}"
            console.print(f"The dashboard is at [bold]{dashboard}[/bold]. Ctrl-C ends the demo.", soft_wrap=True)
            console.print(f"`playtrace query` and `playtrace sql` find it with --data {data}", soft_wrap=True)
            server.registry.games.add_missing([GAME])
            _draw_maps(server.registry)
            if not has_history:
                _note_the_sale(server.registry)
                console.print(f"{HISTORY_DAYS} days of history are on their way: the dashboard fills as they come.")
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


def _note_the_sale(registry: Registry) -> None:
    """As somebody of the studio would: no figure explains why more is bought for some days."""
    today = dt.datetime.now(dt.UTC).date()
    begins, _ = sale_days(today - dt.timedelta(days=HISTORY_DAYS - 1), HISTORY_DAYS)
    registry.annotations.add(GAME, dt.datetime.combine(begins, dt.time(), dt.UTC), SALE)


def _draw_maps(registry: Registry) -> None:
    """The game's maps have pictures; those that somebody put there instead stay."""
    there = {one.name for one in registry.maps.all(GAME)}
    for drawing in drawings():
        if drawing.name in there:
            continue
        registry.maps.put_image(GAME, drawing.name, drawing.png)
        corners = Calibration(
            Pinned(0, 0, *drawing.upper_left),
            Pinned(drawing.width_px, drawing.height_px, *drawing.lower_right),
            drawing.y_up,
        )
        registry.maps.change(GAME, drawing.name, {"calibration": corners, "opacity": 0.8})


def _simulate(url: str, *, history: bool) -> list[str]:
    """The game is played by a process of its own, as a real one would be."""
    command = [sys.executable, "-P", "-m", "playtrace", "simulate", "--server", url, "--game", GAME]
    command += ["--events", str(HISTORY_EVENTS), "--days", str(HISTORY_DAYS), "--live"]
    return command if history else [*command, "--no-history"]
