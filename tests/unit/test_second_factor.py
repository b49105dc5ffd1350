"""The second factor over the real routes and registry, with a clock of ours. The codes are made as RFC 6238 says."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from partial_state import partial_state
from quick_passwords import quick_passwords
from starlette.testclient import TestClient
from typer.testing import CliRunner

from playtrace.api import people, problem_documents, second_factor, session
from playtrace.api.login_throttle import CODES_MAX, LoginThrottle
from playtrace.api.state import State
from playtrace.cli.main import app as command_line
from playtrace.config import Settings
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.registry.roles import ADMIN_OF_ALL, Role

EMAIL, PASSWORD = "ada@studio.example", "correct horse 🐎"
ADMIN = "boss@studio.example"
NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
OURS = {"Origin": "http://testserver"}
__all__ = ["quick_passwords"]


def code_of(secret: str, at: dt.datetime, *, steps: int = 0) -> str:
    counter = int(at.timestamp()) // 30 + steps
    digest = hmac.digest(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def test_the_codes_of_this_test_are_those_of_the_standard() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    for seconds, code in ((59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")):
        assert code_of(secret, dt.datetime.fromtimestamp(seconds, dt.UTC)) == code


class Site:
    def __init__(self, folder: Path, **settings_: Any) -> None:
        self.now = NOW
        settings = Settings(data=folder, **settings_)
        self.registry = Registry.open(settings.registry_database, clock=lambda: self.now, upgraded=True)
        self.app = FastAPI()
        problem_documents.install(self.app)
        for router in (session.router, people.router, second_factor.router):
            self.app.include_router(router)
        self.state: State = partial_state(
            settings=settings,
            registry=self.registry,
            key_ring=KeyRing(self.registry, open_mode=False),
            local_token="of the machine",
            login_throttle=LoginThrottle(clock=lambda: self.now.timestamp()),
        )
        self.state.give_to(self.app)

    def browser(self, address: str = "192.0.2.1") -> Browser:
        return Browser(self, address)

    def pass_seconds(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)

    def with_second_factor(self) -> tuple[Browser, str, list[str]]:
        """Somebody who is signed in, the secret, and the recovery codes."""
        browser = self.browser()
        assert browser.sign_in().status_code == 200
        secret = browser.post("/api/me/second-factor", {"password": PASSWORD}).json()["secret"]
        confirmed = browser.put("/api/me/second-factor", {"code": code_of(secret, self.now)})
        return browser, secret, confirmed.json()["recoveryCodes"]


class Browser:
    def __init__(self, site: Site, address: str) -> None:
        self._client = TestClient(site.app, client=(address, 50_000), headers=OURS)

    def sign_in(self, code: str | None = None, *, email: str = EMAIL, password: str = PASSWORD) -> Any:
        return self.post("/api/session", {"email": email, "password": password, "code": code})

    def get(self, path: str) -> Any:
        return self._client.get(path)

    def post(self, path: str, body: Any) -> Any:
        return self._client.post(path, json=body)

    def put(self, path: str, body: Any) -> Any:
        return self._client.put(path, json=body)

    def delete(self, path: str) -> Any:
        return self._client.delete(path)


@pytest.fixture(scope="module")
def with_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with two people, to be copied: making one takes longer than most of these tests."""
    settings = Settings(data=tmp_path_factory.mktemp("people"))
    registry = Registry.open(settings.registry_database, clock=lambda: NOW)
    for email, grants in ((EMAIL, []), (ADMIN, [ADMIN_OF_ALL])):
        registry.password_links.use(registry.people.invite(email, grants)[1], PASSWORD)
    registry.close()
    return settings.registry_path


@pytest.fixture
def site(tmp_path: Path, with_people: Path) -> Iterator[Site]:
    shutil.copy(with_people, tmp_path)
    site = Site(tmp_path)
    yield site
    site.registry.close()


@pytest.fixture
def strict_site(tmp_path: Path, with_people: Path) -> Iterator[Site]:
    """One that asks admins for a second factor."""
    shutil.copy(with_people, tmp_path)
    site = Site(tmp_path, admin_second_factor=True)
    yield site
    site.registry.close()


def slug(answer: Any) -> str:
    return answer.json()["type"].rpartition("/")[2]


