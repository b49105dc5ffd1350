"""`playtrace alerts rules`, `incidents`, `acknowledge`, `silence` and `backtest`. The server must run: it judges."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import quote

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.settings_options import Data, settings_from
from playtrace.cli.tables import print_hint, print_json, print_table

rules = typer.Typer(no_args_is_help=True, add_completion=False, help="Rules: when somebody is told.")
silences = typer.Typer(no_args_is_help=True, add_completion=False, help="Silences: until when nobody is told.")

RULES = "/api/alerts/rules"
INCIDENTS = "/api/alerts/incidents"
SILENCES = "/api/alerts/silences"
LENGTH = re.compile(r"(\d+)(m|h|d)")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}

RuleId = Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")]
Game = Annotated[str | None, typer.Option("--game", metavar="GAME", help="Of this game. Left out: for all games.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="FIELD:VALUE",
        help="Only events of which this holds, as of every metric: props.mode:ranked. Several times for all of them.",
    ),
]
Segment = Annotated[str | None, typer.Option("--segment", metavar="SEGMENT", help="Only players of this segment.")]
RULE_HELP = "The rule as JSON, or the file that has it; - for standard input. docs/alerts.md has the words."


@rules.command("list")
def list_rules(game_id: Game = None, data: Data = None, as_json: AsJson = False) -> None:
    """List rules, in words, with why one cannot be judged; with --game those that hold for it."""
    found = _asked(data, lambda server: server.get(RULES, {"gameId": game_id}))
    if as_json:
        print_json(found)
        return
    _print_rules(found["rules"])
    if found["cannotJudge"]:
        typer.secho(found["cannotJudge"], err=True, fg=typer.colors.RED)


@rules.command()
def add(
    rule: Annotated[str, typer.Argument(metavar="RULE", help=RULE_HELP)],
    filter_: Filters = None,
    segment: Segment = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a rule. One that has the name of a default takes its place."""
    made = _asked(data, lambda server: server.post(RULES, _narrowed(_rule(rule), filter_, segment)))
    if as_json:
        print_json(made)
    else:
        _print_rules([made])


@rules.command()
def change(
    rule_id: RuleId,
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD=VALUE...", help="As JSON has them: above=20.")
    ] = None,
    game_id: Game = None,
    filter_: Filters = None,
    segment: Segment = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Change some of a rule, with --game for that game alone: `change crash_spike enabled=false --game arena`."""
    fields: dict[str, Any] = {}
    for change_ in changes or []:
        name, equals, value = change_.partition("=")
        if not equals:
            _fail(f"Expected FIELD=VALUE, got {change_!r}.")
        try:
            fields[name] = json.loads(value)
        except ValueError:
            fields[name] = value
    fields = _narrowed(fields, filter_, segment)
    if not fields:
        _fail("Expected what is to be changed: FIELD=VALUE, --filter or --segment.")
    changed = _asked(data, lambda server: server.patch(_path(rule_id, game_id), fields))
    if as_json:
        print_json(changed)
    else:
        _print_rules([changed])


@rules.command()
def remove(rule_id: RuleId, game_id: Game = None, data: Data = None, as_json: AsJson = False) -> None:
    """Forget a rule, or what was changed of a default."""
    left = _asked(data, lambda server: server.delete(_path(rule_id, game_id)))
    if as_json:
        print_json(left)
    else:
        _print_rules(left["rules"])


def incidents(
    game_id: Game = None,
    state: Annotated[str, typer.Option(help="open, resolved or all.")] = "all",
    limit: Annotated[int, typer.Option(min=1, max=200, help="The latest ones.")] = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List what rules found, the latest first."""
    asked = {"gameId": game_id, "state": state, "limit": limit}
    found = _asked(data, lambda server: server.get(INCIDENTS, asked))["incidents"]
    if as_json:
        print_json({"incidents": found})
    elif found:
        _print_incidents(found)
    else:
        print_hint("No incidents.")


