"""Counts the events of a record: by player, each in one transaction or a few, each of which counts once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from playtrace.stats.keys import BoardKey
from playtrace.stats.rules import Rules
from playtrace.stats.state import Counted, EntryChange, EntryKey, Place, PlayerState, count
from playtrace.stats.table import Changed, Kept, StatsTable

CHANGES_MAX = 24
"""Of one transaction: DynamoDB takes a hundred actions, and an entry of a board is three."""
CHANGES_OF_EVENT = 4
"""A score is of a day, a week, a month, and all time."""
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


class _Whose(Struct, frozen=True):
    game_id: str
    env: str
    player_id: str


def count_record(table: StatsTable, rules: Rules, record: Record) -> int:
    """Returns how many players it changed. What counted before does not count again. Raises `Changed` where somebody
    else writes all the while, and errors of botocore."""
    by_game: defaultdict[tuple[str, str], defaultdict[str, list[Played]]] = defaultdict(lambda: defaultdict(list))
    for played in record.events:
        by_game[played.game_id, played.env][played.player_id].append(played)
    counting = _Counting(table, rules, record)
    changed = 0
    for (game_id, env), by_player in by_game.items():
        states = table.states(game_id, env, list(by_player))
        for player_id, events in by_player.items():
            changed += counting.count(_Whose(game_id, env, player_id), events, states[player_id])
    return changed


class _Counting:
    """Of one record."""

    def __init__(self, table: StatsTable, rules: Rules, record: Record) -> None:
        self._table = table
        self._rules = rules
        self._record = record

    def count(self, whose: _Whose, events: Sequence[Played], kept: Kept) -> bool:
        """Whether anything is new. Raises `Changed`."""
        for _ in range(TRIES_MAX - 1):
            try:
                return self._count(whose, events, kept)
            except Changed:
                kept = self._table.states(whose.game_id, whose.env, [whose.player_id])[whose.player_id]
        return self._count(whose, events, kept)

    def _count(self, whose: _Whose, events: Sequence[Played], kept: Kept) -> bool:
        state = kept.state
        changes: dict[EntryKey, EntryChange] = {}
        is_waiting = is_new = False
        for played in events:
            place = state.places.get(self._record.key)
            if place is not None and not place.is_before(self._record.sequence_number, played.position):
                continue
            for key, change in count(state, played.event, self._rules).items():
                first = changes.get(key, change)
                changes[key] = EntryChange(change.rule, first.before, change.now)
            self._move_on(state, played.position)
            is_waiting = is_new = True
            if len(changes) > CHANGES_MAX - CHANGES_OF_EVENT:
                self._write(whose, kept, changes)
                changes, is_waiting = {}, False
        if is_waiting:
            self._write(whose, kept, changes)
        return is_new

    def _move_on(self, state: PlayerState, position: int) -> None:
        state.places.pop(self._record.key, None)
        while len(state.places) >= PLACES_MAX:
            del state.places[next(iter(state.places))]
        state.places[self._record.key] = Place(str(self._record.sequence_number), position)

    def _write(self, whose: _Whose, kept: Kept, changes: Mapping[EntryKey, EntryChange]) -> None:
        of_boards = {
            BoardKey(whose.game_id, whose.env, board, span): change for (board, span), change in changes.items()
        }
        self._table.write(whose.game_id, whose.env, whose.player_id, kept, of_boards)


def id_of(text: str) -> int:
    """64 bits of it."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)
