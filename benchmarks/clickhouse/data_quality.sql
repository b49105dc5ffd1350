-- A table of events has no books: what was refused or came twice is not in it. All simulated events were received at
-- one moment, so that the last 10,000 are not the same ones as ours, and what is found in them is not compared.
-- rows of: lookedAt
SELECT count() AS events, quantilesExactInclusive(0.5, 0.9, 0.95, 0.99)(late_ms / 1000) AS lateness_,
    max(late_ms) / 1000 AS latest_, sumMap(map(toString(name), 1)) AS events_by_name_,
    sumMap(map(toString(name), lacks_player)) AS without_player_,
    sumMap(map(toString(name), lacks_session)) AS without_session_,
    sumMap(map(toString(name), lacks_version)) AS without_version_,
    sumMap(map(toString(name), lacks_platform)) AS without_platform_,
    groupUniqArrayArray(arrayMap((path, type) -> (name, path, type), mapKeys(paths), mapValues(paths))) AS types_
FROM (
    SELECT name, dateDiff('millisecond', time, received_at) AS late_ms, player_id = '' AS lacks_player,
        session_id = '' AS lacks_session, version = '' AS lacks_version, platform = '' AS lacks_platform,
        JSONAllPathsWithTypes(props) AS paths
    FROM events
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    ORDER BY received_at DESC
    LIMIT 10000
);

-- rows of: .
SELECT uniqExact(name) AS unknownNamesCount
FROM events
WHERE game_id = {game:String} AND env = {env:String}
    AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    AND name NOT IN (
        'session_start', 'session_end', 'level_start', 'level_complete', 'level_fail', 'level_abandon', 'match_start',
        'match_end', 'player_death', 'player_kill', 'item_looted', 'resource_gain', 'resource_spend', 'purchase',
        'achievement_unlocked', 'ad_impression', 'performance', 'crash', 'error', 'position', 'stat_sheet',
        'score_posted', 'scene_loaded'
    );

-- rows of: matches
WITH
begun AS (
    SELECT match_id, any(props.players) AS places
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'match_start' AND match_id != ''
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY match_id
    HAVING min(time) < {now:DateTime64(3)} - INTERVAL 2 HOUR
    ORDER BY max(time) DESC, match_id
    LIMIT 1000
),
seen AS (
    SELECT match_id, any(places) AS declared, uniqExact(player_id) AS players, countIf(name = 'match_end') > 0 AS is_ended,
        uniqExactIf(player_id, name = 'match_start') AS started,
        length(arrayFilter(
            player -> NOT has(groupUniqArrayIf(player_id, name = 'match_end'), player),
            groupUniqArrayIf(player_id, name = 'match_start')
        )) AS left
    FROM events
    JOIN begun USING (match_id)
    WHERE game_id = {game:String} AND env = {env:String}
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY match_id
)
SELECT count() AS lookedAt, countIf(NOT is_ended) AS withoutEnd, sum(started) AS playersStarted,
    sum(left) AS playersWithoutEnd, sum(declared) AS placesDeclared, sum(players) AS playersSeen,
    countIf(players > declared) AS moreSeenThanDeclared
FROM seen
