"""What a mirror has is what the store has, event for event: however the mirror, its database, the journal or the store
fare."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pytest
from followed_store import MIRROR, NOW, Followed, steps
from sqlite_target import SqliteTarget, path_of, rows_of
from warm_program import forks

from playtrace.addresses import masked, scrubbed
from playtrace.config import MirrorSettings, Settings
from playtrace.event import EVENTS_PER_REQUEST_MAX
from playtrace.mirrors import cutting, follower
from playtrace.mirrors.follower import Follower
from playtrace.mirrors.from_settings import urls_of
from playtrace.mirrors.state import complaint, following, lag_seconds, state_of
from playtrace.mirrors.target import Pace, Slice, TargetAway, Written
from playtrace.registry.mirrors import MirrorDefinition
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders to copy."""
    folders = {name: tmp_path_factory.mktemp(name) / "data" for name in ("empty", "large", "full")}
    Followed(folders["empty"]).close()
    with closing(Followed(shutil.copytree(folders["empty"], folders["large"]))) as followed:
        followed.load(followed.events(EVENTS_PER_REQUEST_MAX) for _ in range(5))
        followed.mirror()
    with closing(Followed(shutil.copytree(folders["empty"], folders["full"]))) as followed:
        followed.take(followed.events(300))
        followed.mirror()
        with closing(followed.follower()) as mirror:
            steps(mirror)
        assert followed.mirrored() == followed.expected()
    return folders


@pytest.fixture
def followed(made_once: dict[str, Path], tmp_path: Path) -> Iterator[Followed]:
    with closing(Followed(shutil.copytree(made_once["empty"], tmp_path / "data"))) as followed:
        yield followed


@pytest.fixture
def large(made_once: dict[str, Path], tmp_path: Path) -> Iterator[Followed]:
    """50,000 events, three slices, that a new mirror is to have."""
    with closing(Followed(shutil.copytree(made_once["large"], tmp_path / "data"))) as followed:
        yield followed


@pytest.fixture
def mirrored(made_once: dict[str, Path], tmp_path: Path) -> Iterator[Followed]:
    """300 events, which a mirror has."""
    with closing(Followed(shutil.copytree(made_once["full"], tmp_path / "data"))) as followed:
        yield followed


def test_history_comes_first_in_slices_that_stay_small_and_then_what_is_new(large: Followed):
    target: SqliteTarget | None = None

    def making(url: str, mirror: str, settings: Settings, _: object) -> SqliteTarget:
        nonlocal target
        target = SqliteTarget(path_of(url, settings), mirror)
        return target

    with closing(large.follower(making)) as mirror:
        done = steps(mirror)
        assert [step.did for step in done] == ["wrote"] * 3 + ["rested"]
        assert target is not None
        assert target.largest == target.pace.events_max
        assert large.mirrored() == large.expected()
        late = large.events(3, time=NOW - dt.timedelta(days=29))
        too_late = large.events(2, time=NOW - dt.timedelta(days=300), name="too_late")
        large.load([late + too_late])
        steps(mirror)
        # How it fares is written down once a second.
        deadline = time.monotonic() + 60
        while state_of(large.registry.mirrors.find(MIRROR)).events != mirror.state.events:
            assert time.monotonic() < deadline
            mirror.step()
            time.sleep(0.05)
    assert large.mirrored() == large.expected()
    with closing(sqlite3.connect(large.target)) as connection:
        aside = [body for (body,) in connection.execute("SELECT body FROM set_aside")]
    assert len(aside) == 2
    assert all("too_late" in body for body in aside)
    state = state_of(large.registry.mirrors.find(MIRROR))
    assert (state.events, state.waiting_events, state.has_caught_up) == (50_003, 0, True)


