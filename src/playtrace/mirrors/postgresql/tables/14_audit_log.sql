CREATE TABLE game.audit_log (
    audit_log_id bigint GENERATED ALWAYS AS IDENTITY,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by text NOT NULL DEFAULT session_user,
    written_in bigint NOT NULL,
    action text NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    old_row jsonb,
    new_row jsonb
);

COMMENT ON TABLE game.audit_log IS 'Every change to players, purchases, achievements, flags and rules. Append only.';
COMMENT ON COLUMN game.audit_log.audit_log_id IS 'Key inside this database.';
COMMENT ON COLUMN game.audit_log.changed_at IS 'When, by the clock.';
COMMENT ON COLUMN game.audit_log.changed_by IS 'The account that was logged in.';
COMMENT ON COLUMN game.audit_log.written_in IS 'Number of the transaction.';
COMMENT ON COLUMN game.audit_log.action IS 'INSERT, UPDATE or DELETE.';
COMMENT ON COLUMN game.audit_log.table_name IS 'Table in the schema game.';
COMMENT ON COLUMN game.audit_log.row_key IS 'Primary key of the row; parts of one with / between them.';
COMMENT ON COLUMN game.audit_log.old_row IS 'The row before; none for INSERT.';
COMMENT ON COLUMN game.audit_log.new_row IS 'The row behind; none for DELETE.';
