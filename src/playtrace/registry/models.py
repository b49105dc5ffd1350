"""The tables of the registry. Rows are also what `Registry` hands out: read them, never write to them.

Nothing vanishes: what is revoked keeps its row and gets a `revoked_at`. Only logins and links that have ended are
removed, people who have left (the audit still names them), exchange rates that are replaced, channels of alerts with
what was sent to them, mirrors, pictures of maps, annotations,
and boards with their links.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    Time,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator, TypeEngine

from playtrace.registry.access_secrets import sha256_of
from playtrace.registry.game_ids import GAME_ID_LENGTH_MAX
from playtrace.registry.roles import ADMIN_OF_ALL, Grant, Role

NAME_LENGTH_MAX = 200
NOTE_LENGTH_MAX = 200
EMAIL_LENGTH_MAX = 254
CURRENCY_LENGTH_MAX = 16
TIME_ZONE_LENGTH_MAX = 64
SHA256_HEX_LENGTH = 64
NAME_OF_SECRET_LENGTH_MAX = 64
RULE_ID_LENGTH_MAX = 64
PART_LENGTH_MAX = 256
VERSION_LENGTH_MAX = 64
CHANNEL_ID_LENGTH_MAX = 64
REPORT_ID_LENGTH_MAX = 64
MIRROR_ID_LENGTH_MAX = 64
MIRROR_URL_LENGTH_MAX = 2000
MAP_NAME_LENGTH_MAX = 256
SAVED_QUERY_NAME_LENGTH_MAX = 120
CONTENT_TYPE_LENGTH_MAX = 32
ANNOTATION_LENGTH_MAX = 200
BOARD_ID_LENGTH_MAX = 16
TARGET_LENGTH_MAX = 2000
SIGNING_SECRET_LENGTH_MAX = 200
ERROR_LENGTH_MAX = 500
ROLE_LENGTH_MAX = 16
ADDRESS_LENGTH_MAX = 64
AGENT_LENGTH_MAX = 200
ACTION_LENGTH_MAX = 64
SUBJECT_LENGTH_MAX = 254
LEASE_PROCESS_LENGTH_MAX = 400
LEASE_ADDRESS_LENGTH_MAX = 200
HOLDER_LENGTH = 36
ALL_GAMES = ""
"""Where it stands for the id of a game."""
MYSQL = "mysql"
"""And MariaDB."""


class Instant(TypeDecorator[dt.datetime]):
    """A point in time, kept as UTC without an offset: the one form that all engines compare alike."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        # To the microsecond: MySQL keeps whole seconds unless told otherwise.
        return dialect.type_descriptor(mysql.DATETIME(fsp=6) if dialect.name == MYSQL else DateTime())

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class ExactText(TypeDecorator[str]):
    """Text in which case and accents count; MySQL compares loosely unless told otherwise."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        exact = mysql.VARCHAR(self.length, charset="utf8mb4", collation="utf8mb4_bin")
        return dialect.type_descriptor(exact if dialect.name == MYSQL else String(self.length))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        # PostgreSQL refuses it in any text. What is looked for by it is nowhere.
        return value.replace("\0", "\ufffd") if value is not None and dialect.name == "postgresql" else value


def long_text() -> Text:
    """16 MiB in MySQL, where a text has 64 KiB unless told otherwise."""
    return Text().with_variant(mysql.MEDIUMTEXT(), MYSQL)


def long_bytes() -> LargeBinary:
    """16 MiB in MySQL, where they are 64 KiB unless told otherwise."""
    return LargeBinary().with_variant(mysql.MEDIUMBLOB(), MYSQL)


class Base(DeclarativeBase):
    pass


class Game(Base):
    __tablename__ = "games"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    """A small integer, for protocols that identify games by one."""
    id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    time_zone: Mapped[str] = mapped_column(String(TIME_ZONE_LENGTH_MAX))
    """IANA name; the game's days begin and end by it."""
    currency: Mapped[str] = mapped_column(String(CURRENCY_LENGTH_MAX))
    """ISO 4217; revenue is reported in it."""
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    archived_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """Since then it takes no events; what is there is read as before."""
    deletion_began_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """Since then it is as if it were gone."""
    retention_json: Mapped[str | None] = mapped_column(long_text())
    """How long it keeps what (`retention.py`); empty: for good."""
    retention_changed_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class WriteKey(Base):
    """Lets a game send events. It ships inside the game, so it is no secret and may be read again."""

    __tablename__ = "write_keys"

    key: Mapped[str] = mapped_column(ExactText(32), primary_key=True)
    """32 hex digits."""
    secret: Mapped[str] = mapped_column(ExactText(40))
    """40 hex digits, readable: some protocols sign their requests with it."""
    game_id: Mapped[str] = mapped_column(ForeignKey(Game.id), index=True)
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH_MAX))
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class GrantRow(Base):
    """What somebody may do, in one game or in all."""

    __tablename__ = "grants"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), primary_key=True)
    """`ALL_GAMES`, or one."""
    role: Mapped[str] = mapped_column(ExactText(ROLE_LENGTH_MAX))


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(ExactText(EMAIL_LENGTH_MAX), unique=True)
    """In lower case."""
    password_hash: Mapped[str] = mapped_column(String(255))
    """Empty: none yet, or never, where another server says who it is."""
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    identity_sha256: Mapped[str | None] = mapped_column(ExactText(SHA256_HEX_LENGTH), index=True, unique=True)
    """Of whom an OpenID provider names: its address and its name for them."""
    identity_linked_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """They linked it to their own account. Empty: the provider made this account, and says what it may."""
    totp_secret: Mapped[str | None] = mapped_column(ExactText(64))
    """What an authenticator app makes its codes of; readable, as they are made here too."""
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """Of the last code that was taken, which is not taken again. Empty: the second factor is not in use yet."""
    signed_in_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """The last time."""
    granted: Mapped[list[GrantRow]] = relationship(
        lazy="joined", cascade="all, delete-orphan", order_by=GrantRow.game_id
    )

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(Grant(Role(row.role), row.game_id or None) for row in self.granted)

    @property
    def is_admin(self) -> bool:
        """Of all games."""
        return ADMIN_OF_ALL in self.grants

    @property
    def has_second_factor(self) -> bool:
        return self.totp_last_step is not None

    @property
    def is_some_admin(self) -> bool:
        """Of a game, or of all."""
        return any(grant.role is Role.ADMIN for grant in self.grants)

    @property
    def is_of_provider(self) -> bool:
        """It says who they are, and by their groups what they may."""
        return self.identity_sha256 is not None and self.identity_linked_at is None

    @property
    def is_linked(self) -> bool:
        """They may sign in with the provider as well, by their own wish; what they may is said here."""
        return self.identity_linked_at is not None


