-- Fills the warehouse with what is new since the last load. Each row of it follows from what the schema game has, and
-- nothing else: it does not matter in how many pieces or in which order that came, or how often it is loaded.

CREATE OR REPLACE VIEW warehouse.client_session_owner AS
SELECT client_session.client_session_id, client_session.game_id, client_session.env, client_session.external_id,
    person.player_id AS person_id, coalesce(person.external_id, device.external_id, '') AS owner
FROM game.client_session
LEFT JOIN game.device ON device.game_id = client_session.game_id AND device.device_id = client_session.owner_device_id
LEFT JOIN game.player ON player.game_id = client_session.game_id AND player.player_id = client_session.owner_player_id
-- Who played without a player's id may have had one by the same name.
LEFT JOIN game.player AS namesake
    ON namesake.game_id = client_session.game_id AND namesake.external_id = device.external_id
LEFT JOIN game.player AS person ON person.game_id = client_session.game_id AND person.player_id = coalesce(
        player.merged_into_player_id, player.player_id, namesake.merged_into_player_id, namesake.player_id
    );

COMMENT ON VIEW warehouse.client_session_owner IS 'Whose each session of a client is, by the id that stays; of one whose id stands by itself nobody''s.';

CREATE OR REPLACE FUNCTION warehouse.player_key(of_player bigint, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(
        (
            SELECT player_key FROM warehouse.dim_player WHERE player_id = of_player AND valid_from <= at
            ORDER BY valid_from DESC LIMIT 1
        ),
        (SELECT player_key FROM warehouse.dim_player WHERE player_id = of_player ORDER BY valid_from LIMIT 1),
        0
    )
$$;

COMMENT ON FUNCTION warehouse.player_key(bigint, timestamptz) IS 'The row of dim_player that holds for a player at a time: the first one before the player''s first event, 0 for nobody.';

CREATE OR REPLACE PROCEDURE warehouse.load(everything boolean DEFAULT false)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET plan_cache_mode = force_custom_plan
SET work_mem = '64MB'
SET jit = off
AS $$
DECLARE
    known warehouse.loaded;
    this_server CONSTANT bigint := (SELECT system_identifier FROM pg_control_system());
    -- What was written by transactions from the one on, and below the other.
    written_from bigint := 0;
    written_below bigint;
    next_from bigint;
    number bigint;
    moved_games integer[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('playtrace: warehouse', 0));
    -- Below this number all transactions are over: who reads on from here misses none.
    written_below := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    next_from := written_below;
    SELECT * INTO known FROM warehouse.loaded;
    number := coalesce(known.load_number, 0) + 1;
    IF known.server <> this_server THEN
        written_below := 9223372036854775807;
    ELSIF known.server IS NOT NULL AND NOT everything THEN
        written_from := known.upto;
    END IF;

    -- --- what is small ---

    moved_games := ARRAY(
        SELECT game.game_id FROM game.game
        JOIN warehouse.dim_game ON dim_game.game_key = game.game_id
        WHERE dim_game.time_zone <> game.time_zone
    );
    INSERT INTO warehouse.dim_game AS dim (game_key, code, name, time_zone, currency)
    SELECT game_id, code, name, time_zone, currency FROM game.game
    ON CONFLICT (game_key) DO UPDATE
    SET name = excluded.name, time_zone = excluded.time_zone, currency = excluded.currency
    WHERE (dim.name, dim.time_zone, dim.currency) <> (excluded.name, excluded.time_zone, excluded.currency);

    INSERT INTO warehouse.dim_region (region_key, country, region)
    SELECT region_id, country, region FROM game.region
    WHERE NOT EXISTS (SELECT FROM warehouse.dim_region WHERE region_key = region_id);

    INSERT INTO warehouse.dim_event_type (event_type_key, game_key, name, is_passive)
    SELECT event_type_id, game_id, name, is_passive FROM game.event_type
    WHERE NOT EXISTS (SELECT FROM warehouse.dim_event_type WHERE event_type_key = event_type_id);

    INSERT INTO warehouse.dim_device (device_key, game_key, device, model)
    SELECT device.device_id, device.game_id, device.external_id, device.model
    FROM game.device
    LEFT JOIN warehouse.dim_device AS dim ON dim.device_key = device.device_id
    WHERE dim.device_key IS NULL OR dim.model IS DISTINCT FROM device.model
    ON CONFLICT (device_key) DO UPDATE SET model = excluded.model;

    INSERT INTO warehouse.dim_date (
        date_key, day, year, quarter, month, month_name, iso_year, iso_week, weekday, weekday_name, is_weekend
    )
    SELECT to_char(day, 'YYYYMMDD')::integer, day::date, extract(year FROM day), extract(quarter FROM day),
        extract(month FROM day), to_char(day, 'FMMonth'), extract(isoyear FROM day), extract(week FROM day),
        extract(isodow FROM day), to_char(day, 'FMDay'), extract(isodow FROM day) >= 6
    FROM (
        -- A day of a time zone is at most one away from that of UTC; then to the end of the year.
        SELECT generate_series(
            date_trunc('day', min(occurred_at)) - interval '1 day',
            date_trunc('year', max(occurred_at) + interval '1 day') + interval '1 year -1 day', interval '1 day'
        ) AS day
        FROM game.game_event WHERE written_in >= written_from AND written_in < written_below
    ) AS days
    ON CONFLICT DO NOTHING;

    -- --- what has to be looked at again ---

    DELETE FROM warehouse.touched_player;
    INSERT INTO warehouse.touched_player (player_id, game_id, since)
    SELECT player_id, game_id, min(occurred_at) FROM game.game_event
    WHERE written_in >= written_from AND written_in < written_below AND player_id IS NOT NULL
    GROUP BY player_id, game_id;
    ANALYZE warehouse.touched_player;

    DELETE FROM warehouse.touched_session;
    WITH
    -- Whoever is another person than in the last load, and both persons.
    moved AS (
        SELECT dim.game_key AS game_id, dim.person_id AS before_id,
            coalesce(player.merged_into_player_id, player.player_id) AS person_id
        FROM warehouse.dim_player AS dim
        JOIN game.player ON player.game_id = dim.game_key AND player.player_id = dim.player_id
        WHERE dim.person_id <> coalesce(player.merged_into_player_id, player.player_id)
    ),
    people AS (
        SELECT player.game_id, player.player_id, player.external_id
        FROM game.player
        WHERE coalesce(player.merged_into_player_id, player.player_id)
            IN (SELECT before_id FROM moved UNION SELECT person_id FROM moved)
    ),
    changed AS (
        SELECT client_session_id FROM game.client_session
        WHERE changed_in >= written_from AND changed_in < written_below
        UNION
        SELECT client_session.client_session_id
        FROM people
        JOIN game.client_session
            ON client_session.game_id = people.game_id AND client_session.owner_player_id = people.player_id
        UNION
        SELECT client_session.client_session_id
        FROM people
        JOIN game.device ON device.game_id = people.game_id AND device.external_id = people.external_id
        JOIN game.client_session
            ON client_session.game_id = device.game_id AND client_session.owner_device_id = device.device_id
    ),
    owned AS (
        SELECT owner.* FROM changed
        JOIN warehouse.client_session_owner AS owner ON owner.client_session_id = changed.client_session_id
    ),
    -- What somebody did under one id and another may be one session.
    mates AS (
        SELECT owned.game_id, owned.env, owned.external_id, owned.owner, mate.player_id, mate.external_id AS player
        FROM owned
        JOIN game.player AS mate ON mate.game_id = owned.game_id
            AND owned.person_id IN (mate.player_id, mate.merged_into_player_id)
        WHERE EXISTS (
            SELECT FROM game.player AS merged
            WHERE merged.game_id = owned.game_id AND merged.merged_into_player_id = owned.person_id
        )
    )
    INSERT INTO warehouse.touched_session (client_session_id, owner)
    SELECT client_session_id, owner FROM owned
    UNION
    SELECT other.client_session_id, mates.owner
    FROM mates
    JOIN game.client_session AS other ON other.game_id = mates.game_id AND other.env = mates.env
        AND other.external_id = mates.external_id AND other.owner_player_id = mates.player_id
    UNION
    SELECT other.client_session_id, mates.owner
    FROM mates
    JOIN game.device ON device.game_id = mates.game_id AND device.external_id = mates.player
    JOIN game.client_session AS other ON other.game_id = mates.game_id AND other.env = mates.env
        AND other.external_id = mates.external_id AND other.owner_device_id = device.device_id;
    ANALYZE warehouse.touched_session;

    -- --- the history of players ---

    -- From the first new event on it is made anew, out of what held before and all events behind.
    WITH
    observed AS (
        SELECT touched.player_id, event.occurred_at AS at, least(coalesce(event.seq, 0), 32767) AS seq,
            event.journal_offset, event.position, event.event_id,
            build.client_build_id IS NOT NULL AS says_build, build.platform, build.version,
            region.region_id IS NOT NULL AS says_region, region.country, region.region
        FROM warehouse.touched_player AS touched
        JOIN game.game_event AS event ON event.game_id = touched.game_id AND event.player_id = touched.player_id
            AND event.occurred_at >= touched.since AND event.written_in < written_below
        LEFT JOIN game.client_build AS build ON build.game_id = event.game_id
            AND build.client_build_id = event.client_build_id AND num_nonnulls(build.platform, build.version) > 0
        LEFT JOIN game.region ON region.region_id = event.region_id
        UNION ALL
        SELECT held.player_id, held.valid_from, -1, 0, 0, NULL, true, held.platform, held.version, true, held.country,
            held.region
        FROM warehouse.touched_player AS touched
        CROSS JOIN LATERAL (
            SELECT * FROM warehouse.dim_player AS dim
            WHERE dim.player_id = touched.player_id AND dim.valid_from < touched.since
            ORDER BY dim.valid_from DESC
            LIMIT 1
        ) AS held
    ),
    numbered AS (
        SELECT *, count(*) FILTER (WHERE says_build) OVER in_order AS build_number,
            count(*) FILTER (WHERE says_region) OVER in_order AS region_number
        FROM observed
        WINDOW in_order AS (
            PARTITION BY player_id ORDER BY at, seq, journal_offset, position, event_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
    ),
    -- What an event does not say is what the last one before it said.
    carried AS (
        SELECT player_id, at, seq, journal_offset, position, event_id,
            max(platform) OVER of_build AS platform, max(version) OVER of_build AS version,
            max(country) OVER of_region AS country, max(region) OVER of_region AS region
        FROM numbered
        WINDOW of_build AS (PARTITION BY player_id, build_number),
            of_region AS (PARTITION BY player_id, region_number)
    ),
    moments AS (
        SELECT DISTINCT ON (player_id, at) player_id, at, ARRAY[platform, version, country, region] AS what
        FROM carried
        ORDER BY player_id, at, seq DESC, journal_offset DESC, position DESC, event_id DESC
    ),
    compared AS (
        SELECT *, row_number() OVER in_order = 1 OR what IS DISTINCT FROM lag(what) OVER in_order AS is_new
        FROM moments
        WINDOW in_order AS (PARTITION BY player_id ORDER BY at)
    )
    INSERT INTO warehouse.dim_player AS dim (
        game_key, player_id, player, person_id, person, platform, version, country, region, valid_from, valid_to,
        load_number
    )
    SELECT player.game_id, player.player_id, player.external_id, person.player_id, person.external_id, what[1], what[2],
        what[3], what[4], at,
        coalesce(lead(at) OVER (PARTITION BY player.player_id ORDER BY at), '9999-12-31 00:00+00'), number
    FROM compared
    JOIN game.player ON player.player_id = compared.player_id
    JOIN game.player AS person ON person.game_id = player.game_id
        AND person.player_id = coalesce(player.merged_into_player_id, player.player_id)
    WHERE is_new
    ON CONFLICT (player_id, valid_from) DO UPDATE
    SET platform = excluded.platform, version = excluded.version, country = excluded.country,
        region = excluded.region, valid_to = excluded.valid_to, load_number = excluded.load_number;

    -- Rows of a history that is another one now: what points to them is put right below.
    DELETE FROM warehouse.dim_player AS dim
    USING warehouse.touched_player AS touched
    WHERE touched.player_id = dim.player_id AND dim.valid_from >= touched.since AND dim.load_number <> number;

    UPDATE warehouse.dim_player AS dim
    SET person_id = person.player_id, person = person.external_id
    FROM game.player
    JOIN game.player AS person ON person.game_id = player.game_id
        AND person.player_id = coalesce(player.merged_into_player_id, player.player_id)
    WHERE player.game_id = dim.game_key AND player.player_id = dim.player_id AND dim.person_id <> person.player_id;

    -- --- facts ---

    INSERT INTO warehouse.fact_event AS fact (
        event_key, game_key, date_key, event_type_key, player_key, device_key, region_key, occurred_at, value, env,
        severity, currency, map, level, match_id
    )
    SELECT event.game_event_id, event.game_id, dim_date.date_key, event.event_type_id, coalesce(dim.player_key, 0),
        coalesce(event.device_id, 0), coalesce(event.region_id, 0), event.occurred_at, event.value, event.env,
        event.severity, event.currency, event.map, event.level, event.match_id
    FROM game.game_event AS event
    JOIN warehouse.dim_game ON dim_game.game_key = event.game_id
    JOIN warehouse.dim_date ON dim_date.day = (event.occurred_at AT TIME ZONE dim_game.time_zone)::date
    LEFT JOIN warehouse.dim_player AS dim ON dim.player_id = event.player_id AND event.occurred_at >= dim.valid_from
        AND event.occurred_at < dim.valid_to
    WHERE event.written_in >= written_from AND event.written_in < written_below
    ON CONFLICT (event_key) DO UPDATE
    SET date_key = excluded.date_key, player_key = excluded.player_key
    WHERE (fact.date_key, fact.player_key) <> (excluded.date_key, excluded.player_key);

    -- What was loaded before, and lies behind a late event.
    UPDATE warehouse.fact_event AS fact
    SET player_key = dim.player_key
    FROM warehouse.touched_player AS touched
    JOIN game.game_event AS event ON event.game_id = touched.game_id AND event.player_id = touched.player_id
        AND event.occurred_at >= touched.since AND event.written_in < written_from
    JOIN warehouse.dim_player AS dim ON dim.player_id = event.player_id
        AND event.occurred_at >= dim.valid_from AND event.occurred_at < dim.valid_to
    WHERE fact.event_key = event.game_event_id AND fact.player_key <> dim.player_key;

    DELETE FROM warehouse.fact_player_day WHERE game_key = ANY (moved_games);
    INSERT INTO warehouse.fact_player_day (game_key, player_id, day)
    SELECT DISTINCT event.game_id, event.player_id, (event.occurred_at AT TIME ZONE dim_game.time_zone)::date
    FROM game.game_event AS event
    JOIN warehouse.dim_game ON dim_game.game_key = event.game_id
    JOIN warehouse.dim_event_type ON dim_event_type.event_type_key = event.event_type_id
    WHERE (event.written_in >= written_from OR event.game_id = ANY (moved_games)) AND event.written_in < written_below
        AND event.env = 'prod' AND event.player_id IS NOT NULL AND NOT dim_event_type.is_passive
    ON CONFLICT DO NOTHING;

    DELETE FROM warehouse.fact_session AS fact
    USING warehouse.touched_session AS touched
    WHERE fact.client_session_id = touched.client_session_id;

    WITH
    parts AS (
        SELECT session.*, client_session.external_id, touched.owner, game.session_timeout,
            max(session.ended_at) OVER (
                PARTITION BY session.game_id, session.env, client_session.external_id, touched.owner
                ORDER BY session.on_since, session.first_event_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS silent_since
        FROM warehouse.touched_session AS touched
        JOIN game.client_session ON client_session.client_session_id = touched.client_session_id
        JOIN game.session ON session.game_id = client_session.game_id
            AND session.client_session_id = touched.client_session_id
        JOIN game.game ON game.game_id = session.game_id
    ),
    numbered AS (
        SELECT *, sum(CASE WHEN on_since <= silent_since + session_timeout THEN 0 ELSE 1 END) OVER (
                PARTITION BY game_id, env, external_id, owner ORDER BY on_since, first_event_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS stretch
        FROM parts
    ),
    stretches AS (
        SELECT game_id, env, external_id, owner, min(session_id) AS session_id,
            (array_agg(client_session_id ORDER BY first_event_key))[1] AS client_session_id,
            (array_agg(player_id ORDER BY first_player_key) FILTER (WHERE player_id IS NOT NULL))[1] AS player_id,
            min(first_player_key) AS first_player_key,
            (array_agg(region_id ORDER BY first_event_key))[1] AS region_id, min(first_event_key) AS first_event_key,
            min(started_at) AS started_at, max(ended_at) AS ended_at, max(mono_ms) AS mono_ms, sum(events) AS events,
            sum(played) AS played, sum(crashes) AS crashes, sum(quits) AS quits, sum(backgrounds) AS backgrounds
        FROM numbered
        GROUP BY game_id, env, external_id, owner, stretch
    ),
    -- A crash that was reported after a silence belongs to what the id did before.
    told AS (
        SELECT *, sum(CASE WHEN played > 0 THEN 1 ELSE 0 END) OVER (
                PARTITION BY game_id, env, external_id, owner ORDER BY first_event_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS counted
        FROM stretches
    ),
    sessions AS (
        SELECT game_id, env, min(session_id) AS session_id,
            (array_agg(client_session_id ORDER BY first_event_key))[1] AS client_session_id,
            (array_agg(player_id ORDER BY first_player_key) FILTER (WHERE player_id IS NOT NULL))[1] AS player_id,
            (array_agg(region_id ORDER BY first_event_key))[1] AS region_id, min(started_at) AS started_at,
            coalesce(max(ended_at) FILTER (WHERE played > 0), max(ended_at)) AS ended_at, max(mono_ms) AS mono_ms,
            sum(events) AS events, sum(crashes) AS crashes, sum(quits) AS quits, sum(backgrounds) AS backgrounds
        FROM told
        GROUP BY game_id, env, external_id, owner, counted,
            CASE WHEN external_id = '' OR counted = 0 THEN first_event_key END
    )
    INSERT INTO warehouse.fact_session (
        session_key, client_session_id, game_key, date_key, player_key, player_id, region_key, env, started_at,
        ended_at, length_us, events, crashes, quits, backgrounds
    )
    SELECT sessions.session_id, sessions.client_session_id, sessions.game_id, dim_date.date_key,
        warehouse.player_key(sessions.player_id, sessions.started_at), sessions.player_id,
        coalesce(sessions.region_id, 0), sessions.env, sessions.started_at, sessions.ended_at,
        coalesce(
            sessions.mono_ms * 1000,
            (extract(epoch FROM sessions.ended_at - sessions.started_at) * 1000000)::bigint
        ),
        sessions.events, sessions.crashes, sessions.quits, sessions.backgrounds
    FROM sessions
    JOIN warehouse.dim_game ON dim_game.game_key = sessions.game_id
    JOIN warehouse.dim_date ON dim_date.day = (sessions.started_at AT TIME ZONE dim_game.time_zone)::date;

    UPDATE warehouse.fact_session AS fact
    SET player_key = warehouse.player_key(fact.player_id, fact.started_at)
    FROM warehouse.touched_player AS touched
    WHERE fact.player_id = touched.player_id
        AND fact.player_key <> warehouse.player_key(fact.player_id, fact.started_at);

    WITH
    new_purchase AS (
        SELECT purchase.*
        FROM game.game_event AS event
        JOIN game.event_type
            ON event_type.game_id = event.game_id AND event_type.event_type_id = event.event_type_id
        JOIN game.purchase ON purchase.game_id = event.game_id AND purchase.event_id = event.event_id
        WHERE event.written_in >= written_from AND event.written_in < written_below AND event_type.name = 'purchase'
    ),
    touched AS (
        SELECT * FROM new_purchase
        UNION
        SELECT purchase.*
        FROM new_purchase
        JOIN game.purchase ON purchase.game_id = new_purchase.game_id
            AND purchase.transaction_id = new_purchase.transaction_id AND purchase.env = new_purchase.env
    )
    INSERT INTO warehouse.fact_purchase AS fact (
        purchase_key, game_key, date_key, player_key, player_id, region_key, env, purchased_at, amount_micros, currency,
        quantity, product, kind, transaction_id, is_counted
    )
    SELECT touched.purchase_id, touched.game_id, dim_date.date_key,
        warehouse.player_key(touched.player_id, touched.purchased_at), touched.player_id,
        coalesce(touched.region_id, 0), touched.env, touched.purchased_at, touched.amount_micros, touched.currency,
        touched.quantity, touched.product,
        coalesce(touched.kind, of_order.kind, 'iap'), touched.transaction_id,
        touched.is_validated AND touched.amount_micros <> 0 AND (
            coalesce(of_order.reports, 0) = 0
            OR (touched.amount_micros > 0 AND touched.event_order = of_order.counted_order)
            OR (touched.amount_micros < 0 AND of_order.counted_order IS NOT NULL)
        )
    FROM touched
    JOIN warehouse.dim_game ON dim_game.game_key = touched.game_id
    JOIN warehouse.dim_date ON dim_date.day = (touched.purchased_at AT TIME ZONE dim_game.time_zone)::date
    -- A refund counts as what it gives back does.
    LEFT JOIN LATERAL (
        SELECT count(*) AS reports, (array_agg(report.kind ORDER BY report.event_order))[1] AS kind,
            min(report.event_order) FILTER (WHERE report.is_validated) AS counted_order
        FROM game.purchase AS report
        WHERE report.game_id = touched.game_id AND report.env = touched.env
            AND report.transaction_id = touched.transaction_id AND report.amount_micros > 0
    ) AS of_order ON true
    ON CONFLICT (purchase_key) DO UPDATE
    SET date_key = excluded.date_key, player_key = excluded.player_key, kind = excluded.kind,
        is_counted = excluded.is_counted
    WHERE (fact.date_key, fact.player_key, fact.kind, fact.is_counted)
        <> (excluded.date_key, excluded.player_key, excluded.kind, excluded.is_counted);

    UPDATE warehouse.fact_purchase AS fact
    SET player_key = warehouse.player_key(fact.player_id, fact.purchased_at)
    FROM warehouse.touched_player AS touched
    WHERE fact.player_id = touched.player_id
        AND fact.player_key <> warehouse.player_key(fact.player_id, fact.purchased_at);

    -- --- the end ---

    IF cardinality(moved_games) > 0 THEN
        -- Another time zone has other days.
        UPDATE warehouse.fact_event AS fact SET date_key = dim_date.date_key
        FROM warehouse.dim_game, warehouse.dim_date
        WHERE fact.game_key = ANY (moved_games) AND dim_game.game_key = fact.game_key
            AND dim_date.day = (fact.occurred_at AT TIME ZONE dim_game.time_zone)::date;
        UPDATE warehouse.fact_session AS fact SET date_key = dim_date.date_key
        FROM warehouse.dim_game, warehouse.dim_date
        WHERE fact.game_key = ANY (moved_games) AND dim_game.game_key = fact.game_key
            AND dim_date.day = (fact.started_at AT TIME ZONE dim_game.time_zone)::date;
        UPDATE warehouse.fact_purchase AS fact SET date_key = dim_date.date_key
        FROM warehouse.dim_game, warehouse.dim_date
        WHERE fact.game_key = ANY (moved_games) AND dim_game.game_key = fact.game_key
            AND dim_date.day = (fact.purchased_at AT TIME ZONE dim_game.time_zone)::date;
    END IF;

    INSERT INTO warehouse.loaded AS state (load_number, upto, server, loaded_at)
    VALUES (number, next_from, this_server, clock_timestamp())
    ON CONFLICT (is_only) DO UPDATE
    SET load_number = excluded.load_number, upto = excluded.upto, server = excluded.server,
        loaded_at = excluded.loaded_at;
    DELETE FROM warehouse.touched_player;
    DELETE FROM warehouse.touched_session;
END
$$;

COMMENT ON PROCEDURE warehouse.load(boolean) IS 'Brings the warehouse up to date with what was written since the last load: late events, sessions that grew, orders that were reported again and players that were merged included. With everything, all is read again: what somebody changed by hand is put right. A second load at the same time waits.';
REVOKE ALL ON FUNCTION warehouse.player_key(bigint, timestamptz) FROM PUBLIC;
REVOKE ALL ON PROCEDURE warehouse.load(boolean) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE warehouse.load(boolean) TO playtrace_writer, playtrace_admin;
