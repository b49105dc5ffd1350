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
