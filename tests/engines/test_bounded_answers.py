"""Whatever a game's clients send and however long the range is, an answer stays small, and says what it leaves out.

The clients of this game are hostile: 10,000 names of events, 5,000 versions and platforms, a property with as many
values as there are events, and items, levels, boards, currencies, maps, devices without end, all as long as they may
be. They played in four weeks of ten years.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Engine
from test_metric_endpoints import NEEDED

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.metrics.frame.errors import WrongParameter
from playtrace.metrics.frame.metric import metrics
from playtrace.store.duckdb import Store

GAME = "hostile"
EVENTS, NAMES, VERSIONS = 20_000, 10_000, 5_000
DAYS = 3_650
LAST_DAY = dt.datetime(2026, 3, 28, tzinfo=dt.UTC)
NOW = LAST_DAY + dt.timedelta(days=1, hours=12)
TEN_YEARS = {"from": str((LAST_DAY - dt.timedelta(days=DAYS - 1)).date()), "to": str(LAST_DAY.date())}

CATALOGUE = (
    *("item_looted", "level_start", "level_complete", "score_posted", "achievement_unlocked", "resource_gain"),
    *("resource_spend", "purchase", "ad_impression", "performance", "scene_loaded", "crash", "error", "position"),
    *("player_death", "match_start", "match_end", "level_fail", "session_start", "session_end"),
)
WEEKS = 522
"""ISO weeks that the ten years touch."""


def padded(name: str, number: int, length: int) -> str:
    return f"{name}{number:05d}".ljust(length, "x")


def event(number: int) -> Event:
    """Three of four have a name of the game's own, one is of the catalogue. One player and one session have many."""
    is_of_catalogue = number % 4 == 3
    name = CATALOGUE[number // 4 % len(CATALOGUE)] if is_of_catalogue else padded("event", number * 3 // 4 % NAMES, 64)
    various = padded("various", number, 256)
    props: dict[str, Any] = {"code": various}
    if is_of_catalogue:
        texts = ("item", "rarity", "achievement", "reason", "product", "kind", "placement", "scene", "device", "mode")
        props |= dict.fromkeys(texts, various)
        props |= {"board": "arena" if number % 3 else various, "balance": number, "frames": 60, "duration_s": 1}
    else:
        props[padded("property", number % VERSIONS, 200)] = number if number % 2 else "text"
    currency = "gold" if name.startswith("resource") else "USD" if number % 8 == 3 else padded("currency", number, 64)
    return Event(
        name=name,
        time=LAST_DAY + dt.timedelta(days=-(number % 29) if number % 2 else 0, seconds=number * 37 % 86_400),
        mono_ms=number,
        player_id=padded("player", number // 8 if number % 7 else 0, 256),
        session_id=padded("session", number // 8 if number % 3 else 0, 256),
        match_id=padded("match", number // 16, 256),
        # Two versions that share many platforms.
        version=padded("version", number % 20 if number % 20 < 2 else number // 4 % VERSIONS, 64),
        platform=padded("platform", number // 20 % VERSIONS, 64),
        country=chr(65 + number // 26 % 26) + chr(65 + number % 26),
        region=padded("region", number, 64),
        level=padded("level", number, 256),
        map="arena" if number % 12 == 3 else padded("map", number, 256),
        x=float(number),
        y=float(number * 7 % 1_000_003),
        value=float(number % 1000),
        currency=currency,
        props=props,
    )


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return [event(number) for number in range(EVENTS)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, events: list[Event]) -> Iterator[Engine]:
    settings = Settings(data=tmp_path_factory.mktemp("hostile"), store_threads=1)
    journal = Journal.open(settings.journal_path, settings)
    store = Store.open(None, settings)
    engine = Engine(store, journal, settings)
    engine.loader.load_batches([Batch(received_at=LAST_DAY, source="test", game_id=GAME, events=events)])
    yield engine
    store.close()
    journal.close()


def ask(engine: Engine, name: str, **asked: Any) -> Any:
    needed = {"playerId": padded("player", 0, 256)} if "playerId" in NEEDED.get(name, {}) else NEEDED.get(name, {})
    return engine.ask(name, GAME, NOW, **TEN_YEARS | needed | asked)


def long_lists(text: str) -> dict[str, int]:
    """Lists of more than 100, by the names of the fields that lead to them."""
    found: Counter[str] = Counter()

    def look(value: object, path: str) -> None:
        if isinstance(value, dict):
            for name, of_name in value.items():
                look(of_name, f"{path}.{name}" if path else name)
        elif isinstance(value, list):
            if len(value) > 100:
                found[path] = max(found[path], len(value))
            for one in value:
                look(one, path)

    look(json.loads(text), "")
    return dict(found)


# ── what is asked by default ──────────────────────────────────────────────────────────────────────────────────────

LONG_BY_DEFAULT: dict[str, dict[str, int]] = {
    "achievements": {"achievements": 200},
    "active_players": {"days": DAYS},
    "adoption": {"days": DAYS},
    "arpu": {"days": DAYS},
    "concurrent_players": {"buckets": DAYS},
    "crash_free": {"points": DAYS},
    "data_quality": {"books": DAYS},
    "economy": {
        "buckets": DAYS,
        "reasons.bucketMicros": DAYS,
        "items.bucketMicros": DAYS,
    },
    # All that two letters can be, as far as players came first from there.
    "geo": {"places": 671},
    "growth": {"windows": WEEKS},
    "new_players": {"buckets": DAYS},
    "playtime": {"buckets": DAYS},
    "progression": {"nodes": 200},
    "revenue": {"points": DAYS},
    "sessions": {"buckets": DAYS},
    "timeseries": {"points": DAYS},
}
"""A list of another metric, or another list, has at most 100 entries."""
REFUSED_BY_DEFAULT = {"ltv", "retention"}
"""A cohort for each day and a cell for each offset: of ten years that is asked by weeks."""


@pytest.mark.parametrize("name", metrics())
def test_ten_years_by_default(hostile: Engine, name: str) -> None:
    if name in REFUSED_BY_DEFAULT:
        with pytest.raises(WrongParameter, match="granularity=week") as refused:
            ask(hostile, name)
        assert refused.value.parameter == "from"
        text = ask(hostile, name, granularity="week").model_dump_json()
        assert long_lists(text) == {"cohorts": WEEKS}
    else:
        text = ask(hostile, name).model_dump_json()
        assert long_lists(text) == LONG_BY_DEFAULT.get(name, {})
    assert len(text) < 3_000_000


# ── what is split ─────────────────────────────────────────────────────────────────────────────────────────────────

SPLIT = [name for name, metric in metrics().items() if "split_by" in metric.parameters.model_fields]
TOO_LONG_IN_DAYS = {"crash_free", "new_players", "sessions", "timeseries"}


@pytest.mark.parametrize("name", SPLIT)
def test_ten_years_of_five_thousand_versions(hostile: Engine, name: str) -> None:
    has_interval = "interval" in metrics()[name].parameters.model_fields
    answer = ask(hostile, name, splitBy="version", **({"interval": "week"} if has_interval else {}))
    text = answer.model_dump_json()
    assert len(text) < 3_000_000
    document = json.loads(text)
    (parts,) = [document[field] for field in ("series", "split", "parts") if document.get(field)]
    keys = [part.get("key", part.get("part")) for part in parts]
    assert (len(keys), keys[-1]) == (11, "(other)")
    if name in TOO_LONG_IN_DAYS:
        with pytest.raises(WrongParameter, match="points") as refused:
            ask(hostile, name, splitBy="version")
        assert refused.value.parameter == "interval"


# ── as much as may be asked ───────────────────────────────────────────────────────────────────────────────────────

HOURS = {"from": "2026-01-20", "to": "2026-03-28", "interval": "hour"}
NEARLY_A_YEAR = {"from": "2025-05-02", "offsets": list(range(60))}
MOST: list[tuple[str, dict[str, Any]]] = [
    ("achievements", {"limit": 1000, "of": "ever"}),
    ("breakdown", {"by": "props.code,name", "limit": 100, "interval": "month"}),
    ("breakdown", {"by": "props.code", "limit": 100, "measure": "players"}),
    ("breakdown", {"by": "level,match_id", "limit": 100, "measure": "p99"}),
    ("crash_free", {"splitBy": "country", "partCount": 5, "interval": "hour"} | HOURS),
    ("economy", {"limit": 200, "interval": "week", "resource": "gold", "from": "2020-01-01"}),
    ("gain_rates", {"limit": 1000}),
    ("geo", {"limit": 1000, "level": "region"}),
    ("heatmap", {"cellSize": 1e-6, "event": "position", "points": True, "pointPlayers": True}),
    ("items", {"limit": 1000, "by": "match"}),
    ("journey", {"limit": 100, "props": True}),
    ("journey", {"limit": 500}),
    ("leaderboard", {"limit": 1000, "board": "arena"}),
    ("ltv", NEARLY_A_YEAR),
    ("paths", {"length": 10, "property": "props.code", "unit": "player"}),
    ("performance", {"splitBy": "device", "parts": 50}),
    ("progression", {"limit": 1000}),
    ("release_compare", {"a": padded("version", 0, 64), "b": padded("version", 1, 64)}),
    ("retention", NEARLY_A_YEAR),
    ("sessions", {"splitBy": "version"} | HOURS),
    ("timeseries", {"splitBy": "version"} | HOURS),
    ("trajectories", {"limit": 100, "maxPoints": 20_000}),
]


@pytest.mark.parametrize(("name", "asked"), MOST)
def test_as_much_as_may_be_asked(hostile: Engine, name: str, asked: dict[str, Any]) -> None:
    assert len(ask(hostile, name, **asked).model_dump_json()) < 6_000_000


@pytest.mark.parametrize(
    ("name", "asked", "parameter", "sentence"),
    [
        ("adoption", {"versionCount": 50}, "versionCount", "More than 50000 shares"),
        ("breakdown", {"interval": "day"}, "interval", "More than 20000 values"),
        ("breakdown", {"interval": "hour"}, "interval", "More than 10000 buckets"),
        ("economy", {"limit": 200}, "limit", "More than 320000 amounts"),
        ("items", {"interval": "day"}, "limit", "More than 50000 counts"),
        ("journey", {"limit": 500, "props": True}, "limit", "With `props` at most 100"),
        ("revenue", {"interval": "hour"}, "interval", "More than 10000 buckets"),
        ("sessions", {"interval": "hour"}, "interval", "More than 10000 buckets"),
        ("timeseries", {"interval": "minute"}, "interval", "More than 10000 buckets"),
    ],
)
def test_what_would_be_too_much_is_refused(
    hostile: Engine, name: str, asked: dict[str, Any], parameter: str, sentence: str
) -> None:
    with pytest.raises(WrongParameter, match=sentence) as refused:
        ask(hostile, name, **asked)
    assert refused.value.parameter == parameter


# ── nothing is lost ───────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_folded_and_what_stands_alone_are_all(hostile: Engine, events: list[Event]) -> None:
    for by in ("name", "version", "props.code", "level,match_id"):
        answer = ask(hostile, "breakdown", by=by)
        assert sum(row.value for row in [*answer.groups, answer.other]) == answer.total.value == EVENTS
    assert ask(hostile, "breakdown", by="props.code").values == EVENTS

    answer = ask(hostile, "items", by="rarity", limit=3)
    assert [row.item for row in answer.items][3:] == ["(other)"]
    assert sum(row.count for row in answer.items) == answer.total.count
    assert sum(row.events for row in answer.items) == answer.total.events == of_name(events, "item_looted")

    answer = ask(hostile, "economy", **{"from": "2026-02-01"})
    for parts in (answer.reasons, answer.items):
        assert [part.key for part in parts if part.is_rest] == ["(other)", "(other)"]
        for flow, total in (("source", answer.period.sources_micros), ("sink", answer.period.sinks_micros)):
            assert sum(part.amount_micros for part in parts if part.flow == flow) == total > 0

    answer = ask(hostile, "adoption", **{"from": "2026-03-01"})
    assert answer.versions[-1] == "(other)"
    assert all(sum(share.players for share in day.shares) == day.dau for day in answer.days)
    assert all(sum(share.sessions for share in day.shares) == day.sessions for day in answer.days)

    answer = ask(hostile, "geo", level="region", limit=5)
    places = [*answer.places, answer.other, *([answer.unknown] if answer.unknown else [])]
    assert sum(place.events for place in places) == answer.total.events == EVENTS

    answer = ask(hostile, "revenue", **{"from": "2026-03-01"})
    assert answer.kinds[-1].kind == answer.currencies[-1].paid_in == "(other)"


def test_series_add_up_to_all(hostile: Engine) -> None:
    spring = {"from": "2026-01-01", "interval": "week"}
    weekly = spring | {"splitBy": "version"}
    events = ask(hostile, "timeseries", **weekly)
    assert sums([series.points for series in events.series], "value") == [point.value for point in events.points]
    sessions = ask(hostile, "sessions", **weekly)
    of_series = [series.buckets for series in sessions.series]
    for figure in ("sessions", "quit", "crashed", "lost"):
        assert sums(of_series, figure) == [getattr(bucket, figure) for bucket in sessions.buckets]
    arrived = ask(hostile, "new_players", **weekly)
    assert sums([series.buckets for series in arrived.series], "new") == [bucket.new for bucket in arrived.buckets]
    parts = ask(hostile, "crash_free", **weekly).parts
    whole = ask(hostile, "crash_free", **spring).parts
    assert sum(part.sessions for part in parts) == sum(part.sessions for part in whole) == sessions.total.sessions
    assert sum(part.crashed_sessions for part in parts) == whole[0].crashed_sessions > 0


def sums(series: list[list[Any]], figure: str) -> list[int]:
    return [sum(getattr(bucket, figure) for bucket in of_bucket) for of_bucket in zip(*series, strict=True)]


def of_name(events: list[Event], name: str) -> int:
    return sum(event.name == name for event in events)


# ── what is cut says so ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_that_is_cut_says_how_many_there_are(hostile: Engine, events: list[Event]) -> None:
    answer = ask(hostile, "data_quality", **{"from": "2026-02-01"})
    own_names = {event.name for event in events} - set(CATALOGUE)
    assert (len(answer.unknown_names), answer.unknown_names_count) == (50, len(own_names))
    sample = events[-10_000:]
    assert (len(answer.missing), answer.missing_count) == (50, len({event.name for event in sample}))

    levels = {event.level for event in events if event.name in ("level_start", "level_complete", "level_fail")}
    answer = ask(hostile, "progression", limit=1)
    assert (len(answer.nodes), answer.level_count) == (1, len(levels))
    answer = ask(hostile, "achievements", limit=1)
    assert (len(answer.achievements), answer.achievement_count) == (1, of_name(events, "achievement_unlocked"))
    answer = ask(hostile, "leaderboard", limit=1)
    on_board = [e for e in events if e.name == "score_posted" and e.props is not None and e.props["board"] == "arena"]
    assert (len(answer.entries), answer.players) == (1, len({event.player_id for event in on_board}))
    answer = ask(hostile, "gain_rates", limit=1)
    assert (len(answer.gains), answer.peers) == (1, len({e.player_id for e in events if e.name == "resource_gain"}))
    answer = ask(hostile, "performance")
    assert (len(answer.scenes), answer.scenes_cut) == (50, True)

    versions = [padded("version", number, 64) for number in (0, 1)]
    shared = set.intersection(*({e.platform for e in events if e.version == version} for version in versions))
    answer = ask(hostile, "release_compare", a=versions[0], b=versions[1])
    assert (len(answer.platforms), answer.platform_count) == (50, len(shared))

    by_one = [event for event in events if event.player_id == padded("player", 0, 256)]
    answer = ask(hostile, "journey")
    assert (len(answer.events), answer.total, answer.next is None) == (100, len(by_one), False)
    answer = ask(hostile, "trajectories", limit=1)
    assert len(answer.trajectories) == answer.trajectory_count == answer.samples > 50
    assert answer.sessions == len({event.session_id for event in events if event.name == "position"})
