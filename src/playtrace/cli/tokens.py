"""`playtrace tokens`: with which programs ask."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.models import Token
from playtrace.registry.roles import Scope

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Tokens, with which programs ask.")


@app.command()
def add(
    note: Annotated[str, typer.Option(help="What it is for, such as 'notebook of Ada'.")] = "",
    game_ids: Annotated[
        list[str] | None, typer.Option("--game", metavar="GAME", help="Only this game; may be repeated. Default: all.")
    ] = None,
    scopes: Annotated[
        list[Scope] | None,
        typer.Option(
            "--scope",
            help="What it may do; may be repeated. Default: read. `sql`: ask in SQL, the views of docs/sql.md, of its"
            " games alone. `send`: send events. `manage`: change what others see, and keys.",
        ),
    ] = None,
    may_sql: Annotated[bool, typer.Option("--sql", help="The same as --scope read --scope sql.")] = False,
    days: Annotated[int | None, typer.Option(min=1, max=3660, help="It ends after so many days.")] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make a token. It is printed this once: only a hash of it is kept."""
    wanted = [*(scopes or ([] if may_sql else [Scope.READ])), *([Scope.READ, Scope.SQL] if may_sql else [])]
    expires_at = None if days is None else dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    with open_registry(data) as registry:
        token, secret = registry.tokens.add(note=note, game_ids=game_ids or None, scopes=wanted, expires_at=expires_at)
    if as_json:
        print_json({**_document(token), "token": secret})
    else:
        typer.echo(secret)
        print_hint("Keep it now, it cannot be shown again. Ask with the header 'Authorization: Bearer TOKEN'.")


@app.command("list")
def list_tokens(data: DataFolder = None, as_json: AsJson = False) -> None:
    """List tokens, the revoked ones too."""
    with open_registry(data) as registry:
        tokens = registry.tokens.all()
    if as_json:
        print_json({"tokens": [_document(token) for token in tokens]})
    elif tokens:
        _print(tokens)
    else:
        print_hint("No tokens yet. Make one: " + in_folder("playtrace tokens add", data))


@app.command()
def revoke(
    token_id: Annotated[int, typer.Argument(metavar="ID", help="Its number in `playtrace tokens list`.")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Revoke a token for good, at once."""
    with open_registry(data) as registry:
        revoked = registry.tokens.revoke(token_id)
    if as_json:
        print_json(_document(revoked))
    else:
        _print([revoked])


def _document(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "prefix": token.prefix,
        "gameIds": token.game_ids,
        "scopes": token.scopes,
        "note": token.note,
        "createdAt": token.created_at,
        "usedAt": token.used_at,
        "expiresAt": token.expires_at,
        "revokedAt": token.revoked_at,
    }


def _print(tokens: list[Token]) -> None:
    print_table(
        [
            "Id",
            "Begins with",
            "Games",
            "May",
            "Note",
            "Created (UTC)",
            "Used last (UTC)",
            "Ends (UTC)",
            "Revoked (UTC)",
        ],
        [
            [
                token.id,
                token.prefix + "…",
                "(all)" if token.game_ids is None else ", ".join(token.game_ids),
                ", ".join(token.scopes),
                token.note,
                token.created_at,
                token.used_at,
                token.expires_at,
                token.revoked_at,
            ]
            for token in tokens
        ],
    )
