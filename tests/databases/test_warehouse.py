"""The warehouse follows from the events, in however many pieces and whatever order they came and were loaded."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from databases.histories import GAME, history, ingest, lines_of, make_game, store_with
from databases.postgresql import PostgreSQL

Database = psycopg.Connection[dict[str, Any]]
Made = Callable[[str], contextlib.AbstractContextManager[Database]]

# Everything that the star says, without the numbers that a database makes up. Facts stand beside their dimensions.
STAR = {
    "players": """
        SELECT player, person, platform, version, country, region, valid_from, valid_to, is_current
        FROM warehouse.dim_player ORDER BY player, valid_from""",
    "events": """
        SELECT game.code, day.day, type.name, player.player, player.platform, player.version, player.valid_from,
            device.device, region.country, fact.occurred_at, fact.value, fact.env, fact.currency, fact.level
        FROM warehouse.fact_event AS fact
        JOIN warehouse.dim_game AS game USING (game_key)
        JOIN warehouse.dim_date AS day USING (date_key)
        JOIN warehouse.dim_event_type AS type USING (event_type_key)
        JOIN warehouse.dim_player AS player USING (player_key)
        JOIN warehouse.dim_device AS device USING (device_key)
        JOIN warehouse.dim_region AS region USING (region_key)
        ORDER BY fact.occurred_at, type.name, player.player, fact.value, fact.level""",
    "sessions": """
        SELECT day.day, player.player, player.version, player.valid_from, fact.env, fact.started_at, fact.ended_at,
            fact.length_us, fact.events, fact.crashes, fact.quits, fact.backgrounds
        FROM warehouse.fact_session AS fact
        JOIN warehouse.dim_date AS day USING (date_key)
        JOIN warehouse.dim_player AS player USING (player_key)
        ORDER BY fact.started_at, player.player, fact.ended_at""",
    "purchases": """
        SELECT day.day, player.player, player.valid_from, fact.purchased_at, fact.amount_micros, fact.currency,
            fact.kind, fact.transaction_id, fact.is_counted
        FROM warehouse.fact_purchase AS fact
        JOIN warehouse.dim_date AS day USING (date_key)
        JOIN warehouse.dim_player AS player USING (player_key)
        ORDER BY fact.purchased_at, player.player, fact.amount_micros, fact.transaction_id, fact.is_counted""",
    "days": """
        SELECT external_id, day FROM warehouse.fact_player_day AS fact
        JOIN game.player ON player.player_id = fact.player_id ORDER BY 1, 2""",
}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with store_with([history()], tmp_path_factory.mktemp("warehouse")) as store:
        return lines_of(store)


@pytest.fixture
def made(postgresql: PostgreSQL, installed_template: str) -> Made:
    @contextlib.contextmanager
    def database(name: str) -> Iterator[Database]:
        with (
            postgresql.database(name, template=installed_template) as url,
            psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection,
        ):
            make_game(connection)
            yield connection

    return database


def star(database: Database) -> dict[str, list[dict[str, Any]]]:
    return {name: database.execute(query).fetchall() for name, query in STAR.items()}


def pieces(lines: Sequence[str], count: int) -> list[list[str]]:
    """In an order that is not that of time."""
    shuffled = list(lines)
    random.Random(5).shuffle(shuffled)
    return [shuffled[number::count] for number in range(count)]


def test_in_pieces_in_any_order_is_as_in_one(made: Made, lines: list[str]):
    with made("at_once") as database:
        ingest(database, lines)
        database.execute("CALL warehouse.load()")
        at_once = star(database)
        database.execute("CALL warehouse.load()")
        assert star(database) == at_once, "a second load changes nothing"
        database.execute("CALL warehouse.load(everything => true)")
        assert star(database) == at_once, "nor does one of everything"
    with made("in_pieces") as database:
        for piece in pieces(lines, 4):
            ingest(database, piece)
            database.execute("CALL warehouse.load()")
        in_pieces = star(database)
    assert len(at_once["events"]) == len(lines)
    for name, rows in at_once.items():
        assert in_pieces[name] == rows, name
    says_what_was_said(in_pieces["events"], lines)


def says_what_was_said(found: list[dict[str, Any]], lines: list[str]) -> None:
    """The slow and obvious way: each event has the row of what its player had said last until then."""
    said: dict[str, tuple[Any, Any]] = {}
    until: dict[tuple[str, str], tuple[Any, Any]] = {}
    events = [json.loads(line) for line in lines]
    events.sort(key=lambda e: (e["time"], min(e["seq"] or 0, 32767), e["journal_offset"], e["position"]))
    for event in events:
        if event["player_id"]:
            if event["platform"] or event["version"]:
                said[event["player_id"]] = (event["platform"], event["version"])
            until[event["player_id"], event["time"]] = said.get(event["player_id"], (None, None))
    for row in found:
        if row["player"] is not None:
            at = row["occurred_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            assert (row["platform"], row["version"]) == until[row["player"], at], row
    assert {row["version"] for row in found if row["player"] == "account"} == {None, "1.2"}


def said_by(player: str, minute: int, number: int, **fields: Any) -> str:
    event = {"game_id": GAME, "event_id": f"00000000-0000-4000-8000-{number:012}", "name": "level_start"}
    moment = f"2026-03-01T12:{minute:02}:00Z"
    return json.dumps(event | {"player_id": player, "time": moment, "received_at": moment, **fields})


def test_a_late_event_gets_the_row_of_its_time_and_splits_one(made: Made):
    with made("late") as database:

        def versions() -> list[tuple[int, int | None, str | None]]:
            rows = database.execute("SELECT * FROM warehouse.dim_player WHERE player = 'ann' ORDER BY valid_from")
            return [
                (row["valid_from"].minute, None if row["is_current"] else row["valid_to"].minute, row["version"])
                for row in rows
            ]

        def of_events() -> list[str | None]:
            rows = database.execute(
                "SELECT version FROM warehouse.fact_event JOIN warehouse.dim_player USING (player_key)"
                " ORDER BY occurred_at"
            )
            return [row["version"] for row in rows]

        ingest(database, [said_by("ann", 10, 1, version="1"), said_by("ann", 30, 2, version="1")])
        database.execute("CALL warehouse.load()")
        assert versions() == [(10, None, "1")]
        ingest(database, [said_by("ann", 20, 3, version="2"), said_by("ann", 25, 4)])
        database.execute("CALL warehouse.load()")
        assert versions() == [(10, 20, "1"), (20, 30, "2"), (30, None, "1")]
        assert of_events() == ["1", "2", "2", "1"]
        ingest(database, [said_by("ann", 5, 5, version="1")])
        database.execute("CALL warehouse.load()")
        assert versions() == [(5, 20, "1"), (20, 30, "2"), (30, None, "1")]
        assert of_events() == ["1", "1", "2", "2", "1"]


def test_another_time_zone_cuts_other_days(made: Made):
    with made("moved") as database:
        ingest(database, [said_by("ann", 10, 1), said_by("ann", 20, 2)])
        database.execute("CALL warehouse.load()")
        database.execute("UPDATE game.game SET time_zone = 'Pacific/Kiritimati'")
        database.execute("CALL warehouse.load()")
        found = star(database)
    assert {str(row["day"]) for row in [*found["events"], *found["sessions"], *found["days"]]} == {"2026-03-02"}


def test_a_restored_database_is_read_again(made: Made):
    """Another server counts its transactions anew: nothing is missed, nothing counted twice."""
    with made("restored") as database:
        ingest(database, [said_by("ann", 10, 1)])
        database.execute("CALL warehouse.load()")
        database.execute("UPDATE warehouse.loaded SET server = 1, upto = 9000000000")
        ingest(database, [said_by("ann", 20, 2)])
        database.execute("CALL warehouse.load()")
        assert len(star(database)["events"]) == 2
        ingest(database, [said_by("ann", 30, 3)])
        database.execute("CALL warehouse.load()")
        assert len(star(database)["events"]) == 3
