CREATE OR REPLACE FUNCTION game.see_players() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    passive CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE is_passive);
    models CONSTANT integer[] := ARRAY(
        SELECT event_type_id FROM game.event_type WHERE name IN ('performance', 'scene_loaded')
    );
    games integer[];
    players bigint[];
    firsts timestamptz[];
    lasts timestamptz[];
BEGIN
    SELECT array_agg(game_id), array_agg(player_id), array_agg(first), array_agg(last)
    INTO games, players, firsts, lasts
    FROM (
        SELECT added.game_id, added.player_id, min(added.occurred_at) AS first, max(added.occurred_at) AS last
        FROM added
        WHERE added.env = 'prod' AND added.player_id IS NOT NULL AND added.event_type_id <> ALL (passive)
        GROUP BY added.game_id, added.player_id
    ) AS seen;

    -- In one order for all, so that nobody waits in a circle.
    PERFORM FROM unnest(games, players) AS seen (game_id, player_id)
    JOIN game.player ON player.game_id = seen.game_id AND player.player_id = seen.player_id
    ORDER BY player.game_id, player.player_id
    FOR NO KEY UPDATE OF player;

    UPDATE game.player
    SET first_seen_at = least(player.first_seen_at, seen.first), last_seen_at = greatest(player.last_seen_at, seen.last)
    FROM unnest(games, players, firsts, lasts) AS seen (game_id, player_id, first, last)
    WHERE player.game_id = seen.game_id AND player.player_id = seen.player_id
        AND (player.first_seen_at IS NULL OR player.first_seen_at > seen.first OR player.last_seen_at < seen.last);

    IF EXISTS (SELECT FROM added WHERE device_id IS NOT NULL AND event_type_id = ANY (models)) THEN
        UPDATE game.device
        SET model = said.model
        FROM (
            SELECT added.game_id, added.device_id, min(left(added.props ->> 'device', 256)) AS model
            FROM added
            WHERE added.device_id IS NOT NULL AND added.event_type_id = ANY (models)
                AND jsonb_typeof(added.props -> 'device') = 'string' AND added.props ->> 'device' <> ''
            GROUP BY added.game_id, added.device_id
            ORDER BY added.game_id, added.device_id
        ) AS said
        WHERE device.game_id = said.game_id AND device.device_id = said.device_id AND device.model IS NULL;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.see_players() IS 'Moves first_seen_at and last_seen_at of players apart, and learns models of devices.';

CREATE OR REPLACE TRIGGER game_event_30_players AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.see_players();
