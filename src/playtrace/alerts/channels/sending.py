"""What every kind of channel does with a message, and how it says that it could not."""

from __future__ import annotations

import datetime as dt
import email.utils
import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from urllib.parse import urlsplit

from playtrace.alerts.message import Message
from playtrace.alerts.outgoing import Answer, Outgoing, Unreachable, WrongTarget, read_target

PAUSE_S_MAX = 6 * 3600.0
"""A channel that asks to be left alone for longer is asked again after this."""
SECRET_LENGTH_MIN = 4


class Fault(Enum):
    """Whose fault it is that a message was not taken, and so what is done about it."""

    PASSING = "passing"
    """It may be over soon: tried again for days."""
    CHANNEL = "channel"
    """The channel is not there (any more), or refuses us: tried again now and then, as people may repair it."""
    MESSAGE = "message"
    """The channel is there, and does not take this message: tried again a few times."""


class NotSent(Exception):
    """A message was not taken; the text says why, and has no secret in it."""

    def __init__(self, reason: str, fault: Fault, *, pause_s: float = 0.0, answer: Answer | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fault = fault
        self.pause_s = pause_s
        """For how long the channel asked to be left alone."""
        self.answer = answer


@dataclass(frozen=True)
class Destination:
    """What a kind of channel needs to know of one."""

    target: str
    signing_secret: str | None


class Kind(Protocol):
    """One kind of channel, such as Discord."""

    def check(self, target: str) -> str:
        """The address in the form in which it is kept. Raises `WrongTarget`."""
        ...

    def masked(self, target: str) -> str:
        """The address without what is secret in it."""
        ...

    def send(self, message: Message, destination: Destination, delivery_id: str, outgoing: Outgoing) -> float:
        """Send a message. Returns for how many seconds the channel takes no more. Raises `NotSent`.

        The id is the same when the message is sent again.
        """
        ...


class AtAddress:
    """What is the same of kinds that send to an address of HTTP."""

    def check(self, target: str) -> str:
        read_target(target)
        return target

    def masked(self, target: str) -> str:
        parts = urlsplit(target)
        return f"{parts.scheme}://{parts.netloc}/…"


def post(outgoing: Outgoing, url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """An answer that says that a message was taken. Raises `NotSent`."""
    try:
        answer = outgoing.post(url, body, headers)
    except WrongTarget as error:
        raise NotSent(str(error), Fault.CHANNEL) from None
    except Unreachable as error:
        raise NotSent(str(error), Fault.PASSING) from None
    if 200 <= answer.status < 300:
        return answer
    raise NotSent(*_judged(answer.status), pause_s=pause_of(answer), answer=answer)


def _judged(status: int) -> tuple[str, Fault]:
    if status in (408, 425, 429) or status >= 500:
        return f"answered {status}", Fault.PASSING
    if 300 <= status < 400:
        return f"answered {status}: redirects are not followed, give the address that it leads to", Fault.CHANNEL
    if status in (401, 403, 404, 405, 407, 410):
        return f"answered {status}: the address is not valid any more, or does not let us in", Fault.CHANNEL
    return f"answered {status}: it does not take this message", Fault.MESSAGE


def pause_of(answer: Answer) -> float:
    """Seconds for which an answer asks us to wait: `Retry-After`, as a number or a date."""
    text = answer.headers.get("retry-after", "")
    seconds = seconds_of(text)
    if seconds is None:
        try:
            until = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        if until.tzinfo is None:
            until = until.replace(tzinfo=dt.UTC)
        seconds = (until - dt.datetime.now(dt.UTC)).total_seconds()
    return bounded(seconds)


def seconds_of(text: str) -> float | None:
    """A number of seconds as headers have it, with or without decimals."""
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text.strip()) else None


def bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), PAUSE_S_MAX) if math.isfinite(seconds) else 0.0


def without_secrets(text: str, target: str) -> str:
    """What somebody else said of an address, without any part of it that may be secret."""
    parts = sorted(set(re.split(r"[/?&=:@#,+ ]+", target)), key=len, reverse=True)
    for part in parts:
        if len(part) >= SECRET_LENGTH_MIN:
            text = text.replace(part, "…")
    return text
