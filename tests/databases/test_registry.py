"""What people configure: in a SQLite file, on PostgreSQL and on MariaDB."""

from __future__ import annotations

import datetime as dt
import os
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from quick_passwords import quick_passwords
from sqlalchemy.orm import Session
from warm_program import forks

from playtrace.registry import key_ring
from playtrace.registry.database import open_database
from playtrace.registry.errors import (
    AmbiguousKey,
    GameExists,
    Invalid,
    LoginRefused,
    SetupRefused,
    UnknownGame,
    UnknownKey,
    UnknownToken,
    Unusable,
)
from playtrace.registry.first_admin import SETUP_TOKENS_MAX
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.models import WriteKey
from playtrace.registry.people import LOGIN_DAYS, SessionSecret
from playtrace.registry.registry import Registry

__all__ = ["quick_passwords"]

ENGINES = ["file", *(pytest.param(name, marks=pytest.mark.outside) for name in ("postgresql", "mariadb"))]
PASSWORD = "correct horse 🐎"
NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
STRANGE_TEXTS = [
    "'; DROP TABLE games; --",
    '" OR 1=1 --',
    "<script>alert('x')</script>",
    "[red]{{7*7}}${jndi:ldap://x}%s%(x)s",
    "Ünïcödé 日本語 🎮 مرحبا",
    "_%\\",
]


class Clock:
    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 1, 12, 0, 0, 123456, dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def in_file(registry_in_file: str, clock: Clock) -> Iterator[Registry]:
    """For what has nothing to do with the database, and where the file itself is looked at."""
    with closing(Registry.open(registry_in_file, clock=clock)) as registry:
        yield registry


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest) -> str:
    """A registry in which nothing was configured."""
    return request.getfixturevalue(f"registry_in_{request.param}")


@pytest.fixture(params=ENGINES)
def new_url(request: pytest.FixtureRequest) -> str:
    """A database without tables."""
    return request.getfixturevalue(f"new_{request.param}")


@pytest.fixture
def registry(url: str, clock: Clock) -> Iterator[Registry]:
    registry = Registry.open(url, clock=clock)
    yield registry
    registry.close()


@pytest.fixture
def admin(registry: Registry) -> str:
    token = registry.first_admin.new_token()
    assert token
    return registry.first_admin.create(token, "Ada@Studio.Example", PASSWORD).email


# Games


def test_a_game_is_what_was_configured(registry: Registry, clock: Clock) -> None:
    added = registry.games.add("sky-raid", name="Sky Raid", time_zone="Asia/Kathmandu", currency="EUR")
    for game in (added, registry.games.get("sky-raid"), *registry.games.all()):
        assert game
        assert (game.number, game.id, game.name, game.time_zone, game.currency, game.created_at) == (
            1,
            "sky-raid",
            "Sky Raid",
            "Asia/Kathmandu",
            "EUR",
            clock.now,
        )
    assert registry.games.get("other") is None
    with pytest.raises(GameExists):
        registry.games.add("sky-raid")


@pytest.mark.parametrize("game_id", ["", "-a", "A", "a b", "a" * 65, "ä", "a\n", *STRANGE_TEXTS])
def test_a_game_id_is_readable(in_file: Registry, game_id: str) -> None:
    with pytest.raises(Invalid, match=r"^id: expected 1 to 64 characters"):
        in_file.games.add(game_id)
    assert in_file.games.all() == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("time zone", {"time_zone": "Mars/Olympus"}),
        ("time zone", {"time_zone": "../../etc/passwd"}),
        ("currency", {"currency": "usd"}),
        ("currency", {"currency": "US$"}),
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "\x1b[2J"}),
        ("name", {"name": "\udcff"}),
    ],
)
def test_a_wrong_value_is_named(in_file: Registry, field: str, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=f"^{field}: expected") as caught:
        in_file.games.add("g", **wrong)
    assert caught.value.field == field


