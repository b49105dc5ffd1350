"""`playtrace segments`: players who are asked about together, by the option `--segment` of every metric."""

from __future__ import annotations

import json
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
AsOf = Annotated[
    str | None, typer.Option(help="What is known by the end of this day of the game's time zone. Default: now.")
]
Env = Annotated[str, typer.Option(help="Events and players of this environment.")]

RULE_HELP = (
    "Who belongs to it: a rule as text or JSON, or the file that has it; - for standard input."
    " docs/segments.md has the words."
)


@app.command()
def put(
    game_id: Game,
    segment_id: Name,
    rule: Annotated[str | None, typer.Option(help=RULE_HELP)] = None,
    event: Annotated[str | None, typer.Option(help="Players who ever did this: the shortest rule.")] = None,
    players: Annotated[
        Path | None, typer.Option(help="File with a player's id on each line; - for standard input.", allow_dash=True)
    ] = None,
    env: Env = "prod",
    as_of: AsOf = None,
    refresh: Annotated[
        str, typer.Option(help="daily: the rule is looked at again after each midnight; or never.")
    ] = "never",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a segment, in place of one of the same name. The server must run."""
    definition: dict[str, Any] = {"env": env}
    if rule is not None:
        definition["rule"] = _rule(rule)
    if players is not None:
        text = sys.stdin.read() if str(players) == "-" else _text(players)
        definition["players"] = [line.strip() for line in text.splitlines() if line.strip()]
    if event is not None:
        definition["event"] = event
    if as_of is not None:
        definition["asOf"] = as_of
    if refresh != "never":
        definition["refresh"] = refresh
    try:
        made = _server(data).put(f"{_path(game_id)}/{quote(segment_id, safe='')}", definition)
    except ServerRefused as error:
        _fail(str(error))
    _print([made], as_json)


@app.command()
def preview(
    game_id: Game,
    rule: Annotated[str, typer.Option(help=RULE_HELP)],
    env: Env = "prod",
    as_of: AsOf = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell how many players fit a rule. Nothing is kept. The server must run."""
    asked = {"rule": _rule(rule), "env": env} | ({"asOf": as_of} if as_of is not None else {})
    try:
        found = _server(data).post(f"{_path(game_id)}/preview", asked)
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json(found)
        return
    row = [found["players"], found["ofPlayers"], found["asOf"], found["inWords"]]
    print_table(["Players", "Of", "As of", "Who"], [row])


@app.command()
def refresh(game_id: Game, segment_id: Name, as_of: AsOf = None, data: Data = None, as_json: AsJson = False) -> None:
    """Look again who fits the rule of a segment. The server must run."""
    query = "" if as_of is None else f"?asOf={quote(as_of)}"
    try:
        made = _server(data).post(f"{_path(game_id)}/{quote(segment_id, safe='')}/refresh{query}", {})
    except ServerRefused as error:
        _fail(str(error))
    _print([made], as_json)


@app.command("list")
def list_segments(game_id: Game, data: Data = None, as_json: AsJson = False) -> None:
    """List the segments of a game, with their rules in words."""
    try:
        found = _server(data).get(_path(game_id))["segments"]
    except ServerRefused as error:
        _fail(str(error))
    if found or as_json:
        _print(found, as_json)
    else:
        print_hint(f"No segments yet. Make one: playtrace segments put {game_id} buyers --rule 'did purchase'")


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


def _rule(given: str) -> Any:
    """The JSON of a rule: as it was given, or as its file has it."""
    # Only here: listing segments needs no rules.
    from playtrace.segments.text import UnreadableRule, read_text

    text = given
    if given == "-":
        text = sys.stdin.read()
    elif given.endswith((".json", ".txt", ".rule")):
        text = _text(Path(given))
    try:
        return json.loads(text) if text.lstrip().startswith("{") else read_text(text)
    except (json.JSONDecodeError, RecursionError) as error:
        _fail(f"The rule is not JSON: {error}")
    except UnreadableRule as error:
        _fail(str(error))


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
        [
            found["id"],
            found["players"],
            found["asOf"] or found["madeAt"],
            found["refresh"] if found["rule"] else "",
            found["env"],
            found["inWords"],
        ]
        for found in segments
    ]
    print_table(["Segment", "Players", "As of", "Refresh", "Environment", "Who"], rows)


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
