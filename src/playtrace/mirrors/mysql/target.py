"""The target `mysql://`: games, sessions and days as the store has them, written in one transaction with the position.

It is tested on MariaDB. What a slice changes is read from the store whole (`figures.py`), compared with what the tables
say, and only the difference is written: writing a slice twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Generator, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, LiteralString, TypeVar
from zoneinfo import ZoneInfo

import pymysql
from msgspec import Struct
from pymysql.cursors import DictCursor

from playtrace.addresses import scrubbed
from playtrace.config import Settings
from playtrace.metrics.frame.calendar import day_of, plain
from playtrace.mirrors.mysql.address import arguments_of
from playtrace.mirrors.mysql.changes import Changes, Known, Session, changes
from playtrace.mirrors.mysql.figures import Figures, day_span, events_by_game, figures_of, figures_without
from playtrace.mirrors.mysql.schema import install
from playtrace.mirrors.mysql.texts import Texts
from playtrace.mirrors.target import (
    GameFacts,
    GamesNow,
    Pace,
    PlayerErasure,
    Position,
    PositionMoved,
    Slice,
    TargetAway,
    TargetUnusable,
    Written,
)
from playtrace.store.duckdb import Reader
from playtrace.store.erasing import texts_of

log = logging.getLogger("playtrace.mirrors")

T = TypeVar("T")

SESSION_SETTINGS = (
    "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
)
"""Whatever the server's own are: times are in UTC, and nothing is cut behind our back."""
ROWS_AT_ONCE = 500
"""Of one statement."""

ROW_REFUSED = {1048, 1062, 1216, 1264, 1265, 1292, 1364, 1366, 1406, 1452, 1526, 1644, 1690, 3140, 3819, 4025}
"""Errors about what a row says: a check or a trigger of the studio's own, a character that the column cannot hold. Any
other is about the server, the connection or who is asking, and may be over later."""
NOT_LET_IN = {1044, 1045, 1130, 1142, 1143, 1227, 1370, 1698, 1820}
NO_DATABASE = 1049
CUT_OFF = {0, 1053, 2002, 2003, 2005, 2006, 2013, 2055}
"""There is no server, or no connection to it any more."""

# ── statements ──────────────────────────────────────────────────────────────────────────────────────────────

BEGIN_MIRROR: LiteralString = "INSERT IGNORE INTO playtrace_mirror (mirror) VALUES (%s)"
POSITION: LiteralString = "SELECT journal_id, journal_offset FROM playtrace_mirror WHERE mirror = %s"
STAND_AT: LiteralString = (
    "UPDATE playtrace_mirror SET journal_id = %s, journal_offset = %s, written_at = UTC_TIMESTAMP(6) WHERE mirror = %s"
)
GAME: LiteralString = (
    "INSERT INTO games (id, name, created_at) VALUES (%s, %s, %s)"
    " ON DUPLICATE KEY UPDATE name = VALUES(name), created_at = VALUES(created_at)"
)
OUR_GAME: LiteralString = (
    "INSERT INTO playtrace_games (game_id, id, time_zone) VALUES (%s, %s, %s)"
    " ON DUPLICATE KEY UPDATE id = VALUES(id), time_zone = VALUES(time_zone)"
)
KNOWN: LiteralString = (
    "SELECT family, started_at, ended_at, length_us, owner, content, session FROM playtrace_sessions WHERE "
)
SESSION: LiteralString = (
    "INSERT INTO sessions (game_id, player_id, platform, version, started_at, ended_at) VALUES {rows}"
)
SESSION_AGAIN: LiteralString = (
    "INSERT INTO sessions (id, game_id, player_id, platform, version, started_at, ended_at) VALUES {rows}"
    " ON DUPLICATE KEY UPDATE player_id = VALUES(player_id), platform = VALUES(platform), version = VALUES(version),"
    " started_at = VALUES(started_at), ended_at = VALUES(ended_at)"
)
OUR_SESSION: LiteralString = (
    "INSERT INTO playtrace_sessions (family, started_at, ended_at, length_us, owner, content, game_id, session)"
    " VALUES {rows} ON DUPLICATE KEY UPDATE ended_at = VALUES(ended_at), length_us = VALUES(length_us),"
    " owner = VALUES(owner), content = VALUES(content), session = VALUES(session)"
)
SESSIONS_OF_DAY: LiteralString = (
    "SELECT COUNT(*) AS sessions, CAST(COALESCE(SUM(length_us), 0) AS CHAR) AS length_us FROM playtrace_sessions"
    " WHERE game_id = %s AND started_at >= %s AND started_at < %s"
)
DAY: LiteralString = (
    "INSERT INTO daily_stats (game_id, date, crash_count, session_count, avg_session_seconds)"
    " VALUES (%s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE crash_count = VALUES(crash_count),"
    " session_count = VALUES(session_count), avg_session_seconds = VALUES(avg_session_seconds)"
)
DAY_OF_SESSIONS: LiteralString = (
    "INSERT INTO daily_stats (game_id, date, session_count, avg_session_seconds) VALUES (%s, %s, %s, %s)"
    " ON DUPLICATE KEY UPDATE session_count = VALUES(session_count), avg_session_seconds = VALUES(avg_session_seconds)"
)
CUT: LiteralString = (
    "INSERT IGNORE INTO playtrace_cut (table_name, column_name, value_hash, value, written, noted_at)"
    " VALUES (%s, %s, UNHEX(SHA2(%s, 256)), %s, %s, UTC_TIMESTAMP(6))"
)
REFUSED: LiteralString = (
    "INSERT INTO playtrace_refused (table_name, body_hash, game_id, reason, body, refused_at)"
    " VALUES (%s, %s, %s, %s, %s, UTC_TIMESTAMP(6))"
    " ON DUPLICATE KEY UPDATE reason = VALUES(reason), refused_at = VALUES(refused_at)"
)

