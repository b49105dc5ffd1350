"""The game database is installed whole or not at all, compared with what was installed, and brought forward."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from databases.postgresql import PostgreSQL, programs
from playtrace.cli.main import app
from playtrace.mirrors.postgresql import install as installing
from playtrace.mirrors.postgresql.install import VERSION, Difference, check, install, installed_version, upgrade
from playtrace.mirrors.target import TargetNewer, TargetUnusable

FOLDER = Path(installing.__file__).parent
BACK_TO_1 = """
    DROP TABLE game.erasure, game.erasing, game.refused_player, game.erasure_secret, game.event_left;
    DROP FUNCTION game_api.ingest_columns, game.read_events, game.refusals, game.write_events;
    DROP TYPE game.sent_context, game.sent_event, game.named_rows;
    CREATE TYPE game.sent_event AS (ordinal bigint, game_id integer, event_id uuid, refusal text);
    CREATE TYPE game.named_rows AS (event_type_id integer, player_id bigint);
    CREATE FUNCTION game.read_events(batch json) RETURNS game.sent_event[] LANGUAGE sql
        RETURN NULL::game.sent_event[];
    CREATE FUNCTION game.write_events(sent game.sent_event[]) RETURNS bigint LANGUAGE sql RETURN 0;
    CREATE FUNCTION game.insert_events(
        sent game.sent_event[], named game.sent_event[], rows game.named_rows[], new_ones bigint[]
    ) RETURNS bigint LANGUAGE sql RETURN 0;
    DROP INDEX game.region_key, game.client_build_key, game.client_session_key;
    ALTER TABLE game.region
        ADD CONSTRAINT region_country_region_key UNIQUE NULLS NOT DISTINCT (country, region);
    ALTER TABLE game.client_build
        ADD CONSTRAINT client_build_all_key UNIQUE NULLS NOT DISTINCT (game_id, platform, os, version, build);
    ALTER TABLE game.client_session ADD CONSTRAINT client_session_external_id_key
        UNIQUE NULLS NOT DISTINCT (game_id, external_id, env, owner_player_id, owner_device_id);
    UPDATE game.schema_version SET version = 1;
"""
BACK_TO_3 = """
    DROP FUNCTION game_api.ingest_columns, game.read_events, game.refusals, game.write_events;
    DROP TYPE game.sent_context, game.sent_event, game.named_rows;
    CREATE TYPE game.sent_context AS (number integer, name text);
    CREATE TYPE game.sent_event AS (ordinal integer, context integer);
    CREATE TYPE game.named_rows AS (number integer, event_type_id integer);
    CREATE FUNCTION game.read_events(batch json, OUT contexts game.sent_context[], OUT events game.sent_event[])
        LANGUAGE sql RETURN (NULL, NULL);
    CREATE FUNCTION game.refusals(
        contexts game.sent_context[], events game.sent_event[], OUT ordinal integer, OUT refusal text
    ) LANGUAGE sql RETURN (NULL, NULL);
    CREATE FUNCTION game.write_events(contexts game.sent_context[], events game.sent_event[]) RETURNS bigint
        LANGUAGE sql RETURN 0;
    CREATE FUNCTION game_api.ingest_columns(
        contexts json, context integer[], event_id uuid[], "time" timestamptz[], client_time timestamptz[],
        seq bigint[], mono_ms bigint[], x double precision[], y double precision[], z double precision[],
        value double precision[], props jsonb[], "position" integer[], OUT taken bigint, OUT known bigint
    ) LANGUAGE sql RETURN (NULL, NULL);
    GRANT EXECUTE ON FUNCTION game_api.erase_player TO playtrace_writer;
    REVOKE EXECUTE ON FUNCTION game_api.erase_player FROM playtrace_mirror;
    UPDATE game.schema_version SET version = 3;
