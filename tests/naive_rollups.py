"""What the rollups must say, computed from the stored events one at a time. Slow and plain on purpose."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from playtrace.event import PASSIVE_EVENTS

Row = dict[str, Any]
Ask = Callable[[str], list[Row]]
"""A SELECT in, its rows out."""

QUARTER = dt.timedelta(minutes=15)
SESSION_TIMEOUT = dt.timedelta(minutes=30)


def check(ask: Ask) -> None:
    """Every rollup of a store against its events. Raises `AssertionError` where they differ."""
    events = ask("SELECT * REPLACE (props::JSON::VARCHAR AS props) FROM events ORDER BY journal_offset, position")
    for event in events:
        event["props"] = json.loads(event["props"]) if event["props"] else {}
    check_event_counts(ask, events)
    check_player_days(ask, events)
    check_players(ask, events)
    check_sessions(ask, events)
    spans = check_positions(ask, events)
    check_maps(ask, events, spans)
    check_jwc_usage(ask, events)
    check_noted_events(ask, events)
    check_payments(ask, events)
    check_performance_samples(ask, events)
    check_books(ask, events)


def check_event_counts(ask: Ask, events: list[Row]) -> None:
    expected: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for event in events:
        slot = event["time"] - (event["time"] - dt.datetime(1970, 1, 1)) % QUARTER
        key = (event["game_id"], event["env"], slot, event["name"], *dimensions(event), event["currency"] or "")
        sums = expected[key]
        frames, seconds = frames_of(event)
        micros = (round((event["value"] or 0) * 1e6), round(frames * 1e6), round(seconds * 1e6))
        for index, amount in enumerate((1, *micros)):
            sums[index] += amount
    found: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in ask("FROM event_counts"):
        *key, count, value_micros, frames_micros, frames_us = row.values()
        for index, amount in enumerate((count, value_micros, frames_micros, frames_us)):
            found[tuple(key)][index] += int(amount)
    assert found == expected


def frames_of(event: Row) -> tuple[float, float]:
    """Frames drawn, and the seconds in which they were, of a `performance` event that says so."""
    if event["name"] != "performance":
        return 0, 0
    props = event["props"]
    seconds = props.get("duration_s", 1)
    fps = event["value"] if event["value"] is not None else props.get("fps")
    frames = props.get("frames", None if fps is None else fps * seconds)
    return (0, 0) if frames is None else (frames, seconds)


def check_player_days(ask: Ask, events: list[Row]) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()
    for event in filter(is_activity, events):
        moment = event["time"]
        key = (event["game_id"], event["env"], moment.date(), event["player_id"], *dimensions(event))
        expected[key] |= 1 << (moment.hour * 4 + moment.minute // 15)
    found: Counter[tuple[Any, ...]] = Counter()
    for row in ask("FROM player_days"):
        *key, before_noon, after_noon = row.values()
        found[tuple(key)] |= before_noon | after_noon << 48
    assert found == expected


def check_players(ask: Ask, events: list[Row]) -> None:
    """One row of each: of the first event, of the same moment the one with the lower `seq`, else that came first."""
    first: dict[tuple[str, ...], Row] = {}
    for event in sorted(filter(is_activity, events), key=order):
        first.setdefault((event["game_id"], event["env"], event["player_id"]), event)
    expected = sorted((*key, event["time"], *dimensions(event)) for key, event in first.items())
    found = ask("SELECT game_id, env, player_id, first_seen, platform, version, country FROM players")
    assert sorted(tuple(row.values()) for row in found) == expected


def order(event: Row) -> tuple[Any, ...]:
    return event["time"], min(max(event["seq"] or 0, 0), 32_767), event["journal_offset"], event["position"]


def check_sessions(ask: Ask, events: list[Row]) -> None:
    """The parts of each id and day: the same stretches of time, with the same sums, once they are joined."""
    expected: defaultdict[tuple[Any, ...], list[list[Any]]] = defaultdict(list)
    for event in sorted(events, key=order):
        if is_activity(event) or (event["session_id"] is not None and event["name"] not in PASSIVE_EVENTS):
            crash = int(event["name"] == "crash")
            died = int(crash and event["props"].get("class") != "hang")
            ended = int(event["name"] == "session_end")
            background = int(ended and event["props"].get("reason") == "background")
            mono_ms = event["mono_ms"] if event["session_id"] is not None else None
            since = event["time"] - min(dt.timedelta(days=1), dt.timedelta(milliseconds=mono_ms or 0))
            counts = [1, 1 - crash, died, ended - background, background]
            expected[session_of(event)].append([since, event["time"], event["time"], mono_ms, *counts])
    found: defaultdict[tuple[Any, ...], list[list[Any]]] = defaultdict(list)
    for row in ask("FROM sessions"):
        key = (row["game_id"], row["env"], row["owner"], row["session_id"], row["started_at"].date())
        names = ("since", "started_at", "ended_at", "mono_ms", "events", "played", "crashes", "quits", "backgrounds")
        found[key].append([row[name] for name in names])
    assert {key: joined(parts) for key, parts in found.items()} == {
        key: joined(parts) for key, parts in expected.items()
    }


def session_of(event: Row) -> tuple[Any, ...]:
    return event["game_id"], event["env"], owner_of(event), event["session_id"] or "", event["time"].date()


def owner_of(event: Row) -> str:
    if event["session_id"] is not None and len(event["session_id"]) >= 16:
        return ""
    return event["player_id"] or event["device_id"] or ""


def joined(parts: list[list[Any]]) -> list[list[Any]]:
    """Parts as stretches: those that reach into each other, or nearly, are one."""
    stretches: list[list[Any]] = []
    for since, started_at, ended_at, mono_ms, *counts in sorted(parts, key=lambda part: part[0]):
        if stretches and since <= stretches[-1][2] + SESSION_TIMEOUT:
            last = stretches[-1]
            last[1], last[2] = min(last[1], started_at), max(last[2], ended_at)
            last[3] = max((ms for ms in (last[3], mono_ms) if ms is not None), default=None)
            last[4:] = [a + b for a, b in zip(last[4:], counts, strict=True)]
        else:
            stretches.append([since, started_at, ended_at, mono_ms, *counts])
    return stretches


def check_positions(ask: Ask, events: list[Row]) -> list[Row]:
    """Returns the spans that there must be: the samples that open them, with `span_ms`."""
    samples: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for event in events:
        whole = all(event[field] is not None for field in ("session_id", "mono_ms", "map_id", "x", "y"))
        if event["name"] == "position" and whole:
            owner = owner_of(event)
            samples[event["game_id"], event["env"], owner, event["session_id"]].append(event | {"owner": owner})
    expected: list[Row] = []
    tails: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for key, session in samples.items():
        session.sort(key=lambda event: (event["mono_ms"], *order(event)))
        tails[key] = (session[-1]["mono_ms"], session[-1]["time"])
        for here, then in itertools.pairwise(session):
            if here["map_id"] == then["map_id"]:
                expected.append(here | {"span_ms": then["mono_ms"] - here["mono_ms"]})
    assert Counter(map(span_of, ask("FROM position_spans"))) == Counter(map(span_of, expected))
    found: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for row in ask("FROM position_tails ORDER BY mono_ms, order_key"):
        found[row["game_id"], row["env"], row["owner"], row["session_id"]] = (row["mono_ms"], row["time"])
    assert found == tails
    # Of each day of a session: from when to when it has how many.
    days: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for key, session in samples.items():
        for sample in session:
            days[*key, sample["time"].date()].append(sample["time"])
    walks: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in ask("FROM position_tails"):
        walks[row["game_id"], row["env"], row["owner"], row["session_id"], row["time"].date()].append(row)
    assert {
        key: (
            min(row["first_at"] for row in rows),
            max(row["last_at"] for row in rows),
            sum(r["samples"] for r in rows),
        )
        for key, rows in walks.items()
    } == {key: (min(times), max(times), len(times)) for key, times in days.items()}
    return expected


def span_of(row: Row) -> tuple[Any, ...]:
    fields = ("game_id", "env", "owner", "session_id", "time", "map_id", "x", "y", "z", "player_id", "span_ms")
    return *(row[field] for field in fields), *dimensions(row)


def check_maps(ask: Ask, events: list[Row], spans: list[Row]) -> None:
    """How far each map reaches, and the days that are there in cells: one that is there is whole."""
    located = [event for event in events if all(event[field] is not None for field in ("map_id", "x", "y"))]
    places: defaultdict[tuple[Any, ...], list[tuple[float, float]]] = defaultdict(list)
    for event in located:
        key = (event["game_id"], event["env"], event["time"].date(), event["map_id"], event["name"])
        places[key].append((event["x"], event["y"]))
    extents: defaultdict[tuple[Any, ...], list[tuple[float, float]]] = defaultdict(list)
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in ask("FROM map_extents"):
        key = (row["game_id"], row["env"], row["day"], row["map_id"], row["name"])
        counts[key] += row["events"]
        extents[key] += [(row["min_x"], row["min_y"]), (row["max_x"], row["max_y"])]
    assert {key: corners(found) for key, found in extents.items()} == {key: corners(p) for key, p in places.items()}
    assert counts == {key: len(found) for key, found in places.items()}

    sizes: dict[tuple[Any, ...], float] = {}
    found: Counter[tuple[Any, ...]] = Counter()
    for row in ask("FROM heat_days"):
        day = row["game_id"], row["env"], row["day"], row["map_id"]
        assert sizes.setdefault(day, row["cell_size"]) == row["cell_size"]
        cell = *day, row["name"], row["cx"], row["cy"]
        found[*cell, "events"] += row["events"]
        found[*cell, "span_ms"] += row["span_ms"]
    expected: Counter[tuple[Any, ...]] = Counter()
    for row in [event | {"span_ms": 0} for event in located if event["name"] != "position"] + spans:
        day = row["game_id"], row["env"], row["time"].date(), row["map_id"]
        if day in sizes:
            cell = *day, row["name"], math.floor(row["x"] / sizes[day]), math.floor(row["y"] / sizes[day])
            expected[*cell, "events"] += row["name"] != "position"
            expected[*cell, "span_ms"] += min(row["span_ms"], 20_000)
    assert found == expected


def corners(places: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def check_jwc_usage(ask: Ask, events: list[Row]) -> None:
    expected: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for event in events:
        if event["source"] != "jwc.v1":
            continue
        run = event["props"] if event["name"] == "java.run.completed" else {}
        failure = event["props"] if event["name"] == "java.run.error" else {}
        duration, wait = (number_of(text_of(run.get(name))) for name in ("durationMs", "waitMsTotal"))
        key = (
            event["game_id"],
            event["env"],
            event["time"].replace(minute=0, second=0, microsecond=0),
            event["name"],
            event["player_id"],
            event["os"] or "Unknown",
            event["version"] or "Unknown",
            text_of(event["props"].get("vscode")) or "Unknown",
            event["country"] or "Unknown",
            (text_of(run.get("exit")) or "0") if event["name"] == "java.run.completed" else None,
            (text_of(run.get("cumulativeBytesBucket")) or "-") if event["name"] == "java.run.completed" else None,
            text_of(failure.get("exceptionHash")),
            duration if duration is not None and duration >= 0 else None,
            run.get("scannerUsage") is True,
            run.get("truncatedOutput") is True,
            failure.get("phase") == "compile",
        )
        for index, amount in enumerate((1, wait is not None, round((wait or 0) * 1000))):
            expected[key][index] += amount
    found: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in ask("FROM jwc_usage"):
        *key, count, waits, waited_us = row.values()
        for index, amount in enumerate((count, waits, waited_us)):
            found[tuple(key)][index] += int(amount)
    assert found == expected


SUBJECTS = {
    "purchase": "product",
    "ad_impression": "placement",
    "resource_gain": "item",
    "resource_spend": "item",
    "item_looted": "item",
    "achievement_unlocked": "achievement",
    "score_posted": "board",
    "session_start": "",
    "match_start": "mode",
    "match_end": "mode",
}
DETAILS = {
    "purchase": "kind",
    "ad_impression": "format",
    "resource_gain": "reason",
    "resource_spend": "reason",
    "item_looted": "rarity",
    "match_end": "result",
    "level_fail": "reason",
}


def check_noted_events(ask: Ask, events: list[Row]) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()
    for event in events:
        name, props = event["name"], event["props"]
        is_level = name in ("level_start", "level_complete", "level_fail", "level_abandon")
        if name not in SUBJECTS and not is_level:
            continue
        subject = event["level"] if is_level else text_of(props.get(SUBJECTS[name]))
        detail = text_of(props.get(DETAILS[name])) if name in DETAILS else None
        count = number_of(text_of(props.get("count"))) if name == "item_looted" else None
        key = (
            *(event[field] for field in ("game_id", "env", "time", "received_at", "name", "player_id")),
            *(event["session_id"] or "", event["match_id"], event["map_id"], event["level"]),
            *dimensions(event),
            event["currency"] or "",
            event["value"] if name != "item_looted" else next(n for n in (count, event["value"], 1) if n is not None),
            (subject or "")[:256],
            (detail or "")[:256],
            number_of(text_of(props.get("balance"))) if name.startswith("resource") else None,
            number_of(text_of(props.get("duration_s"))) if name == "match_end" or name[6:] in ENDS else None,
            text_of(props.get("transaction_id")) or None if name == "purchase" else None,
            not (name == "purchase" and text_of(props.get("validated")) == "false"),
        )
        expected[key] += 1
    found = ask("SELECT * EXCLUDE (order_key, owner) FROM noted_events")
    assert Counter(tuple(row.values()) for row in found) == expected


def check_payments(ask: Ask, events: list[Row]) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()
    for event in events:
        if event["name"] not in ("purchase", "ad_impression"):
            continue
        said = event["props"] if event["name"] == "purchase" else {}
        key = (
            *(event[field] for field in ("game_id", "env", "time", "name", "player_id")),
            *dimensions(event),
            event["currency"] or "",
            round((event["value"] or 0) * 1e6),
            (text_of(said.get("kind")) or "")[:256],
            text_of(said.get("transaction_id")) or None,
            text_of(said.get("validated")) != "false",
        )
        expected[key] += 1
    found = ask("SELECT * EXCLUDE (order_key) FROM payments")
    assert Counter(tuple(row.values()) for row in found) == expected


def check_performance_samples(ask: Ask, events: list[Row]) -> None:
    expected: Counter[tuple[Any, ...]] = Counter()
    for event in events:
        if event["name"] not in ("performance", "scene_loaded"):
            continue
        is_load, props = event["name"] == "scene_loaded", event["props"]

        def number(name: str, props: Row = props) -> float | None:
            return number_of(text_of(props.get(name)))

        seconds, frames = number("duration_s"), number("frames")
        hitches, memory = number("hitches"), number("memory_mb")
        fps = event["value"] if event["value"] is not None else number("fps")
        length = 1 if seconds is None else seconds
        if frames is None and fps is not None:
            frames = fps * length
        is_drawn = not is_load and frames is not None and 0 <= frames < 9e12 and 0 < length < 9e12
        scenes = [
            text_of(props.get("scene")) if is_load else None,
            event["map_id"],
            event["level"] if is_load else None,
        ]
        text = text_of(props.get("frame_times"))
        key = (
            *(event[field] for field in ("game_id", "env", "time", "player_id")),
            event["session_id"] or "",
            *dimensions(event),
            next((scene for scene in scenes if scene is not None), ""),
            text_of(props.get("device")) or "",
            text_of(props.get("excluded")) == "true",
            round(frames * 1e6) if is_drawn and frames is not None else None,
            round(length * 1e6) if is_drawn else None,
            text[:4000] if text is not None and text[:1] != "[" and not is_load else None,
            None if hitches is None or is_load or hitches < 0 else round(hitches),
            memory if memory is not None and not is_load and 0 <= memory <= 1e9 else None,
            seconds * 1000 if is_load and seconds is not None and 0 <= seconds <= 1e6 else None,
            is_load and text_of(props.get("cold")) == "true",
        )
        expected[key] += 1
    found = ask("SELECT * EXCLUDE (owner) FROM performance_samples")
    assert Counter(tuple(row.values()) for row in found) == expected


ENDS = ("complete", "fail", "abandon")


def text_of(value: object) -> str | None:
    """What an object or a list would be is not said."""
    if value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def number_of(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def check_books(ask: Ask, events: list[Row]) -> None:
    """What was stored and set aside is in the books, by hour of receipt."""

    def hour(moment: dt.datetime) -> dt.datetime:
        return moment.replace(minute=0, second=0, microsecond=0)

    expected = Counter((event["game_id"], hour(event["received_at"]), "stored", "") for event in events)
    for row in ask("FROM set_aside"):
        expected[row["game_id"], hour(row["received_at"]), row["outcome"], row["reason"]] += 1
    found: Counter[tuple[Any, ...]] = Counter()
    for row in ask("FROM books WHERE outcome <> 'duplicate'"):
        found[row["game_id"], row["hour"], row["outcome"], row["reason"]] += row["events"]
    assert found == expected


def dimensions(row: Row) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in ("platform", "version", "country"))


def is_activity(event: Row) -> bool:
    return event["player_id"] is not None and event["name"] not in PASSIVE_EVENTS
