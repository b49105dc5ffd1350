-- Who may call what. PUBLIC may execute every new function until that is taken back.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA game, game_api FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA game
FROM PUBLIC, playtrace_writer, playtrace_mirror, playtrace_reader, playtrace_admin;

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA game_api TO playtrace_admin;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA game_api TO playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.review_flag(bigint, text, text, text) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION
    game_api.set_anti_cheat_rule(text, double precision, text, text, double precision, boolean, text)
FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.detach_partition(date) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.accept_player(text, text) FROM playtrace_writer;

-- A game server must neither erase players, nor move a mirror and so make it pass over events, nor bring what playtrace set
-- aside: that is for mirrors alone, which need nothing else.
REVOKE EXECUTE ON FUNCTION game_api.erase_player(text, text[], uuid, boolean) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.erasures_done() FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.position_of_mirror(text) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.advance_mirror(text, uuid, bigint, uuid, bigint) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.place_mirror(text, uuid, bigint) FROM playtrace_writer;
REVOKE EXECUTE ON FUNCTION game_api.ingest_set_aside(json, uuid) FROM playtrace_writer;
GRANT EXECUTE ON FUNCTION
    game_api.schema_version(), game_api.position_of_mirror(text),
    game_api.advance_mirror(text, uuid, bigint, uuid, bigint), game_api.place_mirror(text, uuid, bigint),
    game_api.register_game(text, text, text, text), game_api.ingest_events(json),
    game_api.ingest_columns(
        json, integer[], uuid[], text[], timestamptz[], timestamptz[], timestamptz[], bigint[], bigint[], text[], text[],
        text[], text[], double precision[], double precision[], double precision[], double precision[], text[], jsonb[],
        bigint[], integer[]
    ),
    game_api.ingest_set_aside(json, uuid), game_api.erasures_done(),
    game_api.erase_player(text, text[], uuid, boolean)
TO playtrace_mirror;
