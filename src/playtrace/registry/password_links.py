"""Links by which people choose a password: those who are invited, and those who forgot theirs."""

from __future__ import annotations

import datetime as dt

from playtrace.registry import people
from playtrace.registry.audit import acting, acts
from playtrace.registry.models import Person
from playtrace.registry.part import Part
from playtrace.registry.passwords import check_password, hash_password


class PasswordLinks(Part):
    def new(self, who: str | int) -> tuple[Person, str]:
        """The secret of a link by which they choose a new password. Until it is used the old one is good.

        Raises `UnknownPerson`.
        """
        with self._noting() as session:
            person = people.find(session, who)
            self._audit(session, "person.reset", person.email)
            return person, people.new_link(session, person, self._now())

    def open_until(self) -> dict[int, dt.datetime]:
        """Of people who have a link that they have not used: until when it is good."""
        with self._reading() as session:
            return people.open_links(session, self._now())

    def person_of(self, secret: str) -> Person:
        """Raises `LinkRefused`."""
        with self._reading() as session:
            return people.of_link(session, secret, self._now())

    def use(self, secret: str, password: str) -> Person:
        """They have this password now, and are signed in nowhere. Raises `LinkRefused` and `Invalid`."""
        check_password(password)
        self.person_of(secret)
        password_hash = hash_password(password)
        with self._noting() as session:
            person = people.of_link(session, secret, self._now())
            people.set_password(session, person, password_hash)
            with acts(acting.get()._replace(name=person.email)):
                self._audit(session, "person.password_set", person.email)
            return person
