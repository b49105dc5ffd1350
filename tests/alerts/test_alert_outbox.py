"""Every message arrives, in its channel's order, none twice after its success was seen; whatever a channel does."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sample_message import message
from sqlalchemy.orm import Session
from stand_in import DROP, HANG, Reply, Request, StandIn

from playtrace.alerts.outbox import Outbox
from playtrace.alerts.outgoing import Outgoing
from playtrace.registry import alert_outbox
from playtrace.registry.alert_channels import ChannelDefinition, ids_for, is_quiet, takes
from playtrace.registry.alert_outbox import KEPT_DAYS, WAITING_DAYS_MAX, WAITING_MAX
from playtrace.registry.database import open_database
from playtrace.registry.errors import FromSettings, Invalid, UnknownChannel
from playtrace.registry.models import AlertChannel
from playtrace.registry.registry import Registry

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


class Clock:
    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


class Delivering:
    """An outbox on a registry of its own, worked on as the server does it, but as fast as the clock is turned."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.url = f"sqlite:///{folder / 'registry.sqlite'}"
        self.registry = Registry.open(self.url, clock=self.clock)
        self.outbox = Outbox(
            self.registry, Outgoing(allow_private=True, seconds_max=0.3), clock=self.clock, dice=random.Random(1)
        )

    def add(self, channel_id: str, target: str, **definition: Any) -> None:
        self.registry.alert_channels.put(channel_id, ChannelDefinition(kind="discord", target=target, **definition))

    def put(self, *channel_ids: str, title: str = "a", **changes: Any) -> list[str]:
        put = message(title=title, **{"severity": "warning", **changes})
        return self.registry.alert_outbox.put(channel_ids, put.to_json(), is_urgent=put.is_urgent)

    def turn(self) -> None:
        """One turn of the job, until nothing is on its way."""
        self.outbox.work()
        for thread in threading.enumerate():
            if thread.name.startswith("alerts: "):
                thread.join()

    def channel(self, channel_id: str = "team") -> AlertChannel:
        return self.registry.alert_channels.find(channel_id)

    def turn_at_the_time_for_it(self, channel_id: str = "team") -> None:
        """The next turn at which something is tried."""
        self.clock.now = max(self.clock.now, self.channel(channel_id).resume_at or self.clock.now)
        self.turn()

    def states(self, channel_id: str = "team") -> list[str]:
        """Of all messages, oldest first."""
        return [row.state for row in reversed(self.registry.alert_outbox.of_channel(channel_id, rows_max=2_000))]

    def waiting(self, channel_id: str = "team") -> int:
        return self.states(channel_id).count("waiting")


@pytest.fixture
def delivering(tmp_path: Path) -> Iterator[Delivering]:
    made = Delivering(tmp_path)
    yield made
    made.outbox.stop()
    made.registry.close()


def test_through_all_kinds_of_trouble_all_arrive_in_order_and_none_is_repeated(
    delivering: Delivering, discord: StandIn
) -> None:
    seed = int(os.environ.get("PLAYTRACE_TEST_SEED") or random.randrange(2**32))
    print(f"PLAYTRACE_TEST_SEED={seed}")
    dice = random.Random(seed)
    delivering.add("team", discord.url)
    titles = [f"message {number}" for number in range(20)]
    for title in titles:
        delivering.put("team", title=title)
    troubles = [Reply(429, {"Retry-After": "7"}), Reply(500), Reply(503, {"Retry-After": "600"}), DROP]
    # One that hangs takes its time.
    discord.behaviours.extend([HANG, *dice.choices([*troubles, Reply(204), Reply(200)], k=24)])
    is_away = False
    for _ in range(200):
        if delivering.waiting() == 0:
            break
        if dice.random() < 0.2:
            (discord.come_back if is_away else discord.go_away)()
            is_away = not is_away
        delivering.turn_at_the_time_for_it()
    if is_away:
        discord.come_back()

    assert delivering.states() == ["delivered"] * 20
    taken = [request.embed["title"] for request in discord.taken]
    assert taken == titles
    # What was not taken was tried again before anything else was.
    assert list(dict.fromkeys(discord.titles())) == titles
    assert delivering.channel().failures == 0


