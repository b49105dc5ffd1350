CREATE TABLE game.anti_cheat_rule (
    anti_cheat_rule_id integer GENERATED ALWAYS AS IDENTITY,
    game_id integer,
    kind text NOT NULL,
    subject text,
    threshold double precision NOT NULL,
    window_seconds double precision NOT NULL DEFAULT 0,
    is_enabled boolean NOT NULL DEFAULT true,
    description text NOT NULL
);

COMMENT ON TABLE game.anti_cheat_rule IS 'What raises a flag. A rule of a game goes before one for all games of the same kind and subject.';
COMMENT ON COLUMN game.anti_cheat_rule.anti_cheat_rule_id IS 'Key inside this database.';
COMMENT ON COLUMN game.anti_cheat_rule.game_id IS 'The game; none: all games.';
COMMENT ON COLUMN game.anti_cheat_rule.kind IS 'gain_rate, speed, clock_drift, clock_back, score or prerequisite: what is looked at.';
COMMENT ON COLUMN game.anti_cheat_rule.subject IS 'Of what: the currency of gain_rate, the map of speed, the event of score. None: any that has no rule of its own.';
COMMENT ON COLUMN game.anti_cheat_rule.threshold IS 'Beyond this: amount per window, units per second, share of the time, milliseconds, score.';
COMMENT ON COLUMN game.anti_cheat_rule.window_seconds IS 'Over how long: of gain_rate the window, of clock_drift the least stretch of time.';
COMMENT ON COLUMN game.anti_cheat_rule.is_enabled IS 'Whether it is in force.';
COMMENT ON COLUMN game.anti_cheat_rule.description IS 'What it says, for people.';

CREATE TABLE game.anti_cheat_flag (
    anti_cheat_flag_id bigint GENERATED ALWAYS AS IDENTITY,
    game_id integer NOT NULL,
    player_id bigint NOT NULL,
    anti_cheat_rule_id integer,
    kind text NOT NULL,
    status text NOT NULL DEFAULT 'open',
    occurrences bigint NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    value double precision,
    threshold double precision,
    evidence jsonb NOT NULL DEFAULT '[]',
    raised_by text NOT NULL DEFAULT session_user,
    raised_at timestamptz NOT NULL DEFAULT now(),
    reviewed_by text,
    reviewed_at timestamptz,
    note text
);

COMMENT ON TABLE game.anti_cheat_flag IS 'Players whom a rule or a person suspects, with the evidence. A person decides; nothing is blocked. While a flag is open, more of the same is added to it.';
COMMENT ON COLUMN game.anti_cheat_flag.anti_cheat_flag_id IS 'Key inside this database.';
COMMENT ON COLUMN game.anti_cheat_flag.game_id IS 'The game.';
COMMENT ON COLUMN game.anti_cheat_flag.player_id IS 'Who is suspected.';
COMMENT ON COLUMN game.anti_cheat_flag.anti_cheat_rule_id IS 'The rule; none where a person or a game server raised it.';
COMMENT ON COLUMN game.anti_cheat_flag.kind IS 'Kind of the rule, or what flag_player was told.';
COMMENT ON COLUMN game.anti_cheat_flag.status IS 'open, confirmed or dismissed.';
COMMENT ON COLUMN game.anti_cheat_flag.occurrences IS 'How often it was seen.';
COMMENT ON COLUMN game.anti_cheat_flag.first_at IS 'When it happened first.';
COMMENT ON COLUMN game.anti_cheat_flag.last_at IS 'When it happened last.';
COMMENT ON COLUMN game.anti_cheat_flag.value IS 'The worst that was seen, in the unit of the threshold.';
COMMENT ON COLUMN game.anti_cheat_flag.threshold IS 'Threshold of the rule when that was seen.';
COMMENT ON COLUMN game.anti_cheat_flag.evidence IS 'The first 20 occurrences: a list of objects with at, value, and event_ids.';
COMMENT ON COLUMN game.anti_cheat_flag.raised_by IS 'The account that wrote what raised it.';
COMMENT ON COLUMN game.anti_cheat_flag.raised_at IS 'When it was raised.';
COMMENT ON COLUMN game.anti_cheat_flag.reviewed_by IS 'The account that decided.';
COMMENT ON COLUMN game.anti_cheat_flag.reviewed_at IS 'When it was decided.';
COMMENT ON COLUMN game.anti_cheat_flag.note IS 'What whoever decided says about it.';
