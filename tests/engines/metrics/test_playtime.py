"""How long players play, and how many at the same time: sessions cut at the borders of buckets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import Asked, Events, agreeing, asking, sessions

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
SECOND = {"from": "2026-03-02", "to": "2026-03-02"}
DAYS_2_AND_3 = {"from": "2026-03-02", "to": "2026-03-03"}
SECONDS_OF_DAY = 86_400


def at(text: str) -> dt.datetime:
    """`08 10:45` is 10:45 on 8 March 2026, UTC."""
    return dt.datetime.strptime("2026-03-" + text, "%Y-%m-%d %H:%M").replace(tzinfo=dt.UTC)


def play(player: str, begin: str, end: str, **fields: Any) -> list[dict[str, Any]]:
    """A session with an event in the beginning and one in the end."""
    common = {"player_id": player, "session_id": f"{player} {begin}"} | fields
    clock = {"mono_ms": round((at(end) - at(begin)).total_seconds() * 1000)}
    return [
        {"name": "session_start", "time": at(begin), "mono_ms": 0, **common},
        {"name": "session_end", "time": at(end), **clock, **common},
    ]


# --- playtime ---


def test_a_session_over_midnight_is_cut(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, play("p", "02 23:50", "03 00:20"))
    days = engine.ask_both("playtime", game, TENTH, **DAYS_2_AND_3).buckets
    assert [(day.playtime_seconds, day.players, day.seconds_per_player) for day in days] == [
        (600, 1, 600),
        (1200, 1, 1200),
    ]
    # However little is asked about: what began before has its part in it.
    (third,) = engine.ask_both("playtime", game, TENTH, **{"from": "2026-03-03", "to": "2026-03-03"}).buckets
    assert third.playtime_seconds == 1200
    five_minutes = {"from": at("03 00:00"), "to": at("03 00:05")}
    assert engine.ask("playtime", game, TENTH, **five_minutes).total.playtime_seconds == 300
    hours = engine.ask_both("playtime", game, TENTH, interval="hour", **DAYS_2_AND_3)
    assert [hour.playtime_seconds for hour in hours.buckets[22:26]] == [0, 600, 1200, 0]


def test_eighty_minutes_of_four_players(engine: Engine) -> None:
    game = engine.new_game()
    for player, minutes in (("a", "50"), ("b", "20"), ("c", "10"), ("d", "00")):
        engine.load(game, play(player, "02 10:00", f"02 10:{minutes}"))
    engine.load(game, play("a", "03 10:00", "03 10:00"))
    answer = engine.ask_both("playtime", game, TENTH, **SECOND)
    assert (answer.buckets[0].playtime_seconds, answer.buckets[0].seconds_per_player) == (4800, 1200)
    for interval in ("day", "hour", "week"):
        total = engine.ask_both(
            "playtime", game, TENTH, interval=interval, **{"from": "2026-03-02", "to": "2026-03-08"}
        ).total
        assert (total.playtime_seconds, total.player_days, total.players) == (4800, 5, 4)
        assert (total.seconds_per_dau, total.seconds_per_player) == (960, 1200)


def test_a_session_is_over_with_its_last_event(engine: Engine) -> None:
    """By its own clock it reaches back to what was lost; what its clock says beyond the last event is not there."""
    game = engine.new_game()
    lost_beginning = [event for event in play("p", "02 09:50", "02 10:20") if event["name"] == "session_end"]
    asleep = play("q", "02 12:00", "02 12:20")
    asleep[1]["mono_ms"] = 300_000
    engine.load(game, lost_beginning + asleep)
    hours = engine.ask_both("playtime", game, TENTH, interval="hour", **SECOND).buckets
    assert [hours[hour].playtime_seconds for hour in (9, 10, 11, 12)] == [600, 1200, 0, 300]
    assert engine.ask_both("sessions", game, TENTH, **SECOND).total.mean_seconds == (1800 + 300) / 2


def test_nobody_plays_for_more_than_a_day(engine: Engine) -> None:
    game = engine.new_game()
    years = {"session_id": "s", "mono_ms": 10**11}
    engine.load(game, [{"name": "session_end", "player_id": "p", "time": at("05 00:00"), **years}])
    answer = engine.ask_both("playtime", game, TENTH, **{"from": "2026-03-01", "to": "2026-03-08"})
    assert [day.playtime_seconds for day in answer.buckets] == [0, 0, 0, SECONDS_OF_DAY, 0, 0, 0, 0]


# --- concurrent players ---


def test_what_ends_when_another_begins_is_not_there_with_it(engine: Engine) -> None:
    game = engine.new_game()
    for player, begin, end in (("a", "10:00", "10:30"), ("b", "10:10", "10:20"), ("c", "10:20", "10:40")):
        engine.load(game, play(player, f"02 {begin}", f"02 {end}"))
    ten = {"from": at("02 10:00"), "to": at("02 11:00")}
    (hour,) = engine.ask_both("concurrent_players", game, TENTH, interval="hour", **ten).buckets
    assert (hour.peak, hour.peak_at, hour.mean) == (2, at("02 10:10"), 1.0)
    day = engine.ask_both("concurrent_players", game, TENTH, **SECOND)
    assert (day.buckets[0].peak, day.buckets[0].mean, day.total.mean) == (2, 1 / 24, 1 / 24)


def test_who_is_there_from_the_hour_before(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(
        game,
        [*play("a", "02 10:30", "02 12:00"), *play("b", "02 10:50", "02 11:00"), *play("c", "02 10:55", "02 12:15")],
    )
    hours = engine.ask_both("concurrent_players", game, TENTH, interval="hour", **SECOND).buckets[9:14]
    assert [hour.peak for hour in hours] == [0, 3, 2, 1, 0]
    at_hours = [None, at("02 10:55"), at("02 11:00"), at("02 12:00"), None]
    assert [hour.peak_at for hour in hours] == at_hours
    rows = engine.ask("concurrent_players", game, TENTH, timeZone="Asia/Tokyo", interval="hour", **SECOND).table()
    assert rows[19]["peakAt"] == "2026-03-02T19:55:00+09:00"


def test_a_day_of_23_hours_has_a_mean_of_its_own(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, play("p", "08 10:00", "08 22:00"))
    eighth = {"from": "2026-03-08", "to": "2026-03-08", "timeZone": "America/New_York"}
    assert engine.ask_both("concurrent_players", game, TENTH, **eighth).buckets[0].mean == pytest.approx(12 / 23)


def test_days_before_the_game_began_make_the_mean_no_smaller(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, play("p", "08 00:00", "08 12:00"))
    answer = engine.ask_both("concurrent_players", game, TENTH, **{"from": "2026-03-01", "to": "2026-03-09"})
    assert (answer.total.peak, answer.total.peak_at, answer.total.mean) == (1, at("08 00:00"), 0.25)
    before = engine.ask_both("concurrent_players", game, at("05 00:00"), **{"from": "2026-03-01", "to": "2026-03-04"})
    assert (before.total.peak, before.total.peak_at, before.total.mean) == (0, None, None)


def test_players_now_are_those_of_the_last_minutes(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, play("p", "02 10:00", "02 10:10"))
    assert engine.ask_both("concurrent_players", game, at("02 10:14"), **SECOND).players_now == 1
    answer = engine.ask_both("concurrent_players", game, at("02 10:16"), **SECOND)
    assert (answer.players_now, answer.buckets[0].peak) == (0, 1)


# --- both ---


@agreeing
@asking(sessions)
def test_against_the_oracle(
    engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any
) -> None:
    interval = data.draw(st.sampled_from(("hour", "day", "week")))
    game = Asked(engine, events, asked, **how)
    question = game.question
    there = [presence(one) for one in oracle.sessions(question, game.events)]
    buckets = oracle.bucket_starts(question, interval)
    cut = [(max(start, question.start), min(end, question.end)) for start, end in buckets]
    active = [event for event in question.qualifying(game.events) if question.wants(event)]
    playtime = game.both("playtime", interval=interval)
    concurrent = game.both("concurrent_players", interval=interval)
    assert [bucket.time for bucket in playtime.buckets] == [start for start, _ in buckets]
    for (start, end), played, found in zip(cut, playtime.buckets, concurrent.buckets, strict=True):
        seconds = sum(max(0, (min(until, end) - max(since, start)).total_seconds()) for since, until in there)
        same(played.playtime_seconds, seconds)
        assert played.players == len({event["player_id"] for event in active if start <= event["time"] < end})
        moments = sorted({start, *(since for since, _ in there if start <= since < end)})
        counts = {moment: sum(since <= moment < until for since, until in there) for moment in moments}
        peak = max(counts.values())
        assert (found.peak, found.peak_at) == (peak, next(m for m in moments if counts[m] == peak) if peak else None)
        if found.complete:
            same(found.mean, seconds / (end - start).total_seconds())
    complete = [span for span, bucket in zip(cut, playtime.buckets, strict=True) if bucket.complete]
    over = [event for event in active if any(start <= event["time"] < end for start, end in complete)]
    total = playtime.total
    same(total.playtime_seconds, sum(bucket.playtime_seconds for bucket in playtime.buckets if bucket.complete))
    assert total.players == len({event["player_id"] for event in over})
    assert total.player_days == len({(event["player_id"], question.day(event["time"])) for event in over})


def presence(session: dict[str, Any]) -> tuple[dt.datetime, dt.datetime]:
    length = dt.timedelta(seconds=min(SECONDS_OF_DAY, session["seconds"]))
    since = min(session["time"], session["last"] - length)
    return since, since + length


@pytest.mark.parametrize("name", ["playtime", "concurrent_players"])
def test_wrong_parameters(engine: Engine, name: str) -> None:
    with pytest.raises(ValueError, match="'hour', 'day' or 'week'"):
        engine.ask(name, "arena", TENTH, interval="minute")
