"""What goes wrong with a request: a class for each thing that a caller would do differently about it.

Problem
├── BadRequest           400  not readable at all, or not to be done
├── Malformed            400  the body is not what this address takes; `refusals` may say which events
├── Unauthenticated      401  sign in, or send a read token
│   ├── SecondFactorNeeded    the password is right; send the code too
│   └── CodeRefused           the password is right, and the code is not
├── KeyMissing           401  send a write key, or another one
├── Forbidden            403  signed in, yet not for this
│   ├── SecondFactorMissing   admins have to set one up here before anything else
│   ├── SetupRefused          the setup link is wrong or used
│   ├── CrossOrigin           a page of another site asked with our cookie
│   ├── KeyForOtherGame       every event names a game that the write key does not belong to
│   ├── GameArchived          every event is of a game that takes none any more
│   ├── WrongHost             an open server was called by another name
│   └── ForeignOrigin         a page of another site wanted to send to an open server
├── NotFound             404
│   ├── UnknownGame           asked for
│   └── GameUnknown           every event names it: make the game, or correct the client
├── MethodNotAllowed     405
├── RequestTimeout       408  the body did not arrive in time
├── Conflict             409
├── TooLarge             413  more bytes or events than a request may have
├── EncodingUnknown      415  a Content-Encoding that is not spoken here
├── InvalidRequest       422  a field does not fit; `errors` names it
├── TooManyRequests      429  again after Retry-After
├── Internal             500  our fault; the log has it
└── Unavailable          503  not now; again after Retry-After

Raise one anywhere while a request is worked on. Our own API tells it as a problem document (RFC 9457), a foreign
protocol in its dialect. Protocols may have kinds of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from playtrace import request_id
from playtrace.event import Refusal

TYPE_BASE = "https://playtrace.dev/problems/"
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """`detail` tells a person what to do next; `members` are further fields of the document, in camelCase."""

    status: ClassVar[int]
    slug: ClassVar[str]
    """What the document's `type` ends with: programs rely on it."""
    title: ClassVar[str]

    def __init__(
        self,
        detail: str,
        *,
        retry_after_s: float | None = None,
        refusals: list[Refusal] | None = None,
        not_listed: int = 0,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_s = None if retry_after_s is None else math.ceil(retry_after_s)
        self.refusals: list[Refusal] = refusals or []
        """Which events, where it was decided event by event: the first ones, and how many more."""
        self.not_listed = not_listed
        self.members = members

    @property
    def headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self.retry_after_s is not None:
            headers["retry-after"] = str(self.retry_after_s)
        if self.status == Unauthenticated.status:
            headers["www-authenticate"] = "Bearer"
        return headers

    def document(self) -> dict[str, object]:
        document = document_of(self.slug, self.title, self.status, self.detail) | self.members
        if self.refusals:
            document["accepted"] = 0
            document["rejected"] = [
                {"index": refusal.index, "reason": refusal.reason, "error": refusal.error} for refusal in self.refusals
            ]
            if self.not_listed:
                document["not_listed"] = self.not_listed
        return document

    def body(self) -> bytes:
        return msgspec.json.encode(self.document())


def document_of(slug: str, title: str, status: int, detail: str) -> dict[str, object]:
    document: dict[str, object] = {"type": TYPE_BASE + slug, "title": title, "status": status, "detail": detail}
    if (own := request_id.current.get()) is not None:
        document["requestId"] = own
    return document


class BadRequest(Problem):
    status = 400
    slug = "bad-request"
    title = "The request cannot be read"


class Malformed(Problem):
    status = 400
    slug = "malformed"
    title = "The body is not what this address expects"


class Unauthenticated(Problem):
    status = 401
    slug = "unauthenticated"
    title = "Sign in first"


class SecondFactorNeeded(Unauthenticated):
    slug = "second-factor-needed"
    title = "A code is needed too"

    def __init__(self) -> None:
        super().__init__("Send the code of your authenticator app too, or one of your recovery codes.")


class CodeRefused(Unauthenticated):
    slug = "code-refused"
    title = "The code is not right"


class KeyMissing(Problem):
    status = 401
    slug = "key-missing"
    title = "A valid write key is needed"


class Forbidden(Problem):
    status = 403
    slug = "forbidden"
    title = "Not allowed"


class SecondFactorMissing(Forbidden):
    slug = "second-factor-missing"
    title = "A second factor has to be set up first"

    def __init__(self) -> None:
        super().__init__("This server asks admins for a second factor. Set yours up on the dashboard, and go on then.")


class SetupRefused(Forbidden):
    slug = "setup-refused"
    title = "The setup link is not valid"


class CrossOrigin(Forbidden):
    slug = "cross-origin"
    title = "The request comes from another site"


class KeyForOtherGame(Forbidden):
    slug = "key-for-other-game"
    title = "The write key belongs to another game"


class GameArchived(Forbidden):
    slug = "game-archived"
    title = "The game takes no events any more"


class WrongHost(Forbidden):
    slug = "wrong-host"
    title = "This server is called by another name"


class ForeignOrigin(Forbidden):
    slug = "foreign-origin"
    title = "A page of another origin may not do this here"


class NotFound(Problem):
    status = 404
    slug = "not-found"
    title = "There is no such thing"


class UnknownGame(NotFound):
    slug = "unknown-game"
    title = "There is no such game"

    def __init__(self, game_id: str) -> None:
        super().__init__(f"There is no game with the id {game_id!r}. GET /api/games lists them.")


class GameUnknown(NotFound):
    slug = "game-unknown"
    title = "There is no such game"


class MethodNotAllowed(Problem):
    status = 405
    slug = "method-not-allowed"
    title = "Method Not Allowed"


class RequestTimeout(Problem):
    status = 408
    slug = "request-timeout"
    title = "The request took too long to arrive"


class Conflict(Problem):
    status = 409
    slug = "conflict"
    title = "It contradicts what is there"


class TooLarge(Problem):
    status = 413
    slug = "too-large"
    title = "The request is too large"


class EncodingUnknown(Problem):
    status = 415
    slug = "encoding-unknown"
    title = "The body is encoded in a way that is not spoken here"


class InvalidRequest(Problem):
    """`errors` is a list of `{"field", "location", "expected"}`."""

    status = 422
    slug = "invalid-request"
    title = "A field does not fit"

    @classmethod
    def of_field(cls, field: str, expected: str, *, location: str = "body") -> InvalidRequest:
        return cls.of_fields([{"field": field, "location": location, "expected": expected}])

    @classmethod
    def of_fields(cls, errors: Sequence[Mapping[str, str]]) -> InvalidRequest:
        detail = "; ".join(f"{error['field']} ({error['location']}): {error['expected']}" for error in errors)
        return cls(detail, errors=list(errors))


class TooManyRequests(Problem):
    status = 429
    slug = "too-many-requests"
    title = "Too many requests"


class Internal(Problem):
    status = 500
    slug = "internal"
    title = "Something broke here"


class Unavailable(Problem):
    status = 503
    slug = "unavailable"
    title = "Not now"
