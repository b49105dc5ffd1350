"""Signing in by an OpenID provider that runs beside: over the real routes and registry, as a browser does."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from partial_state import partial_state
from pyotp.totp import TOTP
from quick_passwords import quick_passwords
from starlette.testclient import TestClient

from playtrace.api import linked_identity, people, problem_documents, provider_sign_in, second_factor, session
from playtrace.api.identity_provider import IdentityProvider
from playtrace.config import OidcSettings, Settings
from playtrace.registry.group_roles import read_group_roles
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.registry.roles import ADMIN_OF_ALL, Grant, Role

__all__ = ["quick_passwords"]
PUBLIC = "https://play.studio.example"
EMAIL, BOSS, PASSWORD = "ada@studio.example", "boss@studio.example", "a long enough password"
ROLES = ["bosses=admin", "art=viewer:moon", "dev=editor:moon,nowhere"]


@pytest.fixture(scope="module")
def providers() -> Iterator[list[str]]:
    """Addresses of one that does as it should, and of one whose tokens are over."""
    program = Path(__file__).parents[1] / "openid_provider.py"
    with subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()
        process.terminate()


@pytest.fixture(scope="module")
def there(providers: list[str]) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=providers[0], timeout=120) as client:
        yield client


@pytest.fixture(autouse=True)
def honest(there: httpx2.Client) -> Iterator[None]:
    yield
    there.put("/tampering", json={})


@pytest.fixture(scope="module")
def with_boss(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A registry with a game and an admin, to be copied."""
    settings = Settings(data=tmp_path_factory.mktemp("boss"))
    registry = Registry.open(settings.registry_database)
    registry.games.add("moon")
    registry.password_links.use(registry.people.invite(BOSS, [ADMIN_OF_ALL])[1], PASSWORD)
    registry.close()
    return settings.registry_path.read_bytes()


class Site:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.registry = Registry.open(settings.registry_database, upgraded=True)
        self.app = FastAPI()
        problem_documents.install(self.app)
        routers = (session, people, second_factor, provider_sign_in, linked_identity)
        for router in (one.router for one in routers):
            self.app.include_router(router)
        partial_state(
            settings=settings,
            registry=self.registry,
            key_ring=KeyRing(self.registry, open_mode=False),
            local_token="of the machine",
            identity_provider=IdentityProvider(settings.oidc),
            group_roles=read_group_roles(settings.oidc.roles),
        ).give_to(self.app)

    def browser(self) -> TestClient:
        # As behind a proxy with TLS: cookies are for https alone.
        return TestClient(self.app, base_url=PUBLIC, headers={"Origin": PUBLIC})

    def sign_in(self, browser: TestClient, sub: str = "ada", **changed: str) -> Any:
        """From the button to the answer; `changed` stands in the address at which the provider is asked."""
        return browser.post("/api/session/provider/return", json=authorize(begin(browser), sub, **changed))


@pytest.fixture
def site(tmp_path: Path, providers: list[str], with_boss: bytes) -> Iterator[Site]:
    site = Site(settings_of(tmp_path, providers[0], with_boss))
    yield site
    site.registry.close()


def settings_of(folder: Path, issuer: str, registry: bytes, **oidc: Any) -> Settings:
    own = {"issuer": issuer, "client_secret": "hush", "name": "Studio login", "roles": ROLES, **oidc}
    settings = Settings(data=folder, public_url=PUBLIC, oidc=OidcSettings.model_validate(own))
    settings.registry_path.write_bytes(registry)
    return settings


def begin(browser: TestClient) -> str:
    answer = browser.post("/api/session/provider")
    assert answer.status_code == 200, answer.text
    return answer.json()["url"]


