CREATE OR REPLACE FUNCTION game.text_of(props jsonb, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN jsonb_typeof(props -> name) IN ('string', 'number', 'boolean')
        THEN nullif(left(props ->> name, 256), '') END
$$;

COMMENT ON FUNCTION game.text_of(jsonb, text) IS 'A property as text of at most 256 characters; an object or a list counts as not sent.';

CREATE OR REPLACE FUNCTION game.note_purchases() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    purchase CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE name = 'purchase');
BEGIN
    INSERT INTO game.purchase (
        game_id, event_id, env, player_id, client_build_id, region_id, purchased_at, amount_micros, currency, product,
        kind, quantity, transaction_id, is_validated, event_order
    )
    SELECT added.game_id, added.event_id, added.env, added.player_id, added.client_build_id, added.region_id,
        added.occurred_at, (sign(added.value) * floor(abs(added.value) * 1e6 + 0.5))::bigint,
        coalesce(added.currency, game.currency), game.text_of(added.props, 'product'),
        game.text_of(added.props, 'kind'),
        CASE
            WHEN jsonb_typeof(added.props -> 'quantity') = 'number'
                AND (added.props ->> 'quantity')::numeric BETWEEN 1 AND 1000000000
            THEN floor((added.props ->> 'quantity')::numeric)::integer
            ELSE 1
        END,
        game.text_of(added.props, 'transaction_id'),
        coalesce(added.props ->> 'validated' <> 'false', true),
        ARRAY[
            (date_part('epoch', added.occurred_at) * 1e6)::bigint, greatest(0, least(coalesce(added.seq, 0), 32767)),
            added.journal_offset, added.position
        ]
    FROM added
    JOIN game.game ON game.game_id = added.game_id
    -- What is beyond all measure stays an event, and is no purchase.
    WHERE added.event_type_id = ANY (purchase) AND abs(added.value) <= 1e11
    ORDER BY added.game_event_id;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.note_purchases() IS 'Makes a purchase of each new purchase event with an amount.';

CREATE OR REPLACE TRIGGER game_event_40_purchases AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.note_purchases();