def test_from_setting_it_up_to_giving_it_up(site: Site) -> None:
    browser = site.browser()
    browser.sign_in()
    assert browser.post("/api/me/second-factor", {"password": "a wrong one"}).status_code == 403
    made = browser.post("/api/me/second-factor", {"password": PASSWORD})
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    secret = made.json()["secret"]
    assert made.json()["address"].startswith("otpauth://totp/playtrace:ada%40studio.example?secret=" + secret)
    rows = made.json()["qrRows"]
    assert {len(row) for row in rows} == {len(rows)}
    assert rows[0].startswith("11111110")

    # Until a code has come back, none is asked for.
    assert site.browser().sign_in().status_code == 200
    assert browser.get("/api/me/second-factor").json() == {"isOn": False, "recoveryCodesLeft": 0}
    wrong = browser.put("/api/me/second-factor", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "code")
    confirmed = browser.put("/api/me/second-factor", {"code": code_of(secret, site.now)})
    assert confirmed.headers["cache-control"] == "no-store"
    codes = confirmed.json()["recoveryCodes"]
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
    assert browser.get("/api/me/second-factor").json() == {"isOn": True, "recoveryCodesLeft": 10}
    assert browser.get("/api/me").json()["user"]["hasSecondFactor"]
    for again in (
        browser.post("/api/me/second-factor", {"password": PASSWORD}),
        browser.put("/api/me/second-factor", {"code": code_of(secret, site.now, steps=1)}),
    ):
        assert (again.status_code, slug(again)) == (409, "conflict")

    # Neither the password alone nor the code alone is enough, and the password is told to be right to nobody else.
    other = site.browser()
    assert slug(other.sign_in()) == "second-factor-needed"
    site.pass_seconds(30)
    assert slug(other.sign_in(code_of(secret, site.now), password="wrong")) == "unauthenticated"
    assert slug(other.sign_in(password="wrong")) == "unauthenticated"
    assert other.get("/api/me").json()["user"] is None
    assert other.sign_in(code_of(secret, site.now)).status_code == 200

    assert browser.post("/api/me/second-factor/removal", {"password": "a wrong one"}).status_code == 403
    assert browser.post("/api/me/second-factor/removal", {"password": PASSWORD}).status_code == 204
    assert site.browser().sign_in().status_code == 200
    # Nothing that there was opens anything later.
    assert browser.get("/api/me/second-factor").json() == {"isOn": False, "recoveryCodesLeft": 0}
    actions = [entry.action for entry in site.registry.audit.entries(action="person", limit=100)]
    assert actions.count("person.second_factor_set") == actions.count("person.second_factor_removed") == 1
    assert all(secret not in str(entry.details) for entry in site.registry.audit.entries(limit=100))


def test_a_code_is_taken_once_and_none_before_it(site: Site) -> None:
    _, secret, _ = site.with_second_factor()
    # The one that confirmed it was the first.
    assert slug(site.browser().sign_in(code_of(secret, site.now))) == "code-refused"
    # A phone may be half a minute off, in each direction.
    after = code_of(secret, site.now, steps=1)
    assert site.browser().sign_in(f" {after[:3]} {after[3:]} ").status_code == 200
    assert slug(site.browser().sign_in(after)) == "code-refused"
    site.pass_seconds(120)
    assert slug(site.browser().sign_in(code_of(secret, site.now, steps=-2))) == "code-refused"
    assert slug(site.browser().sign_in(code_of(secret, site.now, steps=2))) == "code-refused"
    now = code_of(secret, site.now)
    assert site.browser().sign_in(now).status_code == 200
    assert slug(site.browser().sign_in(code_of(secret, site.now, steps=-1))) == "code-refused"
    refused = site.registry.audit.entries(action="person.code_refused", limit=10)
    assert {(entry.actor, entry.subject) for entry in refused} == {("who knows the password", EMAIL)}


def test_what_is_no_code_is_refused(site: Site) -> None:
    site.with_second_factor()
    codes = ["", "0", "12345", "1234567", "٣٤٥٦٧٨", "' OR 1=1 --", "aaaa-aaaa-aaaa-aaaa", "\0"]
    for number, code in enumerate(codes):
        assert slug(site.browser(f"198.51.100.{number}").sign_in(code)) == "code-refused", code
    too_long = site.browser().sign_in("1" * 41)
    assert too_long.status_code == 422


def test_a_recovery_code_is_good_once(site: Site) -> None:
    browser, _, codes = site.with_second_factor()
    assert site.browser().sign_in(codes[0].upper().replace("-", " ")).status_code == 200
    assert slug(site.browser().sign_in(codes[0])) == "code-refused"
    assert browser.get("/api/me/second-factor").json()["recoveryCodesLeft"] == 9
    used = site.registry.audit.entries(action="person.recovery_code_used", limit=10)
    assert [entry.subject for entry in used] == [EMAIL]
    # New ones stand in for those that were left.
    assert browser.post("/api/me/second-factor/recovery-codes", {"password": "wrong"}).status_code == 403
    new = browser.post("/api/me/second-factor/recovery-codes", {"password": PASSWORD}).json()["recoveryCodes"]
    assert slug(site.browser().sign_in(codes[1])) == "code-refused"
    assert site.browser().sign_in(new[0]).status_code == 200
    # And are nobody else's.
    assert site.browser().sign_in(new[1], email=ADMIN).status_code == 200
    assert browser.get("/api/me/second-factor").json()["recoveryCodesLeft"] == 9


