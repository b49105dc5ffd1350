CREATE OR REPLACE FUNCTION game_api.make_partitions(months_ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    made integer := 0;
BEGIN
    IF NOT coalesce(months_ahead BETWEEN 0 AND 120, false) THEN
        RAISE EXCEPTION 'months_ahead: expected 0 to 120' USING ERRCODE = 'PT003';
    END IF;
    FOR ahead IN 0..months_ahead LOOP
        IF game.make_partition((date_trunc('month', now()) + make_interval(months => ahead))::date) THEN
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END
$$;

COMMENT ON FUNCTION game_api.make_partitions(integer) IS 'Makes the partitions of game_event for this month and the next ones; returns how many were missing. Events make what they need by themselves, so this only saves them the wait. Raises PT003. Example: SELECT game_api.make_partitions(6);';

CREATE OR REPLACE FUNCTION game_api.detach_partition(month date) RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    partition CONSTANT text := 'game_event_' || to_char(month, 'YYYY_MM');
    detached text := partition || '_detached';
    copies integer := 1;
BEGIN
    IF month IS NULL THEN
        RAISE EXCEPTION 'month: it is missing' USING ERRCODE = 'PT002', HINT = 'Any day of the month.';
    END IF;
    IF date_trunc('month', month) >= date_trunc('month', now()) THEN
        RAISE EXCEPTION 'month: % is not over', to_char(month, 'YYYY-MM') USING ERRCODE = 'PT003';
    END IF;
    IF to_regclass('game.' || partition) IS NULL THEN
        RAISE EXCEPTION 'month: there are no events of %', to_char(month, 'YYYY-MM') USING ERRCODE = 'PT006';
    END IF;
    -- An event that comes late makes the partition again: then there are two to be detached.
    WHILE to_regclass('game.' || detached) IS NOT NULL LOOP
        copies := copies + 1;
        detached := partition || '_detached_' || copies;
    END LOOP;
    EXECUTE format('ALTER TABLE game.game_event DETACH PARTITION game.%I', partition);
    EXECUTE format('DROP TRIGGER IF EXISTS append_only_truncate ON game.%I', partition);
    EXECUTE format('ALTER TABLE game.%I RENAME TO %I', partition, detached);
    RETURN 'game.' || detached;
END
$$;

COMMENT ON FUNCTION game_api.detach_partition(date) IS 'Takes a month that is over out of game_event; it stays as a table of its own, to be archived and dropped by its owner. Ids of its events stay known, so that none is counted again. Waits for those who are writing. Returns the name of the table. Raises PT002, PT003, PT006. Example: SELECT game_api.detach_partition(''2025-01-01'');';