"""
"""What earlier versions had for what there is today: of functions what has to go, and not what they did."""


@pytest.fixture
def empty(postgresql: PostgreSQL) -> Iterator[psycopg.Connection]:
    with postgresql.database("empty") as url, psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def installed(postgresql: PostgreSQL, installed_template: str) -> Iterator[psycopg.Connection]:
    with (
        postgresql.database("changed", template=installed_template) as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        yield connection


def test_psql_installs_what_playtrace_installs(empty: psycopg.Connection, installed: psycopg.Connection):
    """A DBA needs no playtrace: the catalogues are the same."""
    found = programs()
    assert found is not None
    psql = shutil.which("psql") or str(found / "psql")
    url = f"postgresql://postgres@127.0.0.1:{empty.info.port}/empty"
    command = [psql, "--no-psqlrc", "--single-transaction", "--quiet", "-f", str(FOLDER / "install.sql"), url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    query = "SELECT kind, name, definition FROM game.schema_object ORDER BY 1, 2"
    assert empty.execute(query).fetchall() == installed.execute(query).fetchall()
    assert check(empty) == []


def test_all_or_nothing(empty: psycopg.Connection, tmp_path: Path):
    """A file that fails takes the others with it."""
    broken = tmp_path / "schema"
    shutil.copytree(FOLDER, broken)
    (broken / "constraints" / "01_keys.sql").write_text("ALTER TABLE game.nothing ADD PRIMARY KEY (x);")
    with pytest.raises(psycopg.errors.UndefinedTable):
        install(empty, broken)
    assert installed_version(empty) is None
    assert install(empty)
    assert not install(empty), "a second time there is nothing to do"


def test_a_schema_of_somebody_else_is_left_alone(empty: psycopg.Connection):
    empty.execute("CREATE SCHEMA report")
    with pytest.raises(TargetUnusable, match="schema of the name report already"):
        install(empty)


def test_check_names_what_is_missing_and_what_was_changed(installed: psycopg.Connection):
    installed.execute("ALTER TABLE game.purchase DROP CONSTRAINT purchase_event_fkey")
    installed.execute("ALTER TABLE game.purchase ADD COLUMN discount integer")
    installed.execute("ALTER TABLE game.player ALTER COLUMN external_id DROP NOT NULL")
    installed.execute("GRANT SELECT ON game.player TO playtrace_writer")
    assert check(installed) == [
        Difference("column", "game.player.external_id", "changed"),
        Difference("column", "game.purchase.discount", "unknown"),
        Difference("constraint", "game.purchase.purchase_event_fkey", "missing"),
        Difference("rights", "game.player", "changed"),
    ]


def test_everything_has_a_comment(installed: psycopg.Connection):
    """Each table, view, column and function says what it is, for whoever reads the catalogue."""
    without = installed.execute("""
        SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname IN ('game', 'report', 'warehouse')
            AND obj_description(c.oid, 'pg_class') IS NULL
        UNION ALL
        SELECT n.nspname || '.' || c.relname || '.' || a.attname
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('game', 'warehouse')
            AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL
        UNION ALL
        SELECT n.nspname || '.' || p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('game', 'game_api', 'report', 'warehouse') AND obj_description(p.oid, 'pg_proc') IS NULL
    """).fetchall()
    assert without == []


def test_a_newer_schema_is_left_alone(installed: psycopg.Connection):
    installed.execute("INSERT INTO game.schema_version (version) VALUES (99)")
    for act in (install, upgrade, check):
        with pytest.raises(TargetNewer, match="version 99"):
            act(installed)


@pytest.mark.parametrize(("version", "back"), [(1, BACK_TO_1), (3, BACK_TO_3)])
def test_a_game_database_of_an_earlier_version_becomes_one_of_today(
    installed: psycopg.Connection, version: int, back: str
):
    catalogue = "SELECT kind, name, definition FROM game.catalogue ORDER BY 1, 2"
    wanted = installed.execute(catalogue).fetchall()
    installed.execute(back.encode())
    with pytest.raises(TargetUnusable, match=f"Version {version} is installed"):
        check(installed)
    assert upgrade(installed) == (version, VERSION)
    assert check(installed) == []
    assert installed.execute(catalogue).fetchall() == wanted


def test_upgrade_goes_through_the_steps_once(installed: psycopg.Connection, tmp_path: Path):
    newer, next_ = tmp_path / "schema", VERSION + 1
    shutil.copytree(FOLDER, newer)
    step = "ALTER TABLE game.game ADD COLUMN genre text; COMMENT ON COLUMN game.game.genre IS 'Its genre.';"
    (newer / "upgrades" / f"{next_:04}.sql").write_text(step)
    assert upgrade(installed, newer, next_) == (VERSION, next_)
    assert installed_version(installed) == next_
    assert upgrade(installed, newer, next_) == (next_, next_), "and not again"
    with pytest.raises(TargetNewer):
        check(installed)
    with pytest.raises(TargetUnusable, match=rf"upgrades/{next_ + 1:04}\.sql is not there"):
        upgrade(installed, newer, next_ + 1)


def test_commands(postgresql: PostgreSQL):
    runner = CliRunner()
    with postgresql.database("commanded") as url:
        assert runner.invoke(app, ["gamedb", "check", url]).exit_code == 2
        assert "is installed" in runner.invoke(app, ["gamedb", "install", url]).output
        assert runner.invoke(app, ["gamedb", "check", url]).exit_code == 0
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP INDEX game.purchase_time")
        found = runner.invoke(app, ["gamedb", "check", url])
        assert found.exit_code == 1
        assert "game.purchase_time" in found.output
    gone = runner.invoke(app, ["gamedb", "install", url.replace("postgres@", "postgres:hunter2@")])
    assert gone.exit_code == 2
    assert 'database "commanded" does not exist' in gone.output
    assert "hunter2" not in gone.output
