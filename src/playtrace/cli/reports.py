"""`playtrace reports`: reports that are sent at a local time. The server must run: it is what sends them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint, print_json, print_table

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Reports that are sent at a local time.")

REPORTS = "/api/reports"

Name = Annotated[str, typer.Argument(metavar="NAME", help="The report's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def add(
    report_id: Name,
    game_id: Annotated[str, typer.Argument(metavar="GAME", help="The game's id.")],
    channels: Annotated[
        list[str],
        typer.Option("--channel", metavar="CHANNEL", help="An alert channel that gets it; several times for several."),
    ],
    weekly: Annotated[
        str | None,
        typer.Option("--weekly", metavar="WEEKDAY", help="Of the ISO week before, on this day. Default: daily."),
    ] = None,
    at: Annotated[str, typer.Option(metavar="TIME", help="Local time.")] = "09:00",
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="IANA name, of the local time. Default: the game's.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Send a report every day or every week, in place of one of the same name."""
    definition: dict[str, Any] = {"gameId": game_id, "at": at, "channels": channels}
    if weekly is not None:
        definition |= {"every": "week", "weekday": weekly.lower()}
    if time_zone is not None:
        definition["timeZone"] = time_zone
    try:
        made = _server(data).put(_path(report_id), definition)
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json(made)
    else:
        _print([made])


@app.command("list")
def list_reports(data: Data = None, as_json: AsJson = False) -> None:
    """List them, with when each is sent next, and what went wrong."""
    try:
        found = _server(data).get(REPORTS)["reports"]
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json({"reports": found})
    elif found:
        _print(found)
    else:
        print_hint("No reports are scheduled yet: playtrace reports add daily GAME --channel CHANNEL --at 09:00")


@app.command()
def send(report_id: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Send the report of the latest day or week that is over, now. When it is due it is sent all the same."""
    try:
        sent = _server(data).post(f"{_path(report_id)}/send", {})
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json(sent)
    else:
        print_hint(f"{sent['title']} is on its way to {', '.join(sent['channels'])}.")


@app.command()
def remove(report_id: Name, data: Data = None, as_json: AsJson = False) -> None:
    """Send it no more."""
    try:
        left = _server(data).delete(_path(report_id))["reports"]
    except ServerRefused as error:
        _fail(str(error))
    if as_json:
        print_json({"reports": left})
    else:
        _print(left)


def _path(report_id: str) -> str:
    return f"{REPORTS}/{quote(report_id, safe='')}"


def _server(data: Path | None) -> LocalServer:
    server = running_server(settings_from(data=data))
    if server is None:
        _fail("No server runs on this data folder. Start it: playtrace serve")
    return server


def _print(reports: list[dict[str, Any]]) -> None:
    rows = [
        [
            report["id"],
            report["gameId"],
            f"{report['weekday'].capitalize() if report['weekday'] else 'daily'} {report['at']} {report['timeZone']}",
            ", ".join(report["channels"]),
            report["nextAt"] or "disabled",
            report["lastSentAt"],
            report["lastError"] or _missing(report),
        ]
        for report in reports
    ]
    print_table(["Report", "Game", "When", "Channels", "Next", "Last sent", "What is wrong"], rows)


def _missing(report: dict[str, Any]) -> str:
    missing = report["missingChannels"]
    return f"{', '.join(missing)}: not there any more" if missing else ""


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
