-- For a game server that writes by itself. Each is idempotent by the id of its event: called again with the same one it
-- returns false, and changes nothing. What it records is the event of that name in playtrace's catalogue; purchases, sessions
-- and achievements follow from it, as they do from events that a mirror brings.

CREATE OR REPLACE FUNCTION game.record(event jsonb) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    contexts game.sent_context[];
    events game.sent_event[];
    wrong text;
BEGIN
    SELECT * INTO contexts, events FROM game.read_events(json_build_array(jsonb_strip_nulls(event)));
    SELECT refusal INTO wrong FROM game.refusals(contexts, events);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', substr(wrong, 7)
            USING ERRCODE = left(wrong, 5),
            HINT = CASE left(wrong, 5)
                WHEN 'PT002' THEN 'Every event has a game, an id that the caller makes once for it, and a name.'
                WHEN 'PT004' THEN 'game_api.register_game makes one.'
                ELSE 'The limits are those of playtrace''s events.'
            END;
    END IF;
    RETURN game.write_events(contexts, events) = 1;
END
$$;

COMMENT ON FUNCTION game.record(jsonb) IS 'Records one event. Raises what it would be refused for.';

CREATE OR REPLACE FUNCTION game.is_recorded(game_code text, event uuid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM game.event_key AS key JOIN game.game ON game.game_id = key.game_id
        WHERE game.code = game_code AND key.event_id = event
    )
$$;

COMMENT ON FUNCTION game.is_recorded(text, uuid) IS 'Whether an event id of a game is known.';

CREATE OR REPLACE FUNCTION game.known_game(game_code text) RETURNS integer
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found integer;
BEGIN
    IF coalesce(game_code, '') = '' THEN
        RAISE EXCEPTION 'game: it is missing' USING ERRCODE = 'PT002', HINT = 'The id of the game, as events name it.';
    END IF;
    SELECT game_id INTO found FROM game.game WHERE code = game_code;
    IF found IS NULL THEN
        RAISE EXCEPTION 'game: there is no game %', left(game_code, 64)
            USING ERRCODE = 'PT004', HINT = 'game_api.register_game makes one.';
    END IF;
    RETURN found;
END
$$;

COMMENT ON FUNCTION game.known_game(text) IS 'Key of the game of this id. Raises PT002, PT004.';

CREATE OR REPLACE FUNCTION game_api.register_game(
    game text, name text DEFAULT NULL, time_zone text DEFAULT NULL, currency text DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    is_new boolean;
BEGIN
    IF coalesce(game, '') = '' THEN
        RAISE EXCEPTION 'game: it is missing' USING ERRCODE = 'PT002', HINT = 'The id of the game, as events name it.';
    END IF;
    IF char_length(game) > 64 OR char_length(register_game.name) > 256 OR char_length(register_game.currency) > 64 THEN
        RAISE EXCEPTION 'game, name, currency: expected at most 64, 256 and 64 characters' USING ERRCODE = 'PT003';
    END IF;
    IF register_game.time_zone IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_timezone_names AS known WHERE known.name = register_game.time_zone) THEN
        RAISE EXCEPTION 'time_zone: there is no time zone %', left(register_game.time_zone, 64)
            USING ERRCODE = 'PT003', HINT = 'An IANA name such as Europe/Berlin.';
    END IF;
    INSERT INTO game.game AS known (code, name, time_zone, currency)
    VALUES (
        register_game.game, coalesce(nullif(register_game.name, ''), register_game.game),
        coalesce(register_game.time_zone, 'UTC'), coalesce(nullif(register_game.currency, ''), 'USD')
    )
    ON CONFLICT (code) DO UPDATE
    SET name = coalesce(nullif(register_game.name, ''), known.name),
        time_zone = coalesce(register_game.time_zone, known.time_zone),
        currency = coalesce(nullif(register_game.currency, ''), known.currency)
    WHERE (known.name, known.time_zone, known.currency) IS DISTINCT FROM (
        coalesce(nullif(register_game.name, ''), known.name), coalesce(register_game.time_zone, known.time_zone),
        coalesce(nullif(register_game.currency, ''), known.currency)
    )
    RETURNING xmax = 0 INTO is_new;
    RETURN coalesce(is_new, false);
END
$$;

COMMENT ON FUNCTION game_api.register_game(text, text, text, text) IS 'Makes a game known, or changes what is said of it; what is left out stays. Returns whether it was new. Raises PT002, PT003. Example: SELECT game_api.register_game(''arena'', ''Arena'', ''Europe/Berlin'', ''EUR'');';

