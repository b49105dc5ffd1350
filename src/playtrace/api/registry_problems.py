"""What the registry refuses, as problems of the API."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from playtrace.problems import Conflict, InvalidRequest, NotFound, UnknownGame
from playtrace.registry import errors

CONFLICTS = (
    errors.GameExists,
    errors.GameIsDeleted,
    errors.AmbiguousKey,
    errors.PersonExists,
    errors.LastAdmin,
    errors.SecondFactorThere,
    errors.IdentityThere,
    errors.IdentityTaken,
)
"""What is right by itself, and cannot be with what is there."""


@contextmanager
def registry_problems() -> Generator[None]:
    try:
        yield
    except errors.Invalid as error:
        raise InvalidRequest.of_field(error.field, error.expected) from error
    except errors.UnknownGame as error:
        raise UnknownGame(error.game_id) from error
    except errors.NotFound as error:
        raise NotFound(str(error)) from error
    except CONFLICTS as error:
        raise Conflict(str(error)) from error
