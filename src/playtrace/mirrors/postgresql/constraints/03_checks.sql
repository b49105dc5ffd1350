-- Rules that can be said of a row. Lengths are those of playtrace's events: 64 characters of a name, 256 of an id.

ALTER TABLE game.game
    ADD CONSTRAINT game_code_length CHECK (char_length(code) BETWEEN 1 AND 64),
    ADD CONSTRAINT game_name_length CHECK (char_length(name) BETWEEN 1 AND 256),
    ADD CONSTRAINT game_time_zone_length CHECK (char_length(time_zone) BETWEEN 1 AND 64),
    ADD CONSTRAINT game_currency_length CHECK (char_length(currency) BETWEEN 1 AND 64),
    ADD CONSTRAINT game_session_timeout_is_positive
        CHECK (session_timeout BETWEEN interval '1 minute' AND interval '1 day');

ALTER TABLE game.region
    ADD CONSTRAINT region_country_is_code CHECK (country ~ '^[A-Z]{2}$'),
    ADD CONSTRAINT region_region_length CHECK (char_length(region) BETWEEN 1 AND 64),
    ADD CONSTRAINT region_says_something CHECK (num_nonnulls(country, region) > 0);

ALTER TABLE game.client_build
    ADD CONSTRAINT client_build_lengths CHECK (
        char_length(platform) BETWEEN 1 AND 64 AND char_length(os) BETWEEN 1 AND 64
        AND char_length(version) BETWEEN 1 AND 64 AND char_length(build) BETWEEN 1 AND 64
    ),
    ADD CONSTRAINT client_build_says_something CHECK (num_nonnulls(platform, os, version, build) > 0);

ALTER TABLE game.event_type
    ADD CONSTRAINT event_type_name_length CHECK (char_length(name) BETWEEN 1 AND 64);

ALTER TABLE game.player
    ADD CONSTRAINT player_external_id_length CHECK (char_length(external_id) BETWEEN 1 AND 256),
    ADD CONSTRAINT player_status_is_known CHECK (status IN ('active', 'suspended', 'banned')),
    ADD CONSTRAINT player_is_not_merged_into_itself CHECK (merged_into_player_id <> player_id),
    ADD CONSTRAINT player_is_seen_in_order
        CHECK (num_nonnulls(first_seen_at, last_seen_at) <> 1 AND first_seen_at <= last_seen_at);

ALTER TABLE game.device
    ADD CONSTRAINT device_external_id_length CHECK (char_length(external_id) BETWEEN 1 AND 256),
    ADD CONSTRAINT device_model_length CHECK (char_length(model) BETWEEN 1 AND 256);

ALTER TABLE game.client_session
    ADD CONSTRAINT client_session_external_id_length CHECK (char_length(external_id) <= 256),
    ADD CONSTRAINT client_session_env_length CHECK (char_length(env) BETWEEN 1 AND 64),
    ADD CONSTRAINT client_session_has_one_owner CHECK (
        num_nonnulls(owner_player_id, owner_device_id) <= 1
        AND (char_length(external_id) < 16 OR num_nonnulls(owner_player_id, owner_device_id) = 0)
    );

ALTER TABLE game.session
    ADD CONSTRAINT session_is_in_order CHECK (on_since <= started_at AND started_at <= ended_at),
    ADD CONSTRAINT session_lasts_not_before_it_begins CHECK (mono_ms BETWEEN 0 AND 1000000000000),
    ADD CONSTRAINT session_counts CHECK (
        events >= 1 AND played BETWEEN 0 AND events AND crashes BETWEEN 0 AND events AND quits BETWEEN 0 AND events
        AND backgrounds BETWEEN 0 AND events
    ),
    ADD CONSTRAINT session_first_player_is_known CHECK ((player_id IS NULL) = (first_player_key IS NULL));

ALTER TABLE game.event_key
    -- All zeros and all ones stand for no id at all.
    ADD CONSTRAINT event_key_event_id_is_one CHECK (
        event_id NOT IN ('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')
    );

ALTER TABLE game.game_event
    ADD CONSTRAINT game_event_is_not_received_before CHECK (occurred_at <= received_at),
    ADD CONSTRAINT game_event_seq_range CHECK (seq BETWEEN 0 AND 9007199254740992),
    ADD CONSTRAINT game_event_mono_ms_range CHECK (mono_ms BETWEEN 0 AND 1000000000000),
    ADD CONSTRAINT game_event_arrival CHECK (journal_offset >= 0 AND position >= 0),
    -- Not a number, and infinite ones, lie beyond all others.
    ADD CONSTRAINT game_event_numbers_are_finite CHECK (
        x BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
        AND y BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
        AND z BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
        AND value BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308
    ),
    ADD CONSTRAINT game_event_severity_is_known CHECK (severity IN ('info', 'warning', 'critical')),
    ADD CONSTRAINT game_event_name_lengths CHECK (
        char_length(env) BETWEEN 1 AND 64 AND char_length(source) BETWEEN 1 AND 64
        AND char_length(currency) BETWEEN 1 AND 64
    ),
    ADD CONSTRAINT game_event_id_lengths CHECK (
        char_length(match_id) BETWEEN 1 AND 256 AND char_length(level) BETWEEN 1 AND 256
        AND char_length(map) BETWEEN 1 AND 256
    ),
    ADD CONSTRAINT game_event_props_is_object CHECK (jsonb_typeof(props) = 'object');