def test_a_row_says_all_that_was_sent(followed: Followed):
    (event,) = followed.events(1, x=1.5, map="keep", seq=4, mono_ms=77, value=9.99, currency="EUR", severity="critical")
    followed.take([event])
    followed.mirror()
    with closing(followed.follower()) as mirror:
        steps(mirror)
    (row,) = rows_of(followed.target).values()
    assert row["props"] == event.props
    assert (row["map"], row["x"], row["seq"], row["mono_ms"]) == ("keep", 1.5, 4, 77)
    assert (row["value"], row["currency"], row["severity"], row["source"]) == (9.99, "EUR", "critical", "test")


def test_slices_are_bounded_in_bytes_too(followed: Followed):
    text = "x" * 30_000
    followed.load(followed.events(100, props={"text": text}) for _ in range(8))
    with followed.store.reading() as moment:
        head = cutting.head_of(moment, str(followed.journal.journal_id))
        assert head is not None
        after, sizes = None, []
        while (
            waiting := cutting.next_slice(
                Slice(after, head, None, None), moment, events_max=20_000, bytes_max=16 * 1024 * 1024
            )
        ) is not None:
            sizes.append(waiting.slice_.upto.journal_offset - waiting.slice_.after_offset)
            after = waiting.slice_.upto
    assert sizes == [5, 3]


def follow_until_killed(folder: Path, survives: int, journal: str) -> None:
    """In a process of its own, which ends itself when it is about to commit once more than it survives."""

    def before_commit(commits: int) -> None:
        if commits == survives:
            os.kill(os.getpid(), signal.SIGKILL)

    def making(url: str, mirror: str, settings: Settings, _: object) -> SqliteTarget:
        return SqliteTarget(path_of(url, settings), mirror, before_commit=before_commit)

    settings = Settings(data=folder)
    store, registry = Store.open(settings.store_path, settings), Registry.open(settings.registry_database)
    steps(Follower(store, registry, settings, MIRROR, journal_id=journal, make=making))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_between_write_and_commit_nothing_is_lost_or_twice(large: Followed):
    expected, journal = large.expected(), str(large.journal.journal_id)
    large.store.close()
    for survives in (0, 1, 1):
        process = forks().Process(target=follow_until_killed, args=(large.folder, survives, journal))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert len(rows_of(large.target)) < len(expected)
    large.open_store()
    with closing(large.follower()) as mirror:
        assert [step.did for step in steps(mirror)] == ["wrote", "rested"]
    assert large.mirrored() == expected


def test_a_database_that_is_away_costs_lag_and_is_tried_more_and_more_seldom(mirrored: Followed):
    mirrored.take(mirrored.events(50))
    with (
        closing(sqlite3.connect(mirrored.target, isolation_level=None)) as other,
        closing(mirrored.follower()) as mirror,
    ):
        other.execute("BEGIN EXCLUSIVE")
        rests = [mirror.step().rest_s for _ in range(9)]
        assert rests[0] <= follower.RETRY_S < rests[-1] <= follower.AWAY_RETRY_S_MAX
        row = mirrored.registry.mirrors.find(MIRROR)
        state = state_of(row)
        assert following(row, state) == "failing"
        assert (state.waiting_events, state.oldest_waiting_at) == (50, NOW)
        assert lag_seconds(state, NOW + dt.timedelta(seconds=90)) == 90
        assert "locked" in (complaint(row, NOW) or "")
        other.execute("ROLLBACK")
        steps(mirror)
    row = mirrored.registry.mirrors.find(MIRROR)
    assert (following(row, state_of(row)), complaint(row, NOW)) == ("following", None)
    assert mirrored.mirrored() == mirrored.expected()


def test_a_slice_that_is_too_much_for_a_database_is_made_smaller(large: Followed):
    class Slow(SqliteTarget):
        def write(self, slice_: Slice, rows: tuple[pa.Table, pa.Table]) -> Written:
            if rows[0].num_rows > 12_000:
                raise TargetAway("The statement took too long.")
            return super().write(slice_, rows)

    def making(url: str, mirror: str, settings: Settings, _: object) -> SqliteTarget:
        return Slow(path_of(url, settings), mirror)

    with closing(large.follower(making)) as mirror:
        steps(mirror, may_fail=True)
    assert large.mirrored() == large.expected()


