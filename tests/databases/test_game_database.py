"""The game database keeps its rules against whoever writes, by whichever way."""

from __future__ import annotations

import datetime as dt
import json
import random
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from psycopg.types.json import Jsonb

from databases.postgresql import PostgreSQL
from playtrace.simulate.arena import ArenaScenario

AT = dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
Connection = psycopg.Connection[tuple[Any, ...]]


class Database:
    def __init__(self, url: str) -> None:
        self.url = url
        self.owner: Connection = psycopg.connect(url, autocommit=True)
        for role in ("writer", "mirror", "reader", "admin"):
            self.owner.execute(
                f"DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN IN ROLE playtrace_{role}".encode()
            )

    def connect(self, role: str) -> Connection:
        return psycopg.connect(self.url.replace("postgres@", f"{role}@"), autocommit=True)

    def close(self) -> None:
        self.owner.close()


@pytest.fixture(scope="module")
def database(postgresql: PostgreSQL, installed_template: str) -> Iterator[Database]:
    # Each test has a game of its own.
    with postgresql.database("game", template=installed_template) as url:
        made = Database(url)
        yield made
        made.close()


@pytest.fixture(scope="module")
def writer(database: Database) -> Iterator[Connection]:
    with database.connect("writer") as connection:
        yield connection


@pytest.fixture(scope="module")
def owner(database: Database) -> Connection:
    return database.owner


@pytest.fixture
def game(writer: Connection, request: pytest.FixtureRequest) -> str:
    name = request.node.name[:64]
    assert call(writer, "register_game", name) is True
    return name


def call(connection: Connection, name: str, *arguments: object, **named: object) -> Any:
    """The value of a procedure."""
    texts = ["%s"] * len(arguments) + [f"{key} => %s" for key in named]
    row = connection.execute(
        f"SELECT game_api.{name}({', '.join(texts)})".encode(), [*arguments, *named.values()]
    ).fetchone()
    assert row is not None
    return row[0]


def refused(connection: Connection, sqlstate: str, name: str, *arguments: object, **named: object) -> str:
    """The message of a procedure that must raise this."""
    with pytest.raises(psycopg.Error) as error:
        call(connection, name, *arguments, **named)
    assert error.value.sqlstate == sqlstate, error.value
    return str(error.value)


def ingest(connection: Connection, events: object) -> tuple[int, int, int]:
    text = events if isinstance(events, str) else json.dumps(events, default=str)
    row = connection.execute("SELECT * FROM game_api.ingest_events(%s::json)", [text]).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def event(game: str, number: int, **fields: Any) -> dict[str, Any]:
    named = {"game_id": game, "event_id": str(UUID(int=number + 1)), "name": "shot", "player_id": "ann"}
    return named | {"time": (AT + dt.timedelta(seconds=number)).isoformat()} | fields


def one(connection: Connection, sql: str, *values: object) -> tuple[Any, ...]:
    row = connection.execute(sql.encode(), values or None).fetchone()
    assert row is not None
    return row


