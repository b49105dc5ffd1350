-- Every change to what people or shops decide, by whichever way it comes.

CREATE OR REPLACE FUNCTION game.audit() RETURNS trigger
LANGUAGE plpgsql
-- As the owner: whoever changes a row need not have rights on the log.
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- Arguments of the trigger: columns of the key with commas between, and columns that follow from events.
    key text := (SELECT string_agg(format('%%1$s.%I::text', name), ' || ''/'' || ')
        FROM unnest(string_to_array(TG_ARGV[0], ',')) AS name);
    derived CONSTANT text[] := string_to_array(coalesce(TG_ARGV[1], ''), ',');
BEGIN
    -- What is erased is kept nowhere, and who asked for it stands in game.erasure.
    IF game.is_erasing() THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        EXECUTE format(
            'INSERT INTO game.audit_log (written_in, action, table_name, row_key, new_row)
            SELECT pg_current_xact_id()::text::bigint, ''INSERT'', $1, %s, to_jsonb(added) FROM added',
            format(key, 'added')
        ) USING TG_TABLE_NAME;
    ELSIF TG_OP = 'DELETE' THEN
        EXECUTE format(
            'INSERT INTO game.audit_log (written_in, action, table_name, row_key, old_row)
            SELECT pg_current_xact_id()::text::bigint, ''DELETE'', $1, %s, to_jsonb(removed) FROM removed',
            format(key, 'removed')
        ) USING TG_TABLE_NAME;
    ELSE
        EXECUTE format(
            'INSERT INTO game.audit_log (written_in, action, table_name, row_key, old_row, new_row)
            SELECT pg_current_xact_id()::text::bigint, ''UPDATE'', $1, coalesce(was.key, now_is.key), was.old_row,
                now_is.new_row
            FROM (SELECT %s AS key, to_jsonb(removed) AS old_row FROM removed) AS was
            JOIN (SELECT %s AS key, to_jsonb(added) AS new_row FROM added) AS now_is ON now_is.key = was.key
            WHERE was.old_row - $2 IS DISTINCT FROM now_is.new_row - $2',
            format(key, 'removed'), format(key, 'added')
        ) USING TG_TABLE_NAME, derived;
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.audit() IS 'Writes what a statement changed into audit_log. Arguments: columns of the key, columns that follow from events.';

DO $$
DECLARE
    audited record;
BEGIN
    FOR audited IN
        SELECT * FROM (VALUES
            ('player', 'player_id', 'first_seen_at,last_seen_at'),
            ('purchase', 'purchase_id', ''),
            ('achievement', 'achievement_id', ''),
            ('player_achievement', 'player_id,achievement_id', ''),
            ('anti_cheat_flag', 'anti_cheat_flag_id', ''),
            ('anti_cheat_rule', 'anti_cheat_rule_id', '')
        ) AS listed (table_name, key, derived)
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON game.%I REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION game.audit(%L, %L)', audited.table_name, audited.key, audited.derived
        );
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON game.%I
            REFERENCING OLD TABLE AS removed NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION game.audit(%L, %L)', audited.table_name, audited.key, audited.derived
        );
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER audit_delete AFTER DELETE ON game.%I REFERENCING OLD TABLE AS removed
            FOR EACH STATEMENT EXECUTE FUNCTION game.audit(%L, %L)', audited.table_name, audited.key, audited.derived
        );
        EXECUTE format(
            'CREATE OR REPLACE TRIGGER audit_truncate BEFORE TRUNCATE ON game.%I EXECUTE FUNCTION game.refuse_change()',
            audited.table_name
        );
    END LOOP;
END
$$;
