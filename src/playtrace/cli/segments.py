"""`playtrace segments`: players who are asked about together, by the option `--segment` of every metric."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint, print_json, print_table

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Players who are asked about together.")

Game = Annotated[str, typer.Argument(metavar="GAME", help="The game's id.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The segment's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("set")
def set_(
    game_id: Game,
    segment_id: Name,
    event: Annotated[str | None, typer.Option(help="Players who ever did this, as of now.")] = None,
    players: Annotated[
        Path | None, typer.Option(help="File with a player's id on each line; - for standard input.", allow_dash=True)
    ] = None,
    env: Annotated[str, typer.Option(help="With --event: in this environment.")] = "prod",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a segment, in place of one of the same name. The server must run."""
    definition: dict[str, Any] = {"env": env}
    if players is not None:
        text = sys.stdin.read() if str(players) == "-" else _text(players)
        definition["players"] = [line.strip() for line in text.splitlines() if line.strip()]
    if event is not None:
        definition["event"] = event
    try:
        made = _server(data).put(f"{_path(game_id)}/{quote(segment_id, safe='')}", definition)
    except ServerRefused as error:
        _fail(str(error))
    _print([made], as_json)


@app.command("list")
def list_segments(game_id: Game, data: Data = None, as_json: AsJson = False) -> None:
    """List the segments of a game."""
    try:
        found = _server(data).get(_path(game_id))["segments"]
    except ServerRefused as error:
        _fail(str(error))
    if found or as_json:
        _print(found, as_json)
    else:
        print_hint(f"No segments yet. Make one: playtrace segments set {game_id} buyers --event purchase")


@app.command()
def remove(game_id: Game, segment_id: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Forget a segment. Its players and their events stay."""
    try:
        left = _server(data).delete(f"{_path(game_id)}/{quote(segment_id, safe='')}")["segments"]
    except ServerRefused as error:
        _fail(str(error))
    _print(left, as_json)


def _path(game_id: str) -> str:
    return f"/api/games/{quote(game_id, safe='')}/segments"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{path} cannot be read: {error}")


def _server(data: Path | None) -> LocalServer:
    server = running_server(settings_from(data=data))
    if server is None:
        _fail("No server runs on this data folder. Start it: playtrace serve")
    return server


def _print(segments: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json({"segments": segments})
        return
    rows = [
        [found["id"], found["players"], found["event"] or "(a list)", found["env"], found["madeAt"]]
        for found in segments
    ]
    print_table(["Segment", "Players", "Who did", "Environment", "As of"], rows)


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