def test_slices_are_as_large_as_before_when_a_database_takes_them_again(
    followed: Followed,
):
    followed.load(followed.events(10) for _ in range(200))
    followed.mirror()
    written: list[int] = []
    fails = {"open": 5, "write": 2}

    def fail(at: str) -> None:
        if fails[at]:
            fails[at] -= 1
            raise TargetAway("It is being restarted.")

    class Restarted(SqliteTarget):
        pace = Pace(events_max=400)

        def open(self):
            fail("open")
            return super().open()

        def write(self, slice_: Slice, rows: tuple[pa.Table, pa.Table]) -> Written:
            fail("write")
            written.append(rows[0].num_rows)
            return super().write(slice_, rows)

    def making(url: str, mirror: str, settings: Settings, _: object) -> SqliteTarget:
        return Restarted(path_of(url, settings), mirror)

    with closing(followed.follower(making)) as mirror:
        steps(mirror, may_fail=True)
    assert written == [100, 200, 300, 400, 400, 400, 200]
    assert followed.mirrored() == followed.expected()


def test_a_database_that_is_read_only_gets_everything_when_it_is_not(mirrored: Followed):
    class ReadOnly(SqliteTarget):
        def open(self):
            position = super().open()
            self.taken().execute("PRAGMA query_only = ON")
            return position

    mirrored.take(mirrored.events(50))
    is_read_only = True

    def making(url: str, mirror: str, settings: Settings, _: object) -> SqliteTarget:
        return (ReadOnly if is_read_only else SqliteTarget)(path_of(url, settings), mirror)

    with closing(mirrored.follower(making)) as mirror:
        assert mirror.step().did == "failed"
        assert "readonly" in (mirror.state.last_error or "")
        is_read_only = False
        steps(mirror)
    assert mirrored.mirrored() == mirrored.expected()


def test_a_row_that_the_database_refuses_is_set_aside_with_the_reason(mirrored: Followed):
    before = mirrored.expected()
    unwanted = mirrored.events(2, name="unwanted")
    good = mirrored.events(40)
    mirrored.take([good[0], *unwanted, *good[1:]])
    with closing(mirrored.follower()) as mirror:
        assert [step.did for step in steps(mirror)] == ["wrote", "rested"]
        assert mirror.state.refused == 2
        assert mirror.step().did == "rested"  # it is not tried again
    assert len(mirrored.mirrored()) == len(before) + 40
    assert {event_id for event_id, _, _ in mirrored.refused()} == {str(event.event_id) for event in unwanted}
    assert all("CHECK" in reason and "unwanted" in body for _, reason, body in mirrored.refused())


def test_a_journal_that_was_replaced_changes_nothing(mirrored: Followed):
    mirrored.replace_journal()
    mirrored.take(mirrored.events(50))
    with closing(mirrored.follower()) as mirror:
        assert [step.did for step in steps(mirror)] == ["wrote", "rested"]
        assert mirror.state.events == 350
    assert mirrored.mirrored() == mirrored.expected()


def test_a_journal_that_took_events_on_its_own_is_not_skipped(mirrored: Followed):
    """Its offsets are lower than where the mirror stands."""
    mirrored.replace_journal(*mirrored.events(2))
    with closing(mirrored.follower()) as mirror:
        steps(mirror)
    assert mirrored.mirrored() == mirrored.expected()
    assert len(mirrored.mirrored()) == 302


def test_a_store_that_knows_less_than_the_mirror_fills_it_up(mirrored: Followed, tmp_path: Path):
    mirrored.copy_store(tmp_path / "backup.duckdb")
    mirrored.take(mirrored.events(200))
    with closing(mirrored.follower()) as mirror:
        steps(mirror)
    both = mirrored.mirrored()
    mirrored.put_store_back(tmp_path / "backup.duckdb")
    mirrored.replace_journal()
    mirrored.take(mirrored.events(500))  # with offsets that the mirror has met with
    with closing(mirrored.follower()) as mirror:
        steps(mirror)
    assert mirrored.mirrored() == both | mirrored.expected()
    assert len(mirrored.mirrored()) == 1000