# ── who may do what ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["writer", "mirror", "reader", "admin"])
def test_no_role_touches_a_table(database: Database, owner: Connection, role: str):
    """Neither reads nor writes any table of the schema game, its partitions, or what is used inside of it."""
    tables = owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'game'::regnamespace AND relkind IN ('r', 'p', 'v')"
    ).fetchall()
    assert len(tables) > 20
    with database.connect(role) as connection:
        for (table,) in tables:
            for attack in (
                "SELECT * FROM game.{}",
                "INSERT INTO game.{} DEFAULT VALUES",
                "DELETE FROM game.{}",
                "TRUNCATE game.{}",
                "DROP TABLE game.{}",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(attack.format(table).encode())
        for attack in (
            "SELECT game.write_events(NULL)",
            "SELECT game.make_partition(now()::date)",
            "CREATE TABLE game.mine (x int)",
            "CREATE FUNCTION game_api.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER TABLE game.game_event DISABLE TRIGGER ALL",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attack.encode())


def test_who_writes_does_not_review_and_who_reads_does_not_write(database: Database, writer: Connection, game: str):
    refused(writer, "42501", "review_flag", 1, "confirmed")
    refused(writer, "42501", "set_anti_cheat_rule", "speed", 1.0)
    refused(writer, "42501", "detach_partition", AT.date())
    with database.connect("reader") as reader:
        refused(reader, "42501", "register_player", game, "ann")


def test_what_a_mirror_does_no_game_server_can(database: Database, writer: Connection, game: str):
    """Erase players, move a mirror so that events are passed over, bring what was set aside; and a mirror does what it
    needs, and nothing else."""
    erasure, journal = UUID(int=7), UUID(int=8)
    calls: list[tuple[str, list[object]]] = [
        ("erasures_done", []),
        ("position_of_mirror", ["m"]),
        ("advance_mirror", ["m", None, None, journal, 1]),
        ("place_mirror", ["m", journal, 2]),
        ("ingest_set_aside", ["[]", journal]),
        ("erase_player", [game, ["ann"], erasure]),
    ]
    assert ingest(writer, [event(game, 1)]) == (1, 0, 0)
    for name, arguments in calls:
        refused(writer, "42501", name, *arguments)
    with database.connect("mirror") as mirror:
        for name, arguments in calls:
            call(mirror, name, *arguments)
        assert call(mirror, "register_game", game) is False
        assert ingest(mirror, [event(game, 2)]) == (1, 0, 0)
        refused(mirror, "42501", "record_event", game, UUID(int=9), "shot")
        refused(mirror, "42501", "accept_player", game, "ann")
        refused(mirror, "42501", "review_flag", 1, "confirmed")
        refused(mirror, "42501", "detach_partition", AT.date())
    with database.connect("reader") as reader:
        refused(reader, "42501", "erase_player", game, ["ann"], erasure)


def test_a_search_path_leads_nowhere_else(database: Database, owner: Connection, game: str):
    """Who calls a procedure that runs as its owner cannot put own tables, functions or operators in its way."""
    owner.execute("GRANT CREATE ON DATABASE game TO writer")
    with database.connect("writer") as writer:
        writer.execute("""
            CREATE SCHEMA trap;
            CREATE TABLE trap.player (LIKE pg_class); CREATE TEMP TABLE game (x int); CREATE TEMP TABLE player (x int);
            CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
            CREATE FUNCTION trap.coalesce_eq(text, text) RETURNS boolean LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'trapped'; END $$;
            CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.coalesce_eq);
            CREATE FUNCTION pg_temp.least(timestamptz, timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS
                $$ BEGIN RAISE 'trapped'; END $$;
            SET search_path = trap, pg_temp, game, pg_catalog;
        """)
        assert call(writer, "register_player", game, "bob", "DE") is True
        assert ingest(writer, [event(game, 1, name="purchase", value=1, currency="EUR")]) == (1, 0, 0)
        assert call(writer, "unlock_achievement", game, UUID(int=99), "bob", "a") is True
        writer.execute("DROP SCHEMA trap CASCADE")
    owner.execute("REVOKE CREATE ON DATABASE game FROM writer")


def test_what_is_written_stays(writer: Connection, owner: Connection, game: str):
    """Not even the owner changes or takes away an event, its id or the log, nor what an event refers to."""
    ingest(writer, [event(game, 1)])
    [partition] = one(owner, "SELECT min(tableoid::regclass::text) FROM game.game_event")
    attacks = ["DELETE FROM game.event_key", "DELETE FROM game.audit_log"]
    attacks += ["TRUNCATE game.event_key CASCADE", "TRUNCATE game.audit_log"]
    for table in ("game.game_event", partition):
        attacks += [f"UPDATE {table} SET value = 1", f"DELETE FROM {table}", f"TRUNCATE {table}"]
    for table in ("game", "player", "event_type", "client_session", "device", "client_build", "region"):
        attacks += [f"DELETE FROM game.{table}", f"TRUNCATE game.{table} CASCADE"]
    attacks += ["UPDATE game.player SET game_id = game_id + 1", "UPDATE game.event_key SET occurred_at = now()"]
    attacks += ["TRUNCATE game.purchase", "TRUNCATE game.anti_cheat_flag", "UPDATE game.audit_log SET changed_by = ''"]
    for attack in attacks:
        with pytest.raises(psycopg.Error) as error:
            owner.execute(attack.encode())
        assert error.value.sqlstate == "PT010", attack


def test_an_event_refers_to_what_is_there(writer: Connection, owner: Connection, game: str):
    """References of events hold for every way in, though they are no declared foreign keys."""
    ingest(writer, [event(game, 1)])
    columns = "game_id, event_type_id, occurred_at, received_at, event_id, written_in, env, severity, source"
    for wrong in ("player_id", "client_session_id", "device_id", "client_build_id", "region_id"):
        copy = f"INSERT INTO game.game_event ({columns}, {wrong}) SELECT {columns}, 4711 FROM game.game_event"
        with pytest.raises(psycopg.errors.ForeignKeyViolation, match=wrong):
            owner.execute(copy.encode())
    others = columns.replace("event_type_id", "4711")
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="event_type_id"):
        owner.execute(f"INSERT INTO game.game_event ({columns}) SELECT {others} FROM game.game_event".encode())


