"""How items are called in the table, and in which order it has the entries of a board.

A board's entries are in the order of their scores, of equal ones the earlier achieved first, then by player: DynamoDB
keeps the items of a partition in the order of their sort keys, as bytes. A board is dealt out over several partitions,
as one takes a thousand writes a second.
"""

from __future__ import annotations

import hashlib
import json
import struct

from msgspec import Struct

from playtrace.board_rules import BoardRule
from playtrace.stats.rules import Span
from playtrace.stats.state import Entry

PARTITIONS = 8
STATE = "state"
PLAYERS = "!players"
"""Of a partition of a board: how many entries it has. It is before all of them."""
FIRST = "0"
"""No entry is before this."""
TEXT_BYTES_MAX = 800
"""A sort key has 1,024 bytes."""
BIAS = 10**39
"""Sums in millionths are less than this."""


class BoardKey(Struct, frozen=True):
    game_id: str
    env: str
    board: str
    span: Span

    def partition(self, number: int) -> str:
        return json.dumps([self.game_id, self.env, "board", self.board, self.span.period, self.span.start_us, number])

    def partition_of(self, player_id: str) -> str:
        digest = hashlib.sha256(player_id.encode("utf-8", "surrogatepass")).digest()
        return self.partition(digest[0] % PARTITIONS)


def player_key(game_id: str, env: str, player_id: str) -> str:
    return json.dumps([game_id, env, "player", player_id])


def entry_key(rule: BoardRule, entry: Entry, player_id: str) -> str:
    """Where it stands among the others of its board."""
    return f"{score_key(rule, entry)} {entry.at_us + 2**62:019d} {_text(player_id)}"


def score_key(rule: BoardRule, entry: Entry) -> str:
    """In the order of ranks: equal for equal scores alone."""
    sign = -1 if rule.direction == "desc" else 1
    if rule.take == "sum":
        return f"{BIAS + sign * entry.micros:040d}"
    (bits,) = struct.unpack(">Q", struct.pack(">d", sign * entry.score + 0.0))
    return f"{bits ^ (2**64 - 1) if bits >> 63 else bits | 1 << 63:016x}"


def _text(player_id: str) -> str:
    """Ids that are too long for a key are told apart by their hash, and in order as far as they go."""
    kept = player_id.encode("utf-8", "replace")
    if len(kept) <= TEXT_BYTES_MAX:
        return kept.decode()
    return kept[:TEXT_BYTES_MAX].decode("utf-8", "ignore") + hashlib.sha256(kept).hexdigest()