CREATE OR REPLACE FUNCTION game_api.register_player(
    game text, player text, country text DEFAULT NULL, region text DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    of_game CONSTANT integer := game.known_game(game);
    home integer;
    is_new boolean;
BEGIN
    IF coalesce(player, '') = '' THEN
        RAISE EXCEPTION 'player: it is missing' USING ERRCODE = 'PT002', HINT = 'The id that events name the player by.';
    END IF;
    IF char_length(player) > 256 OR char_length(register_player.region) > 64 THEN
        RAISE EXCEPTION 'player, region: expected at most 256 and 64 characters' USING ERRCODE = 'PT003';
    END IF;
    IF register_player.country !~ '^[A-Z]{2}$' THEN
        RAISE EXCEPTION 'country: expected two capital letters' USING ERRCODE = 'PT003', HINT = 'ISO 3166-1 alpha-2.';
    END IF;
    IF game.is_refused(of_game, register_player.player) THEN
        RAISE EXCEPTION 'player: consent was withdrawn, nothing of this player is kept'
            USING ERRCODE = 'PT011', HINT = 'game_api.accept_player takes that back.';
    END IF;
    IF num_nonnulls(register_player.country, nullif(register_player.region, '')) > 0 THEN
        INSERT INTO game.region (country, region)
        VALUES (register_player.country, nullif(register_player.region, ''))
        ON CONFLICT DO NOTHING;
        SELECT known.region_id INTO home FROM game.region AS known
        WHERE coalesce(known.country, '') = coalesce(register_player.country, '')
            AND coalesce(known.region, '') = coalesce(register_player.region, '');
    END IF;
    INSERT INTO game.player AS known (game_id, external_id, region_id)
    VALUES (of_game, register_player.player, home)
    ON CONFLICT (game_id, external_id) DO UPDATE
    SET region_id = excluded.region_id
    WHERE excluded.region_id IS NOT NULL AND excluded.region_id IS DISTINCT FROM known.region_id
    RETURNING xmax = 0 INTO is_new;
    RETURN coalesce(is_new, false);
END
$$;

COMMENT ON FUNCTION game_api.register_player(text, text, text, text) IS 'Makes a player known, or says where they are at home. Returns whether they were new. Raises PT002, PT003, PT004, PT011 (consent was withdrawn). Example: SELECT game_api.register_player(''arena'', ''p-17'', ''DE'');';

CREATE OR REPLACE FUNCTION game_api.record_event(
    game text, event_id uuid, name text, player text DEFAULT NULL, occurred_at timestamptz DEFAULT NULL,
    session text DEFAULT NULL, device text DEFAULT NULL, seq bigint DEFAULT NULL, mono_ms bigint DEFAULT NULL,
    env text DEFAULT NULL, platform text DEFAULT NULL, os text DEFAULT NULL, version text DEFAULT NULL,
    build text DEFAULT NULL, country text DEFAULT NULL, region text DEFAULT NULL, severity text DEFAULT NULL,
    match_id text DEFAULT NULL, level text DEFAULT NULL, map text DEFAULT NULL, x double precision DEFAULT NULL,
    y double precision DEFAULT NULL, z double precision DEFAULT NULL, value double precision DEFAULT NULL,
    currency text DEFAULT NULL, props jsonb DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    -- Numbers as text: JSON has none that are not finite, and what they are is to be said, not an error of JSON.
    SELECT game.record(jsonb_build_object(
        'game_id', game, 'event_id', event_id, 'name', name, 'player_id', player, 'time', occurred_at, 'session_id', session,
        'device_id', device, 'seq', seq, 'mono_ms', mono_ms, 'env', env, 'platform', platform, 'os', os,
        'version', version, 'build', build, 'country', country, 'region', region, 'severity', severity,
        'match_id', match_id, 'level', level, 'map', map, 'x', x::text, 'y', y::text, 'z', z::text, 'value', value::text,
        'currency', currency, 'props', props
    ))
$$;

COMMENT ON FUNCTION game_api.record_event(text, uuid, text, text, timestamptz, text, text, bigint, bigint, text, text, text, text, text, text, text, text, text, text, text, double precision, double precision, double precision, double precision, text, jsonb) IS 'Records one event; arguments are fields of events. Without occurred_at it happens now. Returns false if its id is known. Raises PT002, PT003, PT004, PT005. Example: SELECT game_api.record_event(''arena'', gen_random_uuid(), ''level_start'', ''p-17'', level => ''level_07'', props => ''{"attempt": 2}'');';

CREATE OR REPLACE FUNCTION game_api.open_session(
    game text, event_id uuid, session text, player text, started_at timestamptz DEFAULT NULL,
    platform text DEFAULT NULL, os text DEFAULT NULL, version text DEFAULT NULL, build text DEFAULT NULL,
    country text DEFAULT NULL, region text DEFAULT NULL, device text DEFAULT NULL, props jsonb DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(session, '') = '' OR coalesce(player, '') = '' THEN
        RAISE EXCEPTION 'session, player: both are needed' USING ERRCODE = 'PT002';
    END IF;
    RETURN game.record(jsonb_build_object(
        'game_id', game, 'event_id', event_id, 'name', 'session_start', 'player_id', player, 'session_id', session,
        'time', started_at, 'seq', 0, 'mono_ms', 0, 'platform', platform, 'os', os, 'version', version, 'build', build,
        'country', country, 'region', region, 'device_id', device, 'props', props
    ));
END
$$;

COMMENT ON FUNCTION game_api.open_session(text, uuid, text, text, timestamptz, text, text, text, text, text, text, text, jsonb) IS 'Begins a session: records session_start. Returns false if its event id is known. Raises PT002, PT003, PT004, PT005. Example: SELECT game_api.open_session(''arena'', gen_random_uuid(), ''s-08d1c0baf99a'', ''p-17'', platform => ''linux'', version => ''1.2.0'');';

CREATE OR REPLACE FUNCTION game_api.close_session(
    game text, event_id uuid, session text, player text, ended_at timestamptz DEFAULT NULL,
    reason text DEFAULT 'quit', platform text DEFAULT NULL, version text DEFAULT NULL, country text DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_game CONSTANT integer := game.known_game(game);
BEGIN
    IF coalesce(session, '') = '' OR coalesce(player, '') = '' THEN
        RAISE EXCEPTION 'session, player: both are needed' USING ERRCODE = 'PT002';
    END IF;
    IF NOT EXISTS (
        SELECT FROM game.client_session AS known
        LEFT JOIN game.player AS owner ON owner.game_id = known.game_id AND owner.player_id = known.owner_player_id
        WHERE known.game_id = of_game AND known.external_id = session AND coalesce(owner.external_id, player) = player
    ) THEN
        RAISE EXCEPTION 'session: % of player % was not opened', left(session, 64), left(player, 64)
            USING ERRCODE = 'PT006', HINT = 'game_api.open_session comes first.';
    END IF;
    RETURN game.record(jsonb_build_object(
        'game_id', game, 'event_id', event_id, 'name', 'session_end', 'player_id', player, 'session_id', session,
        'time', ended_at, 'platform', platform, 'version', version, 'country', country,
        'props', jsonb_build_object('reason', coalesce(reason, 'quit'))
    ));
END
$$;

COMMENT ON FUNCTION game_api.close_session(text, uuid, text, text, timestamptz, text, text, text, text) IS 'Ends a session: records session_end, with the reason quit or background. Returns false if its event id is known. Raises PT002, PT003, PT004, PT005, PT006 (it was not opened). Example: SELECT game_api.close_session(''arena'', gen_random_uuid(), ''s-08d1c0baf99a'', ''p-17'');';

CREATE OR REPLACE FUNCTION game_api.record_purchase(
    game text, event_id uuid, player text, amount numeric, currency text, product text,
    transaction_id text DEFAULT NULL, purchased_at timestamptz DEFAULT NULL, quantity integer DEFAULT 1,
    kind text DEFAULT NULL, validated boolean DEFAULT true, session text DEFAULT NULL, platform text DEFAULT NULL,
    version text DEFAULT NULL, country text DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(player, '') = '' OR amount IS NULL OR coalesce(product, '') = '' THEN
        RAISE EXCEPTION 'player, amount, product: all are needed' USING ERRCODE = 'PT002';
    END IF;
    IF NOT (amount > 0 AND amount <= 100000000000) THEN
        RAISE EXCEPTION 'amount: expected more than 0, and at most 100 billion'
            USING ERRCODE = 'PT003', HINT = 'game_api.refund_purchase gives back.';
    END IF;
    IF currency IS NULL OR currency !~ '^[A-Z]{3}$' THEN
        RAISE EXCEPTION 'currency: expected three capital letters' USING ERRCODE = 'PT003', HINT = 'ISO 4217, such as EUR.';
    END IF;
    IF NOT coalesce(quantity BETWEEN 1 AND 1000000000, false) THEN
        RAISE EXCEPTION 'quantity: expected 1 or more' USING ERRCODE = 'PT003';
    END IF;
    IF char_length(product) > 256 OR char_length(transaction_id) > 256 OR char_length(kind) > 256 THEN
        RAISE EXCEPTION 'product, transaction_id, kind: expected at most 256 characters' USING ERRCODE = 'PT003';
    END IF;
    RETURN game.record(jsonb_build_object(
        'game_id', game, 'event_id', event_id, 'name', 'purchase', 'player_id', player, 'session_id', session,
        'time', purchased_at, 'value', amount, 'currency', currency, 'platform', platform, 'version', version,
        'country', country, 'props', jsonb_strip_nulls(jsonb_build_object(
            'product', product, 'transaction_id', transaction_id, 'quantity', quantity, 'kind', kind,
            'validated', CASE WHEN NOT validated THEN false END
        ))
    ));
END
$$;

COMMENT ON FUNCTION game_api.record_purchase(text, uuid, text, numeric, text, text, text, timestamptz, integer, text, boolean, text, text, text, text) IS 'Records a purchase for real money: amount in units of currency (ISO 4217). Returns false if its event id is known. Raises PT002, PT003, PT004, PT005. Example: SELECT game_api.record_purchase(''arena'', gen_random_uuid(), ''p-17'', 4.99, ''EUR'', ''pack_medium'', ''t-4711'');';

CREATE OR REPLACE FUNCTION game_api.refund_purchase(
    game text, event_id uuid, transaction_id text, amount numeric DEFAULT NULL, refunded_at timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    of_game CONSTANT integer := game.known_game(game);
    paid game.purchase;
    payer text;
    left_micros bigint;
BEGIN
    IF game.is_recorded(game, refund_purchase.event_id) THEN
        RETURN false;
    END IF;
    IF coalesce(refund_purchase.transaction_id, '') = '' THEN
        RAISE EXCEPTION 'transaction_id: it is missing' USING ERRCODE = 'PT002', HINT = 'That of the purchase.';
    END IF;
    -- Two refunds of one order take turns.
    PERFORM pg_advisory_xact_lock(hashtextextended(refund_purchase.transaction_id, of_game));
    SELECT known.* INTO paid FROM game.purchase AS known
    WHERE known.game_id = of_game AND known.transaction_id = refund_purchase.transaction_id AND known.amount_micros > 0
    ORDER BY NOT known.is_validated, known.event_order
    LIMIT 1;
    IF paid.purchase_id IS NULL THEN
        RAISE EXCEPTION 'transaction_id: there is no purchase %', left(refund_purchase.transaction_id, 64)
            USING ERRCODE = 'PT006', HINT = 'A refund names the transaction that it gives back.';
    END IF;
    SELECT paid.amount_micros + coalesce(sum(known.amount_micros), 0)::bigint INTO left_micros
    FROM game.purchase AS known
    WHERE known.game_id = of_game AND known.transaction_id = refund_purchase.transaction_id AND known.amount_micros < 0;
    IF NOT coalesce(refund_purchase.amount, left_micros / 1e6) > 0
        OR coalesce(refund_purchase.amount, left_micros / 1e6) * 1e6 > left_micros THEN
        RAISE EXCEPTION 'amount: expected more than 0, and at most the % that are left', left_micros / 1e6
            USING ERRCODE = 'PT007', HINT = 'An order cannot be given back more than whole.';
    END IF;
    SELECT known.external_id INTO payer FROM game.player AS known
    WHERE known.game_id = of_game AND known.player_id = paid.player_id;
    RETURN game.record(jsonb_build_object(
        'game_id', game, 'event_id', refund_purchase.event_id, 'name', 'purchase', 'player_id', payer,
        'time', refund_purchase.refunded_at, 'value', -coalesce(refund_purchase.amount, left_micros / 1e6),
        'currency', paid.currency, 'env', paid.env, 'props', jsonb_strip_nulls(jsonb_build_object(
            'product', paid.product, 'kind', paid.kind, 'transaction_id', refund_purchase.transaction_id
        ))
    ));
END
$$;

COMMENT ON FUNCTION game_api.refund_purchase(text, uuid, text, numeric, timestamptz) IS 'Gives back a purchase, found by its transaction: all that is left of it, or an amount. Returns false if its event id is known. Raises PT002, PT004, PT005, PT006 (no such purchase), PT007 (more than is left). Example: SELECT game_api.refund_purchase(''arena'', gen_random_uuid(), ''t-4711'');';

CREATE OR REPLACE FUNCTION game_api.unlock_achievement(
    game text, event_id uuid, player text, achievement text, progress double precision DEFAULT 1,
    unlocked_at timestamptz DEFAULT NULL, session text DEFAULT NULL, match_id text DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(player, '') = '' OR coalesce(achievement, '') = '' THEN
        RAISE EXCEPTION 'player, achievement: both are needed' USING ERRCODE = 'PT002';
    END IF;
    IF NOT coalesce(progress BETWEEN 0 AND 1, false) THEN
        RAISE EXCEPTION 'progress: expected 0 to 1' USING ERRCODE = 'PT003', HINT = '1 is unlocked.';
    END IF;
    IF char_length(achievement) > 256 THEN
        RAISE EXCEPTION 'achievement: expected at most 256 characters' USING ERRCODE = 'PT003';
    END IF;
    RETURN game.record(jsonb_build_object(
        'game_id', game, 'event_id', event_id, 'player_id', player, 'session_id', session, 'match_id', match_id,
        'name', CASE WHEN progress = 1 THEN 'achievement_unlocked' ELSE 'achievement_progressed' END,
        'time', unlocked_at, 'props', jsonb_strip_nulls(jsonb_build_object(
            'achievement', achievement, 'progress', CASE WHEN progress < 1 THEN progress END
        ))
    ));
END
$$;

COMMENT ON FUNCTION game_api.unlock_achievement(text, uuid, text, text, double precision, timestamptz, text, text) IS 'Unlocks an achievement, or with a progress below 1 says how far the player is. It never goes back. Returns false if its event id is known. Raises PT002, PT003, PT004, PT005. Example: SELECT game_api.unlock_achievement(''arena'', gen_random_uuid(), ''p-17'', ''hundred_kills'', 0.4);';

CREATE OR REPLACE FUNCTION game_api.flag_player(
    game text, player text, kind text, note text DEFAULT NULL, event_ids uuid[] DEFAULT '{}',
    occurred_at timestamptz DEFAULT now()
) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    of_game CONSTANT integer := game.known_game(game);
    suspect bigint;
    flag bigint;
BEGIN
    IF coalesce(flag_player.kind, '') = '' OR coalesce(player, '') = '' THEN
        RAISE EXCEPTION 'player, kind: both are needed' USING ERRCODE = 'PT002';
    END IF;
    IF char_length(flag_player.kind) > 64 OR char_length(flag_player.note) > 4000
        OR coalesce(cardinality(flag_player.event_ids), 0) > 20 THEN
        RAISE EXCEPTION 'kind, note, event_ids: expected at most 64 and 4000 characters, and 20 events'
            USING ERRCODE = 'PT003';
    END IF;
    SELECT known.player_id INTO suspect FROM game.player AS known
    WHERE known.game_id = of_game AND known.external_id = player;
    IF suspect IS NULL THEN
        RAISE EXCEPTION 'player: there is no player %', left(player, 64) USING ERRCODE = 'PT006';
    END IF;
    PERFORM game.raise_flags(ARRAY[(
        of_game, suspect, NULL, flag_player.kind, coalesce(flag_player.occurred_at, now()), NULL, NULL,
        coalesce(flag_player.event_ids, '{}')
    )::game.finding]);
    UPDATE game.anti_cheat_flag AS known
    SET note = coalesce(flag_player.note, known.note)
    WHERE known.game_id = of_game AND known.player_id = suspect AND known.kind = flag_player.kind
        AND known.status = 'open'
    RETURNING known.anti_cheat_flag_id INTO flag;
    RETURN flag;
END
$$;

COMMENT ON FUNCTION game_api.flag_player(text, text, text, text, uuid[], timestamptz) IS 'Flags a player for somebody to look at: kind is a word of the caller''s own. Adds to the flag of that kind that is open. Returns its id. Raises PT002, PT003, PT004, PT006 (no such player). Example: SELECT game_api.flag_player(''arena'', ''p-17'', ''reported'', ''Walks through walls'');';
