"""Small games that Hypothesis makes up: rollup, raw events and oracle must agree on all metrics.

Their events lie around midnights, on quarters of an hour, on the day on which New York's clock is put forward, at the
same moment, in several loads whose order is not that of time, with players and sessions missing. Each metric gets the
events that matter to it, so that a failure shrinks to a handful.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from typing import Any

import oracle
from conftest import Engine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Events = list[dict[str, Any]]

NOW = dt.datetime(2026, 3, 12, 7, 30, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2026, 3, 6, tzinfo=dt.UTC)
LONG_ID = "5f0c7a52-one-by-itself"
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Tokyo")

agreeing = settings(
    # Others each time. EXAMPLES=100 before a metric is trusted.
    max_examples=int(os.environ.get("EXAMPLES", "3")),
    # What fails is small as it is. To see it smaller, and wait for that: SHRINK=1.
    phases=[*Phase] if os.environ.get("SHRINK") else [Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

moments = st.builds(
    lambda day, quarter, seconds: MIDNIGHT + dt.timedelta(days=day, minutes=15 * quarter, seconds=seconds),
    st.integers(0, 6),
    st.sampled_from((0, 1, 2, 3, 16, 19, 20, 27, 28, 72, 73, 74, 94, 95)),
    st.sampled_from((-1, 0, 1, 899)),
)
"""Few enough that some events are at the same one."""


def optional(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, *values))


def events_of(*names: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Events]:
    """Lists of events with these names and fields, and those that every metric looks at."""
    event = st.fixed_dictionaries(
        {
            "name": st.sampled_from(names),
            "time": moments,
            "player_id": optional("ann", "bob", "cleo"),
            "platform": optional("windows", "linux"),
            "version": optional("1.0", "1.1"),
            "country": optional("DE"),
            "env": optional(None, None, "dev"),
            "seq": optional(0, 1, 2, 70_000),
            "level": optional("1", "2"),
            "props": optional({"mode": "ranked"}, {"mode": "casual", "score": 7}, {"score": 7.0}, {"mode": {"of": 1}}),
        }
        | fields
    )
    present = event.map(lambda fields: {name: value for name, value in fields.items() if value is not None})
    return st.lists(present, min_size=1, max_size=16)


activity = events_of("level_start", "crash", "push_received")
sessions = events_of(
    "level_start",
    "session_end",
    "crash",
    "crash_upload",
    session_id=optional("1", "2", LONG_ID),
    device_id=optional("phone"),
    mono_ms=optional(None, 0, 9_000, 300_000),
    props=optional(
        {"mode": "ranked"},
        {"mode": "casual", "score": 7},
        {"mode": {"of": 1}},
        {"class": "hang"},
        {"reason": "background"},
    ),
)
figures = st.one_of(
    activity,
    sessions,
    events_of(
        "purchase", "level_start", value=optional(4.99, -4.99, 0.1), currency=optional("USD", "EUR"), props=st.none()
    ),
    events_of(
        "performance",
        value=optional(60.0),
        props=optional({"fps": 30}, {"duration_s": 10}, {"frames": 7, "fps": "x"}, {"frames": "nan"}),
    ),
)
places = events_of(
    "position",
    "position",
    "player_death",
    session_id=optional("1", "1", LONG_ID),
    mono_ms=st.integers(0, 60).map(lambda seconds: 1_000 * seconds),
    map=st.sampled_from(("arena", "arena", "arena", "forest")),
    match_id=optional("m-1", "m-1", "m-2"),
    **{axis: optional(-0.5, 0.0, 29.99, 30.0, 31.0, 70_000.0) for axis in "xyz"},
)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(st.integers(-2, 5))
    start: Any = (MIDNIGHT + dt.timedelta(days=first)).date()
    end: Any = start + dt.timedelta(days=draw(st.integers(0, 6)))
    if draw(st.booleans()):
        start = MIDNIGHT + dt.timedelta(days=first, minutes=15 * draw(st.integers(1, 95)))
        end = start + dt.timedelta(minutes=15 * draw(st.integers(1, 500)))
    asked: dict[str, Any] = {"from": start, "to": end, "timeZone": draw(st.sampled_from(ZONES))}
    for field, values in (("platform", ("windows", "unknown")), ("version", ("1.0", "1.1")), ("country", ("DE",))):
        if draw(st.integers(0, 3)) == 0:
            asked[field] = draw(st.lists(st.sampled_from(values), min_size=1, unique=True))
    if draw(st.integers(0, 3)) == 0:
        asked["env"] = "dev"
    return asked


class Asked:
    """A game whose events are loaded, and what is asked about it."""

    def __init__(self, engine: Engine, events: Events, asked: dict[str, Any], loads: int, compacted: bool) -> None:
        self.engine = engine
        self.game = engine.new_game()
        # In the order in which they arrive: it decides between events of the same moment.
        self.events = [event for part in range(loads) for event in events[part::loads]]
        for part in range(loads):
            if events[part::loads]:
                engine.load(self.game, events[part::loads])
        if compacted:
            engine.compact(sorted({event["time"].date() for event in events}))
        self.question = oracle.Question(asked, NOW)

    def ask(self, name: str, **more: Any) -> Any:
        return self.engine.ask(name, self.game, NOW, **more, **self.question.asked)

    def both(self, name: str, **more: Any) -> Any:
        return self.engine.ask_both(name, self.game, NOW, **more, **self.question.asked)


def asking(events: st.SearchStrategy[Events]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return given(events=events, asked=questions(), loads=st.integers(1, 3), compacted=st.booleans(), data=st.data())
