"""What has to be changed in the table of sessions, so that it says what the store says.

A session may begin earlier than it did, two may become one, and one may be nobody's any more, when a late event comes.
A row keeps its number where it can: one that begins at the same moment is the same; what is left is paired in order.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct


class Session(Struct, frozen=True):
    """A session as the store has it."""

    family: bytes
    """Whose it is, and by which id: all that can become one session, or be parted."""
    owner: bytes
    player_id: str | None
    platform: str
    version: str
    started_at: dt.datetime
    ended_at: dt.datetime
    length_us: int
    content: bytes
    """A hash of the texts."""


class Known(Struct, frozen=True):
    """A session as the database has it."""

    family: bytes
    started_at: dt.datetime
    ended_at: dt.datetime
    length_us: int
    owner: bytes
    content: bytes
    session: int | None
    """Number of its row; None where the database did not take it."""


class Changes(Struct):
    new: list[Session]
    """In the order in which they began."""
    changed: list[tuple[Known, Session]]
    gone: list[Known]

    def moments(self) -> set[dt.datetime]:
        """When sessions that changed began, before and now."""
        found = {session.started_at for session in self.new} | {known.started_at for known in self.gone}
        for known, session in self.changed:
            found |= {known.started_at, session.started_at}
        return found


def changes(known: Iterable[Known], sessions: Iterable[Session]) -> Changes:
    """From what the database has of some families to what the store has of them."""
    before: dict[bytes, list[Known]] = defaultdict(list)
    now: dict[bytes, list[Session]] = defaultdict(list)
    for one in known:
        before[one.family].append(one)
    for session in sessions:
        now[session.family].append(session)
    found = Changes([], [], [])
    for family in before.keys() | now.keys():
        _pair(before[family], now[family], found)
    found.new.sort(key=lambda one: one.started_at)
    return found


def _pair(known: list[Known], sessions: list[Session], found: Changes) -> None:
    by_start = {one.started_at: one for one in known}
    unpaired: list[Session] = []
    for session in sorted(sessions, key=lambda one: one.started_at):
        one = by_start.pop(session.started_at, None)
        if one is None:
            unpaired.append(session)
        elif _is_changed(one, session):
            found.changed.append((one, session))
    left = sorted(by_start.values(), key=lambda one: one.started_at)
    found.changed += zip(left, unpaired, strict=False)
    found.new += unpaired[len(left) :]
    found.gone += left[len(unpaired) :]


def _is_changed(known: Known, session: Session) -> bool:
    before = (known.ended_at, known.length_us, known.owner, known.content)
    return before != (session.ended_at, session.length_us, session.owner, session.content)
