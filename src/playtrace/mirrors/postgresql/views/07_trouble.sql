CREATE MATERIALIZED VIEW IF NOT EXISTS report.top_crashes AS
WITH
crashes AS (
    SELECT game.code AS game, left(coalesce(event.props ->> 'exception', ''), 256) AS exception,
        left(coalesce(event.props ->> 'title', ''), 256) AS title,
        left(
            coalesce(
                jsonb_path_query_first(event.props, '$.stack_trace[*] ? (@.in_app == true)') ->> 'function',
                jsonb_path_query_first(event.props, '$.stack_trace[0]') ->> 'function', ''
            ),
            256
        ) AS function,
        event.occurred_at, coalesce(player.merged_into_player_id, player.player_id) AS player_id,
        event.client_session_id, build.version, build.platform
    FROM game.event_type
    JOIN game.game ON game.game_id = event_type.game_id
    JOIN game.game_event AS event
        ON event.game_id = event_type.game_id AND event.event_type_id = event_type.event_type_id
    LEFT JOIN game.player ON player.game_id = event.game_id AND player.player_id = event.player_id
    LEFT JOIN game.client_build AS build
        ON build.game_id = event.game_id AND build.client_build_id = event.client_build_id
    WHERE event_type.name = 'crash' AND event.env = 'prod' AND event.props ->> 'class' IS DISTINCT FROM 'hang'
        AND event.occurred_at >= report.moment() - interval '30 days'
)
SELECT md5(exception || E'\n' || title || E'\n' || function)::uuid AS crash_id, game, exception, title, function,
    count(*) AS reports, count(DISTINCT client_session_id) AS sessions, count(DISTINCT player_id) AS players,
    min(occurred_at) AS first_at, max(occurred_at) AS last_at,
    array_agg(DISTINCT version) FILTER (WHERE version IS NOT NULL) AS versions,
    array_agg(DISTINCT platform) FILTER (WHERE platform IS NOT NULL) AS platforms
FROM crashes
GROUP BY game, exception, title, function;

COMMENT ON MATERIALIZED VIEW report.top_crashes IS 'Crashes of the last 30 days by exception, title and the innermost function of the game itself: how many reports, in how many sessions, of how many players, and in which versions and on which platforms. crash_id is the same for the same three texts.';
CREATE UNIQUE INDEX IF NOT EXISTS top_crashes_key ON report.top_crashes (game, crash_id);

CREATE OR REPLACE VIEW report.cheat_review_queue AS
SELECT flag.anti_cheat_flag_id, game.code AS game, player.external_id AS player, player.status AS player_status,
    flag.kind, coalesce(rule.description, '') AS rule, flag.occurrences, flag.first_at, flag.last_at, flag.value,
    flag.threshold, flag.value / nullif(flag.threshold, 0) AS times_threshold, flag.evidence, flag.raised_by,
    flag.raised_at,
    (
        SELECT count(*) FROM game.anti_cheat_flag AS earlier
        WHERE earlier.game_id = flag.game_id AND earlier.player_id = flag.player_id AND earlier.status = 'confirmed'
    ) AS confirmed_before
FROM game.anti_cheat_flag AS flag
JOIN game.game ON game.game_id = flag.game_id
JOIN game.player ON player.game_id = flag.game_id AND player.player_id = flag.player_id
LEFT JOIN game.anti_cheat_rule AS rule ON rule.anti_cheat_rule_id = flag.anti_cheat_rule_id
WHERE flag.status = 'open';

COMMENT ON VIEW report.cheat_review_queue IS 'Flags that wait for a person, as they are now, with the evidence: game_api.review_flag decides one.';

CREATE OR REPLACE VIEW report.player_360 AS
SELECT game.code AS game, player.external_id AS player, ids.merged_ids, player.status, home.country AS home_country,
    ids.first_seen_at, ids.last_seen_at, played.days_active, sessions.sessions, sessions.playtime_seconds,
    happened.events, happened.crashes, happened.devices, latest.platform, latest.version, latest.country,
    paid.net_micros, paid.payments, paid.refunds, paid.last_paid_at, game.currency, progress.achievements,
    flags.open_flags, flags.confirmed_flags
