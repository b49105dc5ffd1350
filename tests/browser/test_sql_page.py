"""The page SQL: an editor that knows the views, answers as table and chart, and saved queries."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect
from server_process import ServerProcess

from .accessible import is_for_everybody
from .conftest import OpenPage, Watched
from .played_game import GAME, PLAYERS

PER_PLATFORM = (
    f"SELECT platform, count(*) AS began FROM events WHERE game_id = '{GAME}' AND name = 'session_start'"
    " AND player_id LIKE 'player-%' GROUP BY platform ORDER BY platform"
)


def told_in_sql(server: ServerProcess, sql: str) -> list[list[Any]]:
    """As somebody is told who asks there: of the views."""
    answer = server.client.post("/api/sql", json={"sql": sql})
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def write(page: Page, sql: str) -> None:
    editor = page.get_by_role("textbox", name="SQL")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(sql)


def test_a_statement_is_written_run_and_kept(played: ServerProcess, open_page: OpenPage, axe_source: str) -> None:
    page = open_page(f"{played.url}/sql?game={GAME}")
    editor = page.get_by_role("textbox", name="SQL")
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("select platf")
    page.get_by_role("option", name="platform").click()
    expect(editor).to_contain_text("select platform")
    write(page, PER_PLATFORM)
    page.keyboard.press("ControlOrMeta+Enter")
    rows = page.get_by_role("region", name="Answer, table").locator("tbody tr")
    told = [[str(value) for value in row] for row in told_in_sql(played, PER_PLATFORM)]
    expect(rows).to_have_count(len(told))
    assert [row.locator("td").all_inner_texts() for row in rows.all()] == told
    assert parse_qs(urlsplit(page.url).query)["sql"] == [PER_PLATFORM]
    page.get_by_text("Chart", exact=True).click()
    expect(page.get_by_role("region", name="Answer", exact=True).locator("canvas")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert download.value.path().read_text("utf-8").splitlines()[0] == "platform,began"

    page.get_by_role("textbox", name="Name of the query").fill("<b>by platform</b>")
    page.get_by_role("button", name="Save as new").click()
    expect(page.get_by_role("list", name="Saved queries").get_by_role("listitem")).to_have_count(1)
    colleague = open_page(f"{played.url}/sql?game={GAME}")
    colleague.get_by_role("button", name="<b>by platform</b>").click()
    expect(colleague.get_by_role("textbox", name="SQL")).to_contain_text("GROUP BY platform")
    colleague.get_by_role("button", name="Forget").click()
    colleague.get_by_role("button", name="Forget it").click()
    expect(colleague.get_by_text("None is kept yet.")).to_be_visible()
    is_for_everybody(page, axe_source)


def test_an_error_says_where_and_much_is_cut(played: ServerProcess, open_page: OpenPage, watched: Watched) -> None:
    watched.expected.append("400")
    page = open_page(f"{played.url}/sql?game={GAME}")
    write(page, "SELECT 1,\n  nam FROM events")
    page.get_by_role("button", name="Run").click()
    fault = page.get_by_role("alert")
    expect(fault).to_contain_text("Line 2, column 3")
    expect(fault).to_contain_text('"nam" not found')
    expect(page.locator(".cm-fault")).to_have_text("nam")
    write(page, "SELECT range AS number, '<img src=x onerror=alert(1)>' AS text FROM range(20000)")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("only the first rows: there are more")).to_be_visible()
    table = page.get_by_role("region", name="Answer, table")
    expect(table.get_by_role("table")).to_have_attribute("aria-rowcount", "10001")
    assert table.locator("tbody tr").count() < 100
    table.evaluate("region => region.scrollTo(0, 9000 * 27)")
    expect(table.locator("tbody tr", has_text="9000")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=re.compile("^10,000 rows"))).to_be_visible()


def test_the_editor_knows_the_views_as_they_are(played: ServerProcess) -> None:
    """What it completes is written down in the dashboard, and is what the server says."""
    text = (Path(__file__).parents[2] / "dashboard/src/pages/sql/views.ts").read_text("utf-8")
    known = {name: re.findall(r"'(\w+)'", columns) for name, columns in re.findall(r"^  (\w+): \[(.*)\],$", text, re.M)}
    assert set(known) == {row[0] for row in told_in_sql(played, "SHOW TABLES")} and len(known["events"]) > PLAYERS
    for view, columns in known.items():
        assert columns == [row[0] for row in told_in_sql(played, f"DESCRIBE {view}")]
