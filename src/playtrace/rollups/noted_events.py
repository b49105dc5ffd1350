"""What the catalogue's events of progress, economy, loot and scores say in their properties, typed. A row for each.

With them the beginnings of sessions and matches, which say little: funnels begin with them.

Properties are dear to read: here they are read once. `subject` is what an event is about: the product, placement, item,
achievement, board or level; `detail` what it says of it (`DETAILS`). A property that is an object or a list has no text
that is the same wherever it stands, so it counts as not sent.
"""

from __future__ import annotations

from playtrace.rollups.payments import OF_ORDER, SAID_OF_ORDER
from playtrace.rollups.rollup import TEXT_LENGTH_MAX, Rollup, Sql, text_of

SUBJECTS: dict[Sql, Sql] = {
    "purchase": "props.product",
    "ad_impression": "props.placement",
    "resource_gain": "props.item",
    "resource_spend": "props.item",
    "item_looted": "props.item",
    "achievement_unlocked": "props.achievement",
    "score_posted": "props.board",
    "session_start": "NULL",
    "match_start": "props.mode",
    "match_end": "props.mode",
    "level_start": "level",
    "level_complete": "level",
    "level_fail": "level",
    "level_abandon": "level",
}
"""What the event of a name is about. Only events of these names are noted."""
DETAILS: dict[Sql, Sql] = {
    "purchase": "props.kind",
    "ad_impression": "props.format",
    "resource_gain": "props.reason",
    "resource_spend": "props.reason",
    "item_looted": "props.rarity",
    "match_end": "props.result",
    "level_fail": "props.reason",
}


def _by_name(values: dict[Sql, Sql]) -> Sql:
    cases: list[Sql] = ["WHEN '" + name + "' THEN CAST(" + value + " AS VARCHAR)" for name, value in values.items()]
    return "CASE name " + " ".join(cases) + " END"


LEVEL_STEPS: Sql = "'level_start', 'level_complete', 'level_fail', 'level_abandon'"
_names: list[Sql] = list(SUBJECTS)
NAMES: Sql = "'" + "', '".join(_names) + "'"

ROLLUP = Rollup(
    table="noted_events",
    version=3,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "time": "TIMESTAMP NOT NULL",
        "received_at": "TIMESTAMP NOT NULL",
        "order_key": "HUGEINT NOT NULL",
        "name": "VARCHAR NOT NULL",
        "player_id": "VARCHAR",
        "owner": "VARCHAR NOT NULL",
        "session_id": "VARCHAR NOT NULL",
        "match_id": "VARCHAR",
        "map_id": "VARCHAR",
        "level": "VARCHAR",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
        "currency": "VARCHAR NOT NULL",
        "value": "DOUBLE",
        "subject": "VARCHAR NOT NULL",
        "detail": "VARCHAR NOT NULL",
        "balance": "DOUBLE",
        "duration_s": "DOUBLE",
        "transaction_id": "VARCHAR",
        "is_validated": "BOOLEAN NOT NULL",
    },
    # The value of an item is how many of it: one, where that is not said. The text of a number may be one without end.
    each=f"""
    SELECT game_id, env, time, received_at, order_key, name, player_id, owner, session_id, match_id, map_id, level,
        platform, version, country, currency, value,
        coalesce(CASE WHEN name LIKE 'level%' THEN substr(subject, 1, {TEXT_LENGTH_MAX})
            ELSE {text_of("subject", TEXT_LENGTH_MAX)} END, '') AS subject,
        coalesce({text_of("detail", TEXT_LENGTH_MAX)}, '') AS detail,
        CASE WHEN abs(balance) <= 1e15 THEN balance END AS balance,
        CASE WHEN duration_s >= 0 AND duration_s <= 1e15 THEN duration_s END AS duration_s,
        {OF_ORDER}
    FROM (
        SELECT game_id, env, time, received_at, order_key, name, player_id, owner,
            coalesce(session_id, '') AS session_id, match_id, map_id, level, platform, version, country, currency,
            CASE WHEN name = 'item_looted'
                THEN coalesce(TRY_CAST(CAST(props.count AS VARCHAR) AS DOUBLE), value, 1)
                ELSE value END AS value,
            {_by_name(SUBJECTS)} AS subject,
            {_by_name(DETAILS)} AS detail,
            CASE WHEN name IN ('resource_gain', 'resource_spend')
                THEN TRY_CAST(CAST(props.balance AS VARCHAR) AS DOUBLE) END AS balance,
            CASE WHEN name IN ('level_complete', 'level_fail', 'level_abandon', 'match_end')
                THEN TRY_CAST(CAST(props.duration_s AS VARCHAR) AS DOUBLE) END AS duration_s,
            {SAID_OF_ORDER}
        FROM {{source}} AS source
        WHERE name IN ({NAMES})
    ) AS said
    """,
    merge="""
    SELECT {key}time, received_at, order_key, name, player_id, owner, session_id, match_id, map_id, level, platform,
        version, country, currency, value, subject, detail, balance, duration_s, transaction_id, is_validated
    FROM {parts} AS parts
    """,
    text_props=(
        *("product", "placement", "item", "achievement", "board", "mode", "kind", "format", "reason", "rarity"),
        *("result", "count", "balance", "duration_s", "transaction_id", "validated"),
    ),
    day="time",
    # A question is about one or a few names: what lies between is passed over without being unpacked.
    order="game_id, env, name, time",
)
