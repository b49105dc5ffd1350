"""A server that is not open: the first admin, signing in and out."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect
from server_process import ServerProcess, StartProcess

from .conftest import OpenPage, Watched

EMAIL = "ana@studio.example"
PASSWORD = "a sentence nobody guesses"
PRINTED_SECONDS_MAX = 60.0


def setup_link(server: ServerProcess) -> str:
    """It is printed a moment after the server answers."""
    deadline = time.monotonic() + PRINTED_SECONDS_MAX
    while time.monotonic() < deadline:
        if (link := re.search(r"http\S+/setup\?token=\S+", server.output())) is not None:
            return link.group()
        time.sleep(0.05)
    raise AssertionError(f"No setup link:\n{server.output()}")


def test_from_the_setup_link_to_signing_in_again(
    start_process: StartProcess, open_page: OpenPage, watched: Watched
) -> None:
    server = start_process([])
    link = setup_link(server)
    page = open_page(link)
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD + "!")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("alert")).to_have_text("The two are not the same.")
    page.get_by_role("button", name="Show").last.click()
    expect(page.get_by_label("The same again")).to_have_attribute("type", "text")
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="No game yet")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.goto(link)
    expect(page.get_by_text("The setup link was used already")).to_be_visible()

    watched.expected.append("401 (Unauthorized)")
    page.goto(f"{server.url}/retention?range=7d")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill("something else entirely")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{server.url}/retention?range=7d")


def test_signing_in_never_leads_elsewhere(start_process: StartProcess, open_page: OpenPage) -> None:
    server = start_process([])
    page = open_page(f"{server.url}/login?next=//evil.example/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
