-- rows of: total
-- differs: memoryP50Mb: ours are read from histograms, known to 0.98 %
-- differs: memoryP95Mb: ours are read from histograms, known to 0.98 %
SELECT sum(samples_) AS samples, sum(frames_) AS frames, sum(seconds_) AS seconds, frames / seconds AS avgFps,
    quantileExactInclusive(0.5)(memory) AS memoryP50Mb, quantileExactInclusive(0.95)(memory) AS memoryP95Mb
FROM (
    SELECT count() AS samples_, sum(props.frames) AS frames_, sum(coalesce(props.duration_s, 1)) AS seconds_,
        max(props.memory_mb) AS memory
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name = 'performance'
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY session_id, toDate(time)
)
