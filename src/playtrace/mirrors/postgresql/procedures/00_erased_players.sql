-- Who is refused, and whether somebody is being erased just now: 10_erasing.sql.

CREATE OR REPLACE FUNCTION game.is_erasing() RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM game.erasing WHERE erased_in = pg_current_xact_id_if_assigned()::text::bigint)
$$;

COMMENT ON FUNCTION game.is_erasing() IS 'Whether this transaction erases players: then what is append only may go.';

CREATE OR REPLACE FUNCTION game.player_hash(player text) RETURNS bytea
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(convert_to(secret || player, 'UTF8')) FROM game.erasure_secret
$$;

COMMENT ON FUNCTION game.player_hash(text) IS 'What refused_player has of an id.';

CREATE OR REPLACE FUNCTION game.is_refused(of_game integer, player text) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN player IS NOT NULL AND EXISTS (SELECT FROM game.refused_player WHERE game_id = of_game)
        AND EXISTS (
            SELECT FROM game.refused_player WHERE game_id = of_game AND player_hash = game.player_hash(player)
        );
END
$$;

COMMENT ON FUNCTION game.is_refused(integer, text) IS 'Whether a player, or a device of that id, withdrew consent.';

CREATE OR REPLACE FUNCTION game.is_mirroring() RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM game.mirror_position
        WHERE xmin::text::bigint = pg_current_xact_id_if_assigned()::text::bigint & 4294967295
    )
$$;

COMMENT ON FUNCTION game.is_mirroring() IS 'Whether this transaction has moved a mirror: what it writes is what playtrace took.';
