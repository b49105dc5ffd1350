"""People of a server: who is here, what each may do, links by which they choose a password, and where they are signed
in. For admins of all games; what is somebody's own, for themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from playtrace.api.access import FOR_EVERYBODY, CurrentAdmin, CurrentPerson
from playtrace.api.authentication import COOKIE
from playtrace.api.models import ApiModel, Strict
from playtrace.api.registry_problems import registry_problems
from playtrace.api.session import (
    Code,
    GrantOf,
    Password,
    SignedIn,
    address_of,
    begin_login,
    require_code,
    require_password,
)
from playtrace.api.state import CurrentState, State
from playtrace.problems import InvalidRequest, SetupRefused
from playtrace.registry import errors
from playtrace.registry.audit import Actor, acts
from playtrace.registry.models import EMAIL_LENGTH_MAX, Login, Person
from playtrace.registry.passwords import PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN
from playtrace.registry.people import LINK_HOURS, LOGIN_ID_LENGTH, login_id
from playtrace.registry.roles import GRANTS_MAX, Grant

router = APIRouter(prefix="/api", tags=["people"])

LINK_PAGE = "/password#token="
"""Behind the # no server and no proxy ever sees it."""

PersonId = Annotated[int, Path(ge=1)]
LoginId = Annotated[str, Path(max_length=LOGIN_ID_LENGTH)]
NewPassword = Annotated[str, Field(min_length=PASSWORD_LENGTH_MIN, max_length=PASSWORD_LENGTH_MAX)]


class Grants(Strict):
    grants: Annotated[list[GrantOf], Field(max_length=GRANTS_MAX)]


class Invitation(Grants):
    email: Annotated[str, Field(max_length=EMAIL_LENGTH_MAX)]


class OnePerson(ApiModel):
    id: int
    email: str
    grants: list[GrantOf]
    has_password: bool
    has_second_factor: bool
    is_of_provider: bool = Field(description="An identity provider says who they are, and by groups what they may.")
    is_linked: bool = Field(description="They may sign in with an identity provider as well as with their password.")
    link_until: dt.datetime | None = Field(description="There is a link for them that they have not used, until then.")
    created_at: dt.datetime
    signed_in_at: dt.datetime | None = Field(description="The last time; null: never.")


class PeopleList(ApiModel):
    people: list[OnePerson]


class Linked(ApiModel):
    person: OnePerson
    link: str = Field(description="For them alone, once: by it they choose a password. It cannot be shown again.")


class OneLogin(ApiModel):
    id: str
    created_at: dt.datetime
    expires_at: dt.datetime
    seen_at: dt.datetime | None
    address: str
    agent: str = Field(description="What the browser called itself.")
    is_this: bool = Field(description="The one that asks.")


class LoginList(ApiModel):
    logins: list[OneLogin]


class PasswordChange(Strict):
    old: Password
    new: NewPassword


class LinkUse(Strict):
    token: Annotated[str, Field(max_length=200)]
    password: NewPassword
    code: Code | None = Field(None, description="Where this person has a second factor.")


@router.get("/people")
def list_people(state: CurrentState, admin: CurrentAdmin) -> PeopleList:
    """Everybody, by email."""
    links = state.registry.password_links.open_until()
    return PeopleList(people=[_described(person, links.get(person.id)) for person in state.registry.people.all()])


@router.post("/people", status_code=201)
def invite(state: CurrentState, admin: CurrentAdmin, request: Request, new: Invitation) -> Linked:
    """Somebody new. Give them the link: no mail is sent."""
    with problems_of_people():
        person, secret = state.registry.people.invite(new.email, _grants(new.grants))
    return _linked(state, request, person, secret)


@router.put("/people/{person_id}/grants")
def change_grants(state: CurrentState, admin: CurrentAdmin, person_id: PersonId, new: Grants) -> OnePerson:
    """What they may do, in place of all that they could. It holds from their next request on."""
    with problems_of_people():
        person = state.registry.people.set_grants(person_id, _grants(new.grants))
    return _described(person, state.registry.password_links.open_until().get(person.id))


@router.delete("/people/{person_id}")
def remove_person(state: CurrentState, admin: CurrentAdmin, person_id: PersonId) -> PeopleList:
    """They are signed out everywhere. Answers with those who are left."""
    with problems_of_people():
        state.registry.people.remove(person_id)
    return list_people(state, admin)


