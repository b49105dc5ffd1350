CREATE TABLE game.player (
    player_id bigint GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    external_id text NOT NULL,
    region_id integer,
    status text NOT NULL DEFAULT 'active',
    merged_into_player_id bigint,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);

COMMENT ON TABLE game.player IS 'Players, one row for each id that events or game servers name. What people decide about them is audited.';
COMMENT ON COLUMN game.player.player_id IS 'Key inside this database.';
COMMENT ON COLUMN game.player.game_id IS 'The game.';
COMMENT ON COLUMN game.player.external_id IS 'Id of the player outside: player_id of events.';
COMMENT ON COLUMN game.player.region_id IS 'Where the player is at home, as register_player was told.';
COMMENT ON COLUMN game.player.status IS 'active, suspended or banned.';
COMMENT ON COLUMN game.player.merged_into_player_id IS 'The id that stays, where player_merged events say that this is the same player. It is itself merged into no other.';
COMMENT ON COLUMN game.player.first_seen_at IS 'First active event in the environment prod, over all time. Follows from events, and is not audited.';
COMMENT ON COLUMN game.player.last_seen_at IS 'Last active event in the environment prod. Follows from events, and is not audited.';
COMMENT ON COLUMN game.player.created_at IS 'When the id was first heard of here.';
