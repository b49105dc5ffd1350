"""Rules over a real store and registry, with a clock that the tests set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio import DAY, HOUR, MINUTE, NOW, Studio, opened

from playtrace.event import Event
from playtrace.registry.alert_channels import ChannelDefinition

WEEK = 7 * DAY
LATER = NOW + 2 * MINUTE


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with opened(tmp_path_factory.mktemp("studio") / "data") as studio:
        yield studio


@pytest.fixture
def studio(shared: Studio) -> Studio:
    return shared.begin()


def crash(studio: Studio, game: str, count: int, at: dt.datetime, **fields: object) -> None:
    props = {
        "title": "Out of memory while streaming",
        "exception": "OutOfMemory",
        "stack_trace": [
            {"function": "abort", "in_app": False},
            {"function": "Textures::upload", "file": "t.cpp", "line": 7},
        ],
    }
    studio.happen(game, "crash", *[at] * count, **{"platform": "android", "version": "1.2.0", "props": props, **fields})


def test_a_spike_of_a_game_that_never_crashed_is_told_with_all_there_is_to_know(studio: Studio) -> None:
    game = studio.new_game(name="Space *Arena*")
    crash(studio, game, 9, NOW - 50 * MINUTE)
    crash(studio, game, 3, NOW, version="1.1.0")
    crash(studio, game, 2, NOW, platform="windows", props={"message": "[x](http://evil.example) @everyone"})
    studio.judge(NOW)
    (message,) = studio.messages(game)
    assert (message.kind, message.severity) == ("opened", "critical")
    assert message.title == "Space *Arena*: 14 crashes in the last hour"
    fields = {field.name: field.value for field in message.fields}
    assert fields["Game"] == f"Space *Arena* ({game})"
    assert (fields["Crashes in the last hour"], fields["Threshold"], fields["Usual"]) == ("14", "10", "0")
    assert fields["Most common"] == (
        "Out of memory while streaming (OutOfMemory) at Textures::upload, t.cpp:7 (12 of 14)"
    )
    assert (fields["Versions"], fields["First version"]) == ("1.2.0, 1.1.0", "1.2.0")
    assert message.link is not None
    assert message.link.startswith(f"https://figures.example/?game={game}&from=2026-03-25&to=2026-03-25")
    assert "platform=android" in message.link and "version=1.2.0" in message.link
    assert "platform android\\: 86 \\% of it\\, 12 where 0 are usual" in message.text
    (incident,) = studio.incidents(game)
    assert [(one.dimension, one.value, one.events) for one in incident.explanation.changes] == [
        ("platform", "android", 12),
        ("version", "1.2.0", 11),
    ]
    # Nothing is told again while it stays.
    studio.judge(LATER)
    assert studio.kinds(game) == ["opened"]
    # When they are an hour old it is over.
    studio.judge(NOW + 12 * MINUTE)
    assert studio.kinds(game) == ["opened"]
    studio.judge(NOW + 14 * MINUTE)
    assert studio.kinds(game) == ["opened", "resolved"]
    assert studio.messages(game)[1].title == "Resolved: Space *Arena*: 5 crashes in the last hour"


def test_as_many_as_the_threshold_are_not_more_than_it(studio: Studio) -> None:
    game = studio.new_game()
    crash(studio, game, 10, NOW)
    studio.judge(NOW)
    assert studio.messages(game) == []


def test_what_is_usual_at_this_hour_of_the_week_is_no_spike(studio: Studio) -> None:
    game = studio.new_game()
    studio.weekly(game, NOW - 10 * MINUTE, [12, 10, 14, 12, 12], name="crash")
    crash(studio, game, 35, NOW)
    studio.judge(NOW)
    assert studio.messages(game) == []
    crash(studio, game, 1, NOW)
    studio.judge(LATER)
    (message,) = studio.messages(game)
    assert {field.name: field.value for field in message.fields}["Usual"] == "12"


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.integers(0, 7200), min_size=1, max_size=12),
    st.lists(st.integers(3600, 7200), min_size=1, max_size=2, unique=True).map(sorted),
    st.sampled_from([5, 60, 61]),
)
def test_a_sliding_window_against_a_naive_count(
    shared: Studio, seconds: list[int], moments: list[int], minutes: int
) -> None:
    studio = shared.begin()
    game = studio.new_game()
    studio.only_rule(
        game, "many", kind="threshold", above=2, windowMinutes=minutes, coolDownMinutes=0, resolveAfterMinutes=0
    )
    sent = 0
    for moment in moments:
        new = [second for second in sorted(seconds) if sent <= second <= moment]
        sent = moment + 1
        if new:
            studio.happen(game, "crash", *[NOW + dt.timedelta(seconds=second) for second in new])
        studio.judge(NOW + dt.timedelta(seconds=moment))
        counted = sum(1 for second in seconds if moment + 1 - 60 * minutes <= second <= moment)
        assert [one.is_open for one in studio.incidents(game)][-1:] == ([True] if counted > 2 else [False])[
            : len(studio.incidents(game)) or counted > 2
        ]


def test_a_backfill_of_old_days_raises_nothing(studio: Studio) -> None:
    game = studio.new_game()
    studio.judge(NOW)
    studio.happen(game, "crash", *[NOW - days * DAY for days in range(2, 20)] * 50, received_at=NOW)
    crash(studio, game, 200, NOW - 61 * MINUTE, received_at=NOW)
    studio.judge(LATER)
    studio.restart(LATER + 30 * MINUTE)
    studio.judge(LATER + 30 * MINUTE)
    assert studio.incidents(game) == []


def test_a_restart_judges_what_came_meanwhile(studio: Studio) -> None:
    game = studio.new_game()
    studio.judge(NOW)
    studio.restart(NOW + 3 * HOUR)
    # Three hours without a server: a client kept its crashes, and sends them now.
    crash(studio, game, 14, NOW + 20 * MINUTE, received_at=NOW + 3 * HOUR)
    studio.judge(NOW + 3 * HOUR)
    assert studio.kinds(game) == ["opened", "resolved"]
    (incident,) = studio.incidents(game)
    assert NOW + 20 * MINUTE < incident.opened_at <= NOW + 40 * MINUTE
    # What it was judged for is not judged again.
    studio.restart(NOW + 4 * HOUR)
    studio.judge(NOW + 4 * HOUR)
    assert studio.kinds(game) == ["opened", "resolved"]


def test_crashes_that_are_sent_late_are_found_once(studio: Studio) -> None:
    game = studio.new_game()
    then = NOW - 5 * HOUR - 4 * MINUTE
    for hours in range(8, -1, -1):
        studio.judge(NOW - hours * HOUR)
    # Fourteen players start the game again, hours after it crashed.
    crash(studio, game, 14, then, received_at=NOW)
    studio.judge(NOW + MINUTE)
    assert studio.kinds(game) == ["opened", "resolved"]
    (incident,) = studio.incidents(game)
    assert then < incident.opened_at <= then + 16 * MINUTE
    assert incident.resolved_at is not None
    assert then + HOUR < incident.resolved_at <= then + HOUR + 16 * MINUTE
    assert (incident.worst, incident.explanation.crash_events, incident.is_told) == (14, 14, False)
    # More of the same are none again, also after a restart.
    crash(studio, game, 20, then + MINUTE, received_at=NOW + MINUTE)
    studio.judge(NOW + 3 * MINUTE)
    studio.restart(NOW + 4 * MINUTE)
    studio.judge(NOW + 5 * MINUTE)
    crash(studio, game, 20, then + 2 * MINUTE, received_at=NOW + 6 * MINUTE)
    studio.judge(NOW + 7 * MINUTE)
    assert studio.kinds(game) == ["opened", "resolved"]


def test_what_is_late_by_more_than_a_day_or_before_the_rule_raises_nothing(studio: Studio) -> None:
    game = studio.new_game()
    studio.judge(NOW - 23 * HOUR)
    studio.judge(NOW)
    crash(studio, game, 50, NOW - 25 * HOUR, received_at=NOW)
    studio.judge(NOW + 2 * MINUTE)
    studio.rule(game, "few", kind="threshold", above=1)
    crash(studio, game, 5, NOW - 3 * HOUR, received_at=NOW)
    studio.judge(NOW + 4 * MINUTE)
    assert studio.incidents(game) == []


def test_what_is_late_for_a_window_that_still_runs_is_an_incident_now(studio: Studio) -> None:
    game = studio.new_game()
    studio.judge(NOW - 2 * HOUR)
    studio.judge(NOW)
    crash(studio, game, 14, NOW - 50 * MINUTE, received_at=NOW)
    studio.judge(NOW + 2 * MINUTE)
    assert studio.kinds(game) == ["opened"]
    assert studio.incidents(game)[0].opened_at > NOW


def test_late_crashes_before_an_incident_leave_it_as_it_is(studio: Studio) -> None:
    game = studio.new_game()
    for hours in range(8, 0, -1):
        studio.judge(NOW - hours * HOUR)
    crash(studio, game, 14, NOW - 10 * MINUTE)
    studio.judge(NOW)
    crash(studio, game, 30, NOW - 5 * HOUR, platform="ios", received_at=NOW + MINUTE)
    studio.judge(NOW + 2 * MINUTE)
    assert studio.kinds(game) == ["opened", "opened", "resolved"]
    first, late = studio.incidents(game)
    assert (first.is_open, first.value, late.is_open, late.worst) == (True, 14, False, 30)
    studio.judge(NOW + 53 * MINUTE)
    studio.judge(NOW + 56 * MINUTE)
    assert [one.is_open for one in studio.incidents(game)] == [False, False]
    assert studio.kinds(game)[3:] == ["resolved"]


def test_an_open_incident_survives_a_restart(studio: Studio) -> None:
    game = studio.new_game()
    crash(studio, game, 14, NOW)
    studio.judge(NOW)
    studio.restart(NOW + MINUTE)
    studio.judge(NOW + MINUTE)
    assert studio.kinds(game) == ["opened"]
    studio.judge(NOW + 61 * MINUTE)
    studio.judge(NOW + 64 * MINUTE)
    assert studio.kinds(game) == ["opened", "resolved"]


def test_where_loading_is_behind_it_is_judged_as_of_what_is_loaded(studio: Studio) -> None:
    game = studio.new_game()
    studio.weekly(game, NOW - 10 * MINUTE, [40] * 5)
    studio.happen(game, "jump", NOW - 50 * MINUTE)
    studio.lag_s = 45 * 60
    try:
        studio.judge(NOW)
        assert studio.incidents(game) == []
    finally:
        studio.lag_s = 0.0
    studio.judge(NOW)
    assert [(one.rule_id, one.is_open) for one in studio.incidents(game)] == [("silence", True)]


def test_silence_of_a_game_that_usually_talks(studio: Studio) -> None:
    game, quiet = studio.new_game(), studio.new_game()
    studio.weekly(game, NOW - 10 * MINUTE, [40, 35, 50, 45, 38])
    studio.happen(game, "jump", NOW - 31 * MINUTE)
    studio.happen(quiet, "jump", NOW - 31 * MINUTE)
    studio.judge(NOW - 2 * MINUTE)
    assert studio.incidents(game) == []
    studio.judge(NOW)
    (incident,) = studio.incidents(game)
    # What was received has fallen too: it is the way here that is looked at first.
    assert (incident.rule_id, incident.kind, incident.usual) == ("silence", "telemetry", 40)
    assert studio.incidents(quiet) == []
    assert studio.messages(game)[0].title == f"{game}: no events for 30 minutes (telemetry)"
    studio.happen(game, "jump", NOW + MINUTE)
    studio.judge(NOW + 2 * MINUTE)
    studio.judge(NOW + 5 * MINUTE)
    assert studio.kinds(game) == ["opened", "resolved"]


def test_a_server_that_was_away_does_not_call_that_silence(studio: Studio) -> None:
    game = studio.new_game()
    studio.weekly(game, NOW - 10 * MINUTE, [40] * 5)
    studio.weekly(game, NOW + 20 * MINUTE, [40] * 5)
    studio.happen(game, "jump", NOW - 3 * HOUR)
    studio.restart(NOW)
    studio.judge(NOW)
    studio.judge(NOW + 20 * MINUTE)
    assert studio.incidents(game) == []
    studio.judge(NOW + 31 * MINUTE)
    assert len(studio.incidents(game)) == 1


def test_much_that_is_refused_is_told_as_telemetry(studio: Studio) -> None:
    game = studio.new_game()
    studio.happen(game, "jump", *[NOW] * 190)
    studio.refuse(game, 10, NOW)
    studio.judge(NOW)
    assert studio.incidents(game) == []
    studio.refuse(game, 1, NOW)
    studio.judge(LATER)
    (incident,) = studio.incidents(game)
    assert (incident.rule_id, incident.kind, incident.value) == ("refused", "telemetry", pytest.approx(11 / 201))


def test_an_hour_that_is_unusual_twice_and_who_explains_it(studio: Studio) -> None:
    game = studio.new_game(time_zone="Asia/Kathmandu")
    studio.only_rule(game, "fails", kind="unusual", measure={"event": "level_fail"})
    # Hours of Kathmandu begin at a quarter past.
    hour = dt.datetime(2026, 3, 25, 10, 15, tzinfo=dt.UTC)

    def fail(at: dt.datetime, windows: int, android: int) -> list[Event]:
        platforms = ["windows"] * windows + ["android"] * android
        return [Event(name="level_fail", time=at, platform=platform) for platform in platforms]

    events: list[Event] = []
    for weeks in range(1, 6):
        for number, count in ((0, 80 + weeks), (1, 78 + weeks), (2, 100), (3, 100)):
            events += fail(hour - weeks * WEEK + number * HOUR + 5 * MINUTE, count, 20)
    for number in (0, 1):
        events += fail(hour + number * HOUR + 50 * MINUTE, 80, 120)
    for number in (2, 3):
        events += fail(hour + number * HOUR, 100, 20)
    studio.load(game, events, hour + 5 * HOUR)
    studio.judge(hour + 2 * HOUR + 59 * MINUTE)
    assert studio.incidents(game) == []
    studio.judge(hour + 3 * HOUR + MINUTE)
    (incident,) = studio.incidents(game)
    assert (incident.value, incident.usual, incident.kind) == (200, 101, "players")
    assert [(one.dimension, one.value) for one in incident.explanation.changes] == [("platform", "android")]
    assert incident.explanation.changes[0].share == pytest.approx(1.0, abs=0.03)
    # Two hours as they usually are, and it is over.
    studio.judge(hour + 5 * HOUR + MINUTE)
    assert studio.kinds(game) == ["opened", "resolved"]


def test_each_platform_by_itself(studio: Studio) -> None:
    game = studio.new_game()
    studio.only_rule(game, "by_platform", kind="threshold", above=10, groupBy="platform")
    crash(studio, game, 8, NOW)
    crash(studio, game, 11, NOW, platform="ios")
    studio.judge(NOW)
    (incident,) = studio.incidents(game)
    assert (incident.part, incident.value) == ("ios", 11)
    assert studio.messages(game)[0].title.endswith("11 crashes in the last hour, platform ios")


def test_each_map_by_itself_and_only_one_country(studio: Studio) -> None:
    game = studio.new_game()
    studio.only_rule(
        game, "by_map", kind="threshold", above=3, measure={"event": "stuck"}, groupBy="map", country=["de"]
    )
    studio.happen(game, "stuck", *[NOW] * 4, map="docks", country="DE")
    studio.happen(game, "stuck", *[NOW] * 9, map="tower", country="FR")
    studio.judge(NOW)
    assert [(one.part, one.value) for one in studio.incidents(game)] == [("docks", 4)]


def test_fewer_sessions_without_a_crash_than_promised(studio: Studio) -> None:
    game = studio.new_game()
    studio.only_rule(game, "stable", kind="ratio", below=0.95, windowMinutes=120, groupBy="version")
    events: list[Event] = []
    for number in range(120):
        version = "1.0" if number < 60 else "1.1"
        session = {"session_id": f"{game}-session-{number:05}", "player_id": f"p{number}", "version": version}
        events.append(Event(name="session_start", time=NOW - HOUR, **session))
        if number >= 60 and number % 5 == 0:
            events.append(Event(name="crash", time=NOW - HOUR + MINUTE, **session))
    studio.load(game, events, NOW)
    studio.judge(NOW)
    (incident,) = studio.incidents(game)
    assert (incident.part, incident.value, incident.low) == ("1.1", 0.8, 0.95)


def test_a_figure_of_a_metric(studio: Studio) -> None:
    game = studio.new_game()
    measure = {"metric": "summary", "figure": "activePlayers"}
    studio.only_rule(game, "few", kind="threshold", measure=measure, below=3)
    studio.happen(game, "jump", NOW - 30 * MINUTE, player_id="ann")
    studio.happen(game, "jump", NOW - 30 * MINUTE, player_id="bob")
    # Of whole hours that are over: from 14 to 15 o'clock.
    studio.judge(NOW)
    assert [one.value for one in studio.incidents(game)] == [2]
    busy = studio.new_game()
    studio.only_rule(busy, "players", kind="threshold", measure="players", above=1)
    studio.happen(busy, "jump", NOW - 30 * MINUTE, player_id="ann")
    studio.happen(busy, "jump", NOW - 30 * MINUTE, player_id="bob")
    studio.judge(NOW)
    assert [one.value for one in studio.incidents(busy)] == [2]


def test_a_version_that_there_has_never_been_before(studio: Studio) -> None:
    game = studio.new_game()
    studio.only_rule(game, "new", kind="new_value", leastCount=2)
    studio.happen(game, "jump", NOW - 5 * DAY, version="1.0")
    studio.happen(game, "jump", NOW, version="1.0")
    studio.happen(game, "jump", NOW, version="1.1")
    studio.judge(NOW)
    assert studio.incidents(game) == []
    studio.happen(game, "jump", NOW, version="1.1")
    # An old one that comes late is not new.
    studio.happen(game, "jump", *[NOW - 4 * DAY] * 5, version="0.9", received_at=NOW)
    studio.judge(LATER)
    (incident,) = studio.incidents(game)
    assert incident.explanation.new_values == ["1.1"]
    studio.judge(NOW + 70 * MINUTE)
    studio.judge(NOW + 75 * MINUTE)
    assert studio.kinds(game) == ["opened", "resolved"]
    # Of a game that has nothing before nothing is new.
    fresh = studio.new_game()
    studio.only_rule(fresh, "new", kind="new_value")
    studio.happen(fresh, "jump", NOW, version="1.0")
    studio.judge(NOW)
    assert studio.incidents(fresh) == []


def test_a_crash_that_there_has_never_been_before(studio: Studio) -> None:
    game = studio.new_game()
    studio.only_rule(game, "new", kind="new_value", of="crash")
    crash(studio, game, 2, NOW - 3 * DAY, props={"title": "Device lost"})
    crash(studio, game, 2, NOW, props={"title": "Device lost"})
    studio.judge(NOW)
    assert studio.incidents(game) == []
    crash(studio, game, 1, NOW, props={"title": "Stack overflow"})
    studio.judge(LATER)
    assert [one.explanation.new_values for one in studio.incidents(game)] == [["Stack overflow"]]


def test_a_silence_keeps_quiet_and_what_is_open_after_it_is_told(studio: Studio) -> None:
    game = studio.new_game()
    studio.now = NOW
    studio.registry.alert_rules.add_silence(
        NOW + 10 * MINUTE, rule_id=None, game_id=game, version="1.2.0", note="rollback"
    )
    crash(studio, game, 14, NOW)
    studio.judge(NOW)
    assert (len(studio.incidents(game)), studio.kinds(game)) == (1, [])
    studio.judge(NOW + 11 * MINUTE)
    assert studio.kinds(game) == ["opened"]
    # One of another version holds for none of it.
    other = studio.new_game()
    studio.registry.alert_rules.add_silence(NOW + HOUR, rule_id=None, game_id=other, version="9.9", note="")
    crash(studio, other, 14, NOW + 11 * MINUTE)
    studio.judge(NOW + 12 * MINUTE)
    assert studio.kinds(other) == ["opened"]


def test_it_is_escalated_unless_it_is_acknowledged(studio: Studio) -> None:
    games = [studio.new_game() for _ in range(2)]
    for game in games:
        studio.only_rule(game, "spike", kind="threshold", above=10, escalateAfterMinutes=10)
        crash(studio, game, 14, NOW)
    studio.judge(NOW)
    (row,) = studio.registry.incidents.last(game_ids=[games[0]], limit=1)
    assert row.id is not None
    studio.watch.acknowledge(row.id, "ann@studio.example")
    studio.judge(NOW + 11 * MINUTE)
    assert [studio.kinds(game) for game in games] == [["opened"], ["opened", "escalated"]]
    assert studio.messages(games[1])[1].severity == "critical"
    assert studio.incidents(games[0])[0].acknowledged_by == "ann@studio.example"


def test_a_rule_that_is_switched_off_leaves_nothing_open(studio: Studio) -> None:
    game = studio.new_game()
    crash(studio, game, 14, NOW)
    studio.judge(NOW)
    studio.rule(game, "crash_spike", kind="threshold", above=10, enabled=False)
    studio.judge(LATER)
    assert [one.is_open for one in studio.incidents(game)] == [False]
    assert studio.kinds(game) == ["opened"]


def test_a_rule_that_cannot_be_judged_or_told_says_so(studio: Studio) -> None:
    game = studio.new_game()
    studio.registry.alert_channels.put("gone", ChannelDefinition(kind="webhook", target="https://gone.example"))
    studio.only_rule(game, "lost", kind="threshold", above=10, channels=["gone"])
    studio.registry.alert_channels.remove("gone")
    studio.registry.alert_rules.put("torn", '{"kind": "threshold"}', game_id=game)
    studio.judge(NOW)
    found = {one.rule_id: one.error for one in studio.watch.failures() if one.game_id == game}
    assert found.keys() == {"lost", "torn"}
    assert found["lost"].startswith("There is no channel 'gone'")
    assert found["torn"].startswith("It cannot be read")
    studio.registry.alert_rules.remove("torn", game_id=game)
    studio.registry.alert_rules.remove("lost", game_id=game)
    studio.judge(LATER)
    assert [one for one in studio.watch.failures() if one.game_id == game] == []


def test_an_incident_and_its_message_are_kept_both_or_neither(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    game = studio.new_game()
    crash(studio, game, 14, NOW)
    studio.restart(NOW)
    with monkeypatch.context() as patched:
        patched.setattr("playtrace.registry.alert_outbox.insert", lambda table: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            studio.judge(NOW)
    assert (studio.incidents(game), studio.messages(game)) == ([], [])
    studio.judge(LATER)
    assert (len(studio.incidents(game)), studio.kinds(game)) == (1, ["opened"])
