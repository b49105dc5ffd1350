"""Channels of alerts in the registry: where messages go, which ones, and how delivery fares."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from playtrace.registry.models import AlertChannel

SEVERITIES = ("info", "warning", "critical")
"""Rising."""


def takes(channel: AlertChannel, *, game_id: str | None, severity: str) -> bool:
    """Whether a channel is for messages of a game (None: of no game) and severity."""
    is_for_game = channel.game_ids is None or game_id in channel.game_ids
    is_severe = SEVERITIES.index(severity) >= SEVERITIES.index(channel.min_severity)
    return channel.enabled and is_for_game and is_severe


def ids_for(session: Session, named: Collection[str], *, game_id: str | None, severity: str) -> list[str]:
    """The channels that take a message: of those that are `named`, or of all where none is."""
    return [
        channel.id
        for channel in find_all(session)
        if (not named or channel.id in named) and takes(channel, game_id=game_id, severity=severity)
    ]


def find_all(session: Session) -> Sequence[AlertChannel]:
    """By name."""
    return session.scalars(select(AlertChannel).order_by(AlertChannel.id)).all()