@pytest.mark.parametrize("text", STRANGE_TEXTS)
def test_every_text_comes_back_as_it_went_in(registry: Registry, text: str) -> None:
    registry.games.add("g", name=text)
    key = registry.keys.add("g", note=text)
    token, _ = registry.tokens.add(note=text, game_ids=["g"])
    game = registry.games.get("g")
    assert game and game.name == text
    assert [(k.key, k.note) for k in registry.keys.all("g")] == [(key.key, text)]
    assert [(t.id, t.note) for t in registry.tokens.all()] == [(token.id, text)]
    assert registry.games.get(text) is None
    with pytest.raises(LoginRefused):
        sign_in(registry, text, text)
    assert registry.logins.person_of(text) is None
    assert registry.tokens.of_secret(text) is None
    with pytest.raises(UnknownKey):
        registry.keys.revoke(text)


# Write keys


def test_a_write_key_is_readable_until_revoked_and_listed_ever_after(registry: Registry, clock: Clock) -> None:
    registry.games.add("a")
    registry.games.add("b")
    key, other = registry.keys.add("a", note="release build"), registry.keys.add("b")
    assert len(key.key) == 32
    assert int(key.key, 16)
    assert len(key.secret) == 40
    assert sorted(k.key for k in registry.keys.all(None)) == sorted([key.key, other.key])
    assert [k.key for k in registry.keys.all("a")] == [key.key]

    revoked = registry.keys.revoke(key.key[:12])
    assert (revoked.key, revoked.revoked_at) == (key.key, clock.now)
    clock.now += dt.timedelta(days=1)
    assert registry.keys.revoke(key.key).revoked_at == clock.now - dt.timedelta(days=1)
    assert len(registry.keys.all()) == 2


def test_a_key_needs_a_game_and_a_revocation_needs_one_key(registry: Registry) -> None:
    with pytest.raises(UnknownGame):
        registry.keys.add("nothing")
    registry.games.add("a")
    first = registry.keys.add("a").key
    for wrong in ("", first[:3], "0" * 32, "%", first + "0", first[:-1] + "_"):
        with pytest.raises(UnknownKey):
            registry.keys.revoke(wrong)
    with pytest.raises(Invalid, match=r"^note: "):
        registry.keys.add("a", note="two\nlines")


def test_an_ambiguous_beginning_revokes_nothing(registry: Registry, url: str) -> None:
    registry.games.add("a")
    engine = open_database(url)
    with Session(engine) as session, session.begin():
        for end in ("0", "1"):
            key = "abcd" + end * 28
            session.add(WriteKey(key=key, secret="", game_id="a", note="", created_at=NEW_YEAR))
    engine.dispose()
    with pytest.raises(AmbiguousKey):
        registry.keys.revoke("abcd")
    assert not any(key.revoked_at for key in registry.keys.all("a"))


# The key ring


def test_the_key_ring_follows_the_registry(registry: Registry) -> None:
    ring = KeyRing(registry, open_mode=False)
    registry.games.add("a")
    key = registry.keys.add("a")
    assert not ring.knows("a")
    ring.refresh()
    assert ring.knows("a")
    assert ring.game_of_key(key.key) == "a"
    assert ring.game_of_key("") is None

    registry.keys.revoke(key.key)
    ring.refresh()
    assert ring.game_of_key(key.key) is None
    with pytest.raises(RuntimeError):
        ring.create(["b"])


def test_the_revision_changes_with_games_and_keys_and_not_by_reading(registry: Registry) -> None:
    seen = [registry.revision()]
    registry.games.add("a")
    seen.append(registry.revision())
    key = registry.keys.add("a")
    seen.append(registry.revision())
    registry.keys.revoke(key.key)
    seen.append(registry.revision())
    assert len(set(seen)) == 4
    for read in (registry.games.all, registry.keys.all, registry.tokens.all, partial(registry.games.get, "a")):
        read()
    assert registry.revision() == seen[-1]


def test_an_open_server_makes_a_game_once_however_many_ask(registry: Registry) -> None:
    ring = KeyRing(registry, open_mode=True)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ring.create, [["unknown", "b"]] * 8))
    assert ring.knows("unknown")
    assert sorted(game.id for game in registry.games.all()) == ["b", "unknown"]
    # As `games add` takes them.
    for wrong in ("", "x" * 65, "My Game", "a/b", "Ünknown <b>Game</b>"):
        with pytest.raises(Invalid):
            ring.create(["c", wrong])
    assert not ring.knows("c")


