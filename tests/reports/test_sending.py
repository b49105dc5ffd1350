"""Reports that are due are put on their way once, whatever happens meanwhile."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from planted_game import ZONE
from sqlalchemy import select
from sqlalchemy.orm import Session

from playtrace.alerts.message import Message
from playtrace.registry import report_schedules
from playtrace.registry.alert_channels import ChannelDefinition
from playtrace.registry.errors import Invalid, UnknownGame, UnknownReport
from playtrace.registry.models import AlertInOutbox
from playtrace.registry.registry import Registry
from playtrace.registry.report_schedules import ScheduleDefinition
from playtrace.reports.sending import LOADING_MAX, TRY_AGAIN, Reports
from playtrace.store.errors import StoreBroken

MADE_AT = dt.datetime(2026, 3, 10, 12, 0, tzinfo=ZONE)


class Killed(BaseException):
    """The process ends here, as far as one in it can."""


class World:
    """A registry with channels, and a clock that is set by hand."""

    def __init__(self, folder: Path, reported: Any) -> None:
        self.now = MADE_AT.astimezone(dt.UTC)
        self.lag_s = 0.0
        self.broken = False
        self.reported = reported
        self.is_killed = False
        url = f"sqlite:///{folder / 'registry.sqlite'}"
        self.registry = Registry.open(url, clock=self._registry_now, upgraded=True)
        self.registry.games.add("planted", time_zone=ZONE.key)
        self.registry.games.add("other")
        for name in ("team", "boss"):
            self.registry.alert_channels.put(name, ChannelDefinition(kind="webhook", target="https://team.example/x"))
        self.reports = self.started()

    def _registry_now(self) -> dt.datetime:
        """Asked inside of the transaction that puts a report on its way."""
        if self.is_killed:
            raise Killed
        return self.now

    def started(self) -> Reports:
        """A server that is started anew: nothing is known but what is kept."""

        def rules(game: Any) -> Any:
            if self.broken:
                raise StoreBroken("The store is being opened again.")
            return self.reported.rules

        return Reports(
            self.reported.store,
            self.registry,
            rules,
            lag_seconds=lambda: self.lag_s,
            address=lambda: "https://stats.example",
            clock=lambda: self.now,
        )

    def schedule(self, report_id: str = "daily", **changed: Any) -> None:
        said = {"game_id": "planted", "every": "day", "weekday": None, "local_time": dt.time(9), "enabled": True}
        said |= {"time_zone": ZONE.key, "channel_ids": ["team"]}
        self.registry.reports.put(report_id, ScheduleDefinition(**said | changed))

    def at(self, day: int, hour: int, minute: int = 0) -> None:
        """Somebody looks at this local time of March."""
        self.now = dt.datetime(2026, 3, day, hour, minute, tzinfo=ZONE).astimezone(dt.UTC)
        self.reports.work()

    def sent(self) -> list[tuple[str, str]]:
        """Channel and title of all messages so far."""
        with Session(self.registry._engine) as session:
            rows = session.scalars(select(AlertInOutbox).order_by(AlertInOutbox.id)).all()
            return [(row.channel_id, Message.from_json(row.message_json).title.partition(": ")[2]) for row in rows]


@pytest.fixture(scope="module")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables are made once: that takes longer than all that is done with them."""
    file = tmp_path_factory.mktemp("empty") / "registry.sqlite"
    Registry.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def world(tmp_path: Path, empty_registry: Path, reported: Any) -> Iterator[World]:
    shutil.copy(empty_registry, tmp_path)
    made = World(tmp_path, reported)
    yield made
    made.registry.close()


def test_once_a_day_also_over_restarts(world: World):
    world.schedule()
    world.at(10, 23)
    assert world.sent() == []
    world.at(11, 8, 59)
    assert world.sent() == []
    for minute in (0, 1, 2):
        world.at(11, 9, minute)
        world.reports = world.started()
    assert world.sent() == [("team", "Tuesday, 10 March 2026")]
    assert world.registry.reports.find("daily").last_sent_at is not None
    world.at(12, 9)
    assert world.sent()[1:] == [("team", "Wednesday, 11 March 2026")]


def test_a_server_that_was_down_sends_the_latest_one_alone(world: World):
    world.schedule(channel_ids=["team", "boss"])
    world.reports = world.started()
    world.at(15, 7)
    assert world.sent() == [("boss", "Friday, 13 March 2026"), ("team", "Friday, 13 March 2026")]
    world.at(15, 8)
    assert len(world.sent()) == 2


def test_a_week_is_sent_on_its_weekday(world: World):
    world.schedule("weekly", every="week", weekday=4)
    world.at(11, 23)
    assert world.sent() == []
    world.at(12, 9)
    world.at(18, 23)
    assert world.sent() == [("team", "Week 10 of 2026, 2 to 8 March")]


def test_a_day_is_one_of_the_game_wherever_the_clock_hangs(world: World):
    # Nine in Tokyo is eight in the evening of New York: the day there is not over.
    world.schedule(time_zone="Asia/Tokyo")
    world.at(11, 20)
    assert world.sent() == [("team", "Tuesday, 10 March 2026")]


