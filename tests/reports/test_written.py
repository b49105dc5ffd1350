"""How reports are written: numbers, HTML, Markdown, messages and the picture. Whatever a game sends is data."""

from __future__ import annotations

import datetime as dt
import io
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image
from planted_game import NOW, ZONE

from playtrace.alerts.message import Message
from playtrace.reports.chart import HEIGHT, REPORTED, UNFINISHED, USUAL, WIDTH, draw_chart
from playtrace.reports.digest import Crash, Crashes, DayOfChart, Digest, Figure, NewestVersion
from playtrace.reports.formats import written
from playtrace.reports.markdown import write_markdown
from playtrace.reports.message import message_of
from playtrace.reports.period import NoSuchPeriod, Period, asked_period
from playtrace.reports.words import change_of, crashes_of, value_of

HOSTILE = "<script>alert(1)</script> & [x](javascript:y) **b** | `c` \"'> ]] \u202egnp.exe"
WEEK = Period("week", dt.date(2026, 3, 9))
REFERENCES = {"src", "href", "srcset", "action", "background"}


@pytest.fixture(scope="module")
def hostile(reported: Any) -> Digest:
    """Everything that a game or a person names is a trap."""
    digest = reported.digest(WEEK)
    return msgspec.structs.replace(
        digest,
        game_name=HOSTILE,
        crashes=Crashes(3, 0, (Crash(HOSTILE.replace("\u202e", " "), 3, 0),), 0),
        version=NewestVersion(HOSTILE.replace("\u202e", " "), WEEK.last, 3, Figure("Newest version", "share", 0.5)),
        remarks=(HOSTILE.replace("\u202e", " "),),
    )


