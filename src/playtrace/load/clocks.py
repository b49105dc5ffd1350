"""How wrong a client's clock is: the rule, and nothing else.

A batch says when it was sent by the client's clock, and the server knows when it came. The difference is a *reading* of
that clock. The bytes alone cannot tell a clock that is slow from an envelope that waited and was sent again as it was.
But waiting only ever makes a clock look slower. So what looks fast, or right, is so, and a clock is as slow as it ever
looked least. docs/decisions/0015 has the reasons and the cases.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from playtrace.sent_at import SECOND_US, SLOW_S_MAX, STEP_S

AGREEING_S_MIN = 3600
"""Readings that were sent so far apart, by the clock itself, and say the same were not both waiting somewhere."""

Session = tuple[str, str, str]
"""Game, whose session it is, and its id."""


class Reading(Struct, frozen=True):
    """What the events of one device and session say, or those of no session, that came in one request."""

    journal_offset: int
    session: Session | None
    device: tuple[str, str] | None
    """Game and id of the device, or else of the player."""
    player: tuple[str, str] | None
    received_us: int
    sent_us: int | None
    reading_s: int
    """How far the clock is behind by `sent_at`, in steps; 0 where the request does not say."""
    is_certain: bool
    """Whether `sent_at` is of this very attempt, beyond doubt."""
    first_us: int | None
    """The earliest of the events' times, by the client."""
    last_us: int | None
    is_passive: bool = False
    """Whether all of them happened without the player."""


class Device(Struct):
    """What is known of a clock."""

    readings: dict[int, int] = {}
    """Each reading, and when it was sent by the clock itself, for the first time in the last weeks."""


class Decisions(Struct):
    corrections: list[int] = []
    """Seconds to add, for each reading."""
    sessions: dict[Session, tuple[int, int]] = {}
    """What was decided of each new session, and when."""
    readings: list[tuple[tuple[str, str], int, int, int]] = []
    """What is to be remembered: device, reading, when it was sent and received."""


def decide(
    readings: Iterable[Reading],
    sessions: dict[Session, int],
    devices: dict[tuple[str, str], Device],
    players_since: dict[tuple[str, str], int],
) -> Decisions:
    """The correction of each of these, which are in the order in which they came.

    `sessions` are those that were decided before. `players_since` says behind which offset a player is known.
    """
    decisions = Decisions()
    for reading in readings:
        device = None if reading.device is None else devices.setdefault(reading.device, Device())
        is_known = reading.player is not None and players_since.get(reading.player, reading.journal_offset) < (
            reading.journal_offset
        )
        own = _own_s(reading, device, is_known=is_known)
        correction = own
        if reading.session is not None:
            decided = sessions.get(reading.session)
            if decided is None:
                if not reading.is_passive:  # which begins no session
                    sessions[reading.session] = own
                    decisions.sessions[reading.session] = (own, reading.received_us)
            elif not _is_after_receipt(reading, decided):
                correction = decided
            elif device is not None and own != decided:
                _remember(own, reading, device, decisions)
        decisions.corrections.append(correction)
        if device is not None and reading.reading_s:
            if not device.readings and is_known and reading.reading_s > 0:
                _remember(0, reading, device, decisions)  # it was here before, and right
            _remember(reading.reading_s, reading, device, decisions)
    return decisions


def _remember(reading_s: int, reading: Reading, device: Device, decisions: Decisions) -> None:
    if reading.device is not None and reading_s not in device.readings:
        sent_us = reading.received_us if reading.sent_us is None else reading.sent_us
        device.readings[reading_s] = sent_us
        decisions.readings.append((reading.device, reading_s, sent_us, reading.received_us))


def _own_s(reading: Reading, device: Device | None, *, is_known: bool) -> int:
    """What this batch says by itself, with what is known of the device."""
    slow_s = reading.reading_s
    if slow_s <= 0 or reading.is_certain or reading.sent_us is None:
        return slow_s
    if reading.last_us is not None and reading.last_us > reading.sent_us + STEP_S * SECOND_US:
        return 0  # it was sent after it says that it was
    known = device.readings if device is not None else {}
    if any(_agree(reading, slow_s, earlier_s, sent_us) for earlier_s, sent_us in known.items()):
        return slow_s
    if known or is_known:
        # Waiting makes a clock look slower: it is as slow as it ever looked least.
        least_s = min(slow_s, min(known, default=0))
    else:
        # An envelope that was made when its event happened looks the same whether it waited or not.
        proves_nothing = reading.first_us is None or reading.first_us >= reading.sent_us - SECOND_US
        least_s = 0 if proves_nothing else slow_s
    return least_s if least_s <= SLOW_S_MAX else 0


def _agree(reading: Reading, slow_s: int, earlier_s: int, earlier_sent_us: int) -> bool:
    """Whether an earlier reading says the same, of an envelope that was made long enough before this one."""
    apart_us = (reading.sent_us or 0) - earlier_sent_us
    return earlier_s > 0 and abs(slow_s - earlier_s) <= STEP_S and apart_us >= AGREEING_S_MIN * SECOND_US


def _is_after_receipt(reading: Reading, correction_s: int) -> bool:
    """Whether this correction would date events later than they came, by more than its own coarseness."""
    return reading.last_us is not None and (
        reading.last_us + correction_s * SECOND_US > reading.received_us + STEP_S * SECOND_US
    )
