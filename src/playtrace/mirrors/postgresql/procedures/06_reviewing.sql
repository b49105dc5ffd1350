-- For playtrace_admin: who decides about flags, and by which rules they are raised.

CREATE OR REPLACE FUNCTION game_api.review_flag(
    flag_id bigint, verdict text, note text DEFAULT NULL, player_status text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    reviewed game.anti_cheat_flag;
BEGIN
    IF review_flag.verdict IS NULL OR review_flag.verdict NOT IN ('confirmed', 'dismissed') THEN
        RAISE EXCEPTION 'verdict: expected confirmed or dismissed' USING ERRCODE = 'PT003';
    END IF;
    IF review_flag.player_status NOT IN ('active', 'suspended', 'banned') THEN
        RAISE EXCEPTION 'player_status: expected active, suspended or banned' USING ERRCODE = 'PT003';
    END IF;
    IF char_length(review_flag.note) > 4000 THEN
        RAISE EXCEPTION 'note: expected at most 4000 characters' USING ERRCODE = 'PT003';
    END IF;
    SELECT * INTO reviewed FROM game.anti_cheat_flag AS flag WHERE flag.anti_cheat_flag_id = flag_id FOR UPDATE;
    IF reviewed.anti_cheat_flag_id IS NULL THEN
        RAISE EXCEPTION 'flag_id: there is no flag %', flag_id USING ERRCODE = 'PT006';
    END IF;
    IF reviewed.status = review_flag.verdict AND reviewed.reviewed_by = session_user THEN
        RETURN; -- said again
    END IF;
    IF reviewed.status <> 'open' THEN
        RAISE EXCEPTION 'flag_id: flag % was % by %', flag_id, reviewed.status, reviewed.reviewed_by
            USING ERRCODE = 'PT007', HINT = 'A flag is decided once; more of the same raises another one.';
    END IF;
    UPDATE game.anti_cheat_flag AS flag
    SET status = review_flag.verdict, reviewed_by = session_user, reviewed_at = now(),
        note = coalesce(review_flag.note, flag.note)
    WHERE flag.anti_cheat_flag_id = flag_id;
    IF review_flag.player_status IS NOT NULL THEN
        UPDATE game.player AS player
        SET status = review_flag.player_status
        WHERE player.game_id = reviewed.game_id AND player.player_id = reviewed.player_id
            AND player.status <> review_flag.player_status;
    END IF;
END
$$;

COMMENT ON FUNCTION game_api.review_flag(bigint, text, text, text) IS 'Decides about a flag: confirmed or dismissed, and what becomes of the player (active, suspended, banned). Raises PT003, PT006 (no such flag), PT007 (decided already). Example: SELECT game_api.review_flag(12, ''confirmed'', ''Speed hack in three matches'', ''banned'');';

CREATE OR REPLACE FUNCTION game_api.set_anti_cheat_rule(
    kind text, threshold double precision, game text DEFAULT NULL, subject text DEFAULT NULL,
    window_seconds double precision DEFAULT NULL, is_enabled boolean DEFAULT true, description text DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    of_game CONSTANT integer := CASE WHEN game IS NOT NULL THEN game.known_game(game) END;
    rule integer;
BEGIN
    IF set_anti_cheat_rule.kind IS NULL OR set_anti_cheat_rule.kind NOT IN (
        'gain_rate', 'speed', 'clock_drift', 'clock_back', 'score', 'prerequisite'
    ) THEN
        RAISE EXCEPTION 'kind: expected gain_rate, speed, clock_drift, clock_back, score or prerequisite'
            USING ERRCODE = 'PT003';
    END IF;
    IF set_anti_cheat_rule.kind = 'score' AND set_anti_cheat_rule.subject IS NULL THEN
        RAISE EXCEPTION 'subject: a rule of score names the event whose value is the score' USING ERRCODE = 'PT002';
    END IF;
    IF NOT coalesce(set_anti_cheat_rule.threshold BETWEEN 0 AND 1e300, false)
        OR NOT set_anti_cheat_rule.window_seconds BETWEEN 0 AND 86400
        OR char_length(set_anti_cheat_rule.subject) NOT BETWEEN 1 AND 256 THEN
        RAISE EXCEPTION 'threshold, window_seconds, subject: expected 0 or more, 0 to 86400, 1 to 256 characters'
            USING ERRCODE = 'PT003';
    END IF;
    INSERT INTO game.anti_cheat_rule AS known (
        game_id, kind, subject, threshold, window_seconds, is_enabled, description
    )
    VALUES (
        of_game, set_anti_cheat_rule.kind, set_anti_cheat_rule.subject, set_anti_cheat_rule.threshold,
        coalesce(
            set_anti_cheat_rule.window_seconds,
            CASE set_anti_cheat_rule.kind WHEN 'gain_rate' THEN 60 WHEN 'clock_drift' THEN 600 ELSE 0 END
        ),
        coalesce(set_anti_cheat_rule.is_enabled, true), coalesce(set_anti_cheat_rule.description, '')
    )
    ON CONFLICT (game_id, kind, subject) DO UPDATE
    SET threshold = excluded.threshold, is_enabled = excluded.is_enabled,
        window_seconds = coalesce(set_anti_cheat_rule.window_seconds, known.window_seconds),
        description = coalesce(set_anti_cheat_rule.description, known.description)
    RETURNING known.anti_cheat_rule_id INTO rule;
    RETURN rule;
END
$$;

COMMENT ON FUNCTION game_api.set_anti_cheat_rule(text, double precision, text, text, double precision, boolean, text) IS 'Sets a rule for a game, or for all; for one currency, map or event, or for any. Returns its id. Raises PT002, PT003, PT004. Example: SELECT game_api.set_anti_cheat_rule(''gain_rate'', 2000, ''arena'', ''gold'');';

CREATE OR REPLACE FUNCTION game_api.define_achievement(
    game text, achievement text, name text DEFAULT NULL, requires text DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    of_game CONSTANT integer := game.known_game(game);
    before integer;
    is_new boolean;
BEGIN
    IF coalesce(achievement, '') = '' OR char_length(achievement) > 256 OR char_length(define_achievement.name) > 256 THEN
        RAISE EXCEPTION 'achievement, name: expected 1 to 256 characters' USING ERRCODE = 'PT003';
    END IF;
    IF requires IS NOT NULL THEN
        SELECT known.achievement_id INTO before FROM game.achievement AS known
        WHERE known.game_id = of_game AND known.code = requires;
        IF before IS NULL OR requires = achievement THEN
            RAISE EXCEPTION 'requires: there is no other achievement %', left(requires, 64) USING ERRCODE = 'PT006';
        END IF;
    END IF;
    INSERT INTO game.achievement AS known (game_id, code, name, requires_achievement_id)
    VALUES (of_game, achievement, nullif(define_achievement.name, ''), before)
    ON CONFLICT (game_id, code) DO UPDATE
    SET name = coalesce(excluded.name, known.name),
        requires_achievement_id = coalesce(excluded.requires_achievement_id, known.requires_achievement_id)
    RETURNING xmax = 0 INTO is_new;
    RETURN is_new;
END
$$;

COMMENT ON FUNCTION game_api.define_achievement(text, text, text, text) IS 'Says what an achievement is called, and which one comes before it. Returns whether it was new. Raises PT003, PT004, PT006 (no such other achievement). Example: SELECT game_api.define_achievement(''arena'', ''fifty_matches'', ''Veteran'', ''first_match'');';