class RecoveryCode(Base):
    """Stands for a code of the second factor, once."""

    __tablename__ = "recovery_codes"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    code_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), primary_key=True)


class PasswordLink(Base):
    """The one-time link by which somebody who was invited, or forgot it, chooses a password."""

    __tablename__ = "password_links"

    secret_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)


class KnownBrowser(Base):
    """Somebody signed in there before. It opens nothing: strangers who guess cannot use up its attempts to sign in."""

    __tablename__ = "known_browsers"

    secret_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True, index=True)
    """Several people may use one browser."""
    seen_at: Mapped[dt.datetime] = mapped_column(Instant)
    """When they signed in there last."""


class Login(Base):
    """Someone is signed in with a browser. ("Session" is what a player has.)"""

    __tablename__ = "logins"

    secret_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    seen_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """When it was last used, to within a few minutes."""
    address: Mapped[str] = mapped_column(ExactText(ADDRESS_LENGTH_MAX), server_default="")
    """From where it began."""
    agent: Mapped[str] = mapped_column(String(AGENT_LENGTH_MAX), server_default="")
    """What the browser called itself."""

    def is_of(self, secret: str) -> bool:
        return self.secret_sha256 == sha256_of(secret)


class Token(Base):
    """Lets a program do what its scopes say: in some games, or in all of them where `game_ids` is null."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    secret_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), unique=True)
    prefix: Mapped[str] = mapped_column(ExactText(16))
    """How the token begins, so that its owner recognises it in a list."""
    scopes: Mapped[list[str]] = mapped_column(JSON)
    game_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH_MAX))
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    expires_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """The last time, to within a few minutes."""


class AuditEntry(Base):
    """Who did what."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime] = mapped_column(Instant, index=True)
    actor: Mapped[str] = mapped_column(String(SUBJECT_LENGTH_MAX))
    """An email, a token, the command line, a setting, or the server itself."""
    address: Mapped[str] = mapped_column(ExactText(ADDRESS_LENGTH_MAX))
    """From where it was asked for; empty where nobody asked over the network."""
    action: Mapped[str] = mapped_column(ExactText(ACTION_LENGTH_MAX))
    """What was done, such as `key.revoked`."""
    game_id: Mapped[str | None] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), index=True)
    """Of what it was done to; null where it is of no game, or of all."""
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH_MAX))
    """What it was done to, as people call it."""
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class SetupToken(Base):
    """The one-time link that makes the first admin."""

    __tablename__ = "setup_tokens"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    secret_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class ExchangeRate(Base):
    """What one unit of a currency is worth in another on a day. One of a game goes before one for all games."""

    __tablename__ = "exchange_rates"

    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), primary_key=True)
    """Empty: for all games."""
    currency: Mapped[str] = mapped_column(ExactText(3), primary_key=True)
    into_currency: Mapped[str] = mapped_column(ExactText(3), primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    """UTC."""
    rate_trillionths: Mapped[int] = mapped_column(BigInteger)


class AlertChannel(Base):
    """Where alerts go. What its `target` and `signing_secret` are is nobody's business: they open the channel."""

    __tablename__ = "alert_channels"

    id: Mapped[str] = mapped_column(ExactText(CHANNEL_ID_LENGTH_MAX), primary_key=True)
    """The name that people gave it."""
    kind: Mapped[str] = mapped_column(ExactText(16))
    target: Mapped[str] = mapped_column(String(TARGET_LENGTH_MAX))
    """An address; what it means is a matter of the kind."""
    signing_secret: Mapped[str | None] = mapped_column(String(SIGNING_SECRET_LENGTH_MAX))
    """Where the kind signs what it sends."""
    min_severity: Mapped[str] = mapped_column(ExactText(16))
    time_zone: Mapped[str] = mapped_column(String(TIME_ZONE_LENGTH_MAX))
    """IANA name, of the quiet hours."""
    quiet_from: Mapped[dt.time | None] = mapped_column(Time)
    quiet_to: Mapped[dt.time | None] = mapped_column(Time)
    """Between these local times what is not urgent waits; both or neither."""
    game_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Only messages of these games; null: of all, and those of none."""
    enabled: Mapped[bool]
    is_from_settings: Mapped[bool]
    """Made at the start of what the settings say, and follows them."""
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    failing_since: Mapped[dt.datetime | None] = mapped_column(Instant)
    """When the first of the attempts failed that have failed since the last success."""
    failures: Mapped[int]
    """How many those are."""
    last_error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH_MAX))
    """Why the last of them did."""
    resume_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """Nothing is sent before."""
    last_delivered_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class AlertInOutbox(Base):
    """A message on its way to one channel: put there with what it tells, sent afterwards."""

    __tablename__ = "alert_outbox"
    __table_args__ = (
        Index("ix_alert_outbox_in_order", "channel_id", "state", "id"),
        Index("ix_alert_outbox_finished", "finished_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    """Messages of a channel are sent in this order."""
    channel_id: Mapped[str] = mapped_column(ExactText(CHANNEL_ID_LENGTH_MAX))
    state: Mapped[str] = mapped_column(ExactText(16))
    """`waiting`, `delivered`, or `set_aside`: given up."""
    is_urgent: Mapped[bool]
    """Whether it is sent in quiet hours too."""
    message_json: Mapped[str] = mapped_column(long_text())
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    attempts: Mapped[int]
    last_error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH_MAX))
    finished_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    """When it was delivered or given up."""


class AlertRule(Base):
    """When somebody is to be told. One of a game goes before one of the same id for all games."""

    __tablename__ = "alert_rules"

    id: Mapped[str] = mapped_column(ExactText(RULE_ID_LENGTH_MAX), primary_key=True)
    """The name that people gave it."""
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), primary_key=True)
    """Empty: for all games."""
    rule_json: Mapped[str] = mapped_column(long_text())
    """What it says: its shape is a matter of those who judge."""
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)


class AlertIncident(Base):
    """What a rule found: it opens, changes, and is resolved."""

    __tablename__ = "alert_incidents"
    __table_args__ = (
        Index("ix_alert_incidents_of_game", "game_id", "id"),
        Index("ix_alert_incidents_last", "is_open", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rule_id: Mapped[str] = mapped_column(ExactText(RULE_ID_LENGTH_MAX))
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX))
    part: Mapped[str] = mapped_column(ExactText(PART_LENGTH_MAX))
    """Which version, platform or map, of a rule that tells them apart; else empty."""
    is_open: Mapped[bool]
    opened_at: Mapped[dt.datetime] = mapped_column(Instant)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)
    incident_json: Mapped[str] = mapped_column(long_text())
    """All there is to know of it: its shape is a matter of those who judge."""


class AlertObservation(Base):
    """What an incident saw at a moment: the figure, and what was usual."""

    __tablename__ = "alert_observations"

    incident_id: Mapped[int] = mapped_column(ForeignKey(AlertIncident.id), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(Instant, primary_key=True)
    value: Mapped[float] = mapped_column(Double)
    usual: Mapped[float | None] = mapped_column(Double)
    low: Mapped[float | None] = mapped_column(Double)
    high: Mapped[float | None] = mapped_column(Double)


class AlertSilence(Base):
    """Until when nobody is told. What is empty stands for all."""

    __tablename__ = "alert_silences"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rule_id: Mapped[str] = mapped_column(ExactText(RULE_ID_LENGTH_MAX))
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX))
    version: Mapped[str] = mapped_column(ExactText(VERSION_LENGTH_MAX))
    """Of the game."""
    until: Mapped[dt.datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH_MAX))
    created_at: Mapped[dt.datetime] = mapped_column(Instant)


class AlertPosition(Base):
    """Up to which moment a game was judged: a restart goes on there."""

    __tablename__ = "alert_positions"

    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), primary_key=True)
    judged_to: Mapped[dt.datetime] = mapped_column(Instant)


class ReportSchedule(Base):
    """When a report of a game is sent, and to which channels."""

    __tablename__ = "report_schedules"

    id: Mapped[str] = mapped_column(ExactText(REPORT_ID_LENGTH_MAX), primary_key=True)
    """The name that people gave it."""
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX))
    every: Mapped[str] = mapped_column(ExactText(16))
    """`day` or `week`."""
    weekday: Mapped[int | None]
    """Of a weekly one, on which it is sent; 1 is Monday."""
    local_time: Mapped[dt.time] = mapped_column(Time)
    time_zone: Mapped[str] = mapped_column(String(TIME_ZONE_LENGTH_MAX))
    """IANA name, of the local time."""
    channel_ids: Mapped[list[str]] = mapped_column(JSON)
    enabled: Mapped[bool]
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    due_after: Mapped[dt.datetime] = mapped_column(Instant)
    """What was due up to this moment is on its way, or was not to be sent."""
    last_sent_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH_MAX))
    """Why the last one could not be made or sent."""


class Annotation(Base):
    """What somebody says of a moment of a game."""

    __tablename__ = "annotations"
    __table_args__ = (Index("ix_annotations_of_game", "game_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX))
    at: Mapped[dt.datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(String(ANNOTATION_LENGTH_MAX))
    changed_by: Mapped[str] = mapped_column(String(SUBJECT_LENGTH_MAX))
    """Who said it so, as the audit calls them."""
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)


class Board(Base):
    """Panels and texts that somebody put together."""

    __tablename__ = "boards"

    id: Mapped[str] = mapped_column(ExactText(BOARD_ID_LENGTH_MAX), primary_key=True)
    """Made at random; it stands in addresses."""
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX))
    """Empty: for all games."""
    title: Mapped[str] = mapped_column(String(NAME_LENGTH_MAX))
    document_json: Mapped[str] = mapped_column(long_text())
    """What it shows: its shape is a matter of those who show it."""
    revision: Mapped[int]
    """How often it was saved: who saves says on what they have worked."""
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(SUBJECT_LENGTH_MAX))


class BoardLink(Base):
    """Shows a board with the figures of one game to whoever has it. Its secret is nowhere but in the link."""

    __tablename__ = "board_links"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    board_id: Mapped[str] = mapped_column(ForeignKey(Board.id), index=True)
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX))
    secret_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), unique=True)
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH_MAX))
    created_by: Mapped[str] = mapped_column(String(SUBJECT_LENGTH_MAX))
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class Mirror(Base):
    """A database of somebody else's that gets what the store has. Its `url` is nobody's business: it may open that."""

    __tablename__ = "mirrors"

    id: Mapped[str] = mapped_column(ExactText(MIRROR_ID_LENGTH_MAX), primary_key=True)
    """The name that people gave it; the database knows it by that too."""
    url: Mapped[str] = mapped_column(String(MIRROR_URL_LENGTH_MAX))
    game_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Only these games; null: all."""
    since: Mapped[dt.date | None] = mapped_column(Date)
    """UTC; nothing that happened before."""
    is_paused: Mapped[bool]
    is_from_settings: Mapped[bool]
    """Made at the start of what the settings say, and follows them."""
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)
    """When somebody last said something of it: who rests after a failure looks again."""
    replay_from: Mapped[dt.date | None] = mapped_column(Date)
    """From this day (UTC) on everything is to be written again, which has not begun yet."""
    state_json: Mapped[str | None] = mapped_column(long_text())
    """How it fares: its shape is a matter of those who follow."""


