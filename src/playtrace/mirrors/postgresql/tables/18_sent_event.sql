CREATE TYPE game.sent_event AS (
    ordinal bigint,
    game_id integer,
    event_id uuid,
    name text,
    occurred_at timestamptz,
    received_at timestamptz,
    client_time timestamptz,
    seq bigint,
    mono_ms bigint,
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
    x double precision,
    y double precision,
    z double precision,
    value double precision,
    currency text,
    props jsonb,
    journal_offset bigint,
    position integer,
    refusal text
);

COMMENT ON TYPE game.sent_event IS 'An event as it was sent, read and judged: refusal is empty for one that is taken.';

CREATE TYPE game.named_rows AS (
    event_type_id integer,
    player_id bigint,
    client_session_id bigint,
    device_id bigint,
    client_build_id integer,
    region_id integer
);

COMMENT ON TYPE game.named_rows IS 'The rows that an event refers to.';

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