def test_an_open_server_does_not_make_games_without_end(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_ring, "GAMES_FIRST_SEEN_MAX", 2)
    ring = KeyRing(registry, open_mode=True)
    ring.create(["a"])
    ring.create(["b", "c"])
    ring.create(["d"])
    assert [ring.knows(game_id) for game_id in "abcd"] == [True, True, False, False]


def test_the_limit_holds_for_several_processes_together(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_ring, "GAMES_FIRST_SEEN_MAX", 5)
    one, other = KeyRing(registry, open_mode=True), KeyRing(registry, open_mode=True)
    one.create(["a", "b", "c"])
    other.create(["a", "d", "e", "f", "g"])  # it has not seen that there are three
    assert [game.id for game in registry.games.all()] == ["a", "b", "c", "d", "e"]


def test_one_request_does_not_make_thousands_of_games(registry: Registry) -> None:
    ring = KeyRing(registry, open_mode=True)
    ring.create([f"game-{number}" for number in range(5000)])
    assert len(registry.games.all()) == key_ring.NEW_GAMES_PER_REQUEST_MAX
    assert ring.knows("game-0")


# People


def test_the_setup_link_makes_one_admin_and_then_nothing(registry: Registry) -> None:
    first, second = registry.first_admin.new_token(), registry.first_admin.new_token()
    assert first and second
    assert not registry.first_admin.is_there()
    with pytest.raises(SetupRefused):
        registry.first_admin.create("setup_wrong", "ada@studio.example", PASSWORD)
    with pytest.raises(Invalid, match=r"^password: expected 10"):
        registry.first_admin.create(first, "ada@studio.example", "short")
    assert registry.first_admin.create(first, "ada@studio.example", PASSWORD).is_admin
    assert registry.first_admin.is_there()
    for token in (first, second):
        with pytest.raises(SetupRefused):
            registry.first_admin.create(token, "eve@studio.example", PASSWORD)
    assert registry.first_admin.new_token() is None


def test_two_who_use_the_setup_link_at_once_make_one_admin(registry: Registry) -> None:
    token = registry.first_admin.new_token()
    assert token
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def use(email: str) -> None:
        together.wait()
        try:
            outcomes.append(registry.first_admin.create(token, email, PASSWORD).email)
        except SetupRefused:
            outcomes.append("refused")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(use, ["a@studio.example", "b@studio.example"]))
    assert sorted(outcomes) in (["a@studio.example", "refused"], ["b@studio.example", "refused"])


def test_many_starts_without_an_admin_keep_few_setup_links(registry: Registry) -> None:
    tokens = [registry.first_admin.new_token() for _ in range(SETUP_TOKENS_MAX + 2)]
    assert tokens[1] and tokens[2]
    with pytest.raises(SetupRefused):
        registry.first_admin.create(tokens[1], "ada@studio.example", PASSWORD)
    registry.first_admin.create(tokens[2], "ada@studio.example", PASSWORD)


@pytest.mark.parametrize("email", ["", "ada", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\x00", "a" * 250 + "@b.cd"])
def test_an_email_has_the_shape_of_one(in_file: Registry, email: str) -> None:
    token = in_file.first_admin.new_token()
    assert token
    with pytest.raises(Invalid, match=r"^email: "):
        in_file.first_admin.create(token, email, PASSWORD)


def sign_in(registry: Registry, email: str, password: str) -> SessionSecret:
    return registry.logins.begin(registry.logins.person_of_password(email, password).id)


def test_who_signs_in_is_known_until_they_sign_out(registry: Registry, admin: str) -> None:
    login, other = sign_in(registry, " ADA@studio.example ", PASSWORD), sign_in(registry, admin, PASSWORD)
    person = registry.logins.person_of(login.secret)
    assert person and person.email == "ada@studio.example"
    assert login.secret not in repr(login)
    registry.logins.end_of_secret(login.secret)
    registry.logins.end_of_secret("login_unknown")
    assert registry.logins.person_of(login.secret) is None
    assert registry.logins.person_of(other.secret)


def test_a_login_ends_after_its_days(registry: Registry, admin: str, clock: Clock) -> None:
    login = sign_in(registry, admin, PASSWORD)
    clock.now += dt.timedelta(days=LOGIN_DAYS, microseconds=-1)
    registry.logins.forget()
    assert registry.logins.person_of(login.secret)
    clock.now += dt.timedelta(microseconds=1)
    assert registry.logins.person_of(login.secret) is None
    registry.logins.forget()
    clock.now -= dt.timedelta(days=1)
    assert registry.logins.person_of(login.secret) is None


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@studio.example", "wrong password"),
        ("ada@studio.example", ""),
        ("ada@studio.example", "\udcff" * 20),
        ("nobody@studio.example", PASSWORD),
        ("nobody@studio.example", "nobody"),
        ("' OR 1=1 --@x", PASSWORD),
        ("\x00\udcff", PASSWORD),
    ],
)
def test_a_refused_login_does_not_tell_who_exists(registry: Registry, admin: str, email: str, password: str) -> None:
    with pytest.raises(LoginRefused, match=r"^Email and password do not belong together\.$"):
        sign_in(registry, email, password)