# ── what the procedures take ────────────────────────────────────────────────────────────────────────────────


def test_each_procedure_twice_changes_nothing(database: Database, writer: Connection, owner: Connection, game: str):
    ids = [UUID(int=number + 1) for number in range(9)]
    calls: list[tuple[str, list[object], dict[str, object]]] = [
        ("register_player", [game, "ann", "DE", "BY"], {}),
        ("open_session", [game, ids[0], "s-1", "ann", AT], {"platform": "linux", "version": "1.0", "country": "DE"}),
        ("record_event", [game, ids[1], "shot", "ann", AT + dt.timedelta(minutes=1)], {"session": "s-1", "seq": 1}),
        ("record_purchase", [game, ids[2], "ann", "4.99", "EUR", "pack", "t-1", AT], {}),
        ("refund_purchase", [game, ids[3], "t-1", "1.99"], {}),
        ("refund_purchase", [game, ids[4], "t-1"], {}),
        ("unlock_achievement", [game, ids[5], "ann", "hundred_kills", 0.4], {}),
        ("unlock_achievement", [game, ids[6], "ann", "hundred_kills"], {"unlocked_at": AT}),
        ("close_session", [game, ids[7], "s-1", "ann", AT + dt.timedelta(minutes=9)], {"reason": "background"}),
    ]
    for name, arguments, named in calls:
        assert call(writer, name, *arguments, **named) is True, name
    before = owner.execute("SELECT * FROM game.audit_log ORDER BY audit_log_id").fetchall()
    for name, arguments, named in calls:
        assert call(writer, name, *arguments, **named) is False, name
    assert owner.execute("SELECT * FROM game.audit_log ORDER BY audit_log_id").fetchall() == before
    paid = owner.execute(
        "SELECT purchase.amount_micros, purchase.currency FROM game.purchase JOIN game.game USING (game_id)"
        " WHERE code = %s ORDER BY 1 DESC",
        [game],
    ).fetchall()
    assert paid == [(4_990_000, "EUR"), (-1_990_000, "EUR"), (-3_000_000, "EUR")]
    session = one(
        owner,
        "SELECT started_at, ended_at, events, backgrounds FROM game.session JOIN game.game USING (game_id)"
        " JOIN game.client_session USING (game_id, client_session_id) WHERE code = %s AND external_id = 's-1'",
        game,
    )
    assert session == (AT, AT + dt.timedelta(minutes=9), 3, 1)
    had = one(
        owner,
        "SELECT progress, unlocked_at FROM game.player_achievement JOIN game.game USING (game_id) WHERE code = %s",
        game,
    )
    assert had == (1, AT)