def test_who_knows_the_password_guesses_few_codes_and_locks_out_nobody(site: Site) -> None:
    own, secret, codes = site.with_second_factor()
    answers = [
        site.browser(f"198.51.100.{number}").sign_in(f"{number:06}").status_code for number in range(CODES_MAX + 1)
    ]
    assert answers == [401] * CODES_MAX + [429]
    site.pass_seconds(30)
    stranger = site.browser("203.0.113.1").sign_in(code_of(secret, site.now))
    assert (stranger.status_code, stranger.headers["retry-after"]) == (429, str(3 * 3600 // CODES_MAX - 30))
    assert own.sign_in(code_of(secret, site.now)).status_code == 200
    assert site.browser("203.0.113.1").sign_in(codes[0]).status_code == 200


def test_asking_for_a_code_forgives_no_wrong_passwords(site: Site) -> None:
    site.with_second_factor()
    browser = site.browser("198.51.100.1")
    for _ in range(5):
        assert slug(browser.sign_in(password="a guess")) == "unauthenticated"
        if (answer := browser.sign_in()).status_code == 429:
            break
        assert slug(answer) == "second-factor-needed"
    else:
        raise AssertionError("every right password forgave a wrong one")


def test_a_link_for_a_password_asks_for_a_code_too(site: Site) -> None:
    _, _, codes = site.with_second_factor()
    _, link = site.registry.password_links.new(EMAIL)
    use = {"token": link, "password": PASSWORD + "!"}
    browser = site.browser()
    assert slug(browser.post("/api/password", use)) == "second-factor-needed"
    assert slug(browser.post("/api/password", use | {"code": "000000"})) == "code-refused"
    assert slug(site.browser().sign_in()) == "second-factor-needed"
    assert browser.post("/api/password", use | {"code": codes[0]}).status_code == 200
    assert slug(site.browser().sign_in()) == "unauthenticated"


def test_who_lost_the_phone_is_helped_by_an_admin_and_on_the_machine(site: Site, tmp_path: Path) -> None:
    own, _, _ = site.with_second_factor()
    admin = site.browser()
    admin.sign_in(email=ADMIN)
    listed = {one["email"]: one["hasSecondFactor"] for one in admin.get("/api/people").json()["people"]}
    assert listed == {EMAIL: True, ADMIN: False}
    path = f"/api/people/{site.registry.people.find(EMAIL).id}/second-factor"
    assert own.delete(path).status_code == 403
    assert admin.delete(path).status_code == 204
    assert site.browser().sign_in().status_code == 200
    assert admin.delete("/api/people/999/second-factor").status_code == 404

    site.with_second_factor()
    done = CliRunner().invoke(command_line, ["people", "reset", EMAIL, "--second-factor", "--data", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, f"{EMAIL} is asked for no code any more when signing in.\n")
    assert site.browser().sign_in().status_code == 200
    removed = site.registry.audit.entries(action="person.second_factor_removed", limit=10)
    assert [entry.actor.partition(" (")[0] for entry in removed] == ["the command line", ADMIN]


def test_an_admin_without_one_does_nothing_but_set_it_up(strict_site: Site) -> None:
    site = strict_site
    admin = site.browser()
    assert admin.sign_in(email=ADMIN).status_code == 200
    assert admin.get("/api/me").json()["secondFactorMissing"] is True
    password = {"old": PASSWORD, "new": PASSWORD + "!"}
    refused = [
        admin.get("/api/people"),
        admin.post("/api/people", {"email": "new@studio.example", "grants": []}),
        admin.get("/api/me/logins"),
        admin.put("/api/me/password", password),
        admin.post("/api/me/second-factor/recovery-codes", {"password": PASSWORD}),
    ]
    assert {(answer.status_code, slug(answer)) for answer in refused} == {(403, "second-factor-missing")}
    assert admin.get("/api/me/second-factor").json() == {"isOn": False, "recoveryCodesLeft": 0}
    secret = admin.post("/api/me/second-factor", {"password": PASSWORD}).json()["secret"]
    # One that was begun is none yet.
    assert slug(admin.get("/api/people")) == "second-factor-missing"
    assert admin.put("/api/me/second-factor", {"code": code_of(secret, site.now)}).status_code == 200
    assert admin.get("/api/me").json()["secondFactorMissing"] is False
    assert admin.get("/api/people").status_code == 200
    # Without it they are back at the door.
    assert admin.post("/api/me/second-factor/removal", {"password": PASSWORD}).status_code == 204
    assert slug(admin.get("/api/people")) == "second-factor-missing"


def test_only_admins_are_asked_for_one_from_the_moment_that_they_are(strict_site: Site) -> None:
    site = strict_site
    own = site.browser()
    own.sign_in()
    assert own.get("/api/me").json()["secondFactorMissing"] is False
    assert own.get("/api/me/logins").status_code == 200
    site.registry.games.add("moon")
    site.registry.people.set_role(EMAIL, Role.EDITOR, ["moon"])
    assert own.get("/api/me/logins").status_code == 200
    site.registry.people.set_role(EMAIL, Role.ADMIN, ["moon"])
    assert slug(own.get("/api/me/logins")) == "second-factor-missing"
    assert own.get("/api/me").json()["secondFactorMissing"] is True
    assert own.delete("/api/session").status_code == 204