def test_of_an_unknown_journal_everything_comes_again(mirrored: Followed):
    with closing(sqlite3.connect(mirrored.target)) as connection, connection:
        connection.execute("UPDATE playtrace_mirror SET journal_id = ?, journal_offset = 9999", [str(UUID(int=1))])
        connection.execute("DELETE FROM events WHERE rowid % 2 = 0")
    with closing(mirrored.follower()) as mirror:
        steps(mirror)
    assert mirrored.mirrored() == mirrored.expected()


def test_two_followers_of_one_mirror_write_each_event_once(large: Followed):
    written: list[int] = []

    def follow() -> None:
        with closing(large.follower()) as mirror:
            steps(mirror, may_fail=True)  # where they meet
            written.append(mirror.state.events)

    threads = [threading.Thread(target=follow) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert large.mirrored() == large.expected()
    assert len(written) == 2


def test_a_replay_writes_a_day_and_what_came_behind_it_again(mirrored: Followed):
    day = dt.date(2026, 3, 15)
    with closing(sqlite3.connect(mirrored.target)) as connection, connection:
        connection.execute("DELETE FROM events WHERE json_extract(body, '$.time') >= ?", [day.isoformat()])
    assert mirrored.mirrored() != mirrored.expected()
    with closing(mirrored.follower()) as mirror:
        assert steps(mirror)[-1].did == "rested"  # what is not known to be missing is not looked for
        mirrored.registry.mirrors.replay(MIRROR, day)
        steps(mirror)
        assert mirrored.mirrored() == mirrored.expected()
        assert mirrored.registry.mirrors.find(MIRROR).replay_from is None


def test_a_mirror_of_one_game_and_from_a_day(followed: Followed):
    followed.take(followed.events(300))
    day = dt.date(2026, 3, 10)
    followed.mirror(game_ids=["maze"], since=day)
    rows = followed.store.query("SELECT game_id, event_id::VARCHAR AS id FROM events WHERE time >= $day", {"day": day})
    since = {(row["game_id"], row["id"]) for row in rows.to_pylist()}
    with closing(followed.follower()) as mirror:
        steps(mirror)
        assert followed.mirrored().keys() == {ids for ids in since if ids[0] == "maze"}
        # More games: what the mirror did not have comes too.
        followed.mirror(game_ids=["maze", "arena"], since=day)
        steps(mirror)
        assert followed.mirrored().keys() == since


def test_what_was_read_ahead_is_not_written_once_the_mirror_is_another(large: Followed):
    with closing(large.follower()) as mirror:
        assert mirror.step().did == "wrote"
        before = large.mirrored()
        large.mirror(game_ids=["maze"])
        steps(mirror)
    wanted = {ids: name for ids, name in large.expected().items() if ids in before or ids[0] == "maze"}
    assert large.mirrored() == wanted
    assert len(before) < len(wanted) < len(large.expected())


def test_paused_it_writes_nothing_and_resumed_it_goes_on(mirrored: Followed):
    mirrored.take(mirrored.events(50))
    with closing(mirrored.follower()) as mirror:
        mirrored.registry.mirrors.pause(MIRROR, is_paused=True)
        assert mirror.step().did == "paused"
        row = mirrored.registry.mirrors.find(MIRROR)
        assert following(row, state_of(row)) == "paused"
        assert len(mirrored.mirrored()) == 300
        mirrored.registry.mirrors.pause(MIRROR, is_paused=False)
        steps(mirror)
        assert mirrored.mirrored() == mirrored.expected()
        mirrored.registry.mirrors.remove(MIRROR)
        assert mirror.step().did == "gone"


def test_another_address_is_another_database(mirrored: Followed):
    with closing(mirrored.follower()) as mirror:
        steps(mirror)
        mirrored.target = mirrored.folder / "other.sqlite"
        mirrored.mirror()
        assert state_of(mirrored.registry.mirrors.find(MIRROR)).events == 0
        steps(mirror)
    assert mirrored.mirrored() == mirrored.expected()


def test_a_schema_of_a_newer_playtrace_is_left_alone_and_said(mirrored: Followed):
    with closing(sqlite3.connect(mirrored.target)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    mirrored.take(mirrored.events(5))
    with closing(mirrored.follower()) as mirror:
        assert mirror.step().did == "failed"
        assert "version 99" in (mirror.state.last_error or "")
        assert mirror.state.needs_person
    assert len(mirrored.mirrored()) == 300


def test_no_password_is_in_what_a_mirror_says(mirrored: Followed):
    mirrored.take(mirrored.events(5))

    def making(url: str, *_: object) -> SqliteTarget:
        raise RuntimeError(f"cannot reach {url}, tried hunter2")

    with closing(mirrored.follower(making)) as mirror:
        assert mirror.step().did == "failed"
    said = mirrored.registry.mirrors.find(MIRROR).state_json or ""
    assert "cannot reach" in said
    assert "hunter2" not in said


def test_a_mirror_that_a_setting_makes_follows_it_and_is_not_removed_by_hand(followed: Followed):
    registry = followed.registry
    registry.mirrors.put("mysql", MirrorDefinition(url="mysql://own"))
    assert registry.mirrors.follow_settings({"mysql": "mysql://set", "mongodb": "mongodb://a"}) == ["mysql"]
    registry.mirrors.note("mongodb", "mongodb://a", '{"events": 3}')
    assert registry.mirrors.follow_settings({"mongodb": "mongodb://a"}) == []
    assert state_of(registry.mirrors.find("mongodb")).events == 3
    registry.mirrors.follow_settings({"mongodb": "mongodb://b"})
    assert state_of(registry.mirrors.find("mongodb")).events == 0
    registry.mirrors.follow_settings({})
    assert [(row.id, row.url) for row in registry.mirrors.all()] == [("mysql", "mysql://own")]


def test_settings_say_which_mirrors_there_are():
    def urls(**settings: str) -> dict[str, str]:
        return urls_of(MirrorSettings.model_validate(settings))

    assert urls() == urls(database_url="", mysql_host="", mysql_port="", pg_ssl="") == {}
    assert urls(database_url="postgres://a@h/d") == {"postgresql": "postgres://a@h/d"}
    assert urls(database_url="sqlite:///app.db") == {}
    assert urls(database_url="mysql://h/d", mongo_uri="mongodb://h") == {
        "mysql": "mysql://h/d",
        "mongodb": "mongodb://h",
    }
    assert urls(database_url="postgres://a", pg_url="postgres://b", pg_ssl="true") == {
        "postgresql": "postgres://b?sslmode=require"
    }
    assert urls(pg_url="postgres://b?x=1", pg_ssl="Verify-Full")["postgresql"] == "postgres://b?x=1&sslmode=verify-full"
    assert urls(pg_url="postgres://b?sslmode=disable", pg_ssl="1")["postgresql"] == "postgres://b?sslmode=disable"
    assert urls(mysql_host="::1", mysql_user="a@b", mysql_password="p/w:d", mysql_port="3307") == {
        "mysql": "mysql://a%40b:p%2Fw%3Ad@[::1]:3307/playtrace"
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://u:p@ss@h1:5,h2:6/d?sslpassword=hunter2&x=1",
            "postgresql://u:***@h1:5,h2:6/d?sslpassword=***&x=1",
        ),
        ("mongodb+srv://u:p%40@h/", "mongodb+srv://u:***@h/"),
        ("mysql://h/d", "mysql://h/d"),
        ("postgresql://u@h:5432/d", "postgresql://u@h:5432/d"),
        ("postgresql:///d?host=/run&password=hunter2", "postgresql:///d?host=/run&password=***"),
    ],
)
def test_a_password_is_hidden_wherever_it_stands(url: str, shown: str):
    assert masked(url) == shown
    assert scrubbed(f"cannot open {url}", url) == f"cannot open {shown}"
