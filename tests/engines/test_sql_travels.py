"""Every statement of every metric can be said to ClickHouse, PostgreSQL and Spark: from rollups and from events.

What they would be told is in `tests/golden/sql/`, to be read when it changes: REFRESH_GOLDEN=1 writes it anew.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from conftest import FROM_EVENTS, Engine
from dialects.postgresql import to_postgresql
from sqlglot import exp

from playtrace.store.dialects.clickhouse import to_clickhouse
from playtrace.store.dialects.spark import to_spark

GOLDEN = Path(__file__).parent.parent / "golden" / "sql"
NOW = dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)
DAYS = {"from": "2026-03-01", "to": "2026-03-02", "platform": ["windows"]}
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "summary": ("summary", {}),
    "active_players": ("active_players", {"segment": "buyers"}),
    "retention": ("retention", {"offsets": [0, 1]}),
    "performance": ("performance", {"splitBy": "device"}),
    "performance_over_time": ("performance", {"interval": "day"}),
    "crash_free": ("crash_free", {"splitBy": "version"}),
    "adoption": ("adoption", {}),
    "heatmap": ("heatmap", {"map": "arena", "cellSize": 10}),
    "heatmap_by_match_time": ("heatmap", {"map": "arena", "cellSize": 10, "matchToSeconds": 60}),
    "items": ("items", {"by": "level", "interval": "day"}),
    "progression": ("progression", {"order": "reached"}),
    "leaderboard": ("leaderboard", {"period": "week"}),
    "leaderboard_of_sums": ("leaderboard", {"event": "match_end", "take": "sum", "direction": "asc"}),
    "achievements": ("achievements", {"of": "ever"}),
    "timeseries_revenue": ("timeseries", {"metric": "revenue", "splitBy": "country"}),
    "timeseries_active_players": ("timeseries", {"metric": "active_players", "splitBy": "version"}),
    "timeseries_sessions": ("timeseries", {"metric": "avg_session_seconds"}),
    "sessions": ("sessions", {"splitBy": "platform"}),
    "new_players": ("new_players", {"splitBy": "country"}),
    "growth": ("growth", {}),
    "playtime": ("playtime", {}),
    "concurrent_players": ("concurrent_players", {}),
    "timeseries_new_players": ("timeseries", {"metric": "new_players"}),
    "timeseries_avg_fps": ("timeseries", {"metric": "avg_fps", "interval": "hour"}),
    "breakdown": ("breakdown", {"by": ["name", "version"]}),
    "geo": ("geo", {}),
    "breakdown_of_players": ("breakdown", {"by": ["platform"], "measure": "players"}),
    "breakdown_of_loot": ("breakdown", {"event": ["item_looted"], "by": ["props.item"], "interval": "day"}),
    "economy": ("economy", {}),
    "gain_rates": ("gain_rates", {}),
    "revenue": ("revenue", {"splitBy": "platform", "ads": True}),
    "arpu": ("arpu", {"offsets": "0,1"}),
    "ltv": ("ltv", {"offsets": "0,1"}),
    "spenders": ("spenders", {}),
    "funnel": ("funnel", {"exclude": ["level_fail(props.mode:!*)"], "hold": "match_id", "splitBy": "platform"}),
    "funnel_noted": ("funnel", {}),
    "funnel_strict": ("funnel", {"order": "strict", "step": ["level_start(level:1)", "level_complete(level:1)"]}),
    "funnel_any": ("funnel", {"order": "any", "unit": "session"}),
    "journey": ("journey", {"playerId": "ann"}),
    "paths": ("paths", {}),
    "paths_to": ("paths", {"end": "match_end", "unit": "player"}),
    "player": ("player", {"playerId": "ann"}),
    "filtered_sessions": ("timeseries", {"metric": "sessions", "filter": ["props.mode:ranked,7", "level:!1..3"]}),
    "filtered_events": ("timeseries", {"metric": "events", "filter": ["props.mode.of:*"]}),
}
DIALECTS = {
    "clickhouse": ("clickhouse", to_clickhouse),
    "postgresql": ("postgres", to_postgresql),
    "spark": ("spark", to_spark),
}
OURS_ALONE = {
    "clickhouse": ("unnest(", "explode(", "list_contains", "arg_min", "<<", "variant_extract", "quantile_cont"),
    "postgresql": ("arg_min", "list_contains", "try_cast", "variant_extract", "epoch_us", "quantile_cont", "hugeint"),
    "spark": ("unnest(", "list_contains", "arg_min", "variant_extract", "epoch_us", "quantile_cont", "int128", "<<"),
}
"""What none of them understands, or means something else there."""


@functools.cache
def statements(engine: Engine, name: str) -> list[str]:
    metric, asked = QUESTIONS[name]
    of_events = (
        "filter" in asked or "matchToSeconds" in asked or metric in FROM_EVENTS or (metric == "funnel" and asked)
    )
    sources = ("raw",) if of_events else ("rollup", "raw")
    found: list[str] = []
    for source in sources:
        answer = engine.ask(metric, "arena", NOW, explain=True, source=source, **DAYS, **asked)
        found += [statement for statement in answer.statements if statement not in found]
    return found


@pytest.mark.parametrize("engine_name", DIALECTS)
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_statement_in_another_dialect(engine: Engine, name: str, engine_name: str) -> None:
    dialect, translate = DIALECTS[engine_name]
    told = [translate(statement) for statement in statements(engine, name)]
    for text in told:
        lower = text.lower()
        assert [word for word in OURS_ALONE[engine_name] if word in lower] == []
    file = GOLDEN / f"{name}.{engine_name}.sql"
    text = ";\n\n".join(told) + ";\n"
    if os.environ.get("REFRESH_GOLDEN"):
        # What the file has can be read: it was, when it was written.
        for one in told:
            sqlglot.parse_one(one, read=dialect)
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), "REFRESH_GOLDEN=1 writes it anew; read the difference"


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_rules_that_let_sql_travel(engine: Engine, name: str) -> None:
    for statement in statements(engine, name):
        tree = sqlglot.parse_one(statement, read="duckdb")
        assert len(list(tree.find_all(exp.With))) <= 1, "no nested WITH: not every engine tells equal names apart"
        assert not [group for group in tree.find_all(exp.Group) if group.args.get("all")], (
            "columns are listed in GROUP BY"
        )
        assert "map" not in {column.name for column in tree.find_all(exp.Column)}
