"""`playtrace retention`: how long a game keeps what, shown before anything goes."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint, print_json, print_table

app = typer.Typer(no_args_is_help=True, add_completion=False, help="How long a game keeps what.")

FOR_GOOD = "forever"

Game = Annotated[str, typer.Argument(metavar="GAME", help="The game's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EventsDays = Annotated[
    str | None,
    typer.Option("--events", metavar="DAYS", help="Raw events; what was counted of them stays. `forever` keeps them."),
]
NamesDays = Annotated[
    list[str] | None,
    typer.Option("--name", metavar="NAME=DAYS", help="The same of events of this name; several times for several."),
]
PositionsDays = Annotated[str | None, typer.Option("--positions", metavar="DAYS", help="As --name position=DAYS.")]
CrashDays = Annotated[
    str | None,
    typer.Option("--crash-properties", metavar="DAYS", help="Stacks and all other properties of crashes and errors."),
]
SetAsideDays = Annotated[
    str | None, typer.Option("--set-aside", metavar="DAYS", help="What was quarantined or refused.")
]
EverythingDays = Annotated[
    str | None, typer.Option("--everything", metavar="DAYS", help="All of that, and every figure too.")
]


@app.command()
def show(game_id: Game, data: Data = None, as_json: AsJson = False) -> None:
    """Show what a game keeps for how long, what goes next and what is gone. The server must run."""
    with _server(data) as server:
        _print(server.get(_path(game_id)), as_json=as_json)


@app.command("set")
def set_policy(
    game_id: Game,
    events: EventsDays = None,
    names: NamesDays = None,
    positions: PositionsDays = None,
    crash_properties: CrashDays = None,
    set_aside: SetAsideDays = None,
    everything: EverythingDays = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Change how long a game keeps what: what is not named stays as it is. Shows what goes, and asks. It begins an hour
    later. The server must run."""
    changes = _changes(events, names, positions, crash_properties, set_aside, everything)
    with _server(data) as server:
        policy = _changed(server.get(_path(game_id))["policy"], changes)
        removals = server.post(f"{_path(game_id)}/preview", policy)["removals"]
        if not as_json:
            _say(removals)
        if removals and not yes and not typer.confirm("Removed events do not come back. Go on?"):
            print_hint("Nothing was changed.")
            raise typer.Exit(1)
        _print(server.put(_path(game_id), policy), as_json=as_json)


@app.command("preview")
def preview_policy(
    game_id: Game,
    events: EventsDays = None,
    names: NamesDays = None,
    positions: PositionsDays = None,
    crash_properties: CrashDays = None,
    set_aside: SetAsideDays = None,
    everything: EverythingDays = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show what would go today with these days: what is not named is as the game has it. The server must run."""
    changes = _changes(events, names, positions, crash_properties, set_aside, everything)
    with _server(data) as server:
        policy = _changed(server.get(_path(game_id))["policy"], changes)
        shown = server.post(f"{_path(game_id)}/preview", policy)
    if as_json:
        print_json(shown)
    else:
        _say(shown["removals"])


@app.command()
def run(game_id: Game, data: Data = None, as_json: AsJson = False) -> None:
    """Begin at once, instead of an hour after the last change. The server must run."""
    with _server(data) as server:
        _print(server.post(f"{_path(game_id)}/run", {}), as_json=as_json)


@app.command()
def compact(data: Data = None) -> None:
    """Write the store's file anew without the room that deletions left in it. No server may run; the disk needs room
    for what is kept."""
    from playtrace.operate.compact import CannotCompact, compact_store

    settings = settings_from(data=data)
    if running_server(settings) is not None:
        _fail("A server runs on this folder: stop it first. While it runs, free room in the file is filled again.")
    try:
        before, after = compact_store(settings)
    except CannotCompact as error:
        _fail(str(error))
    typer.echo(f"{settings.store_path}: {before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now.")


def _path(game_id: str) -> str:
    return f"/api/games/{quote(game_id, safe='')}/retention"


@contextmanager
def _server(data: Any) -> Generator[LocalServer]:
    """The one of the data folder. What it refuses ends the command with a sentence."""
    server = running_server(settings_from(data=data))
    if server is None:
        _fail("No server runs on this folder: begin with `playtrace serve`. It removes what is kept no longer.")
    try:
        yield server
    except ServerRefused as refused:
        _fail(str(refused))


def _changes(
    events: str | None,
    names: list[str] | None,
    positions: str | None,
    crash_properties: str | None,
    set_aside: str | None,
    everything: str | None,
) -> dict[str, Any]:
    """By field of the policy; of names those that are given."""
    given = {
        "eventsDays": ("--events", events),
        "crashPropertiesDays": ("--crash-properties", crash_properties),
        "setAsideDays": ("--set-aside", set_aside),
        "everythingDays": ("--everything", everything),
    }
    changes: dict[str, Any] = {
        field: _days(option, text) for field, (option, text) in given.items() if text is not None
    }
    named = [*(names or []), *([f"position={positions}"] if positions is not None else [])]
    of_names: dict[str, int | None] = {}
    for text in named:
        name, equals, days = text.rpartition("=")
        if not equals or not name:
            _fail(f"--name {text!r}: expected NAME=DAYS, such as position=14.")
        of_names[name] = _days(f"--name {name}", days)
    return changes | ({"namesDays": of_names} if of_names else {})


def _days(option: str, text: str) -> int | None:
    if text == FOR_GOOD:
        return None
    if not text.isdecimal():
        _fail(f"{option} {text!r}: expected a number of days, or `{FOR_GOOD}`.")
    return int(text)


def _changed(policy: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return policy | changes | {"namesDays": policy["namesDays"] | changes.get("namesDays", {})}


def _say(removals: list[dict[str, Any]]) -> None:
    for removal in removals:
        typer.echo(removal["says"])
    if not removals:
        typer.echo("Nothing is old enough to go today.")


def _print(now: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(now)
        return
    policy, gone = now["policy"], now["gone"]
    named = [(f"raw events {name}", days, gone["names"].get(name)) for name, days in policy["namesDays"].items()]
    rows = [
        ("raw events", policy["eventsDays"], gone["events"]),
        *named,
        ("properties of crashes", policy["crashPropertiesDays"], gone["crashProperties"]),
        ("set aside", policy["setAsideDays"], None),
        ("everything", policy["everythingDays"], gone["everything"]),
    ]
    print_table(
        ["What", "Kept for", "Gone before (UTC)"],
        [[what, FOR_GOOD if days is None else f"{days} days", before] for what, days, before in rows],
    )
    for removal in now["going"]:
        print_hint(removal["says"])
    if now["going"] and now["beginsAt"] is not None:
        print_hint(f"Not before {now['beginsAt']}; `playtrace retention run {now['gameId']}` begins at once.")
    if (progress := now["progress"]) is not None:
        print_hint(f"Being removed: {progress['rowsLookedAt']:,} of {progress['rows']:,} rows were looked through.")
    if (file := now["file"]) is not None:
        print_hint(f"The store's file has {file['bytes'] / 1e6:,.1f} MB, {file['freeBytes'] / 1e6:,.1f} of them free.")


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
