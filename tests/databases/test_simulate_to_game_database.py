"""`playtrace simulate --to` plays the arena into a game database, through its procedures."""

from __future__ import annotations

import psycopg
from typer.testing import CliRunner

from databases.postgresql import PostgreSQL
from playtrace.cli.main import app


def test_a_history_is_written_once(postgresql: PostgreSQL, installed_template: str):
    arguments = [
        "simulate",
        "--players",
        "4",
        "--days",
        "2",
        "--end",
        "2026-03-29T00:00:00Z",
        "--game",
        "written",
        "--to",
    ]
    runner = CliRunner()
    with postgresql.database("simulated", template=installed_template) as url:
        first = runner.invoke(app, [*arguments, url])
        assert first.exit_code == 0, first.output
        again = runner.invoke(app, [*arguments, url])
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT count(*), count(DISTINCT event_id) FROM game.game_event").fetchone()
    assert row is not None
    events, ids = row
    assert events == ids > 100
    assert f"{events:,} events written, in" in first.output
    assert f"0 events written, {events:,} were there already" in again.output


def test_what_is_wrong_is_said():
    runner = CliRunner()
    away = runner.invoke(app, ["simulate", "--players", "1", "--to", "postgresql://postgres:hunter2@127.0.0.1:1/x"])
    assert away.exit_code == 2
    assert "PostgreSQL says" in away.output
    assert "hunter2" not in away.output
    both = runner.invoke(app, ["simulate", "--live", "--to", "postgresql://127.0.0.1:1/x"])
    assert both.exit_code == 2
