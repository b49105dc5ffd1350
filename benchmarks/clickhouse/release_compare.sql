-- Of histograms of frame times ('146:41 150:167': bucket and frames; 51.046 buckets make a factor of e) and of loading
-- times the middle of a bucket is read, as in ours.
-- rows of: figures
WITH
(
    SELECT groupArray((version, toDate(first_at), toDate(last_at)))
    FROM (
        SELECT version, min(time) AS first_at, max(time) AS last_at
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'session_start' AND version != ''
            AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
        GROUP BY version
        HAVING count() >= 500
        ORDER BY first_at DESC
        LIMIT 2
    )
) AS latest,
[latest[2].1, latest[1].1] AS versions,
greatest(latest[1].2, latest[2].2) AS first_day,
least(latest[1].3, latest[2].3) AS last_day,
(
    SELECT groupArray(platform)
    FROM (
        SELECT platform
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'session_start' AND has(versions, version)
            AND time >= first_day AND time < last_day + 1
        GROUP BY platform
        HAVING uniqExact(version) = 2
    )
) AS platforms,
ended AS (
    SELECT first_version AS version, 1 - countIf(crashes > 0) / count() AS crash_free_sessions,
        1 - uniqExactIf(player, crashes > 0) / uniqExact(player) AS crash_free_players, avg(seconds) AS session_seconds
    FROM (
        SELECT argMin(version, time) AS first_version, argMin(platform, time) AS first_platform,
            any(player_id) AS player, min(time) AS started_at, countIf(name = 'crash' AND props.class != 'hang') AS crashes,
            if(max(mono_ms) > 0, max(mono_ms), dateDiff('millisecond', min(time), max(time))) / 1000 AS seconds
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND session_id != ''
            AND time >= first_day - INTERVAL 1 DAY AND time < last_day + INTERVAL 2 DAY
        GROUP BY session_id
        HAVING started_at >= first_day AND started_at < last_day + 1 AND has(versions, first_version)
            AND has(platforms, first_platform)
    )
    GROUP BY version
),
drawn AS (
    SELECT version, sum(frames) / sum(seconds) AS avg_fps,
        quantileExactInclusive(0.5)(exp(slow_bin / 51.046) * (1 + tanh(0.5 / 51.046))) AS session_p99_ms
    FROM (
        SELECT version, sum(props.frames) AS frames, sum(props.duration_s) AS seconds,
            sumMap(
                arrayMap(pair -> toUInt16OrZero(splitByChar(':', pair)[1]), splitByChar(' ', props.frame_times)),
                arrayMap(pair -> toUInt64OrZero(splitByChar(':', pair)[2]), splitByChar(' ', props.frame_times))
            ) AS histogram,
            arrayCumSum(histogram.2) AS passed,
            histogram.1[arrayFirstIndex(frames -> frames * 100 >= passed[-1] * 99, passed)] AS slow_bin
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND name = 'performance' AND has(versions, version)
            AND has(platforms, platform) AND time >= first_day AND time < last_day + 1
        GROUP BY version, session_id, toDate(time)
    )
    GROUP BY version
),
loaded AS (
    SELECT version, quantileExactInclusive(0.5)(
            exp(floor(51.046 * log(greatest(props.duration_s * 1000, 1))) / 51.046) * (1 + tanh(0.5 / 51.046))
        ) AS load_cold_p50_ms
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'scene_loaded' AND props.cold
        AND has(versions, version) AND has(platforms, platform) AND time >= first_day AND time < last_day + 1
    GROUP BY version
),
came_back AS (
    SELECT first_version AS version, countIf(has(days, first_day_of_player + 1)) / count() AS d1_retention
    FROM (
        SELECT groupUniqArray(toDate(time)) AS days, arrayMin(days) AS first_day_of_player,
            argMin(version, time) AS first_version, argMin(platform, time) AS first_platform
        FROM events
        WHERE game_id = {game:String} AND env = {env:String} AND player_id != ''
            AND name NOT IN ('push_received', 'server_grant', 'crash_upload')
        GROUP BY player_id
    )
    WHERE has(versions, first_version) AND has(platforms, first_platform) AND first_day_of_player >= first_day
        AND first_day_of_player <= last_day AND first_day_of_player + 1 < toDate({now:DateTime64(3)})
    GROUP BY version
)
SELECT told.1 AS figure, anyIf(told.2, version = versions[1]) AS a, anyIf(told.2, version = versions[2]) AS b
FROM ended
JOIN drawn USING (version)
JOIN loaded USING (version)
JOIN came_back USING (version)
ARRAY JOIN arrayZip(
    range(7),
    ['crash_free_sessions', 'crash_free_players', 'avg_fps', 'session_p99_ms', 'load_cold_p50_ms', 'd1_retention',
        'session_seconds'],
    [crash_free_sessions, crash_free_players, avg_fps, session_p99_ms, load_cold_p50_ms, d1_retention,
        session_seconds]
) AS numbered
ARRAY JOIN [(numbered.2, numbered.3)] AS told
GROUP BY numbered.1, figure
ORDER BY numbered.1
