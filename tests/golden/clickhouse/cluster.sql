CREATE TABLE IF NOT EXISTS events_local ON CLUSTER studio (
    game_id LowCardinality(String),
    event_id UUID,
    name LowCardinality(String),
    time DateTime64(6, 'UTC'),
    client_time Nullable(DateTime64(6, 'UTC')),
    received_at DateTime64(6, 'UTC'),
    seq Nullable(Int64),
    mono_ms Nullable(Int64),
    player_id Nullable(String),
    session_id Nullable(String),
    device_id Nullable(String),
    env LowCardinality(String),
    platform LowCardinality(Nullable(String)),
    os LowCardinality(Nullable(String)),
    version LowCardinality(Nullable(String)),
    build LowCardinality(Nullable(String)),
    country LowCardinality(Nullable(String)),
    region LowCardinality(Nullable(String)),
    severity LowCardinality(String),
    source LowCardinality(String),
    match_id Nullable(String),
    level Nullable(String),
    map_id LowCardinality(Nullable(String)),
    x Nullable(Float64),
    y Nullable(Float64),
    z Nullable(Float64),
    value Nullable(Float64),
    currency LowCardinality(Nullable(String)),
    props JSON DEFAULT CAST(props_text AS JSON),
    journal_offset Int64,
    position Int32,
    props_text String EPHEMERAL '{}'
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, toDate(time), name, time)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS events ON CLUSTER studio AS events_local
ENGINE = Distributed(studio, currentDatabase(), events_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS event_counts_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    slot DateTime64(6, 'UTC'),
    name LowCardinality(String),
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    currency LowCardinality(String),
    events Int64,
    value_micros Int128,
    frames_micros Int128,
    frames_us Int128
)
ENGINE = ReplicatedSummingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', (events, value_micros, frames_micros, frames_us))
PARTITION BY toYYYYMM(slot)
ORDER BY (game_id, env, slot, name, platform, version, country, currency)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS event_counts ON CLUSTER studio AS event_counts_local
ENGINE = Distributed(studio, currentDatabase(), event_counts_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS player_days_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    day Date32,
    player_id String,
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    slots_am SimpleAggregateFunction(groupBitOr, Int64),
    slots_pm SimpleAggregateFunction(groupBitOr, Int64)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(day)
ORDER BY (game_id, env, day, player_id, platform, version, country)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS player_days ON CLUSTER studio AS player_days_local
ENGINE = Distributed(studio, currentDatabase(), player_days_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS players_met_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    player_id String,
    first_seen DateTime64(6, 'UTC'),
    order_key Int128,
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(first_seen)
ORDER BY (game_id, env, player_id)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS players_met ON CLUSTER studio AS players_met_local
ENGINE = Distributed(studio, currentDatabase(), players_met_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS sessions_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    owner String,
    session_id String,
    started_at DateTime64(6, 'UTC'),
    ended_at DateTime64(6, 'UTC'),
    order_key Int128,
    since DateTime64(6, 'UTC'),
    player_key Nullable(Int128),
    player_id Nullable(String),
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    mono_ms Nullable(Int64),
    events Int64,
    played Int64,
    crashes Int64,
    quits Int64,
    backgrounds Int64
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(started_at)
ORDER BY (game_id, env, started_at)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS sessions ON CLUSTER studio AS sessions_local
ENGINE = Distributed(studio, currentDatabase(), sessions_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS position_spans_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    time DateTime64(6, 'UTC'),
    map_id LowCardinality(String),
    x Float64,
    y Float64,
    z Nullable(Float64),
    span_ms Int64,
    player_id Nullable(String),
    player_bit Nullable(Int8),
    owner String,
    session_id String,
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, map_id, time)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS position_spans ON CLUSTER studio AS position_spans_local
ENGINE = Distributed(studio, currentDatabase(), position_spans_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS position_tails_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    time DateTime64(6, 'UTC'),
    map_id LowCardinality(String),
    x Float64,
    y Float64,
    z Nullable(Float64),
    mono_ms Int64,
    order_key Int128,
    player_id Nullable(String),
    player_bit Nullable(Int8),
    owner String,
    session_id String,
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    first_at DateTime64(6, 'UTC'),
    last_at DateTime64(6, 'UTC'),
    samples Int64,
    mark Int64
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, session_id)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS position_tails ON CLUSTER studio AS position_tails_local
ENGINE = Distributed(studio, currentDatabase(), position_tails_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS located_events_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    time DateTime64(6, 'UTC'),
    name LowCardinality(String),
    map_id LowCardinality(String),
    x Float64,
    y Float64,
    z Nullable(Float64),
    player_id Nullable(String),
    player_bit Nullable(Int8),
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, name, time)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS located_events ON CLUSTER studio AS located_events_local
ENGINE = Distributed(studio, currentDatabase(), located_events_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS map_extents_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    day Date32,
    map_id LowCardinality(String),
    name LowCardinality(String),
    reach Int16,
    events SimpleAggregateFunction(sum, Int64),
    min_x SimpleAggregateFunction(min, Float64),
    min_y SimpleAggregateFunction(min, Float64),
    max_x SimpleAggregateFunction(max, Float64),
    max_y SimpleAggregateFunction(max, Float64),
    min_z SimpleAggregateFunction(min, Nullable(Float64)),
    max_z SimpleAggregateFunction(max, Nullable(Float64))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(day)
ORDER BY (game_id, env, day, map_id, name, reach)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS map_extents ON CLUSTER studio AS map_extents_local
ENGINE = Distributed(studio, currentDatabase(), map_extents_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS jwc_usage_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    slot DateTime64(6, 'UTC'),
    name LowCardinality(String),
    player_id Nullable(String),
    os LowCardinality(String),
    ext String,
    vscode String,
    country LowCardinality(String),
    exit_code Nullable(String),
    output Nullable(String),
    exception Nullable(String),
    duration_ms Nullable(Float64),
    is_interactive Bool,
    is_truncated Bool,
    is_compile_error Bool,
    events Int64,
    waits Int64,
    waited_us Int128
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(slot)
ORDER BY (game_id, env, slot)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS jwc_usage ON CLUSTER studio AS jwc_usage_local
ENGINE = Distributed(studio, currentDatabase(), jwc_usage_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS noted_events_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    time DateTime64(6, 'UTC'),
    received_at DateTime64(6, 'UTC'),
    order_key Int128,
    name LowCardinality(String),
    player_id Nullable(String),
    owner String,
    session_id String,
    match_id Nullable(String),
    map_id LowCardinality(Nullable(String)),
    level Nullable(String),
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    currency LowCardinality(String),
    value Nullable(Float64),
    subject String,
    detail String,
    balance Nullable(Float64),
    duration_s Nullable(Float64),
    transaction_id Nullable(String),
    is_validated Bool
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, name, time)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS noted_events ON CLUSTER studio AS noted_events_local
ENGINE = Distributed(studio, currentDatabase(), noted_events_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS payments_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    time DateTime64(6, 'UTC'),
    order_key Int128,
    name LowCardinality(String),
    player_id Nullable(String),
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    currency LowCardinality(String),
    micros Int64,
    detail String,
    transaction_id Nullable(String),
    is_validated Bool
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, time)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS payments ON CLUSTER studio AS payments_local
ENGINE = Distributed(studio, currentDatabase(), payments_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS performance_samples_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    time DateTime64(6, 'UTC'),
    player_id Nullable(String),
    owner String,
    session_id String,
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    scene String,
    device String,
    is_excluded Bool,
    frames_micros Nullable(Int64),
    frames_us Nullable(Int64),
    frame_times Nullable(String),
    hitches Nullable(Int64),
    memory_mb Nullable(Float64),
    load_ms Nullable(Float64),
    is_cold Bool
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (game_id, env, time)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS performance_samples ON CLUSTER studio AS performance_samples_local
ENGINE = Distributed(studio, currentDatabase(), performance_samples_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS heat_days_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    day Date32,
    map_id LowCardinality(String),
    name LowCardinality(String),
    cell_size Float64,
    cx Int32,
    cy Int32,
    events Int64,
    span_ms Int64,
    players Nullable(Int64)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id, env, day)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS heat_days ON CLUSTER studio AS heat_days_local
ENGINE = Distributed(studio, currentDatabase(), heat_days_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS performance_days_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    day Date32,
    platform LowCardinality(String),
    version LowCardinality(String),
    country LowCardinality(String),
    scene String,
    device String,
    figure String,
    bin Int16,
    amount Int64,
    samples Int64,
    frames_micros Int64,
    frames_us Int64,
    excluded_us Int64,
    hitches Int64,
    hitches_us Int64
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id, env, day)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS performance_days ON CLUSTER studio AS performance_days_local
ENGINE = Distributed(studio, currentDatabase(), performance_days_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS path_days_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    day Date32,
    owner String,
    session_id String,
    events Int64,
    node_1 Nullable(String),
    node_2 Nullable(String),
    node_3 Nullable(String),
    node_4 Nullable(String),
    node_5 Nullable(String),
    node_6 Nullable(String),
    node_7 Nullable(String),
    node_8 Nullable(String),
    node_9 Nullable(String),
    node_10 Nullable(String)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id, env, day)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS path_days ON CLUSTER studio AS path_days_local
ENGINE = Distributed(studio, currentDatabase(), path_days_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS player_merges_local ON CLUSTER studio (
    game_id LowCardinality(String),
    env LowCardinality(String),
    player_id String,
    merged_into String,
    merged_at DateTime64(6, 'UTC'),
    seq Int64,
    canonical_id String,
    canonical_bit Int8
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id, env, player_id)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS player_merges ON CLUSTER studio AS player_merges_local
ENGINE = Distributed(studio, currentDatabase(), player_merges_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS segments_local ON CLUSTER studio (
    game_id LowCardinality(String),
    segment_id String,
    env LowCardinality(String),
    made_at DateTime64(6, 'UTC'),
    rule Nullable(String),
    as_of Nullable(Date32),
    refresh Nullable(String)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id, segment_id)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS segments ON CLUSTER studio AS segments_local
ENGINE = Distributed(studio, currentDatabase(), segments_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS segment_members_local ON CLUSTER studio (
    game_id LowCardinality(String),
    segment_id String,
    player_id String
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id, segment_id, player_id)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS segment_members ON CLUSTER studio AS segment_members_local
ENGINE = Distributed(studio, currentDatabase(), segment_members_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS removed_before_local ON CLUSTER studio (
    game_id LowCardinality(String),
    what LowCardinality(String),
    name LowCardinality(String),
    day Date32
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS removed_before ON CLUSTER studio AS removed_before_local
ENGINE = Distributed(studio, currentDatabase(), removed_before_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS removed_events_local ON CLUSTER studio (
    game_id LowCardinality(String),
    hour DateTime64(6, 'UTC'),
    reason LowCardinality(String),
    events Int64
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (game_id)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS removed_events ON CLUSTER studio AS removed_events_local
ENGINE = Distributed(studio, currentDatabase(), removed_events_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS rollup_builds_local ON CLUSTER studio (
    rollup String,
    version Int32,
    built_to Nullable(Date32)
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (rollup)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS rollup_builds ON CLUSTER studio AS rollup_builds_local
ENGINE = Distributed(studio, currentDatabase(), rollup_builds_local, 0);

CREATE TABLE IF NOT EXISTS set_aside_local ON CLUSTER studio (
    game_id LowCardinality(String),
    received_at DateTime64(6, 'UTC'),
    outcome LowCardinality(String),
    reason LowCardinality(String),
    error String,
    body String,
    journal_offset Int64,
    position Int32
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(received_at)
ORDER BY (game_id, received_at)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS set_aside ON CLUSTER studio AS set_aside_local
ENGINE = Distributed(studio, currentDatabase(), set_aside_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS books_told_local ON CLUSTER studio (
    game_id LowCardinality(String),
    hour DateTime64(6, 'UTC'),
    outcome LowCardinality(String),
    reason LowCardinality(String),
    events Int64,
    told UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', told)
ORDER BY (game_id, hour, outcome, reason)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS books_told ON CLUSTER studio AS books_told_local
ENGINE = Distributed(studio, currentDatabase(), books_told_local, cityHash64(game_id));

CREATE TABLE IF NOT EXISTS slices_local ON CLUSTER studio (
    source LowCardinality(String),
    after_offset Int64,
    to_offset Int64,
    is_whole Bool,
    events Int64,
    noted_at DateTime64(6, 'UTC')
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (source, after_offset)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS slices ON CLUSTER studio AS slices_local
ENGINE = Distributed(studio, currentDatabase(), slices_local, 0);

CREATE TABLE IF NOT EXISTS shares_local ON CLUSTER studio (
    share Int32,
    shares Int32,
    source LowCardinality(String),
    noted_at DateTime64(6, 'UTC')
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (share)
SETTINGS replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS shares ON CLUSTER studio AS shares_local
ENGINE = Distributed(studio, currentDatabase(), shares_local, 0);

CREATE VIEW IF NOT EXISTS players ON CLUSTER studio AS SELECT game_id, env, player_id, min(row.first_seen) AS first_seen, min(row.order_key) AS order_key,
    argMin(row.platform, row.order_key) AS platform, argMin(row.version, row.order_key) AS version,
    argMin(row.country, row.order_key) AS country
FROM players_met AS row
GROUP BY game_id, env, player_id;

CREATE VIEW IF NOT EXISTS books ON CLUSTER studio AS SELECT game_id, hour, outcome, reason, events FROM books_told FINAL;