def test_a_password_typed_on_another_system_is_the_same_password(registry: Registry) -> None:
    token = registry.first_admin.new_token()
    assert token
    registry.first_admin.create(token, "ada@studio.example", "Zu\u0308rich-2026")
    assert sign_in(registry, "ada@studio.example", "Z\u00fcrich-2026")


# Read tokens


def test_a_read_token_works_until_revoked(registry: Registry) -> None:
    registry.games.add("a")
    token, secret = registry.tokens.add(note="notebook", game_ids=["a"])
    everything, _ = registry.tokens.add()
    assert secret.startswith(token.prefix)
    assert len(token.prefix) < 12
    reader = registry.tokens.of_secret(secret)
    assert reader and (reader.id, reader.game_ids) == (token.id, ["a"])
    assert everything.game_ids is None
    assert registry.tokens.revoke(token.id).revoked_at
    assert registry.tokens.of_secret(secret) is None
    assert [t.id for t in registry.tokens.all()] == [token.id, everything.id]
    for unknown in (0, -1, 99, 2**70):
        with pytest.raises(UnknownToken):
            registry.tokens.revoke(unknown)
    with pytest.raises(UnknownGame):
        registry.tokens.add(game_ids=["nothing"])


# The file


def test_no_secret_is_in_the_file(in_file: Registry, registry_in_file: str) -> None:
    admin = in_file.first_admin.create(in_file.first_admin.new_token() or "", "ada@studio.example", PASSWORD).email
    secrets = [sign_in(in_file, admin, PASSWORD).secret, in_file.tokens.add()[1], PASSWORD]
    in_file.close()
    content = Path(registry_in_file.removeprefix("sqlite:///")).read_bytes()
    assert b"$argon2id$" in content
    for secret in secrets:
        assert secret.encode() not in content


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_only_the_owner_may_read_the_files(new_file: str) -> None:
    with closing(Registry.open(new_file)) as registry:
        registry.games.add("a")
        folder = Path(new_file.removeprefix("sqlite:///")).parent
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {"registry.sqlite": 0o600, "registry.sqlite-wal": 0o600, "registry.sqlite-shm": 0o600}


def add_games(url: str, who: int) -> None:
    registry = Registry.open(url)
    for number in range(10):
        registry.games.add(f"{who}-{number}")


def test_several_processes_start_and_write_at_once(new_url: str) -> None:
    running = [forks().Process(target=add_games, args=(new_url, number)) for number in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0, 0, 0]
    registry = Registry.open(new_url)
    assert len(registry.games.all()) == 30
    assert registry.revision() == 30
    registry.close()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("not a url", "not one that SQLAlchemy understands"),
        ("unknown://x", "not one that SQLAlchemy understands"),
        ("sqlite:////dev/null/registry.sqlite", "cannot be created"),
    ],
)
def test_a_database_that_cannot_be_used_says_why(wrong: str, told: str) -> None:
    with pytest.raises(Unusable, match=told):
        Registry.open(wrong)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "registry.sqlite"
    file.write_text("my holiday photos, " * 100)
    with pytest.raises(Unusable, match="not a database"):
        Registry.open(f"sqlite:///{file}")
    assert file.read_text().startswith("my holiday photos")
