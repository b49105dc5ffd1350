CREATE TABLE game.client_build (
    client_build_id integer GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    platform text,
    os text,
    version text,
    build text
);

COMMENT ON TABLE game.client_build IS 'What runs at a player''s: platform, operating system, version and build of the game. An event that says none of them has none.';
COMMENT ON COLUMN game.client_build.client_build_id IS 'Key inside this database.';
COMMENT ON COLUMN game.client_build.game_id IS 'The game.';
COMMENT ON COLUMN game.client_build.platform IS 'windows, linux, android, ...';
COMMENT ON COLUMN game.client_build.os IS 'Operating system with version.';
COMMENT ON COLUMN game.client_build.version IS 'Version of the game, as players know it.';
COMMENT ON COLUMN game.client_build.build IS 'Build of the game, as the studio knows it.';
