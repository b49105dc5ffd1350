"""Pages that are lists of panels: what they show is what the API answers, and every panel can be taken along."""

from __future__ import annotations

import bisect
import datetime as dt
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import warm_program
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess

from .accessible import is_for_everybody
from .conftest import OpenPage

GAME = "arena"
PAGES = {
    "": 5,
    "retention": 2,
    "growth": 8,
    "sessions": 6,
    "funnels?step=session_start&step=match_start&step=player_kill": 3,
    "paths": 2,
    "progression": 4,
    "economy": 10,
    "revenue": 9,
    "leaderboards?event=match_end": 3,
    "achievements": 1,
    "performance?split=platform": 5,
    "releases": 3,
    "crashes": 5,
    "explore?event=player_kill&by=props.weapon&measure=p90&of=props.distance": 2,
    "explore?by=version&look=pie": 2,
    "players/p-000001": 9,
    "funnels/dropped?step=session_start&step=match_start": 1,
}
"""How many panels each has, the steps of a funnel, the form of Explore and a player's journey among them."""
TALL = (1280, 4000)
"""All panels of a page are in view."""
SCALES = {"K": 1e3, "M": 1e6, "B": 1e9, "%": 0.01, "points": 0.01, "s": 1.0, "ms": 1.0, "min": 60.0, "h": 3600.0}
MICROS = 1e6
FIGURE = re.compile(r"[+-]?\$?[\d,]+(\.\d+)?[KMB]?( ?(%|points|ms|s|min|h|MB))?( \d+ (s|min))?")


@pytest.fixture(scope="module")
def simulated(open_process: ServerProcess) -> ServerProcess:
    """Four weeks of the arena game."""
    arguments = ["simulate", "--days", "28", "--events", "15000", "--server", open_process.url]
    warm_program.run(*arguments, check=True)
    open_process.wait_until_loaded()
    return open_process


def opened(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".unseen, .skeleton")).to_have_count(0)


def panels(page: Page) -> list[Locator]:
    return page.locator("main section[aria-labelledby]").all()


@pytest.mark.parametrize(("path", "count"), PAGES.items())
def test_every_figure_of_a_page_is_what_the_api_answers(
    simulated: ServerProcess, open_page: OpenPage, axe_source: str, path: str, count: int
) -> None:
    """Each figure of a panel is one of the answers to its questions, which its export names. Everybody can read it."""
    page = open_page(f"{simulated.url}/{path}{'&' if '?' in path else '?'}game={GAME}", size=TALL)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".unseen, .skeleton")).to_have_count(0)
    found = panels(page)
    assert len(found) == count
    for panel in found:
        if panel.get_by_role("button", name=re.compile(": more$")).count():
            shows_its_answers(simulated, page, panel)
    # What is around it is the same on each page, and is looked at with those of `test_dashboard`.
    is_for_everybody(page, axe_source, "main")


def shows_its_answers(server: ServerProcess, page: Page, panel: Locator) -> None:
    title = panel.get_by_role("heading", level=2).inner_text()
    panel.get_by_role("button", name=re.compile(": more$")).click()
    menu = page.get_by_role("dialog", name=f"{title}: more", exact=True)
    expect(menu.get_by_role("link").first).to_be_visible()
    files = menu.get_by_role("link").evaluate_all("all => all.map(one => one.href)")
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    answers: list[float] = []
    for file in files:
        parts = urlsplit(file)
        asked = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("list", "format")]
        metric = parts.path.rpartition("/")[2]
        answer = server.get(f"/api/metrics/{metric}?{urlencode([*asked, ('gameId', GAME)])}")
        numbers(answer, answers)
        assert server.request("GET", f"{parts.path}?{parts.query}")[0] == 200, file
    answers += [1 - share for share in answers if 0 <= share <= 1]
    answers.sort()
    toggle = panel.get_by_role("button", name=re.compile("as a table$"))
    if toggle.count():
        toggle.click()
        expect(toggle).to_have_attribute("aria-pressed", "true")
        expect(panel.locator("tbody, p").first).to_be_visible()
    for everything in panel.get_by_role("button", name=re.compile("^Show all")).all():
        everything.click()
    texts = panel.locator("tbody td, dd .value").all_inner_texts()
    shown = [text for text in (text.split("\n")[0].strip() for text in texts) if FIGURE.fullmatch(text)]
    wrong = [text for text in shown if not is_among(text, answers)]
    assert wrong == [], (title, files)
    # Of what never happened there is nothing to show, but that is said.
    assert shown or panel.locator("p").count(), title


