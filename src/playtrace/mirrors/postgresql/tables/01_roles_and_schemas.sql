-- Who may do what, and the four schemas. The roles cannot log in: grant them to the accounts of people and programs.
-- They belong to the whole server, so they may be there already, of another database.

-- Every name in these files says its schema; what else there is in the database must not be mistaken for it.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['playtrace_writer', 'playtrace_mirror', 'playtrace_reader', 'playtrace_admin'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN
                    NULL; -- made in the meantime, from another database of this server
            END;
        END IF;
    END LOOP;
END
$$;

CREATE SCHEMA game;
CREATE SCHEMA game_api;
CREATE SCHEMA report;
CREATE SCHEMA warehouse;

COMMENT ON SCHEMA game IS 'Tables of the game database. No role may touch them: what writes is in game_api, what reads in report and warehouse.';
COMMENT ON SCHEMA game_api IS 'Procedures: the only way to write. playtrace_writer may execute those of game servers, playtrace_mirror those of a mirror, and playtrace_admin all.';
COMMENT ON SCHEMA report IS 'Views for reports, for playtrace_reader.';
COMMENT ON SCHEMA warehouse IS 'Star schema, filled by one procedure, for playtrace_reader.';

REVOKE ALL ON SCHEMA game, game_api, report, warehouse FROM PUBLIC;
GRANT USAGE ON SCHEMA game_api TO playtrace_writer, playtrace_mirror, playtrace_admin;
GRANT USAGE ON SCHEMA report, warehouse TO playtrace_reader;
GRANT USAGE ON SCHEMA report TO playtrace_admin;
