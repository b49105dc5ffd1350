"""`playtrace people`: who may do what. Beside a running server or without one, so nobody is locked out for good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from playtrace.cli.local_server import running_server
from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.settings_options import settings_from
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.models import Person
from playtrace.registry.people import LINK_HOURS, login_id
from playtrace.registry.roles import Grant, Role

app = typer.Typer(no_args_is_help=True, add_completion=False, help="People, and what each may do.")

Email = Annotated[str, typer.Argument(metavar="EMAIL")]
Games = Annotated[
    list[str] | None, typer.Option("--game", metavar="GAME", help="In this game; may be repeated. Default: in all.")
]


@app.command("list")
def list_people(data: DataFolder = None, as_json: AsJson = False) -> None:
    """List people, and what each may do."""
    with open_registry(data) as registry:
        people, links = registry.people.all(), registry.password_links.open_until()
    if as_json:
        print_json({"people": [_document(person) for person in people]})
    elif people:
        print_table(
            ["Email", "May", "Second factor", "Since (UTC)", "Has a link until (UTC)"],
            [
                [
                    person.email,
                    "; ".join(_in_words(grant) for grant in person.grants) or "nothing",
                    "yes" if person.has_second_factor else "",
                    person.created_at,
                    links.get(person.id),
                ]
                for person in people
            ],
        )
    else:
        print_hint("Nobody yet. The first admin is made by the link that the server prints when it starts.")


@app.command()
def invite(
    email: Email,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.VIEWER,
    game_ids: Games = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Add somebody, and print the link by which they choose a password. No mail is sent."""
    with open_registry(data) as registry:
        games: list[str | None] = [*(game_ids or [])] or [None]
        person, secret = registry.people.invite(email, [Grant(role, game_id) for game_id in games])
    _print_link(person, secret, data, as_json=as_json)


@app.command()
def role(
    email: Email,
    role: Annotated[Literal["viewer", "editor", "admin", "none"], typer.Argument(help="`none` takes it away.")],
    game_ids: Games = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say what somebody may do in all games, or in some. What they may do in others stays."""
    with open_registry(data) as registry:
        person = registry.people.set_role(email, None if role == "none" else Role(role), game_ids or ())
    if as_json:
        print_json(_document(person))
    else:
        typer.echo(f"{person.email}: {'; '.join(_in_words(grant) for grant in person.grants) or 'nothing'}")


@app.command()
def reset(
    email: Email,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a new password here instead of a link.")
    ] = False,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Take away the second factor, and leave the password.")
    ] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Print a link by which somebody chooses a new password. Whoever forgot theirs is not locked out for good.

    With --second-factor, for somebody who has lost their phone: they are asked for their password alone from then on.
    """
    with open_registry(data) as registry:
        if second_factor:
            person = registry.second_factors.remove(email)
            if as_json:
                print_json(_document(person))
            else:
                typer.echo(f"{person.email} is asked for no code any more when signing in.")
            return
        if password:
            registry.people.find(email)
            new = typer.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
            registry.people.set_password(email, new)
            print_hint(f"{email} has a new password, and is signed in nowhere.")
            return
        person, secret = registry.password_links.new(email)
    _print_link(person, secret, data, as_json=as_json)


@app.command()
def remove(email: Email, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Remove somebody. They are signed out everywhere; what they did stays in the audit."""
    with open_registry(data) as registry:
        person = registry.people.remove(email)
    if as_json:
        print_json(_document(person))
    else:
        typer.echo(f"{person.email} may do nothing any more.")


@app.command()
def logins(
    email: Email,
    end: Annotated[bool, typer.Option("--end", help="Sign them out everywhere.")] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """List where somebody is signed in, or end all of that."""
    with open_registry(data) as registry:
        found = registry.logins.of(email)
        if end:
            registry.logins.end_all(email)
    if as_json:
        print_json(
            {
                "logins": [
                    {"id": login_id(one), "createdAt": one.created_at, "seenAt": one.seen_at, "agent": one.agent}
                    for one in found
                ],
                "ended": end,
            }
        )
    elif end:
        typer.echo(f"{email} is signed in nowhere any more: {len(found)} logins ended.")
    else:
        print_table(
            ["Began (UTC)", "Last used (UTC)", "From", "Browser"],
            [[one.created_at, one.seen_at, one.address, one.agent] for one in found],
        )


def _print_link(person: Person, secret: str, data: Path | None, *, as_json: bool) -> None:
    settings = settings_from(data=data)
    server = running_server(settings)
    address = settings.public_url or (server.url if server else f"http://{settings.host}:{settings.port}")
    link = f"{address.rstrip('/')}/password#token={secret}"
    if as_json:
        print_json({**_document(person), "link": link})
        return
    typer.echo(link)
    print_hint(f"For {person.email} alone: good once, for {LINK_HOURS} hours. By it they choose a password.")
    if server is None:
        print_hint("No server runs here now. Start it, then open the link: " + in_folder("playtrace serve", data))


def _in_words(grant: Grant) -> str:
    return f"{grant.role} of {grant.game_id or 'all games'}"


def _document(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "email": person.email,
        "grants": [{"role": grant.role, "gameId": grant.game_id} for grant in person.grants],
        "hasSecondFactor": person.has_second_factor,
        "createdAt": person.created_at,
    }
