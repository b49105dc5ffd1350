"""The table of cases of decision 0015, row by row: what is stored of clocks that are wrong and envelopes that waited.

Times are in minutes, on one axis: the server's for what is received and stored, the client's own for the rest. Each
case is loaded twice: all at once, and each request by itself. What is decided must not depend on it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import pytest
from msgspec import Struct

from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.sent_at import SECOND_US, reading_s
from playtrace.store.duckdb import Store

SERVER_BEGAN = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0) - dt.timedelta(days=6)
H = 60
D = 24 * H


class Sent(Struct):
    received: float
    sent: float | None
    happened: list[float | None]
    stored: list[float]
    """What is right."""
    session: str | None = "s1"
    player: str | None = "p1"
    device: str | None = None
    attempt: int = 1
    name: str = "jump"


CASES: dict[str, list[Sent]] = {
    # ── clocks that are right ──
    "a clock that is right": [Sent(1, 1, [0, 0.5], [0, 0.5])],
    "right, over a slow network": [Sent(2, 0, [-1], [-1])],
    "no word of when it was sent": [Sent(3 * H, None, [0], [0])],
    "no times either": [Sent(5, None, [None], [5])],
    "offline queue of 2 days, stamped when it leaves": [Sent(2 * D, 2 * D, [0, 10], [0, 10])],
    "fast, behind a push that was received without the player": [
        Sent(1, None, [1], [1], name="push_received"),
        Sent(10, 20, [19], [9]),
        Sent(11, None, [20.5], [10.5]),
    ],
    # ── envelopes that waited ──
    "offline queue of 2 days, sent as it was": [Sent(2 * D, 0.2, [0, 0.1], [0, 0.1])],
    "offline queue of 2 days, sent at once when it happened": [Sent(2 * D, 0, [0], [0])],
    "sent again after 3 hours, as it was": [Sent(3 * H, 0.2, [0, 0.1], [0, 0.1])],
    "and what follows in that session": [
        Sent(3 * H, 0.2, [0, 0.1], [0, 0.1]),
        Sent(3 * H + 1, None, [3 * H], [3 * H]),
        Sent(3 * H + 2, 3 * H + 2, [3 * H + 1], [3 * H + 1]),
    ],
    "sent again after 1 hour, of a player who was here before": [
        Sent(1, 1, [0], [0], session="s0"),
        Sent(11 * H, 10 * H, [10 * H - 1], [10 * H - 1]),
    ],
    "the same, and it never says when it is sent else": [
        Sent(1, None, [0], [0], session="s0"),
        Sent(11 * H, 10 * H, [10 * H - 1], [10 * H - 1]),
    ],
    "the first that is ever seen of a player, sent again after 1 hour": [
        # The bytes are those of a clock that is an hour slow, and this is what it is taken for, ...
        Sent(1 * H, 0, [-1], [1 * H - 1]),
        # ... until the session says otherwise.
        Sent(1 * H + 1, None, [1 * H], [1 * H]),
        Sent(4 * H, 3 * H + 20, [3 * H + 19], [3 * H + 19], session="s2"),
    ],
    "sent again after 1 hour, with an event of the moment": [Sent(1 * H, 0, [-1, 1 * H], [-1, 1 * H])],
    "a queue of sessions, sent again after 2 days one by one": [
        Sent(2 * D, 0, [-1], [-1]),
        Sent(2 * D + 1, 3 * H, [3 * H - 1], [3 * H - 1], session="s2"),
        Sent(2 * D + 2, 6 * H, [6 * H - 1], [6 * H - 1], session="s3"),
        Sent(2 * D + 3, 2 * D + 3, [2 * D + 2], [2 * D + 2], session="s4"),
    ],
    # ── clocks that are fast ──
    "fast by an hour": [Sent(0, 1 * H, [1 * H - 2], [-2])],
    "fast by a year": [Sent(0, 365 * D, [365 * D - 2, 365 * D - 1], [-2, -1])],
    "fast by 2 hours, with an offline queue of a day": [Sent(1 * D, 1 * D + 2 * H, [2 * H], [0])],
    "fast by a day, and sent again after 3 hours": [Sent(3 * H, 1 * D, [1 * D - 2], [3 * H - 2])],
    "fast, and what follows in that session says nothing": [
        Sent(0, 1 * H, [1 * H - 2], [-2]),
        Sent(5, None, [1 * H + 4], [4]),
    ],
    # ── clocks that are slow ──
    "slow by 2 hours": [Sent(0, -2 * H, [-2 * H - 2], [-2])],
    "slow, and what follows in that session says nothing": [
        Sent(0, -1 * H, [-1 * H - 2], [-2]),
        Sent(5, None, [-1 * H + 4], [4]),
    ],
    "slow by an hour, each event sent when it happens": [
        Sent(0, -1 * H, [-1 * H], [-1 * H]),  # as an envelope that waited: it proves nothing
        Sent(2 * H, 1 * H, [1 * H], [2 * H], session="s2"),  # an hour later it is the same: it did not wait
    ],
    "slow by 2 days": [
        Sent(0, -2 * D, [-2 * D - 2], [-2 * D - 2]),
        Sent(5, -2 * D + 5, [-2 * D + 4], [-2 * D + 4]),  # a session has one clock
        Sent(30, -2 * D + 30, [-2 * D + 29], [-2 * D + 29], session="s2"),
        Sent(1 * H, -2 * D + 1 * H, [-2 * D + 1 * H - 1], [1 * H - 1], session="s3"),
    ],
    "slow by 2 days, and an SDK that says that this is another attempt": [
        Sent(0, -2 * D, [-2 * D - 2], [-2], attempt=2),
    ],
    "slow by an hour, and sent again after half an hour": [
        Sent(0, -1 * H, [-1 * H - 2], [-2], session="s0"),
        Sent(30, -1 * H, [-1 * H - 1], [-1], session="s2"),
    ],
    "summer time set by hand: an hour back, of a player who was here before": [
        Sent(1, 1, [0], [0], session="s0"),
        Sent(5 * H, 4 * H, [4 * H - 1], [4 * H - 1], session="s1"),
        Sent(6 * H, 5 * H, [5 * H - 1], [6 * H - 1], session="s2"),
    ],
    "summer time set by hand: an hour on": [
        Sent(1, 1, [0], [0], session="s0"),
        Sent(5 * H, 6 * H, [6 * H - 1], [5 * H - 1], session="s1"),
    ],
    # ── clocks that are set while somebody plays ──
    "slow, and set right in mid session": [
        Sent(0, -1 * H, [-1 * H - 2], [-2]),
        Sent(10, 10, [8, 9], [8, 9]),
        Sent(20, None, [18, 19], [18, 19]),
        Sent(30, 30 - 1 * H, [29 - 1 * H], [29]),
    ],
    "fast, and set right in mid session": [
        Sent(0, 1 * H, [1 * H - 2], [-2]),
        Sent(10, 10, [8], [8 - 1 * H]),  # it might be an envelope that waited for an hour
    ],
    "right, and set an hour on in mid session": [
        Sent(1, 1, [0], [0]),
        Sent(10, 10 + 1 * H, [8 + 1 * H, 9 + 1 * H], [8, 9]),
    ],
    "right, and set an hour back in mid session": [
        Sent(1, 1, [0], [0]),
        Sent(10, 10 - 1 * H, [8 - 1 * H], [8 - 1 * H]),
    ],
    # ── clocks that were never set, and values that stand for nothing ──
    "never set: 1970": [Sent(0, -29_400_000, [-29_400_002], [-2])],
    "the year 1, as some languages write what is not set": [Sent(0, -1_000_000_000, [-2], [-2])],
    "the year 9999": [Sent(0, 4_000_000_000, [-2], [-2])],
    # ── whose clock ──
    "two players whose sessions have one number": [
        Sent(0, -1 * H, [-1 * H - 2], [-2], session="1", player="p1"),
        Sent(5, 5, [4], [4], session="1", player="p2"),
        Sent(6, None, [-1 * H], [-1 * H], session="1", player="p2"),
        Sent(7, None, [6 - 1 * H], [6], session="1", player="p1"),
    ],
    "two devices of one player": [
        Sent(0, 1 * H, [1 * H - 2], [-2], device="phone"),
        Sent(5, 5, [4], [4], session="s2", device="console"),
    ],
    "a device without a player, slow": [
        Sent(0, -1 * H, [-1 * H - 2], [-2], player=None, device="d1"),
        Sent(2, -1 * H + 2, [-1 * H + 1], [1], session="s2", player=None, device="d1"),
    ],
    "no session": [
        Sent(0, 1 * H, [1 * H - 2], [-2], session=None),
        Sent(5, 5, [4], [4], session=None),
    ],
    "fast, set right between sessions, and sent again after 3 hours": [
        Sent(0, 1 * H, [1 * H - 2], [-2]),
        Sent(1 * D, 1 * D, [1 * D - 1], [1 * D - 1], session="s2"),
        Sent(2 * D, 2 * D - 3 * H, [2 * D - 3 * H - 1], [2 * D - 4 * H - 1], session="s3"),  # as it was last seen
    ],
    "nobody at all": [Sent(0, 1 * H, [1 * H - 2], [-2], session=None, player=None)],
    "what happens without the player does not make it known": [
        Sent(1, 1, [0], [0], session=None, name="push_received"),
        Sent(5 * H, 4 * H, [4 * H - 1], [5 * H - 1]),
    ],
}


class Opened:
    """A store and its loader."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(data=folder)
        self.store = Store.open(settings.store_path, settings)
        self.journal = Journal.open(settings.journal_path, settings)
        self.loader = Loader(self.store, self.journal, settings)

    def ask(self, sql: LiteralString, **parameters: str) -> list[dict[str, Any]]:
        return self.store.query(sql, parameters).to_pylist()

    def close(self) -> None:
        self.journal.close()
        self.store.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One for all cases: each is a game of its own."""
    opened = Opened(tmp_path_factory.mktemp("clocks"))
    yield opened
    opened.close()


def at(minutes: float) -> dt.datetime:
    return SERVER_BEGAN + dt.timedelta(minutes=minutes)


def batch(sent: Sent, number: int, game_id: str = "arena") -> Batch:
    return Batch(
        received_at=at(sent.received),
        source="events",
        game_id=game_id,
        sent_at=None if sent.sent is None else at(sent.sent),
        attempt=sent.attempt,
        events=[
            Event(
                name=sent.name,
                time=None if happened is None else at(happened),
                seq=number * 10 + index,
                session_id=sent.session,
                player_id=sent.player,
                device_id=sent.device,
            )
            for index, happened in enumerate(sent.happened)
        ],
    )


@pytest.mark.parametrize("at_once", [True, False], ids=["in one load", "in a load each"])
@pytest.mark.parametrize("case", CASES)
def test_case(shared: Opened, case: str, *, at_once: bool):
    game = f"{case} {at_once}"
    batches = [batch(sent, number, game) for number, sent in enumerate(CASES[case])]
    for piece in [batches] if at_once else [[one] for one in batches]:
        shared.loader.load_batches(piece)
    rows = shared.ask("SELECT time FROM events WHERE game_id = $game ORDER BY seq", game=game)
    began = SERVER_BEGAN.replace(tzinfo=None)
    found = [(row["time"] - began).total_seconds() / 60 for row in rows]
    assert found == list(itertools.chain.from_iterable(sent.stored for sent in CASES[case]))


def test_what_is_known_of_clocks_is_forgotten(tmp_path: Path):
    """A device that seemed wrong once is not remembered for ever."""
    opened = Opened(tmp_path)
    old = Sent(-40 * D, -40 * D - 1 * H, [-40 * D - 1 * H - 2], [])
    opened.loader.load_batches([batch(old, 0)])
    opened.loader.load_batches([batch(Sent(0, -1 * H, [-1 * H - 2], [], player="p2", session="s2"), 1)])
    assert opened.ask("SELECT device FROM clock_readings") == [{"device": "p2"}]
    assert opened.ask("SELECT owner, session_id FROM session_clocks") == [{"owner": "p2", "session_id": "s2"}]
    opened.close()


@pytest.mark.parametrize(
    ("sent_s", "received_s", "expected"),
    [
        # The examples of the definition: a healthy clock, a device 2 h slow, a device 4,000 s fast.
        (1010, 1042, 0),
        (1010, 8230, 7200),
        (5010, 1010, -3900),
        # The nearest five minutes, halves away from zero.
        (0, 149.999999, 0),
        (0, 150, 300),
        (0, 449.999999, 300),
        (0, 450, 600),
        (149.999999, 0, 0),
        (150, 0, -300),
        (450, 0, -600),
        (None, 1042, 0),
        # A clock that was never set, and what is no clock.
        (0, 1_774_008_000, 1_774_008_000),
        (-1, 1_774_008_000, 0),
        (4_102_444_800, 1_774_008_000, 0),
    ],
)
def test_a_reading_in_steps(sent_s: float | None, received_s: float, expected: int):
    sent_us = None if sent_s is None else round(sent_s * SECOND_US)
    assert reading_s(round(received_s * SECOND_US), sent_us) == expected
