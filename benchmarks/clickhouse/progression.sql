-- rows of: nodes
WITH
moves AS (
    SELECT player_id, level, session_id, name, time, seq, props.duration_s AS said_s,
        leadInFrame(name) OVER attempts AS next_name, leadInFrame(time) OVER attempts AS next_time,
        leadInFrame(props.duration_s) OVER attempts AS next_said_s, lagInFrame(name) OVER attempts AS previous_name
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND player_id != ''
        AND name IN ('level_start', 'level_complete', 'level_fail', 'level_abandon')
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)} + INTERVAL 1 DAY
    WINDOW attempts AS (
        PARTITION BY player_id, level, session_id ORDER BY time, seq
        ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING
    )
),
attempts AS (
    SELECT player_id, level, time, seq,
        multiIf(
            name != 'level_start', name,
            next_name IN ('level_complete', 'level_fail', 'level_abandon'), next_name,
            next_name = '' AND time + INTERVAL 30 MINUTE > {now:DateTime64(3)}, 'open',
            'level_abandon'
        ) AS outcome,
        multiIf(
            name != 'level_start', coalesce(said_s, 0),
            next_name = '', 0,
            next_name = 'level_start', dateDiff('millisecond', time, next_time) / 1000,
            coalesce(next_said_s, dateDiff('millisecond', time, next_time) / 1000)
        ) AS seconds
    FROM moves
    WHERE name = 'level_start' OR previous_name != 'level_start'
),
players AS (
    SELECT level, player_id, arraySort(groupArray((time, seq, toString(outcome), seconds))) AS tries,
        arrayFirstIndex(try -> try.3 = 'level_complete', tries) AS winning,
        countIf(outcome = 'level_complete') AS won, countIf(outcome = 'level_fail') AS lost,
        countIf(outcome = 'level_abandon') AS left, countIf(outcome = 'open') AS open
    FROM attempts
    GROUP BY level, player_id
)
SELECT level, sum(won) AS completes, sum(lost) AS fails, sum(left) AS abandons, completes + fails + abandons AS attempts,
    sum(open) AS openAttempts, completes / attempts AS completionRate, fails / attempts AS failRate, count() AS players,
    countIf(won > 0) AS completedPlayers,
    completedPlayers / players AS playerCompletion,
    quantileExactInclusiveIf(0.5)(winning, winning > 0) AS attemptsToCompleteMedian,
    quantileExactInclusiveIf(0.9)(winning, winning > 0) AS attemptsToCompleteP90,
    quantileExactInclusiveIf(0.5)(tries[winning].4, winning > 0) AS winningSecondsMedian,
    quantileExactInclusiveIf(0.5)(arraySum(try -> try.4, arraySlice(tries, 1, winning)), winning > 0)
        AS activeSecondsMedian
FROM players
GROUP BY level
ORDER BY level
