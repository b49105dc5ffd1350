-- Keys. Where a row of one game must refer to rows of the same game, the key that is referred to has both. Keys some of
-- whose columns may be empty are unique indexes: indexes/02_others.sql.

ALTER TABLE game.schema_version ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
ALTER TABLE game.schema_object ADD CONSTRAINT schema_object_pkey PRIMARY KEY (kind, name);

ALTER TABLE game.game ADD CONSTRAINT game_pkey PRIMARY KEY (game_id);
ALTER TABLE game.game ADD CONSTRAINT game_code_key UNIQUE (code);

ALTER TABLE game.region ADD CONSTRAINT region_pkey PRIMARY KEY (region_id);

ALTER TABLE game.client_build ADD CONSTRAINT client_build_pkey PRIMARY KEY (game_id, client_build_id);

ALTER TABLE game.event_type ADD CONSTRAINT event_type_pkey PRIMARY KEY (game_id, event_type_id);
ALTER TABLE game.event_type ADD CONSTRAINT event_type_name_key UNIQUE (game_id, name);

ALTER TABLE game.player ADD CONSTRAINT player_pkey PRIMARY KEY (game_id, player_id);
ALTER TABLE game.player ADD CONSTRAINT player_external_id_key UNIQUE (game_id, external_id);

ALTER TABLE game.device ADD CONSTRAINT device_pkey PRIMARY KEY (game_id, device_id);
ALTER TABLE game.device ADD CONSTRAINT device_external_id_key UNIQUE (game_id, external_id);

ALTER TABLE game.client_session ADD CONSTRAINT client_session_pkey PRIMARY KEY (game_id, client_session_id);
ALTER TABLE game.session ADD CONSTRAINT session_pkey PRIMARY KEY (session_id);

ALTER TABLE game.event_key ADD CONSTRAINT event_key_pkey PRIMARY KEY (game_id, event_id);
-- A key of a partitioned table has the column that it is partitioned by.
ALTER TABLE game.game_event ADD CONSTRAINT game_event_pkey PRIMARY KEY (game_event_id, occurred_at);

ALTER TABLE game.purchase ADD CONSTRAINT purchase_pkey PRIMARY KEY (purchase_id);
ALTER TABLE game.purchase ADD CONSTRAINT purchase_event_id_key UNIQUE (game_id, event_id);

ALTER TABLE game.achievement ADD CONSTRAINT achievement_pkey PRIMARY KEY (game_id, achievement_id);
ALTER TABLE game.achievement ADD CONSTRAINT achievement_code_key UNIQUE (game_id, code);
ALTER TABLE game.player_achievement
    ADD CONSTRAINT player_achievement_pkey PRIMARY KEY (game_id, player_id, achievement_id);

ALTER TABLE game.anti_cheat_rule ADD CONSTRAINT anti_cheat_rule_pkey PRIMARY KEY (anti_cheat_rule_id);
ALTER TABLE game.anti_cheat_rule
    ADD CONSTRAINT anti_cheat_rule_of_game_key UNIQUE NULLS NOT DISTINCT (game_id, kind, subject);
ALTER TABLE game.anti_cheat_flag ADD CONSTRAINT anti_cheat_flag_pkey PRIMARY KEY (anti_cheat_flag_id);

ALTER TABLE game.audit_log ADD CONSTRAINT audit_log_pkey PRIMARY KEY (audit_log_id);

ALTER TABLE game.set_aside_event ADD CONSTRAINT set_aside_event_pkey PRIMARY KEY (set_aside_event_id);
ALTER TABLE game.set_aside_event
    ADD CONSTRAINT set_aside_event_place_key UNIQUE (journal_id, journal_offset, position, fingerprint);
ALTER TABLE game.refused_event ADD CONSTRAINT refused_event_pkey PRIMARY KEY (refused_event_id);
ALTER TABLE game.refused_event ADD CONSTRAINT refused_event_fingerprint_key UNIQUE (fingerprint);

ALTER TABLE game.mirror_position ADD CONSTRAINT mirror_position_pkey PRIMARY KEY (mirror);

ALTER TABLE game.erasure ADD CONSTRAINT erasure_pkey PRIMARY KEY (erasure_id);
ALTER TABLE game.erasing ADD CONSTRAINT erasing_pkey PRIMARY KEY (erased_in);
ALTER TABLE game.refused_player ADD CONSTRAINT refused_player_pkey PRIMARY KEY (game_id, player_hash);
