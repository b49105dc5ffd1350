CREATE TABLE game.purchase (
    purchase_id bigint GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    event_id uuid NOT NULL,
    env text NOT NULL,
    player_id bigint,
    client_build_id integer,
    region_id integer,
    purchased_at timestamptz NOT NULL,
    amount_micros bigint NOT NULL,
    currency text NOT NULL,
    product text,
    kind text,
    quantity integer NOT NULL DEFAULT 1,
    transaction_id text,
    is_validated boolean NOT NULL DEFAULT true,
    event_order bigint[] NOT NULL
);

COMMENT ON TABLE game.purchase IS 'Purchases for real money and their refunds: one row for each purchase event with an amount. An order that is reported several times with one transaction_id counts once: the first report by event_order of those that are validated.';
COMMENT ON COLUMN game.purchase.purchase_id IS 'Key inside this database.';
COMMENT ON COLUMN game.purchase.game_id IS 'The game.';
COMMENT ON COLUMN game.purchase.event_id IS 'The event that reported it.';
COMMENT ON COLUMN game.purchase.env IS 'Environment: prod, dev, ...';
COMMENT ON COLUMN game.purchase.player_id IS 'Who paid.';
COMMENT ON COLUMN game.purchase.client_build_id IS 'Platform, operating system, version and build.';
COMMENT ON COLUMN game.purchase.region_id IS 'Country and part of it.';
COMMENT ON COLUMN game.purchase.purchased_at IS 'When.';
COMMENT ON COLUMN game.purchase.amount_micros IS 'What was paid, in millionths of the currency; below 0 for a refund.';
COMMENT ON COLUMN game.purchase.currency IS 'ISO 4217; that of the game where the event names none.';
COMMENT ON COLUMN game.purchase.product IS 'Id of the product in the store.';
COMMENT ON COLUMN game.purchase.kind IS 'iap, dlc, sub, ...; none means iap.';
COMMENT ON COLUMN game.purchase.quantity IS 'How many of it.';
COMMENT ON COLUMN game.purchase.transaction_id IS 'The store''s id of the order; of a refund the id of what is given back.';
COMMENT ON COLUMN game.purchase.is_validated IS 'Whether the store confirmed it.';
COMMENT ON COLUMN game.purchase.event_order IS 'Place of the event in the order of all: microseconds, seq, journal offset, position.';
