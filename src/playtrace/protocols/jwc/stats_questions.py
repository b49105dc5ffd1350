"""The SQL of `GET /stats`. Each question stands behind `USAGE`, and reads its one relation.

`usage` has what a run, or another event, says: `name`, `player_id`, `os`, `ext`, `vscode`, `country` of all events;
`exit_code`, `output` (a size), `duration_ms`, `wait_ms`, `is_interactive`, `is_truncated` of completed runs;
`is_compile_error` and `exception` of failed ones. A row is as many `events` as it says.
"""

from __future__ import annotations

from typing import LiteralString

SPAN: LiteralString = """
SELECT CAST(min(time) AS DATE) AS first_day, CAST(max(time) AS DATE) AS last_day
FROM events
WHERE source = 'jwc.v1' AND ($game_id IS NULL OR game_id = $game_id)
"""

USAGE: LiteralString = """
WITH usage AS (
    SELECT time AS slot, name, player_id, coalesce(os, 'Unknown') AS os, coalesce(version, 'Unknown') AS ext,
        coalesce(props.vscode::VARCHAR, 'Unknown') AS vscode, coalesce(country, 'Unknown') AS country,
        CASE WHEN name = 'java.run.completed' THEN coalesce(props.exit::VARCHAR, '0') END AS exit_code,
        CASE WHEN name = 'java.run.completed' THEN coalesce(props.cumulativeBytesBucket::VARCHAR, '-') END AS output,
        CASE WHEN name = 'java.run.completed' THEN TRY_CAST(props.durationMs::VARCHAR AS DOUBLE) END AS duration_ms,
        CASE WHEN name = 'java.run.completed' THEN TRY_CAST(props.waitMsTotal::VARCHAR AS DOUBLE) END AS wait_ms,
        coalesce(name = 'java.run.completed' AND props.scannerUsage::VARCHAR = 'true', false) AS is_interactive,
        coalesce(name = 'java.run.completed' AND props.truncatedOutput::VARCHAR = 'true', false) AS is_truncated,
        coalesce(name = 'java.run.error' AND props.phase::VARCHAR = 'compile', false) AS is_compile_error,
        CASE WHEN name = 'java.run.error' THEN nullif(props.exceptionHash::VARCHAR, '') END AS exception,
        CAST(1 AS BIGINT) AS events
    FROM events
    WHERE source = 'jwc.v1' AND ($game_id IS NULL OR game_id = $game_id) AND time >= $from AND time < $to
)
"""

TIMES: LiteralString = """
SELECT 'total' AS kind, '' AS name, CAST(coalesce(sum(events), 0) AS BIGINT) AS hits,
    count(DISTINCT player_id) AS visitors
FROM usage
UNION ALL
SELECT 'day', CAST(CAST(slot AS DATE) AS VARCHAR), CAST(sum(events) AS BIGINT), count(DISTINCT player_id)
FROM usage GROUP BY CAST(slot AS DATE)
UNION ALL
SELECT 'hour', CAST(hour(slot) AS VARCHAR), CAST(sum(events) AS BIGINT), count(DISTINCT player_id)
FROM usage GROUP BY hour(slot)
UNION ALL
SELECT 'weekday', CAST(dayofweek(slot) AS VARCHAR), CAST(sum(events) AS BIGINT), 0
FROM usage GROUP BY dayofweek(slot)
"""

NAMES: LiteralString = """,
places AS (
    SELECT unnest($countries::VARCHAR[]) AS country, unnest($continents::VARCHAR[]) AS continent
),
counted AS (
    SELECT 'event' AS kind, name, CAST(sum(events) AS BIGINT) AS hits, 0 AS visitors FROM usage GROUP BY name
    UNION ALL SELECT 'os', os, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY os
    UNION ALL SELECT 'ext', ext, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY ext
    UNION ALL SELECT 'vscode', vscode, CAST(sum(events) AS BIGINT), 0 FROM usage GROUP BY vscode
    UNION ALL SELECT 'country', country, CAST(sum(events) AS BIGINT), count(DISTINCT player_id)
    FROM usage GROUP BY country
    UNION ALL SELECT 'continent', coalesce(continent, 'Unknown'), CAST(sum(events) AS BIGINT),
        count(DISTINCT player_id)
    FROM usage LEFT JOIN places ON usage.country = places.country GROUP BY coalesce(continent, 'Unknown')
    UNION ALL SELECT 'exit', exit_code, CAST(sum(events) AS BIGINT), 0
    FROM usage WHERE exit_code IS NOT NULL GROUP BY exit_code
    UNION ALL SELECT 'output', output, CAST(sum(events) AS BIGINT), 0
    FROM usage WHERE output IS NOT NULL GROUP BY output
    UNION ALL SELECT 'exception', exception, CAST(sum(events) AS BIGINT), 0
    FROM usage WHERE exception IS NOT NULL GROUP BY exception
),
ranked AS (
    SELECT kind, name, hits, visitors, row_number() OVER (PARTITION BY kind ORDER BY hits DESC, name) AS place
    FROM counted
)
SELECT kind, CASE WHEN place <= $names_max THEN name ELSE '(other)' END AS name, CAST(sum(hits) AS BIGINT) AS hits,
    CAST(sum(visitors) AS BIGINT) AS visitors, count(*) AS names
FROM ranked
GROUP BY kind, CASE WHEN place <= $names_max THEN name ELSE '(other)' END
ORDER BY kind, min(place)
"""

DAILY: LiteralString = """
SELECT 'os' AS kind, CAST(CAST(slot AS DATE) AS VARCHAR) AS day,
    CASE WHEN list_contains($systems::VARCHAR[], os) THEN os ELSE '(other)' END AS name,
    CAST(sum(events) AS BIGINT) AS hits
FROM usage
GROUP BY CAST(slot AS DATE), CASE WHEN list_contains($systems::VARCHAR[], os) THEN os ELSE '(other)' END
UNION ALL
SELECT 'exit', CAST(CAST(slot AS DATE) AS VARCHAR),
    CASE WHEN list_contains($exit_codes::VARCHAR[], exit_code) THEN exit_code ELSE '(other)' END,
    CAST(sum(events) AS BIGINT)
FROM usage
WHERE exit_code IS NOT NULL
GROUP BY CAST(slot AS DATE),
    CASE WHEN list_contains($exit_codes::VARCHAR[], exit_code) THEN exit_code ELSE '(other)' END
"""

RUNS: LiteralString = """,
lasting AS (
    SELECT duration_ms, CAST(sum(events) AS BIGINT) AS runs
    FROM usage
    WHERE duration_ms >= 0 AND isfinite(duration_ms)
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
        sum(CASE WHEN isfinite(wait_ms) THEN wait_ms * events END)
            / sum(CASE WHEN isfinite(wait_ms) THEN events END) AS mean_wait_ms
    FROM usage
)
SELECT started, completed, interactive, truncated, compile_errors, runtime_errors, mean_wait_ms,
    durations, median_ms, p90_ms,
    below_500, below_1000, below_3000, below_10000, below_30000, below_60000, below_120000
FROM totals CROSS JOIN durations
"""
