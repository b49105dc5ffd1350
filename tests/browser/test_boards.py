"""Time axes and boards: moments that people mark, days that they drag out, and panels that they put together."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess

from .accessible import is_accessible
from .conftest import PHONE, OpenPage, Watched
from .played_game import GAME, played_game

HOSTILE = '<img src=x onerror="alert(1)"> \u202eevil __proto__'
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture(scope="module")
def released(open_process: ServerProcess) -> ServerProcess:
    """The played game, of which a version 2.0.0 came out two days ago."""
    noon = NOW.replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=2)
    updated = [
        {"name": "session_start", "game_id": GAME, "player_id": f"player-{number}", "session_id": f"new-{number}-{day}",
         "version": "2.0.0", "platform": "linux", "time": (noon + dt.timedelta(days=day)).isoformat()}
        for number in range(6) for day in range(2)
    ]  # fmt: skip
    status, answer = open_process.send({"events": [*played_game(NOW), *updated]})
    assert (status, answer["rejected"]) == (202, [])
    open_process.wait_until_loaded()
    return open_process


def region(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def days_of(page: Page) -> tuple[str, str]:
    query = parse_qs(urlsplit(page.url).query)
    return query["from"][0], query["to"][0]


def test_moments_are_marked_on_every_time_axis(released: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{released.url}/?game={GAME}&range=7d&table=events")
    rows = page.get_by_role("table", name="Events over time").get_by_role("row")
    release = rows.filter(has_text="Release of 2.0.0")
    expect(release).to_contain_text(f"{(NOW - dt.timedelta(days=2)):%b} {(NOW - dt.timedelta(days=2)).day}")

    page.get_by_role("button", name="Marks").click()
    menu = page.get_by_role("dialog", name=re.compile("^Marks"))
    menu.get_by_role("button", name="Add an annotation").click()
    menu.get_by_label("What happened").fill(HOSTILE)
    menu.get_by_label(re.compile("^When")).fill(f"{NOW - dt.timedelta(days=1):%Y-%m-%dT%H:%M}")
    menu.get_by_role("button", name="Add", exact=True).click()
    noted = menu.get_by_role("list", name="Annotations of these days").get_by_role("listitem")
    expect(noted).to_contain_text(HOSTILE)
    expect(rows.filter(has_text=HOSTILE)).to_have_count(1)

    noted.get_by_role("button", name="Edit").click()
    menu.get_by_label("What happened").fill("Autumn sale")
    menu.get_by_role("button", name="Save").click()
    expect(rows.filter(has_text="Autumn sale")).to_have_count(1)
    menu.get_by_role("switch", name="Show marks on charts").click()
    expect(page).to_have_url(re.compile("marks=hidden"))
    expect(rows.filter(has_text="Autumn sale")).to_have_count(0)
    noted.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove it").click()
    expect(noted).to_have_count(0)
    actions = [entry["action"] for entry in released.get("/api/audit?action=annotation")["entries"]]
    assert actions == ["annotation.removed", "annotation.changed", "annotation.added"]


def test_days_are_dragged_out_of_a_chart(released: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{released.url}/?game={GAME}&range=7d")
    chart = region(page, "Events").get_by_role("img")
    expect(chart.locator("canvas")).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.95, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("range=custom"))
    first, last = days_of(page)
    assert last == f"{NOW:%Y-%m-%d}"
    assert f"{NOW - dt.timedelta(days=3):%Y-%m-%d}" <= first < last
    page.go_back()
    expect(page).to_have_url(re.compile("range=7d"))


def test_ranges_by_name(released: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{released.url}/?game={GAME}&range=yesterday")
    yesterday = f"{NOW - dt.timedelta(days=1):%Y-%m-%d}"
    answer = released.get(f"/api/metrics/summary?gameId={GAME}&from={yesterday}&to={yesterday}")
    tile = page.locator("dl > div", has=page.locator("dt", has_text="Sessions")).first
    expect(tile).to_contain_text(str(answer["current"]["sessionCount"]))
    assert answer["current"]["sessionCount"] == 6
    page.get_by_role("button", name="Date range: Yesterday").click()
    page.get_by_role("button", name="Since 2.0.0").click()
    expect(page).to_have_url(re.compile("range=custom"))
    assert days_of(page) == (f"{NOW - dt.timedelta(days=2):%Y-%m-%d}", f"{NOW:%Y-%m-%d}")
    page.get_by_role("button", name=re.compile("^Date range")).click()
    page.get_by_role("button", name="Last month").click()
    last_of_it = NOW.replace(day=1) - dt.timedelta(days=1)
    expect(page.get_by_role("button", name="Date range: Last month")).to_contain_text(
        f"{last_of_it:%b} {last_of_it.day}"
    )


def test_a_board_is_put_together_arranged_and_shared(
    released: ServerProcess, open_page: OpenPage, axe_source: str
) -> None:
    """With the keyboard alone where there is a choice; what a link shows is what the API answers."""
    beside = NOW.date() - dt.timedelta(days=60)
    page = open_page(f"{released.url}/sessions?game={GAME}&range=7d&platform=linux&compare={beside}")
    region(page, "Sessions").get_by_role("button", name="Sessions: more").click()
    page.get_by_role("button", name="Add to a board").click()
    dialog = page.get_by_role("dialog", name="Add “Sessions” to a board")
    dialog.get_by_label("A new board").fill(HOSTILE)
    dialog.get_by_role("button", name="Make it").click()
    dialog.get_by_role("link", name="onerror").click()
    # Its own days, and in the panel the filter that was chosen.
    expect(page).to_have_url(re.compile("/boards/.*range=30d"))
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    expect(page.get_by_text("platform: linux")).to_be_visible()
    beside_it = re.compile("As many days from")
    expect(region(page, "Sessions").get_by_role("list", name="Series")).to_contain_text(beside_it)
    (question,) = released.get(f"/api/boards?gameId={GAME}")["boards"]
    kept = released.get(f"/api/boards/{question['id']}")["document"]["tiles"][0]["questions"][1]
    last = beside + dt.timedelta(days=29)
    assert (kept["fromDay"], kept["toDay"], kept["fromDaysBack"]) == (f"{beside}", f"{last}", None)

    page.get_by_role("button", name="Arrange").click()
    page.get_by_role("button", name="Add a text").click()
    page.get_by_label("Text", exact=True).fill(f"Look at **this** {HOSTILE}")
    page.get_by_role("button", name="Add a panel").click()
    page.get_by_role("dialog", name="Add a panel").get_by_role("button", name="Figures of the range").click()
    grip = page.get_by_role("button", name=re.compile("^Move Figures of the range"))
    for key in ("ArrowUp", "ArrowUp", "Shift+ArrowDown"):
        grip.press(key)
    expect(page.get_by_text("Figures of the range, 12 of 12 columns wide, 3 rows high")).to_be_attached()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Arrange")).to_be_visible()
    tiles = page.locator("[data-tile]")
    expect(tiles).to_have_count(3)
    expect(tiles.nth(0)).to_contain_text("Daily active players")
    expect(tiles.nth(2).locator("strong")).to_have_text("this")
    expect(page.locator(".unseen, .skeleton")).to_have_count(0)
    is_accessible(page, axe_source)

    page.get_by_role("button", name="Full screen").click()
    expect(page).to_have_url(re.compile("wall=on"))
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.go_back()
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("code", has_text="/shared#board_").inner_text()

    guest = open_page(link, size=PHONE)
    expect(guest.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    answer = released.get(f"/api/metrics/summary?gameId={GAME}&from={NOW - dt.timedelta(days=29):%Y-%m-%d}")
    shown = guest.locator("dl > div", has=guest.locator("dt", has_text="Sessions")).first
    expect(shown).to_contain_text(str(answer["current"]["sessionCount"]))
    expect(region(guest, "Sessions").locator("canvas")).to_be_visible()
    expect(region(guest, "Sessions").get_by_role("list", name="Series")).to_contain_text(beside_it)
    assert guest.evaluate("document.documentElement.scrollWidth <= innerWidth")
    is_accessible(guest, axe_source)


def test_a_question_of_ones_own_goes_onto_a_board(released: ServerProcess, open_page: OpenPage) -> None:
    question = "event=session_start&by=platform"
    page = open_page(f"{released.url}/explore?game={GAME}&range=7d&{question}&look=table")
    title = "session_start by platform"
    region(page, title).get_by_role("button", name=f"{title}: more").click()
    page.get_by_role("button", name="Add to a board").click()
    dialog = page.get_by_role("dialog", name=f"Add “{title}” to a board")
    dialog.get_by_label("A new board").fill("Questions")
    dialog.get_by_role("button", name="Make it").click()
    dialog.get_by_role("link", name="Questions").click()
    since = f"{NOW - dt.timedelta(days=29):%Y-%m-%d}"
    answer = released.get(f"/api/metrics/breakdown?gameId={GAME}&from={since}&{question}")
    rows = region(page, title).locator("tbody tr")
    expect(rows).to_have_count(len(answer["groups"]) + 1)
    shown = [row.locator("td").first.inner_text() for row in rows.all()]
    assert shown == [f"{one['value']:,}" for one in [*answer["groups"], answer["total"]]]
    # From one platform to the same question about it alone.
    rows.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile("/explore.*filter=platform"))


def test_retention_of_segments_goes_onto_a_board(released: ServerProcess, open_page: OpenPage) -> None:
    """With the segments that were chosen, also for those who have a link and may not ask which there are."""
    for name, rule in (("starters", b'{"event": "session_start"}'), ("crashed", b'{"event": "crash"}')):
        sent = {"Content-Type": "application/json"}
        assert released.request("PUT", f"/api/games/{GAME}/segments/{name}", rule, headers=sent)[0] == 200
    page = open_page(f"{released.url}/retention?game={GAME}&range=7d")
    page.get_by_role("button", name="Curve: All players").click()
    page.get_by_role("option", name="By segment").click()
    expect(page).to_have_url(re.compile("compared=crashed&compared=starters"))
    region(page, "Curve").get_by_role("button", name="Curve: more").click()
    page.get_by_role("button", name="Add to a board").click()
    dialog = page.get_by_role("dialog", name="Add “Curve” to a board")
    dialog.get_by_label("A new board").fill("Who stays")
    dialog.get_by_role("button", name="Make it").click()
    dialog.get_by_role("link", name="Who stays").click()
    expect(page.get_by_role("heading", level=1, name="Who stays")).to_be_visible()
    both = ["crashed", "starters"]
    expect(region(page, "Curve").get_by_role("list", name="Series").get_by_role("listitem")).to_have_text(both)
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    guest = open_page(page.locator("code", has_text="/shared#board_").inner_text())
    expect(region(guest, "Curve").get_by_role("list", name="Series").get_by_role("listitem")).to_have_text(both)


def test_a_board_of_all_games_is_there_in_each(released: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{released.url}/boards?game={GAME}")
    page.get_by_label("Title").fill("Everywhere")
    page.get_by_label("Of which game").select_option("all games")
    page.get_by_role("button", name="Make an empty one").click()
    expect(page.get_by_role("heading", level=1, name="Everywhere")).to_be_visible()
    assert [board["title"] for board in released.get("/api/boards?gameId=another")["boards"]] == ["Everywhere"]
    page.goto(f"{released.url}/boards?game={GAME}")
    expect(page.get_by_role("listitem").filter(has_text="Everywhere")).to_contain_text("all games")


def test_a_link_that_opens_nothing_says_so(released: ServerProcess, open_page: OpenPage, watched: Watched) -> None:
    watched.expected += ["401"]
    page = open_page(f"{released.url}/shared#board_guess")
    expect(page.get_by_text("This link shows no board")).to_be_visible()
