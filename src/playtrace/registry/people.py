"""People, what they may do, their passwords, and where they are signed in. Within a transaction of the registry.

Somebody who is invited is there at once, without a password: the link that they get sets one, as the link of a reset
does. Whoever uses a link, or changes the password, ends all other logins of theirs.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from playtrace.registry import known_browsers, saved_queries
from playtrace.registry.access_secrets import new_secret, sha256_of
from playtrace.registry.errors import (
    IdentityTaken,
    IdentityThere,
    Invalid,
    LastAdmin,
    LinkRefused,
    PersonExists,
    UnknownLogin,
    UnknownPerson,
)
from playtrace.registry.games import require_games
from playtrace.registry.models import (
    ADDRESS_LENGTH_MAX,
    AGENT_LENGTH_MAX,
    ALL_GAMES,
    EMAIL_LENGTH_MAX,
    GrantRow,
    Login,
    PasswordLink,
    Person,
    RecoveryCode,
)
from playtrace.registry.part import Part
from playtrace.registry.passwords import check_password, hash_password
from playtrace.registry.roles import ADMIN_OF_ALL, GRANTS_MAX, Grant, Role

LOGIN_DAYS = 30
"""A login ends this long after it began."""
LINK_HOURS = 72
"""A link that sets a password is good for so long: an invitation may be read after a weekend."""
SEEN = dt.timedelta(minutes=5)
"""When a login or a token was last used is known to within so long: else each request would be written down."""
LOGIN_ID_LENGTH = 16
"""Digits of the hash of its secret, by which a login is named. No way leads back to the secret."""
PEOPLE_MAX = 10_000

EMAIL_SHAPE = re.compile(r"[^\s@\x00-\x1f\x7f\ud800-\udfff]+@[^\s@\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True)
class Browser:
    """With which somebody signs in."""

    address: str = ""
    agent: str = ""
    secret: str | None = field(default=None, repr=False)
    """By which it is known again."""


@dataclass(frozen=True)
class SessionSecret:
    """A new login. The secret exists only here and in the browser's cookie."""

    secret: str = field(repr=False)
    expires_at: dt.datetime
    person: Person
    browser_secret: str = field(repr=False)
    """By which the browser is known from now on."""


class People(Part):
    def invite(self, email: str, grants: Sequence[Grant]) -> tuple[Person, str]:
        """Somebody new, and the secret of the link by which they choose a password.

        Raises `Invalid`, `PersonExists` and `UnknownGame`.
        """
        with self._noting() as session:
            require_games(session, [grant.game_id for grant in grants])
            now = self._now()
            person = add(session, email, grants, now)
            self._audit(session, "person.invited", person.email, grants=grants_in_words(grants))
            return person, new_link(session, person, now)

    def all(self) -> list[Person]:
        """All of them, by email."""
        with self._reading() as session:
            return list(find_all(session))

    def find(self, who: str | int) -> Person:
        """By email or number. Raises `UnknownPerson`."""
        with self._reading() as session:
            return find(session, who)

    def set_grants(self, who: str | int, grants: Sequence[Grant]) -> Person:
        """What they may do, in place of all that they could. Raises `UnknownPerson`, `UnknownGame`, `Invalid` and
        `LastAdmin`."""
        with self._noting() as session:
            person = find(session, who)
            require_games(session, [grant.game_id for grant in grants if grant not in person.grants])
            set_grants(session, person, grants)
            self._audit(session, "person.role_changed", person.email, grants=grants_in_words(grants))
            return person

    def set_role(self, who: str | int, role: Role | None, game_ids: Sequence[str] = ()) -> Person:
        """In these games, or in all; what they may do in others stays. Raises what `set_grants` does."""
        with self._noting() as session:
            person = find(session, who)
            require_games(session, game_ids if role is not None else ())
            set_role(session, person, role, game_ids)
            self._audit(session, "person.role_changed", person.email, grants=grants_in_words(person.grants))
            return person

    def remove(self, who: str | int) -> Person:
        """Raises `UnknownPerson` and `LastAdmin`."""
        with self._noting() as session:
            person = find(session, who)
            remove(session, person)
            saved_queries.forget_owner(session, person.id)
            self._audit(session, "person.removed", person.email)
            return person

    def set_password(self, who: str | int, password: str) -> Person:
        """Of whoever may do that without being asked for the old one. Raises `UnknownPerson` and `Invalid`."""
        check_password(password)
        password_hash = hash_password(password)
        with self._noting() as session:
            person = find(session, who)
            set_password(session, person, password_hash)
            self._audit(session, "person.password_set", person.email)
            return person

    def change_password(self, person_id: int, new: str, *, login: str | None) -> None:
        """By themselves: all their logins end but this one. Raises `UnknownPerson` and `Invalid`."""
        check_password(new)
        password_hash = hash_password(new)
        with self._noting() as session:
            person = find(session, person_id)
            person.password_hash = password_hash
            end_logins(session, person, but=login)
            self._audit(session, "person.password_changed", person.email)