def test_a_channel_is_left_alone_for_as_long_as_it_asks(delivering: Delivering, discord: StandIn) -> None:
    began = delivering.clock.now
    asked_at: list[float] = []
    discord.before_reply = lambda _: asked_at.append((delivering.clock.now - began).total_seconds())
    discord.behaviours.extend(
        [
            Reply(429, {"Retry-After": "60"}, b'{"retry_after": 60.0}'),
            Reply(429, {"Retry-After": "1"}, b'{"message": "slow", "retry_after": 90.5, "global": true}'),
            Reply(503, {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}),
            Reply(204, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset-After": "500"}),
            Reply(204, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "2.5"}),
            Reply(429, {"Retry-After": "999999999"}, b"not JSON"),
            Reply(204),
        ]
    )
    delivering.add("team", discord.url)
    for _ in range(3):
        delivering.put("team")
    while delivering.waiting():
        before = len(asked_at)
        delivering.turn()
        resume_at = delivering.channel().resume_at
        if resume_at is not None:
            # Nothing is sent a moment before.
            delivering.clock.now = resume_at - dt.timedelta(milliseconds=1)
            asked = len(asked_at)
            delivering.turn()
            assert len(asked_at) == asked > before
            delivering.clock.now = resume_at
    first, second, third, fourth, fifth, sixth, seventh = asked_at
    assert (first, second, third) == (0, 60, 150.5)
    assert 150.5 + 4 <= fourth <= 150.5 + 8
    assert fifth == fourth
    assert sixth == fifth + 2.5
    # However long it asks for.
    assert seventh == sixth + 6 * 3600


def test_a_slow_channel_holds_no_other(delivering: Delivering, discord: StandIn) -> None:
    slow = StandIn()
    going_on = threading.Event()
    slow.before_reply = lambda _: going_on.wait() and None
    try:
        delivering.outbox = Outbox(delivering.registry, Outgoing(allow_private=True), clock=delivering.clock)
        delivering.add("slow", slow.url)
        delivering.add("team", discord.url)
        for number in range(5):
            delivering.put("slow", "team", title=f"message {number}")
        delivering.outbox.work()
        for thread in threading.enumerate():
            if thread.name == "alerts: team":
                thread.join()
        assert delivering.states("team") == ["delivered"] * 5
        assert delivering.states("slow") == ["waiting"] * 5
        # A turn while it is served does not send anything twice.
        delivering.outbox.work()
        going_on.set()
        delivering.turn()
        assert slow.titles() == [f"message {number}" for number in range(5)]
    finally:
        going_on.set()
        slow.go_away()


def test_a_channel_that_is_gone_is_tried_hourly_and_set_aside_after_a_day(
    delivering: Delivering, discord: StandIn
) -> None:
    delivering.add("team", discord.url)
    delivering.put("team", title="first")
    discord.behaviours.extend([Reply(404)] * 1_000)
    began = delivering.clock.now
    while delivering.waiting():
        delivering.turn_at_the_time_for_it()
    channel = delivering.channel()
    assert DAY < delivering.clock.now - began < DAY + 2 * HOUR
    assert 24 < len(discord.requests) < 60
    assert (delivering.states(), channel.failing_since) == (["set_aside"], began)
    assert str(channel.last_error).startswith("answered 404")
    # What comes later has its turn, and its day.
    delivering.put("team", title="second")
    delivering.turn_at_the_time_for_it()
    assert delivering.waiting() == 1
    # Somebody repairs it.
    discord.forget()
    delivering.registry.alert_channels.change("team", {"target": f"{discord.url}/new"})
    delivering.turn()
    assert delivering.states() == ["set_aside", "delivered"]
    assert [request.path for request in discord.requests] == ["/new?wait=true"]
    channel = delivering.channel()
    assert (channel.failing_since, channel.failures, channel.last_error) == (None, 0, None)


def test_a_message_that_is_not_taken_does_not_hold_those_behind_it(delivering: Delivering, discord: StandIn) -> None:
    delivering.add("team", discord.url)
    delivering.put("team", title="odd")
    delivering.put("team", title="even")
    discord.behaviours.extend([Reply(400)] * 5)
    for _ in range(6):
        delivering.turn_at_the_time_for_it()
    assert delivering.states() == ["set_aside", "delivered"]
    assert Counter(discord.titles()) == {"odd": 5, "even": 1}
    odd = delivering.registry.alert_outbox.of_channel("team", rows_max=10)[-1]
    assert (odd.attempts, odd.last_error) == (5, "answered 400: it does not take this message")


def test_a_message_of_a_later_version_is_set_aside(delivering: Delivering, discord: StandIn) -> None:
    delivering.add("team", discord.url)
    delivering.registry.alert_outbox.put(["team"], json.dumps({"kind": "poem"}), is_urgent=False)
    delivering.put("team", title="known")
    delivering.turn()
    assert delivering.states() == ["set_aside", "delivered"]
    assert discord.titles() == ["known"]


