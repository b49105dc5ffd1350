"""Boards: dashboards that people put together, and links by which others see one without signing in.

What a board shows is text here: its shape is a matter of those who show it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from playtrace.registry.access_secrets import new_secret, sha256_of
from playtrace.registry.audit import acting
from playtrace.registry.errors import BoardChanged, Invalid, UnknownBoard, UnknownBoardLink
from playtrace.registry.games import check_text, require_game
from playtrace.registry.models import ALL_GAMES, NAME_LENGTH_MAX, NOTE_LENGTH_MAX, Board, BoardLink
from playtrace.registry.part import Part

BOARDS_MAX = 1_000
LINKS_MAX = 20
"""Of one board, that are good."""
LINK = "board"
"""The kind of secret that a link has."""


class Boards(Part):
    def add(self, game_id: str | None, title: str, document_json: str) -> Board:
        """Of one game, or for all. Raises `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            require_game(session, game_id)
            self._audit(session, "board.added", title, game_id=game_id)
            return add(session, game_id, title, document_json, acting.get().name, self._now())

    def change(self, board_id: str, title: str, document_json: str, *, revision: int) -> Board:
        """Raises `UnknownBoard`, `BoardChanged` and `Invalid`."""
        with self._noting() as session:
            board = change(session, board_id, title, document_json, revision, acting.get().name, self._now())
            self._audit(session, "board.changed", board.title, game_id=board.game_id or None)
            return board

    def remove(self, board_id: str) -> None:
        """With its links. Raises `UnknownBoard`."""
        with self._noting() as session:
            removed = remove(session, board_id)
            self._audit(session, "board.removed", removed.title, game_id=removed.game_id or None)

    def find(self, board_id: str) -> Board:
        """Raises `UnknownBoard`."""
        with self._reading() as session:
            return find(session, board_id)

    def all(self) -> list[Board]:
        """All of them, by title."""
        with self._reading() as session:
            return list(find_all(session))

    def add_link(self, board_id: str, game_id: str, *, note: str = "") -> tuple[BoardLink, str]:
        """A link and its secret, which cannot be shown again. Raises `UnknownBoard`, `UnknownGame` and `Invalid`."""
        with self._noting() as session:
            require_game(session, game_id)
            title = find(session, board_id).title
            self._audit(session, "board.shared", title, game_id=game_id, note=note or None)
            return add_link(session, board_id, game_id, note, acting.get().name, self._now())

    def revoke_link(self, board_id: str, link_id: int) -> BoardLink:
        """Raises `UnknownBoard` and `UnknownBoardLink`."""
        with self._noting() as session:
            title = find(session, board_id).title
            link = revoke_link(session, board_id, link_id, self._now())
            self._audit(session, "board.link_revoked", title, game_id=link.game_id, note=link.note or None)
            return link

    def links(self, board_id: str) -> list[BoardLink]:
        """Oldest first, the revoked ones too."""
        with self._reading() as session:
            return list(links(session, board_id))

    def of_link(self, secret: str) -> tuple[Board, BoardLink] | None:
        """What a link opens, where it is good now."""
        with self._reading() as session:
            return of_secret(session, secret)


def add(session: Session, game_id: str | None, title: str, document_json: str, author: str, now: dt.datetime) -> Board:
    """Raises `Invalid`."""
    if session.scalars(select(func.count()).select_from(Board)).one() >= BOARDS_MAX:
        raise Invalid("title", f"expected at most {BOARDS_MAX:,} boards: remove one that is not needed")
    board = Board(
        id=secrets.token_hex(8),
        game_id=game_id or ALL_GAMES,
        title=check_text("title", title, NAME_LENGTH_MAX),
        document_json=document_json,
        revision=1,
        created_at=now,
        changed_at=now,
        changed_by=author,
    )
    session.add(board)
    return board


def change(
    session: Session, board_id: str, title: str, document_json: str, revision: int, author: str, now: dt.datetime
) -> Board:
    """Raises `UnknownBoard` and `Invalid`, and `BoardChanged` where somebody else was faster."""
    board = find(session, board_id)
    if board.revision != revision:
        raise BoardChanged(board.title, board.changed_by)
    board.title = check_text("title", title, NAME_LENGTH_MAX)
    board.document_json = document_json
    board.revision += 1
    board.changed_at, board.changed_by = now, author
    return board


def remove(session: Session, board_id: str) -> Board:
    """With its links. Raises `UnknownBoard`."""
    board = find(session, board_id)
    session.execute(delete(BoardLink).where(BoardLink.board_id == board_id))
    session.delete(board)
    return board


def find(session: Session, board_id: str) -> Board:
    """Raises `UnknownBoard`."""
    board = session.get(Board, board_id)
    if board is None:
        raise UnknownBoard(board_id)
    return board


def find_all(session: Session) -> Sequence[Board]:
    """By title."""
    return session.scalars(select(Board).order_by(Board.title, Board.id)).all()


def add_link(
    session: Session, board_id: str, game_id: str, note: str, author: str, now: dt.datetime
) -> tuple[BoardLink, str]:
    """A link that shows a board with the figures of one game, and its secret, which cannot be shown again.

    Raises `UnknownBoard` and `Invalid`.
    """
    board = find(session, board_id)
    if board.game_id not in (ALL_GAMES, game_id):
        raise Invalid("gameId", f"expected {board.game_id!r}, of which the board is")
    if len([link for link in links(session, board_id) if link.revoked_at is None]) >= LINKS_MAX:
        raise Invalid("note", f"expected at most {LINKS_MAX} links of a board: revoke one that is not needed")
    secret = new_secret(LINK)
    link = BoardLink(
        board_id=board_id,
        game_id=game_id,
        secret_sha256=sha256_of(secret),
        note=check_text("note", note, NOTE_LENGTH_MAX) if note.strip() else "",
        created_by=author,
        created_at=now,
    )
    session.add(link)
    session.flush()
    return link, secret


def revoke_link(session: Session, board_id: str, link_id: int, now: dt.datetime) -> BoardLink:
    """Raises `UnknownBoardLink`."""
    # A larger number than the engine's integers would be an error of the driver.
    link = session.get(BoardLink, link_id) if 0 < link_id < 2**31 else None
    if link is None or link.board_id != board_id:
        raise UnknownBoardLink(link_id)
    link.revoked_at = link.revoked_at or now
    return link


def links(session: Session, board_id: str) -> Sequence[BoardLink]:
    """Oldest first, the revoked ones too."""
    return session.scalars(select(BoardLink).where(BoardLink.board_id == board_id).order_by(BoardLink.id)).all()


def of_secret(session: Session, secret: str) -> tuple[Board, BoardLink] | None:
    """What a link opens, where it is good."""
    query = select(Board, BoardLink).join(BoardLink, BoardLink.board_id == Board.id)
    query = query.where(BoardLink.secret_sha256 == sha256_of(secret), BoardLink.revoked_at.is_(None))
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1])
