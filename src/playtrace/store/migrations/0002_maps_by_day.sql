-- Where on its map a game happens, a day at a time, so that a heatmap need not go through every step of every player.

-- How far the positions and the located events of a day reach. Partial rows, as in the other rollups.
CREATE TABLE map_extents (
    game_id VARCHAR NOT NULL,
    day DATE NOT NULL,                  -- UTC
    map VARCHAR NOT NULL,
    name VARCHAR NOT NULL,              -- of the events; 'position' among them
    events BIGINT NOT NULL,
    min_x DOUBLE NOT NULL,
    min_y DOUBLE NOT NULL,
    max_x DOUBLE NOT NULL,
    max_y DOUBLE NOT NULL,
    min_z DOUBLE,
    max_z DOUBLE
);

-- Side of a cell that cuts a map into about 25 cells along its longer side: 1, 2 or 5 times a power of ten.
CREATE MACRO fitting_step(least, power) AS
    CASE
        WHEN power >= least * (1 - 1e-9::DOUBLE) THEN power
        WHEN 2 * power >= least * (1 - 1e-9::DOUBLE) THEN 2 * power
        WHEN 5 * power >= least * (1 - 1e-9::DOUBLE) THEN 5 * power
        ELSE 10 * power
    END;
CREATE MACRO fitting_cell_size(width, height) AS
    CASE
        WHEN greatest(width, height) BETWEEN 1e-290::DOUBLE AND 1e308::DOUBLE
        THEN fitting_step(greatest(width, height) / 25, pow(10::DOUBLE, floor(log10(greatest(width, height) / 25))))
        ELSE 1::DOUBLE
    END;

-- A day of a map in cells of the fitting size, without a floor and from the origin. Unlike the other rollups it is
-- whole or not there at all: a load that brings something for the day forgets it, compaction makes it again.
CREATE TABLE heat_days (
    game_id VARCHAR NOT NULL,
    day DATE NOT NULL,                  -- UTC
    map VARCHAR NOT NULL,
    name VARCHAR NOT NULL,              -- of the events; 'position' for the time that players spent
    cell_size DOUBLE NOT NULL,
    cx INTEGER NOT NULL,                -- floor(x / cell_size)
    cy INTEGER NOT NULL,
    events BIGINT NOT NULL,
    span_ms BIGINT NOT NULL,            -- each span counted for at most 20 seconds
    players UBIGINT                     -- a bit for each player_bit
);

INSERT INTO map_extents
SELECT game_id, time::DATE, map, name, count(*), min(x), min(y), max(x), max(y), min(z), max(z)
FROM events
WHERE env = 'prod' AND map IS NOT NULL AND x IS NOT NULL AND y IS NOT NULL
GROUP BY ALL;
