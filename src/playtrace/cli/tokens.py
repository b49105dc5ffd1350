"""`playtrace tokens`: read tokens, with which programs ask."""

from __future__ import annotations

from typing import Annotated

import typer

from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.models import ReadToken

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Read tokens, with which programs ask.")


@app.command()
def add(
    note: Annotated[str, typer.Option(help="What it is for, such as 'notebook of Ada'.")] = "",
    game_id: Annotated[str | None, typer.Option("--game", metavar="GAME", help="Only this game. Default: all.")] = None,
    may_sql: Annotated[
        bool, typer.Option("--sql", help="It may also ask in SQL: the views of docs/sql.md, of its game alone.")
    ] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make a read token. It is printed this once: only a hash of it is kept."""
    with open_registry(data) as registry:
        token, secret = registry.add_token(note=note, game_id=game_id, may_sql=may_sql)
    if as_json:
        print_json({**_document(token), "token": secret})
    else:
        typer.echo(secret)
        print_hint("Keep it now, it cannot be shown again. Ask with the header 'Authorization: Bearer TOKEN'.")


@app.command("list")
def list_tokens(data: DataFolder = None, as_json: AsJson = False) -> None:
    """List read tokens, the revoked ones too."""
    with open_registry(data) as registry:
        tokens = registry.tokens()
    if as_json:
        print_json({"tokens": [_document(token) for token in tokens]})
    elif tokens:
        _print(tokens)
    else:
        print_hint("No read tokens yet. Make one: " + in_folder("playtrace tokens add", data))


@app.command()
def revoke(
    token_id: Annotated[int, typer.Argument(metavar="ID", help="Its number in `playtrace tokens list`.")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a read token for good, at once."""
    with open_registry(data) as registry:
        revoked = registry.revoke_token(token_id)
    if as_json:
        print_json(_document(revoked))
    else:
        _print([revoked])


def _document(token: ReadToken) -> dict[str, object]:
    return {
        "id": token.id,
        "prefix": token.prefix,
        "gameId": token.game_id,
        "sql": token.may_sql,
        "note": token.note,
        "createdAt": token.created_at,
        "revokedAt": token.revoked_at,
    }


def _print(tokens: list[ReadToken]) -> None:
    print_table(
        ["Id", "Begins with", "Game", "SQL", "Note", "Created (UTC)", "Revoked (UTC)"],
        [
            [
                token.id,
                token.prefix + "…",
                token.game_id or "(all)",
                "yes" if token.may_sql else "",
                token.note,
                token.created_at,
                token.revoked_at,
            ]
            for token in tokens
        ],
    )
