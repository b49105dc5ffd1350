-- What a client calls a session is an id, and what is counted as one is a stretch of play: an id that is taken up again
-- after days is another session, and one without an id is told apart by silence alone. So these are two tables. Events
-- refer to the id, which never changes; sessions grow, and two may turn out to be one when a late event lies between.

CREATE TABLE game.client_session (
    client_session_id bigint GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    env text NOT NULL,
    external_id text NOT NULL,
    owner_player_id bigint,
    owner_device_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_in bigint NOT NULL
);

COMMENT ON TABLE game.client_session IS 'Sessions as clients name them: by an id, or by none.';
COMMENT ON COLUMN game.client_session.client_session_id IS 'Key inside this database.';
COMMENT ON COLUMN game.client_session.game_id IS 'The game.';
COMMENT ON COLUMN game.client_session.env IS 'Environment: prod, dev, ...';
COMMENT ON COLUMN game.client_session.external_id IS 'session_id of events; empty for what a player or device did without one.';
COMMENT ON COLUMN game.client_session.owner_player_id IS 'Whose it is, where the id is empty or shorter than 16 characters: many clients number their sessions 1, 2, 3.';
COMMENT ON COLUMN game.client_session.owner_device_id IS 'Whose it is in the same case, where no player is known.';
COMMENT ON COLUMN game.client_session.created_at IS 'When it was first heard of here.';
COMMENT ON COLUMN game.client_session.changed_in IS 'Number of the transaction that last changed its sessions: what to read again.';

CREATE TABLE game.session (
    session_id bigint GENERATED ALWAYS AS IDENTITY,
    client_session_id bigint NOT NULL,
    game_id integer NOT NULL,
    env text NOT NULL,
    player_id bigint,
    client_build_id integer,
    region_id integer,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    on_since timestamptz NOT NULL,
    mono_ms bigint,
    events bigint NOT NULL,
    played bigint NOT NULL,
    crashes bigint NOT NULL,
    quits bigint NOT NULL,
    backgrounds bigint NOT NULL,
    first_event_key bigint[] NOT NULL,
    first_player_key bigint[]
) WITH (fillfactor = 80);

COMMENT ON TABLE game.session IS 'Sessions as they are counted: stretches of play without a silence longer than the timeout of the game. They follow from events, whatever the order of their arrival. One with played = 0 is only a report of how an earlier one ended, and is not counted.';
COMMENT ON COLUMN game.session.session_id IS 'Key inside this database. Of two sessions that turn out to be one, the smaller stays.';
COMMENT ON COLUMN game.session.client_session_id IS 'The id that the client gave it.';
COMMENT ON COLUMN game.session.game_id IS 'The game.';
COMMENT ON COLUMN game.session.env IS 'Environment: prod, dev, ...';
COMMENT ON COLUMN game.session.player_id IS 'Who played: of the first event that names a player.';
COMMENT ON COLUMN game.session.client_build_id IS 'With what: of the first event.';
COMMENT ON COLUMN game.session.region_id IS 'Where: of the first event.';
COMMENT ON COLUMN game.session.started_at IS 'Time of the first event.';
COMMENT ON COLUMN game.session.ended_at IS 'Time of the last event.';
COMMENT ON COLUMN game.session.on_since IS 'Since when it was on, as the monotonic clock of its events says; a day before them at most.';
COMMENT ON COLUMN game.session.mono_ms IS 'Largest time on the monotonic clock, in milliseconds, where the client sends it.';
COMMENT ON COLUMN game.session.events IS 'Events in it.';
COMMENT ON COLUMN game.session.played IS 'Events in it that are no crash.';
COMMENT ON COLUMN game.session.crashes IS 'Events that say that the process died.';
COMMENT ON COLUMN game.session.quits IS 'session_end events with any other reason than background.';
COMMENT ON COLUMN game.session.backgrounds IS 'session_end events with the reason background.';
COMMENT ON COLUMN game.session.first_event_key IS 'Place of its first event in the order of all: microseconds, seq, journal offset, position.';
COMMENT ON COLUMN game.session.first_player_key IS 'The same of the first event that names a player.';
