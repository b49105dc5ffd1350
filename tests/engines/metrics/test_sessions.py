"""How many sessions there are, how long they are, and how they ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, agreeing, asking, sessions

from playtrace.metrics.sessions import SessionFigures

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
FIRST_DAYS = {"from": "2026-03-01", "to": "2026-03-09"}


def at(text: str) -> dt.datetime:
    """`08 10:45` is 10:45 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)


def plays(player: str, time: dt.datetime, name: str = "level_start", **fields: Any) -> dict[str, Any]:
    return {"name": name, "player_id": player, "time": time, **fields}


def test_the_mean_and_the_median_say_different_things(engine: Engine) -> None:
    """0, 5, 10 and 65 minutes of three players."""
    game = engine.new_game()
    for session, (player, minutes) in enumerate((("a", 0), ("a", 5), ("b", 10), ("c", 65))):
        engine.load(game, [plays(player, at("02 10:00"), session_id=f"{session}", mono_ms=60_000 * minutes)])
    answer = engine.ask_both("sessions", game, TENTH, **FIRST_DAYS)
    second = answer.buckets[1]
    assert (second.sessions, second.players) == (4, 3)
    assert second.sessions_per_player == pytest.approx(4 / 3)
    assert (second.mean_seconds, second.median_seconds) == (20 * 60, 7.5 * 60)
    assert (second.p90_seconds, second.p95_seconds) == (pytest.approx(48.5 * 60), pytest.approx(56.75 * 60))
    assert answer.total.model_dump() == second.model_dump(exclude={"time", "complete", "settled"})
    assert (answer.buckets[0].sessions, answer.buckets[0].mean_seconds, answer.buckets[0].p95_seconds) == (
        0,
        None,
        None,
    )


def test_a_session_ends_in_one_of_four_ways_or_is_on(engine: Engine) -> None:
    game = engine.new_game()
    ends: dict[str, list[tuple[str, dict[str, Any] | None]]] = {
        "quit": [("session_end", {"reason": "quit"})],
        "quit without a word": [("session_end", None)],
        "background": [("session_end", {"reason": "background"})],
        "crash": [("crash", {"class": "crash"})],
        "crash in the end": [("session_end", None), ("crash", None)],
        "hang": [("crash", {"class": "hang"})],
        "lost": [],
    }
    for session, last in ends.items():
        events = [plays("p", at("02 10:05"), name, props=props) for name, props in last]
        engine.load(game, [event | {"session_id": session} for event in [plays("p", at("02 10:00")), *events]])
    engine.load(game, [plays("p", at("02 10:10"), session_id="on")])

    def ended(now: dt.datetime) -> list[int]:
        (bucket,) = engine.ask_both("sessions", game, now, **{"from": "2026-03-02", "to": "2026-03-02"}).buckets
        assert bucket.quit + bucket.background + bucket.crashed + bucket.lost + bucket.running == bucket.sessions
        return [bucket.quit, bucket.background, bucket.crashed, bucket.lost, bucket.running]

    assert ended(at("02 10:20")) == [2, 1, 2, 0, 3]
    assert ended(at("02 10:40")) == [2, 1, 2, 2, 1]
    assert ended(at("02 10:41")) == [2, 1, 2, 3, 0]


def test_a_session_over_midnight_is_one_of_the_day_before(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at("02 23:50"), session_id="s"), plays("p", at("03 00:20"), session_id="s")])
    answer = engine.ask_both("sessions", game, TENTH, **FIRST_DAYS)
    assert [(bucket.sessions, bucket.players) for bucket in answer.buckets[1:3]] == [(1, 1), (0, 1)]
    assert answer.total.sessions_per_player == 0.5


def test_a_crash_reported_days_later_is_none_of_the_range_though_its_id_plays_on(engine: Engine) -> None:
    """It belongs to the session before the range; what the id does afterwards is a session of its own."""
    game = engine.new_game()
    engine.load(game, [plays("p", at("01 10:00"), session_id="s")])
    engine.load(game, [plays("p", at("03 10:00"), "crash", session_id="s")])
    engine.load(game, [plays("p", at("03 18:00"), session_id="s")])
    answer = engine.ask_both("sessions", game, TENTH, **{"from": "2026-03-02", "to": "2026-03-04"})
    assert [bucket.sessions for bucket in answer.buckets] == [0, 1, 0]


def test_what_is_not_over_is_in_no_total(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [plays("p", at(f"{day} 10:00"), session_id=day) for day in ("08", "09", "10")])
    answer = engine.ask_both("sessions", game, at("10 12:00"), **FIRST_DAYS | {"to": "2026-03-10"})
    assert [bucket.sessions for bucket in answer.buckets[-3:]] == [1, 1, 1]
    assert (answer.total.sessions, answer.total.players, answer.total.lost) == (2, 2, 2)
    hours = engine.ask_both("sessions", game, at("10 12:00"), hours=1)
    assert (hours.total.sessions, hours.total.mean_seconds) == (0, None)


