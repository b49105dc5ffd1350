CREATE TABLE game.event_type (
    event_type_id integer GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    name text NOT NULL,
    is_passive boolean NOT NULL GENERATED ALWAYS AS (name IN ('push_received', 'server_grant', 'crash_upload')) STORED,
    first_recorded_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE game.event_type IS 'Names of events that a game has sent.';
COMMENT ON COLUMN game.event_type.event_type_id IS 'Key inside this database.';
COMMENT ON COLUMN game.event_type.game_id IS 'The game.';
COMMENT ON COLUMN game.event_type.name IS 'What happened: player_death, purchase, or any name of the studio''s own.';
COMMENT ON COLUMN game.event_type.is_passive IS 'Whether it happens without the player: then it makes nobody active, and begins or stretches no session.';
COMMENT ON COLUMN game.event_type.first_recorded_at IS 'When the first event of this name was recorded here.';
