-- Who may call what. PUBLIC may execute every new function until that is taken back.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA game, game_api FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA game FROM PUBLIC, playtrace_writer, playtrace_reader, playtrace_admin;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA game_api TO playtrace_admin;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA game_api TO playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.review_flag(bigint, text, text, text) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION
    game_api.set_anti_cheat_rule(text, double precision, text, text, double precision, boolean, text)
FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.detach_partition(date) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.accept_player(text, text) FROM playtrace_writer;
