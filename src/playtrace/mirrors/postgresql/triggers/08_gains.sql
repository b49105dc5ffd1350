-- Rules of anti_cheat_rule are looked at by the triggers from here on. What they find raises a flag, and blocks nothing; nor
-- does a rule that fails: then there is a warning in the log of the server. Only the environment prod is looked at.
--
-- A rule looks at the new events of a statement, and at those just before and behind them that are there already: it does
-- not matter where one batch ends and the next begins.

CREATE OR REPLACE FUNCTION game.look_for_gains() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
    gain CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE name = 'resource_gain');
    found game.finding[];
BEGIN
    IF NOT EXISTS (SELECT FROM added WHERE event_type_id = ANY (gain)) THEN
        RETURN NULL;
    END IF;

    WITH gains AS MATERIALIZED (
        SELECT added.game_id, added.player_id, coalesce(added.currency, '') AS currency, added.occurred_at,
            added.event_id, added.value
        FROM added
        WHERE added.event_type_id = ANY (gain) AND added.value > 0 AND added.player_id IS NOT NULL AND added.env = 'prod'
    ),
    rules AS MATERIALIZED (
        SELECT gained.game_id, gained.currency, rule.anti_cheat_rule_id, rule.threshold,
            rule.window_seconds * interval '1 second' AS length
        FROM (SELECT DISTINCT game_id, currency FROM gains) AS gained
        CROSS JOIN LATERAL game.rule_for('gain_rate', gained.game_id, gained.currency) AS rule
        WHERE rule.anti_cheat_rule_id IS NOT NULL
    ),
    spans AS MATERIALIZED (
        SELECT gains.game_id, gains.player_id, gains.currency, rules.anti_cheat_rule_id, rules.threshold, rules.length,
            min(gains.occurred_at) AS first, max(gains.occurred_at) AS last
        FROM gains
        JOIN rules ON rules.game_id = gains.game_id AND rules.currency = gains.currency
        GROUP BY gains.game_id, gains.player_id, gains.currency, rules.anti_cheat_rule_id, rules.threshold, rules.length
    ),
    around AS MATERIALIZED (
        SELECT gains.*, true AS is_new FROM gains
        UNION ALL
        SELECT spans.game_id, spans.player_id, spans.currency, known.occurred_at, known.event_id, known.value, false
        FROM spans
        CROSS JOIN LATERAL (
            SELECT event.* FROM game.game_event AS event
            WHERE event.game_id = spans.game_id AND event.player_id = spans.player_id
                AND event.occurred_at >= spans.first - spans.length AND event.occurred_at < spans.first
            UNION ALL
            SELECT event.* FROM game.game_event AS event
            WHERE event.game_id = spans.game_id AND event.player_id = spans.player_id
                AND event.occurred_at > spans.last AND event.occurred_at <= spans.last + spans.length
        ) AS known
        WHERE known.event_type_id = ANY (gain) AND known.env = 'prod' AND known.value > 0
            AND coalesce(known.currency, '') = spans.currency
    ),
    -- Few have gained so much at all.
    suspects AS MATERIALIZED (
        SELECT spans.*
        FROM spans
        JOIN around ON around.game_id = spans.game_id AND around.player_id = spans.player_id
            AND around.currency = spans.currency
        GROUP BY spans.game_id, spans.player_id, spans.currency, spans.anti_cheat_rule_id, spans.threshold, spans.length,
            spans.first, spans.last
        HAVING sum(around.value) > spans.threshold
    ),
    sums AS (
        SELECT suspects.game_id, suspects.player_id, suspects.anti_cheat_rule_id, suspects.threshold, last.occurred_at,
            sum(each.value) AS amount, array_agg(each.event_id ORDER BY each.value DESC, each.event_id) AS event_ids
        FROM suspects
        JOIN around AS last ON last.game_id = suspects.game_id AND last.player_id = suspects.player_id
            AND last.currency = suspects.currency
        JOIN around AS each ON each.game_id = suspects.game_id AND each.player_id = suspects.player_id
            AND each.currency = suspects.currency AND each.occurred_at <= last.occurred_at
            AND each.occurred_at >= last.occurred_at - suspects.length
        GROUP BY suspects.game_id, suspects.player_id, suspects.currency, suspects.anti_cheat_rule_id, suspects.threshold,
            last.occurred_at, last.event_id
        HAVING sum(each.value) > suspects.threshold AND bool_or(each.is_new)
    )
    SELECT array_agg((
        game_id, player_id, anti_cheat_rule_id, 'gain_rate', occurred_at, amount, threshold, event_ids[:20]
    )::game.finding) INTO found
    FROM sums;
    PERFORM game.raise_flags(found);
    RETURN NULL;
EXCEPTION
    WHEN OTHERS THEN
        RAISE WARNING 'The rule gain_rate failed: %', SQLERRM;
        RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.look_for_gains() IS 'Rule gain_rate: more of a currency within the window of the rule than its threshold.';

CREATE OR REPLACE TRIGGER game_event_60_gains AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.look_for_gains();
