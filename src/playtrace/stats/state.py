"""What is known of one player of a game, and what an event changes of it. No table, no clock: it is reckoned.

It counts as the metrics `player`, `sessions` and `leaderboard` do, of one player at a time: what they find by looking
at all events is kept here as they come, in whatever order. Bounded: sessions that nothing can reach any more are kept
as a sum, and days whose ranks are frozen are forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from playtrace.board_rules import BoardRule
from playtrace.stats.rules import PASSIVE, SCORE_MAX, Rules, Span, spans_at

SINCE_MS_MAX = 86_400_000
"""A clock of a session reaches back by a day at most."""
STRETCHES_MAX = 1_000
TRANSACTIONS_MAX = 500
IDS_MAX = 5_000
BOARDS_MAX = 200
"""Of one player: a client may make up more."""


class Counted(Struct, frozen=True):
    """An event as it counts."""

    name: str
    time_us: int
    received_us: int
    order: tuple[int, int, int]
    """After its time: its `seq`, and where it came."""
    id: int
    """Of 64 bits; by which it is known when it comes again."""
    session_id: str = ""
    mono_ms: int | None = None
    value: float | None = None
    currency: str = ""
    props: Mapping[str, Any] = {}


class Stretch(Struct, array_like=True):
    since_us: int
    started_us: int
    ended_us: int
    mono_ms: int | None
    played: int


class Money(Struct, array_like=True):
    net_micros: int = 0
    payments: int = 0
    refunds: int = 0
    last_us: int | None = None


class Extremes(Struct, array_like=True):
    """The highest and lowest score ever, and when each was reached first."""

    high: float
    high_us: int
    low: float
    low_us: int


class Entry(Struct, array_like=True, frozen=True):
    """What a player has on a board in a period."""

    score: float
    """Of a sum, the nearest number to it."""
    at_us: int
    scores: int
    order: tuple[int, int, int, int]
    """Of the score that came last, by time."""
    micros: int
    """The sum of all scores, in millionths."""


class Place(Struct, array_like=True, frozen=True):
    """Up to where of a stream something counts."""

    sequence_number: str
    position: int

    def is_before(self, sequence_number: int, position: int) -> bool:
        return (int(self.sequence_number), self.position) < (sequence_number, position)


EntryKey = tuple[str, Span]
"""A board, and one of its periods."""


class EntryChange(Struct, frozen=True):
    rule: BoardRule
    before: Entry | None
    """None where there was none."""
    now: Entry


class PlayerState(Struct):
    places: dict[str, Place] = {}
    """By key of records, which come in order."""
    first_us: int | None = None
    last_us: int | None = None
    sessions: dict[str, list[Stretch]] = {}
    past_sessions: int = 0
    past_us: int = 0
    """Of sessions that nothing reaches any more: how many, and their length."""
    spend: dict[str, Money] = {}
    transactions: list[str] = []
    ids: dict[int, int] = {}
    """Of events that count each time that they come: when they came first."""
    extremes: dict[str, Extremes] = {}
    entries: dict[str, dict[str, Entry]] = {}
    """By board, and by period and when it begins."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(PlayerState)


def encoded(state: PlayerState) -> bytes:
    return _encoder.encode(state)


def decoded(kept: bytes) -> PlayerState:
    """Raises `msgspec.DecodeError`."""
    return _decoder.decode(kept)


def count(state: PlayerState, event: Counted, rules: Rules) -> dict[EntryKey, EntryChange]:
    """Changes the state. Returns the entries of boards that are others now."""
    if event.received_us - event.time_us > rules.late_us:
        return {}
    if event.name not in PASSIVE:
        state.first_us = event.time_us if state.first_us is None else min(state.first_us, event.time_us)
        state.last_us = event.time_us if state.last_us is None else max(state.last_us, event.time_us)
        _play(state, event, rules)
    changed: dict[EntryKey, EntryChange] = {}
    if event.name in ("purchase", "score_posted"):
        if event.id in state.ids:
            return {}
        state.ids[event.id] = event.received_us
        if event.name == "purchase":
            _pay(state, event)
        elif event.name == "score_posted":
            changed = _score(state, event, rules)
    _forget(state, event.received_us, rules)
    return changed


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────


