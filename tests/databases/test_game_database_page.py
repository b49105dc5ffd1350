"""docs/game-database.md says what the catalogue says, and its examples work."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from databases.game_database_page import DIAGRAM, PAGE, diagram, examples, filled
from databases.postgresql import PostgreSQL

REFRESH = "out of date: run `uv run python tests/docs/generated_pages.py` and read the diff"


@pytest.fixture
def connection(postgresql: PostgreSQL, installed_template: str) -> Iterator[psycopg.Connection]:
    with (
        postgresql.database("page", template=installed_template) as url,
        psycopg.connect(url, autocommit=True) as connected,
    ):
        yield connected


def test_page_and_diagram_are_up_to_date(connection: psycopg.Connection):
    text = PAGE.read_text("utf-8")
    assert filled(text, connection) == text, REFRESH
    assert diagram(connection) == DIAGRAM.read_text("utf-8"), REFRESH


def test_each_procedure_has_an_example_that_works(connection: psycopg.Connection):
    found = examples(connection)
    assert [name for name, example in found.items() if not example] == []
    # What others need comes first; the flag and the month that two of them name are there.
    first = ["game_api.register_game", "game_api.register_player", "game_api.open_session", "game_api.record_purchase"]
    for name in first:
        connection.execute(found[name].encode())
    connection.execute("SELECT game_api.define_achievement('arena', 'first_match')")
    connection.execute("SELECT game.make_partition('2025-01-01')")
    connection.execute(
        "INSERT INTO game.anti_cheat_flag (anti_cheat_flag_id, game_id, player_id, kind, first_at, last_at)"
        " OVERRIDING SYSTEM VALUE SELECT 12, game_id, player_id, 'speed', now(), now() FROM game.player"
    )
    for name, example in found.items():
        try:
            connection.execute(example.encode())
        except psycopg.Error as error:
            pytest.fail(f"{name}: {error}")
