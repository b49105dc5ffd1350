-- As many units lead to a node as from it, so that both ends of a link are counted from the links themselves.
-- rows of: links
WITH
paths AS (
    SELECT arraySlice(
        arrayCompact(arrayMap(event -> event.3, arraySort(groupArray((time, seq, toString(name)))))), 1, 5
    ) AS nodes
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND session_id != '' AND player_id != ''
        AND name NOT IN ('position', 'performance', 'heartbeat', 'push_received', 'server_grant', 'crash_upload')
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY session_id
),
steps AS (
    SELECT step.1 AS step_column, step.2 AS step_source, step.3 AS step_target, count() AS step_units
    FROM paths
    ARRAY JOIN arrayZip(
        range(1, least(length(nodes), 4) + 1),
        arraySlice(nodes, 1, 4),
        arraySlice(arrayPushBack(arraySlice(nodes, 2), '(end)'), 1, least(length(nodes), 4))
    ) AS step
    GROUP BY step_column, step_source, step_target
),
counted AS (
    SELECT step_column, step_source, step_target, step_units,
        sum(step_units) OVER (PARTITION BY step_column, step_source) AS at_source,
        sum(step_units) OVER (PARTITION BY step_column, step_target) AS at_target,
        sumIf(step_units, step_column = 1) OVER () AS all_units
    FROM steps
)
SELECT step_column AS column, if(at_source < 0.01 * all_units, '(other)', step_source) AS source,
    if(at_target < 0.01 * all_units AND step_target != '(end)', '(other)', step_target) AS target,
    sum(step_units) AS units
FROM counted
GROUP BY column, source, target
ORDER BY column, units DESC, source, target
