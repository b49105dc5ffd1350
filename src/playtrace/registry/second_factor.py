"""The second factor of a sign-in: codes of an authenticator app, and codes that stand for them when the app is lost.
Within a transaction of the registry.

Codes are those of RFC 6238: six digits, new every thirty seconds. One that was taken is taken no more, nor is any
before it. Recovery codes are 80 random bits each, kept as hashes, and good once.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Sequence

from pyotp import random_base32
from pyotp.exceptions import OTPVerificationError
from pyotp.totp import TOTP
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from playtrace.registry import people
from playtrace.registry.access_secrets import sha256_of
from playtrace.registry.errors import CodeRefused, SecondFactorThere
from playtrace.registry.models import Person, RecoveryCode
from playtrace.registry.part import Part

STEPS_OFF_MAX = 1
"""A phone's clock may be so many times thirty seconds off, or its owner slow."""
RECOVERY_CODES = 10
RECOVERY_CODE_BYTES = 10
CODE_LENGTH_MAX = 40
"""Of what people type, with spaces and dashes."""
ISSUER = "playtrace"
"""What the app shows above the codes, beside the email."""


class SecondFactors(Part):
    def begin(self, person_id: int) -> str:
        """The secret for an authenticator app. It is asked for codes of it once it is confirmed.

        Raises `UnknownPerson` and `SecondFactorThere`.
        """
        with self._noting() as session:
            return begin(people.find(session, person_id))

    def confirm(self, person_id: int, code: str) -> list[str]:
        """The recovery codes, which cannot be shown again. Raises `UnknownPerson`, `SecondFactorThere` and
        `CodeRefused`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            codes = confirm(session, person, code, self._now())
            self._audit(session, "person.second_factor_set", person.email)
            return codes

    def take_code(self, person_id: int, code: str) -> None:
        """Of the app, or for recovery: none is taken twice. Raises `UnknownPerson` and `CodeRefused`."""
        try:
            with self._noting() as session:
                person = people.find(session, person_id)
                take(session, person, code, self._now())
                if not is_of_app(code):
                    self._audit(session, "person.recovery_code_used", person.email)
        except CodeRefused:
            # Whoever comes so far knows the password.
            with self._noting() as session:
                self._audit(session, "person.code_refused", people.find(session, person_id).email)
            raise

    def new_recovery_codes(self, person_id: int) -> list[str]:
        """In place of those that were left; none without a second factor. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, person_id)
            if not person.has_second_factor:
                return []
            self._audit(session, "person.recovery_codes_made", person.email)
            return new_recovery_codes(session, person)

    def recovery_codes_left(self, person_id: int) -> int:
        """Raises `UnknownPerson`."""
        with self._reading() as session:
            return recovery_codes_left(session, people.find(session, person_id))

    def remove(self, who: str | int) -> Person:
        """Where there is one. Raises `UnknownPerson`."""
        with self._noting() as session:
            person = people.find(session, who)
            if person.has_second_factor:
                self._audit(session, "person.second_factor_removed", person.email)
            remove(session, person)
            return person


def begin(person: Person) -> str:
    """The secret that the app has to know, in base32. Nothing is asked for until a code of it has come back.

    Raises `SecondFactorThere`.
    """
    if person.has_second_factor:
        raise SecondFactorThere
    secret = random_base32()
    person.totp_secret = secret
    return secret


def address_of(secret: str, email: str) -> str:
    """What the app reads: an `otpauth://` address."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def confirm(session: Session, person: Person, code: str, now: dt.datetime) -> list[str]:
    """The app has the secret. From now on codes are asked for; answers with the recovery codes.

    Raises `SecondFactorThere` and `CodeRefused`.
    """
    if person.has_second_factor:
        raise SecondFactorThere
    _take_of_app(person, _typed(code), now)
    return new_recovery_codes(session, person)


def take(session: Session, person: Person, code: str, now: dt.datetime) -> None:
    """Takes a code of the app, or a recovery code, which is good no more then. Raises `CodeRefused`."""
    typed = _typed(code)
    if is_of_app(code):
        _take_of_app(person, typed, now)
        return
    recovery = session.get(RecoveryCode, (person.id, sha256_of(typed)))
    if recovery is None:
        raise CodeRefused
    session.delete(recovery)


def is_of_app(code: str) -> bool:
    """Six digits, which can be guessed; a recovery code cannot."""
    typed = _typed(code)
    return typed.isascii() and typed.isdecimal()


def remove(session: Session, person: Person) -> None:
    """Nothing but the password is asked for."""
    person.totp_secret = person.totp_last_step = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def new_recovery_codes(session: Session, person: Person) -> list[str]:
    """In place of those that were left."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(person_id=person.id, code_sha256=sha256_of(_typed(code))) for code in codes)
    return codes


def recovery_codes_left(session: Session, person: Person) -> int:
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person.id)
    return session.scalars(query).one()


def _take_of_app(person: Person, code: str, now: dt.datetime) -> None:
    if person.totp_secret is None:
        raise CodeRefused
    try:
        step = TOTP(person.totp_secret).verify_and_get_timecode(code, for_time=now, valid_window=STEPS_OFF_MAX)
    except OTPVerificationError:
        raise CodeRefused from None
    if person.totp_last_step is not None and step <= person.totp_last_step:
        raise CodeRefused
    person.totp_last_step = step


def _new_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode().lower()
    return "-".join(_parts(text))


def _parts(text: str) -> Sequence[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def _typed(code: str) -> str:
    """As it is compared: without what apps and people put between the digits."""
    return "".join(code.split()).replace("-", "").lower()
