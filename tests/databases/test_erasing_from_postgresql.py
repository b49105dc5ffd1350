"""Who is erased is in no row of the game database, and all else there is what it would be without them."""

from __future__ import annotations

import random
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from databases.erasing import erase_from_mirror, erase_from_store
from databases.postgresql import PostgreSQL, programs
from databases.studio import Studio
from databases.test_postgresql_mirror import AT, Mirror, assert_same_events, assert_same_sessions, played, sent
from playtrace.mirrors.target import PositionMoved

GONE = "gone-with-the-wind"
WITHDRAWN = "agreed-no-more"


@pytest.fixture(scope="module")
def mirror(postgresql: PostgreSQL, installed_template: str, studio: Studio) -> Iterator[Mirror]:
    with postgresql.database("erased", template=installed_template) as url:
        yield Mirror(url, studio)


def dumped(url: str) -> str:
    """All rows of the database, as text."""
    folder = programs()
    assert folder is not None
    done = subprocess.run([folder / "pg_dump", "--data-only", url], capture_output=True, text=True, check=True)
    return done.stdout


def history(seed: int, *, with_them: bool) -> list[dict[str, Any]]:
    """A few players, one of whom shares sessions, a device and an order with others, and was merged."""
    draw = random.Random(seed)
    events = [played(draw, number) for number in range(120)]
    for number, event in enumerate(events):
        if event.get("player_id") == "ben":
            event["player_id"] = GONE if number % 3 else f"{GONE}-2"
            event["device_id"] = f"device-of-{GONE}"
    order = {"product": "pack", "transaction_id": "t-1"}
    events += [
        sent(10, name="purchase", player_id=GONE, value=5, currency="EUR", props=order),
        sent(20, name="purchase", player_id="ann", value=5, currency="EUR", props=order),
        sent(21, name="achievement_unlocked", player_id=GONE, props={"achievement": "first"}),
        sent(22, name="achievement_unlocked", player_id="ann", props={"achievement": "first"}),
        sent(23, name="player_merged", player_id=GONE, props={"previous_id": f"{GONE}-2"}),
        sent(24, name="player_merged", player_id="ann", props={"previous_id": "ann-2"}),
        sent(25, name="resource_gain", player_id=GONE, value=1e9, currency="gold"),
    ]
    return [event for event in events if with_them or GONE not in str(event)]


FACTS = {
    "event": "SELECT occurred_at, value, env, name, player, person, device FROM warehouse.fact_event"
    " JOIN warehouse.dim_event_type USING (event_type_key) JOIN warehouse.dim_player USING (player_key)"
    " JOIN warehouse.dim_device USING (device_key)",
    "session": "SELECT env, started_at, ended_at, length_us, events, crashes, quits, player FROM warehouse.fact_session"
    " JOIN warehouse.dim_player USING (player_key)",
    "purchase": "SELECT env, purchased_at, amount_micros, transaction_id, is_counted, player"
    " FROM warehouse.fact_purchase JOIN warehouse.dim_player USING (player_key)",
    "day": "SELECT day, player FROM warehouse.fact_player_day JOIN (SELECT DISTINCT player_id, player"
    " FROM warehouse.dim_player) AS dim USING (player_id)",
    "player": "SELECT external_id, status, first_seen_at, last_seen_at FROM game.player",
    "achievement": "SELECT external_id, code FROM game.player_achievement JOIN game.player USING (player_id)"
    " JOIN game.achievement USING (achievement_id)",
}


def facts(mirror: Mirror, game: str) -> dict[str, list[str]]:
    mirror.run("CALL warehouse.load()")
    [[key]] = mirror.rows("SELECT game_id FROM game.game WHERE code = %s", game)
    found: dict[str, list[str]] = {}
    for name, sql in FACTS.items():
        column = "player.game_id" if "game." in sql else f"fact_{'player_day' if name == 'day' else name}.game_key"
        found[name] = sorted(map(str, mirror.rows(f"{sql} WHERE {column} = {key}")))
    return found


