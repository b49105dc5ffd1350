CREATE TABLE game.mirror_position (
    mirror text NOT NULL,
    journal_id uuid,
    journal_offset bigint,
    written_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE game.mirror_position IS 'How far mirrors of playtrace are: written in the transaction of the events.';
COMMENT ON COLUMN game.mirror_position.mirror IS 'Name of the mirror.';
COMMENT ON COLUMN game.mirror_position.journal_id IS 'The journal that the offset is of; none before the first slice.';
COMMENT ON COLUMN game.mirror_position.journal_offset IS 'The last entry of which everything is here.';
COMMENT ON COLUMN game.mirror_position.written_at IS 'When that was written.';