def login_id(login: Login) -> str:
    return login.secret_sha256[:LOGIN_ID_LENGTH]


def check_email(email: str) -> str:
    """The email in the form that it is kept and compared in. Only a sent mail could prove more than its shape."""
    email = email.strip().lower()
    if len(email) > EMAIL_LENGTH_MAX or not EMAIL_SHAPE.fullmatch(email):
        raise Invalid("email", "expected an address such as you@studio.example")
    return email


def find(session: Session, who: str | int) -> Person:
    """By email or number. Raises `UnknownPerson`."""
    person = by_email(session, who) if isinstance(who, str) else _by_number(session, who)
    if person is None:
        raise UnknownPerson(who)
    return person


def by_email(session: Session, email: str) -> Person | None:
    try:
        email = check_email(email)
    except Invalid:
        return None
    return session.scalars(select(Person).where(Person.email == email)).unique().one_or_none()


def find_all(session: Session) -> Sequence[Person]:
    """By email."""
    return session.scalars(select(Person).order_by(Person.email)).unique().all()


def has_admin(session: Session) -> bool:
    """Whether anybody may do everything."""
    return _admins(session) > 0


def of_identity(session: Session, identity: str) -> Person | None:
    """Whom a provider calls so."""
    return session.scalars(select(Person).where(Person.identity_sha256 == sha256_of(identity))).unique().one_or_none()


def link_identity(session: Session, person: Person, identity: str, now: dt.datetime) -> None:
    """Raises `IdentityThere` where they have one, and `IdentityTaken` where somebody else has it."""
    if person.identity_sha256 is not None:
        raise IdentityThere
    if of_identity(session, identity) is not None:
        raise IdentityTaken
    person.identity_sha256, person.identity_linked_at = sha256_of(identity), now


def unlink_identity(person: Person) -> None:
    """Where they linked one."""
    if person.is_linked:
        person.identity_sha256 = person.identity_linked_at = None


def change_email(session: Session, person: Person, email: str) -> None:
    """Raises `Invalid` and `PersonExists`."""
    email = check_email(email)
    if email != person.email:
        if by_email(session, email) is not None:
            raise PersonExists(email)
        person.email = email


def add(
    session: Session,
    email: str,
    grants: Sequence[Grant],
    now: dt.datetime,
    *,
    password_hash: str = "",
    identity: str | None = None,
) -> Person:
    """Raises `Invalid` and `PersonExists`."""
    email = check_email(email)
    if by_email(session, email) is not None:
        raise PersonExists(email)
    if session.scalars(select(func.count()).select_from(Person)).one() >= PEOPLE_MAX:
        raise Invalid("email", f"expected at most {PEOPLE_MAX:,} people")
    person = Person(email=email, password_hash=password_hash, created_at=now)
    person.identity_sha256 = None if identity is None else sha256_of(identity)
    person.granted = _rows(grants)
    session.add(person)
    session.flush()
    return person


def set_grants(session: Session, person: Person, grants: Sequence[Grant]) -> None:
    """In place of all that they had. Raises `Invalid` and `LastAdmin`."""
    rows = _rows(grants)
    if person.is_admin and ADMIN_OF_ALL not in grants:
        _require_another_admin(session, person)
    wanted = {row.game_id: row.role for row in rows}
    for there in list(person.granted):
        role = wanted.pop(there.game_id, None)
        if role is None:
            person.granted.remove(there)
        else:
            there.role = role
    person.granted += [row for row in rows if row.game_id in wanted]


def set_role(session: Session, person: Person, role: Role | None, game_ids: Sequence[str]) -> None:
    """In these games, or in all where none is named; what they have in others stays. None takes it away.

    Raises `Invalid` and `LastAdmin`.
    """
    changed: list[str | None] = [*game_ids] or [None]
    kept = [grant for grant in person.grants if grant.game_id not in changed]
    set_grants(session, person, kept + ([] if role is None else [Grant(role, game_id) for game_id in changed]))


def remove(session: Session, person: Person) -> None:
    """With all that is theirs. Raises `LastAdmin`."""
    if person.is_admin:
        _require_another_admin(session, person)
    end_logins(session, person)
    known_browsers.forget_all_of(session, person)
    for table in (PasswordLink, RecoveryCode):
        session.execute(delete(table).where(table.person_id == person.id))
    session.delete(person)


def new_link(session: Session, person: Person, now: dt.datetime) -> str:
    """The secret of a link by which they choose a password. One that they had before is good no more."""
    session.execute(delete(PasswordLink).where(PasswordLink.person_id == person.id))
    secret = new_secret("password")
    expires_at = now + dt.timedelta(hours=LINK_HOURS)
    session.add(
        PasswordLink(secret_sha256=sha256_of(secret), person_id=person.id, created_at=now, expires_at=expires_at)
    )
    return secret


