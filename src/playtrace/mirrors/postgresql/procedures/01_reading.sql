-- From what is sent to events and their contexts, and what is wrong with them. A batch is read at once; only where one of
-- its events cannot be read at all, they are read one by one.

CREATE OR REPLACE FUNCTION game.read_events(
    batch json, OUT contexts game.sent_context[], OUT events game.sent_event[]
)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
    SELECT
        array_agg((
            sent.ordinal, sent.game_code, game.game_id, sent.player_id, sent.session_id, sent.device_id, sent.env,
            sent.platform, sent.os, sent.version, sent.build, sent.country, sent.region, sent.source
        )::game.sent_context),
        array_agg((
            sent.ordinal, sent.ordinal, sent.event_id, sent.name, sent.occurred_at, sent.received_at, sent.client_time,
            sent.seq, sent.mono_ms, sent.severity, sent.match_id, sent.level, sent.map, sent.x, sent.y, sent.z, sent.value,
            sent.currency, sent.props, sent.journal_offset, sent.position
        )::game.sent_event)
    FROM (
        SELECT ordinal::integer, nullif(game_id, '') AS game_code, event_id, nullif(name, '') AS name,
            least(coalesce("time", received_at, now()), coalesce(received_at, now())) AS occurred_at,
            coalesce(received_at, now()) AS received_at,
            coalesce(client_time, CASE WHEN received_at IS NULL THEN "time" END) AS client_time, seq, mono_ms,
            nullif(player_id, '') AS player_id, nullif(session_id, '') AS session_id, nullif(device_id, '') AS device_id,
            coalesce(nullif(env, ''), 'prod') AS env, nullif(platform, '') AS platform, nullif(os, '') AS os,
            nullif(version, '') AS version, nullif(build, '') AS build, nullif(country, '') AS country,
            nullif(region, '') AS region, coalesce(nullif(severity, ''), 'info') AS severity,
            coalesce(nullif(source, ''), 'game_api') AS source, nullif(match_id, '') AS match_id,
            nullif(level, '') AS level, nullif(map, '') AS map, x, y, z, value, nullif(currency, '') AS currency,
            CASE WHEN props <> 'null' THEN props END AS props, coalesce(journal_offset, 0) AS journal_offset,
            coalesce("position", CASE WHEN journal_offset IS NULL THEN ordinal::integer - 1 ELSE 0 END) AS "position"
        FROM ROWS FROM (json_to_recordset(batch) AS (
            game_id text, event_id uuid, name text, "time" timestamptz, received_at timestamptz,
            client_time timestamptz, seq bigint, mono_ms bigint, player_id text, session_id text, device_id text,
            env text, platform text, os text, version text, build text, country text, region text, severity text,
            source text, match_id text, level text, map text, x double precision, y double precision,
            z double precision, value double precision, currency text, props jsonb, journal_offset bigint,
            "position" integer
        )) WITH ORDINALITY AS read (
            game_id, event_id, name, "time", received_at, client_time, seq, mono_ms, player_id, session_id, device_id,
            env, platform, os, version, build, country, region, severity, source, match_id, level, map, x, y, z, value,
            currency, props, journal_offset, "position", ordinal
        )
    ) AS sent
    LEFT JOIN game.game ON game.code = sent.game_code
$$;

COMMENT ON FUNCTION game.read_events(json) IS 'The events of a JSON array, each with a context of its own. Fails where one of them has a text where a number belongs, and the like.';

