"""How the game ran and what it loaded, as clients sampled it: a row for each `performance` and `scene_loaded` event.

The histogram of frame times stays the text that was sent: taking it apart is left to `performance_days`, when a day has
come to rest, and to questions about days that have not. So a load pays for none of it.
"""

from __future__ import annotations

from playtrace.rollups.rollup import TEXT_LENGTH_MAX, Rollup, Sql, text_of

NAMES: Sql = "'performance', 'scene_loaded'"
HISTOGRAM_LENGTH_MAX: Sql = "4000"
"""Characters of a histogram: more than five hundred buckets."""

ROLLUP = Rollup(
    table="performance_samples",
    version=1,
    columns={
        "game_id": "VARCHAR NOT NULL",
        "env": "VARCHAR NOT NULL",
        "time": "TIMESTAMP NOT NULL",
        "player_id": "VARCHAR",
        "owner": "VARCHAR NOT NULL",
        "session_id": "VARCHAR NOT NULL",
        "platform": "VARCHAR NOT NULL",
        "version": "VARCHAR NOT NULL",
        "country": "VARCHAR NOT NULL",
        "scene": "VARCHAR NOT NULL",
        "device": "VARCHAR NOT NULL",
        "is_excluded": "BOOLEAN NOT NULL",
        "frames_micros": "BIGINT",
        "frames_us": "BIGINT",
        "frame_times": "VARCHAR",
        "hitches": "BIGINT",
        "memory_mb": "DOUBLE",
        "load_ms": "DOUBLE",
        "is_cold": "BOOLEAN NOT NULL",
    },
    # The scene is the map, or what was loaded. Frames and their seconds are those of `event_counts`, where they make
    # sense. The text of a number may be one without end.
    each=f"""
    SELECT game_id, env, time, player_id, owner, session_id, platform, version, country,
        coalesce({text_of("scene", TEXT_LENGTH_MAX)}, map_id, CASE WHEN name = 'scene_loaded' THEN level END, '')
            AS scene,
        coalesce({text_of("device", TEXT_LENGTH_MAX)}, '') AS device,
        coalesce(excluded = 'true', false) AS is_excluded,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_micros END AS frames_micros,
        CASE WHEN drawn_us > 0 AND drawn_micros >= 0 THEN drawn_us END AS frames_us,
        {text_of("frame_times", HISTOGRAM_LENGTH_MAX)} AS frame_times,
        CASE WHEN hitches >= 0 AND hitches <= 1000000000 THEN hitches END AS hitches,
        CASE WHEN memory_mb >= 0 AND memory_mb <= 1e9 THEN memory_mb END AS memory_mb,
        CASE WHEN load_s >= 0 AND load_s <= 1e6 THEN load_s * 1000 END AS load_ms,
        is_cold
    FROM (
        SELECT game_id, env, time, name, player_id, owner, session_id, map_id, level, platform, version, country,
            scene, device, excluded, frame_times, hitches, memory_mb, is_cold,
            CASE WHEN name = 'scene_loaded' THEN seconds END AS load_s,
            CASE WHEN name = 'performance' THEN TRY_CAST(
                round(1e6 * coalesce(frames, value * coalesce(seconds, 1), fps * coalesce(seconds, 1))) AS BIGINT
            ) END AS drawn_micros,
            CASE WHEN name = 'performance' THEN TRY_CAST(round(1e6 * coalesce(seconds, 1)) AS BIGINT) END AS drawn_us
        FROM (
            SELECT game_id, env, time, name, player_id, owner, coalesce(session_id, '') AS session_id, map_id, level,
                platform, version, country, value,
                CASE WHEN name = 'scene_loaded' THEN CAST(props.scene AS VARCHAR) END AS scene,
                CAST(props.device AS VARCHAR) AS device,
                CAST(props.excluded AS VARCHAR) AS excluded,
                CASE WHEN name = 'performance' THEN CAST(props.frame_times AS VARCHAR) END AS frame_times,
                TRY_CAST(CAST(props.frames AS VARCHAR) AS DOUBLE) AS frames,
                TRY_CAST(CAST(props.fps AS VARCHAR) AS DOUBLE) AS fps,
                TRY_CAST(CAST(props.duration_s AS VARCHAR) AS DOUBLE) AS seconds,
                CASE WHEN name = 'performance' THEN TRY_CAST(CAST(props.hitches AS VARCHAR) AS BIGINT) END AS hitches,
                CASE WHEN name = 'performance'
                    THEN TRY_CAST(CAST(props.memory_mb AS VARCHAR) AS DOUBLE) END AS memory_mb,
                name = 'scene_loaded' AND coalesce(CAST(props.cold AS VARCHAR) = 'true', false) AS is_cold
            FROM {{source}} AS source
            WHERE name IN ({NAMES})
        ) AS said
    ) AS sample
    """,
    merge="""
    SELECT {key}time, player_id, owner, session_id, platform, version, country, scene, device, is_excluded,
        frames_micros, frames_us, frame_times, hitches, memory_mb, load_ms, is_cold
    FROM {parts} AS parts
    """,
    text_props=(
        *("frames", "duration_s", "fps", "frame_times", "hitches", "memory_mb", "excluded", "device", "scene", "cold"),
    ),
    day="time",
    order="time",
    keeps_owner=True,
)