def test_wrong_input_has_its_code_and_a_sentence(writer: Connection, game: str):
    id_ = UUID(int=1)
    long = "x" * 257
    nowhere = "PT004"
    for state, name, arguments in (
        ("PT001", "ingest_events", ['{"a": 1}']),
        ("PT001", "ingest_events", [None]),
        ("PT002", "register_game", [""]),
        ("PT003", "register_game", ["x", "X", "Mars/Olympus"]),
        ("PT002", "register_player", [game, ""]),
        ("PT003", "register_player", [game, "ann", "Germany"]),
        (nowhere, "register_player", ["nowhere", "ann"]),
        (nowhere, "record_event", ["nowhere", id_, "shot"]),
        ("PT002", "record_event", [None, id_, "shot"]),
        ("PT002", "record_event", [game, None, "shot"]),
        ("PT002", "record_event", [game, id_, ""]),
        ("PT003", "record_event", [game, UUID(int=0), "shot"]),
        ("PT003", "record_event", [game, id_, long]),
        ("PT003", "record_event", [game, id_, "shot", long]),
        ("PT005", "record_event", [game, id_, "shot", "ann", "-infinity"]),
        ("PT005", "record_event", [game, id_, "shot", "ann", "1999-12-31"]),
        ("PT002", "open_session", [game, id_, "", "ann"]),
        ("PT006", "close_session", [game, id_, "never-opened", "ann"]),
        ("PT003", "record_purchase", [game, id_, "ann", "0", "EUR", "pack"]),
        ("PT003", "record_purchase", [game, id_, "ann", "NaN", "EUR", "pack"]),
        ("PT003", "record_purchase", [game, id_, "ann", "-4.99", "EUR", "pack"]),
        ("PT003", "record_purchase", [game, id_, "ann", "1e30", "EUR", "pack"]),
        ("PT003", "record_purchase", [game, id_, "ann", "4.99", "euros", "pack"]),
        ("PT002", "record_purchase", [game, id_, "ann", None, "EUR", "pack"]),
        ("PT006", "refund_purchase", [game, id_, "t-none"]),
        ("PT003", "unlock_achievement", [game, id_, "ann", "a", 1.5]),
        ("PT003", "unlock_achievement", [game, id_, "ann", "a", "NaN"]),
        ("PT002", "unlock_achievement", [game, id_, None, "a"]),
        ("PT006", "flag_player", [game, "nobody", "reported"]),
        ("PT002", "flag_player", [game, "ann", ""]),
    ):
        assert len(refused(writer, state, name, *arguments)) > 10, name
    for field, value in (("x", "NaN"), ("value", "Infinity"), ("seq", -1), ("mono_ms", 10**13), ("props", Jsonb([1]))):
        refused(writer, "PT003", "record_event", game, id_, "shot", **{field: value})
    call(writer, "record_purchase", game, id_, "ann", "4.99", "EUR", "pack", "t-2")
    refused(writer, "PT007", "refund_purchase", game, UUID(int=2), "t-2", "5")
    refused(writer, "PT009", "ingest_events", "[" + " " * 67_108_864 + "]")


def test_one_wrong_event_costs_no_other(writer: Connection, owner: Connection, game: str):
    """What breaks a rule, and what cannot even be read, is set aside with its reason; all else is taken."""
    wrong: list[Any] = [
        event(game, 1, seq="seven"),
        event(game, 2, time="yesterday-ish"),
        event(game, 3, event_id="no uuid"),
        event(game, 4, name="x" * 65),
        event(game, 5, country="Germany"),
        event(game, 6, game_id="nowhere"),
        event(game, 7, x=1e999),
        event(game, 8, props=[1]),
        event(game, 9, value="1e400"),
        event(game, 10, time="9999-12-31T00:00:00Z", received_at="9999-12-31T00:00:00Z"),
        event(game, 11, props={"text": "\0"}),
        event(game, 12, player_id="p" * 1_000_000),
        {"game_id": game},
        [game],
        7,
        None,
    ]
    good = [event(game, number) for number in range(100, 104)]
    mixed = json.dumps([*good[:2], *wrong, *good[2:]]).replace("Infinity", "1e999")
    assert ingest(writer, mixed) == (4, 0, len(wrong))
    assert ingest(writer, mixed) == (0, 4, len(wrong))
    found = dict(
        owner.execute(
            "SELECT event_id, sqlstate || ' ' || reason FROM game.refused_event WHERE event_id IS NOT NULL"
            " AND game_code IN (%s, 'nowhere')",
            [game],
        ).fetchall()
    )
    assert found.keys() == {str(UUID(int=number)) for number in (2, 3, *range(5, 14))} | {"no uuid"}
    assert found[str(UUID(int=5))].startswith("PT003 name")
    assert found[str(UUID(int=6))].startswith("PT003 country")
    assert found[str(UUID(int=7))].startswith("PT004")
    assert found[str(UUID(int=11))].startswith("PT005")


