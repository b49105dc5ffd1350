-- Which environments a game has events of: what most questions leave out can be asked for by name.
CREATE TABLE environments (
    game_id VARCHAR NOT NULL,
    env VARCHAR NOT NULL
);

INSERT INTO environments SELECT DISTINCT game_id, env FROM events;
