-- Facts. A key of a dimension is never null. References to players are looked at when a load ends: until then a history
-- is made anew. Those of fact_event are not declared as foreign keys: a million rows would be looked up six times each,
-- and what they refer to is made in the same transaction out of rows whose keys are checked.

CREATE TABLE warehouse.fact_event (
    event_key bigint NOT NULL,
    game_key integer NOT NULL,
    date_key integer NOT NULL,
    event_type_key integer NOT NULL,
    player_key bigint NOT NULL,
    device_key bigint NOT NULL,
    region_key integer NOT NULL,
    occurred_at timestamptz NOT NULL,
    value double precision,
    env text NOT NULL,
    severity text NOT NULL,
    currency text,
    map text,
    level text,
    match_id text,
    CONSTRAINT fact_event_pkey PRIMARY KEY (event_key)
);
-- Rows lie in about the order of time.
CREATE INDEX fact_event_date ON warehouse.fact_event USING brin (date_key);

COMMENT ON TABLE warehouse.fact_event IS 'One row for each event.';
COMMENT ON COLUMN warehouse.fact_event.event_key IS 'Key: game_event_id of game.game_event.';
COMMENT ON COLUMN warehouse.fact_event.game_key IS 'The game.';
COMMENT ON COLUMN warehouse.fact_event.date_key IS 'Day of the game''s time zone.';
COMMENT ON COLUMN warehouse.fact_event.event_type_key IS 'What happened.';
COMMENT ON COLUMN warehouse.fact_event.player_key IS 'Who did it, as they were then.';
COMMENT ON COLUMN warehouse.fact_event.device_key IS 'On which device.';
COMMENT ON COLUMN warehouse.fact_event.region_key IS 'Where.';
COMMENT ON COLUMN warehouse.fact_event.occurred_at IS 'When.';
COMMENT ON COLUMN warehouse.fact_event.value IS 'The event''s one number.';
COMMENT ON COLUMN warehouse.fact_event.env IS 'Environment: prod, dev, ...';
COMMENT ON COLUMN warehouse.fact_event.severity IS 'info, warning or critical.';
COMMENT ON COLUMN warehouse.fact_event.currency IS 'Currency of the value, where it is money.';
COMMENT ON COLUMN warehouse.fact_event.map IS 'The map it happened on.';
COMMENT ON COLUMN warehouse.fact_event.level IS 'The level it happened in.';
COMMENT ON COLUMN warehouse.fact_event.match_id IS 'The match it happened in.';

CREATE TABLE warehouse.fact_session (
    session_key bigint NOT NULL,
    client_session_id bigint NOT NULL,
    game_key integer NOT NULL,
    date_key integer NOT NULL,
    player_key bigint NOT NULL,
    player_id bigint,
    region_key integer NOT NULL,
    env text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    length_us bigint NOT NULL,
    events bigint NOT NULL,
    crashes bigint NOT NULL,
    quits bigint NOT NULL,
    backgrounds bigint NOT NULL,
    CONSTRAINT fact_session_pkey PRIMARY KEY (session_key),
    CONSTRAINT fact_session_game_fkey FOREIGN KEY (game_key) REFERENCES warehouse.dim_game,
    CONSTRAINT fact_session_date_fkey FOREIGN KEY (date_key) REFERENCES warehouse.dim_date,
    CONSTRAINT fact_session_player_fkey FOREIGN KEY (player_key) REFERENCES warehouse.dim_player
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fact_session_region_fkey FOREIGN KEY (region_key) REFERENCES warehouse.dim_region
);
CREATE INDEX fact_session_client_session ON warehouse.fact_session (client_session_id);
CREATE INDEX fact_session_player ON warehouse.fact_session (player_id, started_at);

