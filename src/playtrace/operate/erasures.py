"""Erasing players: at once from every answer, and then from the disk, with a receipt.

    asked       what was acknowledged by then is loaded
    erased      one transaction of the store takes the players out, and notes the erasure (`store/erasing.py`)
    rewritten   `erase_gather_minutes` later the store's file is written anew, and the journal's: both have nothing of
                them, and of their ids only hashes are kept
    finished    the receipt is signed

Each stage is noted in the store, and can be done again: whoever is killed goes on. From `rewritten` on mirrors erase
them too, each when it is there (`mirrors/erasing.py`); the receipt tells how far they are, and is signed anew when
another one is done.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from typing import Any, LiteralString

from msgspec import Struct

from playtrace.config import Settings
from playtrace.journal.errors import JournalUnavailable
from playtrace.journal.sqlite import Journal
from playtrace.load.kept import CONSUMER
from playtrace.load.loader import Loader
from playtrace.mirrors import erasing as in_mirrors
from playtrace.mirrors.state import state_of
from playtrace.mirrors.target import PlayerErasure
from playtrace.operate.receipt import signed
from playtrace.registry.player_hash import hash_of
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store
from playtrace.store.erasing import SAME_PLAYERS, Erased, erase, same_players

log = logging.getLogger("playtrace.operate")

PLAYERS_MAX = 10_000
"""Of one erasure."""
LOADED_SECONDS_MAX = 60.0
"""An erasure waits so long for what was acknowledged before it."""
LOOK_S = 5.0
JOURNAL_LOOK_S = 0.1

NOTE: LiteralString = """
INSERT INTO erasures (
    erasure_id, game_id, player_ids, player_hashes, is_refused, asked_at, erased_at, removed, sessions
)
VALUES (
    $erasure_id, $game_id, $player_ids, $player_hashes, $is_refused, $asked_at, $erased_at, $removed,
    $sessions::STRUCT(env VARCHAR, owner VARCHAR, session_id VARCHAR)[]
)
"""
LIST: LiteralString = """
SELECT erasure_id, game_id, player_ids, player_hashes, is_refused, asked_at, erased_at, removed, rewritten_at,
    finished_at, receipt, mirrors
FROM erasures
WHERE $game_id IS NULL OR game_id = $game_id
ORDER BY asked_at DESC, erasure_id
LIMIT $limit
"""
UNFINISHED: LiteralString = """
SELECT erasure_id, game_id, player_ids, player_hashes, is_refused, asked_at, erased_at, removed, rewritten_at,
    finished_at, receipt, mirrors
