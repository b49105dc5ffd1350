"""Channels of alerts: where messages go. What is secret of one is taken, and never answered again."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Annotated, Any, Literal, cast

import msgspec
from fastapi import APIRouter, Path, Query
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from playtrace.alerts.channels.kinds import KINDS
from playtrace.alerts.channels.sending import NotSent
from playtrace.alerts.message import Message
from playtrace.alerts.outgoing import WrongTarget
from playtrace.api.access import CurrentAdmin, CurrentReader
from playtrace.api.models import ApiModel
from playtrace.api.permissions import Caller
from playtrace.api.state import CurrentState, State
from playtrace.problems import Conflict, InvalidRequest, NotFound
from playtrace.registry.alert_channels import CHANNELS_MAX, GAMES_MAX, ChannelDefinition
from playtrace.registry.alert_outbox import Backlog
from playtrace.registry.errors import FromSettings, Invalid, UnknownChannel
from playtrace.registry.models import SIGNING_SECRET_LENGTH_MAX, TARGET_LENGTH_MAX, AlertChannel

router = APIRouter(prefix="/api/alerts/channels", tags=["alerts"])

DEAD = dt.timedelta(days=1)
"""A channel that has failed for so long is shown as dead."""
MESSAGES_MAX = 200

KindName = Literal["discord", "webhook", "apprise"]
Severity = Literal["info", "warning", "critical"]
MessageState = Literal["waiting", "delivered", "set_aside"]
ChannelId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="Letters, digits, `_`, `.` and `-`; at most 64.")
]
Target = Annotated[
    str,
    Field(
        min_length=1,
        max_length=TARGET_LENGTH_MAX,
        description="Where messages are sent: the address of a Discord webhook, or of a program of your own, or what"
        " Apprise knows a service by. It is a secret: answers show its beginning alone.",
    ),
]
SigningSecret = Annotated[
    str,
    Field(
        min_length=16,
        max_length=SIGNING_SECRET_LENGTH_MAX,
        pattern=r"^[!-~]*$",
        description="What a `webhook` is signed with. One is made where none is given.",
    ),
]
LocalTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Such as 22:00.")]
GameIds = Annotated[
    list[str], Field(min_length=1, max_length=GAMES_MAX, description="Only alerts of these games. Null: of all.")
]
TimeZone = Annotated[str, Field(max_length=64, description="IANA name, of the quiet hours.")]


class Strict(ApiModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True, extra="forbid")


class NewChannel(Strict):
    kind: KindName
    target: Target
    signing_secret: SigningSecret | None = None
    min_severity: Severity = Field("info", description="Only alerts that are at least so severe.")
    time_zone: TimeZone = "UTC"
    quiet_from: LocalTime | None = None
    quiet_to: LocalTime | None = None
    game_ids: GameIds | None = None
    enabled: bool = True


class ChannelChange(Strict):
    """What is left out stays as it is."""

    target: Target | None = None
    signing_secret: SigningSecret | None = None
    min_severity: Severity | None = None
    time_zone: TimeZone | None = None
    quiet_from: LocalTime | None = Field(None, description="Null with `quietTo` null: no quiet hours.")
    quiet_to: LocalTime | None = None
    game_ids: GameIds | None = None
    enabled: bool | None = None


class Delivery(ApiModel):
    """How messages fare on their way to a channel."""

    waiting: int
    oldest_waiting_at: dt.datetime | None
    set_aside: int = Field(description="Messages that were given up within the last 14 days.")
    failures: int = Field(description="Attempts that failed since the last success.")
    failing_since: dt.datetime | None
    last_error: str | None
    resume_at: dt.datetime | None = Field(description="Nothing is sent before.")
    last_delivered_at: dt.datetime | None
    is_dead: bool = Field(description="It has failed for a day.")


class Channel(ApiModel):
    id: str
    kind: str
    target: str = Field(description="Its beginning; the rest is secret.")
    is_signed: bool
    min_severity: str
    time_zone: str
    quiet_from: str | None
    quiet_to: str | None
    game_ids: list[str] | None
    enabled: bool
    is_from_settings: bool = Field(description="DISCORD_WEBHOOK_URL makes it, and says where it goes.")
    created_at: dt.datetime
    delivery: Delivery


class ChannelStored(Channel):
    signing_secret: str | None = Field(
        None, description="What a webhook is signed with, where it was made for this request: it is not shown again."
    )


class ChannelList(ApiModel):
    channels: list[Channel] = Field(max_length=CHANNELS_MAX)


class OneMessage(ApiModel):
    id: int
    kind: str | None
    severity: str | None
    title: str | None = Field(description="Null where another version of playtrace wrote the message.")
    game_id: str | None
    state: MessageState
    created_at: dt.datetime
    attempts: int
    last_error: str | None
    finished_at: dt.datetime | None = Field(description="When it was delivered or given up.")


class MessageList(ApiModel):
    messages: list[OneMessage]
    is_cut: bool = Field(description="Whether there are earlier ones too, beyond `limit`.")


class TestAnswer(ApiModel):
    sent: bool
    reason: str | None = Field(description="Why it was not.")


@router.get("")
def list_channels(state: CurrentState, reader: CurrentReader) -> ChannelList:
    """Channels for games that the reader may read, by name, and how delivery to each fares."""
    backlogs = state.registry.alert_outbox.backlogs()
    return ChannelList(
        channels=[
            Channel(**_described(channel, backlogs.get(channel.id), reader))
            for channel in state.registry.alert_channels.all()
            if may_see(reader, channel)
        ]
    )


@router.put("/{channel_id}")
def put_channel(state: CurrentState, admin: CurrentAdmin, channel_id: ChannelId, new: NewChannel) -> ChannelStored:
    """Make a channel, in place of one of the same name. Nothing is sent: the test does that."""
    target = _checked(new.kind, new.target)
    made_secret: str | None = None
    if new.kind == "webhook":
        made_secret = None if new.signing_secret else secrets.token_urlsafe(32)
    elif new.signing_secret is not None:
        raise InvalidRequest.of_field("signingSecret", f"only a webhook is signed, not {new.kind}", location="body")
    definition = ChannelDefinition(
        kind=new.kind,
        target=target,
        signing_secret=new.signing_secret or made_secret,
        min_severity=new.min_severity,
        time_zone=new.time_zone,
        quiet_from=_time(new.quiet_from),
        quiet_to=_time(new.quiet_to),
        game_ids=new.game_ids,
        enabled=new.enabled,
    )
    try:
        state.registry.alert_channels.put(channel_id, definition)
    except Invalid as error:
        raise _invalid(error) from error
    except FromSettings as error:
        raise Conflict(str(error)) from error
    return _stored(state, admin, channel_id, made_secret)


@router.patch("/{channel_id}")
def change_channel(
    state: CurrentState, admin: CurrentAdmin, channel_id: ChannelId, change: ChannelChange
) -> ChannelStored:
    """Change some of a channel. What waits for it is tried at once."""
    given = {name: getattr(change, name) for name in change.model_fields_set}
    channel = _existing(state, channel_id)
    for name in ("target", "signing_secret", "min_severity", "time_zone", "enabled"):
        if name in given and given[name] is None:
            raise InvalidRequest.of_field(to_camel(name), "expected a value, or to be left out", location="body")
    if "target" in given:
        given["target"] = _checked(channel.kind, given["target"])
    if "signing_secret" in given and channel.kind != "webhook":
        raise InvalidRequest.of_field("signingSecret", f"only a webhook is signed, not {channel.kind}", location="body")
    for name in ("quiet_from", "quiet_to"):
        if name in given:
            given[name] = _time(given[name])
    try:
        state.registry.alert_channels.change(channel_id, given)
    except UnknownChannel as error:
        raise NotFound(str(error)) from error
    except Invalid as error:
        raise _invalid(error) from error
    except FromSettings as error:
        raise Conflict(str(error)) from error
    return _stored(state, admin, channel_id, None)


@router.delete("/{channel_id}")
def remove_channel(state: CurrentState, admin: CurrentAdmin, channel_id: ChannelId) -> ChannelList:
    """Forget a channel, and what waits for it. Answers with those that are left."""
    try:
        state.registry.alert_channels.remove(channel_id)
    except UnknownChannel as error:
        raise NotFound(str(error)) from error
    except FromSettings as error:
        raise Conflict(str(error)) from error
    return list_channels(state, admin)


@router.post("/{channel_id}/test")
def test_channel(state: CurrentState, admin: CurrentAdmin, channel_id: ChannelId) -> TestAnswer:
    """Send a message now, and answer what the channel said. When it takes it, what waits is tried at once."""
    try:
        state.outbox.test(channel_id, link=state.settings.public_url)
    except UnknownChannel as error:
        raise NotFound(str(error)) from error
    except NotSent as error:
        return TestAnswer(sent=False, reason=error.reason)
    return TestAnswer(sent=True, reason=None)


@router.get("/{channel_id}/messages")
def list_messages(
    state: CurrentState,
    admin: CurrentAdmin,
    channel_id: ChannelId,
    limit: Annotated[int, Query(ge=1, le=MESSAGES_MAX, description="How many at most.")] = 50,
) -> MessageList:
    """The latest messages of a channel, newest first: what waits, what arrived within 14 days, what was given up."""
    try:
        rows = state.registry.alert_outbox.of_channel(channel_id, rows_max=limit + 1)
    except UnknownChannel as error:
        raise NotFound(str(error)) from error
    listed: list[OneMessage] = []
    for row in rows[:limit]:
        try:
            message = Message.from_json(row.message_json)
        except msgspec.ValidationError:
            message = None
        listed.append(
            OneMessage(
                id=row.id,
                kind=message and message.kind,
                severity=message and message.severity,
                title=message and message.title,
                game_id=message and message.game_id,
                state=cast("MessageState", row.state),
                created_at=row.created_at,
                attempts=row.attempts,
                last_error=row.last_error,
                finished_at=row.finished_at,
            )
        )
    return MessageList(messages=listed, is_cut=len(rows) > limit)


def _existing(state: State, channel_id: str) -> AlertChannel:
    try:
        return state.registry.alert_channels.find(channel_id)
    except UnknownChannel as error:
        raise NotFound(str(error)) from error


def _stored(state: State, admin: Caller, channel_id: str, made_secret: str | None) -> ChannelStored:
    channel = _existing(state, channel_id)
    described = _described(channel, state.registry.alert_outbox.backlogs().get(channel_id), admin)
    return ChannelStored(**described, signing_secret=made_secret)


def _described(channel: AlertChannel, backlog: Backlog | None, reader: Caller) -> dict[str, Any]:
    kind = KINDS.get(channel.kind)
    failing_since = channel.failing_since
    return {
        "id": channel.id,
        "kind": channel.kind,
        "target": "…" if kind is None else kind.masked(channel.target),
        "is_signed": channel.signing_secret is not None,
        "min_severity": channel.min_severity,
        "time_zone": channel.time_zone,
        "quiet_from": channel.quiet_from and f"{channel.quiet_from:%H:%M}",
        "quiet_to": channel.quiet_to and f"{channel.quiet_to:%H:%M}",
        "game_ids": channel.game_ids and [game_id for game_id in channel.game_ids if reader.may_read(game_id)],
        "enabled": channel.enabled,
        "is_from_settings": channel.is_from_settings,
        "created_at": channel.created_at,
        "delivery": Delivery(
            waiting=backlog.waiting if backlog else 0,
            oldest_waiting_at=backlog.oldest_at if backlog else None,
            set_aside=backlog.set_aside if backlog else 0,
            failures=channel.failures,
            failing_since=failing_since,
            last_error=channel.last_error,
            resume_at=channel.resume_at,
            last_delivered_at=channel.last_delivered_at,
            is_dead=failing_since is not None and dt.datetime.now(dt.UTC) - failing_since >= DEAD,
        ),
    }


def may_see(reader: Caller, channel: AlertChannel) -> bool:
    return channel.game_ids is None or any(reader.may_read(game_id) for game_id in channel.game_ids)


def _checked(kind: str, target: str) -> str:
    try:
        return KINDS[kind].check(target.strip())
    except WrongTarget as error:
        raise InvalidRequest.of_field("target", str(error), location="body") from None


def _invalid(error: Invalid) -> InvalidRequest:
    return InvalidRequest.of_field(error.field, error.expected, location="body")


def _time(text: str | None) -> dt.time | None:
    return None if text is None else dt.time.fromisoformat(text)