CREATE OR REPLACE FUNCTION game.refusals(
    contexts game.sent_context[], events game.sent_event[], OUT ordinal integer, OUT refusal text
) RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
    SELECT * FROM (
        SELECT event.ordinal, coalesce(
            context.refusal,
            CASE
                WHEN context.number IS NULL THEN 'PT002 context: there is none of this number.'
                WHEN event.event_id IS NULL THEN 'PT002 event_id: it is missing.'
                WHEN event.event_id IN ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                    THEN 'PT003 event_id: it stands for no id at all.'
                WHEN event.name IS NULL THEN 'PT002 name: it is missing.'
                WHEN char_length(event.name) > 64 THEN 'PT003 name: expected at most 64 characters.'
                WHEN event.occurred_at IS NULL THEN 'PT002 time: it is missing.'
                WHEN event.received_at IS NULL THEN 'PT002 received_at: it is missing.'
                WHEN NOT event.received_at BETWEEN '2000-01-01' AND now() + interval '1 day'
                    THEN 'PT005 received_at: expected a time that has been.'
                WHEN NOT event.occurred_at BETWEEN '2000-01-01' AND event.received_at
                    THEN 'PT005 time: expected one after the year 1999, and none that was to come when it was received.'
                WHEN event.client_time IN ('infinity', '-infinity') THEN 'PT005 client_time: expected a time.'
                WHEN NOT event.seq BETWEEN 0 AND 9007199254740992 THEN 'PT003 seq: expected 0 to 2^53.'
                WHEN NOT event.mono_ms BETWEEN 0 AND 1000000000000 THEN 'PT003 mono_ms: expected 0 to 10^12.'
                WHEN NOT (event.x BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
                    AND event.y BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
                    AND event.z BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
                    AND event.value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)
                    THEN 'PT003 x, y, z, value: expected finite numbers.'
                WHEN event.severity NOT IN ('info', 'warning', 'critical')
                    THEN 'PT003 severity: expected info, warning or critical.'
                WHEN char_length(event.match_id) > 256 THEN 'PT003 match_id: expected at most 256 characters.'
                WHEN char_length(event.level) > 256 THEN 'PT003 level: expected at most 256 characters.'
                WHEN char_length(event.map) > 256 THEN 'PT003 map: expected at most 256 characters.'
                WHEN char_length(event.currency) > 64 THEN 'PT003 currency: expected at most 64 characters.'
                WHEN jsonb_typeof(event.props) <> 'object' THEN 'PT003 props: expected an object.'
                WHEN pg_column_size(event.props) > 131072 THEN 'PT003 props: too large.'
                WHEN event.journal_offset < 0 THEN 'PT003 journal_offset: below 0.'
                WHEN event.position IS NULL OR event.position < 0 THEN 'PT003 position: below 0.'
            END
        ) AS refusal
        FROM unnest(events) AS event
        LEFT JOIN (
            SELECT sent.number, CASE
                WHEN sent.game_code IS NULL THEN 'PT002 game_id: it is missing.'
                WHEN sent.game_id IS NULL THEN 'PT004 game_id: there is no such game.'
                WHEN char_length(sent.player) > 256 THEN 'PT003 player_id: expected at most 256 characters.'
                WHEN char_length(sent.session) > 256 THEN 'PT003 session_id: expected at most 256 characters.'
                WHEN char_length(sent.device) > 256 THEN 'PT003 device_id: expected at most 256 characters.'
                WHEN char_length(sent.env) > 64 THEN 'PT003 env: expected at most 64 characters.'
                WHEN char_length(sent.platform) > 64 THEN 'PT003 platform: expected at most 64 characters.'
                WHEN char_length(sent.os) > 64 THEN 'PT003 os: expected at most 64 characters.'
                WHEN char_length(sent.version) > 64 THEN 'PT003 version: expected at most 64 characters.'
                WHEN char_length(sent.build) > 64 THEN 'PT003 build: expected at most 64 characters.'
                WHEN NOT sent.country ~ '^[A-Z]{2}$' THEN 'PT003 country: expected two letters of ISO 3166-1.'
                WHEN char_length(sent.region) > 64 THEN 'PT003 region: expected at most 64 characters.'
                WHEN char_length(sent.source) > 64 THEN 'PT003 source: expected at most 64 characters.'
                WHEN is_refusing AND (game.is_refused(sent.game_id, sent.player) OR game.is_refused(sent.game_id, sent.device))
                    THEN 'PT011 player_id: consent was withdrawn, nothing of this player is kept.'
            END AS refusal
            FROM unnest(contexts) AS sent
            -- What a mirror brings was taken by playtrace, which knows whose consent is withdrawn.
            CROSS JOIN (
                SELECT EXISTS (SELECT FROM game.refused_player) AND NOT game.is_mirroring() AS is_refusing
            ) AS refusing
        ) AS context ON context.number = event.context
    ) AS judged
    WHERE judged.refusal IS NOT NULL
$$;

COMMENT ON FUNCTION game.refusals(game.sent_context[], game.sent_event[]) IS 'What is wrong with events: their ordinals, and an SQLSTATE with a sentence. None for one that is taken.';

CREATE OR REPLACE FUNCTION game.refuse(said json, sqlstate text, reason text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO game.refused_event (game_code, event_id, sqlstate, reason, body)
    SELECT
        CASE WHEN json_typeof(said) = 'object' THEN left(said ->> 'game_id', 256) END,
        CASE WHEN json_typeof(said) = 'object' THEN left(said ->> 'event_id', 256) END,
        sqlstate, left(reason, 2000), left(said::text, 32768)
    -- Of who withdrew consent nothing is kept.
    WHERE sqlstate <> 'PT011'
    ON CONFLICT DO NOTHING
$$;

COMMENT ON FUNCTION game.refuse(json, text, text) IS 'Sets an event aside that is not taken, once.';

CREATE OR REPLACE FUNCTION game.read_events_singly(batch json, OUT readable json, OUT refused bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    said json;
    good text[] := '{}';
BEGIN
    refused := 0;
    FOR said IN SELECT json_array_elements(batch) LOOP
        BEGIN
            IF json_typeof(said) <> 'object' THEN
                RAISE EXCEPTION 'expected an object' USING ERRCODE = 'PT001';
            END IF;
            PERFORM game.read_events(json_build_array(said));
            good := good || said::text;
        EXCEPTION
            WHEN data_exception OR SQLSTATE 'PT001' OR program_limit_exceeded THEN
                refused := refused + 1;
                BEGIN
                    PERFORM game.refuse(said, 'PT001', 'It cannot be read: ' || SQLERRM);
                EXCEPTION
                    -- A text that no text can be stands somewhere in it: then its ids are found by how they are written.
                    WHEN data_exception THEN
                        INSERT INTO game.refused_event (game_code, event_id, sqlstate, reason, body)
                        VALUES (
                            substring(said::text FROM '"game_id"\s*:\s*"([^"\\]{1,255})"'),
                            substring(said::text FROM '"event_id"\s*:\s*"([^"\\]{1,255})"'),
                            'PT001', left('It cannot be read: ' || SQLERRM, 2000), left(said::text, 32768)
                        )
                        ON CONFLICT DO NOTHING;
                END;
        END;
    END LOOP;
    readable := ('[' || array_to_string(good, ',') || ']')::json;
END
$$;

COMMENT ON FUNCTION game.read_events_singly(json) IS 'Those events of a JSON array that can be read; the others are set aside.';
