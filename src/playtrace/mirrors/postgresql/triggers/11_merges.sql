-- Two ids that are one player: what player_merged events in the environment prod decided. Of several decisions about one id
-- the latest holds. They are taken up in their order: one that would close a circle is passed over, and one that would give
-- a player more than 1,000 ids. So it does not matter which of them arrived first.

CREATE OR REPLACE FUNCTION game.merge_decisions(of_game integer)
RETURNS TABLE (previous_id text, stays_id text, decided_at timestamptz, seq bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT DISTINCT ON (said.previous_id) said.previous_id, said.stays_id, said.occurred_at, said.seq
    FROM (
        SELECT event.occurred_at, greatest(0, least(coalesce(event.seq, 0), 32767)) AS seq,
            CASE WHEN jsonb_typeof(event.props -> 'previous_id') IN ('string', 'number', 'boolean')
                THEN nullif(event.props ->> 'previous_id', '') END AS previous_id,
            coalesce(
                CASE WHEN jsonb_typeof(event.props -> 'canonical_id') IN ('string', 'number', 'boolean')
                    THEN nullif(event.props ->> 'canonical_id', '') END,
                player.external_id
            ) AS stays_id
        FROM game.event_type AS kind
        JOIN game.game_event AS event ON event.game_id = kind.game_id AND event.event_type_id = kind.event_type_id
        LEFT JOIN game.player ON player.game_id = event.game_id AND player.player_id = event.player_id
        WHERE kind.game_id = of_game AND kind.name = 'player_merged' AND event.env = 'prod'
    ) AS said
    WHERE char_length(said.previous_id) <= 256 AND char_length(said.stays_id) <= 256
    ORDER BY said.previous_id, said.occurred_at DESC, said.seq DESC, said.stays_id COLLATE "C" DESC
$$;

COMMENT ON FUNCTION game.merge_decisions(integer) IS 'The latest decision about each id of a game.';

CREATE OR REPLACE FUNCTION game.resolve_merges(of_game integer) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids_max CONSTANT integer := 1000;
    decision record;
    players bigint[];
    parents integer[]; -- of each player, by its place, the place of the one it leads to
    sizes integer[];
    stays integer;
    changed_players bigint[] := '{}';
    changed_into bigint[] := '{}';
BEGIN
    -- Two who resolve the merges of one game take turns.
    PERFORM pg_advisory_xact_lock(hashtextextended('playtrace: ids that are one player', of_game));

    INSERT INTO game.player (game_id, external_id)
    SELECT of_game, named.id
    FROM (
        SELECT previous_id AS id FROM game.merge_decisions(of_game)
        UNION
        SELECT stays_id FROM game.merge_decisions(of_game)
    ) AS named
    WHERE NOT EXISTS (
        SELECT FROM game.player AS known WHERE known.game_id = of_game AND known.external_id = named.id
    )
    ORDER BY named.id
    ON CONFLICT DO NOTHING;

    SELECT array_agg(player_id ORDER BY player_id), array_agg(NULL::integer), array_agg(1)
    INTO players, parents, sizes
    FROM game.player
    WHERE game_id = of_game AND external_id IN (
        SELECT previous_id FROM game.merge_decisions(of_game)
        UNION ALL
        SELECT stays_id FROM game.merge_decisions(of_game)
    );

    FOR decision IN
        SELECT place.of_previous AS previous, place.of_stays AS stays
        FROM (
            SELECT made.*, previous.place AS of_previous, staying.place AS of_stays
            FROM game.merge_decisions(of_game) AS made
            JOIN game.player AS previous_player
                ON previous_player.game_id = of_game AND previous_player.external_id = made.previous_id
            JOIN unnest(players) WITH ORDINALITY AS previous (player_id, place)
                ON previous.player_id = previous_player.player_id
            JOIN game.player AS staying_player
                ON staying_player.game_id = of_game AND staying_player.external_id = made.stays_id
            JOIN unnest(players) WITH ORDINALITY AS staying (player_id, place)
                ON staying.player_id = staying_player.player_id
        ) AS place
        ORDER BY place.decided_at, place.seq, place.stays_id COLLATE "C", place.previous_id COLLATE "C"
    LOOP
        stays := decision.stays;
        WHILE parents[stays] IS NOT NULL LOOP
            stays := parents[stays];
        END LOOP;
        -- Nothing else was decided about the previous id, so it leads nowhere yet.
        IF decision.previous <> stays AND sizes[decision.previous] + sizes[stays] <= ids_max THEN
            parents[decision.previous] := stays;
            sizes[stays] := sizes[stays] + sizes[decision.previous];
        END IF;
    END LOOP;

    FOR place IN 1..coalesce(cardinality(players), 0) LOOP
        stays := place;
        WHILE parents[stays] IS NOT NULL LOOP
            stays := parents[stays];
        END LOOP;
        changed_players := changed_players || players[place];
        changed_into := changed_into || CASE WHEN stays <> place THEN players[stays] END;
    END LOOP;

    PERFORM FROM game.player
    WHERE game_id = of_game AND player_id = ANY (players)
    ORDER BY player_id
    FOR NO KEY UPDATE;
    UPDATE game.player
    SET merged_into_player_id = resolved.into_player_id
    FROM unnest(changed_players, changed_into) AS resolved (player_id, into_player_id)
    WHERE player.game_id = of_game AND player.player_id = resolved.player_id
        AND player.merged_into_player_id IS DISTINCT FROM resolved.into_player_id;
END
$$;

COMMENT ON FUNCTION game.resolve_merges(integer) IS 'Says of each player of a game into which id they are merged, by all decisions there are.';

CREATE OR REPLACE FUNCTION game.merge_players() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    merge CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE name = 'player_merged');
    of_game integer;
BEGIN
    FOR of_game IN
        SELECT DISTINCT added.game_id FROM added WHERE added.event_type_id = ANY (merge) AND added.env = 'prod' ORDER BY 1
    LOOP
        PERFORM game.resolve_merges(of_game);
    END LOOP;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.merge_players() IS 'Resolves which ids are one player where a new event decides about that.';

CREATE OR REPLACE TRIGGER game_event_70_merges AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.merge_players();
