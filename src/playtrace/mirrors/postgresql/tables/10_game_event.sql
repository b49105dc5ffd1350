CREATE TABLE game.event_key (
    game_id integer NOT NULL,
    event_id uuid NOT NULL,
    occurred_at timestamptz NOT NULL
);

COMMENT ON TABLE game.event_key IS 'Ids of all events, each once: what makes an event that is sent again count once, which no unique index on a partitioned table can.';
COMMENT ON COLUMN game.event_key.game_id IS 'The game.';
COMMENT ON COLUMN game.event_key.event_id IS 'Id that the client made, once for each event.';
COMMENT ON COLUMN game.event_key.occurred_at IS 'When it happened: which partition of game_event has it.';

CREATE TABLE game.game_event (
    game_event_id bigint GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    event_type_id integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    client_time timestamptz,
    event_id uuid NOT NULL,
    player_id bigint,
    client_session_id bigint,
    device_id bigint,
    client_build_id integer,
    region_id integer,
    position integer NOT NULL DEFAULT 0,
    seq bigint,
    mono_ms bigint,
    journal_offset bigint NOT NULL DEFAULT 0,
    written_in bigint NOT NULL,
    x double precision,
    y double precision,
    z double precision,
    value double precision,
    env text NOT NULL,
    severity text NOT NULL,
    source text NOT NULL,
    match_id text,
    level text,
    map text,
    currency text,
    props jsonb
) PARTITION BY RANGE (occurred_at);

COMMENT ON TABLE game.game_event IS 'Events: one row for each thing that happened. Append only, partitioned by month of occurred_at (UTC).';
COMMENT ON COLUMN game.game_event.game_event_id IS 'Key inside this database, in the order of writing.';
COMMENT ON COLUMN game.game_event.game_id IS 'The game.';
COMMENT ON COLUMN game.game_event.event_type_id IS 'What happened.';
COMMENT ON COLUMN game.game_event.occurred_at IS 'When: the client''s time, corrected, and never after received_at.';
COMMENT ON COLUMN game.game_event.received_at IS 'When it was received, by the clock of the server.';
COMMENT ON COLUMN game.game_event.client_time IS 'When it happened, as the client said.';
COMMENT ON COLUMN game.game_event.event_id IS 'Id that the client made, once for each event.';
COMMENT ON COLUMN game.game_event.player_id IS 'Who did it.';
COMMENT ON COLUMN game.game_event.client_session_id IS 'In which session, as the client names it; without an id that of the player or device.';
COMMENT ON COLUMN game.game_event.device_id IS 'On which device.';
COMMENT ON COLUMN game.game_event.client_build_id IS 'Platform, operating system, version and build.';
COMMENT ON COLUMN game.game_event.region_id IS 'Country and part of it.';
COMMENT ON COLUMN game.game_event.position IS 'Place in the request that brought it: with journal_offset the order of arrival.';
COMMENT ON COLUMN game.game_event.seq IS 'Position in the session, from 0.';
COMMENT ON COLUMN game.game_event.mono_ms IS 'Milliseconds since the start of the session on a clock that never jumps.';
COMMENT ON COLUMN game.game_event.journal_offset IS 'Entry of playtrace''s journal that brought it; 0 for one that was recorded here.';
COMMENT ON COLUMN game.game_event.written_in IS 'Number of the transaction that wrote it (pg_current_xact_id): below pg_snapshot_xmin all are visible, so that a reader who goes on from there misses none.';
COMMENT ON COLUMN game.game_event.x IS 'Where it happened, in units of the map.';
COMMENT ON COLUMN game.game_event.y IS 'Where it happened, in units of the map.';
COMMENT ON COLUMN game.game_event.z IS 'Where it happened, in units of the map; up.';
COMMENT ON COLUMN game.game_event.value IS 'The event''s one number: price, amount, score.';
COMMENT ON COLUMN game.game_event.env IS 'Environment: prod, dev, ...';
COMMENT ON COLUMN game.game_event.severity IS 'info, warning or critical.';
COMMENT ON COLUMN game.game_event.source IS 'Protocol by which it came; game_api for one that was recorded here.';
COMMENT ON COLUMN game.game_event.match_id IS 'The match it happened in.';
COMMENT ON COLUMN game.game_event.level IS 'The level it happened in.';
COMMENT ON COLUMN game.game_event.map IS 'The map that x, y and z belong to.';
COMMENT ON COLUMN game.game_event.currency IS 'ISO 4217 for money, a name of the studio''s own for in-game currencies.';
COMMENT ON COLUMN game.game_event.props IS 'Everything else that was sent.';
