"""`playtrace games`: the games that may send events."""

from __future__ import annotations

from typing import Annotated, NoReturn
from urllib.parse import quote, urlencode

import typer

from playtrace.cli.local_server import ServerRefused, running_server
from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.settings_options import settings_from
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.models import Game

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The games that may send events.")

GameId = Annotated[str, typer.Argument(metavar="ID", help="The game's id.")]


@app.command()
def add(
    game_id: Annotated[str, typer.Argument(metavar="ID", help="Short and readable, such as my-game.")],
    name: Annotated[str | None, typer.Option(help="As people read it. Default: the id.")] = None,
    time_zone: Annotated[str, typer.Option(help="IANA name; the game's days begin and end by it.")] = "UTC",
    currency: Annotated[str, typer.Option(help="ISO 4217; revenue is reported in it.")] = "USD",
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Add a game."""
    with open_registry(data, create=True, is_quiet=as_json) as registry:
        game = registry.games.add(game_id, name=name, time_zone=time_zone, currency=currency)
    if as_json:
        print_json(_document(game))
    else:
        _print([game])
        print_hint("Next, a write key for it: " + in_folder(f"playtrace keys add {game.id}", data))


@app.command()
def edit(
    game_id: GameId,
    name: Annotated[str | None, typer.Option(help="As people read it.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="IANA name; the game's days begin and end by it.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217; revenue is reported in it.")] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Change a game's name, time zone or currency. Nothing is counted anew: days are cut when they are asked for."""
    given = {"name": name, "time_zone": time_zone, "currency": currency}
    changes = {field: value for field, value in given.items() if value is not None}
    with open_registry(data) as registry:
        _show(registry.games.change(game_id, changes), as_json=as_json)


@app.command()
def archive(game_id: GameId, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Take no events of a game any more. They are refused and counted; what is there is read as before."""
    with open_registry(data) as registry:
        _show(registry.games.archive(game_id, is_archived=True), as_json=as_json)


@app.command()
def unarchive(game_id: GameId, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Take events of a game again."""
    with open_registry(data) as registry:
        _show(registry.games.archive(game_id, is_archived=False), as_json=as_json)


@app.command()
def delete(
    game_id: GameId,
    name: Annotated[str | None, typer.Option(help="Its name, instead of being asked for it.")] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Delete an archived game with all that is there of it. Says what goes, and asks for its name: there is no way
    back. The server must run; it does it in the background."""
    server = running_server(settings_from(data=data))
    if server is None:
        _fail("No server runs on this folder: begin with `playtrace serve`. It deletes what is in the store.")
    try:
        contents = server.get(f"/api/games/{quote(game_id, safe='')}/contents")
        if not as_json:
            for sentence in contents["says"]:
                typer.echo(sentence)
        confirmed = name if name is not None else typer.prompt(f"Type its name ({contents['name']}) to delete it")
        deleted = server.delete(f"/api/games/{quote(game_id, safe='')}?{urlencode({'name': confirmed})}")
    except ServerRefused as refused:
        _fail(str(refused))
    if as_json:
        print_json(deleted)
    else:
        print_hint("It goes in the background: `playtrace games list` tells when it is gone, and its id is free.")


@app.command("list")
def list_games(data: DataFolder = None, as_json: AsJson = False) -> None:
    """List all games."""
    with open_registry(data) as registry:
        games, deleted = registry.games.all(), registry.games.being_deleted()
    if as_json:
        print_json({"games": [_document(game) for game in games], "beingDeleted": [game.id for game in deleted]})
        return
    if games:
        _print(games)
    else:
        print_hint("No games yet. Add one: " + in_folder("playtrace games add ID", data))
    for game in deleted:
        print_hint(f"{game.id} is being deleted.")


def _document(game: Game) -> dict[str, object]:
    return {
        "id": game.id,
        "name": game.name,
        "timeZone": game.time_zone,
        "currency": game.currency,
        "createdAt": game.created_at,
        "archivedAt": game.archived_at,
    }


def _print(games: list[Game]) -> None:
    print_table(
        ["Game", "Name", "Time zone", "Currency", "Created (UTC)", "Archived (UTC)"],
        [[game.id, game.name, game.time_zone, game.currency, game.created_at, game.archived_at] for game in games],
    )


def _show(game: Game, *, as_json: bool) -> None:
    if as_json:
        print_json(_document(game))
    else:
        _print([game])


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
