"""Where people are signed in, and how they come in."""

from __future__ import annotations

from sqlalchemy import delete, update

from playtrace.registry import known_browsers, people
from playtrace.registry.access_secrets import sha256_of
from playtrace.registry.audit import acting, acts
from playtrace.registry.errors import LoginRefused
from playtrace.registry.models import Login, Person
from playtrace.registry.part import Part
from playtrace.registry.passwords import verify_password
from playtrace.registry.people import LOGIN_DAYS, Browser, SessionSecret

NO_BROWSER = Browser()


class Logins(Part):
    def person_of_password(self, email: str, password: str) -> Person:
        """Whoever has them. It may be that a code is to be asked for as well.

        Raises `LoginRefused`, after the same time and with the same words whether or not the person exists.
        """
        with self._reading() as session:
            person = people.by_email(session, email)
        if not verify_password(person.password_hash or None if person else None, password) or person is None:
            raise LoginRefused
        return person

    def require_password(self, person_id: int, password: str) -> None:
        """Of somebody who is signed in, before what only they may do. Raises `UnknownPerson` and `LoginRefused`."""
        with self._reading() as session:
            person = people.find(session, person_id)
        if not verify_password(person.password_hash or None, password):
            raise LoginRefused

    def knows_browser(self, email: str, secret: str) -> bool:
        """Whether this person signed in before in the browser that shows this secret."""
        with self._reading() as session:
            person = people.by_email(session, email)
            return person is not None and known_browsers.is_known(session, person, secret, self._now())

    def begin(self, person_id: int, *, browser: Browser = NO_BROWSER, hours: float = LOGIN_DAYS * 24) -> SessionSecret:
        """Of somebody of whom it is known who it is. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            login = people.begin_login(session, person, browser, self._now(), hours=hours)
            with acts(acting.get()._replace(name=person.email)):
                self._audit(session, "person.signed_in", person.email, agent=browser.agent or None)
            return login

    def end_of_secret(self, secret: str) -> None:
        """Ends a login; one that is unknown or over needs nothing."""
        with self._noting() as session:
            session.execute(delete(Login).where(Login.secret_sha256 == sha256_of(secret)))

    def of(self, who: str | int) -> list[Login]:
        """Where they are signed in, the latest first. Raises `UnknownPerson`."""
        with self._reading() as session:
            return list(people.logins(session, people.find(session, who), self._now()))

    def end(self, who: str | int, login_id: str) -> None:
        """Raises `UnknownPerson` and `UnknownLogin`."""
        with self._noting() as session:
            person = people.find(session, who)
            people.end_login(session, person, login_id)
            self._audit(session, "person.login_ended", person.email)

    def end_all(self, who: str | int, *, but: str | None = None) -> None:
        """All of them, but the one of this secret. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, who)
            people.end_logins(session, person, but=but)
            self._audit(session, "person.logins_ended", person.email)

    def forget(self) -> None:
        """And links that are over; nobody can use them any more."""
        with self._noting() as session:
            people.forget(session, self._now())

    def person_of(self, secret: str) -> Person | None:
        now = self._now()
        with self._reading() as session:
            found = people.of_login(session, secret, now)
        if found is None:
            return None
        person, login = found
        if login.seen_at is None or now - login.seen_at >= people.SEEN:
            with self._noting() as session:
                session.execute(update(Login).where(Login.secret_sha256 == login.secret_sha256).values(seen_at=now))
        return person
