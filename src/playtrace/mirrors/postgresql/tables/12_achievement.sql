CREATE TABLE game.achievement (
    achievement_id integer GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    code text NOT NULL,
    name text,
    requires_achievement_id integer,
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE game.achievement IS 'Achievements of a game. One that an event names is made by it.';
COMMENT ON COLUMN game.achievement.achievement_id IS 'Key inside this database.';
COMMENT ON COLUMN game.achievement.game_id IS 'The game.';
COMMENT ON COLUMN game.achievement.code IS 'Its id in the game: the property achievement of events.';
COMMENT ON COLUMN game.achievement.name IS 'Name for people.';
COMMENT ON COLUMN game.achievement.requires_achievement_id IS 'One that comes before it: whoever unlocks it without that one is flagged.';
COMMENT ON COLUMN game.achievement.created_at IS 'When it was first heard of here.';

CREATE TABLE game.player_achievement (
    player_id bigint NOT NULL,
    achievement_id integer NOT NULL,
    game_id integer NOT NULL,
    progress numeric(5, 4) NOT NULL DEFAULT 1,
    unlocked_at timestamptz,
    event_id uuid NOT NULL
);

COMMENT ON TABLE game.player_achievement IS 'Who has reached which achievement, or how far they are.';
COMMENT ON COLUMN game.player_achievement.player_id IS 'The player.';
COMMENT ON COLUMN game.player_achievement.achievement_id IS 'The achievement.';
COMMENT ON COLUMN game.player_achievement.game_id IS 'The game of both.';
COMMENT ON COLUMN game.player_achievement.progress IS 'Share of it that is done, 0 to 1; 1 is unlocked.';
COMMENT ON COLUMN game.player_achievement.unlocked_at IS 'When it was unlocked first; none below 1.';
COMMENT ON COLUMN game.player_achievement.event_id IS 'The event that said so.';
