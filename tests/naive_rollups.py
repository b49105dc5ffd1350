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
    production = [event for event in events if event["env"] == "prod"]
    check_event_counts(ask, production)
    check_player_days(ask, production)
    check_players(ask, production)
    check_sessions(ask, production)
    check_islands(ask, production)
    spans = check_positions(ask, production)
    check_maps(ask, production, spans)
    check_environments(ask, events)
    check_books(ask, events)


def check_event_counts(ask: Ask, events: list[Row]) -> None:
    expected: defaultdict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0, 0, 0])
    for event in events:
        slot = event["time"] - (event["time"] - dt.datetime(1970, 1, 1)) % QUARTER
        sums = expected[event["game_id"], slot, event["name"], *dimensions(event), event["currency"] or ""]
        frames, seconds = frames_of(event)
        for index, amount in enumerate((1, round((event["value"] or 0) * 1e6), frames, seconds)):
            sums[index] += amount
    found: defaultdict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in ask("FROM event_counts"):
        *key, count, micros, frames, seconds = row.values()
        for index, amount in enumerate((count, int(micros), frames, seconds)):
            found[tuple(key)][index] += amount
    assert rounded(found) == rounded(expected)


def rounded(sums: dict[tuple[Any, ...], list[float]]) -> dict[tuple[Any, ...], list[float]]:
    """Sums of floats depend on the order in their last digits."""
    return {key: [round(amount, 6) for amount in amounts] for key, amounts in sums.items()}


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
        key = (event["game_id"], moment.date(), event["player_id"], *dimensions(event))
        expected[key] |= 1 << (moment.hour * 4 + moment.minute // 15)
    found: Counter[tuple[Any, ...]] = Counter()
    for row in ask("FROM player_days"):
        *key, before_noon, after_noon = row.values()
        found[tuple(key)] |= before_noon | after_noon << 48
    assert found == expected


def check_players(ask: Ask, events: list[Row]) -> None:
    first: dict[tuple[str, str], dt.datetime] = {}
    for event in filter(is_activity, events):
        key = (event["game_id"], event["player_id"])
        first[key] = min(event["time"], first.get(key, event["time"]))
    at_entry: defaultdict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    for event in filter(is_activity, events):
        key = (event["game_id"], event["player_id"])
        if event["time"] == first[key]:
            at_entry[key].add(dimensions(event))
    found: dict[tuple[str, str], Row] = {}
    for row in ask("FROM players"):
        key = (row["game_id"], row["player_id"])
        if key not in found or row["first_seen"] < found[key]["first_seen"]:
            found[key] = row
    assert {key: row["first_seen"] for key, row in found.items()} == first
    for key, row in found.items():
        assert dimensions(row) in at_entry[key]


def check_sessions(ask: Ask, events: list[Row]) -> None:
    expected: dict[tuple[str, str], list[Any]] = {}
    for event in events:
        if event["session_id"] is None:
            continue
        time, mono_ms = event["time"], event["mono_ms"]
        session = expected.setdefault((event["game_id"], event["session_id"]), [time, time, None, 0, 0])
        session[0], session[1] = min(session[0], time), max(session[1], time)
        session[2] = mono_ms if session[2] is None else max(session[2], mono_ms or 0)
        session[3] += 1
        session[4] += event["name"] == "crash"
    found: dict[tuple[str, str], list[Any]] = {}
    for row in ask("FROM sessions"):
        key = (row["game_id"], row["session_id"])
        session = found.setdefault(key, [row["started_at"], row["ended_at"], None, 0, 0])
        session[0], session[1] = min(session[0], row["started_at"]), max(session[1], row["ended_at"])
        session[2] = row["mono_ms"] if session[2] is None else max(session[2], row["mono_ms"] or 0)
        session[3] += row["events"]
        session[4] += row["crashes"]
    assert found == expected


def check_islands(ask: Ask, events: list[Row]) -> None:
    spans: defaultdict[tuple[str, str], list[list[Any]]] = defaultdict(list)
    for event in filter(is_activity, events):
        if event["session_id"] is None:
            crash = int(event["name"] == "crash")
            spans[event["game_id"], event["player_id"]].append([event["time"], event["time"], 1, crash])
    islands: defaultdict[tuple[str, str], list[list[Any]]] = defaultdict(list)
    for row in ask("FROM activity_islands"):
        islands[row["game_id"], row["player_id"]].append(
            [row["started_at"], row["ended_at"], row["events"], row["crashes"]]
        )
    assert {key: joined(parts) for key, parts in islands.items()} == {
        key: joined(parts) for key, parts in spans.items()
    }


def joined(parts: list[list[Any]]) -> list[list[Any]]:
    """Spans as sessions: those within the timeout of each other are one."""
    sessions: list[list[Any]] = []
    for start, end, events, crashes in sorted(parts):
        if sessions and start - sessions[-1][1] <= SESSION_TIMEOUT:
            sessions[-1][1] = max(sessions[-1][1], end)
            sessions[-1][2] += events
            sessions[-1][3] += crashes
        else:
            sessions.append([start, end, events, crashes])
    return sessions


def check_positions(ask: Ask, events: list[Row]) -> list[Row]:
    """Returns the spans that there must be: the samples that open them, with `span_ms`."""
    samples: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for event in events:
        whole = all(event[field] is not None for field in ("session_id", "mono_ms", "map", "x", "y"))
        if event["name"] == "position" and whole:
            samples[event["game_id"], event["session_id"]].append(event)
    expected: list[Row] = []
    tails: dict[tuple[str, str], tuple[int, int]] = {}
    for key, session in samples.items():
        session.sort(key=lambda event: (event["mono_ms"], event["seq"] or 0))
        tails[key] = (session[-1]["mono_ms"], session[-1]["seq"] or 0)
        for here, then in itertools.pairwise(session):
            if here["map"] == then["map"]:
                expected.append(here | {"span_ms": then["mono_ms"] - here["mono_ms"]})
    assert Counter(map(span_of, ask("FROM position_spans"))) == Counter(map(span_of, expected))
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in ask("FROM position_tails"):
        key = (row["game_id"], row["session_id"])
        found[key] = max(found.get(key, (-1, -1)), (row["mono_ms"], row["seq"]))
    assert found == tails
    return expected


def span_of(row: Row) -> tuple[Any, ...]:
    fields = ("game_id", "session_id", "time", "map", "x", "y", "z", "player_id", "span_ms")
    return *(row[field] for field in fields), *dimensions(row)


def check_maps(ask: Ask, events: list[Row], spans: list[Row]) -> None:
    """How far each map reaches, and the days that are there in cells: one that is there is whole."""
    located = [event for event in events if all(event[field] is not None for field in ("map", "x", "y"))]
    places: defaultdict[tuple[Any, ...], list[tuple[float, float]]] = defaultdict(list)
    for event in located:
        places[event["game_id"], event["time"].date(), event["map"], event["name"]].append((event["x"], event["y"]))
    extents: defaultdict[tuple[Any, ...], list[tuple[float, float]]] = defaultdict(list)
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in ask("FROM map_extents"):
        key = (row["game_id"], row["day"], row["map"], row["name"])
        counts[key] += row["events"]
        extents[key] += [(row["min_x"], row["min_y"]), (row["max_x"], row["max_y"])]
    assert {key: corners(found) for key, found in extents.items()} == {key: corners(p) for key, p in places.items()}
    assert counts == {key: len(found) for key, found in places.items()}

    sizes: dict[tuple[Any, ...], float] = {}
    found: Counter[tuple[Any, ...]] = Counter()
    for row in ask("FROM heat_days"):
        day = row["game_id"], row["day"], row["map"]
        assert sizes.setdefault(day, row["cell_size"]) == row["cell_size"]
        cell = *day, row["name"], row["cx"], row["cy"]
        found[*cell, "events"] += row["events"]
        found[*cell, "span_ms"] += row["span_ms"]
    expected: Counter[tuple[Any, ...]] = Counter()
    for row in [event | {"span_ms": 0} for event in located if event["name"] != "position"] + spans:
        day = row["game_id"], row["time"].date(), row["map"]
        if day in sizes:
            cell = *day, row["name"], math.floor(row["x"] / sizes[day]), math.floor(row["y"] / sizes[day])
            expected[*cell, "events"] += row["name"] != "position"
            expected[*cell, "span_ms"] += min(row["span_ms"], 20_000)
    assert found == expected


def corners(places: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*places, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def check_environments(ask: Ask, events: list[Row]) -> None:
    found = [(row["game_id"], row["env"]) for row in ask("FROM environments")]
    assert sorted(found) == sorted({(event["game_id"], event["env"]) for event in events})


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
