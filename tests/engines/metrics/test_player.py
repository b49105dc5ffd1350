"""One player: the profile and the journey, beside what a list of their events says."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import Any

import oracle
import pytest
from conftest import Engine
from hypothesis import strategies as st
from pydantic import ValidationError
from small_games import NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.errors import WrongParameter

LATER = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
Event = dict[str, Any]


def ann(name: str, minutes: float = 0, **fields: Any) -> Event:
    return {"name": name, "player_id": "ann", "time": NOON + minutes * MINUTE, **fields}


@pytest.fixture
def game(engine: Engine) -> str:
    game = engine.new_game()
    said = {"platform": "windows", "version": "1.0", "country": "DE", "device_id": "pc", "os": "Windows 11"}
    engine.load(
        game,
        [
            ann("session_start", session_id="1", **said),
            ann("level_start", 1, level="1", session_id="1", **said),
            ann("level_fail", 2, level="1", session_id="1", **said),
            ann("level_start", 3, level="1", session_id="1", **said),
            ann("level_complete", 4, level="1", session_id="1", **said),
            ann("crash", 5, session_id="1", **said),
            ann("level_start", 24 * 60, level="2", session_id="2", platform="linux", version="1.1"),
            {"name": "session_start", "player_id": "bob", "time": NOON},
            {"name": "push_received", "player_id": "ann", "time": NOON - 600 * MINUTE},
            ann("tried", env="dev"),
        ],
    )
    return game


def test_a_profile(engine: Engine, game: str) -> None:
    profile = engine.ask("player", game, LATER, playerId="ann")
    assert (profile.first_seen, profile.last_seen) == (NOON, NOON + dt.timedelta(days=1))
    assert (profile.days_active, profile.sessions, profile.playtime_seconds) == (2, 2, 300)
    assert (profile.events, profile.crashes, profile.is_known, profile.hints) == (8, 1, True, [])
    assert [(one.level, one.started, one.completed, one.failed) for one in profile.levels] == [
        ("2", 1, 0, 0),
        ("1", 2, 1, 1),
    ]
    assert [(one.value, one.events) for one in profile.platforms] == [("windows", 6), ("linux", 1), ("unknown", 1)]
    assert [one.value for one in profile.versions] == ["1.0", "1.1", "unknown"]
    assert [(one.value, one.events) for one in profile.devices] == [("pc", 6), ("unknown", 2)]
    assert [(one.value, one.events) for one in profile.systems] == [("Windows 11", 6), ("unknown", 2)]
    assert [(one.value, one.events) for one in profile.countries] == [("DE", 6), ("unknown", 2)]
    assert profile.table()[0] == {"figure": "firstSeen", "value": "2026-03-02T12:00:00+00:00"}
    # A day has its own profile.
    day = {"from": "2026-03-03", "to": "2026-03-03"}
    assert engine.ask("player", game, LATER, playerId="ann", **day).events == 1
    assert engine.ask("player", game, LATER, playerId="ann", env="dev").events == 1


def test_spend_is_net_and_of_each_currency(engine: Engine) -> None:
    game = engine.new_game()
    again = {"props": {"transaction_id": "t1"}}
    paid: list[tuple[float, str | None, dict[str, Any]]] = [
        (4.99, "USD", {}),
        (9.99, "USD", again),
        (9.99, "USD", again),
        (-4.99, "USD", {}),
        (3.0, "EUR", {}),
        (100.0, "USD", {"props": {"validated": False}}),
        (1.0, None, {}),
    ]
    engine.load(
        game,
        [ann("purchase", n, value=value, currency=currency, **more) for n, (value, currency, more) in enumerate(paid)],
    )
    profile = engine.ask("player", game, LATER, playerId="ann")
    assert [(one.currency, one.net_micros, one.payments, one.refunds) for one in profile.spend] == [
        ("USD", 10_990_000, 3, 1),
        ("EUR", 3_000_000, 1, 0),
    ]
    assert {"figure": "spend EUR", "value": "3.00"} in profile.table()


def test_a_balance_is_what_was_said_last_else_what_is_left(engine: Engine) -> None:
    game = engine.new_game()
    gains = [ann("resource_gain", n, value=10.0, currency="gold") for n in range(3)]
    engine.load(game, [*gains, ann("resource_spend", 4, value=5.0, currency="gold")])
    (gold,) = engine.ask("player", game, LATER, playerId="ann").balances
    assert (gold.currency, gold.balance, gold.is_reported) == ("gold", 25.0, False)
    engine.load(game, [ann("resource_spend", 5, value=5.0, currency="gold", props={"balance": 40})])
    engine.load(game, [ann("resource_gain", 3.5, value=5.0, currency="gold", props={"balance": 7})])
    (gold,) = engine.ask("player", game, LATER, playerId="ann").balances
    assert (gold.balance, gold.is_reported) == (40.0, True)


def test_who_is_not_known_has_an_empty_profile_and_a_hint(engine: Engine, game: str) -> None:
    profile = engine.ask("player", game, LATER, playerId="An")
    assert (profile.is_known, profile.events, profile.first_seen, profile.days_active) == (False, 0, None, 0)
    assert (profile.platforms, profile.levels, profile.spend) == ([], [], [])
    assert profile.hints == ["playerId: no event of the environment 'prod' is of this player."]
    journey = engine.ask("journey", game, LATER, playerId="An")
    assert (journey.events, journey.next, journey.hints) == ([], None, profile.hints)
    # Known, but not of these days.
    quiet = engine.ask("player", game, LATER, playerId="ann", **{"from": "2026-02-01", "to": "2026-02-02"})
    assert (quiet.is_known, quiet.events, quiet.hints) == (True, 0, [])


def test_a_journey(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(
        game,
        [
            {"name": name, "player_id": "ann", "time": NOON.replace(hour=10) + n * MINUTE, "session_id": session}
            for name, n, session in (("a", 0, "1"), ("b", 20, "1"), ("c", 21, "2"))
        ],
    )
    journey = engine.ask("journey", game, LATER, playerId="ann", order="oldest")
    assert [one.gap_seconds for one in journey.events] == [None, 1200, 60]
    assert [one.starts_session for one in journey.events] == [True, False, True]
    newest = engine.ask("journey", game, LATER, playerId="ann")
    assert [one.model_dump() for one in newest.events] == [one.model_dump() for one in reversed(journey.events)]
    only = engine.ask("journey", game, LATER, playerId="ann", event=["b"])
    assert [(one.name, one.gap_seconds) for one in only.events] == [("b", 1200)]


def test_properties_are_told_when_asked_for(engine: Engine) -> None:
    game = engine.new_game()
    engine.load(game, [ann("a", props={"mode": "ranked", "deep": {"of": [1, 2]}}), ann("b", 1)])
    assert [one.props for one in engine.ask("journey", game, LATER, playerId="ann").events] == [None, None]
    told = engine.ask("journey", game, LATER, playerId="ann", props=True, event=["a"])
    assert told.events[0].props == {"mode": "ranked", "deep": {"of": [1, 2]}}


@pytest.mark.parametrize("cursor", ["x", "1.5", "9" * 40])
def test_a_cursor_is_one_of_ours(engine: Engine, game: str, cursor: str) -> None:
    with pytest.raises(WrongParameter, match="`next`"):
        engine.ask("journey", game, LATER, playerId="ann", cursor=cursor)


@pytest.mark.parametrize("asked", [{}, {"playerId": ""}, {"playerId": "x" * 257}])
def test_a_player_is_named(engine: Engine, game: str, asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="playerId"):
        engine.ask("player", game, LATER, **asked)


# --- small games ---


@agreeing
@asking(
    events_of(
        *("level_start", "level_complete", "crash", "push_received", "purchase", "resource_gain"),
        session_id=optional("1", "2"),
        device_id=optional("phone", "tablet"),
        value=optional(4.99, -4.99, 10.0),
        currency=optional("USD", "gold"),
    )
)
def test_small_games(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    question = game.question
    own = [
        event
        for event in sorted(question.counted(game.events), key=oracle.order)
        if event.get("player_id") == "ann" and question.start <= event["time"] < question.end and question.wants(event)
    ]
    profile = engine.ask("player", game.game, NOW, playerId="ann", **asked)
    qualifying = question.qualifying(own)
    assert profile.events == len(own)
    assert profile.crashes == sum(event["name"] == "crash" for event in own)
    assert profile.days_active == len({question.day(event["time"]) for event in qualifying})
    assert profile.first_seen == (qualifying[0]["time"] if qualifying else None)
    assert profile.last_seen == (qualifying[-1]["time"] if qualifying else None)
    for field, values in (("platforms", "platform"), ("devices", "device_id"), ("names", "name")):
        counts = Counter(event.get(values) or "unknown" for event in own)
        assert {one.value: one.events for one in getattr(profile, field)} == counts
    began = [
        session
        for session in oracle.sessions(question, game.events)
        if session["player_id"] == "ann" and question.start <= session["time"] < question.end
    ]
    if own:
        assert profile.sessions == len(began)
        assert profile.playtime_seconds == pytest.approx(sum(session["seconds"] for session in began))
    paid = [event for event in own if event["name"] == "purchase" and "value" in event]
    net = Counter[str]()
    for event in paid:
        net[event.get("currency") or oracle.GAME_CURRENCY] += round(event["value"] * 1_000_000)
    assert {one.currency: one.net_micros for one in profile.spend} == dict(net)

    pages: list[Any] = []
    order, limit = data.draw(st.sampled_from(("newest", "oldest"))), data.draw(st.integers(1, 4))
    cursor = None
    while cursor is not None or not pages:
        more = {} if cursor is None else {"cursor": cursor}
        page = engine.ask("journey", game.game, NOW, playerId="ann", order=order, limit=limit, **more, **asked)
        cursor = page.next
        pages.append(page)
    shown = [one for page in pages for one in page.events]
    expected = own if order == "oldest" else own[::-1]
    assert [(one.time, one.name, one.level) for one in shown] == [
        (event["time"], event["name"], event.get("level")) for event in expected
    ]
    gaps = [None, *((b["time"] - a["time"]).total_seconds() for a, b in pairwise(own))][: len(own)]
    assert [one.gap_seconds for one in shown] == (gaps if order == "oldest" else gaps[::-1])
