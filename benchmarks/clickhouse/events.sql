-- The events as somebody who has a ClickHouse lays them out for questions like ours.
--
-- Sorted by what nearly each question names first (the game, the event's name), then by day, so that a question
-- reads the granules of its events and days alone, and by player within a day, so that ids are stored small.
-- Dictionaries (LowCardinality) for everything of which there are few values. No Nullable columns but where zero
-- would say something: the manual advises against them. LZ4 throughout, which is read faster than what is smaller. Nothing is deduplicated: a ReplacingMergeTree, which a game
-- that sends twice needs, would make each question slower (FINAL) or wrong.
--
-- Properties are JSON with the types of those that the standard events have: each of these is a column of its own on
-- the disk, and read as fast as one. A Map would be read whole for one of them.
CREATE TABLE events (
    game_id LowCardinality(String),
    env LowCardinality(String),
    event_id UUID,
    name LowCardinality(String),
    time DateTime64(3, 'UTC') CODEC(Delta, LZ4),
    received_at DateTime64(3, 'UTC') CODEC(Delta, LZ4),
    seq UInt32 CODEC(T64, LZ4),
    mono_ms UInt64 CODEC(T64, LZ4),
    player_id String,
    session_id String,
    device_id String,
    platform LowCardinality(String),
    os LowCardinality(String),
    version LowCardinality(String),
    build LowCardinality(String),
    country LowCardinality(String),
    region LowCardinality(String),
    severity LowCardinality(String),
    source LowCardinality(String),
    match_id String,
    level LowCardinality(String),
    map_id LowCardinality(String),
    x Nullable(Float64),
    y Nullable(Float64),
    z Nullable(Float64),
    value Nullable(Float64),
    currency LowCardinality(String),
    props JSON(
        achievement LowCardinality(String),
        attempt UInt32,
        balance Nullable(Float64),
        class LowCardinality(String),
        cold Nullable(Bool),
        count Nullable(UInt32),
        device LowCardinality(String),
        duration_s Nullable(Float64),
        frame_times String,
        frames Nullable(Float64),
        item LowCardinality(String),
        memory_mb Nullable(Float64),
        mode LowCardinality(String),
        players Nullable(UInt32),
        reason LowCardinality(String),
        result LowCardinality(String),
        transaction_id String,
        validated Nullable(Bool),
        weapon LowCardinality(String)
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, name, toDate(time), player_id, time)
