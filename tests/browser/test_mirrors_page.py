"""The page Mirrors, with a PostgreSQL server that comes and goes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from databases.postgresql import PostgreSQL, programs, throw_away_postgresql
from playwright.sync_api import Locator, Page, expect
from server_process import ServerProcess

from .accessible import is_for_everybody
from .conftest import OpenPage, Watched, missing
from .test_dashboard import panel

PASSWORD = "a-password-that-nobody-sees-again"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    if programs() is None:
        missing("PostgreSQL (Debian's package is `postgresql`)")
    with throw_away_postgresql() as server:
        yield server


def mirror_row(page: Page) -> Locator:
    return panel(page, "Databases that get every event").get_by_role("listitem")


def fill(page: Page, name: str, url: str) -> None:
    form = panel(page, "Add a mirror")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Address").fill(url)
    form.get_by_role("button", name="Add the mirror").click()


def send(server: ServerProcess, player: str) -> None:
    now = dt.datetime.now(dt.UTC).isoformat()
    assert (
        server.send({"events": [{"name": "session_start", "game_id": "arena", "player_id": player, "time": now}]})[0]
        == 202
    )


def test_a_mirror_from_its_address_to_its_end(
    open_process: ServerProcess, postgresql: PostgreSQL, open_page: OpenPage, watched: Watched, axe_source: str
) -> None:
    watched.expected += ["400 (Bad Request)", "422 (Unprocessable"]
    send(open_process, "ann")
    page = open_page(f"{open_process.url}/mirrors")
    expect(page.get_by_text("There is no mirror yet.")).to_be_visible()

    nowhere = f"postgresql://studio:{PASSWORD}@127.0.0.1:1/games"
    fill(page, "warehouse", nowhere)
    expect(page.get_by_role("alert")).to_contain_text("refused")
    assert PASSWORD not in page.get_by_role("alert").inner_text()
    expect(page.get_by_text("There is no mirror yet.")).to_be_visible()

    fill(page, "warehouse", postgresql.url().replace("postgres@", f"postgres:{PASSWORD}@"))
    row = mirror_row(page)
    expect(row).to_contain_text("up to date")
    expect(row).to_contain_text("1 events written")
    expect(row).to_contain_text("all games")
    assert PASSWORD not in page.content()
    # The form is empty again, and refuses a name that is taken before it asks the server.
    expect(page.get_by_label("Address")).to_have_value("")
    page.get_by_label("Name").fill("warehouse")
    expect(page.get_by_text("There is a mirror of that name already.")).to_be_visible()

    row.get_by_role("button", name="Test").click()
    expect(row).to_contain_text("Connected; its tables are there.")

    running = row.get_by_role("switch", name="Mirror warehouse")
    running.click()
    expect(row).to_contain_text("paused")
    send(open_process, "ben")
    running.click()
    expect(row).to_contain_text("2 events written")
    expect(row).to_contain_text("up to date")

    postgresql.kill()
    send(open_process, "eve")
    expect(row).to_contain_text(re.compile("Fails since .*PostgreSQL says"))
    assert PASSWORD not in page.content()
    row.get_by_role("button", name="Test").click()
    expect(row.get_by_role("status")).to_contain_text("refused")
    is_for_everybody(page, axe_source)
    postgresql.start()
    row.get_by_role("button", name="Try now").click()
    expect(row).to_contain_text("3 events written")
    expect(row).to_contain_text("up to date")

    row.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Keep it").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove the mirror").click()
    expect(page.get_by_text("There is no mirror yet.")).to_be_visible()
    assert open_process.get("/api/mirrors") == {"mirrors": []}
