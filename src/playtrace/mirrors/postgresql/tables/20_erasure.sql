-- Players who were erased, as the law of data protection gives it: procedures/10_erasing.sql.

CREATE TABLE game.erasure (
    erasure_id uuid NOT NULL,
    game_code text NOT NULL,
    events bigint NOT NULL,
    is_refused boolean NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    erased_by text NOT NULL DEFAULT session_user
);

COMMENT ON TABLE game.erasure IS 'Erasures of players that were done here, each once. Who they were is not kept.';
COMMENT ON COLUMN game.erasure.erasure_id IS 'Its id, the same as in playtrace.';
COMMENT ON COLUMN game.erasure.game_code IS 'Id of the game.';
COMMENT ON COLUMN game.erasure.events IS 'How many events went.';
COMMENT ON COLUMN game.erasure.is_refused IS 'Whether what comes of these players from then on is refused.';
COMMENT ON COLUMN game.erasure.erased_at IS 'When.';
COMMENT ON COLUMN game.erasure.erased_by IS 'The account that asked for it.';

CREATE TABLE game.erasing (
    erased_in bigint NOT NULL
);

COMMENT ON TABLE game.erasing IS 'While a transaction erases players its number is here, and in it alone what is append only may go. Empty for all others.';
COMMENT ON COLUMN game.erasing.erased_in IS 'Number of the transaction.';

CREATE TABLE game.refused_player (
    game_id integer NOT NULL,
    player_hash bytea NOT NULL,
    refused_since timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE game.refused_player IS 'Players who withdrew their consent: what game servers record of them is refused.';
COMMENT ON COLUMN game.refused_player.game_id IS 'The game.';
COMMENT ON COLUMN game.refused_player.player_hash IS 'SHA-256 of the secret and the id: nobody who sees this table knows who they are.';
COMMENT ON COLUMN game.refused_player.refused_since IS 'Since when.';

CREATE TABLE game.erasure_secret (
    secret text NOT NULL
);

COMMENT ON TABLE game.erasure_secret IS 'One row: the secret of the hashes in refused_player, of this database alone.';
COMMENT ON COLUMN game.erasure_secret.secret IS 'Random.';

INSERT INTO game.erasure_secret (secret) VALUES (gen_random_uuid()::text || gen_random_uuid()::text);

-- Sessions are made of the events that are left by the same function that makes them of new ones: these come through here.
-- Empty between erasures.
CREATE TABLE game.event_left (LIKE game.game_event);

COMMENT ON TABLE game.event_left IS 'What is left in sessions in which somebody who is being erased took part, while sessions are made of it; else empty.';
COMMENT ON COLUMN game.event_left.game_event_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.game_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.event_type_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.occurred_at IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.received_at IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.client_time IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.event_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.player_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.client_session_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.device_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.client_build_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.region_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.position IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.seq IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.mono_ms IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.journal_offset IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.written_in IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.x IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.y IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.z IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.value IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.env IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.severity IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.source IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.match_id IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.level IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.map IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.currency IS 'As in game_event.';
COMMENT ON COLUMN game.event_left.props IS 'As in game_event.';
