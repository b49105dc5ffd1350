"""Instants that people name in requests: those that every time zone and every database of the registry has."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

FIRST_YEAR, LAST_YEAR = 1970, 9_000


def _in_utc(instant: dt.datetime) -> dt.datetime:
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return instant.astimezone(dt.UTC) if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


Instant = Annotated[dt.datetime, AfterValidator(_in_utc)]
"""In UTC; so is one that says no offset."""
AwareInstant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""With an offset, and in UTC from then on."""
