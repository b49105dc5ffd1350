-- Foreign keys. Nothing cascades: what is referred to stays.

ALTER TABLE game.client_build ADD CONSTRAINT client_build_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;
ALTER TABLE game.event_type ADD CONSTRAINT event_type_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;

ALTER TABLE game.player ADD CONSTRAINT player_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;
ALTER TABLE game.player ADD CONSTRAINT player_region_fkey FOREIGN KEY (region_id) REFERENCES game.region;
ALTER TABLE game.player ADD CONSTRAINT player_merged_into_fkey
    FOREIGN KEY (game_id, merged_into_player_id) REFERENCES game.player (game_id, player_id);

ALTER TABLE game.device ADD CONSTRAINT device_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;

ALTER TABLE game.client_session ADD CONSTRAINT client_session_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;
ALTER TABLE game.client_session ADD CONSTRAINT client_session_player_fkey
    FOREIGN KEY (game_id, owner_player_id) REFERENCES game.player (game_id, player_id);
ALTER TABLE game.client_session ADD CONSTRAINT client_session_device_fkey
    FOREIGN KEY (game_id, owner_device_id) REFERENCES game.device (game_id, device_id);

ALTER TABLE game.session ADD CONSTRAINT session_client_session_fkey
    FOREIGN KEY (game_id, client_session_id) REFERENCES game.client_session (game_id, client_session_id);
ALTER TABLE game.session ADD CONSTRAINT session_player_fkey
    FOREIGN KEY (game_id, player_id) REFERENCES game.player (game_id, player_id);
ALTER TABLE game.session ADD CONSTRAINT session_client_build_fkey
    FOREIGN KEY (game_id, client_build_id) REFERENCES game.client_build (game_id, client_build_id);
ALTER TABLE game.session ADD CONSTRAINT session_region_fkey FOREIGN KEY (region_id) REFERENCES game.region;

-- Those of game_event are triggers/02_references.sql: declared, they would cost more than all else of an event.

ALTER TABLE game.purchase ADD CONSTRAINT purchase_event_fkey
    FOREIGN KEY (game_id, event_id) REFERENCES game.event_key (game_id, event_id);
ALTER TABLE game.purchase ADD CONSTRAINT purchase_player_fkey
    FOREIGN KEY (game_id, player_id) REFERENCES game.player (game_id, player_id);
ALTER TABLE game.purchase ADD CONSTRAINT purchase_client_build_fkey
    FOREIGN KEY (game_id, client_build_id) REFERENCES game.client_build (game_id, client_build_id);
ALTER TABLE game.purchase ADD CONSTRAINT purchase_region_fkey FOREIGN KEY (region_id) REFERENCES game.region;

ALTER TABLE game.achievement ADD CONSTRAINT achievement_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;
ALTER TABLE game.achievement ADD CONSTRAINT achievement_requires_fkey
    FOREIGN KEY (game_id, requires_achievement_id) REFERENCES game.achievement (game_id, achievement_id);
ALTER TABLE game.player_achievement ADD CONSTRAINT player_achievement_player_fkey
    FOREIGN KEY (game_id, player_id) REFERENCES game.player (game_id, player_id);
ALTER TABLE game.player_achievement ADD CONSTRAINT player_achievement_achievement_fkey
    FOREIGN KEY (game_id, achievement_id) REFERENCES game.achievement (game_id, achievement_id);
ALTER TABLE game.player_achievement ADD CONSTRAINT player_achievement_event_fkey
    FOREIGN KEY (game_id, event_id) REFERENCES game.event_key (game_id, event_id);

ALTER TABLE game.anti_cheat_rule ADD CONSTRAINT anti_cheat_rule_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;
ALTER TABLE game.anti_cheat_flag ADD CONSTRAINT anti_cheat_flag_player_fkey
    FOREIGN KEY (game_id, player_id) REFERENCES game.player (game_id, player_id);
ALTER TABLE game.anti_cheat_flag ADD CONSTRAINT anti_cheat_flag_rule_fkey
    FOREIGN KEY (anti_cheat_rule_id) REFERENCES game.anti_cheat_rule;

ALTER TABLE game.refused_player ADD CONSTRAINT refused_player_game_fkey FOREIGN KEY (game_id) REFERENCES game.game;
