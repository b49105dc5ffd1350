"""From an entry of the journal to the events that count for players."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import msgspec

from playtrace.board_rules import Boards
from playtrace.config import Settings
from playtrace.event import ImportedEvent
from playtrace.journal.entry import Header, Recorded, decode_header, microseconds
from playtrace.sent_at import SECOND_US, is_certain, presumed_s, reading_s
from playtrace.stats.counting import Played, id_of
from playtrace.stats.rules import DAY_US, Rules
from playtrace.stats.state import Counted

SEQ_MAX = 32_767
"""As far as order within a moment is kept."""
NO_IDS = (UUID(int=0), UUID(int=2**128 - 1))
"""They stand for none."""

_events = msgspec.json.Decoder(ImportedEvent)


def rules_of(settings: Settings) -> Rules:
    return Rules(
        boards=Boards(settings.rules.leaderboards),
        session_timeout_us=int(settings.rules.session_timeout_minutes * 60 * SECOND_US),
        settle_us=int(settings.rules.settle_hours * 3600 * SECOND_US),
        late_us=settings.load.late_days_max * DAY_US,
        known_us=settings.load.dedup_days * DAY_US,
    )


def played_in(entry: Recorded, first_position: int) -> Iterator[Played]:
    """Its events that say whose they are. Raises `msgspec.DecodeError`."""
    header = decode_header(entry.header)
    correction_us = _correction_us(header)
    for number, line in enumerate(entry.body.splitlines()):
        event = _events.decode(line)
        game_id = event.game_id or header.game_id
        if event.player_id is None or game_id is None:
            continue
        position = first_position + number
        yield Played(
            game_id, event.env or "prod", event.player_id, position, _counted(event, header, position, correction_us)
        )


def _counted(event: ImportedEvent, header: Header, position: int, correction_us: int) -> Counted:
    has_id = event.event_id is not None and event.event_id not in NO_IDS
    return Counted(
        name=event.name,
        time_us=_time_us(event, header, correction_us),
        received_us=header.received_us,
        order=(min(max(event.seq or 0, 0), SEQ_MAX), header.received_us, position),
        id=id_of(str(event.event_id) if has_id else f"{header.received_us} {position} {event.player_id}"),
        session_id=event.session_id or "",
        mono_ms=event.mono_ms,
        value=event.value,
        currency=event.currency or "",
        props=event.props or {},
    )


def _time_us(event: ImportedEvent, header: Header, correction_us: int) -> int:
    """Never after it was received."""
    if event.time is None:
        return header.received_us
    said = microseconds(event.time)
    return min(said if event.client_time is not None else said + correction_us, header.received_us)


def _correction_us(header: Header) -> int:
    """By what the request says of its clock, and by nothing that other requests said."""
    certain = is_certain(header.sent_us, header.attempt)
    return presumed_s(reading_s(header.received_us, header.sent_us), certain) * SECOND_US
