CREATE OR REPLACE FUNCTION game_api.ingest_events(
    batch json, OUT taken bigint, OUT known bigint, OUT refused bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    readable json := batch;
    sent game.sent_event[];
    one record;
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
        sent := game.read_events(batch);
    EXCEPTION
        WHEN data_exception OR program_limit_exceeded THEN
            SELECT * INTO readable, refused FROM game.read_events_singly(batch);
            sent := game.read_events(readable);
    END;
    IF EXISTS (SELECT FROM unnest(sent) AS event WHERE event.refusal IS NOT NULL) THEN
        FOR one IN
            SELECT event.refusal, said.body
            FROM unnest(sent) AS event
            JOIN json_array_elements(readable) WITH ORDINALITY AS said (body, ordinal) ON said.ordinal = event.ordinal
            WHERE event.refusal IS NOT NULL
        LOOP
            PERFORM game.refuse(one.body, left(one.refusal, 5), substr(one.refusal, 7));
            refused := refused + 1;
        END LOOP;
        sent := ARRAY(SELECT event FROM unnest(sent) AS event WHERE event.refusal IS NULL);
    END IF;
    taken := CASE WHEN cardinality(sent) > 0 THEN game.write_events(sent) ELSE 0 END;
    known := coalesce(cardinality(sent), 0) - taken;
END
$$;

COMMENT ON FUNCTION game_api.ingest_events(json) IS 'Records many events at once: a JSON array of events as playtrace''s events API takes them, each with game_id, event_id and name. What is known by its id is passed over; what breaks a rule is set aside in refused_event and costs its neighbours nothing. Returns how many were taken, known and refused. Raises PT001 (no array), PT009 (too large).';