def test_in_quiet_hours_only_what_is_critical_is_sent(delivering: Delivering, discord: StandIn) -> None:
    quiet = {"time_zone": "Asia/Tokyo", "quiet_from": dt.time(20), "quiet_to": dt.time(7)}
    delivering.add("team", discord.url, **quiet)
    # 21:00 in Tokyo.
    for title, severity in (("a", "warning"), ("b", "info"), ("c", "critical"), ("d", "warning"), ("e", "critical")):
        delivering.put("team", title=title, severity=severity)
    delivering.turn()
    assert discord.titles() == ["c", "e"]
    delivering.clock.now = dt.datetime(2026, 3, 1, 21, 59, tzinfo=dt.UTC)
    delivering.turn()
    assert discord.titles() == ["c", "e"]
    delivering.clock.now = dt.datetime(2026, 3, 1, 22, 0, tzinfo=dt.UTC)
    delivering.turn()
    assert discord.titles() == ["c", "e", "a", "b", "d"]


@pytest.mark.parametrize(
    ("local", "expected"), [("19:59", False), ("20:00", True), ("00:00", True), ("06:59", True), ("07:00", False)]
)
def test_quiet_hours_may_span_midnight(local: str, expected: bool) -> None:
    channel = AlertChannel(time_zone="UTC", quiet_from=dt.time(20), quiet_to=dt.time(7))
    assert is_quiet(channel, dt.datetime.fromisoformat(f"2026-03-01T{local}Z")) is expected
    within_a_day = AlertChannel(time_zone="UTC", quiet_from=dt.time(7), quiet_to=dt.time(20))
    assert is_quiet(within_a_day, dt.datetime.fromisoformat(f"2026-03-01T{local}Z")) is not expected


def test_quiet_hours_are_those_of_the_clock_on_the_wall() -> None:
    berlin = AlertChannel(time_zone="Europe/Berlin", quiet_from=dt.time(22), quiet_to=dt.time(7))
    assert is_quiet(berlin, dt.datetime(2026, 1, 10, 5, 30, tzinfo=dt.UTC))
    assert not is_quiet(berlin, dt.datetime(2026, 7, 10, 5, 30, tzinfo=dt.UTC))
    assert not is_quiet(AlertChannel(time_zone="UTC"), dt.datetime(2026, 7, 10, 5, 30, tzinfo=dt.UTC))


def test_which_channels_a_message_is_for(delivering: Delivering) -> None:
    registry = delivering.registry
    registry.games.add_missing(["arena", "harbour"])
    delivering.add("all", "x")
    delivering.add("arena", "x", game_ids=["arena"])
    delivering.add("critical", "x", min_severity="critical")
    delivering.add("off", "x", enabled=False)

    def asked(named: list[str], game_id: str | None, severity: str) -> list[str]:
        with Session(open_database(delivering.url)) as session:
            return ids_for(session, named, game_id=game_id, severity=severity)

    assert asked([], "arena", "warning") == ["all", "arena"]
    assert asked([], "harbour", "critical") == ["all", "critical"]
    assert asked([], None, "info") == ["all"]
    assert asked(["arena", "critical", "off", "gone"], "arena", "critical") == ["arena", "critical"]
    assert not takes(delivering.channel("off"), game_id="arena", severity="critical")


def test_what_is_not_committed_is_not_sent_and_channels_that_are_gone_do_not_matter(
    delivering: Delivering, discord: StandIn
) -> None:
    delivering.add("team", discord.url)
    with Session(open_database(delivering.url)) as session:
        put = message(title="never").to_json()
        assert alert_outbox.put(session, ["gone", "team"], put, delivering.clock(), is_urgent=False) == ["team"]
        session.rollback()
    assert delivering.put("gone", title="nobody") == []
    assert delivering.put("team", "gone", title="told") == ["team"]
    delivering.turn()
    assert discord.titles() == ["told"]


def test_a_channel_that_is_removed_while_it_is_served_takes_all_with_it(
    delivering: Delivering, discord: StandIn
) -> None:
    delivering.add("team", discord.url)
    delivering.put("team", title="first")
    delivering.put("team", title="second")

    def remove(_: Request) -> None:
        delivering.registry.alert_channels.remove("team")

    discord.before_reply = remove
    delivering.turn()
    assert discord.titles() == ["first"]
    assert delivering.registry.alert_outbox.channels_with_waiting() == []
    with pytest.raises(UnknownChannel):
        delivering.registry.alert_outbox.of_channel("team", rows_max=1)


