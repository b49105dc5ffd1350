-- The star. Keys are the ids and words that events have: columns of few values cost nearly nothing in columns, and a fact
-- can be loaded without looking anything up. A game's rows lie together, in the order of days.

CREATE SCHEMA IF NOT EXISTS playtrace;

CREATE TABLE IF NOT EXISTS playtrace.dim_date (
    day DATE NOT NULL,
    year SMALLINT NOT NULL,
    month SMALLINT NOT NULL,
    weekday SMALLINT NOT NULL,
    PRIMARY KEY (day)
) DISTSTYLE ALL SORTKEY (day);

CREATE TABLE IF NOT EXISTS playtrace.dim_game (
    game_id VARCHAR(256) NOT NULL,
    PRIMARY KEY (game_id)
) DISTSTYLE ALL;

CREATE TABLE IF NOT EXISTS playtrace.dim_platform (
    platform VARCHAR(256) NOT NULL,
    PRIMARY KEY (platform)
) DISTSTYLE ALL;

CREATE TABLE IF NOT EXISTS playtrace.dim_version (
    game_id VARCHAR(256) NOT NULL,
    version VARCHAR(256) NOT NULL,
    first_day DATE NOT NULL,
    PRIMARY KEY (game_id, version)
) DISTSTYLE ALL;

CREATE TABLE IF NOT EXISTS playtrace.dim_map (
    game_id VARCHAR(256) NOT NULL,
    map VARCHAR(1024) NOT NULL,
    PRIMARY KEY (game_id, map)
) DISTSTYLE ALL;

-- Who came on which day, and what their first event said.
CREATE TABLE IF NOT EXISTS playtrace.dim_player (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    player_id VARCHAR(1024) NOT NULL,
    first_seen TIMESTAMP NOT NULL,
    platform VARCHAR(256),
    version VARCHAR(256),
    country VARCHAR(16),
    PRIMARY KEY (game_id, player_id)
) DISTSTYLE KEY DISTKEY (player_id) SORTKEY (game_id, day);

CREATE TABLE IF NOT EXISTS playtrace.fact_session (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    session_id VARCHAR(1024),
    player_id VARCHAR(1024),
    started_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,
    length_s DOUBLE PRECISION,
    platform VARCHAR(256),
    version VARCHAR(256),
    country VARCHAR(16),
    is_first_session BOOLEAN,
    player_age_s DOUBLE PRECISION,
    events BIGINT,
    event_names BIGINT,
    deaths BIGINT,
    kills BIGINT,
    levels_started BIGINT,
    levels_completed BIGINT,
    levels_failed BIGINT,
    matches_ended BIGINT,
    items_looted BIGINT,
    resource_gains BIGINT,
    resource_spends BIGINT,
    achievements BIGINT,
    ads BIGINT,
    errors BIGINT,
    purchases BIGINT,
    spend_micros BIGINT,
    has_crashed BOOLEAN,
    has_quit BOOLEAN
) DISTSTYLE KEY DISTKEY (player_id) SORTKEY (game_id, day);

CREATE TABLE IF NOT EXISTS playtrace.fact_purchase (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    "time" TIMESTAMP NOT NULL,
    player_id VARCHAR(1024),
    session_id VARCHAR(1024),
    platform VARCHAR(256),
    version VARCHAR(256),
    country VARCHAR(16),
    product VARCHAR(1024),
    kind VARCHAR(1024),
    currency VARCHAR(64),
    value_micros BIGINT,
    transaction_id VARCHAR(1024),
    is_validated BOOLEAN,
    is_counted BOOLEAN
) DISTSTYLE KEY DISTKEY (player_id) SORTKEY (game_id, day);

CREATE TABLE IF NOT EXISTS playtrace.fact_level (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    "time" TIMESTAMP NOT NULL,
    player_id VARCHAR(1024),
    session_id VARCHAR(1024),
    platform VARCHAR(256),
    version VARCHAR(256),
    country VARCHAR(16),
    map VARCHAR(1024),
    level VARCHAR(1024),
    outcome VARCHAR(16),
    reason VARCHAR(1024),
    duration_s DOUBLE PRECISION
) DISTSTYLE KEY DISTKEY (player_id) SORTKEY (game_id, day);

CREATE TABLE IF NOT EXISTS playtrace.fact_match (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    "time" TIMESTAMP NOT NULL,
    player_id VARCHAR(1024),
    session_id VARCHAR(1024),
    match_id VARCHAR(1024),
    platform VARCHAR(256),
    version VARCHAR(256),
    country VARCHAR(16),
    map VARCHAR(1024),
    mode VARCHAR(1024),
    result VARCHAR(1024),
    value DOUBLE PRECISION,
    duration_s DOUBLE PRECISION
) DISTSTYLE KEY DISTKEY (player_id) SORTKEY (game_id, day);

CREATE TABLE IF NOT EXISTS playtrace.fact_event (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    name VARCHAR(256) NOT NULL,
    platform VARCHAR(256),
    version VARCHAR(256),
    country VARCHAR(16),
    currency VARCHAR(64),
    events BIGINT,
    value_micros BIGINT
) DISTSTYLE EVEN SORTKEY (game_id, day);

-- Who did something on a day. It has no measures: that there is a row says it.
CREATE TABLE IF NOT EXISTS playtrace.fact_player_day (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    player_id VARCHAR(1024) NOT NULL
) DISTSTYLE KEY DISTKEY (player_id) SORTKEY (game_id, day);

-- Which days of which games are loaded, and when that was.
CREATE TABLE IF NOT EXISTS playtrace.loaded_day (
    game_id VARCHAR(256) NOT NULL,
    day DATE NOT NULL,
    loaded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (game_id, day)
) DISTSTYLE ALL SORTKEY (day);
