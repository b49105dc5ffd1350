"""`playtrace games`: the games that may send events."""

from __future__ import annotations

from typing import Annotated

import typer

from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.models import Game

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The games that may send events.")


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
        game = registry.add_game(game_id, name=name, time_zone=time_zone, currency=currency)
    if as_json:
        print_json(_document(game))
    else:
        _print([game])
        print_hint("Next, a write key for it: " + in_folder(f"playtrace keys add {game.id}", data))


@app.command("list")
def list_games(data: DataFolder = None, as_json: AsJson = False) -> None:
    """List all games."""
    with open_registry(data) as registry:
        games = registry.games()
    if as_json:
        print_json({"games": [_document(game) for game in games]})
    elif games:
        _print(games)
    else:
        print_hint("No games yet. Add one: " + in_folder("playtrace games add ID", data))


def _document(game: Game) -> dict[str, object]:
    return {
        "id": game.id,
        "name": game.name,
        "timeZone": game.time_zone,
        "currency": game.currency,
        "createdAt": game.created_at,
    }


def _print(games: list[Game]) -> None:
    print_table(
        ["Game", "Name", "Time zone", "Currency", "Created (UTC)"],
        [[game.id, game.name, game.time_zone, game.currency, game.created_at] for game in games],
    )
