"""What runs of a tool that sends `jwc.v1` and its other events say, by hour: all that `GET /stats` counts.

Of a run that was completed its exit code, the size of its output, how long it took and how long it waited; of a failed
one why. It stands here and not with the protocol, as every table that loads fill does: the store makes it, and the
protocol, which is above the store, reads it by its name.
"""

from __future__ import annotations

from playtrace.rollups.rollup import Rollup, Sql, text_of

SAID: Sql = """slot, name, player_id, os, ext, vscode, country, exit_code, output, exception, duration_ms,
        is_interactive, is_truncated, is_compile_error"""
"""What rows have in common that are one."""

ROLLUP = Rollup(
    table="jwc_usage",
    version=1,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "slot": "TIMESTAMP NOT NULL",
        "name": "VARCHAR NOT NULL",
        "player_id": "VARCHAR",
        "os": "VARCHAR NOT NULL",
        "ext": "VARCHAR NOT NULL",
        "vscode": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
        "exit_code": "VARCHAR",
        "output": "VARCHAR",
        "exception": "VARCHAR",
        "duration_ms": "DOUBLE",
        "is_interactive": "BOOLEAN NOT NULL",
        "is_truncated": "BOOLEAN NOT NULL",
        "is_compile_error": "BOOLEAN NOT NULL",
        "events": "BIGINT NOT NULL",
        "waits": "BIGINT NOT NULL",
        "waited_us": "HUGEINT NOT NULL",
    },
    # Properties are read as text: of a VARIANT, true would be the number 1. What is an object or a list has no text
    # that is the same wherever it stands, so it counts as not sent. Waits are summed in whole microseconds, as a sum of
    # fractions depends on their order; a duration is kept as it was sent, as one of them is the median.
    each=f"""
    SELECT game_id, env, slot, name, player_id, coalesce(os, 'Unknown') AS os,
        coalesce(nullif(version, ''), 'Unknown') AS ext,
        coalesce({text_of("vscode")}, 'Unknown') AS vscode,
        coalesce(nullif(country, ''), 'Unknown') AS country,
        CASE WHEN name = 'java.run.completed' THEN coalesce({text_of("exit_code")}, '0') END AS exit_code,
        CASE WHEN name = 'java.run.completed' THEN coalesce({text_of("output")}, '-') END AS output,
        nullif({text_of("exception")}, '') AS exception,
        CASE WHEN duration_ms >= 0 AND duration_ms <= 1.7976931348623157e308 THEN duration_ms END AS duration_ms,
        coalesce(scanner_usage = 'true', false) AS is_interactive,
        coalesce(truncated_output = 'true', false) AS is_truncated,
        coalesce(phase = 'compile', false) AS is_compile_error, CAST(1 AS BIGINT) AS events,
        CAST(CASE WHEN wait_us IS NULL THEN 0 ELSE 1 END AS BIGINT) AS waits,
        CAST(coalesce(wait_us, 0) AS HUGEINT) AS waited_us
    FROM (
        SELECT game_id, env, date_trunc('hour', time) AS slot, name, player_id, os, version, country,
            CAST(props.vscode AS VARCHAR) AS vscode,
            CASE WHEN name = 'java.run.completed' THEN CAST(props.exit AS VARCHAR) END AS exit_code,
            CASE WHEN name = 'java.run.completed' THEN CAST(props.cumulativeBytesBucket AS VARCHAR) END AS output,
            CASE WHEN name = 'java.run.completed' THEN TRY_CAST(CAST(props.durationMs AS VARCHAR) AS DOUBLE) END
                AS duration_ms,
            CASE
                WHEN name = 'java.run.completed'
                    THEN TRY_CAST(round(TRY_CAST(CAST(props.waitMsTotal AS VARCHAR) AS DOUBLE) * 1000) AS BIGINT)
            END AS wait_us,
            CASE WHEN name = 'java.run.completed' THEN CAST(props.scannerUsage AS VARCHAR) END AS scanner_usage,
            CASE WHEN name = 'java.run.completed' THEN CAST(props.truncatedOutput AS VARCHAR) END AS truncated_output,
            CASE WHEN name = 'java.run.error' THEN CAST(props.phase AS VARCHAR) END AS phase,
            CASE WHEN name = 'java.run.error' THEN CAST(props.exceptionHash AS VARCHAR) END AS exception
        FROM {{source}} AS source
        WHERE protocol = 'jwc.v1'
    ) AS used
    """,
    merge=f"""
    SELECT {{key}}{SAID}, CAST(sum(events) AS BIGINT) AS events, CAST(sum(waits) AS BIGINT) AS waits,
        sum(waited_us) AS waited_us
    FROM {{parts}} AS parts
    GROUP BY {{key}}{SAID}
    """,
    # A load leaves them as they are: within one, hardly any say the same.
    gather=f"""
    SELECT {{key}}{SAID}, events, waits, waited_us
    FROM {{parts}} AS parts
    """,
    text_props=(
        *("vscode", "exit", "cumulativeBytesBucket", "durationMs", "waitMsTotal", "scannerUsage", "truncatedOutput"),
        *("phase", "exceptionHash"),
    ),
    day="slot",
    # Who is counted lies together: so people are counted by their place in a dictionary, not by their ids.
    order="game_id, env, player_id",
)
