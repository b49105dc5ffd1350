CREATE TABLE game.device (
    device_id bigint GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    external_id text NOT NULL,
    model text,
    created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE game.device IS 'Installations and devices.';
COMMENT ON COLUMN game.device.device_id IS 'Key inside this database.';
COMMENT ON COLUMN game.device.game_id IS 'The game.';
COMMENT ON COLUMN game.device.external_id IS 'Id of the device outside: device_id of events.';
COMMENT ON COLUMN game.device.model IS 'Model, where the property device of a performance or scene_loaded event said it first.';
COMMENT ON COLUMN game.device.created_at IS 'When it was first heard of here.';
