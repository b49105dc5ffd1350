-- Each index costs every event that is written: only those that a question needs. An index of a partitioned table is one
-- of each partition.

-- Reports of a game and a kind of event in a range of time.
CREATE INDEX game_event_type_time ON game.game_event (game_id, event_type_id, occurred_at);
-- All about one player, in order; what anti-cheat rules look back at.
CREATE INDEX game_event_player_time ON game.game_event (game_id, player_id, occurred_at);
-- What is new since a transaction: rows lie in about that order, so a few pages of this say where.
CREATE INDEX game_event_written_in ON game.game_event USING brin (written_in) WITH (pages_per_range = 32);
-- Of crashes and errors, any property: by exception, title, function of the stack trace (props @> '{"exception": "..."}').
-- For all events it would cost as much as all other indexes together.
CREATE INDEX game_event_trouble_props ON game.game_event USING gin (props jsonb_path_ops) WHERE severity <> 'info';