@router.post("/people/{person_id}/reset", status_code=201)
def reset_password(state: CurrentState, admin: CurrentAdmin, request: Request, person_id: PersonId) -> Linked:
    """A link by which they choose a new password. Until they use it the old one is good."""
    with problems_of_people():
        person, secret = state.registry.password_links.new(person_id)
    return _linked(state, request, person, secret)


@router.get("/people/{person_id}/logins")
def list_logins(state: CurrentState, admin: CurrentAdmin, person_id: PersonId) -> LoginList:
    """Where somebody is signed in, the latest first."""
    with problems_of_people():
        return _logins(state.registry.logins.of(person_id), None)


@router.delete("/people/{person_id}/logins", status_code=204)
def end_all_logins(state: CurrentState, admin: CurrentAdmin, person_id: PersonId) -> None:
    """Sign somebody out everywhere."""
    with problems_of_people():
        state.registry.logins.end_all(person_id)


@router.delete("/people/{person_id}/logins/{login_id}", status_code=204)
def end_their_login(state: CurrentState, admin: CurrentAdmin, person_id: PersonId, login_id: LoginId) -> None:
    """Sign somebody out there."""
    with problems_of_people():
        state.registry.logins.end(person_id, login_id)


@router.get("/me/logins")
def list_own_logins(state: CurrentState, person: CurrentPerson, request: Request) -> LoginList:
    """Where you are signed in, the latest first."""
    return _logins(state.registry.logins.of(person.id), request.cookies.get(COOKIE))


@router.delete("/me/logins", status_code=204)
def end_other_logins(state: CurrentState, person: CurrentPerson, request: Request) -> None:
    """Sign out everywhere but here."""
    state.registry.logins.end_all(person.id, but=request.cookies.get(COOKIE))


@router.delete("/me/logins/{login_id}", status_code=204)
def end_own_login(state: CurrentState, person: CurrentPerson, login_id: LoginId) -> None:
    """Sign out there."""
    with problems_of_people():
        state.registry.logins.end(person.id, login_id)


@router.put("/me/password", status_code=204)
def change_password(state: CurrentState, person: CurrentPerson, request: Request, change: PasswordChange) -> None:
    """Your own. All other logins end."""
    require_password(request, person, change.old)
    with problems_of_people():
        state.registry.people.change_password(person.id, change.new, login=request.cookies.get(COOKIE))


@router.post("/password", dependencies=[FOR_EVERYBODY])
def use_link(state: CurrentState, request: Request, response: Response, use: LinkUse) -> SignedIn:
    """Choose a password by the link of an invitation or a reset, once, and be signed in.

    Who has a second factor is asked for a `code` as well: without one the answer is `second-factor-needed`, and the
    link stays good.
    """
    try:
        with problems_of_people(), acts(Actor("who has the link", address_of(request))):
            require_code(request, state.registry.password_links.person_of(use.token), use.code)
            person = state.registry.password_links.use(use.token, use.password)
    except errors.LinkRefused as error:
        raise SetupRefused(str(error)) from error
    return begin_login(request, response, person)


@contextmanager
def problems_of_people() -> Generator[None]:
    """What the registry refuses, as a problem: a game that there is not is one that was sent."""
    with registry_problems():
        try:
            yield
        except errors.UnknownGame as error:
            raise InvalidRequest.of_field("gameId", str(error)) from error


def _grants(given: Sequence[GrantOf]) -> list[Grant]:
    return [Grant(one.role, one.game_id) for one in given]


def _described(person: Person, link_until: dt.datetime | None) -> OnePerson:
    return OnePerson(
        id=person.id,
        email=person.email,
        grants=[GrantOf(role=grant.role, game_id=grant.game_id) for grant in person.grants],
        has_password=bool(person.password_hash),
        has_second_factor=person.has_second_factor,
        is_of_provider=person.is_of_provider,
        is_linked=person.is_linked,
        link_until=link_until,
        created_at=person.created_at,
        signed_in_at=person.signed_in_at,
    )


def _linked(state: State, request: Request, person: Person, secret: str) -> Linked:
    address = (state.settings.public_url or str(request.base_url)).rstrip("/")
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=LINK_HOURS)
    return Linked(person=_described(person, until), link=address + LINK_PAGE + secret)


def _logins(found: Sequence[Login], secret: str | None) -> LoginList:
    return LoginList(
        logins=[
            OneLogin(
                id=login_id(login),
                created_at=login.created_at,
                expires_at=login.expires_at,
                seen_at=login.seen_at,
                address=login.address,
                agent=login.agent,
                is_this=secret is not None and login.is_of(secret),
            )
            for login in found
        ]
    )
