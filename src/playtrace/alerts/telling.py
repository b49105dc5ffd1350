"""An incident as a message: what happened, by how much it is more than it should be, and what explains it.

Every string that a game sent is data: fields are never read as Markdown, and in the text it is escaped.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from playtrace.alerts.incidents import DimensionChange, Incident, Told
from playtrace.alerts.measuring import WatchedGame
from playtrace.alerts.message import Message, MessageField, escaped, on_one_line
from playtrace.alerts.rules import (
    AlertRule,
    NewValue,
    Ratio,
    Refused,
    Silence,
    Threshold,
    Unusual,
    figure,
    is_event_count,
    measured_in_words,
    minutes_in_words,
    percent,
    singular,
)
from playtrace.metrics.frame.calendar import day_of
from playtrace.metrics.frame.models import UNKNOWN

TITLE_LENGTH_MAX = 200


def message_of(
    incident: Incident,
    incident_id: int,
    told: Told,
    rule: AlertRule,
    game: WatchedGame,
    address: str,
    now: dt.datetime,
) -> Message:
    """What is told of an incident. `address` is where people find the dashboard."""
    return Message(
        kind=told,
        severity=incident.severity,
        title=title_of(incident, told, rule, game)[:TITLE_LENGTH_MAX],
        text="\n".join(_lines(incident, told, rule)),
        fields=tuple(_fields(incident, told, rule, game)),
        link=link_to(incident, rule, game, address, now),
        game_id=incident.game_id,
        incident_id=incident_id,
        at=incident.changed_at,
    )


def title_of(incident: Incident, told: Told, rule: AlertRule, game: WatchedGame) -> str:
    """One line: the game, what there is, and of which part."""
    said = on_one_line(f"{game.name}: {_what(incident, rule)}{_of_part(incident, rule)}")
    before = {"opened": "", "updated": "Still: ", "escalated": "Nobody has looked at it: ", "resolved": "Resolved: "}
    text = f"{before[told]}{said}"
    return f"{text} (telemetry)" if incident.kind == "telemetry" and told != "resolved" else text


def _what(incident: Incident, rule: AlertRule) -> str:
    within = "the last " + minutes_in_words(rule.window_minutes).removeprefix("an ").removeprefix("a ")
    value = figure(incident.value)
    match rule:
        case Threshold() | Unusual():
            measured = measured_in_words(rule.measure, incident.value)
            if is_event_count(rule.measure) or rule.measure in ("sessions", "players"):
                said = f"{value} {measured} in {within}"
            else:
                said = f"{measured} of {value} in {within}"
            return (
                f"{said}, usual {_is(incident.usual)} {figure(incident.usual)}" if isinstance(rule, Unusual) else said
            )
        case Ratio():
            return f"{percent(incident.value)} {rule.of.replace('_', '-', 1).replace('_', ' ')} in {within}"
        case Silence():
            if incident.value:
                return f"{value} {singular('events', incident.value)} in {within}"
            return f"no events for {minutes_in_words(rule.window_minutes)}"
        case Refused():
            return f"{percent(incident.value)} of what was received in {within} was refused or kept apart"
        case NewValue():
            return f"{value} new {singular(f'{rule.of}s' if rule.of == 'version' else 'crashes', incident.value)}"


def _is(count: float | None) -> str:
    return "is" if count == 1 else "are"


def _of_part(incident: Incident, rule: AlertRule) -> str:
    return f", {rule.parts_by} {incident.part or UNKNOWN}" if rule.parts_by else ""


def _lines(incident: Incident, told: Told, rule: AlertRule) -> list[str]:
    """Markdown."""
    seen = incident.explanation
    lines = [f"**{escaped(_what(incident, rule))}**{escaped(_of_part(incident, rule))}\\."]
    lines.append(f"The rule: {escaped(incident.in_words)}\\.")
    if told == "resolved":
        worst = percent(incident.worst) if isinstance(rule, Ratio | Refused) else figure(incident.worst)
        lasted = incident.changed_at - incident.opened_at
        lines.append(f"It is over after {escaped(_lasted(lasted))}\\. The worst it was: {escaped(worst)}\\.")
    if incident.kind == "telemetry" and told != "resolved":
        lines.append(
            "Less was received than usual, or much of it was refused: look at the way here first, at the clients and"
            " the network between them and this server, before you look at the players\\."
        )
    if seen.crash:
        lines.append(f"Most common crash: {escaped(seen.crash)} \\({seen.crash_events} of {seen.crashes}\\)\\.")
    if seen.new_values:
        lines += [f"- {escaped(value)}" for value in seen.new_values]
    if seen.changes and told != "resolved":
        lines.append("What explains most of it:")
        lines += [f"- {escaped(_change(change))}" for change in seen.changes]
    if incident.times_opened > 1:
        lines.append(f"It came back: this is the {_ordinal(incident.times_opened)} time\\.")
    return lines


def _change(change: DimensionChange) -> str:
    share = f"{min(max(change.share, 0.0), 9.99):.0%}".replace("%", " %")
    figures = f"{figure(change.events)} where {figure(change.usual)} {_is(change.usual)} usual"
    return f"{change.dimension} {change.value}: {share} of it, {figures}"


def _fields(incident: Incident, told: Told, rule: AlertRule, game: WatchedGame) -> list[MessageField]:
    seen = incident.explanation
    within = "the last " + minutes_in_words(rule.window_minutes).removeprefix("an ").removeprefix("a ")
    is_share = isinstance(rule, Ratio | Refused)
    name = {
        "threshold": measured_in_words(getattr(rule, "measure", "events")),
        "unusual": measured_in_words(getattr(rule, "measure", "events")),
        "silence": "events",
        "refused": "refused",
        "ratio": "without a crash",
        "new_value": "new",
    }[rule.kind]
    found = [
        MessageField("Game", game.name if game.name == game.id else f"{game.name} ({game.id})"),
        MessageField(
            f"{name[0].upper()}{name[1:]} in {within}", percent(incident.value) if is_share else figure(incident.value)
        ),
    ]
    limit = threshold_of(rule)
    if limit is not None:
        found.append(MessageField("Threshold", limit))
    if incident.usual is not None:
        found.append(MessageField("Usual", figure(incident.usual)))
    if rule.parts_by:
        found.append(MessageField(rule.parts_by.capitalize(), incident.part or UNKNOWN))
    if seen.crash:
        found.append(MessageField("Most common", f"{seen.crash} ({seen.crash_events} of {seen.crashes})"))
    if seen.versions:
        found.append(MessageField("Versions", ", ".join(seen.versions)))
    if seen.first_version:
        found.append(MessageField("First version", seen.first_version))
    if told == "resolved":
        found.append(MessageField("Lasted", _lasted(incident.changed_at - incident.opened_at)))
    return found


def threshold_of(rule: AlertRule) -> str | None:
    """What the figure is measured against, as people write it."""
    match rule:
        case Threshold():
            return figure(rule.above if rule.above is not None else rule.below)
        case Ratio():
            return percent(rule.below)
        case Refused():
            return percent(rule.above)
        case _:
            return None


def link_to(incident: Incident, rule: AlertRule, game: WatchedGame, address: str, now: dt.datetime) -> str:
    """The dashboard's overview of the days of the incident, filtered by what the rule looks at and what explains it."""
    first = day_of(incident.began_at, game.zone)
    last = day_of(max(incident.changed_at, incident.began_at), game.zone)
    asked: list[tuple[str, str]] = [("game", game.id), ("from", first.isoformat()), ("to", last.isoformat())]
    if rule.env != "prod":
        asked.append(("env", rule.env))
    filters = {
        "platform": list(rule.platform),
        "version": list(rule.version),
        "country": list(rule.country),
    }
    if rule.parts_by in filters:
        filters[rule.parts_by] = [incident.part or UNKNOWN]
    for change in incident.explanation.changes:
        if change.share >= 0.5 and not filters.get(change.dimension) and change.dimension in ("platform", "version"):
            filters[change.dimension] = [change.value]
    asked += [(name, value) for name, values in filters.items() for value in values]
    return f"{address.rstrip('/')}/?{urlencode(asked)}"


def _lasted(length: dt.timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute"
    hours, rest = divmod(minutes, 60)
    said = [f"{hours} h"] if hours else []
    return " ".join([*said, f"{rest} min"] if rest or not hours else said)


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0, "th")
    return f"{number}{ending}"
