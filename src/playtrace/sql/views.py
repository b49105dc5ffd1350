"""The views that people read in SQL. Their names and columns stay as `docs/sql.md` has them, from version to version;
the tables behind them do not, and hold parts that have to be merged before they say anything.

Rows of some games are cut out of every table before anything else sees them, behind a LIMIT that limits nothing. No
condition of a statement is moved below a LIMIT, so none is ever asked about a row of another game: neither an error
that it raises nor the time that it takes tells of one. The optimizer drops such a LIMIT once conditions have their
places.
"""

from __future__ import annotations

from typing import LiteralString

from playtrace.rollups import noted_events, player_days, player_merges, players, sessions
from playtrace.rollups.player_merges import by_canonical_ids
from playtrace.rollups.rollup import SOURCE_OF_EVENTS, Rollup
from playtrace.sql.orders import Reach
from playtrace.store.duckdb import Reader

Sql = LiteralString

# The texts name tables as {events}; {sessions}, {players}, ... are the rows of a rollup.
VIEWS: dict[Sql, Sql] = {
    "events": """
    SELECT game_id, event_id, name, time, client_time, received_at, seq, mono_ms, player_id, sent_player_id, session_id,
        device_id, env, platform, os, version, build, country, region, severity, source, match_id, level,
        map_id AS map, x, y, z, value, currency, props
    FROM {events} AS events
    """,
    # As the metrics count them: a crash that was reported after a long silence is of the session that the id had.
    "sessions": """
    SELECT game_id, env, nullif(session_id, '') AS session_id, player_id, started_at, ended_at,
        coalesce(mono_ms / 1000, date_diff('microsecond', started_at, ended_at) / 1e6) AS length_s, events, crashes,
        nullif(platform, '') AS platform, nullif(version, '') AS version, nullif(country, '') AS country
    FROM (
        SELECT game_id, env, owner, session_id, arg_min(player_id, player_key) AS player_id,
            min(started_at) AS started_at,
            coalesce(max(CASE WHEN played > 0 THEN ended_at END), max(ended_at)) AS ended_at,
            max(mono_ms) AS mono_ms, CAST(sum(events) AS BIGINT) AS events, CAST(sum(crashes) AS BIGINT) AS crashes,
            arg_min(platform, order_key) AS platform, arg_min(version, order_key) AS version,
            arg_min(country, order_key) AS country
        FROM (
            SELECT *, sum(CASE WHEN played > 0 THEN 1 ELSE 0 END) OVER (
                PARTITION BY game_id, env, owner, session_id ORDER BY order_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
            ) AS number
            FROM ({sessions}) AS stretches
        ) AS numbered
        GROUP BY game_id, env, owner, session_id, CASE WHEN session_id = '' OR number = 0 THEN order_key ELSE number END
    ) AS session
    """,
    # A row for each: who did something has a first event, and a day.
    "players": """
    SELECT first.game_id, first.env, first.player_id, first.first_seen, last.last_seen, last.active_days,
        nullif(first.platform, '') AS first_platform, nullif(first.version, '') AS first_version,
        nullif(first.country, '') AS first_country
    FROM ({players}) AS first
    LEFT JOIN (
        SELECT game_id, env, player_id, count(*) AS active_days,
            max(day + to_minutes(15 * CASE WHEN pm > 0 THEN 47 + length(bin(pm)) ELSE length(bin(am)) - 1 END))
                AS last_seen
        FROM (
            SELECT game_id, env, player_id, day, bit_or(slots_am) AS am, bit_or(slots_pm) AS pm
            FROM ({player_days}) AS parts
            GROUP BY game_id, env, player_id, day
        ) AS days
        GROUP BY game_id, env, player_id
    ) AS last USING (game_id, env, player_id)
    """,
    "player_days": """
    SELECT game_id, env, day, player_id, CAST(bit_count(am) + bit_count(pm) AS BIGINT) AS active_quarters,
        day + to_minutes(15 * CASE WHEN am > 0 THEN length(bin(am & -am)) - 1 ELSE 47 + length(bin(pm & -pm)) END)
            AS first_seen,
        day + to_minutes(15 * CASE WHEN pm > 0 THEN 47 + length(bin(pm)) ELSE length(bin(am)) - 1 END) AS last_seen
    FROM (
        SELECT game_id, env, day, player_id, bit_or(slots_am) AS am, bit_or(slots_pm) AS pm
        FROM ({player_days}) AS parts
        GROUP BY game_id, env, day, player_id
    ) AS days
    """,
    "crashes": """
    SELECT game_id, event_id, env, time, player_id, session_id, device_id, match_id, platform, os, version, build,
        country, level, map_id AS map, x, y, z, props.title::JSON ->> '$' AS title,
        props.exception::JSON ->> '$' AS exception, coalesce(props.class::JSON ->> '$', 'crash') AS class,
        props.stack_trace AS stack_trace
    FROM {events} AS events
    WHERE name = 'crash'
    """,
    "purchases": """
    SELECT game_id, env, time, player_id, nullif(session_id, '') AS session_id, match_id, level, map_id AS map,
        nullif(platform, '') AS platform, nullif(version, '') AS version, nullif(country, '') AS country,
        nullif(subject, '') AS product, nullif(detail, '') AS kind, value AS price, nullif(currency, '') AS currency,
        transaction_id, is_validated
    FROM ({noted_events}) AS noted
    WHERE name = 'purchase'
    """,
    "books": """
    SELECT game_id, hour, outcome, reason, CAST(sum(events) AS BIGINT) AS events
    FROM {books} AS books
    GROUP BY game_id, hour, outcome, reason
    """,
}
"""By name. They are temporary views, which are found before any table."""
NAMES: frozenset[str] = frozenset(VIEWS)

