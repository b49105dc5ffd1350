-- Who belongs to a segment is said by a rule (JSON, `playtrace/segments/rules.py`) or by a list; who ever did an event was
-- the first kind of rule.
ALTER TABLE segments ADD COLUMN rule VARCHAR;       -- NULL: a list that was given
ALTER TABLE segments ADD COLUMN as_of DATE;         -- the last day that the rule looked at, in the game's time zone
ALTER TABLE segments ADD COLUMN refresh VARCHAR DEFAULT 'never';
UPDATE segments
SET rule = '{"did":' || CAST(to_json(event) AS VARCHAR) || '}', as_of = CAST(made_at AS DATE)
WHERE event IS NOT NULL;
ALTER TABLE segments DROP COLUMN event;