def numbers(value: Any, found: list[float]) -> None:
    if isinstance(value, dict):
        for part in value.values():
            numbers(part, found)
    elif isinstance(value, list):
        for part in value:
            numbers(part, found)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found.append(abs(value))


def is_among(text: str, answers: list[float]) -> bool:
    """Whether what a person reads is one of the numbers, rounded."""
    value, half = read(text)
    scales = [MICROS] if "$" in text else [1.0, MICROS, 1e3] if text.endswith(" s") else [1.0, MICROS]
    for scale in scales:
        place = bisect.bisect_left(answers, (value - half) * scale - 1e-9)
        if place < len(answers) and answers[place] <= (value + half) * scale + 1e-9:
            return True
    return False


def read(text: str) -> tuple[float, float]:
    """A figure without its sign, and half of the last place that is written of it."""
    value, half = 0.0, 0.0
    for digits, unit in re.findall(r"([\d,]+(?:\.\d+)?)\s?(%|points|ms|min|MB|[KMBsh])?", text):
        scale = SCALES.get(unit, 1.0)
        value += float(digits.replace(",", "")) * scale
        # Of minutes and hours those that are over are counted.
        half = (1 if unit in ("min", "h") else 0.5) * scale / 10 ** len(digits.partition(".")[2])
    return value, half


