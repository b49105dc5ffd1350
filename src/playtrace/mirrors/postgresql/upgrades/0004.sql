-- Version 4: what all events of a session say alike is their context, and each says the rest (ingest_columns): a batch has a
-- hundred contexts instead of thousands. What a mirror calls is for playtrace_mirror, and no longer for game servers.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'playtrace_mirror') THEN
        BEGIN
            CREATE ROLE playtrace_mirror NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- made in the meantime, from another database of this server
        END;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA game_api TO playtrace_mirror;

-- Procedures are made behind the last step, so who comes from an earlier version has none of these yet.
DROP FUNCTION IF EXISTS game_api.ingest_columns(
    json, integer[], uuid[], timestamptz[], timestamptz[], bigint[], bigint[], double precision[], double precision[],
    double precision[], double precision[], jsonb[], integer[]
);
DROP FUNCTION IF EXISTS game.read_events(json);
DROP FUNCTION IF EXISTS game.refusals(game.sent_context[], game.sent_event[]);
DROP FUNCTION IF EXISTS game.write_events(game.sent_context[], game.sent_event[]);
DROP TYPE game.sent_context;
DROP TYPE game.sent_event;
DROP TYPE game.named_rows;

CREATE TYPE game.sent_context AS (
    number integer,
    game_code text,
    game_id integer,
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
    source text
);

COMMENT ON TYPE game.sent_context IS 'Who sent an event and where from, as it was sent: what all events of a session say alike.';

CREATE TYPE game.sent_event AS (
    ordinal integer,
    context integer,
    event_id uuid,
    name text,
    occurred_at timestamptz,
    received_at timestamptz,
    client_time timestamptz,
    seq bigint,
    mono_ms bigint,
    severity text,
    match_id text,
    level text,
    map text,
    x double precision,
    y double precision,
    z double precision,
    value double precision,
    currency text,
    props jsonb,
    journal_offset bigint,
    position integer
);

COMMENT ON TYPE game.sent_event IS 'What an event says of its own, as it was sent; the rest is in the context of this number.';

CREATE TYPE game.named_rows AS (
    number integer,
    game_id integer,
    player_id bigint,
    client_session_id bigint,
    device_id bigint,
    client_build_id integer,
    region_id integer,
    env text,
    source text
);

COMMENT ON TYPE game.named_rows IS 'The rows that events of the context of this number refer to, and what they say of it themselves.';

COMMENT ON SCHEMA game_api IS 'Procedures: the only way to write. playtrace_writer may execute those of game servers, playtrace_mirror those of a mirror, and playtrace_admin all.';
