-- Erasing players: what names them goes, and what follows from their events is what follows from the others. One
-- transaction, in which nobody else writes events; whoever reads sees all of it or nothing.

CREATE OR REPLACE FUNCTION game.events_of(of_game integer, players text[]) RETURNS SETOF game.game_event
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT event.* FROM game.player
    JOIN game.game_event AS event ON event.game_id = player.game_id AND event.player_id = player.player_id
    WHERE player.game_id = of_game AND player.external_id = ANY (players)
    UNION ALL
    -- What a device sent without a player is theirs whose id is that of the device.
    SELECT event.* FROM game.device
    JOIN game.game_event AS event ON event.game_id = device.game_id AND event.player_id IS NULL
        AND event.device_id = device.device_id
    WHERE device.game_id = of_game AND device.external_id = ANY (players)
$$;

COMMENT ON FUNCTION game.events_of(integer, text[]) IS 'What these players did, whatever it was.';

CREATE OR REPLACE FUNCTION game.merges_of(of_game integer, players text[]) RETURNS SETOF game.game_event
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT event.* FROM game.event_type AS kind
    JOIN game.game_event AS event ON event.game_id = kind.game_id AND event.event_type_id = kind.event_type_id
    WHERE kind.game_id = of_game AND kind.name = 'player_merged'
        AND (event.props ->> 'previous_id' = ANY (players) OR event.props ->> 'canonical_id' = ANY (players))
$$;

COMMENT ON FUNCTION game.merges_of(integer, text[]) IS 'What was decided about these players.';

CREATE OR REPLACE FUNCTION game_api.erasures_done() RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- Until this transaction is over there is no other.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('playtrace: erasing', 0));
    RETURN (SELECT count(*) FROM game.erasure);
END
$$;

COMMENT ON FUNCTION game_api.erasures_done() IS 'How many erasures were done here; none is done until the transaction that asks is over. What was read of playtrace before the last of them is not to be written any more. Example: SELECT game_api.erasures_done();';

