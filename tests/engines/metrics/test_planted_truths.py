"""What the simulator plants is found by the metric that should find it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Engine

from playtrace.event import Batch
from playtrace.simulate.arena import ArenaScenario
from playtrace.simulate.truth import Truth

END = dt.datetime(2026, 3, 29, tzinfo=dt.UTC)
EVENTS = 100_000


class Arena:
    """A simulated month, loaded, and what its generator knows of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.game = engine.new_game()
        self.groups: defaultdict[str, set[str]] = defaultdict(set)
        scenario = ArenaScenario(seed=6, events=EVENTS, end=END, game_id=self.game)
        for events in scenario.batches():
            for event in events:
                if event.name == "session_start" and event.props and event.player_id:
                    self.groups[str(event.props["experiment_group"])].add(event.player_id)
            engine.loader.load_batches([Batch(received_at=END, source="test", events=events)])
        self.truth: Truth = scenario.truth()

    def ask(self, name: str, **asked: Any) -> Any:
        days = {"from": self.truth.start.date(), "to": (END - dt.timedelta(days=1)).date()}
        return self.engine.ask(name, self.game, END, **days, **asked)


@pytest.fixture(scope="module")
def arena(engine: Engine) -> Iterator[Arena]:
    return Arena(engine)


def test_the_hard_level_is_the_spike(arena: Arena) -> None:
    nodes = arena.ask("progression").nodes
    assert [node.level for node in nodes if node.is_spike] == [arena.truth.planted.hard_level]
    counted = {node.level: node for node in nodes}
    for level in arena.truth.levels:
        assert counted[level.level].completes == level.completes
        assert counted[level.level].fails == level.fails


def test_the_crashing_version_is_the_least_stable_on_its_platform(arena: Arena) -> None:
    planted = arena.truth.planted
    parts = arena.ask("crash_free", splitBy="version", platform=[planted.crashing_platform]).parts
    worst = min((part for part in parts if part.sessions >= 20), key=lambda part: part.crash_free_sessions)
    assert worst.part == planted.crashing_version
    # Beyond doubt, not by chance.
    assert worst.crash_free_sessions_high < 1 - 2 * planted.crash_chance_elsewhere
    expected = {
        (one.version, one.crashed_sessions, one.sessions)
        for one in arena.truth.stability
        if one.platform == planted.crashing_platform
    }
    assert {(part.part, part.crashed_sessions, part.sessions) for part in parts} == expected


def test_whales_are_few_and_bring_most(arena: Arena) -> None:
    whales = arena.truth.planted.whales
    arena.engine.make_segment(arena.game, "whales", whales)
    everybody, planted = arena.ask("spenders"), arena.ask("spenders", segment="whales")
    assert everybody.net_micros == sum(day.revenue_micros for day in arena.truth.days)
    assert planted.payers <= len(whales) < everybody.payers / 2
    assert planted.net_micros > everybody.net_micros / 2
    # Who spends most of all is one of them.
    (top,) = (group for group in everybody.groups if group.group == "whales")
    assert max(group.most_micros or 0 for group in planted.groups) == top.most_micros


def test_cheaters_gain_what_nobody_can(arena: Arena) -> None:
    cheaters = set(arena.truth.planted.cheaters)
    gains = arena.ask("gain_rates", limit=len(cheaters) + 1).gains
    assert {gain.player_id for gain in gains[:-1]} == cheaters
    assert gains[-2].gained_micros > 100 * gains[-1].gained_micros
    capped = arena.ask("gain_rates", cap=10_000, limit=1_000)
    assert {gain.player_id for gain in capped.gains if gain.impossible == "cap"} == cheaters


def test_who_comes_back_is_who_was_made_to(arena: Arena) -> None:
    for group in arena.truth.groups:
        arena.engine.make_segment(arena.game, group.group, sorted(arena.groups[group.group]))
        retention = arena.ask("retention", offsets=[1], segment=group.group)
        assert sum(cohort.size for cohort in retention.cohorts) == group.players
        assert sum(cohort.cells[0].retained for cohort in retention.cohorts) == group.back_next_day


def test_days_are_as_they_were_made(arena: Arena) -> None:
    days = arena.ask("active_players").days
    truth = arena.truth.days
    assert [(day.day, day.dau, day.new) for day in days] == [(day.day, day.dau, day.new_players) for day in truth]
    revenue = arena.ask("revenue", interval="day")
    assert sum(point.net_micros for point in revenue.points) == sum(day.revenue_micros for day in truth)
