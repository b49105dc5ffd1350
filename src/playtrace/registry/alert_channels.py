"""Channels of alerts in the registry: where messages go, which ones, and how delivery fares."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from playtrace.registry.errors import FromSettings, Invalid, UnknownChannel
from playtrace.registry.games import check_time_zone
from playtrace.registry.models import (
    CHANNEL_ID_LENGTH_MAX,
    SIGNING_SECRET_LENGTH_MAX,
    TARGET_LENGTH_MAX,
    AlertChannel,
    AlertInOutbox,
    Game,
)
from playtrace.registry.part import Part

SEVERITIES = ("info", "warning", "critical")
"""Rising."""
CHANNELS_MAX = 100
"""Each is served by a thread of its own while something waits for it."""
DISCORD = "discord"
"""The id of the channel that the settings make, and its kind."""
GAMES_MAX = 1_000
"""Named by one channel."""
ID_SHAPE = re.compile(rf"[A-Za-z0-9_.-]{{1,{CHANNEL_ID_LENGTH_MAX}}}")


@dataclass(frozen=True, kw_only=True)
class ChannelDefinition:
    """What people say of a channel; the rest of its row tells how delivery fares."""

    kind: str
    target: str
    signing_secret: str | None = None
    min_severity: str = SEVERITIES[0]
    time_zone: str = "UTC"
    quiet_from: dt.time | None = None
    quiet_to: dt.time | None = None
    game_ids: list[str] | None = None
    enabled: bool = True


DEFINED = tuple(field.name for field in fields(ChannelDefinition))


class AlertChannels(Part):
    def put(self, channel_id: str, definition: ChannelDefinition) -> AlertChannel:
        """Make a channel, in place of one of the same name. Raises `Invalid` and `FromSettings`."""
        check_time_zone(definition.time_zone)
        with self._writing() as session:
            self._audit(session, "channel.put", channel_id, kind=definition.kind)
            return put(session, channel_id, definition, self._now())

    def change(self, channel_id: str, changes: Mapping[str, Any]) -> AlertChannel:
        """Change these fields of its definition. Raises `UnknownChannel`, `Invalid` and `FromSettings`."""
        if "time_zone" in changes:
            check_time_zone(changes["time_zone"])
        with self._writing() as session:
            self._audit(session, "channel.changed", channel_id, fields=sorted(changes))
            return change(session, channel_id, changes)

    def remove(self, channel_id: str) -> None:
        """A channel, and what waits for it. Raises `UnknownChannel` and `FromSettings`."""
        with self._writing() as session:
            remove(session, channel_id)
            self._audit(session, "channel.removed", channel_id)

    def follow_settings(self, discord_webhook_url: str | None) -> AlertChannel | None:
        """The channel `discord` is as the settings say; one that somebody made stays as it is, and is returned."""
        with self._writing() as session:
            return follow_settings(session, discord_webhook_url, self._now())

    def all(self) -> list[AlertChannel]:
        """All of them, by name."""
        with self._reading() as session:
            return list(find_all(session))

    def find(self, channel_id: str) -> AlertChannel:
        """Raises `UnknownChannel`."""
        with self._reading() as session:
            return find(session, channel_id)


def takes(channel: AlertChannel, *, game_id: str | None, severity: str) -> bool:
    """Whether a channel is for messages of a game (None: of no game) and severity."""
    is_for_game = channel.game_ids is None or game_id in channel.game_ids
    is_severe = SEVERITIES.index(severity) >= SEVERITIES.index(channel.min_severity)
    return channel.enabled and is_for_game and is_severe


def is_quiet(channel: AlertChannel, now: dt.datetime) -> bool:
    """Whether it is between the channel's quiet hours, which may span midnight. The end is no part of them."""
    start, end = channel.quiet_from, channel.quiet_to
    if start is None or end is None:
        return False
    local = now.astimezone(zoneinfo.ZoneInfo(channel.time_zone)).time()
    return start <= local < end if start < end else local >= start or local < end


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


def find(session: Session, channel_id: str) -> AlertChannel:
    """Raises `UnknownChannel`."""
    channel = session.get(AlertChannel, channel_id)
    if channel is None:
        raise UnknownChannel(channel_id)
    return channel


