-- Sessions grow with their events, in whatever order these arrive: what is new is merged with the sessions that it
-- reaches, as playtrace merges its own. A silence longer than the timeout of the game ends a session, unless the event
-- behind it says by its monotonic clock that the session was on all the while.

CREATE OR REPLACE FUNCTION game.roll_sessions_forward() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
AS $$
DECLARE
    passive CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE is_passive);
    crash CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE name = 'crash');
    session_end CONSTANT integer[] := ARRAY(SELECT event_type_id FROM game.event_type WHERE name = 'session_end');
BEGIN
    -- Two who add to one session take turns, and what the first has made of it is seen by the second.
    PERFORM FROM (
        SELECT DISTINCT added.game_id, added.client_session_id FROM added
        WHERE added.client_session_id IS NOT NULL AND added.event_type_id <> ALL (passive)
    ) AS touched
    JOIN game.client_session AS named
        ON named.game_id = touched.game_id AND named.client_session_id = touched.client_session_id
    ORDER BY named.game_id, named.client_session_id
    FOR NO KEY UPDATE OF named;

    WITH counted AS MATERIALIZED (
        -- What lies within one timeout is of one session.
        SELECT each.game_id, each.client_session_id, min(each.env) AS env, timeout, within,
            min(occurred_at) AS started_at, max(occurred_at) AS ended_at, min(on_since) AS on_since, max(mono_ms) AS mono_ms,
            min(occurred_at) FILTER (WHERE player_id IS NOT NULL) AS player_at,
            count(*) AS events, sum(played) AS played, sum(crashes) AS crashes, sum(quits) AS quits,
            sum(backgrounds) AS backgrounds
        FROM (
            SELECT added.game_id, added.client_session_id, added.env, added.occurred_at, added.player_id,
                game.session_timeout AS timeout, date_bin(game.session_timeout, added.occurred_at, '2000-01-01') AS within,
                CASE WHEN named.external_id <> '' THEN added.mono_ms END AS mono_ms,
                CASE
                    WHEN named.external_id = '' OR added.mono_ms IS NULL THEN added.occurred_at
                    ELSE added.occurred_at - least(added.mono_ms, 86400000) * interval '1 millisecond'
                END AS on_since,
                CASE WHEN added.event_type_id = ANY (crash) THEN 0 ELSE 1 END AS played,
                CASE
                    WHEN added.event_type_id = ANY (crash) AND added.props ->> 'class' IS DISTINCT FROM 'hang' THEN 1
                    ELSE 0
                END AS crashes,
                CASE
                    WHEN added.event_type_id = ANY (session_end)
                        AND added.props ->> 'reason' IS DISTINCT FROM 'background' THEN 1
                    ELSE 0
                END AS quits,
                CASE
                    WHEN added.event_type_id = ANY (session_end) AND added.props ->> 'reason' = 'background' THEN 1
                    ELSE 0
                END AS backgrounds
            FROM added
            JOIN game.client_session AS named
                ON named.game_id = added.game_id AND named.client_session_id = added.client_session_id
            JOIN game.game ON game.game_id = added.game_id
            WHERE added.event_type_id <> ALL (passive)
        ) AS each
        GROUP BY each.game_id, each.client_session_id, timeout, within
    ),
    -- Of each the first event, and the first that names a player: its place in the order of all, and what it says of the
    -- session. Of two arrays that is smaller whose first different number is.
    firsts AS MATERIALIZED (
        SELECT game_id, client_session_id, within, min(event_key) AS first_event,
            min(event_key) FILTER (WHERE event_key[7] > 0) AS first_player
        FROM (
            SELECT counted.game_id, counted.client_session_id, counted.within, ARRAY[
                (date_part('epoch', added.occurred_at) * 1e6)::bigint,
                greatest(0, least(coalesce(added.seq, 0), 32767)), added.journal_offset, added.position,
                coalesce(added.client_build_id, 0), coalesce(added.region_id, 0), coalesce(added.player_id, 0)
            ] AS event_key
            FROM added
            JOIN counted
                ON counted.game_id = added.game_id AND counted.client_session_id = added.client_session_id
                AND (added.occurred_at = counted.started_at OR added.occurred_at = counted.player_at)
            WHERE added.event_type_id <> ALL (passive)
        ) AS candidates
        GROUP BY game_id, client_session_id, within
    ),
    gathered AS MATERIALIZED (
        SELECT counted.*, firsts.first_event, firsts.first_player
        FROM counted
        JOIN firsts ON firsts.game_id = counted.game_id AND firsts.client_session_id = counted.client_session_id
            AND firsts.within = counted.within
    ),
    reach AS MATERIALIZED (
        SELECT game_id, client_session_id, min(timeout) AS timeout, min(on_since) AS first, max(ended_at) AS last
        FROM gathered
        GROUP BY game_id, client_session_id
    ),
    parts AS (
        SELECT NULL::bigint AS session_id, game_id, client_session_id, env, timeout, started_at, ended_at, on_since,
            mono_ms, first_event, first_player, events, played, crashes, quits, backgrounds
        FROM gathered
        UNION ALL
        SELECT known.session_id, known.game_id, known.client_session_id, known.env, reach.timeout, known.started_at,
            known.ended_at, known.on_since, known.mono_ms,
            known.first_event_key
                || ARRAY[coalesce(known.client_build_id, 0), coalesce(known.region_id, 0), 0]::bigint[],
            CASE
                WHEN known.player_id IS NOT NULL THEN known.first_player_key || ARRAY[0, 0, known.player_id]::bigint[]
            END, known.events, known.played, known.crashes, known.quits,
            known.backgrounds
        FROM reach
        JOIN game.session AS known
            ON known.game_id = reach.game_id AND known.client_session_id = reach.client_session_id
            AND known.ended_at >= reach.first - reach.timeout AND known.on_since <= reach.last + reach.timeout
    ),
    stretches AS (
        SELECT *, sum(CASE WHEN on_since <= silent_since + timeout THEN 0 ELSE 1 END) OVER (
            PARTITION BY client_session_id ORDER BY on_since, first_event
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch
        FROM (
            SELECT *, max(ended_at) OVER (
                PARTITION BY client_session_id ORDER BY on_since, first_event
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS silent_since
            FROM parts
        ) AS silences
    ),
    merged AS MATERIALIZED (
        SELECT game_id, client_session_id, min(env) AS env, min(session_id) AS session_id,
            array_agg(session_id) FILTER (WHERE session_id IS NOT NULL) AS session_ids,
            min(started_at) AS started_at, max(ended_at) AS ended_at, min(on_since) AS on_since, max(mono_ms) AS mono_ms,
            min(first_event) AS first_event, min(first_player) AS first_player, sum(events)::bigint AS events,
            sum(played)::bigint AS played, sum(crashes)::bigint AS crashes, sum(quits)::bigint AS quits,
            sum(backgrounds)::bigint AS backgrounds
        FROM stretches
        GROUP BY game_id, client_session_id, stretch
        -- Where something is new.
        HAVING bool_or(session_id IS NULL)
    ),
    absorbed AS (
        DELETE FROM game.session USING merged
        WHERE session.session_id = ANY (merged.session_ids) AND session.session_id <> merged.session_id
    ),
    grown AS (
        UPDATE game.session
        SET player_id = merged.first_player[7], client_build_id = nullif(merged.first_event[5], 0),
            region_id = nullif(merged.first_event[6], 0), started_at = merged.started_at, ended_at = merged.ended_at,
            on_since = merged.on_since, mono_ms = merged.mono_ms, events = merged.events, played = merged.played,
            crashes = merged.crashes, quits = merged.quits, backgrounds = merged.backgrounds,
            first_event_key = merged.first_event[1:4], first_player_key = merged.first_player[1:4]
        FROM merged
        WHERE session.session_id = merged.session_id
    ),
    begun AS (
        INSERT INTO game.session (
            client_session_id, game_id, env, player_id, client_build_id, region_id, started_at, ended_at, on_since,
            mono_ms, events, played, crashes, quits, backgrounds, first_event_key, first_player_key
        )
        SELECT client_session_id, game_id, env, first_player[7], nullif(first_event[5], 0), nullif(first_event[6], 0),
            started_at, ended_at, on_since, mono_ms, events, played, crashes, quits, backgrounds, first_event[1:4],
            first_player[1:4]
        FROM merged
        WHERE session_id IS NULL
    )
    UPDATE game.client_session AS named
    SET changed_in = pg_current_xact_id()::text::bigint
    FROM reach
    WHERE named.game_id = reach.game_id AND named.client_session_id = reach.client_session_id;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION game.roll_sessions_forward() IS 'Merges new events of a statement into the sessions that they reach.';

CREATE OR REPLACE TRIGGER game_event_20_sessions AFTER INSERT ON game.game_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION game.roll_sessions_forward();