ALTER TABLE game.purchase
    ADD CONSTRAINT purchase_amount_range CHECK (amount_micros BETWEEN -100000000000000000 AND 100000000000000000),
    ADD CONSTRAINT purchase_currency_length CHECK (char_length(currency) BETWEEN 1 AND 64),
    ADD CONSTRAINT purchase_quantity_is_positive CHECK (quantity >= 1),
    ADD CONSTRAINT purchase_lengths CHECK (
        char_length(product) BETWEEN 1 AND 256 AND char_length(kind) BETWEEN 1 AND 256
        AND char_length(transaction_id) BETWEEN 1 AND 256 AND char_length(env) BETWEEN 1 AND 64
    );

ALTER TABLE game.achievement
    ADD CONSTRAINT achievement_code_length CHECK (char_length(code) BETWEEN 1 AND 256),
    ADD CONSTRAINT achievement_name_length CHECK (char_length(name) BETWEEN 1 AND 256),
    ADD CONSTRAINT achievement_does_not_require_itself CHECK (requires_achievement_id <> achievement_id);

ALTER TABLE game.player_achievement
    ADD CONSTRAINT player_achievement_progress_range CHECK (progress BETWEEN 0 AND 1),
    ADD CONSTRAINT player_achievement_is_unlocked_when_done CHECK ((progress = 1) = (unlocked_at IS NOT NULL));

ALTER TABLE game.anti_cheat_rule
    ADD CONSTRAINT anti_cheat_rule_kind_is_known
        CHECK (kind IN ('gain_rate', 'speed', 'clock_drift', 'clock_back', 'score', 'prerequisite')),
    ADD CONSTRAINT anti_cheat_rule_subject_length CHECK (char_length(subject) BETWEEN 1 AND 256),
    ADD CONSTRAINT anti_cheat_rule_threshold_range CHECK (threshold BETWEEN 0 AND 1e300),
    ADD CONSTRAINT anti_cheat_rule_window_range CHECK (window_seconds BETWEEN 0 AND 86400);

ALTER TABLE game.anti_cheat_flag
    ADD CONSTRAINT anti_cheat_flag_kind_length CHECK (char_length(kind) BETWEEN 1 AND 64),
    ADD CONSTRAINT anti_cheat_flag_status_is_known CHECK (status IN ('open', 'confirmed', 'dismissed')),
    ADD CONSTRAINT anti_cheat_flag_is_reviewed_by_somebody CHECK (
        (status = 'open') = (reviewed_at IS NULL) AND (reviewed_at IS NULL) = (reviewed_by IS NULL)
    ),
    ADD CONSTRAINT anti_cheat_flag_is_in_order CHECK (first_at <= last_at),
    ADD CONSTRAINT anti_cheat_flag_occurrences_are_positive CHECK (occurrences >= 1),
    ADD CONSTRAINT anti_cheat_flag_evidence_is_list
        CHECK (jsonb_typeof(evidence) = 'array' AND jsonb_array_length(evidence) <= 20),
    ADD CONSTRAINT anti_cheat_flag_note_length CHECK (char_length(note) <= 4000);

ALTER TABLE game.audit_log
    ADD CONSTRAINT audit_log_action_has_its_rows CHECK (
        CASE action
            WHEN 'INSERT' THEN old_row IS NULL AND new_row IS NOT NULL
            WHEN 'UPDATE' THEN old_row IS NOT NULL AND new_row IS NOT NULL
            WHEN 'DELETE' THEN old_row IS NOT NULL AND new_row IS NULL
            ELSE false
        END
    );

ALTER TABLE game.set_aside_event
    ADD CONSTRAINT set_aside_event_outcome_is_known CHECK (outcome IN ('quarantined', 'refused'));
ALTER TABLE game.refused_event
    ADD CONSTRAINT refused_event_lengths CHECK (
        char_length(body) <= 32768 AND char_length(game_code) <= 256 AND char_length(event_id) <= 256
    );
ALTER TABLE game.mirror_position
    ADD CONSTRAINT mirror_position_mirror_length CHECK (char_length(mirror) BETWEEN 1 AND 64),
    ADD CONSTRAINT mirror_position_is_whole CHECK ((journal_id IS NULL) = (journal_offset IS NULL));
