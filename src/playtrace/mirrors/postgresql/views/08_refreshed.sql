CREATE OR REPLACE PROCEDURE report.refresh()
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '64MB'
AS $$
DECLARE
    view_name text;
BEGIN
    -- Whoever refreshes already does it for all.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('playtrace: refresh', 0)) THEN
        RAISE NOTICE 'Somebody else is refreshing the views.';
        RETURN;
    END IF;
    CALL warehouse.load();
    FOR view_name IN
        SELECT matviewname FROM pg_matviews WHERE schemaname = 'report' ORDER BY matviewname
    LOOP
        -- Nobody who reads has to wait, and nobody sees some of it new and some old.
        EXECUTE format('REFRESH MATERIALIZED VIEW CONCURRENTLY report.%I', view_name);
    END LOOP;
END
$$;

COMMENT ON PROCEDURE report.refresh() IS 'Brings the warehouse and all reports up to date, in one transaction, while they are read. If somebody else does it already, it returns at once.';
REVOKE ALL ON PROCEDURE report.refresh() FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE report.refresh() TO playtrace_writer, playtrace_mirror, playtrace_admin;
-- To call it is to find it.
GRANT USAGE ON SCHEMA report, warehouse TO playtrace_writer, playtrace_mirror, playtrace_admin;

GRANT SELECT ON report.active_day, report.game_day, report.active_players, report.session, report.sessions,
    report.crash_free, report.retention, report.payment, report.revenue, report.spender, report.spenders,
    report.achievements, report.progression, report.top_crashes, report.cheat_review_queue, report.player_360
    TO playtrace_reader;
GRANT SELECT ON report.cheat_review_queue TO playtrace_admin;