# Until this transaction is over there is no other.
ERASURES_DONE: LiteralString = "SELECT COUNT(*) AS erasures FROM playtrace_erasures LOCK IN SHARE MODE"
ERASURE: LiteralString = (
    "INSERT IGNORE INTO playtrace_erasures (erasure_id, game_id, erased_at) VALUES (%s, %s, UTC_TIMESTAMP(6))"
)
STILL_NAMED: LiteralString = "SELECT id, started_at FROM sessions WHERE game_id = %s AND player_id IN ({places})"

Values = Sequence[object]


class Rows(Struct, frozen=True):
    """What a slice changes, by game; and what is said of the games."""

    figures: list[Figures]
    facts: dict[str, GameFacts]


class Refused(Struct, frozen=True):
    table: str
    game_id: str
    values: Values
    reason: str


def make_target(url: str, mirror: str, settings: Settings, games: GamesNow) -> MySQLTarget:
    """The target of one mirror; not connected yet. Raises `TargetUnusable`."""
    return MySQLTarget(url, mirror, settings, games)


class MySQLTarget:
    """See `Target`."""

    pace = Pace()

    def __init__(self, url: str, mirror: str, settings: Settings, games: GamesNow) -> None:
        self._url = url
        self._mirror = mirror
        self._settings = settings
        self._games = games
        self._connection: Any = None
        self._texts = Texts({})
        self._zones: dict[str, str] = {}
        """The time zones of the days that are there, by game."""
        self._told: dict[str, GameFacts] = {}
        """What was written of games."""

    def open(self) -> Position | None:
        with self._errors():
            self._connection = pymysql.connect(
                **arguments_of(self._url),
                charset="utf8mb4",
                autocommit=False,
                init_command=SESSION_SETTINGS,
                cursorclass=DictCursor,
                program_name="playtrace",
            )
            with self._connection.cursor() as cursor:
                self._texts = Texts(install(cursor))
                cursor.execute(BEGIN_MIRROR, (self._mirror,))
                cursor.execute("SELECT game_id, time_zone FROM playtrace_games")
                self._zones = {row["game_id"]: row["time_zone"] for row in cursor.fetchall()}
                position = self._position(cursor)
                self._erasures = self._erasures_done(cursor)
            self._connection.commit()
            return position

    def read(self, slice_: Slice, moment: Reader) -> Rows:
        facts = self._games()
        found: list[Figures] = []
        told: dict[str, GameFacts] = {}
        for game_id, events in events_by_game(slice_, moment).items():
            # A game may be removed while its last events are on their way.
            of_game = facts.get(game_id) or self._told.get(game_id) or _unknown(game_id)
            is_anew = self._zones.get(game_id, of_game.time_zone) != of_game.time_zone
            zone = ZoneInfo(of_game.time_zone)
            found.append(figures_of(game_id, events, slice_, moment, self._settings, zone, is_anew=is_anew))
            told[game_id] = of_game
        return Rows(found, told)

    def write(self, slice_: Slice, rows: Rows) -> Written:
        with self._errors(), self._connection.cursor() as cursor:
            self._connection.begin()
            position, erasures = self._position(cursor, " FOR UPDATE"), self._erasures_done(cursor)
            # What was read may have somebody who was erased meanwhile.
            if position != slice_.after or erasures != self._erasures:
                # Who goes on from there must not hold on to it.
                self._connection.rollback()
                self._erasures = erasures
                raise PositionMoved(position)
            writing = _Writing(cursor, self._texts)
            for figures in rows.figures:
                writing.game(rows.facts[figures.game_id], is_told=self._told.get(figures.game_id))
                writing.sessions(figures)
                writing.days(figures, slice_)
            writing.notes()
            self._stand_at(cursor, slice_.upto)
            self._connection.commit()
        self._texts.cut.clear()
        self._told |= rows.facts
        self._zones |= {game_id: facts.time_zone for game_id, facts in rows.facts.items()}
        return Written(sum(figures.events for figures in rows.figures), len(writing.refused))

    def read_without(self, erasure: PlayerErasure, mirrored: Slice, moment: Reader) -> Rows:
        game_id = erasure.game_id
        of_game = self._games().get(game_id) or self._told.get(game_id) or _unknown(game_id)
        # Days are those that are there: when they become others all are written anew.
        zone = ZoneInfo(self._zones.get(game_id, of_game.time_zone))
        figures = figures_without(erasure, mirrored, moment, self._settings, zone)
        return Rows([figures], {game_id: of_game})

    def erase(self, erasure: PlayerErasure, rows: Rows) -> None:
        with self._errors(), self._connection.cursor() as cursor:
            self._connection.begin()
            self._position(cursor, " FOR UPDATE")
            cursor.execute(ERASURE, (erasure.erasure_id, erasure.game_id))
            if cursor.rowcount and erasure.game_id in self._zones:
                writing = _Writing(cursor, self._texts)
                for figures in rows.figures:
                    days = writing.forget(erasure, figures.zone)
                    writing.sessions(figures)
                    writing.days(figures, None, and_of=days)
                writing.notes()
            erasures = self._erasures_done(cursor)
            self._connection.commit()
        self._texts.cut.clear()
        self._erasures = erasures

    def stand_at(self, position: Position) -> None:
        with self._errors(), self._connection.cursor() as cursor:
            self._stand_at(cursor, position)
            self._connection.commit()

    def close(self) -> None:
        if self._connection is not None and self._connection.open:
            # What lies behind a connection that is gone was not committed.
            with suppress(pymysql.err.Error, OSError):
                self._connection.close()
        self._connection = None

    def _position(self, cursor: DictCursor, locking: LiteralString = "") -> Position | None:
        cursor.execute(POSITION + locking, (self._mirror,))
        row: Any = cursor.fetchone()
        return Position(row["journal_id"], row["journal_offset"]) if row and row["journal_id"] is not None else None

    def _erasures_done(self, cursor: DictCursor) -> int:
        cursor.execute(ERASURES_DONE)
        row: Any = cursor.fetchone()
        return int(row["erasures"])

    def _stand_at(self, cursor: DictCursor, position: Position) -> None:
        cursor.execute(STAND_AT, (position.journal_id, position.journal_offset, self._mirror))

    @contextmanager
    def _errors(self) -> Generator[None]:
        """What the driver raises, as ours; no password is told."""
        try:
            yield
        except pymysql.err.Error as error:
            number, said = _number_of(error), scrubbed(_said(error), self._url)[:1000]
            if number == NO_DATABASE:
                raise TargetUnusable(f"Create the database first: {said}") from None
            if number in NOT_LET_IN:
                raise TargetAway(
                    "The database does not let us write: the user of the address needs to create, read and change"
                    f" tables of its database. {said}"
                ) from None
            what = "cannot be reached" if number in CUT_OFF else "does not do what it was asked for"
            raise TargetAway(f"The database {what}: {said}") from None
        except OSError as error:
            raise TargetAway(f"The database cannot be reached: {scrubbed(str(error), self._url)}") from None


