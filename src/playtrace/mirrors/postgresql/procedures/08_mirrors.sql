-- What a mirror of playtrace calls, in one transaction: advance_mirror, register_game, ingest_columns (ingest_events where one of
-- them is not taken), ingest_set_aside.

CREATE OR REPLACE FUNCTION game_api.schema_version() RETURNS integer
LANGUAGE sql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(version) FROM game.schema_version
$$;

COMMENT ON FUNCTION game_api.schema_version() IS 'Version of this schema. Example: SELECT game_api.schema_version();';

CREATE OR REPLACE FUNCTION game_api.position_of_mirror(mirror text, OUT journal_id uuid, OUT journal_offset bigint)
LANGUAGE sql STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT known.journal_id, known.journal_offset FROM game.mirror_position AS known
    WHERE known.mirror = position_of_mirror.mirror
$$;

COMMENT ON FUNCTION game_api.position_of_mirror(text) IS 'How far a mirror is; nulls where it has written nothing. Example: SELECT * FROM game_api.position_of_mirror(''warehouse'');';

CREATE OR REPLACE FUNCTION game_api.advance_mirror(
    mirror text, expected_journal_id uuid, expected_journal_offset bigint, journal_id uuid, journal_offset bigint
) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    here game.mirror_position;
BEGIN
    IF coalesce(advance_mirror.mirror, '') = '' OR char_length(advance_mirror.mirror) > 64
        OR num_nulls(advance_mirror.journal_id, advance_mirror.journal_offset) > 0 THEN
        RAISE EXCEPTION 'mirror, journal_id, journal_offset: all are needed' USING ERRCODE = 'PT002';
    END IF;
    INSERT INTO game.mirror_position (mirror) VALUES (advance_mirror.mirror) ON CONFLICT DO NOTHING;
    -- Two followers of one mirror take turns; the second finds that it has moved.
    SELECT * INTO here FROM game.mirror_position AS known WHERE known.mirror = advance_mirror.mirror FOR UPDATE;
    IF (here.journal_id, here.journal_offset)
        IS DISTINCT FROM (advance_mirror.expected_journal_id, advance_mirror.expected_journal_offset) THEN
        RAISE EXCEPTION 'mirror: % stands at %, %', advance_mirror.mirror, here.journal_id, here.journal_offset
            USING ERRCODE = 'PT008', HINT = 'Somebody else wrote for it. Read its position anew.';
    END IF;
    UPDATE game.mirror_position AS known
    SET journal_id = advance_mirror.journal_id, journal_offset = advance_mirror.journal_offset, written_at = now()
    WHERE known.mirror = advance_mirror.mirror;
END
$$;

COMMENT ON FUNCTION game_api.advance_mirror(text, uuid, bigint, uuid, bigint) IS 'Moves a mirror from where it is expected to stand to where its events of this transaction reach. Raises PT002, PT008 (it stands elsewhere). Example: SELECT game_api.advance_mirror(''warehouse'', NULL, NULL, ''6f0d7c1e-6d3c-5b7b-9d0a-7e4b1a1f2c55'', 4711);';

CREATE OR REPLACE FUNCTION game_api.place_mirror(mirror text, journal_id uuid, journal_offset bigint) RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    IF coalesce(place_mirror.mirror, '') = '' OR char_length(place_mirror.mirror) > 64
        OR num_nulls(place_mirror.journal_id, place_mirror.journal_offset) > 0 THEN
        RAISE EXCEPTION 'mirror, journal_id, journal_offset: all are needed' USING ERRCODE = 'PT002';
    END IF;
    INSERT INTO game.mirror_position (mirror, journal_id, journal_offset)
    VALUES (place_mirror.mirror, place_mirror.journal_id, place_mirror.journal_offset)
    ON CONFLICT (mirror) DO UPDATE
    SET journal_id = excluded.journal_id, journal_offset = excluded.journal_offset, written_at = now();
END
$$;

COMMENT ON FUNCTION game_api.place_mirror(text, uuid, bigint) IS 'Lets a mirror stand somewhere else: what is behind that comes again, and what is there stays. Raises PT002.';

CREATE OR REPLACE FUNCTION game_api.ingest_set_aside(batch json, journal_id uuid) RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    taken bigint;
BEGIN
    IF batch IS NULL OR json_typeof(batch) <> 'array' OR ingest_set_aside.journal_id IS NULL THEN
        RAISE EXCEPTION 'batch, journal_id: expected a JSON array of what was set aside, and its journal'
            USING ERRCODE = 'PT001';
    END IF;
    INSERT INTO game.set_aside_event (
        game_code, received_at, outcome, reason, error, body, journal_id, journal_offset, position
    )
    SELECT coalesce(said.game_id, ''), said.received_at, said.outcome, said.reason, said.error, said.body,
        ingest_set_aside.journal_id, said.journal_offset, said.position
    FROM json_to_recordset(batch) AS said (
        game_id text, received_at timestamptz, outcome text, reason text, error text, body text, journal_offset bigint,
        position integer
    )
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS taken = ROW_COUNT;
    RETURN taken;
END
$$;

COMMENT ON FUNCTION game_api.ingest_set_aside(json, uuid) IS 'Copies what playtrace received and did not store: a JSON array of rows of set_aside. Returns how many were new. Raises PT001.';