class GameMap(Base):
    """A picture of a map of a game, and where it lies in the world (`maps.py`)."""

    __tablename__ = "game_maps"

    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), primary_key=True)
    name: Mapped[str] = mapped_column(ExactText(MAP_NAME_LENGTH_MAX), primary_key=True)
    """As events call it."""
    content_type: Mapped[str] = mapped_column(ExactText(CONTENT_TYPE_LENGTH_MAX))
    width_px: Mapped[int]
    height_px: Mapped[int]
    image: Mapped[bytes] = mapped_column(long_bytes(), deferred=True)
    """Only there where it was asked for: lists of maps are read without."""
    image_sha256: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH))
    calibration_json: Mapped[str | None] = mapped_column(long_text())
    opacity: Mapped[float] = mapped_column(Double)
    """Of the picture below what is drawn on it: 1 hides nothing of it."""
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)


class SavedQuery(Base):
    """A statement of SQL that somebody keeps, beside a game."""

    __tablename__ = "saved_queries"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), index=True)
    owner_id: Mapped[int | None] = mapped_column(index=True)
    """The person whose it is; null: it was shared by somebody who has left, or where nobody signs in."""
    name: Mapped[str] = mapped_column(String(SAVED_QUERY_NAME_LENGTH_MAX))
    sql: Mapped[str] = mapped_column(long_text())
    is_shared: Mapped[bool]
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    changed_at: Mapped[dt.datetime] = mapped_column(Instant)