def _play(state: PlayerState, event: Counted, rules: Rules) -> None:
    mono_ms = event.mono_ms if event.session_id else None
    since_us = event.time_us - min(mono_ms or 0, SINCE_MS_MAX) * 1000
    stretch = Stretch(since_us, event.time_us, event.time_us, mono_ms, int(event.name != "crash"))
    stretches = state.sessions.setdefault(event.session_id, [])
    stretches.append(stretch)
    if len(stretches) > 1:
        state.sessions[event.session_id] = _joined(stretches, rules.session_timeout_us)


def _joined(stretches: list[Stretch], timeout_us: int) -> list[Stretch]:
    """What reaches into each other, or nearly, is one."""
    joined: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda stretch: stretch.since_us):
        last = joined[-1] if joined else None
        if last is None or stretch.since_us > last.ended_us + timeout_us:
            joined.append(stretch)
            continue
        last.started_us = min(last.started_us, stretch.started_us)
        last.ended_us = max(last.ended_us, stretch.ended_us)
        last.mono_ms = max((ms for ms in (last.mono_ms, stretch.mono_ms) if ms is not None), default=None)
        last.played += stretch.played
    return joined


def _lengths_us(session_id: str, stretches: Iterable[Stretch]) -> Iterator[int]:
    """Of each session of an id. A crash that is reported after a long silence is of the one before it."""
    sessions: list[list[Stretch]] = []
    for stretch in sorted(stretches, key=lambda stretch: stretch.started_us):
        if stretch.played == 0 and session_id and sessions and any(one.played for one in sessions[-1]):
            sessions[-1].append(stretch)
        else:
            sessions.append([stretch])
    for session in sessions:
        mono_ms = max((stretch.mono_ms for stretch in session if stretch.mono_ms is not None), default=None)
        played = [stretch for stretch in session if stretch.played] or session
        yield (
            max(stretch.ended_us for stretch in played) - min(stretch.started_us for stretch in session)
            if mono_ms is None
            else mono_ms * 1000
        )


def playtime(state: PlayerState) -> tuple[int, int]:
    """Sessions, and their length in microseconds."""
    lengths = [
        length for session_id, stretches in state.sessions.items() for length in _lengths_us(session_id, stretches)
    ]
    return state.past_sessions + len(lengths), state.past_us + sum(lengths)


# ── money and scores ─────────────────────────────────────────────────────────────────────────────────────


def _pay(state: PlayerState, event: Counted) -> None:
    value = event.value
    if value is None or abs(value) > SCORE_MAX or _text(event.props.get("validated")) == "false":
        return
    transaction = _text(event.props.get("transaction_id"))
    if transaction and value >= 0:
        if transaction in state.transactions:
            return
        state.transactions = [*state.transactions, transaction][-TRANSACTIONS_MAX:]
    money = state.spend.setdefault(event.currency.upper(), Money())
    micros = round(value * 1_000_000)
    money.net_micros += micros
    if micros > 0:
        money.payments += 1
        money.last_us = event.time_us if money.last_us is None else max(money.last_us, event.time_us)
    elif micros < 0:
        money.refunds += 1


def _score(state: PlayerState, event: Counted, rules: Rules) -> dict[EntryKey, EntryChange]:
    value = event.value
    board = _text(event.props.get("board"))
    if value is None or not abs(value) <= SCORE_MAX:
        return {}
    if board not in state.extremes and len(state.extremes) >= BOARDS_MAX:
        return {}
    value += 0.0  # no nought below nought
    extremes = state.extremes.setdefault(board, Extremes(value, event.time_us, value, event.time_us))
    if value > extremes.high or (value == extremes.high and event.time_us < extremes.high_us):
        extremes.high, extremes.high_us = value, event.time_us
    if value < extremes.low or (value == extremes.low and event.time_us < extremes.low_us):
        extremes.low, extremes.low_us = value, event.time_us
    rule = rules.boards.of(board)
    if rule is None:
        return {}
    changed: dict[EntryKey, EntryChange] = {}
    entries = state.entries.setdefault(board, {})
    for span in spans_at(event.time_us):
        if event.received_us >= span.end_us + rules.settle_us:
            continue
        name = name_of(span)
        before = entries.get(name)
        entries[name] = now = _added(before, value, event, rule)
        if now != before:
            changed[board, span] = EntryChange(rule, before, now)
    return changed