COMMENT ON TABLE warehouse.fact_session IS 'One row for each session as it is counted. What was reported of its end later is in it, and so is what the same player did in it under an id that was merged.';
COMMENT ON COLUMN warehouse.fact_session.session_key IS 'Key: smallest session_id of what makes it up in game.session.';
COMMENT ON COLUMN warehouse.fact_session.client_session_id IS 'Session as the client names it: of its first part.';
COMMENT ON COLUMN warehouse.fact_session.game_key IS 'The game.';
COMMENT ON COLUMN warehouse.fact_session.date_key IS 'Day of the game''s time zone on which it began.';
COMMENT ON COLUMN warehouse.fact_session.player_key IS 'Who played, as they were when it began.';
COMMENT ON COLUMN warehouse.fact_session.player_id IS 'Who, whatever they were like.';
COMMENT ON COLUMN warehouse.fact_session.region_key IS 'Where: of the first event.';
COMMENT ON COLUMN warehouse.fact_session.env IS 'Environment: prod, dev, ...';
COMMENT ON COLUMN warehouse.fact_session.started_at IS 'Time of the first event.';
COMMENT ON COLUMN warehouse.fact_session.ended_at IS 'Time of the last event, but for reports of how it ended.';
COMMENT ON COLUMN warehouse.fact_session.length_us IS 'Length in microseconds: by the monotonic clock, where the client sends it.';
COMMENT ON COLUMN warehouse.fact_session.events IS 'Events in it.';
COMMENT ON COLUMN warehouse.fact_session.crashes IS 'Events that say that the process died.';
COMMENT ON COLUMN warehouse.fact_session.quits IS 'session_end events with any other reason than background.';
COMMENT ON COLUMN warehouse.fact_session.backgrounds IS 'session_end events with the reason background.';

CREATE TABLE warehouse.fact_purchase (
    purchase_key bigint NOT NULL,
    game_key integer NOT NULL,
    date_key integer NOT NULL,
    player_key bigint NOT NULL,
    player_id bigint,
    region_key integer NOT NULL,
    env text NOT NULL,
    purchased_at timestamptz NOT NULL,
    amount_micros bigint NOT NULL,
    currency text NOT NULL,
    quantity integer NOT NULL,
    product text,
    kind text NOT NULL,
    transaction_id text,
    is_counted boolean NOT NULL,
    CONSTRAINT fact_purchase_pkey PRIMARY KEY (purchase_key),
    CONSTRAINT fact_purchase_game_fkey FOREIGN KEY (game_key) REFERENCES warehouse.dim_game,
    CONSTRAINT fact_purchase_date_fkey FOREIGN KEY (date_key) REFERENCES warehouse.dim_date,
    CONSTRAINT fact_purchase_player_fkey FOREIGN KEY (player_key) REFERENCES warehouse.dim_player
        DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fact_purchase_region_fkey FOREIGN KEY (region_key) REFERENCES warehouse.dim_region
);
CREATE INDEX fact_purchase_player ON warehouse.fact_purchase (player_id, purchased_at);

COMMENT ON TABLE warehouse.fact_purchase IS 'One row for each report of a purchase or refund. Revenue is the sum of those that are counted.';
COMMENT ON COLUMN warehouse.fact_purchase.purchase_key IS 'Key: purchase_id of game.purchase.';
COMMENT ON COLUMN warehouse.fact_purchase.game_key IS 'The game.';
COMMENT ON COLUMN warehouse.fact_purchase.date_key IS 'Day of the game''s time zone.';
COMMENT ON COLUMN warehouse.fact_purchase.player_key IS 'Who paid, as they were then.';
COMMENT ON COLUMN warehouse.fact_purchase.player_id IS 'Who, whatever they were like.';
COMMENT ON COLUMN warehouse.fact_purchase.region_key IS 'Where.';
COMMENT ON COLUMN warehouse.fact_purchase.env IS 'Environment: prod, dev, ...';
COMMENT ON COLUMN warehouse.fact_purchase.purchased_at IS 'When.';
COMMENT ON COLUMN warehouse.fact_purchase.amount_micros IS 'Millionths of the currency; below 0 for a refund.';
COMMENT ON COLUMN warehouse.fact_purchase.currency IS 'ISO 4217.';
COMMENT ON COLUMN warehouse.fact_purchase.quantity IS 'How many of it.';
COMMENT ON COLUMN warehouse.fact_purchase.product IS 'Id of the product in the store.';
COMMENT ON COLUMN warehouse.fact_purchase.kind IS 'iap, dlc, sub, ...';
COMMENT ON COLUMN warehouse.fact_purchase.transaction_id IS 'The store''s id of the order.';
COMMENT ON COLUMN warehouse.fact_purchase.is_counted IS 'Whether it is revenue: validated, the first report of its order, and of a refund that its order counts.';

