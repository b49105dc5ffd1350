"""The second factor of whoever is signed in: set up, confirmed, and given up again. Admins may take it from others."""

from __future__ import annotations

import segno
from fastapi import APIRouter, Request, Response
from pydantic import Field

from playtrace.api.access import CurrentAdmin, CurrentPerson, PersonAtTheDoor
from playtrace.api.models import ApiModel, Strict
from playtrace.api.people import PersonId, problems_of_people
from playtrace.api.registry_problems import registry_problems
from playtrace.api.session import Code, Password, require_password
from playtrace.api.state import CurrentState
from playtrace.problems import InvalidRequest
from playtrace.registry import errors
from playtrace.registry.second_factor import address_of

router = APIRouter(prefix="/api", tags=["people"])


class SecondFactor(ApiModel):
    is_on: bool
    recovery_codes_left: int


class NewSecondFactor(ApiModel):
    secret: str = Field(description="For the authenticator app, in base32. It cannot be shown again.")
    address: str = Field(description="The same as `otpauth://`, which apps open.")
    qr_rows: list[str] = Field(description="The same as a QR code: a text for each row, `1` where it is dark.")


class RecoveryCodes(ApiModel):
    recovery_codes: list[str] = Field(description="Each stands for a code of the app once. They cannot be shown again.")


class OwnPassword(Strict):
    password: Password


class Confirmation(Strict):
    code: Code


@router.get("/me/second-factor")
def read_second_factor(state: CurrentState, person: PersonAtTheDoor) -> SecondFactor:
    """Whether you are asked for a code when you sign in."""
    return SecondFactor(
        is_on=person.has_second_factor, recovery_codes_left=state.registry.second_factors.recovery_codes_left(person.id)
    )


@router.post("/me/second-factor", status_code=201)
def begin_second_factor(
    state: CurrentState, person: PersonAtTheDoor, request: Request, response: Response, own: OwnPassword
) -> NewSecondFactor:
    """What an authenticator app has to know. You are asked for codes of it when one of them has come back."""
    require_password(request, person, own.password)
    with registry_problems():
        secret = state.registry.second_factors.begin(person.id)
    response.headers["Cache-Control"] = "no-store"
    address = address_of(secret, person.email)
    rows = ["".join(map(str, row)) for row in segno.make_qr(address).matrix]
    return NewSecondFactor(secret=secret, address=address, qr_rows=rows)


@router.put("/me/second-factor")
def confirm_second_factor(
    state: CurrentState, person: PersonAtTheDoor, response: Response, confirmation: Confirmation
) -> RecoveryCodes:
    """The app has the secret: here is a code of it. From now on you are asked for one when you sign in."""
    try:
        with registry_problems():
            codes = state.registry.second_factors.confirm(person.id, confirmation.code)
    except errors.CodeRefused as error:
        raise InvalidRequest.of_field("code", str(error)) from error
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=codes)


@router.post("/me/second-factor/recovery-codes")
def make_recovery_codes(
    state: CurrentState, person: CurrentPerson, request: Request, response: Response, own: OwnPassword
) -> RecoveryCodes:
    """New ones, in place of those that were left."""
    require_password(request, person, own.password)
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=state.registry.second_factors.new_recovery_codes(person.id))


@router.post("/me/second-factor/removal", status_code=204)
def remove_own_second_factor(state: CurrentState, person: CurrentPerson, request: Request, own: OwnPassword) -> None:
    """You are asked for your password alone."""
    require_password(request, person, own.password)
    state.registry.second_factors.remove(person.id)


@router.delete("/people/{person_id}/second-factor", status_code=204)
def remove_second_factor(state: CurrentState, admin: CurrentAdmin, person_id: PersonId) -> None:
    """Somebody has lost their phone and their recovery codes: they are asked for their password alone."""
    with problems_of_people():
        state.registry.second_factors.remove(person_id)