def test_columns_are_taken_all_or_none(writer: Connection, owner: Connection, game: str):
    """The same events in columns come to the same rows; where one of them is wrong nothing is there."""

    def columns(**changed: Any) -> tuple[int, int]:
        context = {"game_id": game, "player_id": "ann", "country": "DE"}
        given: dict[str, Any] = {
            "contexts": json.dumps([context, context | {"player_id": "ben"}]),
            "context": [1, 2, 2],
            "event_id": [UUID(int=number) for number in (201, 202, 203)],
            "name": ["shot", "shot", "hit"],
            "received_at": [AT, AT, AT],
            "time": [AT - dt.timedelta(seconds=number) for number in (3, 2, 1)],
            "seq": [7, None, 8],
            "props": [Jsonb({"a": 1}), None, None],
        } | changed
        kinds = {
            "contexts": "json",
            "context": "int[]",
            "event_id": "uuid[]",
            "name": "text[]",
            "received_at": "timestamptz[]",
            "severity": "text[]",
            "time": "timestamptz[]",
            "seq": "bigint[]",
        }
        kinds |= {"props": "jsonb[]", "value": "float8[]"}
        texts = ", ".join(f'"{name}" => %({name})s::{kinds[name]}' for name in given)
        row = writer.execute(f"SELECT * FROM game_api.ingest_columns({texts})".encode(), given).fetchone()
        assert row is not None
        return row[0], row[1]

    contexts = [{"game_id": game}, {"game_id": game}]
    for state, changed in (
        ("PT001", {"contexts": "{}"}),
        ("PT001", {"contexts": None}),
        ("PT001", {"seq": "[0:2]={7,8,9}"}),
        ("22P02", {"contexts": json.dumps([{"game_id": game, "journal_offset": "seven"}])}),
        ("PT002", {"contexts": json.dumps(contexts[:1])}),
        ("PT002", {"context": [1, 2]}),
        ("PT002", {"event_id": [UUID(int=201)]}),
        ("PT002", {"time": [AT]}),
        ("PT002", {"contexts": json.dumps([contexts[0], {"player_id": "ann"}])}),
        ("PT002", {"name": ["shot", "", "hit"]}),
        ("PT002", {"seq": [7, 8, 9, 10]}),
        ("PT003", {"name": ["shot", "x" * 65, "hit"]}),
        ("PT003", {"severity": ["info", "bad", None]}),
        ("PT003", {"contexts": json.dumps([contexts[0], contexts[1] | {"country": "Germany"}])}),
        ("PT003", {"seq": [-1]}),
        ("PT003", {"value": [float("nan")]}),
        ("PT003", {"props": [Jsonb([1])]}),
        ("PT003", {"event_id": [UUID(int=0), UUID(int=1), UUID(int=2)]}),
        ("PT004", {"contexts": json.dumps([contexts[0], contexts[1] | {"game_id": "nowhere"}])}),
        ("PT005", {"time": [AT, AT, AT + dt.timedelta(seconds=1)]}),
        ("PT009", {"contexts": "[" + " " * 67_108_864 + "]"}),
    ):
        with pytest.raises(psycopg.Error) as error:
            columns(**changed)
        assert error.value.sqlstate == state, (changed, error.value)
    of_game = "JOIN game.game USING (game_id) WHERE code = %s"
    assert one(owner, f"SELECT count(*) FROM game.event_key {of_game}", game) == (0,)
    assert columns() == (3, 0)
    assert columns(event_id=[UUID(int=number) for number in (204, 202, 204)]) == (1, 2)
    rows = owner.execute(
        f"SELECT event_id, external_id, occurred_at, seq, props FROM game.game_event {of_game} ORDER BY 1".replace(
            "JOIN game.game", "JOIN game.player USING (game_id, player_id) JOIN game.game"
        ).encode(),
        [game],
    ).fetchall()
    assert rows == [
        (UUID(int=201), "ann", AT - dt.timedelta(seconds=3), 7, {"a": 1}),
        (UUID(int=202), "ben", AT - dt.timedelta(seconds=2), None, None),
        (UUID(int=203), "ben", AT - dt.timedelta(seconds=1), 8, None),
        (UUID(int=204), "ann", AT - dt.timedelta(seconds=3), 7, {"a": 1}),
    ]