def test_the_ten_values_with_most_sessions_have_a_series(engine: Engine) -> None:
    game = engine.new_game()
    events = [
        plays("p", at("02 10:00"), version=f"1.{key:02}" if key else None, session_id=f"{key}-{n}", mono_ms=1000 * key)
        for key in range(12)
        for n in range(key + 1)
    ]
    engine.load(game, events)
    answer = engine.ask_both("sessions", game, TENTH, splitBy="version", **FIRST_DAYS)
    assert [one.key for one in answer.series] == [f"1.{key:02}" for key in range(11, 1, -1)] + ["(other)"]
    assert [one.total.sessions for one in answer.series] == [*range(12, 2, -1), 3]
    assert [one.buckets[1].median_seconds for one in answer.series] == [*range(11, 1, -1), 1]
    assert (answer.total.sessions, answer.total.players, answer.buckets[1].players) == (78, 1, 1)
    rows = answer.table()
    assert (rows[0]["key"], rows[0]["sessions"], len(rows)) == ("1.11", 12, 11)
    days = engine.ask("sessions", game, TENTH, timeZone="Asia/Tokyo", **FIRST_DAYS).table()
    assert [days[1]["time"], days[1]["sessions"], [*days[1]][-1]] == ["2026-03-02", 78, "settled"]


@agreeing
@asking(sessions)
def test_against_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    game = Asked(engine, events, asked, **how)
    interval = data.draw(st.sampled_from(("hour", "day", "week")))
    answer = game.both("sessions", interval=interval, splitBy=data.draw(st.sampled_from((None, "platform"))))
    question = game.question
    spans = [
        (max(start, question.start), min(end, question.end)) for start, end in oracle.bucket_starts(question, interval)
    ]
    complete = [bucket for bucket in answer.buckets if bucket.complete]
    assert [bucket.time for bucket in answer.buckets] == [
        start for start, _ in oracle.bucket_starts(question, interval)
    ]
    # Of many buckets, those in which something is, and the first.
    full = [n for n, (start, end) in enumerate(spans) if n == 0 or any(start <= e["time"] < end for e in events)]
    for number in full:
        same(said(answer.buckets[number]), figures(question, game.events, *spans[number]))
    assert sum(bucket.sessions for bucket in answer.buckets) == sum(answer.buckets[n].sessions for n in full)
    if complete:
        total = figures(question, game.events, spans[0][0], spans[len(complete) - 1][1])
        players = sum(bucket.players for bucket in complete)
        total |= {"players": players, "sessions_per_player": oracle.share(total["sessions"], players)}
        same(said(answer.total), total)
    # Platforms on which somebody was, and no session began, are the others.
    asked_for = {*(asked.get("platform") or ("windows", "linux", "unknown"))}
    rest = asked_for - {one.key for one in answer.series or []}
    for one in answer.series or []:
        of_key = oracle.Question(asked | {"platform": sorted(rest) if one.key == "(other)" else [one.key]}, NOW)
        for number in full:
            same(said(one.buckets[number]), figures(of_key, game.events, *spans[number]))


def said(answer: SessionFigures) -> dict[str, Any]:
    return answer.model_dump(by_alias=False, exclude={"time", "complete", "settled"})


def figures(question: oracle.Question, events: Events, start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
    begun = [one for one in oracle.sessions(question, events) if start <= one["time"] < end]
    active = [e for e in question.qualifying(events) if start <= e["time"] < end and question.wants(e)]
    players = len({event["player_id"] for event in active})
    lengths = [one["seconds"] for one in begun]
    reasons = [reason(question, one) for one in begun]
    return {
        "sessions": len(begun),
        "players": players,
        "sessions_per_player": oracle.share(len(begun), players),
        "mean_seconds": oracle.share(sum(lengths), len(lengths)),
        **{
            name: float(np.percentile(lengths, percent)) if lengths else None
            for name, percent in (("median_seconds", 50), ("p90_seconds", 90), ("p95_seconds", 95))
        },
        **{name: reasons.count(name) for name in ("quit", "background", "crashed", "lost", "running")},
    }


def reason(question: oracle.Question, session: dict[str, Any]) -> str:
    if session["crashes"]:
        return "crashed"
    said = [oracle.said(event, "reason") for event in session["events"] if event["name"] == "session_end"]
    if said:
        return "background" if set(said) == {"background"} else "quit"
    return "running" if question.now - session["last"] <= dt.timedelta(minutes=30) else "lost"


@pytest.mark.parametrize("wrong", [{"interval": "minute"}, {"splitBy": "level"}, {"interval": "month"}])
def test_wrong_parameters(engine: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"should be 'hour', 'day' or 'week'|'platform', 'version' or 'country'"):
        engine.ask("sessions", "arena", TENTH, **wrong)
