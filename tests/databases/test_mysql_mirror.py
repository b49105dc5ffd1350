"""The mirror in MySQL, on a MariaDB server: sessions and days are those of the metrics, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import random
import time
from collections import Counter
from contextlib import closing
from typing import Any

import pytest

from databases.mariadb import PASSWORD, MariaDB
from databases.studio import MakeTarget, Studio
from playtrace.mirrors.mysql.target import MySQLTarget
from playtrace.mirrors.target import PositionMoved, TargetAway, TargetNewer, TargetUnusable
from playtrace.mirrors.targets import make_target
from playtrace.store.raw_gone import NOTHING_GONE, note_gone

NIGHT = dt.datetime(2026, 3, 27, 22, 50, tzinfo=dt.UTC)
"""Ten minutes before midnight in Berlin."""
MINUTE = dt.timedelta(minutes=1)
Found = dict[str, Any]


class Mirror:
    """A database of a test's own, and the targets that write to it."""

    def __init__(self, server: MariaDB, studio: Studio) -> None:
        self.server = server
        self.studio = studio
        self.name = server.new_database()

    def make(self, user: str = "studio", mirror: str = "web") -> MakeTarget:
        url = self.server.url(self.name, user)
        return lambda: make_target(url, mirror, self.studio.settings, self.studio.games)

    def ask(self, sql: str) -> list[Found]:
        return self.server.ask(sql, self.name)

    def days(self, game: str) -> dict[str, tuple[int, int, float | None]]:
        rows = self.ask(f"SELECT * FROM daily_stats WHERE game_id = '{game}' ORDER BY date")
        return {
            row["date"].isoformat(): (row["crash_count"], row["session_count"], row["avg_session_seconds"])
            for row in rows
        }


@pytest.fixture
def mirror(mariadb: MariaDB, studio: Studio) -> Mirror:
    return Mirror(mariadb, studio)


def at(minutes: float, player: str = "ann", name: str = "shot", **fields: Any) -> Found:
    return {"name": name, "time": NIGHT + minutes * MINUTE, "player_id": player, **fields}


def local(minutes: float) -> dt.datetime:
    return (NIGHT + minutes * MINUTE).replace(tzinfo=None)


# ── what is there ───────────────────────────────────────────────────────────────────────────────────────────


