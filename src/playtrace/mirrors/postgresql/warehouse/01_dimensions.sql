-- Dimensions of the star schema. Key 0 stands for nobody and nothing, so that facts join without outer joins.

CREATE TABLE warehouse.dim_date (
    date_key integer NOT NULL,
    day date NOT NULL,
    year smallint NOT NULL,
    quarter smallint NOT NULL,
    month smallint NOT NULL,
    month_name text NOT NULL,
    iso_year smallint NOT NULL,
    iso_week smallint NOT NULL,
    weekday smallint NOT NULL,
    weekday_name text NOT NULL,
    is_weekend boolean NOT NULL,
    CONSTRAINT dim_date_pkey PRIMARY KEY (date_key)
);

COMMENT ON TABLE warehouse.dim_date IS 'Days. That of a fact is a day of its game''s own time zone.';
COMMENT ON COLUMN warehouse.dim_date.date_key IS 'The day as a number: 20260331.';
COMMENT ON COLUMN warehouse.dim_date.day IS 'The day.';
COMMENT ON COLUMN warehouse.dim_date.year IS 'Year.';
COMMENT ON COLUMN warehouse.dim_date.quarter IS 'Quarter, 1 to 4.';
COMMENT ON COLUMN warehouse.dim_date.month IS 'Month, 1 to 12.';
COMMENT ON COLUMN warehouse.dim_date.month_name IS 'Name of the month, in English.';
COMMENT ON COLUMN warehouse.dim_date.iso_year IS 'Year that the ISO week belongs to.';
COMMENT ON COLUMN warehouse.dim_date.iso_week IS 'ISO week, 1 to 53; from Monday on.';
COMMENT ON COLUMN warehouse.dim_date.weekday IS 'Day of the week: 1 is Monday, 7 Sunday.';
COMMENT ON COLUMN warehouse.dim_date.weekday_name IS 'Its name, in English.';
COMMENT ON COLUMN warehouse.dim_date.is_weekend IS 'Saturday or Sunday.';

CREATE TABLE warehouse.dim_game (
    game_key integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    currency text NOT NULL,
    CONSTRAINT dim_game_pkey PRIMARY KEY (game_key)
);

COMMENT ON TABLE warehouse.dim_game IS 'Games.';
COMMENT ON COLUMN warehouse.dim_game.game_key IS 'Key: game_id of game.game.';
COMMENT ON COLUMN warehouse.dim_game.code IS 'Id of the game as events name it.';
COMMENT ON COLUMN warehouse.dim_game.name IS 'Name for people.';
COMMENT ON COLUMN warehouse.dim_game.time_zone IS 'IANA time zone that the days of its facts are of.';
COMMENT ON COLUMN warehouse.dim_game.currency IS 'Its own currency.';

CREATE TABLE warehouse.dim_player (
    player_key bigint GENERATED ALWAYS AS IDENTITY,
    game_key integer,
    player_id bigint NOT NULL,
    player text,
    person_id bigint NOT NULL,
    person text,
    platform text,
    version text,
    country text,
    region text,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    is_current boolean NOT NULL GENERATED ALWAYS AS (valid_to = '9999-12-31 00:00+00') STORED,
    load_number bigint NOT NULL,
    CONSTRAINT dim_player_pkey PRIMARY KEY (player_key),
    CONSTRAINT dim_player_valid_from_key UNIQUE (player_id, valid_from),
    CONSTRAINT dim_player_is_in_order CHECK (valid_from < valid_to)
);

COMMENT ON TABLE warehouse.dim_player IS 'Players with their history: a row for each stretch of time with one platform, version, country and region (type 2). It follows from events, in whatever order they are loaded. What an event does not say stays as it was.';
COMMENT ON COLUMN warehouse.dim_player.player_key IS 'Key of the row; 0: no player is known.';
COMMENT ON COLUMN warehouse.dim_player.game_key IS 'The game.';
COMMENT ON COLUMN warehouse.dim_player.player_id IS 'player_id of game.player: the same in all rows of one player.';
COMMENT ON COLUMN warehouse.dim_player.player IS 'Id of the player outside.';
COMMENT ON COLUMN warehouse.dim_player.person_id IS 'The player_id that stays where ids were merged, else player_id: count distinct of this for people.';
COMMENT ON COLUMN warehouse.dim_player.person IS 'Its id outside. Both are those of today in all rows (type 1).';
COMMENT ON COLUMN warehouse.dim_player.platform IS 'Platform since valid_from.';
COMMENT ON COLUMN warehouse.dim_player.version IS 'Version of the game since then.';
COMMENT ON COLUMN warehouse.dim_player.country IS 'Country since then.';
COMMENT ON COLUMN warehouse.dim_player.region IS 'Part of it since then.';
COMMENT ON COLUMN warehouse.dim_player.valid_from IS 'Time of the first event that said so; of the first row the player''s first event.';
COMMENT ON COLUMN warehouse.dim_player.valid_to IS 'Until then, without it; the end of 9999 where it is so still.';
COMMENT ON COLUMN warehouse.dim_player.is_current IS 'Whether it is so still.';
COMMENT ON COLUMN warehouse.dim_player.load_number IS 'The load that last looked at it.';

CREATE TABLE warehouse.dim_device (
    device_key bigint NOT NULL,
    game_key integer,
    device text,
    model text,
    CONSTRAINT dim_device_pkey PRIMARY KEY (device_key)
);

COMMENT ON TABLE warehouse.dim_device IS 'Installations and devices.';
COMMENT ON COLUMN warehouse.dim_device.device_key IS 'Key: device_id of game.device; 0: none is known.';
COMMENT ON COLUMN warehouse.dim_device.game_key IS 'The game.';
COMMENT ON COLUMN warehouse.dim_device.device IS 'Id of the device outside.';
COMMENT ON COLUMN warehouse.dim_device.model IS 'Model, where it is known.';

CREATE TABLE warehouse.dim_region (
    region_key integer NOT NULL,
    country text,
    region text,
    CONSTRAINT dim_region_pkey PRIMARY KEY (region_key)
);

COMMENT ON TABLE warehouse.dim_region IS 'Where something happened.';
COMMENT ON COLUMN warehouse.dim_region.region_key IS 'Key: region_id of game.region; 0: not known.';
COMMENT ON COLUMN warehouse.dim_region.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN warehouse.dim_region.region IS 'Part of the country.';

CREATE TABLE warehouse.dim_event_type (
    event_type_key integer NOT NULL,
    game_key integer NOT NULL,
    name text NOT NULL,
    is_passive boolean NOT NULL,
    CONSTRAINT dim_event_type_pkey PRIMARY KEY (event_type_key)
);

COMMENT ON TABLE warehouse.dim_event_type IS 'Names of events.';
COMMENT ON COLUMN warehouse.dim_event_type.event_type_key IS 'Key: event_type_id of game.event_type.';
COMMENT ON COLUMN warehouse.dim_event_type.game_key IS 'The game.';
COMMENT ON COLUMN warehouse.dim_event_type.name IS 'What happened.';
COMMENT ON COLUMN warehouse.dim_event_type.is_passive IS 'Whether it happens without the player.';

INSERT INTO warehouse.dim_player (player_key, player_id, person_id, valid_from, valid_to, load_number)
OVERRIDING SYSTEM VALUE VALUES (0, 0, 0, '1900-01-01 00:00+00', '9999-12-31 00:00+00', 0);
INSERT INTO warehouse.dim_device (device_key) VALUES (0);
INSERT INTO warehouse.dim_region (region_key) VALUES (0);
