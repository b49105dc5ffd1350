CREATE OR REPLACE FUNCTION game.look_for_results() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    scored CONSTANT integer[] := ARRAY(
        SELECT kind.event_type_id
        FROM game.event_type AS kind
        JOIN game.anti_cheat_rule AS rule ON rule.kind = 'score' AND rule.subject = kind.name
    );
    unlocked CONSTANT integer[] := ARRAY(
        SELECT event_type_id FROM game.event_type WHERE name = 'achievement_unlocked'
    );
    found game.finding[];
BEGIN
    SELECT array_agg(one.finding) INTO found
    FROM (
        SELECT (
            added.game_id, added.player_id, rule.anti_cheat_rule_id, 'score', added.occurred_at, added.value,
            rule.threshold, ARRAY[added.event_id]
        )::game.finding AS finding
        FROM added
        JOIN game.event_type AS kind ON kind.game_id = added.game_id AND kind.event_type_id = added.event_type_id
        CROSS JOIN LATERAL game.rule_for('score', added.game_id, kind.name) AS rule
        WHERE added.event_type_id = ANY (scored) AND added.env = 'prod' AND added.player_id IS NOT NULL
            AND added.value > rule.threshold
        UNION ALL
        SELECT (
            added.game_id, added.player_id, rule.anti_cheat_rule_id, 'prerequisite', added.occurred_at, NULL,
            rule.threshold, ARRAY[added.event_id]
        )::game.finding
        FROM added
        JOIN game.achievement ON achievement.game_id = added.game_id
            AND achievement.code = game.text_of(added.props, 'achievement')
            AND achievement.requires_achievement_id IS NOT NULL
        CROSS JOIN LATERAL game.rule_for('prerequisite', added.game_id, achievement.code) AS rule
        WHERE added.event_type_id = ANY (unlocked) AND added.env = 'prod' AND added.player_id IS NOT NULL
            AND rule.anti_cheat_rule_id IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM game.player_achievement AS had
                WHERE had.game_id = added.game_id AND had.player_id = added.player_id
                    AND had.achievement_id = achievement.requires_achievement_id
                    AND had.unlocked_at <= added.occurred_at
            )
    ) AS one;
    PERFORM game.raise_flags(found);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS THEN
        RAISE WARNING 'The rules score and prerequisite failed: %', SQLERRM;
        RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.look_for_results() IS 'Rules score and prerequisite: more points than there are, and what nobody can unlock yet.';

CREATE OR REPLACE TRIGGER game_event_62_results AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.look_for_results();
