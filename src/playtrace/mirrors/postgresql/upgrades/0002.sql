-- Version 2: many events say alike what stands in their context, and each says the rest (ingest_columns). Keys some of whose
-- columns may be empty are unique indexes, by which rows are found.

DROP FUNCTION game.read_events(json);
DROP FUNCTION game.write_events(game.sent_event[]);
DROP FUNCTION game.insert_events(game.sent_event[], game.sent_event[], game.named_rows[], bigint[]);
DROP TYPE game.sent_event;
DROP TYPE game.named_rows;

CREATE TYPE game.sent_context AS (
    number integer,
    game_code text,
    game_id integer,
    name text,
    received_at timestamptz,
    player text,
    session text,
    device text,
    env text,
    platform text,
    os text,
    version text,
    build text,
    country text,
    region text,
    severity text,
    source text,
    match_id text,
    level text,
    map text,
    currency text,
    journal_offset bigint
);

COMMENT ON TYPE game.sent_context IS 'What one event or many of a batch say alike, as it was sent: the columns that repeat.';

CREATE TYPE game.sent_event AS (
    ordinal integer,
    context integer,
    event_id uuid,
    occurred_at timestamptz,
    client_time timestamptz,
    seq bigint,
    mono_ms bigint,
    x double precision,
    y double precision,
    z double precision,
    value double precision,
    props jsonb,
    position integer
);

COMMENT ON TYPE game.sent_event IS 'What an event says of its own, as it was sent; the rest is in the context of this number.';

CREATE TYPE game.named_rows AS (
    number integer,
    game_id integer,
    event_type_id integer,
    player_id bigint,
    client_session_id bigint,
    device_id bigint,
    client_build_id integer,
    region_id integer
);

COMMENT ON TYPE game.named_rows IS 'The rows that events of the context of this number refer to.';

ALTER TABLE game.region DROP CONSTRAINT region_country_region_key;
ALTER TABLE game.client_build DROP CONSTRAINT client_build_all_key;
ALTER TABLE game.client_session DROP CONSTRAINT client_session_external_id_key;
CREATE UNIQUE INDEX region_key ON game.region (coalesce(country, ''), coalesce(region, ''));
CREATE UNIQUE INDEX client_build_key ON game.client_build (
    game_id, coalesce(platform, ''), coalesce(version, ''), coalesce(os, ''), coalesce(build, '')
);
CREATE UNIQUE INDEX client_session_key ON game.client_session (
    game_id, external_id, env, coalesce(owner_player_id, 0), coalesce(owner_device_id, 0)
);
