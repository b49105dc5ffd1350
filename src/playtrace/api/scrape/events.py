"""What became of all events that were ever received, from the books: these counters survive a restart."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import LiteralString

from prometheus_client.core import Metric

from playtrace.api.scrape.families import OTHER, counters, gauge, named
from playtrace.api.state import State

TOTALS: LiteralString = """
SELECT game_id, outcome, reason, sum(events)::BIGINT AS events
FROM books
GROUP BY game_id, outcome, reason
"""
NEWEST: LiteralString = "SELECT max(received_at) AS received_at FROM events"


def families(state: State) -> Iterator[Metric]:
    with state.store.reading(apart=True) as moment:
        totals = moment.rows(TOTALS)
        (newest,) = moment.rows(NEWEST)
    # In the order in which they were made: a game keeps its name here when another is added.
    games = sorted(state.registry.games.all(), key=lambda game: (game.created_at, game.id))
    # Of requests in which no game could be read there is no game: the label is empty.
    names = {"": ""} | named(game.id for game in games)
    outcomes: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str, str]] = Counter()
    for row in totals:
        # A game that was deleted may still have books.
        game = names.get(row["game_id"], OTHER)
        outcomes[game, row["outcome"]] += row["events"]
        if row["reason"]:
            reasons[game, row["outcome"], row["reason"]] += row["events"]
    yield counters(
        "playtrace_events",
        "Events that were received, by what became of them: stored, duplicate, quarantined or refused. Over all time.",
        ("game", "outcome"),
        sorted(outcomes.items()),
    )
    yield counters(
        "playtrace_events_by_reason",
        "Events that were quarantined or refused, and duplicates with another content, by the reason. Over all time.",
        ("game", "outcome", "reason"),
        sorted(reasons.items()),
    )
    received_at: dt.datetime | None = newest["received_at"]
    yield gauge(
        "playtrace_newest_event_received_timestamp_seconds",
        "When the newest event that is loaded was received.",
        None if received_at is None else received_at.replace(tzinfo=dt.UTC).timestamp(),
    )
