-- What every event goes through, whoever records it: what it names is made known, its id is taken, it is written. All else
-- follows by the triggers of game_event.
--
-- Sixteen who write at once do not wait for each other in a circle: all take what they share in the same order, table by
-- table, and within a table by its key.

CREATE OR REPLACE FUNCTION game.write_events(contexts game.sent_context[], events game.sent_event[]) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
-- For all that is done in here, triggers included. Plans are made for the batch that is there: one for an average batch would
-- look through it row by row. For a few events to plan takes longer than all else: then plans are made once.
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
SET enable_mergejoin = off
SET jit = off
AS $$
DECLARE
    month date;
    named game.named_rows[]; -- of each context the rows that it refers to
    new_ones integer[]; -- none: all of them
    this_transaction CONSTANT bigint := pg_current_xact_id()::text::bigint;
    taken bigint;
BEGIN
    -- While players are erased nobody writes.
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('playtrace: erasing', 0));
    IF EXISTS (SELECT FROM game.refused_player) THEN
        -- Those of them who come to here are accepted again.
        DELETE FROM game.refused_player AS refused
        USING (SELECT DISTINCT one.game_id, one.player FROM unnest(contexts) AS one) AS here
        WHERE refused.game_id = here.game_id AND refused.player_hash = game.player_hash(here.player);
    END IF;
    IF cardinality(events) <= 100 THEN
        PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
    END IF;

    -- Before anything is locked: to attach a partition is to wait for those who are writing.
    FOR month IN
        SELECT DISTINCT date_trunc('month', one.occurred_at)::date FROM unnest(events) AS one ORDER BY 1
    LOOP
        PERFORM game.make_partition(month);
    END LOOP;

    INSERT INTO game.region (country, region)
    SELECT different.country, different.region
    FROM (
        SELECT DISTINCT one.country, one.region FROM unnest(contexts) AS one
        WHERE num_nonnulls(one.country, one.region) > 0
    ) AS different
    LEFT JOIN game.region AS known ON coalesce(known.country, '') = coalesce(different.country, '')
        AND coalesce(known.region, '') = coalesce(different.region, '')
    WHERE known.region_id IS NULL
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING;

    INSERT INTO game.client_build (game_id, platform, os, version, build)
    SELECT different.game_id, different.platform, different.os, different.version, different.build
    FROM (
        SELECT DISTINCT one.game_id, one.platform, one.os, one.version, one.build FROM unnest(contexts) AS one
        WHERE num_nonnulls(one.platform, one.os, one.version, one.build) > 0
    ) AS different
    LEFT JOIN game.client_build AS known ON known.game_id = different.game_id
        AND coalesce(known.platform, '') = coalesce(different.platform, '')
        AND coalesce(known.os, '') = coalesce(different.os, '')
        AND coalesce(known.version, '') = coalesce(different.version, '')
        AND coalesce(known.build, '') = coalesce(different.build, '')
    WHERE known.client_build_id IS NULL
    ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT DO NOTHING;

    INSERT INTO game.event_type (game_id, name)
    SELECT different.game_id, different.name
    FROM (
        SELECT DISTINCT said.game_id, one.name
        FROM unnest(events) AS one
        JOIN unnest(contexts) AS said ON said.number = one.context
    ) AS different
    LEFT JOIN game.event_type AS known ON known.game_id = different.game_id AND known.name = different.name
    WHERE known.event_type_id IS NULL
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING;

    INSERT INTO game.player (game_id, external_id)
    SELECT different.game_id, different.player
    FROM (SELECT DISTINCT one.game_id, one.player FROM unnest(contexts) AS one WHERE one.player IS NOT NULL) AS different
    LEFT JOIN game.player AS known ON known.game_id = different.game_id AND known.external_id = different.player
    WHERE known.player_id IS NULL
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING;

    INSERT INTO game.device (game_id, external_id)
    SELECT different.game_id, different.device
    FROM (SELECT DISTINCT one.game_id, one.device FROM unnest(contexts) AS one WHERE one.device IS NOT NULL) AS different
    LEFT JOIN game.device AS known ON known.game_id = different.game_id AND known.external_id = different.device
    WHERE known.device_id IS NULL
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING;

    WITH different AS MATERIALIZED (
        SELECT named.game_id, named.env, named.session, player.player_id, device.device_id
        FROM (
            SELECT DISTINCT one.game_id, one.env, coalesce(one.session, '') AS session,
                CASE WHEN char_length(one.session) >= 16 THEN NULL ELSE one.player END AS player,
                CASE WHEN char_length(one.session) >= 16 OR one.player IS NOT NULL THEN NULL ELSE one.device END AS device
            FROM unnest(contexts) AS one
            WHERE num_nonnulls(one.session, one.player) > 0
        ) AS named
        LEFT JOIN game.player ON player.game_id = named.game_id AND player.external_id = named.player
        LEFT JOIN game.device ON device.game_id = named.game_id AND device.external_id = named.device
    )
    INSERT INTO game.client_session (game_id, env, external_id, owner_player_id, owner_device_id, changed_in)
    SELECT different.game_id, different.env, different.session, different.player_id, different.device_id,
        this_transaction
    FROM different
    LEFT JOIN game.client_session AS known ON known.game_id = different.game_id
        AND known.external_id = different.session AND known.env = different.env
        AND coalesce(known.owner_player_id, 0) = coalesce(different.player_id, 0)
        AND coalesce(known.owner_device_id, 0) = coalesce(different.device_id, 0)
    WHERE known.client_session_id IS NULL
    ORDER BY 1, 3, 2, 4, 5
    ON CONFLICT DO NOTHING;

    -- Whose session it is first: then the row of a session is looked up by all columns of its key.
    WITH owned AS MATERIALIZED (
        SELECT one.number, one.game_id, one.env, one.source, player.player_id, device.device_id, build.client_build_id,
            region.region_id,
            CASE WHEN num_nonnulls(one.session, one.player) > 0 THEN coalesce(one.session, '') END AS session,
            CASE WHEN char_length(one.session) >= 16 THEN 0 ELSE coalesce(player.player_id, 0) END AS owner_player_id,
            CASE
                WHEN char_length(one.session) >= 16 OR one.player IS NOT NULL THEN 0
                ELSE coalesce(device.device_id, 0)
            END AS owner_device_id
        FROM unnest(contexts) AS one
        LEFT JOIN game.player ON player.game_id = one.game_id AND player.external_id = one.player
        LEFT JOIN game.device ON device.game_id = one.game_id AND device.external_id = one.device
        LEFT JOIN game.client_build AS build ON build.game_id = one.game_id
            AND coalesce(build.platform, '') = coalesce(one.platform, '')
            AND coalesce(build.version, '') = coalesce(one.version, '')
            AND coalesce(build.os, '') = coalesce(one.os, '') AND coalesce(build.build, '') = coalesce(one.build, '')
        LEFT JOIN game.region ON coalesce(region.country, '') = coalesce(one.country, '')
            AND coalesce(region.region, '') = coalesce(one.region, '')
    )
    SELECT array_agg((
        owned.number, owned.game_id, owned.player_id, session.client_session_id, owned.device_id, owned.client_build_id,
        owned.region_id, owned.env, owned.source
    )::game.named_rows) INTO named
    FROM owned
    LEFT JOIN game.client_session AS session
        ON session.game_id = owned.game_id AND session.external_id = owned.session AND session.env = owned.env
        AND coalesce(session.owner_player_id, 0) = owned.owner_player_id
        AND coalesce(session.owner_device_id, 0) = owned.owner_device_id;

    BEGIN
        -- Nearly always all of them are new; to ask of each whether it is takes half as long again.
        INSERT INTO game.event_key (game_id, event_id, occurred_at)
        SELECT its.game_id, one.event_id, one.occurred_at
        FROM unnest(events) AS one
        JOIN unnest(named) AS its ON its.number = one.context
        ORDER BY its.game_id, one.event_id;
    EXCEPTION
        WHEN unique_violation THEN
            WITH taken AS (
                INSERT INTO game.event_key (game_id, event_id, occurred_at)
                SELECT its.game_id, one.event_id, one.occurred_at
                FROM unnest(events) AS one
                JOIN unnest(named) AS its ON its.number = one.context
                ORDER BY its.game_id, one.event_id, one.ordinal
                ON CONFLICT DO NOTHING
                RETURNING game_id, event_id
            )
            SELECT array_agg(first.ordinal) INTO new_ones
            FROM (
                -- Of those that are sent twice in one batch.
                SELECT DISTINCT ON (its.game_id, one.event_id) one.ordinal
                FROM unnest(events) AS one
                JOIN unnest(named) AS its ON its.number = one.context
                JOIN taken ON taken.game_id = its.game_id AND taken.event_id = one.event_id
                ORDER BY its.game_id, one.event_id, one.ordinal
            ) AS first;
            IF new_ones IS NULL THEN
                RETURN 0;
            END IF;
    END;

    INSERT INTO game.game_event (
        game_id, event_type_id, occurred_at, received_at, client_time, event_id, player_id, client_session_id, device_id,
        client_build_id, region_id, position, seq, mono_ms, journal_offset, written_in, x, y, z, value, env, severity,
        source, match_id, level, map, currency, props
    )
    SELECT its.game_id, kind.event_type_id, one.occurred_at, one.received_at, one.client_time, one.event_id,
        its.player_id, its.client_session_id, its.device_id, its.client_build_id, its.region_id, one.position, one.seq,
        one.mono_ms, one.journal_offset, this_transaction, one.x, one.y, one.z, one.value, its.env, one.severity,
        its.source, one.match_id, one.level, one.map, one.currency, one.props
    FROM unnest(events) AS one
    JOIN unnest(named) AS its ON its.number = one.context
    JOIN game.event_type AS kind ON kind.game_id = its.game_id AND kind.name = one.name
    WHERE new_ones IS NULL OR one.ordinal = ANY (new_ones);
    GET DIAGNOSTICS taken = ROW_COUNT;
    RETURN taken;
END
$$;

COMMENT ON FUNCTION game.write_events(game.sent_context[], game.sent_event[]) IS 'Writes events that were judged and taken; returns how many were new.';