def test_partitions_follow_events_and_can_be_taken_out(
    database: Database, writer: Connection, owner: Connection, game: str
):
    ingest(writer, [event(game, 1, time="2019-07-31T23:59:59Z"), event(game, 2, time="2019-08-01T00:00:00Z")])
    tables = {row[0] for row in owner.execute("SELECT tableoid::regclass::text FROM game.game_event").fetchall()}
    assert {"game.game_event_2019_07", "game.game_event_2019_08"} <= tables
    with database.connect("admin") as admin:
        assert call(admin, "detach_partition", dt.date(2019, 7, 15)) == "game.game_event_2019_07_detached"
        refused(admin, "PT006", "detach_partition", dt.date(2019, 7, 15))
        refused(admin, "PT003", "detach_partition", dt.datetime.now(dt.UTC).date())
        assert call(admin, "make_partitions", 4) in (0, 1)
    # An event of that month that comes late has a place, and one that was there is still known.
    assert ingest(writer, [event(game, 1, time="2019-07-31T23:59:59Z")]) == (0, 1, 0)
    assert ingest(writer, [event(game, 3, time="2019-07-31T12:00:00Z")]) == (1, 0, 0)


# ── all at once ─────────────────────────────────────────────────────────────────────────────────────────────


def test_sixteen_writers_at_once(database: Database, owner: Connection, game: str):
    """The same events, players, sessions and purchases from all sides, in all orders: once each, and no deadlock."""
    events = [
        event(game, number, player_id=f"p-{number % 7}", session_id=f"s-{number % 5}", seq=number, name=name)
        | {
            "value": 1,
            "currency": "EUR",
            "device_id": f"d-{number % 3}",
            "platform": f"os-{number % 4}",
            "country": "DE",
        }
        | {"props": {"achievement": f"a-{number % 6}", "transaction_id": f"t-{number}"}}
        for number, name in enumerate(["shot", "purchase", "achievement_unlocked", "position", "crash"] * 16)
    ]
    failures: list[BaseException] = []

    def write(seed: int) -> None:
        draw = random.Random(seed)
        try:
            with database.connect("writer") as connection:
                for _ in range(3):
                    ingest(connection, draw.sample(events, 60))
                ingest(connection, draw.sample(events, len(events)))
                call(connection, "register_player", game, "p-1", draw.choice(["DE", "FR"]))
                call(connection, "flag_player", game, "p-1", "reported")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    of_game = "JOIN game.game USING (game_id) WHERE code = %s"
    assert one(owner, f"SELECT count(*), count(DISTINCT event_id) FROM game.game_event {of_game}", game) == (80, 80)
    assert one(owner, f"SELECT count(*), sum(amount_micros) FROM game.purchase {of_game}", game) == (16, 16_000_000)
    assert one(owner, f"SELECT sum(events) FROM game.session {of_game}", game) == (80,)
    assert one(owner, f"SELECT occurrences FROM game.anti_cheat_flag {of_game} AND kind = 'reported'", game) == (16,)


