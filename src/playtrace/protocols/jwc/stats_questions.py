"""The SQL of `GET /stats`. Each question stands behind `usage`, and reads that one relation.

It has what the rollup `jwc_usage` says: of all events `slot` (the hour), `name`, `player_id`, `os`, `ext`, `vscode`,
`country`; of completed runs `exit_code`, `output` (a size), `duration_ms`, `waits`, `waited_us`, `is_interactive`,
`is_truncated`; of failed ones `is_compile_error` and `exception`. A row is as many `events` as it says.

What is counted is grouped before anything else is made of it: the engine groups texts by their places in a dictionary
as long as they come as they are stored.
"""

from __future__ import annotations

from typing import LiteralString

from playtrace.rollups import jwc_usage
from playtrace.rollups.rollup import SOURCE_OF_EVENTS

Sql = LiteralString

OF_GAME: Sql = "($game_id IS NULL OR game_id = $game_id)"

USAGE: Sql = """
WITH usage AS {materialized} (
    SELECT * FROM ({rows}) AS parts WHERE slot >= $from AND slot < $to
)
"""


def usage(*, is_built: bool) -> Sql:
    """The relation, to stand before a question. Where its rollup is not built, `$built_to` is the day from which on."""
    rollup = jwc_usage.ROLLUP
    if is_built:
        # Each part of a question reads the columns that it needs, which costs less than keeping all of them.
        return USAGE.format(materialized="NOT MATERIALIZED", rows=rollup.stored(OF_GAME))
    source = SOURCE_OF_EVENTS + "    WHERE " + OF_GAME + "\n"
    return USAGE.format(materialized="MATERIALIZED", rows=rollup.stored_and_anew(OF_GAME, source, "$built_to::DATE"))


SPAN: Sql = "SELECT CAST(min(slot) AS DATE) AS first_day, CAST(max(slot) AS DATE) AS last_day FROM usage"

TIMES: Sql = """
SELECT 'total' AS kind, '' AS name, CAST(coalesce(sum(events), 0) AS BIGINT) AS hits,
    count(DISTINCT player_id) AS visitors
FROM usage
UNION ALL
SELECT 'day', CAST(CAST(slot AS DATE) AS VARCHAR), CAST(sum(events) AS BIGINT), count(DISTINCT player_id)
FROM usage GROUP BY CAST(slot AS DATE)
UNION ALL
SELECT 'hour', CAST(hour(slot) AS VARCHAR), CAST(sum(events) AS BIGINT), count(DISTINCT player_id)
FROM usage GROUP BY hour(slot)
"""

NAMES: Sql = """,
places AS (
    SELECT unnest($countries::VARCHAR[]) AS country, unnest($continents::VARCHAR[]) AS continent
),
people AS MATERIALIZED (
    SELECT country, player_id, sum(events) AS events FROM usage GROUP BY country, player_id
),
counted AS (
    SELECT 'event' AS kind, name, CAST(sum(events) AS BIGINT) AS hits, 0 AS visitors FROM usage GROUP BY name
    UNION ALL SELECT 'os', os, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY os
    UNION ALL SELECT 'ext', ext, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY ext
    UNION ALL SELECT 'vscode', vscode, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY vscode
    UNION ALL SELECT 'country', country, CAST(sum(events) AS BIGINT), count(player_id) FROM people GROUP BY country
    UNION ALL SELECT 'continent', coalesce(continent, 'Unknown'), CAST(sum(events) AS BIGINT),
        count(DISTINCT player_id)
    FROM people LEFT JOIN places ON people.country = places.country GROUP BY coalesce(continent, 'Unknown')
    UNION ALL SELECT 'exit', exit_code, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY exit_code
    UNION ALL SELECT 'output', output, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY output
    UNION ALL SELECT 'exception', exception, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY exception
),
ranked AS (
    SELECT kind, name, hits, visitors, row_number() OVER (PARTITION BY kind ORDER BY hits DESC, name) AS place
    FROM counted
    WHERE name IS NOT NULL
)
SELECT kind, CASE WHEN place <= $names_max THEN name ELSE '(other)' END AS name, CAST(sum(hits) AS BIGINT) AS hits,
    CAST(sum(visitors) AS BIGINT) AS visitors, count(*) AS names
FROM ranked
GROUP BY kind, CASE WHEN place <= $names_max THEN name ELSE '(other)' END
ORDER BY kind, min(place)
"""

