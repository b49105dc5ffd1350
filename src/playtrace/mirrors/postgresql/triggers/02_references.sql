-- Foreign keys of events. PostgreSQL looks up a declared one for each row by itself: with seven of them an event costs
-- four times as much as without. Here all events of a statement are looked up together, for a twentieth of that; and that
-- what they refer to stays is the other half (01_append_only.sql).

CREATE OR REPLACE FUNCTION game.check_references() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    many CONSTANT bigint := 0; -- a statement that has a parameter is planned for the rows that are there
    missing text;
BEGIN
    SELECT concat_ws(', ',
        CASE WHEN kind.event_type_id IS NULL THEN 'event_type_id ' || used.event_type_id END,
        CASE WHEN used.player_id IS NOT NULL AND player.player_id IS NULL THEN 'player_id ' || used.player_id END,
        CASE WHEN used.client_session_id IS NOT NULL AND session.client_session_id IS NULL
            THEN 'client_session_id ' || used.client_session_id END,
        CASE WHEN used.device_id IS NOT NULL AND device.device_id IS NULL THEN 'device_id ' || used.device_id END,
        CASE WHEN used.client_build_id IS NOT NULL AND build.client_build_id IS NULL
            THEN 'client_build_id ' || used.client_build_id END,
        CASE WHEN used.region_id IS NOT NULL AND region.region_id IS NULL THEN 'region_id ' || used.region_id END
    ) INTO missing
    FROM (
        SELECT game_id, event_type_id, player_id, client_session_id, device_id, client_build_id, region_id
        FROM added
        WHERE game_event_id > many
        GROUP BY game_id, event_type_id, player_id, client_session_id, device_id, client_build_id, region_id
    ) AS used
    LEFT JOIN game.event_type AS kind ON kind.game_id = used.game_id AND kind.event_type_id = used.event_type_id
    LEFT JOIN game.player ON player.game_id = used.game_id AND player.player_id = used.player_id
    LEFT JOIN game.client_session AS session
        ON session.game_id = used.game_id AND session.client_session_id = used.client_session_id
    LEFT JOIN game.device ON device.game_id = used.game_id AND device.device_id = used.device_id
    LEFT JOIN game.client_build AS build
        ON build.game_id = used.game_id AND build.client_build_id = used.client_build_id
    LEFT JOIN game.region ON region.region_id = used.region_id
    WHERE kind.event_type_id IS NULL
        OR (used.player_id IS NOT NULL AND player.player_id IS NULL)
        OR (used.client_session_id IS NOT NULL AND session.client_session_id IS NULL)
        OR (used.device_id IS NOT NULL AND device.device_id IS NULL)
        OR (used.client_build_id IS NOT NULL AND build.client_build_id IS NULL)
        OR (used.region_id IS NOT NULL AND region.region_id IS NULL)
    LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'An event refers to what is not there: %', missing USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.check_references() IS 'Looks up what the new events of a statement refer to, all together.';

CREATE OR REPLACE TRIGGER game_event_10_references AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.check_references();
