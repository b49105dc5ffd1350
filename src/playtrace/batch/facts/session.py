"""Sessions that began on a day, as the metric `sessions` counts them, with what players did in them."""

from __future__ import annotations

from typing import LiteralString

import pyarrow as pa

from playtrace.batch.facts.fact import Fact
from playtrace.rollups.rollup import MICROS

COUNTED: dict[LiteralString, LiteralString] = {
    "deaths": "player_death",
    "kills": "player_kill",
    "levels_started": "level_start",
    "levels_completed": "level_complete",
    "levels_failed": "level_fail",
    "matches_ended": "match_end",
    "items_looted": "item_looted",
    "resource_gains": "resource_gain",
    "resource_spends": "resource_spend",
    "achievements": "achievement_unlocked",
    "ads": "ad_impression",
    "errors": "error",
}
"""Columns that count the events of one name."""

_counts: list[LiteralString] = [
    "CAST(sum(CASE WHEN name = '" + name + "' THEN 1 ELSE 0 END) AS BIGINT) AS " + column
    for column, name in COUNTED.items()
]
_counted: list[LiteralString] = ["coalesce(happened." + column + ", 0) AS " + column for column in COUNTED]

IS_PAID: LiteralString = "name = 'purchase' AND value > 0 AND is_validated"

SQL: LiteralString = f"""
WITH
happened AS (
    SELECT fact.owner, fact.session_id, fact.started_at, count(*) AS events, count(DISTINCT event.name) AS event_names,
        CAST(sum(CASE WHEN {IS_PAID} THEN 1 ELSE 0 END) AS BIGINT) AS purchases,
        CAST(sum(CASE WHEN {IS_PAID} AND coalesce(nullif(currency, ''), $game_currency) = $game_currency
            THEN {MICROS} ELSE 0 END) AS BIGINT) AS spend_micros,
        {", ".join(_counts)}
    FROM session_facts AS fact
    JOIN session_events AS event ON event.owner = fact.owner AND event.session_id = fact.session_id
        AND event.time >= fact.started_at AND event.time <= fact.ended_at
    GROUP BY fact.owner, fact.session_id, fact.started_at
)
SELECT session.session_id, session.player_id, session.started_at, session.ended_at, session.length_us / 1e6 AS length_s,
    session.platform, session.version, session.country,
    CASE WHEN session.player_id IS NULL THEN NULL
        ELSE coalesce(known.first_seen >= session.started_at AND known.first_seen <= session.ended_at, false)
        END AS is_first_session,
    greatest(0, date_diff('microsecond', known.first_seen, session.started_at) / 1e6) AS player_age_s,
    coalesce(happened.events, 0) AS events, coalesce(happened.event_names, 0) AS event_names,
    {", ".join(_counted)},
    coalesce(happened.purchases, 0) AS purchases, coalesce(happened.spend_micros, 0) AS spend_micros,
    session.crashes > 0 AS has_crashed, session.quits > 0 AS has_quit
FROM session_facts AS session
LEFT JOIN happened ON happened.owner = session.owner AND happened.session_id = session.session_id
    AND happened.started_at = session.started_at
LEFT JOIN known_players AS known ON known.player_id = session.player_id
ORDER BY session.started_at, session.player_id, session.session_id
"""

FACT = Fact(
    "session",
    "A session that began on the day: how long it was, and what the player did in it, within a day of its beginning."
    " `spend_micros` is of validated purchases in the game's currency, without what orders and refunds say.",
    {
        "session_id": pa.string(),
        "player_id": pa.string(),
        "started_at": pa.timestamp("us"),
        "ended_at": pa.timestamp("us"),
        "length_s": pa.float64(),
        "platform": pa.string(),
        "version": pa.string(),
        "country": pa.string(),
        "is_first_session": pa.bool_(),
        "player_age_s": pa.float64(),
        "events": pa.int64(),
        "event_names": pa.int64(),
        **dict.fromkeys(COUNTED, pa.int64()),
        "purchases": pa.int64(),
        "spend_micros": pa.int64(),
        "has_crashed": pa.bool_(),
        "has_quit": pa.bool_(),
    },
    SQL,
)
