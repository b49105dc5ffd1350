-- For volume: many events at once, each by itself as JSON, or in columns for those who have them so.

CREATE OR REPLACE FUNCTION game_api.ingest_events(
    batch json, OUT taken bigint, OUT known bigint, OUT refused bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    readable json := batch;
    contexts game.sent_context[];
    events game.sent_event[];
    wrong integer[];
BEGIN
    IF batch IS NULL OR json_typeof(batch) <> 'array' THEN
        RAISE EXCEPTION 'batch: expected a JSON array of events'
            USING ERRCODE = 'PT001', HINT = 'An event is an object with at least game_id, event_id and name.';
    END IF;
    IF octet_length(batch::text) > 67108864 THEN
        RAISE EXCEPTION 'batch: more than 64 MiB' USING ERRCODE = 'PT009', HINT = 'Send it in pieces of 20,000 events.';
    END IF;
    refused := 0;
    BEGIN
        SELECT * INTO contexts, events FROM game.read_events(batch);
    EXCEPTION
        WHEN data_exception OR program_limit_exceeded THEN
            SELECT * INTO readable, refused FROM game.read_events_singly(batch);
            SELECT * INTO contexts, events FROM game.read_events(readable);
    END;
    wrong := ARRAY(SELECT one.ordinal FROM game.refusals(contexts, events) AS one);
    IF cardinality(wrong) > 0 THEN
        PERFORM game.refuse(said.body, left(one.refusal, 5), substr(one.refusal, 7))
        FROM game.refusals(contexts, events) AS one
        JOIN json_array_elements(readable) WITH ORDINALITY AS said (body, ordinal) ON said.ordinal = one.ordinal;
        refused := refused + cardinality(wrong);
        contexts := ARRAY(SELECT one FROM unnest(contexts) AS one WHERE one.number <> ALL (wrong));
        events := ARRAY(SELECT one FROM unnest(events) AS one WHERE one.ordinal <> ALL (wrong));
    END IF;
    taken := CASE WHEN cardinality(events) > 0 THEN game.write_events(contexts, events) ELSE 0 END;
    known := coalesce(cardinality(events), 0) - taken;
END
$$;

COMMENT ON FUNCTION game_api.ingest_events(json) IS 'Records many events at once: a JSON array of events as playtrace''s events API takes them, each with game_id, event_id and name. What is known by its id is passed over; what breaks a rule is set aside in refused_event and costs its neighbours nothing. Returns how many were taken, known and refused. Raises PT001 (no array), PT009 (too large).';

CREATE OR REPLACE FUNCTION game_api.ingest_columns(
    contexts json, context integer[], event_id uuid[], name text[], "time" timestamptz[],
    received_at timestamptz[] DEFAULT NULL, client_time timestamptz[] DEFAULT NULL, seq bigint[] DEFAULT NULL,
    mono_ms bigint[] DEFAULT NULL, severity text[] DEFAULT NULL, match_id text[] DEFAULT NULL, level text[] DEFAULT NULL,
    map text[] DEFAULT NULL, x double precision[] DEFAULT NULL, y double precision[] DEFAULT NULL,
    z double precision[] DEFAULT NULL, value double precision[] DEFAULT NULL, currency text[] DEFAULT NULL,
    props jsonb[] DEFAULT NULL, journal_offset bigint[] DEFAULT NULL, "position" integer[] DEFAULT NULL,
    OUT taken bigint, OUT known bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan for arrays that are there has them as constants, in which an element is found by walking to it.
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    arrays_length integer;
    shared game.sent_context[];
    events game.sent_event[];
    wrong text;
BEGIN
    IF contexts IS NULL OR json_typeof(contexts) <> 'array' THEN
        RAISE EXCEPTION 'contexts: expected a JSON array of what events have in common'
            USING ERRCODE = 'PT001', HINT = 'A context is an object with at least game_id.';
    END IF;
    IF octet_length(contexts::text) + coalesce(pg_column_size(props), 0) > 67108864 THEN
        RAISE EXCEPTION 'contexts, props: more than 64 MiB'
            USING ERRCODE = 'PT009', HINT = 'Send it in pieces of 20,000 events.';
    END IF;
    SELECT read.contexts INTO shared FROM game.read_events(contexts) AS read;
    arrays_length := greatest(
        array_upper(context, 1), array_upper(event_id, 1), array_upper(name, 1), array_upper("time", 1),
        array_upper(received_at, 1), array_upper(client_time, 1), array_upper(seq, 1), array_upper(mono_ms, 1),
        array_upper(severity, 1), array_upper(match_id, 1), array_upper(level, 1), array_upper(map, 1), array_upper(x, 1),
        array_upper(y, 1), array_upper(z, 1), array_upper(value, 1), array_upper(currency, 1), array_upper(props, 1),
        array_upper(journal_offset, 1), array_upper("position", 1)
    );
    IF 1 <> ANY (array_remove(ARRAY[
        array_lower(context, 1), array_lower(event_id, 1), array_lower(name, 1), array_lower("time", 1),
        array_lower(received_at, 1), array_lower(client_time, 1), array_lower(seq, 1), array_lower(mono_ms, 1),
        array_lower(severity, 1), array_lower(match_id, 1), array_lower(level, 1), array_lower(map, 1), array_lower(x, 1),
        array_lower(y, 1), array_lower(z, 1), array_lower(value, 1), array_lower(currency, 1), array_lower(props, 1),
        array_lower(journal_offset, 1), array_lower("position", 1)
    ], NULL)) THEN
        RAISE EXCEPTION 'arrays: expected the first element of each to be number 1' USING ERRCODE = 'PT001';
    END IF;
    -- By number, as that takes half as long as to unnest so many arrays.
    SELECT array_agg((
        number, context[number], event_id[number], nullif(name[number], ''), "time"[number],
        coalesce(received_at[number], now()), client_time[number], seq[number], mono_ms[number],
        coalesce(nullif(severity[number], ''), 'info'), nullif(match_id[number], ''), nullif(level[number], ''),
        nullif(map[number], ''), x[number], y[number], z[number], value[number], nullif(currency[number], ''),
        props[number], coalesce(journal_offset[number], 0), coalesce("position"[number], number - 1)
    )::game.sent_event) INTO events
    FROM generate_series(1, arrays_length) AS number;
    SELECT min(one.refusal) INTO wrong FROM game.refusals(shared, events) AS one;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION '%', substr(wrong, 7)
            USING ERRCODE = left(wrong, 5), HINT = 'game_api.ingest_events takes the others, and sets this one aside.';
    END IF;
    taken := CASE WHEN cardinality(events) > 0 THEN game.write_events(shared, events) ELSE 0 END;
    known := coalesce(cardinality(events), 0) - taken;
END
$$;

COMMENT ON FUNCTION game_api.ingest_columns(json, integer[], uuid[], text[], timestamptz[], timestamptz[], timestamptz[], bigint[], bigint[], text[], text[], text[], text[], double precision[], double precision[], double precision[], double precision[], text[], jsonb[], bigint[], integer[]) IS 'Records many events at once, faster than ingest_events: contexts is a JSON array of what events of a session have in common (game_id, player_id, session_id, device_id, env, platform, os, version, build, country, region, source), context the number of each event''s, from 1, and the other arrays have what each says of its own. All of them or none: one that breaks a rule raises PT002, PT003, PT004 or PT005. What is known by its id is passed over. Returns how many were taken and known. Raises also PT001 (no array), PT009 (too large). Example: SELECT * FROM game_api.ingest_columns(''[{"game_id": "arena", "player_id": "p-17"}]'', ARRAY[1, 1], ARRAY[gen_random_uuid(), gen_random_uuid()], ARRAY[''shot'', ''hit''], ARRAY[now(), now()]);';
