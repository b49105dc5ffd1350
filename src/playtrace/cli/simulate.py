"""`playtrace simulate`: games that do not exist, into a server or a file."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Generator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from playtrace.cli.delivery_report import console
from playtrace.cli.simulated_arena import play, send_history, write_events
from playtrace.cli.simulated_loot import loot_scenario, submit, write_sheets
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.custom_stats import CustomStatsError, read_custom_stats
from playtrace.simulate.delivery import DeliveryError, require_server

DEFAULT_SERVER = "http://127.0.0.1:8080"
DEFAULT_EVENTS = 300_000
DEFAULT_RATE = 50.0


class ScenarioName(StrEnum):
    ARENA = "arena"
    LOOT = "loot"


OF_SCENARIO = {
    **dict.fromkeys(("days", "events", "live", "rate", "history", "duration", "to"), ScenarioName.ARENA),
    **dict.fromkeys(("matches", "generate_only", "custom_stats"), ScenarioName.LOOT),
}
"""The options that one scenario alone has."""
OF_LIVE = ("rate", "history", "duration")


def simulate(
    context: typer.Context,
    scenario: Annotated[ScenarioName, typer.Option(help="arena: a shooter with everything. loot: stat sheets.")] = (
        ScenarioName.ARENA
    ),
    seed: Annotated[int, typer.Option(min=0, help="The same seed and arguments give the same events.")] = 1,
    days: Annotated[
        int | None,
        typer.Option(min=1, help="arena: days of history (UTC), today being the last. Default 30; none with --live."),
    ] = None,
    events: Annotated[int | None, typer.Option(min=1, help="arena: about how many events the history has.")] = None,
    players: Annotated[
        int | None, typer.Option(min=1, help="arena: players who exist (instead of --events). loot: per match.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(help="End of the history, RFC 3339. Default: now; for files the last midnight UTC.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="arena: play now (after the history, if --days is given).")
    ] = False,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            help="arena, with --live: events per second. Default: as many as in the history; 50 without --days.",
        ),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="arena, with --live and --days: send the history first.")
    ] = True,
    duration: Annotated[
        float | None, typer.Option(min=0.1, help="arena, with --live: seconds; else until Ctrl-C.")
    ] = None,
    server: Annotated[str, typer.Option(help="Where to send.")] = DEFAULT_SERVER,
    key: Annotated[str | None, typer.Option(envvar="PLAYTRACE_KEY", help="Write key, unless the server is open.")] = (
        None
    ),
    game: Annotated[
        str | None,
        typer.Option(help="Id of the game. Default: that of the scenario; for arena with --key it must be named."),
    ] = None,
    requests_at_once: Annotated[
        int | None, typer.Option("--parallel", min=1, max=256, help="Requests under way. Default: 4; loot: 32.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Write .ndjson or .parquet, and truth.json beside it (loot: .json, or -)."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="arena: write the history into a game database (postgresql://...), through its procedures.",
        ),
    ] = None,
    matches: Annotated[int, typer.Option(min=0, help="loot: matches.")] = 50,
    generate_only: Annotated[bool, typer.Option("--generate-only", help="loot: write JSON, send nothing.")] = False,
    custom_stats: Annotated[Path | None, typer.Option(help="loot: YAML file that describes stats of your own.")] = None,
) -> None:
    """Simulate a game and send its events to a server or write them to a file.

    An option that says "arena" or "loot" is of that scenario alone, and refused with the other.
    """
    _refuse_what_is_not_read(context, scenario, is_live=live)
    if live and output is not None:
        raise typer.BadParameter("it plays to a server, and --output writes a file: give one.", param_hint="--live")
    if to is not None and (live or output is not None):
        raise typer.BadParameter("it writes a history, and not --live or --output: give one.", param_hint="--to")
    with _errors_as_sentences():
        until = _instant(end)
        if scenario is ScenarioName.LOOT:
            stats = read_custom_stats(custom_stats) if custom_stats else None
            loot = loot_scenario(seed, matches, players, until, stats, into_file=generate_only or output is not None)
            if generate_only or output is not None:
                write_sheets(loot, output)
            else:
                require_server(server)
                submit(loot, server, key, game, requests_at_once or 32)
            return
        if key and game is None and output is None and to is None:
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
            write_events(arena, output)
            return
        if to is not None:
            from playtrace.cli.simulated_game_database import write_to_game_database

            write_to_game_database(arena, to)
            return
        require_server(server)
        if not live or (days is not None and history):
            send_history(arena, server, key, requests_at_once or 4)
        if live:
            if rate is None and days is None:
                rate = DEFAULT_RATE
            play(arena, server, key, rate, duration, requests_at_once or 16)


def _refuse_what_is_not_read(context: typer.Context, scenario: ScenarioName, *, is_live: bool) -> None:
    """Raises `BadParameter` for an option that was typed, and would do nothing."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is None or source.name != "COMMANDLINE":
            continue
        option = "/".join((*parameter.opts, *parameter.secondary_opts))
        its_scenario = OF_SCENARIO.get(parameter.name or "", scenario)
        if its_scenario is not scenario:
            raise typer.BadParameter(
                f"it belongs to --scenario {its_scenario}, and this is --scenario {scenario}.", param_hint=option
            )
        if parameter.name in OF_LIVE and not is_live:
            raise typer.BadParameter("it belongs to --live, which is not given.", param_hint=option)


@contextlib.contextmanager
def _errors_as_sentences() -> Generator[None]:
    try:
        yield
    except (DeliveryError, CustomStatsError, ValueError, OSError) as error:
        console.print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(1) from error


def _instant(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--end: expected RFC 3339 like 2026-03-01T12:00:00Z, got {text!r}.") from None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=dt.UTC)
