"""How the game ran: the worked examples, and every figure against one that knows all buckets by heart."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import Counter, defaultdict
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import LONG_ID, NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.calendar import Span
from playtrace.metrics.frame.cut_days import cut_days
from playtrace.metrics.frame.errors import WrongParameter

TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-09"}
APRIL = dt.datetime(2026, 4, 10, tzinfo=dt.UTC)
NEARLY = 0.01
"""How far off what a histogram says may be."""


def frame_times(times: dict[float, int]) -> str:
    """The text that a client sends for so many frames of so many milliseconds."""
    return " ".join(f"{math.floor(51.046 * math.log(ms))}:{count}" for ms, count in times.items())


def sample(session: str = "s", minutes: float = 0, **props: Any) -> dict[str, Any]:
    return {
        "name": "performance",
        "player_id": "ann",
        "session_id": session,
        "time": NOON + dt.timedelta(minutes=minutes),
        "props": props,
    }


def loaded(seconds: float, scene: str = "arena", **props: Any) -> dict[str, Any]:
    return {
        "name": "scene_loaded",
        "player_id": "ann",
        "time": NOON,
        "props": {"scene": scene, "duration_s": seconds} | props,
    }


@pytest.fixture(scope="module")
def walked(engine: Engine) -> str:
    """Six days around the end of March, when clocks are changed, with a sample every three quarters of an hour: of
    sessions of all lengths, one without an id, at the very borders and a microsecond before them. All days are made."""
    game = engine.new_game()
    start, events = dt.datetime(2026, 3, 25, 18, tzinfo=dt.UTC), []
    for number in range(200):
        time = start + dt.timedelta(minutes=45 * number)
        events.append(
            sample(f"s{number // (1 + number % 9)}" if number % 7 else "")
            | {"time": time - dt.timedelta(microseconds=number % 2), "player_id": ("ann", "bob")[number % 5 == 0]}
            | {
                "map": ("arena", "forest")[number % 3 == 0],
                "platform": "windows",
                "version": ("1", "2")[number % 4 == 0],
            }
            | {
                "props": {
                    "frames": 60,
                    "duration_s": 1,
                    "frame_times": f"{100 + number}:60 300:{1 + number % 3}",
                    "memory_mb": 500 + 7 * number,
                    "device": ("Deck", "PC")[number % 11 == 0],
                    "excluded": number % 13 == 0,
                }
            }
        )
        if number % 6 == 0:
            events.append(loaded(0.5 + number / 10, cold=number % 4 == 0) | {"time": time})
    engine.load(game, [{name: value for name, value in event.items() if value != ""} for event in events], APRIL)
    engine.compact([dt.date(2026, 3, day) for day in range(25, 32)] + [dt.date(2026, 4, 1)])
    return game


# --- the examples of the definition ---


def test_a_thousand_frames(engine: Engine) -> None:
    game = engine.new_game()
    times = {10.0: 990, 20.0: 9, 200.0: 1}
    engine.load(game, [sample(frames=1000, duration_s=10.28, frame_times=frame_times(times))])
    total = engine.ask_both("performance", game, TENTH, **MARCH).total
    assert total.avg_fps == pytest.approx(97.28, abs=0.005)
    assert total.frame_p50_ms == pytest.approx(10, rel=NEARLY)
    assert total.frame_p95_ms == pytest.approx(10, rel=NEARLY)
    assert total.frame_p99_ms == pytest.approx(10.1, rel=NEARLY)
    assert total.low1_fps == pytest.approx(26.3, rel=NEARLY)
    assert total.low01_fps == pytest.approx(5.0, rel=NEARLY)
    assert total.low1_time_fps == pytest.approx(5.0, rel=NEARLY)


def test_one_late_frame_in_sixty(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [sample(frames=60, duration_s=1.0833, frame_times=frame_times({16.667: 59, 100.0: 1}))])
    total = engine.ask_both("performance", game, TENTH, **MARCH).total
    # Of the late time, a difference, the error is larger than that of what it is made of.
    assert total.hitch_ms_per_s == pytest.approx(76.9, rel=0.02)
    assert total.hitches_per_minute == pytest.approx(55.4, rel=NEARLY)


def test_four_loads(engine: Engine) -> None:
    game = engine.new_game()
    cold = [loaded(seconds, cold=True) for seconds in (2.0, 2.5, 3.0, 9.0)]
    engine.load(game, [*cold, loaded(0.5), loaded(7, "menu")])
    answer = engine.ask_both("performance", game, TENTH, **MARCH)
    assert answer.total.load_cold_p50_ms == pytest.approx(2750, rel=NEARLY)
    assert answer.total.load_cold_p95_ms == pytest.approx(8100, rel=NEARLY)
    assert [(scene.scene, scene.cold_loads, scene.warm_loads) for scene in answer.scenes] == [
        ("arena", 4, 1),
        ("menu", 0, 1),
    ]
    assert answer.scenes[0].warm_p50_ms == pytest.approx(500, rel=NEARLY)


def test_a_long_session_weighs_as_much_as_a_short_one(engine: Engine) -> None:
    game = engine.new_game()
    short = [sample(f"s{number}", frame_times="117:100", memory_mb=1000 + 500 * number) for number in range(3)]
    long = [sample("long", minute, frame_times="200:10000", memory_mb=4000 + minute) for minute in range(5)]
    engine.load(game, short + long)
    total = engine.ask_both("performance", game, TENTH, **MARCH).total
    assert total.frame_p50_ms == pytest.approx(math.exp(200.5 / 51.046), rel=1e-3)
    assert total.session_p99_ms == pytest.approx(math.exp(117.5 / 51.046), rel=1e-3)
    assert total.sessions == 4
    assert total.memory_p50_mb == pytest.approx(1750, rel=NEARLY)
    assert total.memory_p95_mb == pytest.approx(4004 - 0.15 * 2004, rel=NEARLY)


# --- what counts, and what does not ---


def test_excluded_time_is_in_no_figure(engine: Engine) -> None:
    game = engine.new_game()
    away = sample(frames=10, duration_s=10, excluded=True, frame_times="400:10", memory_mb=9000)
    engine.load(game, [sample(frames=600, duration_s=10, frame_times="143:600", memory_mb=500), away])
    total = engine.ask_both("performance", game, TENTH, **MARCH).total
    assert (total.avg_fps, total.seconds, total.excluded_seconds) == (60, 10, 10)
    assert total.hitches_per_minute == 0
    assert total.memory_p95_mb == pytest.approx(500, rel=NEARLY)


def test_without_histograms_there_is_a_hint_and_no_percentile(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [sample(fps=30, duration_s=10, frame_p99_ms=50), sample(frames=300, duration_s=20, hitches=2)])
    answer = engine.ask_both("performance", game, TENTH, **MARCH)
    assert answer.total.avg_fps == 20
    assert answer.total.frame_p99_ms is None
    assert answer.total.low1_fps is None
    assert answer.total.hitches_per_minute == pytest.approx(6)
    assert "frame_times" in answer.hints[0]
    assert engine.ask_both("performance", game, TENTH, hitchMs=100, **MARCH).total.hitches_per_minute is None


def test_a_histogram_alone_says_the_frame_rate(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [sample(frame_times="143:600")])
    answer = engine.ask_both("performance", game, TENTH, **MARCH)
    assert answer.total.avg_fps == pytest.approx(60, rel=NEARLY)
    assert answer.hints == []


NO_HISTOGRAMS: tuple[Any, ...] = (
    *(
        "",
        "143",
        ":",
        "143:",
        ":5",
        "143:-5",
        "-1:5",
        "601:5",
        "143:0",
        "143:2000000000",
        "143:99999999999999999999999",
    ),
    *("a:b", "nan:inf", "143:1:2", "[143:5]", [[143, 5]], {"143": 5}, 12.5, True, "0" * 20_000, "\x00 \u2028"),
)


def test_what_is_no_histogram_is_passed_over(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [sample(frames=10, duration_s=1, frame_times=sent) for sent in NO_HISTOGRAMS])
    engine.load(game, [sample(frame_times="x 143:600 143:-1 ")])
    total = engine.ask_both("performance", game, TENTH, **MARCH).total
    assert total.low01_fps == pytest.approx(1000 / middle(143))
    assert total.frame_p50_ms == pytest.approx(middle(143))
    assert total.avg_fps == 10


def test_a_histogram_of_a_thousand_buckets_is_cut(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [sample(frame_times=" ".join(f"{place % 600}:1" for place in range(4000)))])
    assert engine.ask_both("performance", game, TENTH, **MARCH).total.frame_p50_ms is not None


def test_all_but_the_largest_parts_are_pooled(engine: Engine) -> None:
    game = engine.new_game()
    events = [sample(frames=60, duration_s=1, device=f"phone {number}") for number in range(4) for _ in range(number)]
    engine.load(game, events)
    answer = engine.ask_both("performance", game, TENTH, splitBy="device", parts=2, **MARCH)
    assert [(part.part, part.samples) for part in answer.parts] == [("phone 3", 3), ("phone 2", 2), ("(other)", 1)]
    one = engine.ask_both("performance", game, TENTH, device="phone 3", **MARCH)
    assert one.total.samples == 3


def test_a_day_that_was_made_is_asked_again_when_more_comes(engine: Engine) -> None:
    game = engine.new_game()
    first, later = (sample(frames=60 * times, duration_s=1, frame_times=f"143:{times}") for times in (1, 2))
    engine.load(game, [first])
    engine.compact([NOON.date()])
    made = engine.store.query("SELECT count(*) AS rows FROM performance_days").to_pylist()
    assert made[0]["rows"] > 0
    assert engine.ask_both("performance", game, TENTH, **MARCH).total.frames == 60
    engine.load(game, [later])
    assert engine.ask_both("performance", game, TENTH, **MARCH).total.frames == 180
    engine.compact([NOON.date()])
    # Half of a day is not what was made of the whole.
    half = MARCH | {"to": "2026-03-02T12:00:00Z"}
    assert engine.ask_both("performance", game, TENTH, **half).total.samples == 0
    assert engine.ask_both("performance", game, TENTH, **MARCH).total.frames == 180


def test_days_that_were_made_and_days_that_were_not_are_one_series(engine: Engine) -> None:
    game = engine.new_game()
    events = [
        sample(f"s{day}", 24 * 60 * day, frames=60, duration_s=1, frame_times=f"{143 + day}:60") for day in range(3)
    ]
    engine.load(game, events)
    engine.compact([NOON.date(), NOON.date() + dt.timedelta(days=1)])
    asked = {"from": "2026-03-02", "to": "2026-03-04", "interval": "day"}
    buckets = engine.ask_both("performance", game, TENTH, **asked).buckets
    assert [bucket.frame_p99_ms for bucket in buckets] == pytest.approx([middle(143), middle(144), middle(145)])
    # Those days are cut at another hour in Nepal: each of its days has its sample all the same.
    nepal = engine.ask_both("performance", game, TENTH, **asked, timeZone="Asia/Kathmandu").buckets
    assert [bucket.frame_p99_ms for bucket in nepal] == pytest.approx([middle(143), middle(144), middle(145)])
    by_week = engine.ask_both("performance", game, TENTH, **asked | {"interval": "week"}).buckets
    assert [bucket.frames for bucket in by_week] == [180]


@pytest.mark.parametrize("interval", ["day", "week"])
@pytest.mark.parametrize(
    "zone",
    [
        *("Europe/Berlin", "Europe/London", "Atlantic/Azores", "America/New_York", "Asia/Kathmandu"),
        *("Pacific/Auckland", "Etc/GMT+12", "Etc/GMT-12"),
    ],
)
def test_a_day_of_another_zone_is_what_its_samples_say(engine: Engine, walked: str, zone: str, interval: str) -> None:
    asked = {"from": "2026-03-26", "to": "2026-03-31", "interval": interval, "timeZone": zone}
    whole = engine.ask_both("performance", walked, APRIL, **asked)
    assert sum(bucket.samples for bucket in whole.buckets) == whole.total.samples > 0
    engine.ask_both("performance", walked, APRIL, **asked, map="arena", device="Deck", version=["1"])
    explained = engine.ask("performance", walked, APRIL, explain=True, **asked)
    is_cut = any("cut_samples" in statement for statement in explained.statements)
    assert is_cut == ((zone, interval) != ("Atlantic/Azores", "week")), "its Monday begins with that of UTC"


def test_a_day_with_two_borders_is_counted_anew() -> None:
    start, end = dt.datetime(2026, 3, 2), dt.datetime(2026, 3, 3)
    borders = [NOON - dt.timedelta(hours=12 - hour) for hour in (0, 5, 19, 24)]
    spans = [Span(begun, ended) for begun, ended in itertools.pairwise(borders)]
    assert cut_days(spans, start, end) is None
    assert cut_days(spans[:2], start, end) != []
    # Only days that were made matter.
    assert cut_days(spans, start, start) == []


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"splitBy": "os"}, "splitBy"),
        ({"parts": 0}, "parts"),
        ({"targetFps": 0}, "targetFps"),
        ({"hitchMs": "x"}, "hitchMs"),
        ({"interval": "minute"}, "interval"),
    ],
)
def test_wrong_parameters_are_named(engine: Engine, asked: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        engine.ask("performance", "any", NOW, **asked)


def test_a_series_has_an_end(engine: Engine) -> None:
    with pytest.raises(WrongParameter, match="longer interval"):
        engine.ask("performance", "any", NOW, interval="hour")


def test_what_no_rollup_has_is_not_asked_of_one(engine: Engine) -> None:
    with pytest.raises(WrongParameter, match="rollup cannot"):
        engine.ask("performance", "any", NOW, filter=["level:1"], source="rollup")


# --- small games ---

runs = events_of(
    "performance",
    "performance",
    "scene_loaded",
    session_id=optional("1", "2", LONG_ID),
    device_id=optional("phone"),
    map=optional("arena", "forest"),
    value=optional(60.0),
    props=st.fixed_dictionaries(
        {},
        optional={
            "frames": st.sampled_from((600, "300", "many")),
            "duration_s": st.sampled_from((10, 0.5, -1, "Infinity")),
            "frame_times": st.sampled_from(("143:600", "100:98 230:2", "178:1 179:1 x 208:1 209:1 143:-3", 7)),
            "hitches": st.sampled_from((1, 2.0, "3", -1)),
            "memory_mb": st.sampled_from((700, 700.5, "1200", 0, -5)),
            "device": st.sampled_from(("Deck", {"of": 1}, 7)),
            "scene": st.sampled_from(("menu", "arena", [1])),
            "cold": st.sampled_from((True, False, "true", 1)),
            "excluded": st.sampled_from((True, False, "true", 1)),
        },
    ),
)


def number(value: object) -> float | None:
    try:
        return None if isinstance(value, bool | dict | list) or value is None else float(value)
    except ValueError:
        return None


def word(value: object) -> str | None:
    return None if isinstance(value, dict | list) or value is None else str(value)


def naive_bin(value: float) -> int:
    return max(0, min(600, math.floor(51.046 * math.log(max(value, 1)))))


def middle(place: int) -> float:
    low, high = math.exp(place / 51.046), math.exp((place + 1) / 51.046)
    return 2 * low * high / (low + high)


def listed(bins: Counter[int]) -> list[float]:
    return sorted(middle(place) for place in bins.elements())


def type_7(values: list[float], share: float) -> float | None:
    if not values:
        return None
    rank = share * (len(values) - 1)
    low, high = values[math.floor(rank)], values[math.ceil(rank)]
    return low + (high - low) * (rank - math.floor(rank))


def naive_bins(text: object) -> Counter[int]:
    bins: Counter[int] = Counter()
    for piece in str(text).split(" ") if isinstance(text, str) else []:
        parts = piece.split(":")
        if len(parts) == 2 and parts[0].isdigit() and parts[1].isdigit() and int(parts[0]) <= 600:
            bins[int(parts[0])] += int(parts[1])
    return bins


def naive(question: oracle.Question, events: Events, by_map: bool) -> dict[str, Any]:
    """The figures, of all their events one after the other."""
    frames: Counter[int] = Counter()
    sessions: defaultdict[Any, Counter[int]] = defaultdict(Counter)
    peaks: dict[Any, float] = {}
    loads: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    drawn = seconds = excluded = said = said_ms = 0.0
    samples = 0
    for event in question.counted(events):
        if not question.start <= event["time"] < question.end or not question.wants(event):
            continue
        if event["name"] not in ("performance", "scene_loaded"):
            continue
        props = event.get("props") or {}
        samples += 1
        length = number(props.get("duration_s"))
        if event["name"] == "scene_loaded":
            if length is not None and 0 <= length <= 1e6:
                is_cold = props.get("cold") is True or props.get("cold") == "true"
                loads[is_cold][naive_bin(length * 1000)] += 1
            continue
        length = 1.0 if length is None else length
        count = number(props.get("frames"))
        if count is None and event.get("value") is not None:
            count = event["value"] * length
        known = count is not None and math.isfinite(count) and 0 < length < 1e12 and count >= 0
        if props.get("excluded") is True or props.get("excluded") == "true":
            excluded += length if known else 0
            continue
        drawn, seconds = (drawn + count, seconds + length) if known and count is not None else (drawn, seconds)
        text = props.get("frame_times")
        bins = naive_bins(text)
        frames += bins
        has_text = word(text) not in (None, "")
        hitches = number(props.get("hitches"))
        if known and not has_text and hitches is not None and hitches >= 0:
            said, said_ms = said + hitches, said_ms + length * 1000
        if event.get("session_id") is None:
            continue
        session = event["session_id"]
        owner = "" if len(session) >= 16 else event.get("player_id") or event.get("device_id") or ""
        told = [event.get(name) or "" for name in ("platform", "version", "country")]
        unit = (owner, session, event["time"].date(), *told, word(props.get("device")) or "")
        if by_map:
            unit = (*unit, event.get("map") or "")
        if bins:
            sessions[unit] += bins
        memory = number(props.get("memory_mb"))
        if memory is not None and memory >= 0:
            peaks[unit] = max(peaks.get(unit, 0), memory)
    times = listed(frames)
    slow = sorted(
        next(
            middle(place)
            for place in sorted(bins)
            if sum(count for other, count in bins.items() if other <= place) * 100 >= 99 * bins.total()
        )
        for bins in sessions.values()
    )
    memory = sorted(middle(naive_bin(peak)) for peak in peaks.values())
    total_ms = sum(times) + said_ms
    one_in_hundred = math.ceil(len(times) / 100)
    return {
        "samples": samples,
        "frames": drawn,
        "seconds": seconds,
        "excluded_seconds": excluded,
        "avg_fps": drawn / seconds if seconds else 1000 * len(times) / sum(times) if times else None,
        "frame_p50_ms": type_7(times, 0.5),
        "frame_p99_ms": type_7(times, 0.99),
        "low1_fps": 1000 * one_in_hundred / sum(times[-one_in_hundred:]) if times else None,
        "hitches_per_minute": 60_000 * (sum(ms > 60 for ms in times) + said) / total_ms if total_ms else None,
        "below30_share": sum(ms for ms in times if ms > 33.34) / sum(times) if times else None,
        "session_p99_ms": type_7(slow, 0.5),
        "sessions": len(slow),
        "memory_p50_mb": type_7(memory, 0.5),
        "memory_p95_mb": type_7(memory, 0.95),
        "load_cold_p50_ms": type_7(listed(loads[True]), 0.5),
        "load_warm_p95_ms": type_7(listed(loads[False]), 0.95),
    }


@agreeing
@asking(runs)
def test_figures_are_those_of_all_samples(
    engine: Engine, events: Events, asked: dict[str, Any], loads: int, compacted: bool, data: st.DataObject
) -> None:
    game = Asked(engine, events, asked, loads, compacted)
    split_by = data.draw(st.sampled_from((None, "platform", "device", "map")))
    answer = game.both("performance", interval="day", **({"splitBy": split_by} if split_by else {}))
    expected = naive(game.question, game.events, split_by == "map")
    assert_figures(answer.total, expected)
    assert sum(part.samples for part in answer.parts) == expected["samples"]
    for day, bucket in zip(game.question.days(), answer.buckets, strict=True):
        of_day = {"from": max(game.question.start, game.question.midnight(day)), "to": game.question.end}
        of_day["to"] = min(of_day["to"], game.question.midnight(day + oracle.DAY))
        question = oracle.Question(
            game.question.asked | of_day, game.question.now, game.question.also, game.question.players
        )
        assert_figures(bucket, naive(question, game.events, split_by == "map"))


def assert_figures(found: Any, expected: dict[str, Any]) -> None:
    said = found.model_dump(by_alias=False)
    for name, value in expected.items():
        assert said[name] == (pytest.approx(value, rel=1e-6, abs=1e-9) if value is not None else None), name
