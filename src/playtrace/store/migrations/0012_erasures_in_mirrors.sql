-- Mirrors erase players too, each when it is there (`playtrace/mirrors/erasing.py`).
ALTER TABLE erasures ADD COLUMN sessions STRUCT(env VARCHAR, owner VARCHAR, session_id VARCHAR)[];
-- Sessions that they were part of, as long as `player_ids` is kept.
ALTER TABLE erasures ADD COLUMN mirrors VARCHAR;
-- JSON: by name of each mirror that there was, when it had erased them; null: not yet.
