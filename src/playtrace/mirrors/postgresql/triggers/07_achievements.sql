CREATE OR REPLACE FUNCTION game.note_achievements() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unlocked CONSTANT integer[] := ARRAY(
        SELECT event_type_id FROM game.event_type WHERE name = 'achievement_unlocked'
    );
    progressed CONSTANT integer[] := ARRAY(
        SELECT event_type_id FROM game.event_type WHERE name = 'achievement_progressed'
    );
BEGIN
    IF NOT EXISTS (SELECT FROM added WHERE event_type_id = ANY (unlocked || progressed)) THEN
        RETURN NULL;
    END IF;

    INSERT INTO game.achievement (game_id, code)
    SELECT DISTINCT added.game_id, game.text_of(added.props, 'achievement')
    FROM added
    WHERE added.event_type_id = ANY (unlocked || progressed) AND game.text_of(added.props, 'achievement') IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM game.achievement AS known
            WHERE known.game_id = added.game_id AND known.code = game.text_of(added.props, 'achievement')
        )
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING;

    INSERT INTO game.player_achievement AS had (
        player_id, achievement_id, game_id, progress, unlocked_at, event_id
    )
    SELECT DISTINCT ON (game_id, player_id, achievement_id) player_id, achievement_id, game_id, progress,
        CASE WHEN progress = 1 THEN occurred_at END, event_id
    FROM (
        SELECT added.game_id, added.player_id, achievement.achievement_id, added.occurred_at, added.event_id,
            CASE
                WHEN added.event_type_id = ANY (unlocked) THEN 1
                WHEN jsonb_typeof(added.props -> 'progress') = 'number'
                -- Rounded up it would be unlocked.
                THEN greatest(0, least(0.9999, trunc((added.props ->> 'progress')::numeric, 4)))
                ELSE 0
            END AS progress
        FROM added
        JOIN game.achievement
            ON achievement.game_id = added.game_id AND achievement.code = game.text_of(added.props, 'achievement')
        WHERE added.event_type_id = ANY (unlocked || progressed) AND added.env = 'prod' AND added.player_id IS NOT NULL
    ) AS said
    ORDER BY game_id, player_id, achievement_id, progress DESC, occurred_at, event_id
    ON CONFLICT (game_id, player_id, achievement_id) DO UPDATE
    SET progress = excluded.progress, unlocked_at = excluded.unlocked_at, event_id = excluded.event_id
    -- Further, or unlocked earlier than was known.
    WHERE excluded.progress > had.progress
        OR (excluded.progress = had.progress AND excluded.unlocked_at < had.unlocked_at);
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.note_achievements() IS 'Notes how far players are with achievements, and when they unlocked them first, in the environment prod.';

CREATE OR REPLACE TRIGGER game_event_50_achievements AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.note_achievements();
