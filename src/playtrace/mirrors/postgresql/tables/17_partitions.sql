-- Of the month before this one and of the three to come; those of other months are made when an event needs one, and
-- game_api.make_partitions makes more ahead.

CREATE FUNCTION game.make_partition(month date) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
    first_day CONSTANT date := date_trunc('month', month)::date;
    partition CONSTANT text := 'game_event_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass('game.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Two who need it at once: the second finds it made.
    PERFORM pg_advisory_xact_lock(hashtextextended('playtrace: partitions of game.game_event', 0));
    IF to_regclass('game.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Made by itself and then attached: whoever writes into other months need not wait.
    EXECUTE format('CREATE TABLE game.%I (LIKE game.game_event INCLUDING ALL EXCLUDING IDENTITY)', partition);
    EXECUTE format(
        'ALTER TABLE game.game_event ATTACH PARTITION game.%I FOR VALUES FROM (%L) TO (%L)',
        partition, first_day::timestamptz, (first_day + interval '1 month')::timestamptz
    );
    EXECUTE format(
        'COMMENT ON TABLE game.%I IS %L', partition, 'Events of ' || to_char(first_day, 'YYYY-MM') || ' (UTC).'
    );
    -- A trigger of TRUNCATE is not passed on to partitions.
    IF to_regprocedure('game.refuse_change()') IS NOT NULL THEN
        EXECUTE format(
            'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON game.%I EXECUTE FUNCTION game.refuse_change()',
            partition
        );
    END IF;
    RETURN true;
END
$$;

COMMENT ON FUNCTION game.make_partition(date) IS 'Makes the partition of game_event for the month that holds a day. Returns whether it had to be made.';
REVOKE ALL ON FUNCTION game.make_partition(date) FROM PUBLIC;