FROM erasures
WHERE finished_at IS NULL OR list_contains($in_mirrors::VARCHAR[], erasure_id)
ORDER BY asked_at, erasure_id
"""
SESSIONS: LiteralString = """
SELECT DISTINCT one.env, one.owner, one.session_id
FROM (SELECT unnest(sessions) AS one FROM erasures WHERE erasure_id = $id) AS listed
"""
ADD_SESSIONS: LiteralString = """
UPDATE erasures
SET sessions = list_concat(sessions, $sessions::STRUCT(env VARCHAR, owner VARCHAR, session_id VARCHAR)[])
WHERE erasure_id = $id
"""
FORGET_IDS: LiteralString = """
UPDATE erasures SET player_ids = NULL, sessions = NULL, mirrors = $mirrors WHERE erasure_id = $id
"""
NOTE_FINISHED: LiteralString = """
UPDATE erasures SET finished_at = $at, receipt = $receipt, mirrors = $mirrors WHERE erasure_id = $id
"""
NOTE_REWRITTEN: LiteralString = "UPDATE erasures SET rewritten_at = $at WHERE erasure_id = $id"
LISTED_MAX = 1_000

IN_WORDS = {
    "backups": "Backups that were made before rewrittenAt: delete them when their time is over.",
    "disk": "What the disk itself keeps of files that were deleted or written over: encrypt it.",
    "mirrors": "Mirrors that were removed before they had erased the player, who is to be deleted by their owner: ",
    "databases": "What the databases of mirrors keep of rows that were deleted, until they use the room again.",
    "damaged": "Files that were set aside as damaged: ",
}


# Of each id: whether anything names it.
KNOWN: LiteralString = """
SELECT id, (
    id IN (SELECT player_id FROM events WHERE game_id = $game AND list_contains($ids::VARCHAR[], player_id))
    OR id IN (SELECT device_id FROM events WHERE game_id = $game AND list_contains($ids::VARCHAR[], device_id))
    OR id IN (SELECT player_id FROM player_days WHERE game_id = $game)
    OR id IN (SELECT player_id FROM players WHERE game_id = $game)
    OR id IN (SELECT player_id FROM player_merges WHERE game_id = $game)
    OR id IN (SELECT canonical_id FROM player_merges WHERE game_id = $game)
) AS is_known
FROM (SELECT DISTINCT unnest($ids::VARCHAR[]) AS id) AS asked
ORDER BY id
"""


class ErasureFailed(Exception):
    """The message is a sentence. Nothing was erased."""


class Erasure(Struct, frozen=True):
    erasure_id: str
    game_id: str
    player_ids: list[str] | None
    """None when they are forgotten."""
    player_hashes: list[str]
    is_refused: bool
    asked_at: dt.datetime
    erased_at: dt.datetime
    removed: str
    rewritten_at: dt.datetime | None
    finished_at: dt.datetime | None
    receipt: str | None
    mirrors: str | None
    """JSON: by name, when each had erased them; null: not yet."""

    @property
    def said(self) -> dict[str, Any]:
        """What went."""
        return json.loads(self.removed)

    @property
    def in_mirrors(self) -> dict[str, str | None]:
        """When each mirror that there was had erased them; None: not yet."""
        return json.loads(self.mirrors or "{}")


class Erasures:
    """`ask` may be called from any thread; `work` again and again, by one."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        journal: Journal,
        loader: Loader,
        settings: Settings,
        *,
        touched: Callable[[Iterable[dt.date]], None],
        taken: Callable[[], int] | None = None,
        forgotten: Callable[[str, Sequence[str]], None] | None = None,
        gathered: dt.timedelta | None = None,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """`taken` is the offset of the journal up to which everything was acknowledged until now, where others than
        this journal take events too. `forgotten` has players of a game forgotten where stats are kept beside."""
        self._store = store
        self._registry = registry
        self._journal = journal
        self._taken = taken or (lambda: journal.head)
        self._loader = loader
        self._settings = settings
        self._touched = touched
        self._forgotten = forgotten
        self._gathered = dt.timedelta(minutes=settings.erase.gather_minutes) if gathered is None else gathered
        self._clock = clock

    def ask(self, game_id: str, player_ids: Sequence[str], *, is_refused: bool = False) -> Erasure:
        """Erase these players: no answer knows them when this returns. With `is_refused` what is sent of them from now
        on is refused.

        Raises `ErasureFailed`, and `StoreError`.
        """
        named = sorted({player_id for player_id in player_ids if player_id})
        if not 1 <= len(named) <= PLAYERS_MAX:
            raise ErasureFailed(f"Name 1 to {PLAYERS_MAX:,} players.")
        asked_at = self._clock()
        secret = self._registry.refused_players.secret()
        with self._store.reading() as reader:
            ids = [row["player_id"] for row in reader.rows(SAME_PLAYERS, {"game": game_id, "ids": named})]
        if is_refused:
            self._registry.refused_players.refuse(game_id, [hash_of(secret, game_id, player_id) for player_id in ids])
        self._wait_until_loaded()
        now = self._clock()
        with self._store.writing() as connection:
            ids = same_players(connection, game_id, named)
            erased = erase(connection, game_id, ids, self._session_timeout())
            row: dict[str, object] = {
                "erasure_id": str(uuid.uuid4()),
                "game_id": game_id,
                "player_ids": ids,
                "player_hashes": [hash_of(secret, game_id, player_id) for player_id in ids],
                "is_refused": is_refused,
                "asked_at": _naive(asked_at),
                "erased_at": _naive(now),
                "removed": json.dumps(_told(erased)),
                "sessions": _as_rows(erased),
            }
            connection.execute(NOTE, row)
        self._touched(erased.days)
        # Who they were stays out of it: the audit is kept for good.
        self._registry.audit.note(
            "player.erased", str(row["erasure_id"]), game_id=game_id, players=len(ids), refused=is_refused or None
        )
        log.info("players were erased", extra={"game": game_id, "erasure": row["erasure_id"], "players": len(ids)})
        return next(one for one in self.listed(game_id) if one.erasure_id == row["erasure_id"])

    def _wait_until_loaded(self) -> None:
        """What was acknowledged before is to be in the store: else it would come back."""
        try:
            self._loader.when_loaded(self._taken()).result(LOADED_SECONDS_MAX)
        except (FutureTimeout, JournalUnavailable) as error:
            raise ErasureFailed(
                "What was received before is not loaded yet, and would come back: try again when loading has caught up."
            ) from error

    def listed(self, game_id: str | None = None, limit: int = LISTED_MAX) -> list[Erasure]:
        """The latest ones, newest first. Raises `StoreError`."""
        return erasures_of(self._store, game_id, limit)

    # ── what follows ─────────────────────────────────────────────────────────────────────────────────────

    def work(self) -> float | None:
        """Bring the next stage of what is unfinished about, if it is time. How long to rest then."""
        in_files = in_mirrors.waiting(self._settings.data)
        rows = self._store.query(UNFINISHED, {"in_mirrors": in_files}).to_pylist()
        unfinished = [_erasure(row) for row in rows]
        for unknown in set(in_files) - {one.erasure_id for one in unfinished}:
            # Of a store that was put back, and has these players again.
            in_mirrors.take_away(self._settings.data, unknown)
        if not unfinished:
            return None
        waiting = [one for one in unfinished if one.rewritten_at is None]
        if waiting and self._clock() - waiting[0].asked_at >= self._gathered:
            return 0.0 if self._rewrite(waiting) else LOOK_S
        for one in unfinished:
            if one.rewritten_at is not None:
                self._finish(one)
        return LOOK_S

    def _rewrite(self, waiting: Sequence[Erasure]) -> bool:
        """Have nothing of them on the disk. False when somebody has the files just now: then it is not done."""
        names = [mirror.id for mirror in self._registry.mirrors.all()]
        for one in waiting:
            if one.player_ids is None:
                continue
            if one.is_refused:
                # What a process took that did not know yet.
                with self._store.writing() as connection:
                    erased = erase(connection, one.game_id, one.player_ids, self._session_timeout())
                    connection.execute(ADD_SESSIONS, {"sessions": _as_rows(erased), "id": one.erasure_id})
                self._touched(erased.days)
            if names:
                in_mirrors.put(self._settings.data, self._for_mirrors(one, one.player_ids))
            if self._forgotten is not None:
                self._forgotten(one.game_id, one.player_ids)
            with self._store.writing() as connection:
                mirrors = json.dumps(dict.fromkeys(names)) if names else None
                connection.execute(FORGET_IDS, {"id": one.erasure_id, "mirrors": mirrors})
        if not self._write_files_anew():
            return False
        now = _naive(self._clock())
        with self._store.writing() as connection:
            for one in waiting:
                connection.execute(NOTE_REWRITTEN, {"at": now, "id": one.erasure_id})
        return True

    def _for_mirrors(self, one: Erasure, player_ids: list[str]) -> PlayerErasure:
        sessions = self._store.query(SESSIONS, {"id": one.erasure_id}).to_pylist()
        first_at, last_at = (one.said[name] for name in ("firstEventAt", "lastEventAt"))
        refused = self._registry.refused_players.all().get(one.game_id, frozenset())
        return PlayerErasure(
            erasure_id=one.erasure_id,
            game_id=one.game_id,
            player_ids=player_ids,
            # Somebody may have taken that back meanwhile.
            is_refused=one.is_refused and not refused.isdisjoint(one.player_hashes),
            sessions=[(each["env"], each["owner"], each["session_id"]) for each in sessions],
            first_at=first_at and dt.datetime.fromisoformat(first_at),
            last_at=last_at and dt.datetime.fromisoformat(last_at),
        )

    def _write_files_anew(self) -> bool:
        """Raises `StoreError`, and `JournalUnavailable`."""
        began = time.monotonic()
        if not self._store.rewrite():
            return False
        offset = self._loader.offset
        self._journal.consumed(CONSUMER, offset)
        until = time.monotonic() + LOADED_SECONDS_MAX
        while self._journal.bytes_up_to(offset) or not self._journal.forget_trimmed():
            if time.monotonic() > until:
                log.warning("the journal is in use, and is written anew when there is less in it")
                return False
            time.sleep(JOURNAL_LOOK_S)
        log.info("the store and the journal were written anew", extra={"seconds": round(time.monotonic() - began, 1)})
        return True

    def _finish(self, one: Erasure) -> None:
        """Sign the receipt, and sign it anew when another mirror is done."""
        known = one.in_mirrors
        of_mirrors = {mirror.id: state_of(mirror) for mirror in self._registry.mirrors.all()}
        done = dict(known)
        for name, at in known.items():
            if at is None and name in of_mirrors and (now_at := of_mirrors[name].erased.get(one.erasure_id)):
                done[name] = now_at.isoformat()
        removed = sorted(name for name, at in done.items() if at is None and name not in of_mirrors)
        if one.finished_at is None or done != known or removed:
            now = one.finished_at or self._clock()
            receipt = signed(self._receipt(one, now, done, removed), self._registry.refused_players.secret())
            with self._store.writing() as connection:
                connection.execute(
                    NOTE_FINISHED,
                    {"at": _naive(now), "receipt": receipt, "id": one.erasure_id, "mirrors": json.dumps(done)},
                )
            log.info("an erasure is finished", extra={"erasure": one.erasure_id})
        if all(at is not None or name in removed for name, at in done.items()):
            in_mirrors.take_away(self._settings.data, one.erasure_id)

    def _receipt(
        self, one: Erasure, now: dt.datetime, done: dict[str, str | None], removed: list[str]
    ) -> dict[str, Any]:
        assert one.rewritten_at is not None  # noqa: S101 - or it would not be finished
        aside = sorted(path.name for path in Path(self._settings.data).glob("*.damaged-*"))
        left = [
            IN_WORDS["backups"],
            IN_WORDS["disk"],
            *([IN_WORDS["mirrors"] + ", ".join(removed)] if removed else []),
            *([IN_WORDS["databases"]] if done else []),
            *([IN_WORDS["damaged"] + ", ".join(aside)] if aside else []),
        ]
        return {
            "erasureId": one.erasure_id,
            "gameId": one.game_id,
            "playerHashes": one.player_hashes,
            "refusedFromNowOn": one.is_refused,
            "askedAt": one.asked_at.isoformat(),
            "invisibleAt": one.erased_at.isoformat(),
            "rewrittenAt": one.rewritten_at.isoformat(),
            "finishedAt": now.isoformat(),
            **one.said,
            "mirrors": [{"mirror": name, "erasedAt": at} for name, at in sorted(done.items())],
            "notReached": left,
        }

    def _session_timeout(self) -> dt.timedelta:
        return dt.timedelta(minutes=self._settings.rules.session_timeout_minutes)


