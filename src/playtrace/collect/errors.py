"""Why a whole request is not taken. The protocol it came by turns this into its own dialect.

CollectError
├── Malformed            400  the body is not what this protocol speaks
├── KeyMissing           401  no write key, or one that nobody gave out
├── KeyForOtherGame      403  every event names a game that the key does not belong to
├── GameUnknown          404  every event names a game that does not exist
├── RequestTimeout       408  the body did not arrive in time
├── TooLarge             413  more bytes or events than a request may have
├── EncodingUnknown      415  a Content-Encoding or Content-Type that is not spoken here
├── TooManyRequests      429  this client should slow down
└── Unavailable          503  journal or disk are full: try again later
"""

from __future__ import annotations

from typing import ClassVar

from playtrace.event import Refusal


class CollectError(Exception):
    """Nothing of the request was recorded, but for the books."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "The request could not be taken"

    def __init__(
        self,
        detail: str,
        *,
        retry_after_s: int | None = None,
        refusals: list[Refusal] | None = None,
        not_listed: int = 0,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.refusals: list[Refusal] = refusals or []
        """Which events, where it was decided event by event: the first ones, and how many more."""
        self.not_listed = not_listed


class Malformed(CollectError):
    status = 400
    slug = "malformed"
    title = "The body is not what this address expects"


class KeyMissing(CollectError):
    status = 401
    slug = "key-missing"
    title = "A valid write key is needed"


class KeyForOtherGame(CollectError):
    status = 403
    slug = "key-for-other-game"
    title = "The write key belongs to another game"


class GameUnknown(CollectError):
    status = 404
    slug = "game-unknown"
    title = "There is no such game"


class RequestTimeout(CollectError):
    status = 408
    slug = "request-timeout"
    title = "The request took too long to arrive"


class TooLarge(CollectError):
    status = 413
    slug = "too-large"
    title = "The request is too large"


class EncodingUnknown(CollectError):
    status = 415
    slug = "encoding-unknown"
    title = "The body is encoded in a way that is not spoken here"


class TooManyRequests(CollectError):
    status = 429
    slug = "too-many-requests"
    title = "Too many requests"


class Unavailable(CollectError):
    status = 503
    slug = "unavailable"
    title = "Events cannot be taken right now"