def authorize(url: str, sub: str, **changed: str) -> dict[str, str]:
    """What the provider sends the browser back with, who is `sub` there."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    form = httpx2.post(parts._replace(query=urlencode(query)).geturl(), data={"sub": sub}, timeout=120)
    assert form.status_code == 302, form.text
    back = urlsplit(form.headers["location"])
    assert back._replace(query="").geturl() == f"{PUBLIC}/login/return"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


def told(there: httpx2.Client, sub: str = "ada", **claims: Any) -> None:
    """What the provider says of somebody."""
    assert there.put(f"/users/{sub}", json={"email": EMAIL, "groups": ["art"], **claims}).status_code == 204


def refused(answer: Any) -> str:
    assert answer.status_code == 403, answer.text
    return answer.json()["detail"]


def test_from_the_button_to_an_account_and_out_again(site: Site, there: httpx2.Client) -> None:
    told(there)
    browser = site.browser()
    assert browser.get("/api/me").json()["provider"] == "Studio login"
    url = begin(browser)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["redirect_uri"] == f"{PUBLIC}/login/return"
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", "playtrace")
    assert asked["scope"] == "openid email profile"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20

    answer = browser.post("/api/session/provider/return", json=authorize(url, "ada"))
    assert answer.status_code == 200, answer.text
    user = browser.get("/api/me").json()["user"]
    assert (user["email"], user["grants"]) == (EMAIL, [{"role": "viewer", "gameId": "moon"}])
    assert (user["isOfProvider"], user["hasPassword"]) == (True, False)
    login = site.registry.logins.of(EMAIL)[0]
    assert (login.expires_at - login.created_at).total_seconds() == 24 * 3600
    entries = {entry.action: entry.actor for entry in site.registry.audit.entries(action="person", limit=2)}
    assert entries == {"person.joined": "Studio login", "person.signed_in": EMAIL}

    # What they may follows their groups, each time; they are known by who they are there, not by their email.
    told(there, email="Ada.Byron@studio.example", groups=["dev", "art", "another"])
    assert site.sign_in(browser).status_code == 200
    assert [(person.email, person.grants) for person in site.registry.people.all()] == [
        ("ada.byron@studio.example", (Grant(Role.EDITOR, "moon"),)),
        (BOSS, (ADMIN_OF_ALL,)),
    ]
    out = browser.post("/api/session/provider/end").json()["url"]
    assert out.startswith(f"{there.base_url}/oauth2/end_session?".replace("//oauth2", "/oauth2"))
    assert parse_qs(urlsplit(out).query)["post_logout_redirect_uri"] == [f"{PUBLIC}/login"]
    assert browser.get("/api/me").json()["user"] is None
    # Who signs in with a password is not sent there.
    browser.post("/api/session", json={"email": BOSS, "password": PASSWORD})
    assert browser.post("/api/session/provider/end").json() == {"url": None}


def test_somebody_elses_account_is_not_taken_over_by_an_email(site: Site, there: httpx2.Client) -> None:
    told(there, email=BOSS, groups=["bosses"])
    answer = site.sign_in(site.browser())
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "conflict")
    told(there, groups=["bosses"])
    assert site.sign_in(site.browser()).status_code == 200
    told(there, email=BOSS, groups=["bosses"])
    assert site.sign_in(site.browser()).status_code == 409
    told(there, "eve")
    assert site.sign_in(site.browser(), "eve").status_code == 409
    told(there, "eve", email="eve@studio.example", email_verified=False)
    assert "not verified" in refused(site.sign_in(site.browser(), "eve"))
    told(there, "eve", email=None)
    assert "no email address" in refused(site.sign_in(site.browser(), "eve"))


def test_who_is_in_no_group_is_refused_and_put_out(site: Site, there: httpx2.Client) -> None:
    told(there, groups=["another"])
    assert "none of your groups" in refused(site.sign_in(site.browser()))
    # A game that there is not is none.
    assert [person.email for person in site.registry.people.all()] == [BOSS]
    told(there, groups="art")
    inside = site.browser()
    assert site.sign_in(inside).status_code == 200
    told(there, groups={"art": 1})
    assert "none of your groups" in refused(site.sign_in(site.browser()))
    assert inside.get("/api/me").json()["user"] is None
    assert site.registry.people.find(EMAIL).grants == ()
    # The last admin stays one, and is told.
    told(there, groups=["bosses"])
    assert site.sign_in(inside).status_code == 200
    site.registry.people.remove(BOSS)
    told(there, groups=["art"])
    assert "only admin" in refused(site.sign_in(site.browser()))


def test_what_does_not_answer_this_browsers_question_is_refused(site: Site, there: httpx2.Client) -> None:
    told(there)
    browser, other = site.browser(), site.browser()
    assert "invalid_claim" in refused(site.sign_in(browser, nonce="of another sign-in"))
    assert "another sign-in" in refused(site.sign_in(browser, state="of another sign-in"))
    # Somebody sends a victim the address with a code of their own, to have them in the wrong account.
    theirs = authorize(begin(other), "ada")
    assert "No sign-in was begun" in refused(site.browser().post("/api/session/provider/return", json=theirs))
    begin(browser)
    assert "another sign-in" in refused(browser.post("/api/session/provider/return", json=theirs))
    # An attempt is over when it was used, and the code too.
    begun = dict(other.cookies)
    assert other.post("/api/session/provider/return", json=theirs).status_code == 200
    assert "No sign-in was begun" in refused(other.post("/api/session/provider/return", json=theirs))
    again = {"Cookie": "; ".join(f"{name}={value}" for name, value in begun.items())}
    assert "invalid_grant" in refused(site.browser().post("/api/session/provider/return", json=theirs, headers=again))
    for body in ({}, {"error": "access_denied", "error_description": "<b>no</b>"}, {"state": "x", "code": "\0"}):
        begin(browser)
        refused(browser.post("/api/session/provider/return", json=body))
    foreign = {"Origin": "https://evil.example"}
    assert browser.post("/api/session/provider", headers=foreign).status_code == 403
    assert browser.get("/api/me").json()["user"] is None


def test_what_was_issued_by_or_for_somebody_else_is_refused(site: Site, there: httpx2.Client) -> None:
    told(there)
    there.put("/tampering", json={"HTTP_HOST": "localhost:9"})
    assert "'iss'" in refused(site.sign_in(site.browser()))
    # Another site's client of the same provider.
    there.put("/tampering", json={"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"other:hush").decode()})
    assert "'aud'" in refused(site.sign_in(site.browser(), client_id="other"))
    there.put("/tampering", json={})
    browser = site.browser()
    back = authorize(begin(browser), "ada") | {"iss": "https://evil.example"}
    assert "another provider" in refused(browser.post("/api/session/provider/return", json=back))


def test_what_is_over_is_refused(tmp_path: Path, providers: list[str], with_boss: bytes) -> None:
    site = Site(settings_of(tmp_path, providers[1], with_boss))
    assert "expired" in refused(site.sign_in(site.browser()))
    site.registry.close()


def test_a_provider_that_is_away_or_another_one_is_said_to_be(
    tmp_path: Path, providers: list[str], with_boss: bytes
) -> None:
    site = Site(settings_of(tmp_path, "http://127.0.0.1:1", with_boss))
    answer = site.browser().post("/api/session/provider")
    assert (answer.status_code, "does not answer now" in answer.json()["detail"]) == (503, True)
    site.registry.close()
    site = Site(settings_of(tmp_path, providers[0] + "/", with_boss))
    answer = site.browser().post("/api/session/provider")
    assert (answer.status_code, "to the last character" in answer.json()["detail"]) == (503, True)
    # With a password people get in as ever.
    signed_in = site.browser().post("/api/session", json={"email": BOSS, "password": PASSWORD})
    assert signed_in.status_code == 200
    site.registry.close()


def linked(site: Site, there: httpx2.Client, sub: str = "boss-at-work") -> TestClient:
    """A browser in which somebody has signed in, and linked whom the provider calls `sub`."""
    told(there, sub, email="elsewhere@studio.example", groups=["another"])
    browser = site.browser()
    assert browser.post("/api/session", json={"email": BOSS, "password": PASSWORD}).status_code == 200
    begun = browser.post("/api/me/identity", json={"password": PASSWORD})
    assert begun.status_code == 200, begun.text
    answer = browser.post("/api/me/identity/return", json=authorize(begun.json()["url"], sub))
    assert answer.status_code == 200, answer.text
    return browser


def test_an_account_of_the_provider_is_linked_used_and_unlinked(site: Site, there: httpx2.Client) -> None:
    own = linked(site, there)
    user = own.get("/api/me").json()["user"]
    assert (user["isLinked"], user["isOfProvider"], user["email"]) == (True, False, BOSS)
    # What they may is said here: by their groups there they would be refused.
    other = site.browser()
    assert site.sign_in(other, "boss-at-work").status_code == 200
    assert other.get("/api/me").json()["user"]["isAdmin"]
    assert other.post("/api/session/provider/end").json() == {"url": None}
    assert own.post("/api/me/identity", json={"password": PASSWORD}).status_code == 409

    assert own.post("/api/me/identity/removal", json={"password": "a wrong one"}).status_code == 403
    assert own.post("/api/me/identity/removal", json={"password": PASSWORD}).json()["isLinked"] is False
    assert "none of your groups" in refused(site.sign_in(site.browser(), "boss-at-work"))
    entries = {entry.action: entry for entry in site.registry.audit.entries(action="person", limit=20)}
    assert entries["person.identity_linked"].details == {"identity_email": "elsewhere@studio.example"}
    assert (entries["person.identity_linked"].actor, entries["person.identity_unlinked"].subject) == (BOSS, BOSS)


def test_linking_asks_again_who_it_is(site: Site, there: httpx2.Client) -> None:
    told(there, "eve", groups=["bosses"])
    browser = site.browser()
    assert browser.post("/api/me/identity", json={"password": PASSWORD}).status_code == 401
    browser.post("/api/session", json={"email": BOSS, "password": PASSWORD})
    assert "another one" in refused(browser.post("/api/me/identity", json={"password": "a guess"}))
    # Whoever finds the browser has its cookies, and those of a sign-in of their own.
    for seal in ("", ".99999999999.forged", ".99999999999", ".soon.forged.too"):
        url = begin(browser)
        begun = browser.cookies["playtrace_begun"].strip('"')
        browser.cookies.set("playtrace_linking", begun + seal, domain="play.studio.example", path="/api/me/identity")
        returned = browser.post("/api/me/identity/return", json=authorize(url, "eve"))
        assert "somebody else" in refused(returned), seal
    assert site.registry.people.find(BOSS).is_linked is False
    # Nor does somebody else who signs in meanwhile get what was begun.
    begun = browser.post("/api/me/identity", json={"password": PASSWORD}).json()
    ada = site.registry.logins.begin(site.registry.people.invite(EMAIL, [])[0].id)
    browser.cookies.delete("playtrace_session")
    browser.cookies.set("playtrace_session", ada.secret, domain="play.studio.example", path="/")
    assert "somebody else" in refused(browser.post("/api/me/identity/return", json=authorize(begun["url"], "eve")))


def test_one_account_of_the_provider_is_linked_to_one_here(site: Site, there: httpx2.Client) -> None:
    told(there)
    assert site.sign_in(site.browser()).status_code == 200
    browser = site.browser()
    browser.post("/api/session", json={"email": BOSS, "password": PASSWORD})
    begun = browser.post("/api/me/identity", json={"password": PASSWORD}).json()
    taken = browser.post("/api/me/identity/return", json=authorize(begun["url"], "ada"))
    assert (taken.status_code, "have an admin remove" in taken.json()["detail"]) == (409, True)
    # A reset puts out whoever had linked theirs.
    linked(site, there)
    site.registry.password_links.use(site.registry.password_links.new(BOSS)[1], PASSWORD)
    assert "none of your groups" in refused(site.sign_in(site.browser(), "boss-at-work"))


def test_linking_asks_for_a_code_where_there_is_a_second_factor(site: Site) -> None:
    browser = site.browser()
    browser.post("/api/session", json={"email": BOSS, "password": PASSWORD})
    secret = browser.post("/api/me/second-factor", json={"password": PASSWORD}).json()["secret"]
    codes = browser.put("/api/me/second-factor", json={"code": TOTP(secret).now()}).json()["recoveryCodes"]
    for path in ("/api/me/identity", "/api/me/identity/removal"):
        wanted = browser.post(path, json={"password": PASSWORD})
        assert (wanted.status_code, wanted.json()["type"].rpartition("/")[2]) == (401, "second-factor-needed")
        assert browser.post(path, json={"password": PASSWORD, "code": codes.pop()}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://login.example"},
        {"issuer": "http://127.0.0.1.evil.example"},
        {"issuer": "https://login.example/?x=1"},
        {"scope": "email"},
        {"login_hours": 0},
    ],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        OidcSettings.model_validate(wrong)
