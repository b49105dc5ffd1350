"""Letters of the queue, tried again: after an upgrade that can read them, or when what was away is back."""

from __future__ import annotations

import json
import logging

from msgspec import Struct

from playtrace.aws import dead_letters
from playtrace.aws.dead_letters import Letter
from playtrace.aws.stream import CannotCount, Stream

log = logging.getLogger("playtrace.aws")


class Redriven(Struct):
    records: int = 0
    """They count now."""
    gone: int = 0
    """Letters of which the stream has nothing any more."""
    left: int = 0
    """Letters that are still in the queue: what they name cannot be counted by this playtrace either."""


def redrive(stream: Stream, *, letters_max: int, forget_gone: bool) -> Redriven:
    """Raises `Changed`, and errors of botocore; what was done until then is done."""
    told = Redriven()
    seen: set[str] = set()
    while len(seen) < letters_max:
        messages = [one for one in dead_letters.take(stream.dead_letters_url) if one["MessageId"] not in seen]
        if not messages:
            break
        for message in messages[: letters_max - len(seen)]:
            seen.add(message["MessageId"])
            try:
                letter = Letter.read(message)
            except (KeyError, TypeError, json.JSONDecodeError) as error:
                log.error("a letter is of another kind", extra={"letter": message["MessageId"], "error": repr(error)})
                told.left += 1
                continue
            _try_again(stream, letter, told, forget_gone=forget_gone)
    return told


def _try_again(stream: Stream, letter: Letter, told: Redriven, *, forget_gone: bool) -> None:
    records = list(dead_letters.records_of(letter))
    if not records:
        told.gone += 1
        if forget_gone:
            dead_letters.done(stream.dead_letters_url, letter)
        return
    try:
        for record in records:
            stream.count(record, again=True)
    except CannotCount as error:
        log.error("a letter stays", extra={"shard": letter.shard_id, "first": letter.first, "error": str(error)})
        told.left += 1
        return
    told.records += len(records)
    dead_letters.done(stream.dead_letters_url, letter)