FROM game.player
JOIN game.game ON game.game_id = player.game_id
LEFT JOIN game.region AS home ON home.region_id = player.region_id
CROSS JOIN LATERAL (
    SELECT array_agg(own.player_id) AS player_ids, min(own.first_seen_at) AS first_seen_at,
        max(own.last_seen_at) AS last_seen_at,
        array_agg(own.external_id ORDER BY own.external_id) FILTER (WHERE own.player_id <> player.player_id)
            AS merged_ids
    FROM (
        SELECT same.player_id, same.external_id, same.first_seen_at, same.last_seen_at FROM game.player AS same
        WHERE same.game_id = player.game_id AND same.player_id = player.player_id
        UNION ALL
        SELECT merged.player_id, merged.external_id, merged.first_seen_at, merged.last_seen_at
        FROM game.player AS merged
        WHERE merged.game_id = player.game_id AND merged.merged_into_player_id = player.player_id
    ) AS own
) AS ids
CROSS JOIN LATERAL (
    SELECT count(DISTINCT fact.day) AS days_active FROM warehouse.fact_player_day AS fact
    WHERE fact.game_key = player.game_id AND fact.player_id = ANY (ids.player_ids)
) AS played
CROSS JOIN LATERAL (
    SELECT count(*) AS sessions, coalesce(sum(fact.length_us), 0)::double precision / 1000000 AS playtime_seconds
    FROM warehouse.fact_session AS fact
    WHERE fact.player_id = ANY (ids.player_ids) AND fact.env = 'prod'
) AS sessions
CROSS JOIN LATERAL (
    SELECT count(*) AS events, count(*) FILTER (WHERE event_type.name = 'crash') AS crashes,
        count(DISTINCT event.device_id) AS devices
    FROM game.game_event AS event
    JOIN game.event_type
        ON event_type.game_id = event.game_id AND event_type.event_type_id = event.event_type_id
    WHERE event.game_id = player.game_id AND event.player_id = ANY (ids.player_ids) AND event.env = 'prod'
) AS happened
LEFT JOIN LATERAL (
    SELECT dim.platform, dim.version, dim.country FROM warehouse.dim_player AS dim
    WHERE dim.player_id = ANY (ids.player_ids) AND dim.is_current
    ORDER BY dim.valid_from DESC
    LIMIT 1
) AS latest ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(fact.amount_micros), 0)::bigint AS net_micros,
        count(*) FILTER (WHERE fact.amount_micros > 0) AS payments,
        count(*) FILTER (WHERE fact.amount_micros < 0) AS refunds,
        max(fact.purchased_at) FILTER (WHERE fact.amount_micros > 0) AS last_paid_at
    FROM warehouse.fact_purchase AS fact
    WHERE fact.player_id = ANY (ids.player_ids) AND fact.env = 'prod' AND fact.is_counted
        AND fact.currency = game.currency
) AS paid
CROSS JOIN LATERAL (
    SELECT count(DISTINCT had.achievement_id) AS achievements FROM game.player_achievement AS had
    WHERE had.game_id = player.game_id AND had.player_id = ANY (ids.player_ids) AND had.unlocked_at IS NOT NULL
) AS progress
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE flag.status = 'open') AS open_flags,
        count(*) FILTER (WHERE flag.status = 'confirmed') AS confirmed_flags
    FROM game.anti_cheat_flag AS flag
    WHERE flag.game_id = player.game_id AND flag.player_id = ANY (ids.player_ids)
) AS flags
WHERE player.merged_into_player_id IS NULL;

COMMENT ON VIEW report.player_360 IS 'All about one player, as the metric player: ask for one by game and player, and it is quick. Events, crashes, achievements, flags and when they were seen are of now, the rest as of the last refresh; amounts are in the game''s own currency.';