def test_games_sessions_and_days_are_as_the_web_pages_read_them(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("arena", name="Arena 🏟")
    studio.load(
        game,
        at(0, platform="PC", version="1.2", session_id="s1"),
        at(5, session_id="s1"),
        at(6, name="crash", session_id="s1", props={"class": "native"}),
        at(20, "bob", platform="PS5"),
        at(21, "bob", env="dev"),
    )
    assert studio.follow(mirror.make(), games=(game,)).events == 5
    [row] = mirror.ask("SELECT * FROM games")
    assert row == {"id": "arena", "name": "Arena 🏟", "created_at": dt.datetime(2026, 1, 1)}
    assert mirror.ask("SELECT * FROM sessions ORDER BY id") == [
        {"id": 1, "game_id": game, "player_id": "ann", "platform": "PC", "version": "1.2"}
        | {"started_at": local(0), "ended_at": local(6)},
        {"id": 2, "game_id": game, "player_id": "bob", "platform": "PS5", "version": None}
        | {"started_at": local(20), "ended_at": local(20)},
    ]
    assert mirror.days(game) == {"2026-03-27": (1, 1, 360.0), "2026-03-28": (0, 1, 0.0)}


def test_a_late_event_changes_the_session_and_both_days(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("late")
    studio.load(game, at(30), at(50), at(300))
    studio.follow(mirror.make(), games=(game,))
    before = mirror.ask("SELECT id, started_at FROM sessions ORDER BY started_at")
    assert mirror.days(game) == {"2026-03-28": (0, 2, 600.0)}
    studio.load(game, at(5))
    studio.follow(mirror.make(), games=(game,))
    after = mirror.ask("SELECT id, started_at FROM sessions ORDER BY started_at")
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert [row["started_at"] for row in after] == [local(5), local(300)]
    assert mirror.days(game) == {"2026-03-27": (0, 1, 2700.0), "2026-03-28": (0, 1, 0.0)}


def test_days_whose_events_were_removed_stay_as_they_were_counted(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("removed", time_zone="UTC")
    begun = studio.here()
    studio.load(game, at(0), at(1, "bob"), at(2, "carl", name="purchase"), at(3, "carl", name="crash"), at(200))
    studio.follow(mirror.make(), games=(game,))
    counted = {"2026-03-27": (1, 3, 20.0), "2026-03-28": (0, 1, 0.0)}
    assert mirror.days(game) == counted
    with studio.store.writing() as connection:
        note_gone(connection, game, dt.date(2026, 3, 28))
        note_gone(connection, game, NOTHING_GONE, name="purchase")
        connection.execute(
            "DELETE FROM events WHERE game_id = ? AND time < ? AND name <> 'purchase'", [game, dt.date(2026, 3, 28)]
        )

    def replay() -> None:
        with closing(mirror.make()()) as target:
            target.open()
            target.stand_at(begun)
        studio.follow(mirror.make(), games=(game,))

    replay()
    assert mirror.days(game) == counted
    # Where days begin elsewhere, those that are gone stay as they are.
    studio.move_game(game, "Asia/Kathmandu")
    replay()
    days = mirror.days(game)
    assert days["2026-03-27"] == counted["2026-03-27"]
    # A database that never had them does not get the half of it.
    fresh = Mirror(mirror.server, studio)
    mirror.name = fresh.name
    replay()
    assert "2026-03-27" not in mirror.days(game)


def test_two_sessions_that_become_one_leave_one_row(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("bridged")
    studio.load(game, at(60), at(100), at(400))
    studio.follow(mirror.make(), games=(game,))
    assert len(mirror.ask("SELECT * FROM sessions")) == 3
    studio.load(game, at(80))
    studio.follow(mirror.make(), games=(game,))
    rows = mirror.ask("SELECT started_at, ended_at FROM sessions ORDER BY started_at")
    assert rows == [
        {"started_at": local(60), "ended_at": local(100)},
        {"started_at": local(400), "ended_at": local(400)},
    ]
    assert mirror.days(game) == {"2026-03-28": (0, 2, 1200.0)}


def test_two_ids_that_are_one_player_have_their_sessions_together_and_apart_again(
    mirror: Mirror, studio: Studio
) -> None:
    game = studio.add_game("merged-in-mysql")
    long_id = "a-session-id-of-many-characters"
    studio.load(game, at(60, "guest"), at(80, "ann"), at(300, "guest", session_id=long_id), at(500, "bob"))
    studio.follow(mirror.make(), games=(game,))
    players = "SELECT player_id, COUNT(*) AS n FROM sessions GROUP BY player_id ORDER BY player_id"
    assert [(row["player_id"], row["n"]) for row in mirror.ask(players)] == [("ann", 1), ("bob", 1), ("guest", 2)]

    def decide(minute: int, canonical: str) -> None:
        props = {"previous_id": "guest", "canonical_id": canonical}
        studio.load(game, at(minute, canonical, name="player_merged", env="prod", props=props))
        studio.follow(mirror.make(), games=(game,))

    decide(600, "ann")
    assert [(row["player_id"], row["n"]) for row in mirror.ask(players)] == [("ann", 3), ("bob", 1)]
    assert mirror.days(game)["2026-03-28"] == figures(studio, game, "2026-03-28")
    decide(700, "guest")
    assert [row["player_id"] for row in mirror.ask(players)] == ["ann", "bob", "guest"]
    assert mirror.days(game)["2026-03-28"] == figures(studio, game, "2026-03-28")


def figures(studio: Studio, game: str, day: str) -> tuple[int, int, float | None]:
    """As the metric says them."""
    zone = studio.facts[game].time_zone
    answer = studio.ask("summary", gameId=game, timeZone=zone, **{"from": day, "to": day})
    return (answer.crash_count, answer.session_count, answer.avg_session_seconds)


def played(chosen: random.Random, players: int = 6, events: int = 120) -> list[Found]:
    """Three days of some players with ids of sessions of each kind, or none, in disorder."""
    made: list[Found] = []
    for number in range(events):
        player = f"p{chosen.randrange(players)}"
        event = at(chosen.choice([-3000, -1500, 0]) + chosen.randrange(400), player, name=f"n{number % 3}")
        kind = chosen.randrange(4)
        if kind == 1:
            event["session_id"] = str(chosen.randrange(3))
        elif kind == 2:
            event["session_id"] = f"long-session-number-{player}-{chosen.randrange(4)}"
        if kind and chosen.random() < 0.3:
            event["mono_ms"] = chosen.randrange(4_000_000)
        if chosen.random() < 0.15:
            event |= {"name": "crash", "props": {"class": chosen.choice(["hang", "native"])}}
        event["platform"] = chosen.choice(["PC", "PS5", None])
        made.append(event)
    return made


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu", "America/Los_Angeles"])
def test_every_day_is_the_metrics_day_and_sessions_are_those_of_a_mirror_that_begins_now(
    mirror: Mirror, studio: Studio, mariadb: MariaDB, zone: str
) -> None:
    game = studio.add_game(f"days-{zone.split('/')[1].lower().replace('_', '-')}", time_zone=zone)
    events = played(random.Random(zone))
    for first in range(0, len(events), 20):
        studio.load(game, *events[first : first + 20])
        studio.follow(mirror.make(), entries=1, games=(game,))
    found = mirror.days(game)
    assert len(found) >= 3
    assert found == {day: figures(studio, game, day) for day in found}
    begins_now = Mirror(mariadb, studio)
    studio.follow(begins_now.make(), games=(game,))
    assert begins_now.days(game) == found
    sql = "SELECT player_id, platform, version, started_at, ended_at FROM sessions"
    rows, new = (Counter(tuple(row.values()) for row in one.ask(sql)) for one in (mirror, begins_now))
    assert rows == new
    assert sum(rows.values()) == sum(count for _, count, _ in found.values())


def test_days_are_counted_anew_when_the_games_time_zone_is_another(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("moved")
    studio.load(game, at(0), at(60, name="crash"))
    studio.follow(mirror.make(), games=(game,))
    assert mirror.days(game) == {"2026-03-27": (0, 1, 0.0), "2026-03-28": (1, 1, 0.0)}
    studio.move_game(game, "America/Los_Angeles")
    studio.load(game, at(61))
    studio.follow(mirror.make(), games=(game,))
    assert mirror.days(game) == {"2026-03-27": (1, 2, 30.0)}
    assert mirror.days(game)["2026-03-27"] == figures(studio, game, "2026-03-27")


def test_other_games_and_days_before_the_first_are_left_out(mirror: Mirror, studio: Studio) -> None:
    game, other = studio.add_game("followed-too"), studio.add_game("left-out-too")
    studio.load(other, at(0))
    studio.load(game, at(-3000), at(100))
    studio.follow(mirror.make(), games=(game,), since=NIGHT)
    assert mirror.days(game) == {"2026-03-28": (0, 1, 0.0)}
    assert mirror.ask("SELECT id FROM games") == [{"id": game}]


# ── once, whatever happens ──────────────────────────────────────────────────────────────────────────────────


def test_a_replay_changes_nothing(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("replayed")
    begun = studio.here()
    events = played(random.Random(1), events=60)
    for first in range(0, 60, 10):
        studio.load(game, *events[first : first + 10])
    studio.follow(mirror.make(), entries=2, games=(game,))
    before = mirror.ask("SELECT * FROM sessions ORDER BY id"), mirror.days(game)
    with closing(mirror.make()()) as target:
        target.open()
        target.stand_at(begun)
    studio.follow(mirror.make(), entries=3, games=(game,))
    assert (mirror.ask("SELECT * FROM sessions ORDER BY id"), mirror.days(game)) == before


def test_what_is_killed_before_the_commit_left_nothing(
    mirror: Mirror, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = studio.add_game("killed-early")
    studio.load(game, at(0), at(100))

    def killed(self: MySQLTarget, *_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(MySQLTarget, "_stand_at", killed)
        studio.follow(mirror.make(), games=(game,))
    assert mirror.ask("SELECT * FROM sessions") == []
    assert mirror.ask("SELECT journal_offset FROM playtrace_mirror") == [{"journal_offset": None}]
    studio.follow(mirror.make(), games=(game,))
    assert len(mirror.ask("SELECT * FROM sessions")) == 2
    assert mirror.ask("SELECT journal_offset FROM playtrace_mirror") == [
        {"journal_offset": studio.here().journal_offset}
    ]


def test_two_followers_of_one_mirror_do_not_write_over_each_other(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("two-at-once")
    studio.load(game, at(0))
    with closing(mirror.make()()) as slow:
        [slice_] = studio.slices(slow.open(), 1_000_000, (game,))
        with studio.store.reading() as moment:
            rows = slow.read(slice_, moment)
        studio.follow(mirror.make(), games=(game,))
        with pytest.raises(PositionMoved) as moved:
            slow.write(slice_, rows)
        # Nobody has to wait for it.
        studio.load(game, at(1))
        studio.follow(mirror.make(), games=(game,))
    assert moved.value.position is not None
    assert len(mirror.ask("SELECT * FROM sessions")) == 1


def test_a_server_that_is_gone_or_takes_nothing_costs_lag_and_nothing_else(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("gone-too")
    studio.load(game, at(0))
    studio.follow(mirror.make(), games=(game,))
    studio.load(game, at(1))
    with pytest.raises(TargetAway, match="does not let us write"):
        studio.follow(mirror.make("reader"), games=(game,))
    mirror.server.ask("SET GLOBAL read_only = 1")
    mirror.server.ask("REVOKE ALL PRIVILEGES ON *.* FROM studio@'127.0.0.1'")
    mirror.server.ask("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, REFERENCES ON *.* TO studio@'127.0.0.1'")
    try:
        with pytest.raises(TargetAway, match="read-only"):
            studio.follow(mirror.make(), games=(game,))
    finally:
        mirror.server.ask("SET GLOBAL read_only = 0")
        mirror.server.ask("GRANT ALL ON *.* TO studio@'127.0.0.1'")
    with closing(mirror.make()()) as cut_off:
        [slice_] = studio.slices(cut_off.open(), 1_000_000, (game,))
        with studio.store.reading() as moment:
            rows = cut_off.read(slice_, moment)
        mirror.server.kill()
        with pytest.raises(TargetAway, match="cannot be reached"):
            cut_off.write(slice_, rows)
    with closing(mirror.make()()) as target, pytest.raises(TargetAway) as away:
        target.open()
    assert PASSWORD not in str(away.value)
    mirror.server.start()
    studio.follow(mirror.make(), games=(game,))
    assert mirror.days(game) == {"2026-03-27": (0, 1, 60.0)}


# ── what does not fit ───────────────────────────────────────────────────────────────────────────────────────


def test_what_is_longer_than_its_column_is_cut_and_shows_it(mirror: Mirror, studio: Studio) -> None:
    games = [studio.add_game("g" * 60 + end, name="n" * 300) for end in "ab"]
    for game in games:
        studio.load(game, at(0, "🦀" * 150, platform="p" * 60, version="1." + "0" * 30))
    studio.follow(mirror.make(), games=tuple(games))
    found = mirror.ask(
        "SELECT * FROM games JOIN sessions ON sessions.game_id = games.id JOIN daily_stats USING (game_id)"
    )
    ids = {row["game_id"] for row in found}
    assert len(ids) == 2
    assert all(len(id_) == 50 and id_.startswith("g" * 41 + "…") for id_ in ids)
    for row in found:
        assert row["name"] == "n" * 254 + "…"
        assert (row["player_id"], row["platform"], row["version"]) == (
            "🦀" * 99 + "…",
            "p" * 49 + "…",
            "1." + "0" * 17 + "…",
        )
    noted = {(row["column_name"], row["value"]) for row in mirror.ask("SELECT * FROM playtrace_cut")}
    assert {("player_id", "🦀" * 150), ("id", games[0]), ("id", games[1]), ("name", "n" * 300)} <= noted


def test_hostile_strings_are_data(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("hostile-too")
    players = ["'; DROP TABLE sessions; --", "a\0b", "%s %(x)s {rows}", "\\", '"', "A", "a", "a ", "ä", "$where", "🦀"]
    studio.load(game, *(at(number, player, session_id=player) for number, player in enumerate(players)))
    studio.follow(mirror.make(), games=(game,))
    assert [row["player_id"] for row in mirror.ask("SELECT player_id FROM sessions ORDER BY started_at")] == players


def test_a_row_that_the_studios_own_trigger_refuses_is_set_aside_and_the_rest_is_taken(
    mirror: Mirror, studio: Studio
) -> None:
    game = studio.add_game("not-taken")
    studio.load(game, at(0))
    studio.follow(mirror.make(), games=(game,))
    mirror.ask(
        "CREATE TRIGGER no_bots BEFORE INSERT ON sessions FOR EACH ROW IF NEW.player_id LIKE 'bot%' THEN"
        " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no bots here'; END IF"
    )
    studio.load(game, *(at(number, f"{'bot' if number == 3 else 'player'}-{number}") for number in range(1, 8)))
    written = studio.follow(mirror.make(), games=(game,))
    assert (written.events, written.refused) == (7, 1)
    assert len(mirror.ask("SELECT * FROM sessions")) == 7
    [refused] = mirror.ask("SELECT * FROM playtrace_refused")
    assert (refused["table_name"], refused["game_id"], refused["reason"]) == ("sessions", game, "no bots here")
    assert "bot-3" in refused["body"]
    # The day is that of the metric all the same.
    assert mirror.days(game)["2026-03-27"] == figures(studio, game, "2026-03-27")


def test_tables_that_a_studio_has_already_are_used_as_they_are(mirror: Mirror, studio: Studio) -> None:
    mirror.ask("CREATE TABLE games (id VARCHAR(50) PRIMARY KEY, name VARCHAR(255) NOT NULL, created_at TIMESTAMP)")
    mirror.ask(
        "CREATE TABLE sessions (id INT AUTO_INCREMENT PRIMARY KEY, game_id VARCHAR(50) NOT NULL, player_id VARCHAR(8),"
        " platform VARCHAR(50), version VARCHAR(20), started_at DATETIME, ended_at DATETIME, note TEXT)"
    )
    mirror.ask(
        "CREATE TABLE daily_stats (id INT AUTO_INCREMENT PRIMARY KEY, game_id VARCHAR(50) NOT NULL, date DATE,"
        " crash_count INT DEFAULT 0, session_count INT DEFAULT 0, avg_session_seconds FLOAT, UNIQUE (game_id, date))"
    )
    mirror.ask("INSERT INTO games VALUES ('theirs', 'Theirs', NOW())")
    mirror.ask("INSERT INTO sessions (game_id, player_id, note) VALUES ('theirs', 'zoe', 'by hand')")
    game = studio.add_game("beside-theirs")
    studio.load(game, at(0, "a-long-name"), at(1, "日本"))
    assert studio.follow(mirror.make(), games=(game,)).refused == 1
    rows = mirror.ask("SELECT player_id, note FROM sessions ORDER BY id")
    assert rows[0] == {"player_id": "zoe", "note": "by hand"}
    # Their database is latin1: it cannot hold what is not, and says so.
    assert {row["player_id"] for row in rows[1:]} == {"a-long-…"}
    assert "日本" in mirror.ask("SELECT body FROM playtrace_refused")[0]["body"]
    assert mirror.days(game) == {"2026-03-27": (0, 2, 0.0)}


# ── databases that are no target ────────────────────────────────────────────────────────────────────────────


def test_a_table_that_lacks_a_column_is_named(mirror: Mirror) -> None:
    mirror.ask("CREATE TABLE sessions (id INT PRIMARY KEY, started_at DATETIME)")
    with closing(mirror.make()()) as target, pytest.raises(TargetUnusable, match=r"sessions .* game_id, player_id"):
        target.open()


def test_tables_of_a_newer_playtrace_are_left_alone(mirror: Mirror) -> None:
    mirror.ask("CREATE TABLE playtrace_schema (version INT PRIMARY KEY)")
    mirror.ask("INSERT INTO playtrace_schema VALUES (99)")
    with closing(mirror.make()()) as target, pytest.raises(TargetNewer, match="version 99"):
        target.open()
    assert len(mirror.ask("SHOW TABLES")) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://studio:s3cret@127.0.0.1:1/", "Name host and database"),
        ("mysql://studio:s3cret@127.0.0.1:port/x", "Expected an address"),
        ("mysql://studio:s3cret@127.0.0.1:1/x?sslmode=require", "ssl_mode, ssl_ca"),
        ("mysql://studio:s3cret@127.0.0.1:1/x?ssl_mode=perhaps", "verify_identity"),
        ("mysql://studio:s3cret@127.0.0.1:1/x?ssl_ca=/nowhere", "ssl_ca: the file cannot be read"),
    ],
)
def test_an_address_that_is_none_is_told_without_its_password(url: str, said: str, studio: Studio) -> None:
    target = make_target(url, "web", studio.settings, studio.games)
    with closing(target), pytest.raises(TargetUnusable, match=said) as error:
        target.open()
    assert "s3cret" not in str(error.value)


def test_a_database_that_is_not_there_and_a_wrong_password_are_told(mirror: Mirror, studio: Studio) -> None:
    for url, expected, said in (
        (mirror.server.url("nowhere"), TargetUnusable, "Create the database first"),
        (mirror.server.url(mirror.name).replace("s3cret", "wr0ng"), TargetAway, "does not let us"),
    ):
        target = make_target(url, "web", studio.settings, studio.games)
        with closing(target), pytest.raises(expected, match=said) as error:
            target.open()
        assert PASSWORD not in str(error.value) and "wr0ng" not in str(error.value)


@pytest.mark.drill
@pytest.mark.timeout(1_200)
def test_mirror_and_server_are_killed_again_and_again(mirror: Mirror, studio: Studio) -> None:
    game = studio.add_game("drill-too")
    chosen = random.Random(2)
    events = played(chosen, players=400, events=10_000)
    for first in range(0, len(events), 250):
        studio.load(game, *events[first : first + 250])
    # How long a slice takes here says when to kill: a moment that is too early each time comes nowhere.
    began = time.monotonic()
    with closing(mirror.make()()) as target:
        slice_ = next(studio.slices(target.open(), 1, games=(game,)))
        with studio.store.reading() as moment:
            rows = target.read(slice_, moment)
        target.write(slice_, rows)
    slice_s = time.monotonic() - began
    context = multiprocessing.get_context("fork")
    for round_ in range(20):
        process = context.Process(target=studio.follow, args=(mirror.make(), 1), kwargs={"games": (game,)})
        process.start()
        time.sleep(chosen.uniform(0.5, 4.0) * slice_s)
        if round_ % 5 == 4:
            mirror.server.kill()
        process.kill()
        process.join()
        if round_ % 5 == 4:
            mirror.server.start()
    # They came further, or nothing was tried.
    assert mirror.ask("SELECT journal_offset FROM playtrace_mirror")[0]["journal_offset"] > slice_.upto.journal_offset
    studio.follow(mirror.make(), 4, games=(game,))
    found = mirror.days(game)
    assert found == {day: figures(studio, game, day) for day in found}
    [row] = mirror.ask("SELECT COUNT(*) AS sessions, COUNT(DISTINCT id) AS ids FROM sessions")
    assert row["sessions"] == sum(count for _, count, _ in found.values())
    ours = mirror.ask("SELECT COUNT(DISTINCT session) AS n FROM playtrace_sessions")
    assert ours[0]["n"] == row["sessions"]
