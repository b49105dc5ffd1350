"""The second factor, and signing in with an identity provider, as somebody does it in a browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP
from server_process import ServerProcess

from playtrace.config import Settings
from playtrace.registry.registry import Registry
from playtrace.registry.roles import ADMIN_OF_ALL, Grant, Role

from .conftest import OpenPage, Watched

EMAIL, PASSWORD = "ana@studio.example", "a sentence nobody guesses"
EDITOR = "dora@studio.example"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    program = Path(__file__).parents[1] / "openid_provider.py"
    with subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[0]
        process.terminate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[ServerProcess]:
    data = tmp_path_factory.mktemp("sign-in") / "data"
    registry = Registry.open(Settings(data=data).registry_database)
    for email, grant in ((EMAIL, ADMIN_OF_ALL), (EDITOR, Grant(Role.EDITOR))):
        registry.password_links.use(registry.people.invite(email, [grant])[1], PASSWORD)
    registry.close()
    server = ServerProcess(
        data,
        environment={
            "PLAYTRACE_OIDC_ISSUER": provider,
            "PLAYTRACE_OIDC_CLIENT_SECRET": "hush",
            "PLAYTRACE_OIDC_NAME": "Studio login",
            "PLAYTRACE_OIDC_ROLES": '["bosses=admin"]',
            "PLAYTRACE_ADMIN_SECOND_FACTOR": "true",
        },
    )
    yield server.start()
    server.stop()


def sign_in(page: Page, code: str | None = None, *, email: str = EMAIL) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if code is not None:
        page.get_by_label("Code of your authenticator app").fill(code)
        page.get_by_role("button", name="Sign in", exact=True).click()


def test_the_second_factor_is_set_up_asked_for_and_given_up(
    server: ServerProcess, open_page: OpenPage, watched: Watched
) -> None:
    watched.expected += ["401 (Unauthorized)", "403 (Forbidden)"]
    page = open_page(f"{server.url}/login?next=/account")
    sign_in(page)
    # An admin without one comes no further.
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    page.goto(f"{server.url}/people")
    expect(page).to_have_url(f"{server.url}/login/second-factor?next=/people")
    panel = page.get_by_role("region", name="Second factor")
    panel.get_by_label("Your password").fill(PASSWORD)
    panel.get_by_role("button", name="Set it up").click()
    expect(panel.get_by_role("img", name="QR code")).to_be_visible()
    totp = TOTP(panel.locator(".key .mono").inner_text())
    panel.get_by_role("textbox", name="Code").fill(totp.now())
    panel.get_by_role("button", name="Turn it on").click()
    expect(panel.get_by_role("listitem")).to_have_count(10)
    recovery = panel.get_by_role("listitem").all_inner_texts()
    panel.get_by_role("button", name="I have kept them").click()
    expect(panel.get_by_text("10 of your recovery codes are left")).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()

    elsewhere = open_page(f"{server.url}/login?next=/account")
    sign_in(elsewhere, "000000")
    expect(elsewhere.get_by_role("alert")).to_contain_text("not the code that the app shows")
    elsewhere.get_by_label("Code of your authenticator app").fill(recovery[0])
    elsewhere.get_by_role("button", name="Sign in", exact=True).click()
    panel = elsewhere.get_by_role("region", name="Second factor")
    expect(panel.get_by_text("9 of your recovery codes are left")).to_be_visible()
    panel.get_by_label("Your password, to change it").fill(PASSWORD)
    panel.get_by_role("button", name="Turn it off").click()
    expect(panel.get_by_role("button", name="Set it up")).to_be_visible()
    elsewhere.reload()
    elsewhere.get_by_role("button", name="Sign out").click()
    expect(elsewhere.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


@pytest.fixture
def at_provider(provider: str, watched: Watched) -> Callable[[Page, str], None]:
    """Signs in there as somebody, in a page that was sent there."""
    # The provider's own pages ask for a style sheet elsewhere, and do without.
    watched.expected += [f"asked {provider}", "403 (Forbidden)", "401 (Unauthorized)", "jsdelivr", "ERR_"]

    def sign_in_there(page: Page, sub: str) -> None:
        page.route("**/*jsdelivr*/**", lambda route: route.abort())
        page.locator("input[name=sub]").fill(sub)
        page.get_by_role("button", name="Authorize").click()

    return sign_in_there


def test_an_account_of_the_provider_is_linked_and_signed_in_with(
    server: ServerProcess, provider: str, open_page: OpenPage, at_provider: Callable[[Page, str], None]
) -> None:
    httpx2.put(f"{provider}/users/dora-at-work", json={"email": "d@elsewhere.example"}, timeout=60)
    page = open_page(f"{server.url}/login?next=/account")
    sign_in(page, email=EDITOR)
    panel = page.get_by_role("region", name="Studio login")
    panel.get_by_label("Your password").fill(PASSWORD)
    panel.get_by_role("button", name="Link Studio login").click()
    at_provider(page, "dora-at-work")
    expect(page).to_have_url(f"{server.url}/account")
    expect(panel.get_by_text("as well as with your password")).to_be_visible()

    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with Studio login").click()
    at_provider(page, "dora-at-work")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("link", name="Your account").click()
    expect(page.get_by_text(EDITOR)).to_be_visible()
    panel.get_by_label("Your password").fill(PASSWORD)
    panel.get_by_role("button", name="Unlink Studio login").click()
    expect(panel.get_by_role("button", name="Link Studio login", exact=True)).to_be_visible()


def test_there_and_back_to_the_page_that_was_wanted(
    server: ServerProcess, provider: str, open_page: OpenPage, at_provider: Callable[[Page, str], None]
) -> None:
    people = httpx2.Client(base_url=provider, timeout=60)
    people.put("/users/bo", json={"email": "bo@studio.example", "groups": ["bosses"]})
    people.put("/users/eve", json={"email": "eve@studio.example", "groups": []})
    people.close()

    page = open_page(f"{server.url}/account")
    page.get_by_role("button", name="Sign in with Studio login").click()
    at_provider(page, "eve")
    expect(page.get_by_role("alert")).to_contain_text("none of your groups")
    expect(page).to_have_url(f"{server.url}/login/return")
    page.get_by_role("link", name="Back to signing in").click()

    page.goto(f"{server.url}/account")
    page.get_by_role("button", name="Sign in with Studio login").click()
    at_provider(page, "bo")
    expect(page.get_by_text("bo@studio.example")).to_be_visible()
    expect(page.get_by_text("You sign in with Studio login")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile(re.escape(f"{provider}/oauth2/end_session?")))
