"""`playtrace alerts channels` and `test`: where alerts go. The server must run: it is what sends them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint, print_json, print_table

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Channels: where alerts go.")

CHANNELS = "/api/alerts/channels"
ALL = "all"
NONE = "none"

Name = Annotated[str, typer.Argument(metavar="CHANNEL", help="The channel's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Games = Annotated[
    list[str] | None,
    typer.Option("--game", metavar="GAME", help=f"Only alerts of this game; several times for several, or {ALL}."),
]
Severity = Annotated[str | None, typer.Option(help="Least severity: info, warning or critical.")]
Quiet = Annotated[
    str | None,
    typer.Option(help=f"Local times between which only critical alerts are sent, such as 22:00-07:00; or {NONE}."),
]
TimeZone = Annotated[str | None, typer.Option(help="IANA name, of the quiet hours, such as Europe/Berlin.")]
SigningSecret = Annotated[
    str | None, typer.Option(help="What a webhook is signed with. One is made and printed where none is given.")
]
TARGET_HELP = "Where it goes: an address. It is a secret: - reads it from standard input, where no other user sees it."


@app.command()
def add(
    channel_id: Name,
    target: Annotated[str, typer.Argument(metavar="TARGET", help=TARGET_HELP)],
    kind: Annotated[str, typer.Option(help="discord, webhook or apprise.")] = "discord",
    game_id: Games = None,
    min_severity: Severity = None,
    quiet: Quiet = None,
    time_zone: TimeZone = None,
    signing_secret: SigningSecret = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a channel, in place of one of the same name. `playtrace alerts test` tries it."""
    definition = {"kind": kind, "target": _target(target)} | _changes(
        game_id, min_severity, quiet, time_zone, signing_secret
    )
    try:
        made = _server(data).put(_path(channel_id), definition)
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json(made)
        return
    _print([made])
    if made["signingSecret"]:
        print_hint("It signs with this secret. Keep it now, it cannot be shown again:")
        typer.echo(made["signingSecret"])


@app.command()
def change(
    channel_id: Name,
    target: Annotated[str | None, typer.Option(help=TARGET_HELP)] = None,
    game_id: Games = None,
    min_severity: Severity = None,
    quiet: Quiet = None,
    time_zone: TimeZone = None,
    signing_secret: SigningSecret = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Whether anything is sent; what waits is kept.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Change some of a channel. What waits for it is tried at once."""
    changes = _changes(game_id, min_severity, quiet, time_zone, signing_secret)
    if target is not None:
        changes["target"] = _target(target)
    if enabled is not None:
        changes["enabled"] = enabled
    if not changes:
        _fail("Say what is to be changed: see `playtrace alerts channels change --help`.")
    try:
        changed = _server(data).patch(_path(channel_id), changes)
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json(changed)
    else:
        _print([changed])


@app.command("list")
def list_channels(data: Data = None, as_json: AsJson = False) -> None:
    """List channels, and how delivery to each fares."""
    try:
        found = _server(data).get(CHANNELS)["channels"]
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json({"channels": found})
    elif found:
        _print(found)
    else:
        print_hint("No channels yet. Set DISCORD_WEBHOOK_URL, or: playtrace alerts channels add NAME TARGET")


@app.command()
def messages(
    channel_id: Name,
    limit: Annotated[int, typer.Option(min=1, max=200, help="The latest ones.")] = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the latest messages of a channel: what waits, what arrived, what was given up and why."""
    try:
        found = _server(data).get(f"{_path(channel_id)}/messages", {"limit": limit})["messages"]
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json({"messages": found})
    elif found:
        rows = [[one[key] for key in ("id", "createdAt", "state", "attempts", "title", "lastError")] for one in found]
        print_table(["Id", "Put there", "State", "Attempts", "Title", "Last error"], rows)
    else:
        print_hint("No messages within 14 days.")


@app.command()
def remove(channel_id: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Forget a channel, and what waits for it."""
    try:
        left = _server(data).delete(_path(channel_id))["channels"]
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json({"channels": left})
    else:
        _print(left)


def test(channel_id: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Send a test message to a channel now, and tell what it said. Exit code 1 if it did not take it."""
    try:
        answer = _server(data).post(f"{_path(channel_id)}/test", {})
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json(answer)
    elif answer["sent"]:
        print_hint(f"{channel_id} has taken it.")
    if not answer["sent"]:
        if not as_json:
            typer.secho(f"{channel_id} has not taken it: {answer['reason']}.", err=True, fg=typer.colors.RED)
        raise typer.Exit(1)


def _changes(
    game_ids: list[str] | None,
    min_severity: str | None,
    quiet: str | None,
    time_zone: str | None,
    signing_secret: str | None,
) -> dict[str, Any]:
    given = {"minSeverity": min_severity, "timeZone": time_zone, "signingSecret": signing_secret}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if game_ids:
        changes["gameIds"] = None if game_ids == [ALL] else game_ids
    if quiet == NONE:
        changes |= {"quietFrom": None, "quietTo": None}
    elif quiet is not None:
        start, dash, end = quiet.partition("-")
        if not dash:
            _fail(f"Quiet hours are two local times, such as 22:00-07:00, or {NONE}.")
        changes |= {"quietFrom": start.strip(), "quietTo": end.strip()}
    return changes


def _target(given: str) -> str:
    return sys.stdin.readline().strip() if given == "-" else given


def _path(channel_id: str) -> str:
    return f"{CHANNELS}/{quote(channel_id, safe='')}"


def _server(data: Path | None) -> LocalServer:
    server = running_server(settings_from(data=data))
    if server is None:
        _fail("No server runs on this data folder. Start it: playtrace serve")
    return server


def _print(channels: list[dict[str, Any]]) -> None:
    rows = [
        [
            found["id"],
            found["kind"],
            found["target"],
            ", ".join(found["gameIds"]) if found["gameIds"] else "(all)",
            found["minSeverity"],
            f"{found['quietFrom']}-{found['quietTo']} {found['timeZone']}" if found["quietFrom"] else "",
            found["delivery"]["waiting"],
            _state(found),
        ]
        for found in channels
    ]
    print_table(["Channel", "Kind", "Target", "Games", "At least", "Quiet", "Waiting", "State"], rows)


def _state(channel: dict[str, Any]) -> str:
    delivery = channel["delivery"]
    if not channel["enabled"]:
        return "disabled"
    if delivery["failures"]:
        since = "dead" if delivery["isDead"] else "failing"
        return f"{since} since {delivery['failingSince'][:16]}: {delivery['lastError']}"
    return "" if delivery["lastDeliveredAt"] is None else f"last sent {delivery['lastDeliveredAt'][:16]}"


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
