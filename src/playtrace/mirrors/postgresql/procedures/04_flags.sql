CREATE OR REPLACE FUNCTION game.rule_for(wanted_kind text, of_game integer, of_subject text) RETURNS game.anti_cheat_rule
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    -- That of the subject before that of any, that of the game before that of all. One that is switched off switches off
    -- what it goes before.
    SELECT rule.* FROM game.anti_cheat_rule AS rule
    WHERE rule.anti_cheat_rule_id = (
        SELECT best.anti_cheat_rule_id FROM game.anti_cheat_rule AS best
        WHERE best.kind = wanted_kind AND (best.game_id = of_game OR best.game_id IS NULL)
            AND (best.subject = of_subject OR best.subject IS NULL)
        ORDER BY best.subject NULLS LAST, best.game_id NULLS LAST
        LIMIT 1
    ) AND rule.is_enabled
$$;

COMMENT ON FUNCTION game.rule_for(text, integer, text) IS 'The rule of a kind that is in force for a subject in a game.';

CREATE OR REPLACE FUNCTION game.raise_flags(found game.finding[]) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO game.anti_cheat_flag AS flag (
        game_id, player_id, anti_cheat_rule_id, kind, occurrences, first_at, last_at, value, threshold, evidence
    )
    SELECT one.game_id, one.player_id, min(one.anti_cheat_rule_id), one.kind, count(*), min(one.at), max(one.at),
        max(one.value), (array_agg(one.threshold ORDER BY one.value DESC))[1],
        jsonb_agg(jsonb_build_object('at', one.at, 'value', one.value, 'event_ids', one.event_ids) ORDER BY one.number)
            FILTER (WHERE one.number <= 20)
    FROM (
        SELECT *, row_number() OVER (PARTITION BY game_id, player_id, kind ORDER BY at, event_ids) AS number
        FROM unnest(found)
    ) AS one
    GROUP BY one.game_id, one.player_id, one.kind
    ORDER BY one.game_id, one.player_id, one.kind
    ON CONFLICT (game_id, player_id, kind) WHERE status = 'open' DO UPDATE
    SET occurrences = flag.occurrences + excluded.occurrences, first_at = least(flag.first_at, excluded.first_at),
        last_at = greatest(flag.last_at, excluded.last_at), value = greatest(flag.value, excluded.value),
        threshold = CASE WHEN excluded.value > flag.value THEN excluded.threshold ELSE flag.threshold END,
        evidence = CASE
            WHEN jsonb_array_length(flag.evidence) >= 20 THEN flag.evidence
            ELSE (
                SELECT jsonb_agg(kept.occurrence ORDER BY kept.number)
                FROM jsonb_array_elements(flag.evidence || excluded.evidence) WITH ORDINALITY AS kept (occurrence, number)
                WHERE kept.number <= 20
            )
        END
$$;

COMMENT ON FUNCTION game.raise_flags(game.finding[]) IS 'Raises a flag for each player and kind, or adds to the one that is open. Of nothing found, nothing.';
