CREATE TABLE game.region (
    region_id integer GENERATED ALWAYS AS IDENTITY,
    country text,
    region text
);

COMMENT ON TABLE game.region IS 'Where events came from. An event that says neither has none.';
COMMENT ON COLUMN game.region.region_id IS 'Key inside this database.';
COMMENT ON COLUMN game.region.country IS 'ISO 3166-1 alpha-2, in capitals.';
COMMENT ON COLUMN game.region.region IS 'Part of the country, as the client names it.';
