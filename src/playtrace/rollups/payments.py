"""What was paid, and what ads earned: a row for each `purchase` and `ad_impression`.

They are in `noted_events` too, as one event in some hundreds. Questions about money look for them alone, and an order
of any day may be what a later one repeats or gives back: here they lie together.
"""

from __future__ import annotations

from playtrace.rollups.rollup import MICROS, TEXT_LENGTH_MAX, Rollup, Sql, text_of

NAMES: Sql = "'purchase', 'ad_impression'"

# What a purchase says of its order, and whether the store confirmed it: as text, and what is made of that.
SAID_OF_ORDER: Sql = """CASE WHEN name = 'purchase' THEN CAST(props.transaction_id AS VARCHAR) END AS transaction_id,
            CASE WHEN name = 'purchase' THEN CAST(props.validated AS VARCHAR) END AS validated"""
OF_ORDER: Sql = f"""nullif({text_of("transaction_id", TEXT_LENGTH_MAX)}, '') AS transaction_id,
        coalesce(validated <> 'false', true) AS is_validated"""

ROLLUP = Rollup(
    table="payments",
    version=1,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "time": "TIMESTAMP NOT NULL",
        "order_key": "HUGEINT NOT NULL",
        "name": "VARCHAR NOT NULL",
        "player_id": "VARCHAR",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
        "currency": "VARCHAR NOT NULL",
        "micros": "BIGINT NOT NULL",
        "detail": "VARCHAR NOT NULL",
        "transaction_id": "VARCHAR",
        "is_validated": "BOOLEAN NOT NULL",
    },
    each=f"""
    SELECT game_id, env, time, order_key, name, player_id, platform, version, country, currency, {MICROS} AS micros,
        coalesce({text_of("detail", TEXT_LENGTH_MAX)}, '') AS detail,
        {OF_ORDER}
    FROM (
        SELECT game_id, env, time, order_key, name, player_id, platform, version, country, currency, value,
            CASE WHEN name = 'purchase' THEN CAST(props.kind AS VARCHAR) END AS detail,
            {SAID_OF_ORDER}
        FROM {{source}} AS source
        WHERE name IN ({NAMES})
    ) AS said
    """,
    merge="""
    SELECT {key}time, order_key, name, player_id, platform, version, country, currency, micros, detail, transaction_id,
        is_validated
    FROM {parts} AS parts
    """,
    text_props=("kind", "transaction_id", "validated"),
    day="time",
    order="game_id, env, time",
)
