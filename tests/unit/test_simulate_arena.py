"""The arena scenario: the same each time, in order, within the limits, and holding what was planted."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from itertools import pairwise

import msgspec
import pytest

from playtrace.event import EVENT_BYTES_MAX, Event
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.arena_crashes import PLANTED_CRASH
from playtrace.simulate.arena_map import ZONES
from playtrace.simulate.population import COUNTRIES, PLATFORMS, VERSIONS
from playtrace.simulate.truth import Truth

END = dt.datetime(2026, 3, 20, 17, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def history() -> tuple[list[Event], Truth]:
    scenario = ArenaScenario(seed=7, players=240, days=16, end=END)
    events = [event for batch in scenario.batches() for event in batch]
    return events, scenario.truth()


@pytest.fixture(scope="module")
def sessions(history: tuple[list[Event], Truth]) -> dict[str, list[Event]]:
    by_session: dict[str, list[Event]] = defaultdict(list)
    for event in history[0]:
        by_session[event.session_id].append(event)
    return by_session


def ndjson(batch_events: int, seed: int = 3) -> bytes:
    scenario = ArenaScenario(seed=seed, players=25, days=3, end=END)
    return b"".join(msgspec.json.Encoder().encode_lines(batch) for batch in scenario.batches(batch_events))


def test_same_seed_same_bytes_whatever_the_batch_size():
    once = ndjson(5000)
    assert once.count(b"\n") > 1000
    assert once == ndjson(5000)
    assert once == ndjson(1)
    assert once == ndjson(777)
    assert once != ndjson(5000, seed=4)


def test_batches_have_the_asked_length():
    lengths = [len(batch) for batch in ArenaScenario(seed=1, players=10, days=2, end=END).batches(100)]
    assert set(lengths[:-1]) == {100}
    assert 0 < lengths[-1] <= 100


def test_a_history_is_played_once():
    scenario = ArenaScenario(seed=1, players=3, days=1, end=END)
    list(scenario.batches())
    with pytest.raises(RuntimeError, match="already played"):
        list(scenario.batches())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either players or events"),
        ({"players": 1, "events": 1}, "either players or events"),
        ({"players": 1, "days": 0}, "at least one day"),
        ({"players": 1, "seed": -1}, "seed"),
        ({"players": 1, "end": dt.datetime(2026, 1, 1)}, "time zone"),
    ],
)
def test_arguments_that_make_no_sense(arguments: dict, message: str):
    with pytest.raises(ValueError, match=message):
        ArenaScenario(**{"end": END, **arguments})


def test_about_as_many_events_as_asked_for():
    scenario = ArenaScenario(seed=5, events=60_000, days=14, end=END)
    assert sum(map(len, scenario.batches())) == pytest.approx(60_000, rel=0.15)


def test_no_players_no_events():
    scenario = ArenaScenario(seed=1, players=0, days=2, end=END)
    assert list(scenario.batches()) == []
    assert scenario.truth().events == 0


def test_events_come_in_order(history: tuple[list[Event], Truth], sessions: dict[str, list[Event]]):
    events, truth = history
    assert all(earlier.time <= later.time for earlier, later in pairwise(events))
    assert truth.start <= events[0].time
    assert events[-1].time < END
    for session in sessions.values():
        assert [event.seq for event in session] == list(range(len(session)))
        assert session[0].name == "session_start"
        assert all(earlier.mono_ms <= later.mono_ms for earlier, later in pairwise(session))
        start = session[0].time
        assert all(event.time - start == dt.timedelta(milliseconds=event.mono_ms) for event in session)


def test_sessions_of_a_player_do_not_overlap(sessions: dict[str, list[Event]]):
    spans: dict[str, list[tuple[dt.datetime, dt.datetime]]] = defaultdict(list)
    for session in sessions.values():
        spans[session[0].player_id].append((session[0].time, session[-1].time))
    for player in spans.values():
        assert all(earlier[1] < later[0] for earlier, later in pairwise(sorted(player)))


def test_every_event_says_who_where_and_when(history: tuple[list[Event], Truth]):
    events, _ = history
    assert len({event.event_id for event in events}) == len(events)
    assert {event.platform for event in events} == set(PLATFORMS)
    assert {event.version for event in events} == set(VERSIONS)
    assert {event.country for event in events} <= set(COUNTRIES)
    for event in events[:2000]:
        assert event.event_id.version == 4
        assert event.event_id.variant == "specified in RFC 4122"
        assert None not in (event.player_id, event.session_id, event.seq, event.mono_ms, event.time, event.game_id)


def test_every_event_is_within_the_limits(history: tuple[list[Event], Truth]):
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(Event)
    bytes_total = 0
    for event in history[0]:
        encoded = encoder.encode(event)
        bytes_total += len(encoded)
        assert len(encoded) < EVENT_BYTES_MAX
        if event.name != "position" or event.seq % 10 == 0:
            # The decoder enforces the limits of names and properties.
            assert decoder.decode(encoded) == event
    assert 250 < bytes_total / len(history[0]) < 400


def test_crashed_sessions_have_no_end(sessions: dict[str, list[Event]]):
    crashed = [session for session in sessions.values() if any(event.name == "crash" for event in session)]
    assert crashed
    for session in crashed:
        assert session[-1].name == "crash"
        assert not any(event.name == "session_end" for event in session)


def test_performance_adds_up(history: tuple[list[Event], Truth]):
    for event in history[0]:
        if event.name == "performance":
            assert event.value == pytest.approx(event.props["frames"] / event.props["duration_s"], abs=0.01)
            counts = [pair.split(":") for pair in event.props["frame_times"].split(" ")]
            assert sum(int(count) for _, count in counts) == event.props["frames"]
            seconds = sum(int(count) * math.exp((int(place) + 0.5) / 51.046) / 1000 for place, count in counts)
            assert seconds == pytest.approx(event.props["duration_s"], rel=0.06)


def test_gold_never_appears_from_nowhere(history: tuple[list[Event], Truth]):
    balance: dict[str, int] = {}
    for event in history[0]:
        if event.name in ("resource_gain", "resource_spend"):
            change = event.value if event.name == "resource_gain" else -event.value
            assert event.props["balance"] == balance.get(event.player_id, 100) + change
            assert event.props["balance"] >= 0
            balance[event.player_id] = event.props["balance"]


# ── truth.json against naive counting ─────────────────────────────────────────────────────────────────────


def test_truth_is_what_counting_finds(history: tuple[list[Event], Truth], sessions: dict[str, list[Event]]):
    events, truth = history
    assert truth.events == len(events)
    assert truth.sessions == len(sessions)
    assert truth.players == len({event.player_id for event in events})
    assert truth.events_by_name == dict(Counter(event.name for event in events))
    first_day: dict[str, dt.date] = {}
    for event in events:
        first_day.setdefault(event.player_id, event.time.date())
    for day in truth.days:
        of_day = [event for event in events if event.time.date() == day.day]
        starts = [session for session in sessions.values() if session[0].time.date() == day.day]
        assert day.events == len(of_day)
        assert day.dau == len({event.player_id for event in of_day})
        assert day.new_players == sum(1 for first in first_day.values() if first == day.day)
        assert day.sessions == len(starts)
        assert day.crashed_sessions == sum(1 for session in starts if session[-1].name == "crash")
        for name, micros in (("purchase", day.revenue_micros), ("ad_impression", day.ad_revenue_micros)):
            assert micros == sum(round(event.value * 1e6) for event in of_day if event.name == name)
    assert sum(day.events for day in truth.days) == truth.events


def test_truth_of_levels_versions_and_groups(history: tuple[list[Event], Truth], sessions: dict[str, list[Event]]):
    events, truth = history
    levels = Counter((event.level, event.name) for event in events)
    for level in truth.levels:
        assert level.starts == levels[level.level, "level_start"]
        assert level.completes == levels[level.level, "level_complete"]
        assert level.fails == levels[level.level, "level_fail"]
    for row in truth.stability:
        of_row = [s for s in sessions.values() if (s[0].version, s[0].platform) == (row.version, row.platform)]
        assert row.sessions == len(of_row)
        assert row.crashed_sessions == sum(1 for session in of_row if session[-1].name == "crash")
    days: dict[str, set[dt.date]] = defaultdict(set)
    groups: dict[str, set[str]] = defaultdict(set)
    for event in events:
        days[event.player_id].add(event.time.date())
        if event.name == "session_start":
            groups[event.props["experiment_group"]].add(event.player_id)
    for group in truth.groups:
        members = groups[group.group]
        assert group.players == len(members)
        back = sum(1 for player in members if min(days[player]) + dt.timedelta(days=1) in days[player])
        assert group.back_next_day == back


# ── what was planted can be found ─────────────────────────────────────────────────────────────────────────


def test_one_version_crashes_on_one_platform(sessions: dict[str, list[Event]], history: tuple[list[Event], Truth]):
    planted = history[1].planted
    crashed: Counter[bool] = Counter()
    total: Counter[bool] = Counter()
    for session in sessions.values():
        here = (session[0].version, session[0].platform) == (planted.crashing_version, planted.crashing_platform)
        total[here] += 1
        crashed[here] += session[-1].name == "crash"
    assert crashed[True] / total[True] > 4 * crashed[False] / total[False]


def test_one_level_is_too_hard(history: tuple[list[Event], Truth]):
    planted = history[1].planted.hard_level
    rates = {level.level: level.fails / level.starts for level in history[1].levels if level.starts >= 30}
    assert rates.pop(planted) > 1.4 * max(rates.values())


def test_one_version_is_slow_on_one_platform(history: tuple[list[Event], Truth]):
    planted = history[1].planted
    rates: dict[str, list[float]] = defaultdict(list)
    for event in history[0]:
        if event.name == "performance" and event.platform == planted.slow_platform:
            rates[event.version].append(event.value)
    means = {version: math.fsum(values) / len(values) for version, values in rates.items()}
    assert means.pop(planted.slow_version) < 0.85 * min(means.values())


def test_the_experiment_has_an_effect(history: tuple[list[Event], Truth]):
    control, treatment = history[1].groups
    assert (control.group, treatment.group) == ("control", "treatment")
    assert treatment.back_next_day / treatment.players > 1.15 * control.back_next_day / control.players


def test_whales_pay_most_of_it(history: tuple[list[Event], Truth]):
    paid: Counter[str] = Counter()
    for event in history[0]:
        if event.name == "purchase":
            assert event.currency == "USD"
            paid[event.player_id] += round(event.value * 1e6)
    whales = [player for player in history[1].planted.whales if paid[player]]
    assert len(whales) >= 2
    assert sum(paid[player] for player in whales) > 0.6 * paid.total()


def test_cheaters_and_only_they_move_and_gain_too_fast(
    history: tuple[list[Event], Truth], sessions: dict[str, list[Event]]
):
    cheaters = set(history[1].planted.cheaters)
    assert cheaters
    gainers = {e.player_id for e in history[0] if e.name == "resource_gain" and e.value > 1000}
    fast: set[str] = set()
    for session in sessions.values():
        for before, after in pairwise(session):
            if before.name == after.name == "position" and before.match_id == after.match_id:
                seconds = (after.mono_ms - before.mono_ms) / 1000
                if 0.05 <= seconds <= 5 and math.dist((before.x, before.y), (after.x, after.y)) / seconds > 12:
                    fast.add(session[0].player_id)
    assert gainers == fast == cheaters


def test_raw_and_normalised_heatmaps_disagree(history: tuple[list[Event], Truth]):
    deaths: Counter[str] = Counter()
    hours: Counter[str] = Counter()
    for event in history[0]:
        for zone in ZONES if event.name in ("player_death", "position") and event.map == "arena" else ():
            inside = abs(event.x - zone.x) < 5 and abs(event.y - zone.y) < 5 and int(event.z // 10) == zone.floor
            if inside and event.name == "player_death":
                deaths[zone.name] += 1
            elif inside:
                hours[zone.name] += event.props["interval_ms"] / 3_600_000
    per_hour = {name: deaths[name] / hours[name] for name in hours}
    assert min(deaths["market"], deaths["courtyard"]) > 2 * deaths["alley"]
    assert min(deaths["market"], deaths["courtyard"]) > 1.4 * deaths["gate"]
    assert min(per_hour["alley"], per_hour["gate"]) > 2.5 * max(per_hour["market"], per_hour["courtyard"])
    assert {event.map for event in history[0] if event.x is not None} == {"arena", "harbour"}
    of_match = {(event.match_id, event.map) for event in history[0] if event.match_id and event.x is not None}
    assert len(of_match) == len({match for match, _ in of_match})
    assert all(e.y <= 40 for e in history[0] if e.map == "harbour")
    assert all(0 <= e.x < 100 and 0 <= e.y < 100 and 0 <= e.z < 20 for e in history[0] if e.x is not None)


def test_new_versions_are_adopted(history: tuple[list[Event], Truth]):
    events, truth = history
    for version in truth.versions:
        assert all(event.time >= version.released_at for event in events if event.version == version.version)
    last_day = Counter(e.version for e in events if e.time.date() == END.date() and e.name == "session_start")
    assert last_day["1.2.1"] > 0.8 * last_day.total()


def test_the_fix_ends_the_crashes(history: tuple[list[Event], Truth]):
    planted = history[1].planted
    of_fault = [e for e in history[0] if e.name == "crash" and (e.props or {})["title"] == PLANTED_CRASH.title]
    assert {(event.version, event.platform) for event in of_fault} == {
        (planted.crashing_version, planted.crashing_platform)
    }


def test_a_sale_sells(history: tuple[list[Event], Truth]):
    begins, ends = history[1].planted.sale_days
    bought = Counter(event.time.date() for event in history[0] if event.name == "purchase")
    on_sale = [bought[day] for day in bought if begins <= day < ends]
    before = [bought[begins - dt.timedelta(days=days)] for days in range(1, 8)]
    assert len(on_sale) == (ends - begins).days
    assert min(on_sale) > 1.5 * max(before)


def test_evenings_are_busier_than_nights(history: tuple[list[Event], Truth]):
    ahead = {country: hours for country, (_, hours) in COUNTRIES.items()}
    local = Counter((e.time.hour + ahead[e.country]) % 24 for e in history[0] if e.name == "session_start")
    assert sum(local[hour] for hour in (18, 19, 20, 21)) > 4 * sum(local[hour] for hour in (2, 3, 4, 5))


def test_the_days_after_the_history_are_like_its_last_ones():
    """A demo that stays open: whoever looks tomorrow sees a day like yesterday, and so is the rest of today."""
    scenario = ArenaScenario(seed=7, players=300, days=20, end=END)
    sessions: dict[dt.date, int] = Counter()
    players: dict[dt.date, set[int]] = defaultdict(set)
    arrived: dict[int, dt.date] = {}
    for batch in scenario.batches():
        for event in batch:
            if event.name == "session_start" and event.time is not None and event.player_id is not None:
                index, day = int(event.player_id[2:]), event.time.date()
                sessions[day] += 1
                players[day].add(index)
                arrived.setdefault(index, day)
    week_before = [END.date() - dt.timedelta(days=back) for back in range(1, 8)]
    week_after = [END.date() + dt.timedelta(days=ahead) for ahead in range(1, 8)]
    for player, session in scenario.sessions_from(scenario.end_ms):
        day = dt.datetime.fromtimestamp(session.start_ms / 1000, dt.UTC).date()
        if day > week_after[-1]:
            break
        sessions[day] += 1
        players[day].add(player.index)
        arrived.setdefault(player.index, day)
    newcomers = Counter(arrived.values())
    for figure in (sessions, {day: len(who) for day, who in players.items()}, newcomers):
        usual = sum(figure[day] for day in week_before) / 7
        assert figure[END.date()] == pytest.approx(usual, rel=0.5)
        assert sum(figure[day] for day in week_after) / 7 == pytest.approx(usual, rel=0.2)


def test_who_played_when_the_history_ended_plays_on():
    scenario = ArenaScenario(seed=7, players=600, days=3, end=END)
    told = Counter(event.session_id for batch in scenario.batches() for event in batch)
    open_sessions = scenario.open_sessions()
    assert len(open_sessions) > 3
    for session in open_sessions:
        assert told[session.events[0].session_id] == session.told
        assert [event.seq for event in session.events] == list(range(len(session.events)))
        assert all((event.time or END) >= END for event in session.events[session.told :])