class RefusedPlayer(Base):
    """Somebody who does not want to be known to a game any more: what is sent of them is refused."""

    __tablename__ = "refused_players"

    game_id: Mapped[str] = mapped_column(ExactText(GAME_ID_LENGTH_MAX), primary_key=True)
    player_hash: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH), primary_key=True)
    """HMAC-SHA256 of the player's id: who it is is not kept."""
    since: Mapped[dt.datetime] = mapped_column(Instant)


class ServerSecret(Base):
    """What only this server knows, made at random when it was first needed."""

    __tablename__ = "server_secrets"

    name: Mapped[str] = mapped_column(ExactText(NAME_OF_SECRET_LENGTH_MAX), primary_key=True)
    secret: Mapped[str] = mapped_column(ExactText(SHA256_HEX_LENGTH))
    """256 bits, in hexadecimal digits."""


class Revision(Base):
    """One row: counts the changes. Whoever writes locks it first, so that writers go one after the other."""

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class StorePlaceRow(Base):
    """How far the store's file is with its journal: one row (`registry/store_place.py`)."""

    __tablename__ = "store_place"

    journal_id: Mapped[str] = mapped_column(ExactText(36), primary_key=True)
    journal_offset: Mapped[int] = mapped_column(BigInteger)
    noted_at: Mapped[dt.datetime] = mapped_column(Instant)


class LoadLease(Base):
    """Who has a share of the games, and until when unless that is renewed (`registry/load_leases.py`)."""

    __tablename__ = "load_leases"

    share: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    shares: Mapped[int]
    epoch: Mapped[int] = mapped_column(BigInteger)
    holder: Mapped[str] = mapped_column(ExactText(HOLDER_LENGTH))
    process: Mapped[str] = mapped_column(ExactText(LEASE_PROCESS_LENGTH_MAX))
    address: Mapped[str] = mapped_column(ExactText(LEASE_ADDRESS_LENGTH_MAX))
    secret: Mapped[str] = mapped_column(ExactText(NAME_OF_SECRET_LENGTH_MAX))
    expires_at: Mapped[dt.datetime] = mapped_column(Instant)
