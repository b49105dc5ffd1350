"""Who is erased is in no row of a mirror in MySQL or MongoDB, and all else there is what it would be without them."""

from __future__ import annotations

import random
from contextlib import closing
from typing import Any

import pytest

from databases import test_mongodb_mirror, test_mysql_mirror
from databases.erasing import erase_from_mirror, erase_from_store
from databases.mariadb import MariaDB
from databases.mongodb import MongoDB
from databases.studio import Studio
from databases.test_mysql_mirror import NIGHT, at, figures, played
from playtrace.mirrors.target import PositionMoved

GONE = "gone-with-the-wind"
LONG = GONE + "-" * 120
SHARED = "a-session-that-two-signed-in-to"


def test_of_a_mysql_mirror_sessions_and_days_are_those_of_the_others(mariadb: MariaDB, studio: Studio) -> None:
    mirror = test_mysql_mirror.Mirror(mariadb, studio)
    game = studio.add_game("erased-rows")
    draw = random.Random(11)
    events = played(draw, players=5, events=150)
    for number, event in enumerate(events):
        if event["player_id"] == "p1":
            event["player_id"] = (GONE, LONG, GONE)[number % 3]
    events += [
        at(-6000, GONE),
        at(-5999, GONE, name="crash"),
        at(300, GONE, session_id=SHARED),
        at(310, "p2", session_id=SHARED),
        at(320, GONE, session_id=SHARED, name="crash"),
    ]
    for first in range(0, len(events), 40):
        studio.load(game, *events[first : first + 40])
    studio.follow(mirror.make(), games=(game,))
    days = set(mirror.days(game))

    def everything() -> str:
        return "\n".join(str(mirror.ask(f"SELECT * FROM {row['name']}")) for row in mirror.ask(TABLES))

    assert everything().count(GONE) > 10
    mirror.ask(
        "INSERT INTO playtrace_refused VALUES"
        f" ('sessions', UNHEX(SHA2('a', 256)), '{game}', 'why', '[\"{GONE}\"]', NOW()),"
        f" ('sessions', UNHEX(SHA2('b', 256)), '{game}', 'why', '[\"another\"]', NOW())"
    )
    erasure = erase_from_store(studio, game, GONE, LONG)
    studio.load(game, at(1200, GONE))
    studio.follow(mirror.make(), games=(game,))
    with closing(mirror.make()()) as target, closing(mirror.make()()) as slow:
        studio.load(game, at(1250, "p3"))
        [slice_] = studio.slices(slow.open(), 1_000_000, (game,))
        with studio.store.reading() as moment:
            rows = slow.read(slice_, moment)
        erase_from_mirror(studio, target, erasure, target.open())
        # What was read before is not written behind it.
        with pytest.raises(PositionMoved):
            slow.write(slice_, rows)
        slow.write(slice_, rows)
    left = mirror.ask(f"SELECT * FROM sessions WHERE player_id LIKE '{GONE}%'")
    assert [row["started_at"] for row in left] == [test_mysql_mirror.local(1200)], "who came again is a new player"
    assert everything().count(GONE) == 1
    assert [row["body"] for row in mirror.ask("SELECT body FROM playtrace_refused")] == ['["another"]']
    found = mirror.days(game)
    assert len(days - found.keys()) == 1, "of one day nothing is left"
    for day, said in found.items():
        assert said == figures(studio, game, day), day
    [count] = mirror.ask("SELECT COUNT(*) AS n FROM sessions")
    assert count["n"] == sum(sessions for _, sessions, _ in found.values())
    [shared] = mirror.ask(
        f"SELECT player_id, started_at, ended_at FROM sessions WHERE started_at = '{test_mysql_mirror.local(310)}'"
        " AND player_id = 'p2'"
    )
    assert shared["started_at"] == shared["ended_at"]
    # Done once: who came again stays when it is asked for again.
    studio.load(game, at(1300, GONE))
    studio.follow(mirror.make(), games=(game,))
    with closing(mirror.make()()) as target:
        erase_from_mirror(studio, target, erasure, target.open())
    assert len(mirror.ask(f"SELECT * FROM sessions WHERE player_id = '{GONE}'")) == 2


TABLES = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()"


def test_of_a_mongodb_mirror_every_document_that_names_them_goes(mongodb: MongoDB, studio: Studio) -> None:
    mirror = test_mongodb_mirror.Mirror(mongodb, studio)
    game = studio.add_game("erased-documents")

    def event(minute: int, **fields: Any) -> dict[str, Any]:
        return {"name": "shot", "time": NIGHT.replace(minute=minute), **fields}

    studio.load(
        game,
        event(0, player_id=GONE, device_id="phone", props={"playerId": "somebody else"}),
        event(1, device_id=f"{GONE}-phone"),
        event(2, player_id="ann", name="player_merged", props={"previous_id": "ann-2"}),
        event(3, player_id=GONE, name="player_merged", props={"previous_id": f"{GONE}-phone"}),
        event(4, player_id="ann", props={"friend": "bob"}),
        event(0, player_id=GONE) | {"time": NIGHT.replace(year=2020)},
        event(0, player_id="ann") | {"time": NIGHT.replace(year=2020)},
    )
    studio.follow(mirror.make(), games=(game,))
    with mirror.server.database(mirror.name) as database:
        notes = [
            {"_id": f"{game}:{number}", "gameId": game, "reason": "why", "body": f'{{"playerId": "{player}"}}'}
            for number, player in enumerate([GONE, "ann"])
        ]
        database["playtrace_refused"].insert_many(notes)

    def everything() -> str:
        with mirror.server.database(mirror.name) as database:
            return "\n".join(str(list(database[name].find())) for name in database.list_collection_names())

    assert everything().count(GONE) >= 5
    erasure = erase_from_store(studio, game, GONE)
    assert f"{GONE}-phone" in erasure.player_ids
    studio.load(game, event(5, player_id=GONE))
    studio.follow(mirror.make(), games=(game,))
    with closing(mirror.make()()) as target:
        erase_from_mirror(studio, target, erasure, target.open())
    assert [document["payload"]["time"][14:16] for document in mirror.found(**{"payload.playerId": GONE})] == ["05"]
    assert everything().count(GONE) == 1
    assert sorted(document["_id"] for document in mirror.found()) == test_mongodb_mirror.stored_ids(studio, game)
    assert len(mirror.found("playtrace_set_aside")) == len(mirror.found("playtrace_refused")) == 1
    [noted] = mirror.found("playtrace_erasures")
    assert noted["documents"] == 6
    studio.load(game, event(6, player_id=GONE))
    studio.follow(mirror.make(), games=(game,))
    with closing(mirror.make()()) as target:
        erase_from_mirror(studio, target, erasure, target.open())
    assert len(mirror.found(**{"payload.playerId": GONE})) == 2
