-- A session belongs to a player, or else to a device: each has a clock of its own.
ALTER TABLE session_clocks ADD COLUMN owner VARCHAR DEFAULT '';
UPDATE session_clocks
SET owner = coalesce(sessions.player_id, '')
FROM sessions
WHERE sessions.game_id = session_clocks.game_id AND sessions.session_id = session_clocks.session_id;

-- How far a device's clock seemed to be behind, each reading once in a while: what it takes to tell a clock that is slow
-- from an envelope that waited (docs/decisions/0015). Only of devices that ever seemed wrong.
CREATE TABLE clock_readings (
    game_id VARCHAR NOT NULL,
    device VARCHAR NOT NULL,            -- or else the player
    reading_s BIGINT NOT NULL,          -- received - sent, in steps of five minutes
    sent_us BIGINT NOT NULL,            -- by that clock: it may lie outside the years that are
    received_at TIMESTAMP NOT NULL
);
