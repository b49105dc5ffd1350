-- Rollups are made by their definitions from here on (`playtrace/rollups/`), not by migrations: `rollup_builds` says which
-- version of each is there. What an older playtrace made of them goes; the events are read until it is made again.

ALTER TABLE events RENAME COLUMN map TO map_id;  -- a word that other engines keep for themselves

DROP TABLE event_counts;
DROP TABLE player_days;
DROP TABLE players;
DROP TABLE sessions;
DROP TABLE activity_islands;
DROP TABLE position_spans;
DROP TABLE position_tails;
DROP TABLE located_events;
DROP TABLE map_extents;
DROP TABLE heat_days;
DROP TABLE environments;                         -- event_counts knows them too
DROP MACRO fitting_cell_size;
DROP MACRO fitting_step;

CREATE TABLE rollup_builds (
    rollup VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    built_to DATE                                -- days before it are whole; NULL: all are
);

-- Players who are asked about together, and why they are.
CREATE TABLE segments (
    game_id VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    event VARCHAR,                               -- who ever did it; NULL: a list that was given
    env VARCHAR NOT NULL,
    made_at TIMESTAMP NOT NULL
);
CREATE TABLE segment_members (
    game_id VARCHAR NOT NULL,
    segment_id VARCHAR NOT NULL,
    player_id VARCHAR NOT NULL
);