EVENTS: Sql = "(SELECT *, player_id AS sent_player_id FROM {events} AS sent)"
# Where players are merged, by the ids that stay.
MERGED_EVENTS: Sql = """(
        SELECT sent.* REPLACE (coalesce(merged.canonical_id, sent.player_id) AS player_id),
            sent.player_id AS sent_player_id
        FROM {events} AS sent
        LEFT JOIN {merges} AS merged
            ON merged.game_id = sent.game_id AND merged.env = sent.env AND merged.player_id = sent.player_id
    )"""
MERGES: Sql = "(SELECT game_id, env, player_id, canonical_id FROM {table} AS merges WHERE player_id <> canonical_id)"
ANY_MERGES: Sql = "SELECT 1 FROM {merges} AS merges LIMIT 1"
ROLLUPS: tuple[Rollup, ...] = (sessions.ROLLUP, players.ROLLUP, player_days.ROLLUP, noted_events.ROLLUP)
MERGED_BY_VIEW: tuple[Rollup, ...] = (player_days.ROLLUP, noted_events.ROLLUP)
"""The views of these merge their rows themselves, or need not."""

UNFINISHED: Sql = "SELECT rollup, built_to FROM {store}.main.rollup_builds WHERE built_to IS NOT NULL"
CATALOG: Sql = "SELECT database_name AS name FROM duckdb_tables() WHERE table_name = 'schema_migrations'"


def make_views(reader: Reader, reach: Reach) -> None:
    """All of them, for what the reader is asked next. Raises what `Reader.query` raises."""
    # In a process of its own the store is attached; else it is the database itself.
    store: Sql = "memory" if reader.rows(CATALOG)[0]["name"] == "memory" else "store"
    reader.rows("SET VARIABLE session_timeout = to_seconds($seconds)", {"seconds": reach.session_timeout_s})
    if reach.game_ids is not None:
        reader.rows("SET VARIABLE games = $games::VARCHAR[]", {"games": reach.game_ids})
    unbuilt = {row["rollup"]: row["built_to"] for row in reader.rows(UNFINISHED.format(store=store))}
    of_games = reach.game_ids is not None
    merges: Sql = MERGES.format(table=_table(store, player_merges.TABLE, of_games=of_games))
    is_merged = bool(reader.rows(ANY_MERGES.format(merges=merges)))
    events: Sql = _table(store, "events", of_games=of_games)
    texts: dict[str, Sql] = {
        "events": (MERGED_EVENTS if is_merged else EVENTS).format(events=events, merges=merges),
        "books": _table(store, "books", of_games=of_games),
    }
    for rollup in ROLLUPS:
        if (built_to := unbuilt.get(rollup.table)) is not None:
            reader.rows("SET VARIABLE built_to_" + rollup.table + " = $day::DATE", {"day": built_to})
        parts = _rows(rollup, _table(store, rollup.table, of_games=of_games), events, is_unbuilt=built_to is not None)
        if is_merged:
            parts = by_canonical_ids(rollup, parts, merges, ("game_id", "env"))
        texts[rollup.table] = _merged(rollup, parts, is_whole=built_to is None and not is_merged)
    for name, text in VIEWS.items():
        reader.rows("CREATE TEMP VIEW " + name + " AS " + text.format(**texts))


def _table(store: Sql, table: Sql, *, of_games: bool) -> Sql:
    whole: Sql = store + ".main." + table
    if not of_games:
        return whole
    return (
        "(SELECT * FROM " + whole + " WHERE game_id IN (SELECT unnest(getvariable('games'))) LIMIT 9223372036854775807)"
    )


def _rows(rollup: Rollup, stored: Sql, events: Sql, *, is_unbuilt: bool) -> Sql:
    """The rows of a rollup; what is being made anew is made of events."""
    parts: Sql = "SELECT " + rollup.names + " FROM " + stored + " AS stored"
    if is_unbuilt:
        built_to: Sql = "getvariable('built_to_" + rollup.table + "')"
        source: Sql = SOURCE_OF_EVENTS.replace("main.events", events + " AS events") + "WHERE time >= " + built_to
        parts += " WHERE " + rollup.day + " < " + built_to + " UNION ALL " + rollup.rows(source)
    return parts


def _merged(rollup: Rollup, parts: Sql, *, is_whole: bool) -> Sql:
    """Rows as a view reads them."""
    if rollup in MERGED_BY_VIEW or (rollup.is_whole and is_whole):
        return parts
    return rollup.merged_across_days(parts).replace("$session_timeout", "getvariable('session_timeout')")