class Page(HTMLParser):
    """What a browser makes of it: elements with attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_has_the_names_as_text_and_nothing_else_of_them(hostile: Digest):
    page = Page(written(hostile, "html").decode())
    assert page.text.count("<script>alert(1)</script> & [x](javascript:y) **b** | `c` \"'> ]]") == 5
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "a", "iframe", "form", "object", "link", "base"})
    assert not {name for _, attributes in page.elements for name in attributes if name.startswith("on")}
    loaded = [value for _, attributes in page.elements for name, value in attributes.items() if name in REFERENCES]
    assert len(loaded) == 1
    assert loaded[0].startswith("data:image/png;base64,")
    # What turns the direction of text around ends where the name ends.
    named = [tag for tag, _ in page.elements if tag == "bdi"]
    assert len(named) == 3


def test_markdown_has_no_style_and_no_link_of_a_name(hostile: Digest):
    page = Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(write_markdown(hostile)))
    assert page.text.count("<script>alert(1)</script> & [x](javascript:y) **b** | `c` \"'> ]] gnp.exe") == 4
    assert {tag for tag, _ in page.elements}.isdisjoint({"script", "a", "code", "img"})
    assert sum(tag == "tr" for tag, _ in page.elements) == 1 + len(hostile.figures)


def test_a_message_says_the_same(hostile: Digest):
    message = message_of(hostile, "https://stats.example/")
    assert Message.from_json(message.to_json()) == message
    assert (message.kind, message.severity, message.game_id) == ("report", "info", "planted")
    assert message.title == f"{HOSTILE}: Week 11 of 2026, 9 to 15 March"
    assert message.link == (
        "https://stats.example/?game=planted&range=custom&from=2026-03-09&to=2026-03-15&tz=America%2FNew_York"
    )
    assert [field.name for field in message.fields] == [figure.label for figure in hostile.figures]
    page = Page(MarkdownIt("commonmark", {"html": True}).render(message.text))
    assert {tag for tag, _ in page.elements} <= {"p", "ul", "li", "strong"}
    assert message.picture is not None
    assert message.picture.startswith(b"\x89PNG")
    assert message_of(hostile, None).link is None


def test_what_happened_once_is_said_of_one(reported: Any):
    digest = reported.digest(WEEK)
    once = msgspec.structs.replace(
        digest,
        crashes=Crashes(2, 1, (Crash("Out of memory", 1, 0),), 1),
        health=msgspec.structs.replace(digest.health, received=1),
    )
    for text in (write_markdown(once), written(once, "html").decode(), message_of(once, None).text):
        assert "1 time, not once the week before" in text
        assert "others: 1 time" in text
        assert "1 event was received" in text
        assert " 1 times" not in text
    assert crashes_of(msgspec.structs.replace(once, crashes=Crashes(1, 0, (), 0))) == "1 crash, 0 the week before."


def pixels(picture: bytes) -> Any:
    image = Image.open(io.BytesIO(picture))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    colors = {color: count for count, color in image.convert("RGB").getcolors(WIDTH * HEIGHT)}
    return lambda color: colors.get(tuple(bytes.fromhex(color[1:])), 0)


def test_the_picture_has_a_bar_for_each_day_in_its_colour(reported: Any):
    digest = reported.digest(WEEK)
    of = pixels(draw_chart(digest))
    reported_players = sum(day.players for day in digest.days if day.is_reported)
    others = sum(day.players for day in digest.days if not day.is_reported)
    # Areas are as the players are; the colour is in dates as well, and a part of each bar is lost at its foot.
    assert of(REPORTED) / of(USUAL) == pytest.approx(reported_players / others, rel=0.1)
    assert of(UNFINISHED) == 0
    begun = msgspec.structs.replace(digest.days[-1], is_complete=False)
    assert pixels(draw_chart(msgspec.structs.replace(digest, days=(*digest.days[:-1], begun))))(UNFINISHED) > 1_000


@pytest.mark.parametrize("name", ["遊技場", "ميدان اللعب", "x" * 200, "\u202eabc", "🎮", ""])
@pytest.mark.parametrize("players", [0, 1, 12_345_678])
def test_a_picture_can_be_drawn_of_any_game(reported: Any, name: str, players: int):
    digest = reported.digest(WEEK)
    days = tuple(DayOfChart(day.day, players, day.is_reported, day.is_complete) for day in digest.days)
    of = pixels(draw_chart(msgspec.structs.replace(digest, game_name=name, days=days)))
    assert (of(USUAL) > 0) == (players > 0)


@given(part=st.integers(0, 10**9), more=st.integers(0, 10**9))
@settings(max_examples=60, deadline=None)
@example(part=999_999, more=1)
@example(part=1, more=10**6)
@example(part=0, more=1)
def test_all_and_nothing_are_said_of_all_and_nothing_alone(part: int, more: int):
    if part + more:
        said = value_of(Figure("", "share", part / (part + more)))
        # Beyond three decimals they look the same: one in two hundred thousand.
        assert (said == "100 %") == (more == 0)
        assert (said == "0 %") == (part == 0)
        assert abs(float(said.removesuffix(" %")) - 100 * part / (part + more)) <= 0.05


@pytest.mark.parametrize(
    ("figure", "value", "change"),
    [
        (Figure("", "count", 1234, 1000), "1,234", "+23.4 %"),
        (Figure("", "count", 0, 3), "0", "−100.0 %"),
        (Figure("", "count", 3, 0), "3", ""),
        (Figure("", "count", 0, 0), "0", "±0 %"),
        (Figure("", "count", 12.25, 12.5), "12.2", "−2.0 %"),
        (Figure("", "share", 0.9876, 0.9), "98.8 %", "+8.76 points"),
        (Figure("", "share", None, 0.9), "–", ""),
        (Figure("", "share", 0.5, None), "50.0 %", ""),
        (Figure("", "share", 1.0, 1.0), "100 %", "±0.00 points"),
        (Figure("", "seconds", 59.6, 60), "1 min 0 s", "−0.7 %"),
        (Figure("", "seconds", 5025.0, 0), "1 h 23 min", ""),
        (Figure("", "seconds", 3_600_000, None), "1,000 h", ""),
        (Figure("", "money", 1_234_567_890, 617_283_945), "1,234.57", "+100.0 %"),
        (Figure("", "money", -990_000, 990_000), "−0.99", "−200.0 %"),
        (Figure("", "money", 10_000_000, -990_000), "10.00", ""),
    ],
)
def test_figures_in_words(figure: Figure, value: str, change: str):
    assert (value_of(figure), change_of(figure)) == (value, change)


@pytest.mark.parametrize(
    ("period", "title", "before"),
    [
        (Period("day", dt.date(2026, 3, 3)), "Tuesday, 3 March 2026", dt.date(2026, 3, 2)),
        (Period("week", dt.date(2026, 3, 30)), "Week 14 of 2026, 30 March to 5 April", dt.date(2026, 3, 23)),
        (Period("week", dt.date(2025, 12, 29)), "Week 1 of 2026, 29 December to 4 January", dt.date(2025, 12, 22)),
    ],
)
def test_periods_have_names(period: Period, title: str, before: dt.date):
    assert (period.title, period.before.first) == (title, before)


def test_which_day_or_week_is_asked_for():
    assert asked_period(None, None, NOW, ZONE) == Period("day", dt.date(2026, 3, 15))
    assert asked_period(None, dt.date(2026, 3, 15), NOW, ZONE) == WEEK
    # In Tokyo the 17th has begun already.
    late = dt.datetime(2026, 3, 16, 16, 0, tzinfo=dt.UTC)
    with pytest.raises(NoSuchPeriod, match="a day that has begun in America/New_York, where it is 2026-03-16"):
        asked_period(dt.date(2026, 3, 17), None, late, ZONE)
    with pytest.raises(NoSuchPeriod, match="either a day or a week"):
        asked_period(WEEK.first, WEEK.first, NOW, ZONE)
    for long_ago in (dt.date(1, 1, 1), dt.date(1970, 5, 31)):
        with pytest.raises(NoSuchPeriod, match="not before 1970-06-01"):
            asked_period(None, long_ago, NOW, ZONE)
