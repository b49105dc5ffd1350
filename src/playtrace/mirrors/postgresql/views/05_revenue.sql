CREATE OR REPLACE VIEW report.payment AS
SELECT game.game_id, game.code AS game, (fact.purchased_at AT TIME ZONE game.time_zone)::date AS day, fact.purchased_at,
    coalesce(player.merged_into_player_id, player.player_id) AS player_id, dim.person AS player, dim.platform,
    dim.version, region.country, fact.product, fact.kind, fact.quantity, fact.transaction_id, fact.amount_micros,
    fact.currency, fact.currency = game.currency AS is_own_currency
FROM warehouse.fact_purchase AS fact
JOIN game.game ON game.game_id = fact.game_key
LEFT JOIN game.player ON player.game_id = fact.game_key AND player.player_id = fact.player_id
LEFT JOIN warehouse.dim_player AS dim ON dim.player_key = fact.player_key
LEFT JOIN game.region ON region.region_id = fact.region_key
WHERE fact.env = 'prod' AND fact.is_counted;

COMMENT ON VIEW report.payment IS 'Purchases and refunds (below 0) that count, one by one, in the environment prod: validated, each order once, and of refunds those whose order counts.';

CREATE OR REPLACE VIEW report.revenue AS
SELECT game, day, currency, is_own_currency,
    coalesce(sum(amount_micros) FILTER (WHERE amount_micros > 0), 0)::bigint AS gross_micros,
    coalesce(-sum(amount_micros) FILTER (WHERE amount_micros < 0), 0)::bigint AS refunds_micros,
    sum(amount_micros)::bigint AS net_micros, count(*) FILTER (WHERE amount_micros > 0) AS payments,
    count(*) FILTER (WHERE amount_micros < 0) AS refunds,
    count(DISTINCT player_id) FILTER (WHERE amount_micros > 0) AS payers
FROM report.payment
GROUP BY game, day, currency, is_own_currency;

COMMENT ON VIEW report.revenue IS 'What players paid, by day and currency, as the metric revenue: in millionths, refunds on the day of the refund. Nothing is converted: there are no exchange rates here.';

CREATE OR REPLACE VIEW report.spender AS
WITH
clock AS (
    SELECT game_id, (report.moment() AT TIME ZONE time_zone)::date AS today FROM game.game
),
spending AS (
    SELECT payment.game_id, payment.game, payment.player_id,
        max(payment.day) FILTER (WHERE payment.amount_micros > 0) AS last_day,
        count(*) FILTER (WHERE payment.amount_micros > 0) AS orders,
        count(*) FILTER (WHERE payment.amount_micros > 0 AND payment.is_own_currency) AS own_orders,
        coalesce(sum(payment.amount_micros) FILTER (WHERE payment.is_own_currency), 0)::bigint AS net_micros
    FROM report.payment
    JOIN clock ON clock.game_id = payment.game_id
    WHERE payment.player_id IS NOT NULL AND payment.day >= clock.today - 90 AND payment.day < clock.today
    GROUP BY payment.game_id, payment.game, payment.player_id
),
ranked AS (
    SELECT game_id, player_id, count(*) OVER of_game AS payers,
        rank() OVER (PARTITION BY game_id ORDER BY net_micros DESC) AS net_rank,
        rank() OVER (PARTITION BY game_id ORDER BY last_day DESC) AS recency_rank,
        rank() OVER (PARTITION BY game_id ORDER BY orders DESC) AS frequency_rank
    FROM spending
    WHERE own_orders > 0
    WINDOW of_game AS (PARTITION BY game_id)
)
SELECT spending.game_id, spending.game, spending.player_id, player.external_id AS player, spending.net_micros,
    spending.orders, spending.last_day,
    CASE
        WHEN ranked.net_rank <= greatest(1, ranked.payers / 100) THEN 'whales'
        WHEN ranked.net_rank <= ranked.payers / 10 THEN 'dolphins'
        WHEN ranked.net_rank IS NOT NULL THEN 'minnows'
        WHEN spending.orders > 0 THEN 'unconverted'
        ELSE 'non_payers'
    END AS "group",
    CASE WHEN ranked.payers = 1 THEN 5 WHEN ranked.payers > 1
        THEN least(5, 1 + 5 * (ranked.payers - ranked.recency_rank) / (ranked.payers - 1)) END AS recency,
    CASE WHEN ranked.payers = 1 THEN 5 WHEN ranked.payers > 1
        THEN least(5, 1 + 5 * (ranked.payers - ranked.frequency_rank) / (ranked.payers - 1)) END AS frequency,
    CASE WHEN ranked.payers = 1 THEN 5 WHEN ranked.payers > 1
        THEN least(5, 1 + 5 * (ranked.payers - ranked.net_rank) / (ranked.payers - 1)) END AS monetary
