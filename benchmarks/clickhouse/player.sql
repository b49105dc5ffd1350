-- rows of: .
SELECT min(started_at) AS firstSeen, max(ended_at) AS lastSeen, length(groupUniqArrayArray(days)) AS daysActive,
    count() AS sessions, sum(seconds) AS playtimeSeconds, sum(session_events) AS events, sum(session_crashes) AS crashes
FROM (
    SELECT min(time) AS started_at, max(time) AS ended_at, groupUniqArray(toDate(time)) AS days,
        if(max(mono_ms) > 0, max(mono_ms), dateDiff('millisecond', started_at, ended_at)) / 1000 AS seconds,
        count() AS session_events, countIf(name = 'crash') AS session_crashes
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND player_id = 'p-000016'
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY session_id
);

-- rows of: names
SELECT name AS value, count() AS events, min(time) AS first, max(time) AS last
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND player_id = 'p-000016'
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY value
ORDER BY events DESC, value
LIMIT 50;

-- rows of: platforms
SELECT platform AS value, count() AS events, min(time) AS first, max(time) AS last
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND player_id = 'p-000016'
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY value
ORDER BY events DESC, value
LIMIT 50;

-- rows of: levels
SELECT level, countIf(name = 'level_start') AS started, countIf(name = 'level_complete') AS completed,
    countIf(name = 'level_fail') AS failed, countIf(name = 'level_abandon') AS abandoned, min(time) AS first,
    max(time) AS last
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND player_id = 'p-000016'
    AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY level
ORDER BY last DESC
LIMIT 50;

-- rows of: balances
SELECT currency, argMax(props.balance, (time, seq)) AS balance
FROM events
WHERE game_id = {game:String} AND env = {env:String} AND player_id = 'p-000016'
    AND name IN ('resource_gain', 'resource_spend') AND props.balance IS NOT NULL
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
GROUP BY currency
ORDER BY currency
LIMIT 50
