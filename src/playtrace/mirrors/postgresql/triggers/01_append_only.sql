-- What is written once stays: events, their ids, the audit log, and whatever events refer to.

CREATE OR REPLACE FUNCTION game.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF game.is_erasing() THEN
        IF TG_OP = 'UPDATE' THEN
            RETURN NEW;
        END IF;
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '%.% is append only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'PT010',
        HINT = 'To let old events go, detach a partition: game_api.detach_partition.';
END
$$;

COMMENT ON FUNCTION game.refuse_change() IS 'Refuses whatever it is a trigger of, with PT010, unless players are being erased.';

CREATE OR REPLACE FUNCTION game.refuse_removal() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF game.is_erasing() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Events refer to %.%: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'PT010', HINT = 'Events are kept, and so is what they refer to.';
END
$$;

COMMENT ON FUNCTION game.refuse_removal() IS 'Refuses to take away what events refer to, with PT010, unless players are being erased.';

-- Passed on to every partition.
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON game.game_event
    FOR EACH ROW EXECUTE FUNCTION game.refuse_change();
-- Not passed on: game.make_partition makes one for each.
CREATE OR REPLACE TRIGGER append_only_truncate BEFORE TRUNCATE ON game.game_event
    EXECUTE FUNCTION game.refuse_change();

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON game.event_key
    EXECUTE FUNCTION game.refuse_change();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON game.audit_log
    EXECUTE FUNCTION game.refuse_change();

CREATE OR REPLACE TRIGGER referred_to BEFORE DELETE OR TRUNCATE ON game.game EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to BEFORE DELETE OR TRUNCATE ON game.region EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to BEFORE DELETE OR TRUNCATE ON game.client_build
    EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to BEFORE DELETE OR TRUNCATE ON game.event_type
    EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to BEFORE DELETE OR TRUNCATE ON game.player EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to BEFORE DELETE OR TRUNCATE ON game.device EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to BEFORE DELETE OR TRUNCATE ON game.client_session
    EXECUTE FUNCTION game.refuse_removal();
-- Their numbers are identities, which cannot be written; the game that they belong to could.
CREATE OR REPLACE TRIGGER referred_to_key BEFORE UPDATE OF game_id ON game.client_build
    EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to_key BEFORE UPDATE OF game_id ON game.event_type
    EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to_key BEFORE UPDATE OF game_id ON game.player
    EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to_key BEFORE UPDATE OF game_id ON game.device
    EXECUTE FUNCTION game.refuse_removal();
CREATE OR REPLACE TRIGGER referred_to_key BEFORE UPDATE OF game_id ON game.client_session
    EXECUTE FUNCTION game.refuse_removal();
