"""`playtrace keys`: write keys, with which games send."""

from __future__ import annotations

from typing import Annotated

import typer

from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.errors import UnknownGame
from playtrace.registry.models import WriteKey

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Write keys, with which games send.")


@app.command()
def add(
    game_id: Annotated[str, typer.Argument(metavar="GAME", help="Id of the game.")],
    note: Annotated[str, typer.Option(help="What it is for, such as 'release build'.")] = "",
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Add a write key to a game. A running server takes it within a second."""
    with open_registry(data) as registry:
        key = registry.keys.add(game_id, note=note)
    if as_json:
        print_json(_document(key))
    else:
        _print([key])
        print_hint("Send events with the header 'Authorization: Bearer KEY'.")
        print_hint("To see it again: " + in_folder("playtrace keys list", data))


@app.command("list")
def list_keys(
    game_id: Annotated[str | None, typer.Argument(metavar="[GAME]", help="Only the keys of this game.")] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """List write keys, the revoked ones too."""
    with open_registry(data) as registry:
        if game_id is not None and registry.games.get(game_id) is None:
            raise UnknownGame(game_id)
        keys = registry.keys.all(game_id)
    if as_json:
        print_json({"keys": [_document(key) for key in keys]})
    elif keys:
        _print(keys)
    else:
        print_hint("No write keys yet. Add one: " + in_folder(f"playtrace keys add {game_id or 'GAME'}", data))


@app.command()
def rename(
    key: Annotated[str, typer.Argument(help="The key, or its first digits.")],
    note: Annotated[str, typer.Argument(help="What it is for.")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Change the note of a write key."""
    with open_registry(data) as registry:
        renamed = registry.keys.rename(key, note)
    if as_json:
        print_json(_document(renamed))
    else:
        _print([renamed])


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key, or its first digits.")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a write key for good. A running server refuses it within a second."""
    with open_registry(data) as registry:
        revoked = registry.keys.revoke(key)
    if as_json:
        print_json(_document(revoked))
    else:
        _print([revoked])


def _document(key: WriteKey) -> dict[str, object]:
    return {
        "key": key.key,
        "secret": key.secret,
        "gameId": key.game_id,
        "note": key.note,
        "createdAt": key.created_at,
        "revokedAt": key.revoked_at,
    }


def _print(keys: list[WriteKey]) -> None:
    print_table(
        ["Key", "Game", "Note", "Created (UTC)", "Revoked (UTC)", "Secret (if the protocol signs)"],
        [[key.key, key.game_id, key.note, key.created_at, key.revoked_at, key.secret] for key in keys],
    )
