-- Days whose rollups somebody wants made anew of the events (`playtrace rollups rebuild`): at most one such wish at a time.
CREATE TABLE rebuild_orders (
    game_id VARCHAR,               -- NULL: of all games
    next_day DATE NOT NULL,        -- days (UTC) before it are made
    last_day DATE NOT NULL
);