def acknowledge(
    incident_id: Annotated[int, typer.Argument(metavar="INCIDENT", help="Its number.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Say that somebody looks after an incident: it is not escalated."""
    found = _asked(data, lambda server: server.post(f"{INCIDENTS}/{incident_id}/acknowledge", {}))
    if as_json:
        print_json(found)
    else:
        _print_incidents([found])


def backtest(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name, or one to be tried: " + RULE_HELP)],
    game_id: Annotated[str, typer.Option("--game", metavar="GAME", help="Over the events of this game.")],
    filter_: Filters = None,
    segment: Segment = None,
    from_: Annotated[str | None, typer.Option("--from", help="First day. Default: 28 days before the end.")] = None,
    to: Annotated[str | None, typer.Option(help="Last day, which is included. Default: now.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell when a rule would have found something: the way to choose a threshold. Nobody is told."""
    asked = {name: value for name, value in (("from", from_), ("to", to)) if value is not None}

    def ask(server: LocalServer) -> Any:
        if _is_name(rule) and (filter_ or segment):
            rules_of_game = server.get(RULES, {"gameId": game_id})["rules"]
            there = next((one["rule"] for one in rules_of_game if one["rule"]["id"] == rule), None)
            if there is None:
                _fail(f"There is no rule {rule!r} for the game {game_id!r}.")
            narrowed = _narrowed(there | {"gameId": game_id}, filter_, segment)
            return server.post(f"{RULES}/preview", {"rule": narrowed, "gameId": game_id, **asked})
        if _is_name(rule):
            return server.get(f"{RULES}/{quote(rule, safe='')}/backtest", {"gameId": game_id, **asked})
        narrowed = _narrowed(_rule(rule), filter_, segment)
        return server.post(f"{RULES}/preview", {"rule": narrowed, "gameId": game_id, **asked})

    found = _asked(data, ask)
    if as_json:
        print_json(found)
        return
    if found["incidents"]:
        _print_incidents(found["incidents"])
    count, messages = len(found["incidents"]), found["messages"]
    print_hint(
        f"{found['inWords']}: {count} incident{'' if count == 1 else 's'}, {messages}"
        f" message{'' if messages == 1 else 's'} to each channel, {found['from'][:16]} to {found['judgedTo'][:16]}."
    )
    if found["judgedTo"] < found["to"]:
        print_hint("The time was up before the end: ask for a shorter stretch.")


@silences.command("add")
def add_silence(
    length: Annotated[str, typer.Argument(metavar="FOR", help="For how long: 30m, 2h or 3d.")],
    rule_id: Annotated[str | None, typer.Option("--rule", metavar="RULE", help="Of this rule alone.")] = None,
    game_id: Annotated[str | None, typer.Option("--game", metavar="GAME", help="Of this game alone.")] = None,
    version: Annotated[str | None, typer.Option(help="Of this version of a game alone.")] = None,
    note: Annotated[str, typer.Option(help="Why, for the others.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell nobody for a while. What is still open when it ends is told then."""
    match = LENGTH.fullmatch(length)
    if match is None:
        _fail(f"Expected a length such as 30m, 2h or 3d, got {length!r}.")
    until = dt.datetime.now(dt.UTC) + dt.timedelta(**{UNITS[match[2]]: int(match[1])})
    asked = {"until": until.isoformat(), "ruleId": rule_id, "gameId": game_id, "version": version, "note": note}
    made = _asked(data, lambda server: server.post(SILENCES, asked))
    if as_json:
        print_json(made)
    else:
        _print_silences([made])


@silences.command("list")
def list_silences(data: Data = None, as_json: AsJson = False) -> None:
    """List the silences that hold."""
    found = _asked(data, lambda server: server.get(SILENCES))["silences"]
    if as_json:
        print_json({"silences": found})
    elif found:
        _print_silences(found)
    else:
        print_hint("No silences.")


@silences.command("end")
def end_silence(
    silence_id: Annotated[int, typer.Argument(metavar="SILENCE", help="Its number.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """End a silence before its time."""
    left = _asked(data, lambda server: server.delete(f"{SILENCES}/{silence_id}"))["silences"]
    if as_json:
        print_json({"silences": left})
    else:
        _print_silences(left)


def _is_name(rule: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", rule) is not None and rule != "-" and not rule.endswith(".json")


def _rule(given: str) -> Any:
    text = given
    if given == "-":
        text = sys.stdin.read()
    elif not given.lstrip().startswith("{"):
        try:
            text = Path(given).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            _fail(f"{given} cannot be read: {error}")
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        _fail(f"The rule is not JSON: {error}")


def _narrowed(rule: Any, filters: list[str] | None, segment: str | None) -> Any:
    """A rule, or changes of one, with what the options say. What is no object the server refuses."""
    said = ({"filter": filters} if filters else {}) | ({"segment": segment} if segment else {})
    return rule | said if said and isinstance(rule, dict) else rule


def _path(rule_id: str, game_id: str | None) -> str:
    of_game = "" if game_id is None else f"?gameId={quote(game_id, safe='')}"
    return f"{RULES}/{quote(rule_id, safe='')}{of_game}"


def _asked(data: Path | None, ask: Callable[[LocalServer], Any]) -> Any:
    server = running_server(settings_from(data=data))
    if server is None:
        _fail("No server runs on this data folder. Start it: playtrace serve")
    try:
        return ask(server)
    except ServerRefused as error:
        _fail(str(error))


def _print_rules(found: list[dict[str, Any]]) -> None:
    rows = [
        [
            one["rule"]["id"],
            one["rule"]["gameId"] or "(all)",
            one["inWords"],
            one["rule"]["severity"],
            ", ".join(one["rule"]["channels"]) or "(all)",
            one["origin"] if one["rule"]["enabled"] else "off",
            one["lastError"] or "",
        ]
        for one in found
    ]
    print_table(["Rule", "Game", "When", "Severity", "Channels", "State", "Cannot be judged"], rows)


def _print_incidents(found: list[dict[str, Any]]) -> None:
    rows = [
        [
            one["id"] or "",
            one["gameId"],
            one["ruleId"],
            one["part"],
            "acknowledged" if one["state"] == "open" and one["acknowledgedAt"] else one["state"],
            one["openedAt"][:16],
            (one["resolvedAt"] or "")[:16],
            f"{one['worst']:.6g}",
            "" if one["usual"] is None else f"{one['usual']:.6g}",
            ", ".join(f"{each['dimension']} {each['value']}" for each in one["explanation"]["changes"]),
        ]
        for one in found
    ]
    print_table(
        ["Id", "Game", "Rule", "Part", "State", "Opened", "Resolved", "Worst", "Usual", "What explains it"], rows
    )


def _print_silences(found: list[dict[str, Any]]) -> None:
    rows = [
        [
            one["id"],
            one["ruleId"] or "(all)",
            one["gameId"] or "(all)",
            one["version"] or "(all)",
            one["until"][:16],
            one["note"],
        ]
        for one in found
    ]
    print_table(["Id", "Rule", "Game", "Version", "Until", "Note"], rows)


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(2)
