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
from playtrace.registry.errors import BoardChanged, Invalid, UnknownBoard, UnknownBoardLink
from playtrace.registry.games import check_text
from playtrace.registry.models import ALL_GAMES, NAME_LENGTH_MAX, NOTE_LENGTH_MAX, Board, BoardLink

BOARDS_MAX = 1_000
LINKS_MAX = 20
"""Of one board, that are good."""
LINK = "board"
"""The kind of secret that a link has."""


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
