"""Where players are: the example of its definition, the oracle of `summary` country by country, regions by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import oracle
import pytest
from conftest import Engine, same
from hypothesis import strategies as st
from small_games import NOW, Asked, Events, agreeing, asking, events_of, optional

from playtrace.metrics.frame.errors import WrongParameter

MARCH = {"from": "2026-03-02", "to": "2026-03-08"}
TENTH = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)


def plays(player: str | None, day: int, country: str | None, name: str = "level_start", **more: Any) -> dict[str, Any]:
    time = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=day - 1)
    event = {"name": name, "time": time, "player_id": player, "country": country} | more
    return {name: value for name, value in event.items() if value is not None}


@pytest.fixture(scope="module")
def game(engine: Engine) -> str:
    game = engine.new_game()
    engine.load(
        game,
        [
            plays("ann", 1, "DE"),
            plays("ann", 2, "DE", session_id="s1-of-ann-the-first"),
            plays("ann", 3, "US", region="TX"),
            plays("bob", 4, "US", region="TX"),
            plays("bob", 4, "US", "purchase", value=4.99, currency="USD", region="CA"),
            plays("bob", 4, "US", "purchase", value=1, currency="EUR", region="CA"),
        ],
    )
    return game


def test_countries_beside_the_week_before(engine: Engine, game: str) -> None:
    answer = engine.ask_both("geo", game, TENTH, **MARCH)
    us, de = answer.places
    assert (us.country, us.players, us.players_share, us.revenue_micros, us.change) == ("US", 2, 1, 4_990_000, None)
    assert (de.country, de.players, de.players_share, de.change) == ("DE", 1, 0.5, 0)
    assert (answer.total.players, answer.total.previous.players, answer.total.change) == (2, 1, 1)
    assert (answer.unknown, answer.other, answer.other_currency_purchases) == (None, None, 1)
    assert answer.previous_from == dt.datetime(2026, 2, 23, tzinfo=dt.UTC)
    assert [row["revenue"] for row in answer.table()] == ["4.99", "0.00", "4.99"]


def test_regions_are_folded_and_read_from_all_events(engine: Engine, game: str) -> None:
    answer = engine.ask("geo", game, TENTH, level="region", limit=1, country=["US"], **MARCH)
    (texas,) = answer.places
    assert (texas.country, texas.region, texas.players, texas.sessions) == ("US", "TX", 2, None)
    assert (answer.other.players, answer.other.events, answer.other.revenue_micros) == (1, 2, 4_990_000)
    assert (answer.source, answer.total.players, answer.total.players_share) == ("raw", 2, 1)
    everywhere = engine.ask("geo", game, TENTH, level="region", **MARCH)
    assert (everywhere.unknown.country, everywhere.unknown.players) == ("unknown", 1)


def test_nobody_is_nowhere(engine: Engine) -> None:
    for level in ("country", "region"):
        answer = engine.ask("geo", engine.new_game(), TENTH, level=level, **MARCH)
        assert (answer.places, answer.other, answer.unknown) == ([], None, None)
        assert (answer.total.players, answer.total.players_share, answer.total.change) == (0, None, None)


def test_regions_are_in_no_rollup(engine: Engine, game: str) -> None:
    with pytest.raises(WrongParameter) as wrong:
        engine.ask("geo", game, TENTH, level="region", source="rollup", **MARCH)
    assert wrong.value.parameter == "source"


played = events_of(
    "level_start",
    "crash",
    "purchase",
    "push_received",
    session_id=optional("1", "2"),
    value=optional(4.99, -0.1),
    currency=optional("USD", "EUR"),
    country=optional("DE", "US"),
    region=optional("BE", "TX", "unknown"),
)


@agreeing
@asking(played)
def test_any_geography(engine: Engine, events: Events, asked: dict[str, Any], data: st.DataObject, **how: Any) -> None:
    game = Asked(engine, events, asked, **how)
    answer = game.both("geo")
    named = {place.country: place for place in (*answer.places, answer.unknown) if place}
    assert [(-place.players, -place.events) for place in answer.places] == sorted(
        (-place.players, -place.events) for place in answer.places
    )
    for country in ("DE", "US", "unknown", None):
        if country is not None and country not in (asked.get("country") or [country]):
            assert country not in named
            continue
        question = oracle.Question(asked | ({"country": [country]} if country else {}), NOW)
        place = named.get(country) if country else answer.total
        times = [(question.start, question.end), (answer.previous_from, answer.previous_to, question.start)]
        for number, time in enumerate(times):
            expected = oracle.figures(question, game.events, *time)
            found = (place.previous if number else place) if place else None
            wanted = {
                "players": expected["active_players"],
                "events": expected["event_count"],
                "sessions": expected["session_count"],
                "crash_free_sessions": expected["crash_free_sessions"],
                "revenue_micros": expected["revenue_micros"],
            }
            if found is None:
                assert not any(wanted.values())
            else:
                same({name: getattr(found, name) for name in wanted}, wanted)
    regions = game.engine.ask("geo", game.game, NOW, level="region", limit=2, **asked)
    check_regions(regions, game)


def check_regions(answer: Any, game: Asked) -> None:
    question = game.question
    counted = [event for event in question.counted(game.events) if question.wants(event)]
    places: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for event in counted:
        region = event.get("region") or "unknown"
        country = "unknown" if region == "unknown" else event.get("country") or "unknown"
        places.setdefault((country, region), []).append(event)

    def players(events: Events, start: dt.datetime, end: dt.datetime) -> int:
        active = [e for e in question.qualifying(events) if start <= e["time"] < end]
        return len({event["player_id"] for event in active})

    found = {(place.country, place.region): place for place in (*answer.places, answer.unknown) if place}
    for key, place in found.items():
        for figures, start, end in (
            (place, question.start, question.end),
            (place.previous, answer.previous_from, answer.previous_to),
        ):
            assert figures.players == players(places[key], start, end)
            assert figures.events == sum(start <= event["time"] < end for event in places[key])
    assert len(answer.places) <= 2
    for figures, start, end in (
        (answer.total, question.start, question.end),
        (answer.total.previous, answer.previous_from, answer.previous_to),
    ):
        assert figures.players == players(counted, start, end)
    rest = [event for key, of_place in places.items() if key not in found for event in of_place]
    expected = sum(question.start <= event["time"] < question.end for event in rest)
    assert (answer.other.events if answer.other else 0) == expected
    if answer.other:
        assert answer.other.players == players(rest, question.start, question.end)
        assert answer.other.players <= sum(place.players for place in answer.places) or not answer.places