def test_every_change_is_audited(database: Database, writer: Connection, owner: Connection, game: str):
    """The log alone tells what the rows are now, who made them so, and in which transaction."""
    last = one(owner, "SELECT coalesce(max(audit_log_id), 0) FROM game.audit_log")[0]
    call(writer, "register_player", game, "ann", "DE")
    call(writer, "register_player", game, "ann", "FR")
    call(writer, "record_purchase", game, UUID(int=1), "ann", "4.99", "EUR", "pack", "t-1")
    call(writer, "unlock_achievement", game, UUID(int=2), "ann", "a", 0.5)
    call(writer, "unlock_achievement", game, UUID(int=3), "ann", "a")
    flag = call(writer, "flag_player", game, "ann", "reported", "Walks through walls")
    with database.connect("admin") as admin:
        call(admin, "review_flag", flag, "confirmed", "Seen", "banned")
        call(admin, "review_flag", flag, "confirmed", "Seen")
        refused(admin, "PT007", "review_flag", flag, "dismissed")
    owner.execute(
        "UPDATE game.player SET status = 'active' FROM game.game WHERE player.game_id = game.game_id AND code = %s",
        [game],
    )
    log = owner.execute(
        "SELECT action, table_name, row_key, old_row, new_row, changed_by FROM game.audit_log WHERE audit_log_id > %s"
        " ORDER BY audit_log_id",
        [last],
    ).fetchall()
    rows: dict[tuple[str, str], Any] = {}
    for action, table, key, old, new, _ in log:
        derived = {"first_seen_at", "last_seen_at"}
        known = {name: value for name, value in (rows.get((table, key)) or {}).items() if name not in derived}
        assert known == {name: value for name, value in (old or {}).items() if name not in derived}, (action, table)
        rows[table, key] = new
    players = [row for (table, _), row in rows.items() if table == "player"]
    assert [(row["external_id"], row["status"]) for row in players] == [("ann", "active")]
    assert {(table, by) for _, table, _, _, _, by in log} >= {
        ("player", "writer"),
        ("player", "admin"),
        ("player", "postgres"),
        ("purchase", "writer"),
        ("player_achievement", "writer"),
        ("anti_cheat_flag", "writer"),
        ("anti_cheat_flag", "admin"),
    }
    [flags] = [row for (table, _), row in rows.items() if table == "anti_cheat_flag"]
    assert (flags["status"], flags["reviewed_by"]) == ("confirmed", "admin")


# ── anti-cheat ──────────────────────────────────────────────────────────────────────────────────────────────


def flags_of(owner: Connection, game: str) -> dict[tuple[str, str], tuple[int, float]]:
    rows = owner.execute(
        "SELECT external_id, kind, occurrences, value FROM game.anti_cheat_flag JOIN game.game USING (game_id)"
        " JOIN game.player USING (game_id, player_id) WHERE code = %s",
        [game],
    ).fetchall()
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def test_the_planted_cheaters_are_found_and_nobody_else(writer: Connection, owner: Connection, game: str):
    """With the rules that are there from the start, in batches that cut everything in two somewhere."""
    arena = ArenaScenario(seed=5, players=60, days=1, end=dt.datetime(2026, 3, 29, tzinfo=dt.UTC), game_id=game)
    encoder = msgspec.json.Encoder()
    for batch in arena.batches(4000):
        ingest(writer, encoder.encode(batch).decode())
    cheaters = set(arena.truth().planted.cheaters)
    found = flags_of(owner, game)
    assert {player for player, _ in found} == cheaters != set()
    assert {kind for _, kind in found} == {"gain_rate", "speed"}


