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

CREATE TYPE game.finding AS (
    game_id integer,
    player_id bigint,
    anti_cheat_rule_id integer,
    kind text,
    at timestamptz,
    value double precision,
    threshold double precision,
    event_ids uuid[]
);

COMMENT ON TYPE game.finding IS 'Something that a rule found: evidence for a flag.';