DAILY: Sql = """,
counted AS (
    SELECT 'os' AS kind, day, CASE WHEN list_contains($systems::VARCHAR[], os) THEN os ELSE '(other)' END AS name,
        events
    FROM (SELECT CAST(slot AS DATE) AS day, os, sum(events) AS events FROM usage GROUP BY CAST(slot AS DATE), os) AS of
    UNION ALL
    SELECT 'exit', day, CASE WHEN list_contains($exit_codes::VARCHAR[], exit_code) THEN exit_code ELSE '(other)' END,
        events
    FROM (
        SELECT CAST(slot AS DATE) AS day, exit_code, sum(events) AS events
        FROM usage
        GROUP BY CAST(slot AS DATE), exit_code
    ) AS ended
    WHERE exit_code IS NOT NULL
)
SELECT kind, CAST(day AS VARCHAR) AS day, name, CAST(sum(events) AS BIGINT) AS hits
FROM counted
GROUP BY kind, day, name
"""

RUNS: Sql = """,
lasting AS (
    SELECT duration_ms, CAST(sum(events) AS BIGINT) AS runs
    FROM usage
    WHERE duration_ms IS NOT NULL
    GROUP BY duration_ms
),
-- The rank of the last of those that took as long.
ranked AS (
    SELECT duration_ms, runs, sum(runs) OVER (ORDER BY duration_ms) AS rank, sum(runs) OVER () AS all_runs FROM lasting
),
durations AS (
    SELECT CAST(coalesce(sum(runs), 0) AS BIGINT) AS durations,
        min(CASE WHEN rank * 2 >= all_runs THEN duration_ms END) AS median_ms,
        min(CASE WHEN rank * 10 >= all_runs * 9 THEN duration_ms END) AS p90_ms,
        CAST(sum(CASE WHEN duration_ms < 500 THEN runs ELSE 0 END) AS BIGINT) AS below_500,
        CAST(sum(CASE WHEN duration_ms < 1000 THEN runs ELSE 0 END) AS BIGINT) AS below_1000,
        CAST(sum(CASE WHEN duration_ms < 3000 THEN runs ELSE 0 END) AS BIGINT) AS below_3000,
        CAST(sum(CASE WHEN duration_ms < 10000 THEN runs ELSE 0 END) AS BIGINT) AS below_10000,
        CAST(sum(CASE WHEN duration_ms < 30000 THEN runs ELSE 0 END) AS BIGINT) AS below_30000,
        CAST(sum(CASE WHEN duration_ms < 60000 THEN runs ELSE 0 END) AS BIGINT) AS below_60000,
        CAST(sum(CASE WHEN duration_ms < 120000 THEN runs ELSE 0 END) AS BIGINT) AS below_120000
    FROM ranked
),
totals AS (
    SELECT sum(CASE WHEN name = 'java.run.started' THEN events ELSE 0 END) AS started,
        sum(CASE WHEN name = 'java.run.completed' THEN events ELSE 0 END) AS completed,
        sum(CASE WHEN is_interactive THEN events ELSE 0 END) AS interactive,
        sum(CASE WHEN is_truncated THEN events ELSE 0 END) AS truncated,
        sum(CASE WHEN is_compile_error THEN events ELSE 0 END) AS compile_errors,
        sum(CASE WHEN name = 'java.run.error' AND NOT is_compile_error THEN events ELSE 0 END) AS runtime_errors,
        sum(waits) AS waits, sum(waited_us) AS waited_us
    FROM usage
)
SELECT started, completed, interactive, truncated, compile_errors, runtime_errors, waits, waited_us,
    durations, median_ms, p90_ms,
    below_500, below_1000, below_3000, below_10000, below_30000, below_60000, below_120000
FROM totals CROSS JOIN durations
"""
