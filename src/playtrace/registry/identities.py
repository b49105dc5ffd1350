"""People of whom an identity provider says who they are."""

from __future__ import annotations

from collections.abc import Sequence

from playtrace.registry import games, people
from playtrace.registry.models import Person
from playtrace.registry.part import Part
from playtrace.registry.people import grants_in_words
from playtrace.registry.roles import Grant


class Identities(Part):
    def put(self, identity: str, email: str, grants: Sequence[Grant]) -> Person | None:
        """Somebody of whom a provider says who they are and what they may: added, or changed to that. None for who may
        nothing: they are not added, and signed out where they were.

        They are known by `identity`, never by the email, which may have been somebody else's; who linked it to an
        account that they had is let in as they are. Games that there are not are passed over. Raises `PersonExists` for
        an email that is somebody else's here, `LastAdmin`, and `Invalid`.
        """
        with self._noting() as session:
            there = {None, *(game.id for game in games.find_all(session))}
            grants = [grant for grant in grants if grant.game_id in there]
            person = people.of_identity(session, identity)
            if person is not None and person.is_linked:
                return person
            if person is None and not grants:
                return None
            if person is None:
                person = people.add(session, email, grants, self._now(), identity=identity)
                self._audit(session, "person.joined", person.email, grants=grants_in_words(grants))
                return person
            people.change_email(session, person, email)
            if set(grants) != set(person.grants):
                people.set_grants(session, person, grants)
                self._audit(session, "person.role_changed", person.email, grants=grants_in_words(grants))
            if not grants:
                people.end_logins(session, person)
                return None
            return person

    def link(self, person_id: int, identity: str, email: str) -> Person:
        """They may sign in with it from now on, beside their password; `email` is what the provider has for them.

        Raises `UnknownPerson`, `IdentityThere` and `IdentityTaken`.
        """
        with self._noting() as session:
            person = people.find(session, person_id)
            people.link_identity(session, person, identity, self._now())
            self._audit(session, "person.identity_linked", person.email, identity_email=email)
            return person

    def unlink(self, person_id: int) -> Person:
        """Where they linked one. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            if person.is_linked:
                self._audit(session, "person.identity_unlinked", person.email)
            people.unlink_identity(person)
            return person