def of_link(session: Session, secret: str, now: dt.datetime) -> Person:
    """Whose link it is. Raises `LinkRefused`."""
    query = (
        select(Person)
        .join(PasswordLink, PasswordLink.person_id == Person.id)
        .where(PasswordLink.secret_sha256 == sha256_of(secret), PasswordLink.expires_at > now)
    )
    person = session.scalars(query).unique().one_or_none()
    if person is None:
        raise LinkRefused
    return person


def open_links(session: Session, now: dt.datetime) -> dict[int, dt.datetime]:
    """Of people who have a link that they have not used: until when it is good."""
    rows = session.execute(select(PasswordLink.person_id, PasswordLink.expires_at).where(PasswordLink.expires_at > now))
    return {row.person_id: row.expires_at for row in rows}


def set_password(session: Session, person: Person, password_hash: str) -> None:
    """All their logins and links end, no browser is known to be theirs, and no identity that they had linked is:
    whoever had got in before is out."""
    person.password_hash = password_hash
    unlink_identity(person)
    known_browsers.forget_all_of(session, person)
    session.execute(delete(PasswordLink).where(PasswordLink.person_id == person.id))
    end_logins(session, person)


def begin_login(
    session: Session, person: Person, browser: Browser, now: dt.datetime, *, hours: float = LOGIN_DAYS * 24
) -> SessionSecret:
    browser_secret = known_browsers.remember(session, person, browser.secret, now)
    login = SessionSecret(new_secret("login"), now + dt.timedelta(hours=hours), person, browser_secret)
    person.signed_in_at = now
    session.add(
        Login(
            secret_sha256=sha256_of(login.secret),
            person_id=person.id,
            created_at=now,
            expires_at=login.expires_at,
            seen_at=now,
            address=browser.address[:ADDRESS_LENGTH_MAX],
            agent=browser.agent[:AGENT_LENGTH_MAX],
        )
    )
    return login


def of_login(session: Session, secret: str, now: dt.datetime) -> tuple[Person, Login] | None:
    query = (
        select(Person, Login)
        .join(Login, Login.person_id == Person.id)
        .where(Login.secret_sha256 == sha256_of(secret), Login.expires_at > now)
    )
    row = session.execute(query).unique().one_or_none()
    return None if row is None else (row[0], row[1])


def logins(session: Session, person: Person, now: dt.datetime) -> Sequence[Login]:
    """Where they are signed in, the latest first."""
    query = select(Login).where(Login.person_id == person.id, Login.expires_at > now)
    return session.scalars(query.order_by(Login.created_at.desc(), Login.secret_sha256)).all()


def end_login(session: Session, person: Person, named: str) -> None:
    """Raises `UnknownLogin`."""
    found = [one for one in logins(session, person, dt.datetime.min.replace(tzinfo=dt.UTC)) if login_id(one) == named]
    if not found:
        raise UnknownLogin(named)
    for login in found:
        session.delete(login)


def end_logins(session: Session, person: Person, *, but: str | None = None) -> None:
    """All, but the one of this secret."""
    ended = delete(Login).where(Login.person_id == person.id)
    session.execute(ended if but is None else ended.where(Login.secret_sha256 != sha256_of(but)))


def forget(session: Session, now: dt.datetime) -> None:
    """Logins and links that are over, which nobody can use any more, and browsers that were not used for long."""
    known_browsers.forget_old(session, now)
    session.execute(delete(Login).where(Login.expires_at <= now))
    session.execute(delete(PasswordLink).where(PasswordLink.expires_at <= now))


def _by_number(session: Session, person_id: int) -> Person | None:
    # A larger number than the engine's integers would be an error of the driver.
    return session.get(Person, person_id) if 0 < person_id < 2**31 else None


def _admins(session: Session) -> int:
    of_all = (GrantRow.game_id == ALL_GAMES) & (GrantRow.role == Role.ADMIN.value)
    return session.scalars(select(func.count()).select_from(GrantRow).where(of_all)).one()


def _require_another_admin(session: Session, person: Person) -> None:
    if _admins(session) <= 1:
        raise LastAdmin(person.email)


def _rows(grants: Sequence[Grant]) -> list[GrantRow]:
    games = [grant.game_id or ALL_GAMES for grant in grants]
    if len(set(games)) < len(games) or len(games) > GRANTS_MAX:
        raise Invalid("grants", f"expected one role for each game, at most {GRANTS_MAX:,}")
    return [GrantRow(game_id=game, role=grant.role.value) for game, grant in zip(games, grants, strict=True)]


def grants_in_words(grants: Sequence[Grant]) -> list[str]:
    return [f"{grant.role} of {grant.game_id or 'all games'}" for grant in grants]