def test_what_is_for_a_disabled_channel_waits(delivering: Delivering, discord: StandIn) -> None:
    delivering.add("team", discord.url)
    delivering.put("team", title="waits")
    delivering.registry.alert_channels.change("team", {"enabled": False})
    delivering.turn()
    assert (discord.titles(), delivering.waiting()) == ([], 1)
    delivering.registry.alert_channels.change("team", {"enabled": True})
    delivering.turn()
    assert discord.titles() == ["waits"]


def test_a_test_says_what_the_channel_said_and_opens_the_way(delivering: Delivering, discord: StandIn) -> None:
    delivering.add("team", discord.url)
    delivering.put("team", title="waits")
    discord.behaviours.append(Reply(404))
    delivering.turn()
    assert delivering.channel().failures == 1
    delivering.outbox.test("team", link=None)
    assert (delivering.channel().failures, delivering.channel().resume_at) == (0, None)
    delivering.turn()
    assert delivering.states() == ["delivered"]


def test_the_outbox_is_bounded(delivering: Delivering, discord: StandIn) -> None:
    delivering.add("team", discord.url)
    delivering.add("other", discord.url)
    delivering.put("other")
    with Session(open_database(delivering.url)) as session, session.begin():
        for _ in range(WAITING_MAX + 3):
            alert_outbox.put(session, ["team"], message().to_json(), delivering.clock(), is_urgent=False)
    assert delivering.registry.alert_outbox.tidy() == 3
    assert delivering.states() == ["set_aside"] * 3 + ["waiting"] * WAITING_MAX
    assert delivering.registry.alert_outbox.tidy() == 0
    backlogs = delivering.registry.alert_outbox.backlogs()
    assert (backlogs["team"].waiting, backlogs["team"].set_aside) == (WAITING_MAX, 3)
    assert backlogs["other"] == (1, delivering.clock(), 0)
    delivering.clock.now += dt.timedelta(days=WAITING_DAYS_MAX, seconds=1)
    assert delivering.registry.alert_outbox.tidy() == WAITING_MAX + 1
    delivering.clock.now += dt.timedelta(days=KEPT_DAYS, seconds=1)
    delivering.registry.alert_outbox.tidy()
    assert (delivering.states(), delivering.registry.alert_outbox.backlogs()) == ([], {})


def test_the_channel_of_the_settings_follows_them(delivering: Delivering) -> None:
    registry = delivering.registry
    assert registry.alert_channels.follow_settings(None) is None
    registry.alert_channels.follow_settings("https://discord.com/api/webhooks/1/a")
    registry.alert_channels.change("discord", {"min_severity": "critical"})
    registry.alert_channels.follow_settings("https://discord.com/api/webhooks/1/b")
    channel = registry.alert_channels.find("discord")
    assert (channel.target[-1], channel.min_severity, channel.is_from_settings) == ("b", "critical", True)
    with pytest.raises(FromSettings):
        registry.alert_channels.change("discord", {"target": "https://discord.com/api/webhooks/1/c"})
    with pytest.raises(FromSettings):
        registry.alert_channels.remove("discord")
    with pytest.raises(FromSettings):
        delivering.add("discord", "x")
    registry.alert_channels.follow_settings(None)
    assert registry.alert_channels.all() == []
    # What somebody made is theirs.
    delivering.add("discord", "https://own.example/")
    registry.alert_channels.follow_settings("https://discord.com/api/webhooks/1/b")
    assert registry.alert_channels.find("discord").target == "https://own.example/"


@pytest.mark.parametrize(
    ("field", "channel_id", "definition"),
    [
        ("id", "a b", {}),
        ("id", "", {}),
        ("target", "a", {"target": ""}),
        ("target", "a", {"target": "x" * 2_001}),
        ("time zone", "a", {"time_zone": "Nowhere"}),
        ("min severity", "a", {"min_severity": "fatal"}),
        ("quiet hours", "a", {"quiet_from": dt.time(1)}),
        ("quiet hours", "a", {"quiet_from": dt.time(1), "quiet_to": dt.time(1)}),
        ("signing secret", "a", {"signing_secret": "short"}),
        ("games", "a", {"game_ids": []}),
        ("games", "a", {"game_ids": ["nowhere"]}),
    ],
)
def test_what_does_not_fit_is_named(
    delivering: Delivering, field: str, channel_id: str, definition: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        delivering.registry.alert_channels.put(
            channel_id, ChannelDefinition(kind="discord", **{"target": "x", **definition})
        )
    assert refused.value.field == field
    assert delivering.registry.alert_channels.all() == []