class _Writing:
    """One slice inside its transaction."""

    def __init__(self, cursor: DictCursor, texts: Texts) -> None:
        self._cursor = cursor
        self._texts = texts
        self.refused: list[Refused] = []
        self._changed_days: set[dt.date] = set()
        """Of the game that is being written: where sessions began that changed."""

    def game(self, facts: GameFacts, is_told: GameFacts | None) -> None:
        if facts == is_told:
            return
        id_ = self._texts.game(facts.id)
        name = self._texts.fitting("games", "name", facts.name)
        self._cursor.execute(GAME, (id_, name, plain(facts.created_at)))
        self._cursor.execute(OUR_GAME, (facts.id, id_, facts.time_zone))

    # ── sessions ─────────────────────────────────────────────────────────────────────────────────────────

    def sessions(self, figures: Figures) -> None:
        found = changes(self._known(figures), [Session(**row) for row in _sessions(figures)])
        self._changed_days = {day_of(moment.replace(tzinfo=dt.UTC), figures.zone) for moment in found.moments()}
        self._remove(found)
        game_id = figures.game_id
        id_ = self._texts.game(game_id)
        # One that was refused before is tried again as a new one.
        new = found.new + [session for known, session in found.changed if known.session is None]
        numbered: list[tuple[int | None, Session]] = []
        for some in _some(new, ROWS_AT_ONCE):
            numbers = self._insert(game_id, [self._values(session, id_) for session in some])
            numbered += zip(numbers, some, strict=True)
        kept = [(known.session, session) for known, session in found.changed if known.session is not None]
        for some in _some(kept, ROWS_AT_ONCE):
            is_taken = self._update(game_id, [(number, *self._values(session, id_)) for number, session in some])
            numbered += [
                (number if taken else None, session) for (number, session), taken in zip(some, is_taken, strict=True)
            ]
        for some in _some(numbered, ROWS_AT_ONCE):
            self._execute(
                OUR_SESSION,
                [
                    (one.family, one.started_at, one.ended_at, one.length_us, one.owner, one.content, game_id, number)
                    for number, one in some
                ],
            )

    def forget(self, erasure: PlayerErasure, zone: ZoneInfo) -> set[dt.date]:
        """What names erased players, also of days that the store knows no more. Returns days of sessions that went;
        those that the store has are written anew."""
        days: set[dt.date] = set()
        game = self._texts.game(erasure.game_id)
        for some in _some(erasure.player_ids, ROWS_AT_ONCE):
            places: LiteralString = ", ".join(_repeated("%s", len(some)))
            self._cursor.execute(STILL_NAMED.format(places=places), (game, *some))
            for row in self._fetched():
                days.add(day_of(row["started_at"].replace(tzinfo=dt.UTC), zone))
                self._cursor.execute("DELETE FROM sessions WHERE id = %s", (row["id"],))
                self._cursor.execute("DELETE FROM playtrace_sessions WHERE session = %s", (row["id"],))
            self._cursor.execute(
                "DELETE FROM playtrace_cut WHERE column_name = 'player_id' AND value IN (" + places + ")", some
            )
        for text in texts_of(erasure.player_ids):
            self._cursor.execute(
                "DELETE FROM playtrace_refused WHERE game_id = %s AND LOCATE(BINARY %s, BINARY body) > 0",
                (erasure.game_id, text),
            )
        return days

    def _known(self, figures: Figures) -> list[Known]:
        """What the database has of the families that are told anew."""
        whole: dict[bytes, bool] = {}
        since: dict[bytes, dt.datetime] = {}
        for family, is_whole, first_at in zip(
            *(figures.touched[name].to_pylist() for name in ("family", "is_whole", "since")), strict=True
        ):
            whole[family] = is_whole
            since[family] = first_at
        found: dict[tuple[bytes, dt.datetime], Known] = {}
        for some in _some([family for family in whole if whole[family]], ROWS_AT_ONCE):
            self._read_known("family IN ({places})", some, found)
        parted = [family for family in whole if not whole[family]]
        earliest = min((since[family] for family in parted), default=dt.datetime.max)
        for some in _some(parted, ROWS_AT_ONCE):
            self._read_known("family IN ({places}) AND ended_at >= %s", [*some, earliest], found)
        found = {
            key: known for key, known in found.items() if whole[known.family] or known.ended_at >= since[known.family]
        }
        for some in _some(figures.merged_owners, ROWS_AT_ONCE):
            self._read_known("owner IN ({places})", some, found)
        return list(found.values())

    def _read_known(
        self, condition: LiteralString, values: Sequence[Any], found: dict[tuple[bytes, dt.datetime], Known]
    ) -> None:
        keys = [value for value in values if isinstance(value, bytes)]
        places: LiteralString = ", ".join(_repeated("%s", len(keys)))
        self._cursor.execute(KNOWN + condition.format(places=places), values)
        for row in self._fetched():
            found[row["family"], row["started_at"]] = Known(**row)

    def _remove(self, found: Changes) -> None:
        numbers = [known.session for known in found.gone if known.session is not None]
        for some in _some(numbers, ROWS_AT_ONCE):
            places: LiteralString = ", ".join(_repeated("%s", len(some)))
            self._cursor.execute("DELETE FROM sessions WHERE id IN (" + places + ")", some)
        moved = [known for known, session in found.changed if known.started_at != session.started_at]
        for some in _some([*found.gone, *moved], ROWS_AT_ONCE):
            # Not as pairs in a list, which not every server looks up in its index.
            either: LiteralString = " OR ".join(_repeated("(family = %s AND started_at = %s)", len(some)))
            self._cursor.execute(
                "DELETE FROM playtrace_sessions WHERE " + either,
                [value for known in some for value in (known.family, known.started_at)],
            )

    def _values(self, session: Session, game: str) -> Values:
        fitting = self._texts.fitting
        return (
            game,
            None if session.player_id is None else fitting("sessions", "player_id", session.player_id),
            fitting("sessions", "platform", session.platform) or None,
            fitting("sessions", "version", session.version) or None,
            session.started_at,
            session.ended_at,
        )

    def _insert(self, game_id: str, rows: Sequence[Values]) -> list[int | None]:
        """The numbers that new rows got; None where one was refused."""
        if (reason := self._tried(SESSION, rows)) is None:
            first = int(self._cursor.lastrowid or 0)
            self._cursor.execute("SELECT @@auto_increment_increment AS step")
            step = int(self._fetched()[0]["step"])
            return [first + step * index for index in range(len(rows))]
        if len(rows) == 1:
            self.refused.append(Refused("sessions", game_id, rows[0], reason))
            return [None]
        half = len(rows) // 2
        return self._insert(game_id, rows[:half]) + self._insert(game_id, rows[half:])

    def _update(self, game_id: str, rows: Sequence[Values]) -> list[bool]:
        """Whether each row was taken."""
        if (reason := self._tried(SESSION_AGAIN, rows)) is None:
            return [True] * len(rows)
        if len(rows) == 1:
            self.refused.append(Refused("sessions", game_id, rows[0], reason))
            self._cursor.execute("DELETE FROM sessions WHERE id = %s", (rows[0][0],))
            return [False]
        half = len(rows) // 2
        return self._update(game_id, rows[:half]) + self._update(game_id, rows[half:])

    def _tried(self, sql: LiteralString, rows: Sequence[Values]) -> str | None:
        """Why the database does not take these rows; then nothing of them is there. None: it did."""
        self._cursor.execute("SAVEPOINT rows_tried")
        try:
            self._execute(sql, rows)
        except pymysql.err.Error as error:
            if _number_of(error) not in ROW_REFUSED:
                raise
            self._cursor.execute("ROLLBACK TO SAVEPOINT rows_tried")
            return _said(error)
        return None

    # ── days ─────────────────────────────────────────────────────────────────────────────────────────────

    def days(self, figures: Figures, slice_: Slice | None, *, and_of: AbstractSet[dt.date] = frozenset()) -> None:
        game = self._texts.game(figures.game_id)
        # What cannot be counted anew stays as it was counted; who is erased is taken out of it all the same.
        kept_before = None if slice_ is None else figures.kept_before
        if figures.is_anew:
            first = kept_before or dt.date.min
            self._cursor.execute("DELETE FROM daily_stats WHERE game_id = %s AND date >= %s", (game, first))
        since = None if slice_ is None or slice_.since is None else day_of(slice_.since, figures.zone)
        for day in figures.empty_days:
            self._cursor.execute("DELETE FROM daily_stats WHERE game_id = %s AND date = %s", (game, day))
        for day in sorted(({*figures.days} | self._changed_days | and_of) - {*figures.empty_days}):
            if since is not None and day < since:
                continue  # of its other sessions nothing is known here
            if kept_before is not None and day < kept_before:
                log.info(
                    "a mirror keeps what it has of a day whose events were removed",
                    extra={"game": figures.game_id, "day": day.isoformat()},
                )
                continue
            span = day_span(day, figures.zone)
            self._cursor.execute(SESSIONS_OF_DAY, (figures.game_id, plain(span.start), plain(span.end)))
            [row] = self._fetched()
            count = int(row["sessions"])
            mean = int(row["length_us"]) / 1e6 / count if count else None
            crashes = figures.crashes.get(day)
            # Of a day on which nothing of the slice happened the crashes are as they were.
            values: Values = (game, day, count, mean) if crashes is None else (game, day, crashes, count, mean)
            try:
                self._cursor.execute(DAY_OF_SESSIONS if crashes is None else DAY, values)
            except pymysql.err.Error as error:
                if _number_of(error) not in ROW_REFUSED:
                    raise
                self.refused.append(Refused("daily_stats", figures.game_id, values, _said(error)))

    # ── notes ────────────────────────────────────────────────────────────────────────────────────────────

    def notes(self) -> None:
        for table, column, text, written in sorted(self._texts.cut):
            self._cursor.execute(CUT, (table, column, text, text, written))
        for one in self.refused:
            body = json.dumps(one.values, default=str, ensure_ascii=False)
            key = hashlib.sha256(body.encode()).digest()
            self._cursor.execute(REFUSED, (one.table, key, one.game_id, one.reason, body))

    def _execute(self, sql: LiteralString, rows: Sequence[Values]) -> None:
        """One statement for several rows, of as many values each."""
        row: LiteralString = "(" + ", ".join(_repeated("%s", len(rows[0]))) + ")"
        text = sql.format(rows=", ".join(_repeated(row, len(rows))))
        self._cursor.execute(text, [value for values in rows for value in values])

    def _fetched(self) -> list[dict[str, Any]]:
        return list(self._cursor.fetchall())


def _sessions(figures: Figures) -> Iterable[dict[str, Any]]:
    rows: list[dict[str, Any]] = figures.sessions.rename_columns({"owner_key": "owner"}).to_pylist()
    return rows


def _some(all_: Iterable[T], count: int) -> Generator[list[T]]:
    rest = iter(all_)
    while some := list(islice(rest, count)):
        yield some


def _repeated(text: LiteralString, count: int) -> list[LiteralString]:
    return [text] * count


def _unknown(game_id: str) -> GameFacts:
    return GameFacts(game_id, game_id, "UTC", "USD", dt.datetime.now(dt.UTC))


def _number_of(error: pymysql.err.Error) -> int:
    number = error.args[0] if error.args else 0
    return number if isinstance(number, int) else 0


def _said(error: pymysql.err.Error) -> str:
    return str(error.args[1] if len(error.args) > 1 else error)