CREATE TABLE warehouse.fact_player_day (
    game_key integer NOT NULL,
    player_id bigint NOT NULL,
    day date NOT NULL,
    CONSTRAINT fact_player_day_pkey PRIMARY KEY (game_key, player_id, day)
);

COMMENT ON TABLE warehouse.fact_player_day IS 'Days on which players were active in the environment prod: what players by day and retention are counted from.';
COMMENT ON COLUMN warehouse.fact_player_day.game_key IS 'The game.';
COMMENT ON COLUMN warehouse.fact_player_day.player_id IS 'The player: player_id of dim_player.';
COMMENT ON COLUMN warehouse.fact_player_day.day IS 'Day of the game''s time zone.';

CREATE TABLE warehouse.loaded (
    is_only boolean NOT NULL DEFAULT true,
    load_number bigint NOT NULL,
    upto bigint NOT NULL,
    server bigint NOT NULL,
    loaded_at timestamptz NOT NULL,
    CONSTRAINT loaded_pkey PRIMARY KEY (is_only),
    CONSTRAINT loaded_is_one_row CHECK (is_only)
);

COMMENT ON TABLE warehouse.loaded IS 'How far the warehouse is: one row.';
COMMENT ON COLUMN warehouse.loaded.is_only IS 'Always true.';
COMMENT ON COLUMN warehouse.loaded.load_number IS 'How many loads there were.';
COMMENT ON COLUMN warehouse.loaded.upto IS 'What transactions below this number wrote is loaded.';
COMMENT ON COLUMN warehouse.loaded.server IS 'The server whose transactions these are: another one, after a restore, counts anew, and all is read again.';
COMMENT ON COLUMN warehouse.loaded.loaded_at IS 'When.';

-- What a load works with: empty between loads.
CREATE UNLOGGED TABLE warehouse.touched_player (
    player_id bigint NOT NULL,
    game_id integer NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT touched_player_pkey PRIMARY KEY (player_id)
);

COMMENT ON TABLE warehouse.touched_player IS 'Players whose history the load that is running looks at again; empty between loads.';
COMMENT ON COLUMN warehouse.touched_player.player_id IS 'The player.';
COMMENT ON COLUMN warehouse.touched_player.game_id IS 'The game.';
COMMENT ON COLUMN warehouse.touched_player.since IS 'Since when.';

CREATE UNLOGGED TABLE warehouse.touched_session (
    client_session_id bigint NOT NULL,
    owner text NOT NULL,
    CONSTRAINT touched_session_pkey PRIMARY KEY (client_session_id)
);

COMMENT ON TABLE warehouse.touched_session IS 'Sessions of clients that the load that is running looks at again; empty between loads.';
COMMENT ON COLUMN warehouse.touched_session.client_session_id IS 'The session.';
COMMENT ON COLUMN warehouse.touched_session.owner IS 'Whose it is, by the id that stays.';

GRANT SELECT ON warehouse.dim_date, warehouse.dim_game, warehouse.dim_player, warehouse.dim_device,
    warehouse.dim_region, warehouse.dim_event_type, warehouse.fact_event, warehouse.fact_session,
    warehouse.fact_purchase, warehouse.fact_player_day, warehouse.loaded
    TO playtrace_reader;
