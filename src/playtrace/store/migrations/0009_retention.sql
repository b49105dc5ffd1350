-- What was taken away on purpose (`playtrace/store/raw_gone.py`): of each game, up to which day (UTC).
CREATE TABLE removed_before (
    game_id VARCHAR NOT NULL,
    what VARCHAR NOT NULL,              -- events; crash_properties; everything: the rollups too
    name VARCHAR NOT NULL,              -- of the events; '': every name that has no row of its own
    day DATE NOT NULL                   -- what happened before it is gone, or is going
);

-- The events that are stored no more, by hour of receipt as in the books: stored = rows of events + removed.
CREATE TABLE removed_events (
    game_id VARCHAR NOT NULL,
    hour TIMESTAMP NOT NULL,            -- of receipt
    reason VARCHAR NOT NULL,            -- retention
    events BIGINT NOT NULL
);
