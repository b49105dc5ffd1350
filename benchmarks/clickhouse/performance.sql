-- Frame times are sent as histograms ('146:41 150:167': bucket and frames), where 51.046 buckets make a factor of e. What
-- is read from them is the middle of a bucket.
-- rows of: total
-- differs: memoryP50Mb: ours are read from histograms, known to 0.98 %
-- differs: memoryP95Mb: ours are read from histograms, known to 0.98 %
WITH
sampled AS (
    SELECT count() AS samples, sumIf(props.frames, name = 'performance') AS frames,
        sumIf(coalesce(props.duration_s, 1), name = 'performance') AS seconds, max(props.memory_mb) AS memory,
        sumMap(
            arrayMap(pair -> toUInt16OrZero(splitByChar(':', pair)[1]), splitByChar(' ', props.frame_times)),
            arrayMap(pair -> toUInt64OrZero(splitByChar(':', pair)[2]), splitByChar(' ', props.frame_times))
        ) AS histogram
    FROM events
    WHERE game_id = {game:String} AND env = {env:String} AND name IN ('performance', 'scene_loaded')
        AND time >= {from:DateTime64(3)} AND time < {to:DateTime64(3)}
    GROUP BY session_id, toDate(time)
)
SELECT sum(sampled.samples) AS samples, sum(sampled.frames) AS frames, sum(sampled.seconds) AS seconds,
    frames / seconds AS avgFps, sumMap(histogram.1, histogram.2) AS histogram_, arrayCumSum(histogram_.2) AS passed_,
    arrayMap(
        share -> exp(histogram_.1[arrayFirstIndex(passed -> passed > share * (passed_[-1] - 1), passed_)] / 51.046)
            * (1 + tanh(0.5 / 51.046)),
        [0.5, 0.95, 0.99]
    ) AS quantiles_,
    quantiles_[1] AS frameP50Ms, quantiles_[2] AS frameP95Ms, quantiles_[3] AS frameP99Ms,
    quantileExactInclusive(0.5)(memory) AS memoryP50Mb, quantileExactInclusive(0.95)(memory) AS memoryP95Mb
FROM sampled
