-- Rules for all games, to begin with. One of a game goes before them: game_api.set_anti_cheat_rule.

INSERT INTO game.anti_cheat_rule (kind, threshold, window_seconds, description) VALUES
    ('gain_rate', 100000, 60, 'More of an in-game currency within a minute than anybody can earn. Say for each currency what your game allows.'),
    ('speed', 12, 0, 'Faster than a player can move, in units of the map per second: five times this once, or a fifth more on three samples in a row. 12 is for maps in metres.'),
    ('clock_drift', 0.05, 600, 'The wall clock runs faster or slower than the monotonic clock, by this share over ten minutes: speed hacks. Games that sleep in the background may do it too.'),
    ('clock_back', 2000, 0, 'The wall clock goes back inside a session, by more than so many milliseconds.'),
    ('prerequisite', 0, 0, 'An achievement is unlocked without the one that it requires.');
