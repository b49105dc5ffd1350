"""The table of DynamoDB: states of players, and entries of boards.

What an event changes is one transaction: the state with the place up to which it counts, and each entry that is another
now. So nothing is half done, and what comes again changes nothing. The state is written only where it is still what was
read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import zstandard
from msgspec import Struct

from playtrace.board_rules import BoardRule
from playtrace.stats.keys import FIRST, PARTITIONS, PLAYERS, STATE, BoardKey, entry_key, player_key, score_key
from playtrace.stats.rules import DAY_US, Span, spans_at
from playtrace.stats.state import Entry, EntryChange, PlayerState, decoded, encoded

READ_MAX = 100
"""Items that DynamoDB gives at once."""
UNREAD_TRIES_MAX = 20


class Changed(Exception):
    """Somebody else has written the state since it was read."""


class Kept(Struct):
    """A state as it was read."""

    state: PlayerState
    version: int
    """0 where there was none."""


class Standing(Struct, frozen=True):
    """An entry as a board has it."""

    player_id: str
    entry: Entry
    score_key: str
    key: str


class StatsTable:
    def __init__(self, client: Any, name: str) -> None:
        """The client is one of botocore. Its errors are raised as they are."""
        self._client = client
        self.name = name
        self._compressor = zstandard.ZstdCompressor()
        self._decompressor = zstandard.ZstdDecompressor()

    # ── states ───────────────────────────────────────────────────────────────────────────────────────────

    def states(self, game_id: str, env: str, player_ids: Sequence[str]) -> dict[str, Kept]:
        """Of all of these; a new one of who is not known."""
        found = {player_id: Kept(PlayerState(), 0) for player_id in player_ids}
        ids = {player_key(game_id, env, player_id): player_id for player_id in player_ids}
        keys = [{"pk": {"S": key}, "sk": {"S": STATE}} for key in ids]
        for start in range(0, len(keys), READ_MAX):
            for item in self._read(keys[start : start + READ_MAX]):
                found[ids[item["pk"]["S"]]] = Kept(self._decoded(item["state"]["B"]), int(item["version"]["N"]))
        return found

    def _read(self, keys: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for _ in range(UNREAD_TRIES_MAX):
            asked = {self.name: {"Keys": keys, "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=asked)
            yield from answer["Responses"].get(self.name, [])
            keys = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if not keys:
                return
        raise Changed("DynamoDB gave some items only in part")

    def _decoded(self, kept: bytes) -> PlayerState:
        return decoded(self._decompressor.decompress(kept))

    def write(
        self, game_id: str, env: str, player_id: str, kept: Kept, changes: Mapping[BoardKey, EntryChange]
    ) -> None:
        """The state, and what it changes, at once or not at all. Raises `Changed`."""
        actions = [self._state_put(player_key(game_id, env, player_id), kept)]
        for key, change in changes.items():
            actions += self._entry_written(key, change, player_id)
        try:
            self._client.transact_write_items(TransactItems=actions)
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if reasons[:1] == ["ConditionalCheckFailed"]:
                raise Changed("the state of a player was written meanwhile") from error
            raise
        kept.version += 1

    def _state_put(self, key: str, kept: Kept) -> dict[str, Any]:
        put: dict[str, Any] = {
            "TableName": self.name,
            "Item": {
                "pk": {"S": key},
                "sk": {"S": STATE},
                "version": {"N": str(kept.version + 1)},
                "state": {"B": self._compressor.compress(encoded(kept.state))},
            },
        }
        if kept.version:
            put["ConditionExpression"] = "version = :read"
            put["ExpressionAttributeValues"] = {":read": {"N": str(kept.version)}}
        else:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        return {"Put": put}

    def _entry_written(self, board: BoardKey, change: EntryChange, player_id: str) -> Iterator[dict[str, Any]]:
        partition = {"S": board.partition_of(player_id)}
        key = entry_key(change.rule, change.now, player_id)
        if change.before is None:
            yield {
                "Update": {
                    "TableName": self.name,
                    "Key": {"pk": partition, "sk": {"S": PLAYERS}},
                    "UpdateExpression": "ADD players :one",
                    "ExpressionAttributeValues": {":one": {"N": "1"}},
                }
            }
        elif (before := entry_key(change.rule, change.before, player_id)) != key:
            yield {"Delete": {"TableName": self.name, "Key": {"pk": partition, "sk": {"S": before}}}}
        yield {
            "Put": {
                "TableName": self.name,
                "Item": {
                    "pk": partition,
                    "sk": {"S": key},
                    "player": {"S": player_id},
                    "entry": {"B": msgspec.msgpack.encode(change.now)},
                },
            }
        }

    # ── boards ───────────────────────────────────────────────────────────────────────────────────────────

    def players(self, key: BoardKey) -> int:
        """How many entries a board has."""
        keys = [{"pk": {"S": key.partition(number)}, "sk": {"S": PLAYERS}} for number in range(PARTITIONS)]
        return sum(int(item["players"]["N"]) for item in self._read(keys))

    def best(self, key: BoardKey, rule: BoardRule, limit: int) -> list[Standing]:
        """The first entries of a board, in its order."""
        found = [
            standing for number in range(PARTITIONS) for standing in self._first(key.partition(number), rule, limit)
        ]
        return sorted(found, key=lambda standing: standing.key.encode())[:limit]

    def _first(self, partition: str, rule: BoardRule, limit: int) -> Iterator[Standing]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk >= :first",
            ExpressionAttributeValues={":pk": {"S": partition}, ":first": {"S": FIRST}},
            PaginationConfig={"MaxItems": limit},
        )
        for page in pages:
            for item in page["Items"]:
                yield _standing(item, rule)

    def standing(self, key: BoardKey, rule: BoardRule, player_id: str) -> Standing | None:
        """The entry of a player, whose place is not known: of a period that is over the state has forgotten it."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk >= :first",
            FilterExpression="player = :player",
            ExpressionAttributeValues={
                ":pk": {"S": key.partition_of(player_id)},
                ":first": {"S": FIRST},
                ":player": {"S": player_id},
            },
        )
        return next((_standing(item, rule) for page in pages for item in page["Items"]), None)

    def up_to(self, key: BoardKey, last: str) -> int:
        """How many entries there are up to this key, or the beginning of one."""
        return sum(
            page["Count"]
            for number in range(PARTITIONS)
            for page in self._client.get_paginator("query").paginate(
                TableName=self.name,
                Select="COUNT",
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues={
                    ":pk": {"S": key.partition(number)},
                    ":first": {"S": FIRST},
                    ":last": {"S": last},
                },
            )
        )

    # ── forgetting ───────────────────────────────────────────────────────────────────────────────────────

    def forget(self, game_id: str, env: str, player_id: str) -> int:
        """All that is kept of a player. Returns how many items went. May be asked again, where it was cut short."""
        kept = self.states(game_id, env, [player_id])[player_id]
        if not kept.version:
            return 0
        gone = 1
        for board in kept.state.extremes:
            for span in _spans(kept.state):
                gone += self._forget_entries(BoardKey(game_id, env, board, span), player_id)
        # Last: it tells where the others are.
        key = {"pk": {"S": player_key(game_id, env, player_id)}, "sk": {"S": STATE}}
        self._client.delete_item(TableName=self.name, Key=key)
        return gone

    def _forget_entries(self, key: BoardKey, player_id: str) -> int:
        """Of a period that is over the state does not know the score any more: the entry is looked for."""
        partition = {"S": key.partition_of(player_id)}
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk >= :first",
            FilterExpression="player = :player",
            ExpressionAttributeValues={":pk": partition, ":first": {"S": FIRST}, ":player": {"S": player_id}},
        )
        gone = 0
        for item in [item for page in pages for item in page["Items"]]:
            one_less = {
                "TableName": self.name,
                "Key": {"pk": partition, "sk": {"S": PLAYERS}},
                "UpdateExpression": "ADD players :less",
                "ExpressionAttributeValues": {":less": {"N": "-1"}},
            }
            own = {"TableName": self.name, "Key": {"pk": partition, "sk": item["sk"]}}
            self._client.transact_write_items(TransactItems=[{"Delete": own}, {"Update": one_less}])
            gone += 1
        return gone


def _standing(item: Mapping[str, Any], rule: BoardRule) -> Standing:
    entry = msgspec.msgpack.decode(item["entry"]["B"], type=Entry)
    return Standing(item["player"]["S"], entry, score_key(rule, entry), item["sk"]["S"])


def _spans(state: PlayerState) -> Iterator[Span]:
    """Every period in which the player may have an entry."""
    seen: set[Span] = set()
    first, last = state.first_us or 0, state.last_us or 0
    for day in range(first // DAY_US, last // DAY_US + 1):
        for span in spans_at(day * DAY_US):
            if span not in seen:
                seen.add(span)
                yield span