FROM spending
JOIN game.player ON player.game_id = spending.game_id AND player.player_id = spending.player_id
LEFT JOIN ranked ON ranked.game_id = spending.game_id AND ranked.player_id = spending.player_id;

COMMENT ON VIEW report.spender IS 'Who spent in the last 90 days that are over, net of refunds, in the game''s own currency, with scores of recency, frequency and money from 1 to 5 (RFM): 5 is best.';

CREATE OR REPLACE VIEW report.spenders AS
WITH
counted AS (
    SELECT game_id, "group", count(*) AS players, sum(net_micros)::bigint AS net_micros,
        min(net_micros) AS least_micros, max(net_micros) AS most_micros
    FROM report.spender
    GROUP BY game_id, "group"
),
total AS (
    SELECT game_id, sum(players) AS payers, sum(net_micros) AS net_micros
    FROM counted
    WHERE "group" IN ('whales', 'dolphins', 'minnows')
    GROUP BY game_id
),
-- Active in the same days, without a purchase.
idle AS (
    SELECT active.game_id, count(*) AS players
    FROM (
        SELECT DISTINCT active_day.game_id, active_day.player_id
        FROM report.active_day
        JOIN game.game ON game.game_id = active_day.game_id
        WHERE active_day.day >= (report.moment() AT TIME ZONE game.time_zone)::date - 90
            AND active_day.day < (report.moment() AT TIME ZONE game.time_zone)::date
    ) AS active
    WHERE NOT EXISTS (
        SELECT FROM report.spender
        WHERE spender.game_id = active.game_id AND spender.player_id = active.player_id AND spender.orders > 0
    )
    GROUP BY active.game_id
)
SELECT game.code AS game, named."group",
    CASE named."group" WHEN 'non_payers' THEN coalesce(idle.players, 0) ELSE coalesce(counted.players, 0) END
        AS players,
    CASE WHEN named.is_ranked THEN (coalesce(counted.players, 0) / total.payers)::double precision END AS payer_share,
    CASE named."group" WHEN 'unconverted' THEN NULL ELSE coalesce(counted.net_micros, 0) END AS net_micros,
    CASE
        WHEN named.is_ranked AND total.net_micros > 0
            THEN (coalesce(counted.net_micros, 0) / total.net_micros)::double precision
    END AS revenue_share,
    CASE WHEN named.is_ranked THEN counted.least_micros END AS least_micros,
    CASE WHEN named.is_ranked THEN counted.most_micros END AS most_micros
FROM game.game
CROSS JOIN (
    VALUES ('whales', true), ('dolphins', true), ('minnows', true), ('unconverted', false), ('non_payers', false)
) AS named ("group", is_ranked)
LEFT JOIN counted ON counted.game_id = game.game_id AND counted."group" = named."group"
LEFT JOIN total ON total.game_id = game.game_id
LEFT JOIN idle ON idle.game_id = game.game_id;

COMMENT ON VIEW report.spenders IS 'Whales (the top 1 % of the payers), dolphins (the next 9 %), minnows and who paid nothing, in the last 90 days that are over, as the metric spenders. unconverted paid in other currencies alone.';
