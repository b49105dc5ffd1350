CREATE TABLE game.mirror_position (
    mirror text NOT NULL,
    journal_id uuid,
    journal_offset bigint,
    events bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    written_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE game.mirror_position IS 'How far mirrors of playtrace are: written in the transaction of the events.';
COMMENT ON COLUMN game.mirror_position.mirror IS 'Name of the mirror.';
COMMENT ON COLUMN game.mirror_position.journal_id IS 'The journal that the offset is of; none before the first slice.';
COMMENT ON COLUMN game.mirror_position.journal_offset IS 'The last entry of which everything is here.';
COMMENT ON COLUMN game.mirror_position.events IS 'Events that were written for it.';
COMMENT ON COLUMN game.mirror_position.refused IS 'Events that were refused.';
COMMENT ON COLUMN game.mirror_position.written_at IS 'When that was written.';
