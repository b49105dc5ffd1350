"""Counts the events of a record: by player, each in one transaction or a few, each of which counts once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from playtrace.stats.keys import BoardKey
from playtrace.stats.rules import Rules, span_at
from playtrace.stats.state import Counted, Entry, EntryKey, Place, PlayerState, count
from playtrace.stats.table import Change, Changed, Kept, StatsTable

CHANGES_MAX = 24
"""Of one transaction; an event changes four, and DynamoDB takes a hundred actions."""
TRIES_MAX = 5
PLACES_MAX = 16
"""Records of so many keys are told apart in one state: usual is one, that of the game."""


class Played(Struct, frozen=True):
    """An event of a record, and whose it is."""

    game_id: str
    env: str
    player_id: str
    position: int
    """In its record."""
    event: Counted


class Record(Struct, frozen=True):
    key: str
    """Records of a key come in order, each with a higher number."""
    sequence_number: int
    events: list[Played]


def count_record(table: StatsTable, rules: Rules, record: Record) -> int:
    """Returns how many players it changed. What counted before does not count again. Raises `Changed` where somebody
    else writes all the while, and errors of botocore."""
    by_game: defaultdict[tuple[str, str], defaultdict[str, list[Played]]] = defaultdict(lambda: defaultdict(list))
    for played in record.events:
        by_game[played.game_id, played.env][played.player_id].append(played)
    changed = 0
    for (game_id, env), by_player in by_game.items():
        states = table.states(game_id, env, list(by_player))
        for player_id, events in by_player.items():
            changed += _count_player(table, rules, record, game_id, env, player_id, events, states[player_id])
    return changed


def _count_player(
    table: StatsTable,
    rules: Rules,
    record: Record,
    game_id: str,
    env: str,
    player_id: str,
    events: Sequence[Played],
    kept: Kept,
) -> bool:
    for attempt in range(TRIES_MAX):
        try:
            return _written(table, rules, record, game_id, env, player_id, events, kept)
        except Changed:
            if attempt == TRIES_MAX - 1:
                raise
            kept = table.states(game_id, env, [player_id])[player_id]
    raise AssertionError("unreachable")


def _written(
    table: StatsTable,
    rules: Rules,
    record: Record,
    game_id: str,
    env: str,
    player_id: str,
    events: Sequence[Played],
    kept: Kept,
) -> bool:
    state = kept.state
    before: dict[EntryKey, Entry | None] = {}
    waiting = False
    is_changed = False
    for played in events:
        place = state.places.get(record.key)
        if place is not None and not place.is_before(record.sequence_number, played.position):
            continue
        known = {board: dict(entries) for board, entries in state.entries.items()}
        for key in count(state, played.event, rules):
            before.setdefault(key, _entry(known, key))
        _move_on(state, record, played.position)
        waiting = is_changed = True
        if len(before) > CHANGES_MAX - 4:
            table.write(game_id, env, player_id, kept, _changes(game_id, env, state, before, rules))
            before, waiting = {}, False
    if waiting:
        table.write(game_id, env, player_id, kept, _changes(game_id, env, state, before, rules))
    return is_changed


def _move_on(state: PlayerState, record: Record, position: int) -> None:
    state.places.pop(record.key, None)
    while len(state.places) >= PLACES_MAX:
        del state.places[next(iter(state.places))]
    state.places[record.key] = Place(str(record.sequence_number), position)


def _changes(
    game_id: str, env: str, state: PlayerState, before: dict[EntryKey, Entry | None], rules: Rules
) -> list[Change]:
    changes: list[Change] = []
    for (board, period, start_us), entry in before.items():
        rule = rules.boards.of(board)
        now = _entry(state.entries, (board, period, start_us))
        if rule is not None and now is not None:
            key = BoardKey(game_id, env, board, span_at(period, start_us))
            changes.append(Change(key, rule, entry, now))
    return changes


def _entry(entries: dict[str, dict[str, Entry]], key: EntryKey) -> Entry | None:
    board, period, start_us = key
    return entries.get(board, {}).get(f"{period} {start_us}")


def id_of(text: str) -> int:
    """64 bits of it."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)