def _added(before: Entry | None, value: float, event: Counted, rule: BoardRule) -> Entry:
    micros = millionths(value)
    order = (event.time_us, *event.order)
    if before is None:
        return Entry(value, event.time_us, 1, order, micros)
    scores, total = before.scores + 1, before.micros + micros
    latest = max(before.order, order)
    if rule.take == "sum":
        return Entry(total / 1_000_000, max(before.at_us, event.time_us), scores, latest, total)
    if rule.take == "last":
        score = value if order > before.order else before.score
        return Entry(score, max(before.at_us, event.time_us), scores, latest, total)
    sign = 1 if rule.direction == "desc" else -1
    score, at_us = min((before.score, before.at_us), (value, event.time_us), key=lambda one: (-sign * one[0], one[1]))
    return Entry(score, at_us, scores, latest, total)


def name_of(span: Span) -> str:
    return f"{span.period} {span.start_us}"


def millionths(value: float) -> int:
    """Exactly as far as it is exact itself: the whole part by itself."""
    whole = int(value)
    return whole * 1_000_000 + round((value - whole) * 1_000_000)


def _text(value: object) -> str:
    """As the store reads a property as text; an object or a list counts as not sent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, (dict, list)):
        return ""
    return str(value)[:256]


# ── what is not needed any more ──────────────────────────────────────────────────────────────────────────


def _forget(state: PlayerState, now_us: int, rules: Rules) -> None:
    """What no event that still counts can change. Looked for only where there is much."""
    if sum(map(len, state.sessions.values())) > STRETCHES_MAX // 10:
        _fold(state, now_us - rules.late_us - rules.session_timeout_us)
    if len(state.ids) > IDS_MAX // 10:
        recent = sorted(
            ((came, one) for one, came in state.ids.items() if now_us - came <= rules.known_us), reverse=True
        )
        state.ids = {one: came for came, one in recent[:IDS_MAX]}
    for board, entries in state.entries.items():
        if len(entries) > 2 * len(("day", "week", "month")):
            state.entries[board] = {
                name: entry for name, entry in entries.items() if not _is_frozen(name, now_us, rules)
            }


def _fold(state: PlayerState, reach_us: int) -> None:
    by_end = sorted(
        (max(stretch.ended_us for stretch in stretches), session_id)
        for session_id, stretches in state.sessions.items()
        if session_id and stretches
    )
    for ended_us, session_id in by_end:
        if ended_us >= reach_us and sum(map(len, state.sessions.values())) <= STRETCHES_MAX:
            break
        _fold_these(state, session_id, state.sessions.pop(session_id))
    if unnamed := state.sessions.get(""):
        old = [stretch for stretch in unnamed[:-STRETCHES_MAX] or unnamed if stretch.ended_us < reach_us]
        state.sessions[""] = [stretch for stretch in unnamed if stretch not in old]
        _fold_these(state, "", old)


def _fold_these(state: PlayerState, session_id: str, stretches: list[Stretch]) -> None:
    lengths = list(_lengths_us(session_id, stretches))
    state.past_sessions += len(lengths)
    state.past_us += sum(lengths)


def _is_frozen(name: str, now_us: int, rules: Rules) -> bool:
    period, _, start = name.partition(" ")
    if period == "all":
        return False
    span = next(span for span in spans_at(int(start)) if span.period == period)
    return now_us >= span.end_us + rules.settle_us