def test_a_funnel_is_built(simulated: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{simulated.url}/funnels?game={GAME}")
    steps = page.get_by_role("list", name="Steps of the funnel")
    for step, event in ((2, "level_start"), (3, "level_complete")):
        steps.get_by_role("button", name=f"Step {step}:").click()
        page.get_by_placeholder(re.compile("^Search")).fill(event)
        page.get_by_role("option", name=re.compile(f"^{event}")).click()
    steps.get_by_label("Conditions of step 2").fill("level:level_03")
    steps.get_by_label("Conditions of step 2").press("Tab")
    steps.get_by_role("button", name="One step more:").click()
    page.get_by_placeholder(re.compile("^Search")).fill("purchase")
    page.get_by_role("option", name=re.compile("^purchase")).click()
    page.get_by_role("button", name="Remove step 4").click()
    page.get_by_role("button", name=re.compile("^Window")).click()
    page.get_by_role("option", name="1 day").click()
    page.get_by_text("Any order", exact=True).click()
    expect(page).to_have_url(re.compile("order=any"))
    query = parse_qsl(urlsplit(page.url).query)
    chosen = ["session_start", "level_start(level:level_03)", "level_complete"]
    assert [value for name, value in query if name == "step"] == chosen
    asked = [*(("step", step) for step in chosen), ("window", "24h"), ("order", "any"), ("gameId", GAME)]
    answer = simulated.get(f"/api/metrics/funnel?{urlencode(asked)}")
    funnel = page.get_by_role("region", name="Funnel", exact=True)
    expect(funnel.get_by_role("listitem")).to_have_count(3)
    for item, step in zip(funnel.get_by_role("listitem").all(), answer["steps"], strict=True):
        expect(item).to_contain_text(f"{step['reached']:,}")
        expect(item).to_contain_text(f"{step['overallRate']:.1%}")
    # Back takes one choice back.
    page.go_back()
    expect(page).not_to_have_url(re.compile("order=any"))


def test_a_panel_is_taken_along(simulated: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{simulated.url}/crashes?game={GAME}&range=7d")
    panel = page.get_by_role("region", name="Crash-free sessions", exact=True)
    more = panel.get_by_role("button", name="Crash-free sessions: more")
    more.click()
    menu = page.get_by_role("dialog", name="Crash-free sessions: more")
    with page.expect_download() as download:
        menu.get_by_role("link", name="CSV").click()
    address = urlsplit(download.value.url)
    assert download.value.path().read_bytes() == simulated.request("GET", f"{address.path}?{address.query}")[2]
    for kind, begin in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        more.click()
        with page.expect_download() as download:
            menu.get_by_role("button", name=kind).click()
        assert download.value.path().read_bytes().startswith(begin)
    more.click()
    menu.get_by_role("button", name="Show SQL").click()
    expect(page.get_by_role("dialog", name="SQL of Crash-free sessions").locator("pre")).to_contain_text("SELECT")
    page.keyboard.press("Escape")
    panel.get_by_role("button", name="Crash-free sessions as a table").click()
    expect(page).to_have_url(re.compile("table=rate"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    more.click()
    menu.get_by_role("button", name="Copy link").click()
    expect(menu.get_by_text("Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{simulated.url}/crashes?game={GAME}&range=7d&table=rate#rate"
    colleague = open_page(link, size=(1280, 500))
    expect(colleague.get_by_role("table", name="Crash-free sessions over time")).to_be_in_viewport()


def test_what_is_counted_is_said_where_the_pointer_rests(simulated: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{simulated.url}/live?game={GAME}", size=TALL)
    opened(page, f"{simulated.url}/growth?game={GAME}")
    page.get_by_role("heading", name="New players").hover()
    definition = page.get_by_role("dialog", name="What is New players?")
    expect(definition).to_contain_text("first qualifying event ever")
    expect(definition.get_by_role("link")).to_have_attribute("href", "/docs#metric_new_players")
    page.get_by_role("button", name="What is Quick ratio?").click()
    expect(page.get_by_role("dialog", name="What is Quick ratio?")).to_contain_text("(new + resurrected) / churned")


def test_a_figure_leads_to_what_it_is_made_of(simulated: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{simulated.url}/crashes?game={GAME}", size=TALL)
    page.get_by_role("region", name="What crashed").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/events.*type=crash"))
    page.get_by_role("table", name="Stored events, newest first").get_by_role("button", name="crash").first.click()
    expect(page.get_by_label("Stack trace")).to_contain_text("at ")

    opened(page, f"{simulated.url}/leaderboards?game={GAME}&event=match_end")
    best = page.get_by_role("region", name="Leaderboard", exact=True).locator("tbody a").first
    player = best.inner_text()
    best.click()
    rows = page.get_by_role("table", name="Stored events, newest first").locator("tbody tr")
    expect(rows.first).to_contain_text(player)

    opened(page, f"{simulated.url}/growth?game={GAME}")
    country = page.get_by_role("region", name="Countries", exact=True).locator("tbody a").first
    name = country.inner_text()
    country.click()
    expect(page.get_by_role("button", name=f"Country: {name}")).to_be_visible()


def test_a_slow_panel_keeps_no_other_waiting_and_one_out_of_view_asks_nothing(
    simulated: ServerProcess, open_page: OpenPage
) -> None:
    page = open_page(f"{simulated.url}/live?game={GAME}", size=(1280, 600))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    # What nobody answers stays open.
    page.route("**/api/metrics/growth?*", lambda route: None)
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Growth").click()
    new = page.get_by_role("region", name="New players", exact=True)
    expect(new.locator("canvas")).to_be_visible()
    expect(page.get_by_role("region", name="Churn rate", exact=True).get_by_role("status")).to_be_attached()
    assert "/api/metrics/geo" not in asked
    page.get_by_role("region", name="Countries", exact=True).scroll_into_view_if_needed()
    expect(page.get_by_role("region", name="Countries", exact=True).get_by_role("table")).to_be_visible()
    assert "/api/metrics/geo" in asked


def test_days_are_laid_beside_any_others(simulated: ServerProcess, open_page: OpenPage) -> None:
    page = open_page(f"{simulated.url}/?game={GAME}&range=7d&table=events")
    answer = simulated.get(f"/api/metrics/timeseries?gameId={GAME}&metric=events&interval=day&timeZone=UTC")
    first = answer["points"][-21]["time"][:10]
    page.get_by_role("button", name="Compare: Compare").click()
    page.get_by_label("With as many days from").fill(first)
    expect(page).to_have_url(re.compile(f"compare={first}"))
    table = page.get_by_role("table", name="Events over time")
    heads = table.get_by_role("columnheader")
    expect(heads.filter(has_text=re.compile("^As many days from"))).to_be_visible()
    place = next(n for n, head in enumerate(heads.all_inner_texts()) if head.startswith("As many days from"))
    beside = [f"{point['value']:,}" for point in answer["points"][-21:-14]]
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(len(beside))
    shown = [row.locator("th, td").nth(place).inner_text() for row in rows.all()]
    assert shown in (beside, beside[::-1])
    page.get_by_role("button", name=re.compile("^Compare: With")).click()
    page.get_by_role("option", name="Figures with the days before").click()
    expect(page).not_to_have_url(re.compile("compare="))


COMPARED: list[tuple[str, str, str, Callable[[Any], float], bool]] = [
    ("Overview", "Sessions", "summary", lambda answer: answer["current"]["sessionCount"], False),
    ("Sessions", "Mean length", "sessions", lambda answer: answer["total"]["meanSeconds"], False),
    ("Revenue", "Payer conversion", "arpu", lambda answer: answer["total"]["payerConversion"], True),
    ("Economy", "Sources", "economy", lambda answer: answer["period"]["sourcesMicros"], False),
    ("Explore", "All events", "breakdown", lambda answer: answer["total"]["value"], False),
    ("Crashes", "Crash-free sessions", "crash_free", lambda answer: answer["parts"][0]["crashFreeSessions"], True),
]
"""A page, one of its tiles, and where the metric has its figure; which may be a share."""


def test_figures_are_compared_with_any_days(simulated: ServerProcess, open_page: OpenPage) -> None:
    """Those of whole days that are over, on each page, where charts are split too. What cannot be compared is said."""
    page = open_page(f"{simulated.url}/?game={GAME}&range=7d&split=platform")
    today = dt.datetime.now(dt.UTC).date()
    over = today - dt.timedelta(days=6), today - dt.timedelta(days=1)
    other = today - dt.timedelta(days=21), today - dt.timedelta(days=16)
    tile = page.locator("dl > div", has=page.locator("dt", has_text="Sessions")).first
    expect(tile.locator(".under [title]")).to_have_attribute(
        "title", re.compile("^Change from as much of the days before as has passed")
    )
    page.get_by_role("button", name="Compare: Compare").click()
    page.get_by_label("With as many days from").fill(f"{other[0]}")
    for title, label, metric, of, is_share in COMPARED:
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=title, exact=True).click()
        expect(page).to_have_url(re.compile(f"compare={other[0]}"))
        if title == "Explore":
            page.get_by_text("Number", exact=True).click()
        address = f"/api/metrics/{metric}?gameId={GAME}"
        now, before = (simulated.get(f"{address}&from={first}&to={last}") for first, last in (over, other))
        tile = page.locator("dl > div", has=page.locator("dt", has_text=re.compile(f"^{label}"))).first
        expect(tile).to_contain_text(change(of(now), of(before), is_share=is_share))
        expect(tile.get_by_text(re.compile("compared with"))).to_have_text(f" compared with {told(before)}")
        expect(tile.locator(".under [title]")).to_have_attribute("title", re.compile(f"^Change .*from {told(before)}$"))
    page.get_by_role("button", name=re.compile("^Compare: With")).click()
    page.get_by_label("With as many days from").fill(f"{today}")
    expect(page.get_by_text("there are not yet as many days that are over")).to_be_visible()
    expect(tile.get_by_text(re.compile("compared with"))).to_have_count(0)


def change(now: float, before: float, *, is_share: bool) -> str:
    if is_share:
        return f"{signed((now - before) * 100, digits=2)} points"
    if now / before >= 2:
        return f"{signed(now / before, digits=2 if now / before < 10 else 0).removeprefix('+')} ×"
    return f"{signed((now / before - 1) * 100, digits=1)}%"


def signed(value: float, *, digits: int) -> str:
    """As browsers round: a half away from zero."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP).normalize()
    return f"{rounded:+f}" if rounded else "0"


def told(answer: Any) -> str:
    """The days of an answer."""
    first, end = (dt.datetime.fromisoformat(answer[name]) for name in ("from", "to"))
    return " – ".join(day(moment) for moment in (first, end - dt.timedelta(seconds=1)))


def day(moment: dt.datetime) -> str:
    """With its year where that is another than this one."""
    year = "" if moment.year == dt.datetime.now(dt.UTC).year else f", {moment.year}"
    return f"{moment:%b} {moment.day}{year}"
