-- Keys some of whose columns may be empty, so that a row is found by all of them: IS NOT DISTINCT FROM uses no index.
CREATE UNIQUE INDEX region_key ON game.region (coalesce(country, ''), coalesce(region, ''));
CREATE UNIQUE INDEX client_build_key ON game.client_build (
    game_id, coalesce(platform, ''), coalesce(version, ''), coalesce(os, ''), coalesce(build, '')
);
CREATE UNIQUE INDEX client_session_key ON game.client_session (
    game_id, external_id, env, coalesce(owner_player_id, 0), coalesce(owner_device_id, 0)
);
-- The other side of foreign keys that something deletes or looks up by, and what reports read.

CREATE INDEX session_client_session ON game.session (game_id, client_session_id);
CREATE INDEX session_time ON game.session (game_id, started_at);
CREATE INDEX session_player_time ON game.session (game_id, player_id, started_at);
CREATE INDEX client_session_player ON game.client_session (game_id, owner_player_id) WHERE owner_player_id IS NOT NULL;
CREATE INDEX player_first_seen ON game.player (game_id, first_seen_at);
CREATE INDEX player_merged_into ON game.player (game_id, merged_into_player_id)
    WHERE merged_into_player_id IS NOT NULL;
CREATE INDEX purchase_time ON game.purchase (game_id, purchased_at);
CREATE INDEX purchase_player_time ON game.purchase (game_id, player_id, purchased_at);
CREATE INDEX purchase_transaction ON game.purchase (game_id, transaction_id) WHERE transaction_id IS NOT NULL;
CREATE INDEX player_achievement_achievement ON game.player_achievement (game_id, achievement_id, unlocked_at);
-- One flag of a kind for each player is open at a time.
CREATE UNIQUE INDEX anti_cheat_flag_open ON game.anti_cheat_flag (game_id, player_id, kind) WHERE status = 'open';
CREATE INDEX anti_cheat_flag_player ON game.anti_cheat_flag (game_id, player_id);
CREATE INDEX audit_log_row ON game.audit_log (table_name, row_key);
CREATE INDEX audit_log_time ON game.audit_log USING brin (changed_at);
CREATE INDEX refused_event_time ON game.refused_event USING brin (refused_at);
