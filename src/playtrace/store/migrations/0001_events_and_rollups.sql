-- Times are UTC. A rollup holds partial aggregates: every load appends the rows of its own batch, readers
-- merge them with GROUP BY, compaction merges them in place. None of them is ever updated on the way in.

CREATE TABLE events (
    game_id VARCHAR NOT NULL,
    event_id UUID NOT NULL,
    name VARCHAR NOT NULL,
    time TIMESTAMP NOT NULL,            -- canonical: skew corrected, never after received_at
    client_time TIMESTAMP,              -- as the client said
    received_at TIMESTAMP NOT NULL,
    seq BIGINT,
    mono_ms BIGINT,
    player_id VARCHAR,
    session_id VARCHAR,
    device_id VARCHAR,
    env VARCHAR NOT NULL,
    platform VARCHAR,
    os VARCHAR,
    version VARCHAR,
    build VARCHAR,
    country VARCHAR,
    region VARCHAR,
    severity VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    match_id VARCHAR,
    level VARCHAR,
    map VARCHAR,
    x DOUBLE,
    y DOUBLE,
    z DOUBLE,
    value DOUBLE,
    currency VARCHAR,
    props VARIANT,
    journal_offset BIGINT NOT NULL,     -- which journal entry brought it
    position INTEGER NOT NULL           -- where in that entry; with the offset: the order of arrival
);

-- Rollups hold env = 'prod' only. A missing platform, version or country is the empty string there.

CREATE TABLE event_counts (
    game_id VARCHAR NOT NULL,
    slot TIMESTAMP NOT NULL,            -- start of a quarter of an hour: +05:30 and +05:45 exist
    name VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    currency VARCHAR NOT NULL,
    events BIGINT NOT NULL,
    value_micros HUGEINT NOT NULL,      -- sum of round(value * 1e6)
    frames DOUBLE NOT NULL,             -- performance events: frames drawn, and
    frame_seconds DOUBLE NOT NULL       -- the seconds in which they were drawn
);

-- One bit for each quarter of an hour in which the player did something, so that a day of any time zone
-- whose offset is a multiple of 15 minutes can be cut out exactly. Bit i of slots_am is 00:00 + 15 min * i,
-- bit i of slots_pm is 12:00 + 15 min * i.
CREATE TABLE player_days (
    game_id VARCHAR NOT NULL,
    day DATE NOT NULL,                  -- UTC
    player_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    slots_am BIGINT NOT NULL,
    slots_pm BIGINT NOT NULL
);

-- The minimum over all time, never over a report's range. Merge: min(first_seen), and what
-- arg_min(..., first_seen) says of the platform, version and country at entry.
CREATE TABLE players (
    game_id VARCHAR NOT NULL,
    player_id VARCHAR NOT NULL,
    first_seen TIMESTAMP NOT NULL,
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL
);

-- Sessions with an id. Merge by (game_id, session_id): min(started_at), max(ended_at), max(mono_ms),
-- sums of counts, and platform, version, country and player_id by arg_min(..., started_at).
CREATE TABLE sessions (
    game_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    player_id VARCHAR,
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,        -- last event
    mono_ms BIGINT,                     -- largest monotonic time, where the client sends it
    events BIGINT NOT NULL,
    crashes BIGINT NOT NULL
);

-- Events without a session id, as islands of one player's activity: no gap inside is longer than the
-- session timeout. Islands of different batches that lie within the timeout of each other are one session.
CREATE TABLE activity_islands (
    game_id VARCHAR NOT NULL,
    player_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,
    events BIGINT NOT NULL,
    crashes BIGINT NOT NULL
);

-- What the clock correction of a session is, decided by the first batch that was received of it.
CREATE TABLE session_clocks (
    game_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    correction_s BIGINT NOT NULL,
    decided_at TIMESTAMP NOT NULL
);

-- From one position sample of a session to the next: where the player stood, and for how long.
CREATE TABLE position_spans (
    game_id VARCHAR NOT NULL,
    time TIMESTAMP NOT NULL,            -- of the sample that opens the span
    map VARCHAR NOT NULL,
    x DOUBLE NOT NULL,
    y DOUBLE NOT NULL,
    z DOUBLE,
    span_ms BIGINT NOT NULL,            -- on the session's monotonic clock
    player_id VARCHAR,
    player_bit UTINYINT,                -- 0..63, by a hash of player_id: n different ones are at least n players
    session_id VARCHAR NOT NULL,
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL
);

-- Events that happened at a place, other than position samples: the narrow half of a heatmap.
CREATE TABLE located_events (
    game_id VARCHAR NOT NULL,
    time TIMESTAMP NOT NULL,
    name VARCHAR NOT NULL,
    map VARCHAR NOT NULL,
    x DOUBLE NOT NULL,
    y DOUBLE NOT NULL,
    z DOUBLE,
    player_id VARCHAR,
    player_bit UTINYINT,                -- as in position_spans
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL
);

-- The last position sample of each session in each load, for the load that brings the next. Merge: the row
-- with the largest (mono_ms, seq).
CREATE TABLE position_tails (
    game_id VARCHAR NOT NULL,
    session_id VARCHAR NOT NULL,
    mono_ms BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    time TIMESTAMP NOT NULL,
    map VARCHAR NOT NULL,
    x DOUBLE NOT NULL,
    y DOUBLE NOT NULL,
    z DOUBLE,
    player_id VARCHAR,
    platform VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    country VARCHAR NOT NULL
);

-- received = stored + duplicate + quarantined + refused, by game and hour of receipt.
CREATE TABLE books (
    game_id VARCHAR NOT NULL,           -- '' where a refused event named no game
    hour TIMESTAMP NOT NULL,            -- of receipt
    outcome VARCHAR NOT NULL,           -- stored, duplicate, quarantined, refused
    reason VARCHAR NOT NULL,            -- of a quarantine or refusal; 'conflict' for a duplicate with another body
    events BIGINT NOT NULL
);

-- What was not stored, with why: quarantined events whole, refused ones as a sample.
CREATE TABLE set_aside (
    game_id VARCHAR NOT NULL,
    received_at TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL,           -- quarantined, refused
    reason VARCHAR NOT NULL,
    error VARCHAR NOT NULL,
    body VARCHAR NOT NULL,              -- JSON as received; of a refused event at most 2 KB
    journal_offset BIGINT NOT NULL,
    position INTEGER NOT NULL
);

-- Where the store stands in the journal. Written in the same transaction as the rows.
CREATE TABLE loaded (
    journal_id UUID NOT NULL,           -- which journal: offsets of another one mean nothing
    journal_offset BIGINT NOT NULL
);
