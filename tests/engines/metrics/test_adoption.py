"""Adoption of versions: the example of the definition, and the shares of small games."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import NOW, Asked, Events, agreeing, asking, sessions

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ONE_DAY = {"from": "2026-03-02", "to": "2026-03-02"}


def start(player: str, version: str, hours: int = 0) -> dict[str, Any]:
    return {
        "name": "session_start",
        "player_id": player,
        "session_id": f"{player}-{version}-as-long-as-needed",
        "version": version,
        "time": NOON + dt.timedelta(hours=hours),
    }


def test_ten_players_of_whom_three_update(engine: Engine) -> None:
    game = engine.new_game()
    # The last of them goes back to the version before.
    events = [start(f"p{number}", "1.2", number) for number in range(7)]
    events += [start(f"p{number}", "1.1", number - 1) for number in (0, 1)] + [start("p6", "1.1", 7)]
    events += [start(f"p{number}", "1.1") for number in (7, 8, 9)]
    engine.load(game, events)
    answer = engine.ask_both("adoption", game, TENTH, **ONE_DAY)
    assert answer.versions == ["1.2", "1.1"]
    (day,) = answer.days
    assert [(share.players, share.share) for share in day.shares] == [(6, 0.6), (4, 0.4)]
    assert [(share.sessions, share.session_share) for share in day.shares] == [(7, 7 / 13), (6, 6 / 13)]
    assert (day.dau, day.sessions) == (10, 13)


def test_all_but_the_largest_versions_are_one(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [start(f"{number}-{copy}", f"1.{number}") for number in range(4) for copy in range(number + 1)])
    answer = engine.ask_both("adoption", game, TENTH, versionCount=2, **ONE_DAY)
    assert answer.versions == ["1.3", "1.2", "(other)"]
    assert [share.players for share in answer.days[0].shares] == [4, 3, 3]
    assert answer.table() == [
        {"day": "2026-03-02", "dau": 10, "1.3": 0.4, "1.2": 0.3, "(other)": 0.3, "complete": True}
    ]


def test_a_day_without_players_has_no_shares(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [start("ann", "1.0")])
    answer = engine.ask_both("adoption", game, TENTH, **ONE_DAY | {"to": "2026-03-03"})
    assert [share.share for day in answer.days for share in day.shares] == [1, None]


def test_wrong_parameters_are_named(engine: Engine) -> None:
    with pytest.raises(ValidationError, match="versionCount"):
        engine.ask("adoption", "any", NOW, versionCount=0)


@agreeing
@asking(sessions)
def test_each_player_counts_for_the_version_of_their_last_session(
    engine: Engine, events: Events, asked: dict[str, Any], loads: int, compacted: bool, data: st.DataObject
) -> None:
    game = Asked(engine, events, asked, loads, compacted)
    answer = game.both("adoption")
    question = game.question
    ran: defaultdict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for event in question.qualifying(game.events):
        if question.wants(event):
            ran[question.day(event["time"]), event["player_id"]].add(event.get("version") or "")
    started: defaultdict[tuple[dt.date, str | None], list[tuple[dt.datetime, str]]] = defaultdict(list)
    counts: Counter[tuple[dt.date, str]] = Counter()
    for session in oracle.sessions(question, game.events):
        day, version = question.day(session["time"]), session["version"] or ""
        started[day, session["player_id"]].append((session["time"], version))
        counts[day, version] += 1
    expected: Counter[tuple[dt.date, str]] = Counter()
    for (day, player), versions in ran.items():
        last = max(started[day, player])[1] if started[day, player] and len(versions) > 1 else max(versions)
        expected[day, last] += 1
    for day in answer.days:
        found = dict(zip(answer.versions, day.shares, strict=True))
        assert {version: share.players for version, share in found.items() if share.players} == {
            version: players for (own, version), players in expected.items() if own == day.day
        }
        assert {version: share.sessions for version, share in found.items() if share.sessions} == {
            version: count for (own, version), count in counts.items() if own == day.day
        }
        assert day.dau == 0 or sum(share.share for share in day.shares) == pytest.approx(1)
