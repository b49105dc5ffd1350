"""Events and their sums, by quarter of an hour: +05:30 and +05:45 exist."""

from __future__ import annotations

from playtrace.rollups.rollup import MICROS, Rollup

ROLLUP = Rollup(
    table="event_counts",
    version=2,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "slot": "TIMESTAMP NOT NULL",
        "name": "VARCHAR NOT NULL",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
        "currency": "VARCHAR NOT NULL",
        "events": "BIGINT NOT NULL",
        "value_micros": "HUGEINT NOT NULL",
        "frames_micros": "HUGEINT NOT NULL",
        "frames_us": "HUGEINT NOT NULL",
    },
    # Frames drawn, in millionths, and the microseconds in which they were: of `performance` events where both are
    # numbers. In integers, as sums of fractions depend on their order. Properties are dear to read: of no other events.
    each=f"""
    SELECT game_id, env, slot, name, platform, version, country, currency, CAST(1 AS BIGINT) AS events,
        {MICROS} AS value_micros, CAST(0 AS BIGINT) AS frames_micros,
        CAST(0 AS BIGINT) AS frames_us
    FROM {{source}} AS source
    WHERE name <> 'performance'
    UNION ALL
    SELECT game_id, env, slot, name, platform, version, country, currency, CAST(1 AS BIGINT) AS events,
        {MICROS} AS value_micros,
        CASE WHEN drawn_micros IS NULL OR drawn_us IS NULL THEN 0 ELSE drawn_micros END AS frames_micros,
        CASE WHEN drawn_micros IS NULL OR drawn_us IS NULL THEN 0 ELSE drawn_us END AS frames_us
    FROM (
        SELECT game_id, env, slot, name, platform, version, country, currency, value,
            TRY_CAST(round(1e6 * coalesce(
                TRY_CAST(props.frames AS DOUBLE), value * seconds, TRY_CAST(props.fps AS DOUBLE) * seconds
            )) AS BIGINT) AS drawn_micros,
            TRY_CAST(round(seconds * 1e6) AS BIGINT) AS drawn_us
        FROM (
            SELECT game_id, env, slot, name, platform, version, country, currency, value, props,
                coalesce(TRY_CAST(props.duration_s AS DOUBLE), 1) AS seconds
            FROM {{source}} AS source
            WHERE name = 'performance'
        ) AS measured
    ) AS drawn
    """,
    merge="""
    SELECT {key}slot, name, platform, version, country, currency, CAST(sum(events) AS BIGINT) AS events,
        sum(value_micros) AS value_micros, sum(frames_micros) AS frames_micros, sum(frames_us) AS frames_us
    FROM {parts} AS parts
    GROUP BY {key}slot, name, platform, version, country, currency
    """,
    day="slot",
    order="game_id, env, slot, name",
)
