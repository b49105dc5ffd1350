CREATE TABLE game.game (
    game_id integer GENERATED ALWAYS AS IDENTITY,
    code text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    currency text NOT NULL DEFAULT 'USD',
    session_timeout interval NOT NULL DEFAULT '30 minutes',
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE game.game IS 'Games. All else belongs to one of them.';
COMMENT ON COLUMN game.game.game_id IS 'Key inside this database.';
COMMENT ON COLUMN game.game.code IS 'Id of the game as events name it: the game id in playtrace.';
COMMENT ON COLUMN game.game.name IS 'Name for people.';
COMMENT ON COLUMN game.game.time_zone IS 'IANA time zone whose days reports count in.';
COMMENT ON COLUMN game.game.currency IS 'Currency of a purchase that names none.';
COMMENT ON COLUMN game.game.session_timeout IS 'Silence after which another session begins.';
COMMENT ON COLUMN game.game.created_at IS 'When it was first heard of here.';
