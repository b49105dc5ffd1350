"""`playtrace serve`: the server, until Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
from rich.console import Console

from playtrace import logs
from playtrace.cli.settings_options import Data, Host, Port, settings_from
from playtrace.cluster.asking import Asking
from playtrace.cluster.loading import Loading
from playtrace.registry.errors import RegistryError
from playtrace.server import Server
from playtrace.server import serve as serve_app
from playtrace.serving import http_server
from playtrace.serving.collecting import Collecting
from playtrace.serving.listening import StartError
from playtrace.store.errors import StoreError

SAME_SIGNAL_S = 1.0
"""A signal within this time of the first is that one again: what runs us, such as `uv run`, may hand it on too."""

console = Console(stderr=True, highlight=False)


def serve(
    data: Data = None,
    host: Host = None,
    port: Port = None,
    open_: Annotated[bool, typer.Option("--open", help="No login and no keys; loopback only.")] = False,
    open_beyond_loopback: Annotated[
        bool, typer.Option("--open-beyond-loopback", help="With --open: let others reach it too.")
    ] = False,
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLES", help="all, or of collect, load, ask. [all]")
    ] = None,
) -> None:
    """Collect events and answer questions, until Ctrl-C. With --role one of both: docs/scaling.md."""
    settings = settings_from(
        data=data,
        host=host,
        port=port,
        open=open_ or None,
        open_beyond_loopback=open_beyond_loopback or None,
        role=role,
    )
    logs.set_up(settings)

    def ready(url: str, server: Server) -> None:
        announce(url, server)
        console.print("Ctrl-C stops it.")

    run(lambda stop: serve_app(settings, ready, stop))


def announce(url: str, server: Server) -> None:
    """Where a server is that has just begun, and how its first admin comes in."""
    settings = server.settings
    match server:
        case Collecting():
            console.print(f"playtrace takes events at [bold]{url}[/bold]", soft_wrap=True)
            return
        case Loading():
            where = f"loads into {settings.data.absolute()}, and is asked at {server.address}"
            console.print(f"playtrace {where} by servers with the role ask", soft_wrap=True)
            return
        case Asking():
            console.print(f"playtrace answers at [bold]{url}[/bold]", soft_wrap=True)
        case _:
            console.print(f"playtrace is at [bold]{url}[/bold], its data in {settings.data.absolute()}", soft_wrap=True)
    if settings.open:
        console.print("It is open: everybody who reaches it may write and read.")
    elif (token := server.registry.first_admin.new_token()) is not None:
        console.print(f"Make the admin account here, once: [bold]{url}/setup?token={token}[/bold]", soft_wrap=True)


def run(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run until done or told to stop; a second Ctrl-C ends at once. Start errors end with a sentence."""
    try:
        http_server.run(_until_signal(main))
    except (StartError, StoreError, RegistryError) as error:
        typer.secho(str(error), err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from error


async def _until_signal(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    told_at = 0.0

    def on_signal(number: int, frame: object) -> None:
        nonlocal told_at
        now = time.monotonic()
        if told_at == 0.0:
            told_at = now
            loop.call_soon_threadsafe(stop.set)
        elif now - told_at > SAME_SIGNAL_S:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    await main(stop)