def unknown_players(store: Store, game_id: str, player_ids: Sequence[str]) -> list[str]:
    """Of whom nothing is stored, as of now: nobody has sent such an id, or it was erased. Raises `StoreError`."""
    rows = store.query(KNOWN, {"game": game_id, "ids": list(player_ids)}).to_pylist()
    return [row["id"] for row in rows if not row["is_known"]]


def erasures_of(store: Store, game_id: str | None = None, limit: int = LISTED_MAX) -> list[Erasure]:
    """The latest ones, newest first. Raises `StoreError`."""
    return [_erasure(row) for row in store.query(LIST, {"game_id": game_id, "limit": limit}).to_pylist()]


def _told(erased: Erased) -> dict[str, Any]:
    return {
        "removedRows": {table: rows for table, rows in erased.rows.items() if rows},
        "firstEventAt": None if erased.first_at is None else erased.first_at.isoformat(),
        "lastEventAt": None if erased.last_at is None else erased.last_at.isoformat(),
        "daysInSumsWithoutNames": erased.days_of_sums,
    }


def _as_rows(erased: Erased) -> list[dict[str, str]]:
    return [{"env": env, "owner": owner, "session_id": id_} for env, owner, id_ in erased.sessions]


def _erasure(row: dict[str, Any]) -> Erasure:
    instants = ("asked_at", "erased_at", "rewritten_at", "finished_at")
    return Erasure(**row | {name: row[name] and row[name].replace(tzinfo=dt.UTC) for name in instants})


def _naive(at: dt.datetime) -> dt.datetime:
    return at.astimezone(dt.UTC).replace(tzinfo=None)