def test_who_ends_before_the_commit_begins_anew(world: World):
    """The report was made, and nothing of it was kept."""
    world.schedule()
    world.is_killed = True
    with pytest.raises(Killed):
        world.at(11, 9)
    world.is_killed = False
    assert world.sent() == []
    world.reports = world.started()
    world.at(11, 9, 5)
    assert world.sent() == [("team", "Tuesday, 10 March 2026")]


def test_two_who_look_at_once_send_it_once(world: World):
    world.schedule()
    world.at(11, 8)
    due = dt.datetime(2026, 3, 11, 9, tzinfo=ZONE)
    message = '{"title": "Planted: x"}'
    assert world.registry.reports.send("daily", message, due=due) == ["team"]
    assert world.registry.reports.send("daily", message, due=due) is None


def test_it_waits_for_what_was_received_before(world: World):
    world.schedule()
    world.at(11, 8)
    world.lag_s = 60.0
    world.at(11, 9)
    assert world.sent() == []
    # A minute later all that is older than a minute is loaded: what waits came after it was due.
    world.lag_s = 59.0
    world.at(11, 9, 1)
    assert len(world.sent()) == 1
    world.at(12, 9)
    assert len(world.sent()) == 1
    world.lag_s = (LOADING_MAX + 2 * dt.timedelta(minutes=1)).total_seconds()
    world.at(12, 9, int(LOADING_MAX.total_seconds() / 60))
    assert len(world.sent()) == 2
    with Session(world.registry._engine) as session:
        last = session.scalars(select(AlertInOutbox).order_by(AlertInOutbox.id.desc())).first()
        assert "they still wait to be loaded" in Message.from_json(last.message_json).text


def test_one_that_cannot_be_made_says_so_and_is_tried_again(world: World):
    world.schedule()
    world.broken = True
    world.at(11, 9)
    assert world.registry.reports.find("daily").last_error == "The store is being opened again."
    world.broken = False
    world.at(11, 9, 1)
    assert world.sent() == []
    world.at(11, 9, int(TRY_AGAIN.total_seconds() / 60))
    assert len(world.sent()) == 1
    assert world.registry.reports.find("daily").last_error is None


def test_without_a_channel_it_says_so_and_goes_on(world: World):
    world.schedule(channel_ids=["boss"])
    world.schedule("both", channel_ids=["boss", "team"])
    world.registry.alert_channels.remove("boss")
    world.at(11, 9)
    world.at(11, 10)
    assert world.sent() == [("team", "Tuesday, 10 March 2026")]
    assert world.registry.reports.find("daily").last_error == "none of its channels is there any more"
    assert world.registry.reports.find("daily").last_sent_at is None
    assert world.registry.reports.find("both").last_error is None


def test_one_that_is_changed_or_disabled_is_not_due_for_what_was_before(world: World):
    world.schedule()
    world.schedule("off", enabled=False)
    world.at(11, 8)
    world.now += 2 * dt.timedelta(hours=1)
    world.schedule(local_time=dt.time(8, 30))
    world.reports.work()
    assert world.sent() == []
    world.at(12, 8, 30)
    assert len(world.sent()) == 1


def test_one_out_of_turn_changes_no_turn(world: World):
    world.schedule()
    period, channels = world.reports.send_now("daily")
    assert (period.first, channels) == (dt.date(2026, 3, 9), ["team"])
    world.at(11, 9)
    assert [title for _, title in world.sent()] == ["Monday, 9 March 2026", "Tuesday, 10 March 2026"]
    with pytest.raises(UnknownReport):
        world.reports.send_now("weekly")


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("id", {"report_id": "a b"}),
        ("every", {"every": "month"}),
        ("weekday", {"every": "week"}),
        ("weekday", {"weekday": 1}),
        ("weekday", {"every": "week", "weekday": 8}),
        ("time zone", {"time_zone": "Mars/Olympus"}),
        ("channels", {"channel_ids": []}),
        ("channels", {"channel_ids": ["team", "team"]}),
        ("channels", {"channel_ids": ["nobody"]}),
        ("channels", {"channel_ids": ["others"]}),
    ],
)
def test_what_does_not_fit_is_named(world: World, field: str, changed: dict[str, Any]):
    world.registry.alert_channels.put(
        "others", ChannelDefinition(kind="webhook", target="https://team.example/x", game_ids=["other"])
    )
    with pytest.raises(Invalid) as wrong:
        world.schedule(**changed)
    assert wrong.value.field == field
    assert world.registry.reports.all() == []


def test_there_are_not_too_many_and_none_of_nothing(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report_schedules, "SCHEDULES_MAX", 3)
    with pytest.raises(UnknownGame):
        world.schedule(game_id="nowhere")
    for number in range(3):
        world.schedule(f"r{number}")
    with pytest.raises(Invalid, match="at most 3"):
        world.schedule("more")
    # One that is there may be changed.
    world.schedule("r0", local_time=dt.time(10))
    world.registry.reports.remove("r0")
    world.schedule("more")
    with pytest.raises(UnknownReport):
        world.registry.reports.remove("r0")