def put(session: Session, channel_id: str, definition: ChannelDefinition, now: dt.datetime) -> AlertChannel:
    """Make a channel, in place of one of the same name. What waits for that is sent to this one.

    Raises `Invalid` and `FromSettings`.
    """
    _check(session, channel_id, definition)
    channel = session.get(AlertChannel, channel_id)
    if channel is not None and channel.is_from_settings:
        raise FromSettings(channel_id)
    if channel is None:
        if session.scalars(select(func.count()).select_from(AlertChannel)).one() >= CHANNELS_MAX:
            raise Invalid("id", f"expected at most {CHANNELS_MAX} channels: remove one that is not needed")
        channel = AlertChannel(id=channel_id, is_from_settings=False, created_at=now, failures=0)
        session.add(channel)
    _define(channel, definition)
    return channel


def change(session: Session, channel_id: str, changes: Mapping[str, Any]) -> AlertChannel:
    """Change some of what people say of a channel. Raises `UnknownChannel`, `Invalid` and `FromSettings`."""
    channel = find(session, channel_id)
    if channel.is_from_settings and not {"kind", "target", "signing_secret"}.isdisjoint(changes):
        raise FromSettings(channel_id)
    definition = ChannelDefinition(**{name: getattr(channel, name) for name in DEFINED} | dict(changes))
    _check(session, channel_id, definition)
    _define(channel, definition)
    return channel


def remove(session: Session, channel_id: str) -> None:
    """A channel with all that waits for it. Raises `UnknownChannel` and `FromSettings`."""
    channel = find(session, channel_id)
    if channel.is_from_settings:
        raise FromSettings(channel_id)
    _remove(session, channel)


def follow_settings(session: Session, discord_webhook_url: str | None, now: dt.datetime) -> AlertChannel | None:
    """The channel of the settings is as they say: made, changed or gone. Who made one of that name keeps it.

    What people changed of it beside its address stays.
    """
    channel = session.get(AlertChannel, DISCORD)
    if discord_webhook_url is None:
        if channel is not None and channel.is_from_settings:
            _remove(session, channel)
        return None
    if channel is None:
        channel = AlertChannel(id=DISCORD, is_from_settings=True, created_at=now, failures=0)
        session.add(channel)
        _define(channel, ChannelDefinition(kind=DISCORD, target=discord_webhook_url))
    elif channel.is_from_settings and channel.target != discord_webhook_url:
        channel.target = discord_webhook_url
        begin_anew(channel)
    return channel


def begin_anew(channel: AlertChannel) -> None:
    """Nothing is known against it: what waits is tried at once."""
    channel.failing_since = channel.last_error = channel.resume_at = None
    channel.failures = 0


def _define(channel: AlertChannel, definition: ChannelDefinition) -> None:
    for name in DEFINED:
        setattr(channel, name, getattr(definition, name))
    begin_anew(channel)


def _remove(session: Session, channel: AlertChannel) -> None:
    session.execute(delete(AlertInOutbox).where(AlertInOutbox.channel_id == channel.id))
    session.delete(channel)


def _check(session: Session, channel_id: str, definition: ChannelDefinition) -> None:
    if not ID_SHAPE.fullmatch(channel_id):
        raise Invalid("id", f"expected 1 to {CHANNEL_ID_LENGTH_MAX} letters, digits, `_`, `.` and `-`")
    if not 1 <= len(definition.target) <= TARGET_LENGTH_MAX:
        raise Invalid("target", f"expected 1 to {TARGET_LENGTH_MAX:,} characters")
    secret = definition.signing_secret
    if secret is not None and not (16 <= len(secret) <= SIGNING_SECRET_LENGTH_MAX and secret.isascii()):
        raise Invalid("signing secret", f"expected 16 to {SIGNING_SECRET_LENGTH_MAX} ASCII characters")
    if definition.min_severity not in SEVERITIES:
        raise Invalid("min severity", f"expected one of {', '.join(SEVERITIES)}")
    if (definition.quiet_from is None) != (definition.quiet_to is None):
        raise Invalid("quiet hours", "expected both a beginning and an end, or neither")
    if definition.quiet_from is not None and definition.quiet_from == definition.quiet_to:
        raise Invalid("quiet hours", "expected an end that differs from the beginning")
    if definition.game_ids is not None:
        if not 1 <= len(definition.game_ids) <= GAMES_MAX:
            raise Invalid("games", f"expected 1 to {GAMES_MAX:,} ids, or null for all games")
        known = set(session.scalars(select(Game.id).where(Game.id.in_(definition.game_ids))))
        if missing := [game_id for game_id in definition.game_ids if game_id not in known]:
            raise Invalid("games", f"there is no game with the id {missing[0]!r}")