CREATE OR REPLACE FUNCTION game_api.erase_player(
    game text, players text[], erasure uuid, is_refused boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    this_transaction CONSTANT bigint := pg_current_xact_id()::text::bigint;
    of_game integer;
    gone_players bigint[];
    gone_events bigint[];
    gone_ids uuid[];
    gone_purchases bigint[];
    gone_flags bigint[];
    orders text[];
    sessions bigint[];
    devices bigint[];
    texts text[];
    partition regclass;
BEGIN
    IF erasure IS NULL OR coalesce(cardinality(players), 0) = 0 OR coalesce(game, '') = '' THEN
        RAISE EXCEPTION 'game, players, erasure: all are needed'
            USING ERRCODE = 'PT002', HINT = 'An id that the caller makes once for this erasure, and all ids of the players.';
    END IF;
    -- Whoever writes events has ended, and waits until this is over.
    PERFORM pg_advisory_xact_lock(hashtextextended('playtrace: erasing', 0));
    IF EXISTS (SELECT FROM game.erasure AS done WHERE done.erasure_id = erasure) THEN
        RETURN NULL;
    END IF;
    SELECT known.game_id INTO of_game FROM game.game AS known WHERE known.code = erase_player.game;
    INSERT INTO game.erasing (erased_in) VALUES (this_transaction);

    gone_players := ARRAY(
        SELECT known.player_id FROM game.player AS known
        WHERE known.game_id = of_game AND known.external_id = ANY (players)
    );
    SELECT array_agg(game_event_id), array_agg(event_id),
        array_agg(DISTINCT client_session_id) FILTER (WHERE client_session_id IS NOT NULL),
        array_agg(DISTINCT device_id) FILTER (WHERE device_id IS NOT NULL)
    INTO gone_events, gone_ids, sessions, devices
    FROM (
        SELECT * FROM game.events_of(of_game, players)
        UNION
        SELECT * FROM game.merges_of(of_game, players)
    ) AS theirs;
    sessions := coalesce(sessions, '{}') || ARRAY(
        SELECT named.client_session_id FROM game.client_session AS named
        LEFT JOIN game.device AS owner ON owner.game_id = named.game_id AND owner.device_id = named.owner_device_id
        WHERE named.game_id = of_game AND (named.owner_player_id = ANY (gone_players) OR owner.external_id = ANY (players))
    );
    devices := coalesce(devices, '{}') || ARRAY(
        SELECT known.device_id FROM game.device AS known
        WHERE known.game_id = of_game AND known.external_id = ANY (players)
    );

    -- --- what follows from their events ---

    WITH gone AS (
        DELETE FROM game.purchase AS paid
        WHERE paid.game_id = of_game AND (paid.player_id = ANY (gone_players) OR paid.event_id = ANY (gone_ids))
        RETURNING paid.purchase_id, paid.transaction_id
    )
    SELECT array_agg(purchase_id), array_agg(DISTINCT transaction_id) FILTER (WHERE transaction_id IS NOT NULL)
    INTO gone_purchases, orders FROM gone;
    DELETE FROM game.player_achievement AS had
    WHERE had.game_id = of_game AND (had.player_id = ANY (gone_players) OR had.event_id = ANY (gone_ids));
    WITH gone AS (
        DELETE FROM game.anti_cheat_flag AS flag
        WHERE flag.game_id = of_game AND flag.player_id = ANY (gone_players)
        RETURNING flag.anti_cheat_flag_id
    )
    SELECT array_agg(anti_cheat_flag_id) INTO gone_flags FROM gone;
    DELETE FROM game.session AS played WHERE played.client_session_id = ANY (sessions);

    -- --- events ---

    DELETE FROM game.game_event AS event
    WHERE event.game_id = of_game AND event.game_event_id = ANY (gone_events);
    -- Months that were taken out of it.
    FOR partition IN
        SELECT relation.oid::regclass FROM pg_class AS relation
        WHERE relation.relnamespace = 'game'::regnamespace AND relation.relkind = 'r'
            AND relation.relname ~ '^game_event_\d{4}_\d{2}_detached'
    LOOP
        EXECUTE format(
            'DELETE FROM %s WHERE game_id = $1 AND (player_id = ANY ($2) OR (player_id IS NULL AND device_id IN (
                SELECT device_id FROM game.device WHERE game_id = $1 AND external_id = ANY ($3))))', partition
        ) USING of_game, gone_players, players;
    END LOOP;
    DELETE FROM game.event_key AS key WHERE key.game_id = of_game AND key.event_id = ANY (gone_ids);

    -- Sessions in which others took part, of what these did.
    INSERT INTO game.event_left
    SELECT event.* FROM game.game_event AS event
    WHERE event.game_id = of_game AND event.client_session_id = ANY (sessions);
    UPDATE game.client_session AS named
    SET changed_in = this_transaction
    WHERE named.game_id = of_game AND named.client_session_id IN (SELECT client_session_id FROM game.event_left);
    DELETE FROM warehouse.fact_session AS fact
    WHERE fact.client_session_id = ANY (sessions) OR (fact.game_key = of_game AND fact.player_id = ANY (gone_players));
    DELETE FROM game.client_session AS named
    WHERE named.game_id = of_game AND named.client_session_id = ANY (sessions)
        AND NOT EXISTS (
            SELECT FROM game.event_left WHERE event_left.client_session_id = named.client_session_id
        );
    DELETE FROM game.event_left;
    -- Orders that somebody else reported too: the warehouse looks at them again.
    UPDATE game.game_event AS event
    SET written_in = this_transaction
    FROM game.purchase AS paid
    WHERE paid.game_id = of_game AND paid.transaction_id = ANY (orders) AND event.game_id = of_game
        AND event.event_id = paid.event_id AND event.occurred_at = paid.purchased_at;

    -- --- the warehouse ---

    DELETE FROM warehouse.fact_event AS fact WHERE fact.event_key = ANY (gone_events);
    DELETE FROM warehouse.fact_purchase AS fact WHERE fact.purchase_key = ANY (gone_purchases);
    DELETE FROM warehouse.fact_player_day AS fact
    WHERE fact.game_key = of_game AND fact.player_id = ANY (gone_players);
    DELETE FROM warehouse.fact_event AS fact
    USING warehouse.dim_player AS dim
    WHERE dim.game_key = of_game AND dim.player_id = ANY (gone_players) AND fact.player_key = dim.player_key;
    DELETE FROM warehouse.dim_player AS dim WHERE dim.game_key = of_game AND dim.player_id = ANY (gone_players);

    -- --- who they were ---

    -- Devices that nobody else has used; to know that, all events are looked through.
    devices := ARRAY(
        SELECT unnest(devices)
        EXCEPT
        SELECT event.device_id FROM game.game_event AS event
        WHERE event.game_id = of_game AND event.device_id = ANY (devices)
        EXCEPT
        SELECT named.owner_device_id FROM game.client_session AS named
        WHERE named.game_id = of_game AND named.owner_device_id IS NOT NULL
    );
    DELETE FROM game.device AS known WHERE known.game_id = of_game AND known.device_id = ANY (devices);
    DELETE FROM warehouse.dim_device AS dim WHERE dim.device_key = ANY (devices);
    UPDATE game.player AS known
    SET merged_into_player_id = NULL
    WHERE known.game_id = of_game AND known.merged_into_player_id = ANY (gone_players);
    DELETE FROM game.player AS known WHERE known.game_id = of_game AND known.player_id = ANY (gone_players);

    -- Who changed what when stays; what it was does not.
    UPDATE game.audit_log AS entry
    SET old_row = CASE WHEN entry.old_row IS NOT NULL THEN '{}'::jsonb END,
        new_row = CASE WHEN entry.new_row IS NOT NULL THEN '{}'::jsonb END
    WHERE (entry.table_name, entry.row_key) IN (
            SELECT 'player', one::text FROM unnest(gone_players) AS one
            UNION ALL SELECT 'purchase', one::text FROM unnest(gone_purchases) AS one
            UNION ALL SELECT 'anti_cheat_flag', one::text FROM unnest(gone_flags) AS one
        );
    UPDATE game.audit_log AS entry
    SET old_row = CASE WHEN entry.old_row IS NOT NULL THEN '{}'::jsonb END,
        new_row = CASE WHEN entry.new_row IS NOT NULL THEN '{}'::jsonb END
    WHERE entry.table_name = 'player_achievement' AND split_part(entry.row_key, '/', 1) IN (
        SELECT one::text FROM unnest(gone_players) AS one
    );

    -- What was not taken is text as it came. An id that is short is looked for as a text of JSON, or it would be found in
    -- anything.
    texts := ARRAY(
        SELECT CASE WHEN char_length(one) <= 7 THEN to_json(one)::text ELSE btrim(to_json(one)::text, '"') END
        FROM unnest(players) AS one
        UNION
        SELECT one FROM unnest(players) AS one WHERE char_length(one) > 7
    );
    DELETE FROM game.set_aside_event AS aside
    WHERE aside.game_code = erase_player.game AND EXISTS (
        SELECT FROM unnest(texts) AS text WHERE strpos(aside.body, text) > 0 OR strpos(aside.error, text) > 0
    );
    DELETE FROM game.refused_event AS refused
    WHERE (refused.game_code = erase_player.game OR refused.game_code IS NULL) AND EXISTS (
        SELECT FROM unnest(texts) AS text WHERE strpos(refused.body, text) > 0 OR strpos(refused.reason, text) > 0
    );

    DELETE FROM game.erasing WHERE erased_in = this_transaction;
    IF of_game IS NOT NULL THEN
        PERFORM game.resolve_merges(of_game);
        IF is_refused THEN
            INSERT INTO game.refused_player (game_id, player_hash)
            SELECT of_game, game.player_hash(one) FROM (SELECT DISTINCT unnest(players) AS one) AS ids
            ON CONFLICT DO NOTHING;
        END IF;
    END IF;
    INSERT INTO game.erasure (erasure_id, game_code, events, is_refused)
    VALUES (erasure, game, coalesce(cardinality(gone_events), 0), coalesce(is_refused, false));
    RETURN coalesce(cardinality(gone_events), 0);
END
$$;

COMMENT ON FUNCTION game_api.erase_player(text, text[], uuid, boolean) IS 'Erases players of a game, for good: their events and all that follows from these, and every row that names them; the audit log keeps who changed what when, without what it was. players is all ids that are theirs. With is_refused, what game servers record of them from then on is refused with PT011. What each erasure did is in game.erasure; one that was done is not done again. Returns how many events went; nothing where it was done before. Raises PT002. Example: SELECT game_api.erase_player(''arena'', ''{p-20}'', gen_random_uuid());';

CREATE OR REPLACE FUNCTION game_api.accept_player(game text, player text) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    of_game CONSTANT integer := game.known_game(game);
BEGIN
    DELETE FROM game.refused_player AS refused
    WHERE refused.game_id = of_game AND refused.player_hash = game.player_hash(accept_player.player);
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION game_api.accept_player(text, text) IS 'Takes what is recorded of a player again who withdrew consent. Returns whether it was refused. What a mirror brings of a player accepts that player, too. Raises PT002, PT004. Example: SELECT game_api.accept_player(''arena'', ''p-20'');';