def test_rules_say_what_they_say(database: Database, writer: Connection, owner: Connection, game: str):
    """The worked examples: 50 units a second where 12 are possible need three samples in a row, 61 one; gains within
    the window, and not beyond it; clocks that drift by 5 % in ten minutes, or go back; what has no prerequisite."""

    def moves(player: str, *steps: float, batch: int = 99) -> None:
        x = 0.0
        events: list[dict[str, Any]] = []
        for seq, step in enumerate((0.0, *steps)):
            x += step
            place = {"name": "position", "map": "m", "x": 0.6 * x, "y": 0.8 * x, "seq": seq, "mono_ms": 1000 * seq}
            events.append(event(game, next_id(), player_id=player, session_id=f"s-{player}", **place))
            events[-1]["time"] = (AT + dt.timedelta(seconds=seq)).isoformat()
        for first in range(0, len(events), batch):
            ingest(writer, events[first : first + batch])

    numbers = iter(range(1000, 9999))
    next_id = numbers.__next__
    moves("walks", 12, 12, 12, 14, 14)
    moves("twice", 50, 50, 1, 50, 50)
    moves("thrice", 50, 50, 50)
    moves("thrice-in-pieces", 50, 50, 50, batch=1)
    moves("once", 1, 61)
    for player, amounts in {"earns": [60_000, 39_000], "too-much": [60_000, 41_000]}.items():
        for number, amount in enumerate(amounts):
            at = {"time": (AT + dt.timedelta(seconds=60 * number)).isoformat()}
            gain = event(game, next_id(), player_id=player, name="resource_gain", value=amount, currency="gold") | at
            ingest(writer, [gain])
    late = {"time": (AT + dt.timedelta(seconds=61)).isoformat()}
    for at in ({"time": AT.isoformat()}, late):
        fields = {"name": "resource_gain", "value": 60_000, "currency": "gold"}
        ingest(writer, [event(game, next_id(), player_id="slowly", **fields) | at])
    for player, wall_s in {"in-time": 629, "ahead": 640, "asleep": 560}.items():
        for seq, (wall, mono) in enumerate(((0, 0), (wall_s, 600))):
            clock = {"time": (AT + dt.timedelta(seconds=wall)).isoformat(), "seq": seq, "mono_ms": 1000 * mono}
            ingest(writer, [event(game, next_id(), player_id=player, session_id=f"s-{player}", **clock)])
    for player, wall_s in {"jitters": -1.9, "back": -2.1, "far-back": -3600.0}.items():
        for seq, wall in enumerate((0.0, wall_s)):
            clock = {"time": (AT + dt.timedelta(seconds=wall)).isoformat(), "seq": seq, "mono_ms": seq}
            ingest(writer, [event(game, next_id(), player_id=player, session_id=f"s-{player}", **clock)])
    with database.connect("admin") as admin:
        call(admin, "define_achievement", game, "first")
        call(admin, "define_achievement", game, "second", requires="first")
        call(admin, "set_anti_cheat_rule", "score", 1000, game, "match_end")
    for player, names in {"in-order": ["first", "second"], "skips": ["second"]}.items():
        for name in names:
            call(writer, "unlock_achievement", game, UUID(int=next_id() + 1), player, name)
    for player, score in {"good": 1000, "impossible": 1001}.items():
        ingest(writer, [event(game, next_id(), player_id=player, name="match_end", value=score)])

    found = flags_of(owner, game)
    assert {key: round(value, 3) if value else value for key, (_, value) in found.items()} == {
        ("thrice", "speed"): 50,
        ("thrice-in-pieces", "speed"): 50,
        ("once", "speed"): 61,
        ("too-much", "gain_rate"): 101_000,
        ("ahead", "clock_drift"): 0.067,
        ("asleep", "clock_drift"): 0.067,
        ("back", "clock_back"): 2100,
        ("far-back", "clock_back"): 3_600_000,
        ("skips", "prerequisite"): None,
        ("impossible", "score"): 1001,
    }


def test_rules_of_a_game_go_first_and_can_be_switched_off(
    database: Database, writer: Connection, owner: Connection, game: str
):
    with database.connect("admin") as admin:
        call(admin, "set_anti_cheat_rule", "gain_rate", 10, game, "gold")
        call(admin, "set_anti_cheat_rule", "gain_rate", 0, game, "gems", is_enabled=False)
    for number, (player, currency, amount) in enumerate((("a", "gold", 11), ("b", "silver", 11), ("c", "gems", 1e9))):
        fields = {"name": "resource_gain", "value": amount, "currency": currency}
        ingest(writer, [event(game, number, player_id=player, **fields)])
    assert set(flags_of(owner, game)) == {("a", "gain_rate")}