def test_nothing_of_them_is_left_and_all_else_is_as_if_they_never_were(
    mirror: Mirror, studio: Studio, postgresql: PostgreSQL
) -> None:
    game, other = studio.add_game("erased"), studio.add_game("without")
    studio.load(game, *history(3, with_them=True))
    studio.load(other, *history(3, with_them=False))
    studio.follow(mirror.make(game), games=(game, other))
    mirror.run("SELECT game_api.flag_player('erased', 'gone-with-the-wind', 'reported', 'gone-with-the-wind cheats')")
    mirror.run('SELECT game_api.ingest_events(\'[{"game_id": "erased", "player_id": "gone-with-the-wind"}]\')')
    facts(mirror, game)
    assert dumped(mirror.url).count(GONE) > 20

    erasure = erase_from_store(studio, game, GONE)
    assert set(erasure.player_ids) == {GONE, f"{GONE}-2"}
    with closing(mirror.make(game)()) as target:
        position = target.open()
        erase_from_mirror(studio, target, erasure, position)
    assert dumped(mirror.url).count(GONE) == 0
    assert_same_events(mirror, game)
    assert assert_same_sessions(mirror, game) > 5
    assert facts(mirror, game) == facts(mirror, other)
    assert mirror.rows("SELECT * FROM game.event_left UNION ALL SELECT * FROM game.event_left") == []
    assert mirror.rows("SELECT * FROM game.erasing") == []
    # What was decided stays in the log, and not about whom.
    [[entries, empty]] = mirror.rows(
        "SELECT count(*), count(*) FILTER (WHERE new_row = '{}') FROM game.audit_log WHERE action = 'INSERT'"
    )
    assert 0 < empty < entries
    [[by, events]] = mirror.rows("SELECT erased_by, events FROM game.erasure WHERE erasure_id = %s", erasure.erasure_id)
    assert (by, events > 30) == ("postgres", True)
    # Append only is what it was.
    with pytest.raises(psycopg.Error, match="append only"):
        mirror.run("DELETE FROM game.game_event")
    # What the database keeps itself goes when its tables are written anew; its log is another matter.
    mirror.run("VACUUM FULL")
    mirror.run("CHECKPOINT")
    [[folder]] = mirror.rows("SELECT pg_relation_filepath('game.player')")
    base = (postgresql.data / folder).parent
    assert [file.name for file in base.iterdir() if GONE.encode() in file.read_bytes()] == []


def test_who_comes_again_is_a_new_player_and_an_erasure_is_done_once(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("again")
    studio.load(game, sent(1000, player_id=GONE), sent(1001, player_id="ann"))
    studio.follow(mirror.make(game), games=(game,))
    erasure = erase_from_store(studio, game, GONE)
    studio.load(game, sent(1002, player_id=GONE))
    studio.follow(mirror.make(game), games=(game,))
    with closing(mirror.make(game)()) as target:
        position = target.open()
        erase_from_mirror(studio, target, erasure, position)
        assert assert_same_events(mirror, game) == 2
        studio.load(game, sent(1003, player_id=GONE))
        studio.follow(mirror.make(game), games=(game,))
        erase_from_mirror(studio, target, erasure, position)
    assert assert_same_events(mirror, game) == 3


def test_a_slice_that_was_read_before_an_erasure_is_not_written_after(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("late-slice")
    studio.load(game, sent(2000, player_id="ann"))
    studio.follow(mirror.make(game), games=(game,))
    studio.load(game, sent(2001, player_id=GONE), sent(2002, player_id="ann"))
    with closing(mirror.make(game)()) as slow, closing(mirror.make(game)()) as quick:
        [slice_] = studio.slices(slow.open(), 1_000_000, (game,))
        with studio.store.reading() as moment:
            rows = slow.read(slice_, moment)
        erasure = erase_from_store(studio, game, GONE)
        erase_from_mirror(studio, quick, erasure, quick.open())
        with pytest.raises(PositionMoved):
            slow.write(slice_, rows)
        with studio.store.reading() as moment:
            slow.write(slice_, slow.read(slice_, moment))
    assert assert_same_events(mirror, game) == 2


def test_who_withdrew_consent_is_refused_until_playtrace_takes_them_again(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("refused")
    studio.load(game, sent(3000, player_id=WITHDRAWN), sent(3001, player_id="ann"))
    studio.follow(mirror.make(game), games=(game,))
    erasure = erase_from_store(studio, game, WITHDRAWN, is_refused=True)
    with closing(mirror.make(game)()) as target:
        erase_from_mirror(studio, target, erasure, target.open())
    record = "SELECT game_api.record_event('refused', '{}', 'shot', '{}')"
    mirror.run(record.format(uuid.uuid4(), "ann"))
    for refused in (
        record.format(uuid.uuid4(), WITHDRAWN),
        f"SELECT game_api.register_player('refused', '{WITHDRAWN}')",
    ):
        with pytest.raises(psycopg.Error) as error:
            mirror.run(refused)
        assert error.value.sqlstate == "PT011"
    batch = f'[{{"game_id": "refused", "name": "shot", "player_id": "{WITHDRAWN}", "event_id": "{uuid.uuid4()}"}}]'
    assert mirror.rows("SELECT taken, refused FROM game_api.ingest_events(%s)", batch) == [(0, 1)]
    assert WITHDRAWN not in dumped(mirror.url)
    # They agree again, as playtrace says by what it sends.
    studio.load(game, sent(3002, player_id=WITHDRAWN, time=AT))
    assert studio.follow(mirror.make(game), games=(game,)).refused == 0
    mirror.run(record.format(uuid.uuid4(), WITHDRAWN))
    assert mirror.rows("SELECT * FROM game.refused_player") == []
