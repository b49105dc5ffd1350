CREATE TABLE game.set_aside_event (
    set_aside_event_id bigint GENERATED ALWAYS AS IDENTITY,
    game_code text NOT NULL,
    received_at timestamptz NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    error text NOT NULL,
    body text NOT NULL,
    journal_id uuid NOT NULL,
    journal_offset bigint NOT NULL,
    position integer NOT NULL,
    fingerprint uuid NOT NULL GENERATED ALWAYS AS (md5(outcome || ' ' || reason || ' ' || body)::uuid) STORED
);

COMMENT ON TABLE game.set_aside_event IS 'What playtrace received and did not store, with why: a copy of its set_aside.';
COMMENT ON COLUMN game.set_aside_event.set_aside_event_id IS 'Key inside this database.';
COMMENT ON COLUMN game.set_aside_event.game_code IS 'The game, as it was sent; empty where it named none.';
COMMENT ON COLUMN game.set_aside_event.received_at IS 'When it was received.';
COMMENT ON COLUMN game.set_aside_event.outcome IS 'quarantined or refused.';
COMMENT ON COLUMN game.set_aside_event.reason IS 'Why, in a word.';
COMMENT ON COLUMN game.set_aside_event.error IS 'Why, as a sentence.';
COMMENT ON COLUMN game.set_aside_event.body IS 'What was sent, as JSON; of a refused event at most 2 KB.';
COMMENT ON COLUMN game.set_aside_event.journal_id IS 'The journal that brought it.';
COMMENT ON COLUMN game.set_aside_event.journal_offset IS 'Entry of the journal that brought it.';
COMMENT ON COLUMN game.set_aside_event.position IS 'Place in that entry.';
COMMENT ON COLUMN game.set_aside_event.fingerprint IS 'Tells apart what stands at one place.';

CREATE TABLE game.refused_event (
    refused_event_id bigint GENERATED ALWAYS AS IDENTITY,
    game_code text,
    event_id text,
    sqlstate text NOT NULL,
    reason text NOT NULL,
    body text NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now(),
    refused_from text NOT NULL DEFAULT session_user,
    fingerprint uuid NOT NULL GENERATED ALWAYS AS (md5(body)::uuid) STORED
);

COMMENT ON TABLE game.refused_event IS 'Events that ingest_events did not take, with why: their neighbours were taken. What is sent again stands here once.';
COMMENT ON COLUMN game.refused_event.refused_event_id IS 'Key inside this database.';
COMMENT ON COLUMN game.refused_event.game_code IS 'The game that it named.';
COMMENT ON COLUMN game.refused_event.event_id IS 'The event id that it named.';
COMMENT ON COLUMN game.refused_event.sqlstate IS 'What record_event would have raised.';
COMMENT ON COLUMN game.refused_event.reason IS 'Why, as a sentence that names the field.';
COMMENT ON COLUMN game.refused_event.body IS 'What was sent, as JSON, cut at 32,768 characters.';
COMMENT ON COLUMN game.refused_event.refused_at IS 'When.';
COMMENT ON COLUMN game.refused_event.refused_from IS 'The account that sent it.';
COMMENT ON COLUMN game.refused_event.fingerprint IS 'Tells events apart that have no readable id.';
