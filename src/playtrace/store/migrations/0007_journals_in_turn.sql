-- Offsets grow from one journal to the next, so that what comes behind an offset can be followed (`mirrors/`). A journal
-- that began before this did so at 0.
ALTER TABLE loaded ADD COLUMN begins_behind BIGINT DEFAULT 0;
