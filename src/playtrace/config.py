"""Settings: read once at the start, then passed down; a model for each room.

Order of precedence: command-line flags, environment (`PLAYTRACE_*`, or the file that `PLAYTRACE_*_FILE` names),
`playtrace.toml` in the current folder, the defaults below. A value that does not fit stops the start and names its key.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, cast, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    create_model,
    field_validator,
    model_validator,
)

from playtrace.board_rules import BoardRule
from playtrace.broker_url import broker_url
from playtrace.clickhouse_url import clickhouse_url
from playtrace.halves import halves
from playtrace.room_settings import Known, RoomSettings, Setting, settings_of
from playtrace.shares import ALL, Share

MEBIBYTE = 1024 * 1024
PEBIBYTE = 1024**5
"""More than any machine of this kind has: who writes so much has written too many zeros."""
ROLES = ("collect", "load", "ask")
WEBHOOK_URL_LENGTH_MAX = 2_000
SHARES_MAX = 256
DAYS_MAX = 36_600
"""A hundred years."""
COLLECT_PROCESSES_USUAL_MAX = 4
"""Four take more events than one loader loads."""
FILE = Path("playtrace.toml")
ISSUER = r"(https://[^\s/?#]+|http://(localhost|127\.0\.0\.1)(:\d+)?)(/[^\s?#]*)?"
"""The address of an identity provider."""
LOCAL_FILE = "server.json"
"""In the data folder, while a server runs: where it listens, and a token with which whoever may read the data
folder may ask it."""

IN_A_FILE = "_FILE"
"""Behind a variable's name: the file that has the value. So a secret is in no environment, which many can read."""
FILE_BYTES_MAX = 64 * 1024

S = TypeVar("S", bound=RoomSettings)


class SettingUnreadable(ValueError):
    """What stands in the environment is not written as a setting of its kind is."""


class CollectSettings(RoomSettings):
    processes: int | None = Field(
        default=None,
        ge=0,
        le=64,
        description="Processes that only take events, beside the one that loads and answers; 0: one process does all."
        " More than one needs Linux. [on Linux with several cores one for each, at most 4; else 0]",
    )
    memory_bytes_max: int | None = Field(
        default=None,
        ge=256 * MEBIBYTE,
        le=PEBIBYTE,
        description="Memory beyond which a process that only takes events is ended and replaced; while requests that"
        " are on their way have a quarter of it, more get 503. [half of the machine's memory, divided among them]",
    )
    requests_per_second_max: Annotated[float, Known("requests_per_second_max")] = Field(
        default=0, ge=0, le=1_000_000, description="Sustained requests per second and client address; 0 is no limit."
    )
    request_seconds_max: Annotated[float, Known("request_seconds_max")] = Field(
        default=30.0, gt=0, le=3_600, description="Time in which a client must have sent its request."
    )
    trusted_proxies: Annotated[list[str], Known("trusted_proxies")] = Field(
        default=[], description="Addresses or networks whose X-Forwarded-For and country headers are believed."
    )
    geoip_database: Annotated[Path | None, Known("geoip_database")] = Field(
        default=None,
        description="A MaxMind DB file (.mmdb) with countries, or with cities. Without one, a client's country is"
        " the one in which its block of addresses is registered.",
    )

    @field_validator("processes")
    @classmethod
    def _is_possible_here(cls, count: int | None) -> int | None:
        if count is not None and count > 1 and sys.platform != "linux":
            raise ValueError("only Linux shares the connections of one port among processes; say 0 or 1")
        return count

    def processes_here(self) -> int:
        """How many processes take events on this machine; 0 where one does all."""
        if self.processes is not None:
            return self.processes
        if sys.platform != "linux":
            return 0
        cores = len(os.sched_getaffinity(0))
        return min(cores, COLLECT_PROCESSES_USUAL_MAX) if cores > 1 else 0

    def memory_bytes_here(self) -> int:
        """How much memory a process that takes events may have on this machine."""
        if self.memory_bytes_max is not None:
            return self.memory_bytes_max
        import psutil  # only here: commands start without it

        return psutil.virtual_memory().total // 2 // max(1, self.processes_here())


class LogSettings(RoomSettings):
    format: Literal["auto", "text", "json"] = Field(default="auto", description="auto: text on a terminal, else JSON.")
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity that is logged."
    )


class RegistrySettings(RoomSettings):
    url: str | None = Field(
        default=None, description="SQLAlchemy URL of the registry; a SQLite file in the data folder unless set."
    )


class JournalSettings(RoomSettings):
    url: SecretStr | None = Field(
        default=None,
        description="Where what was taken waits to be loaded: sqlite: is a file in the data folder;"
        " kafka://host:9092/topic, nats://host:4222/stream and kinesis://stream are brokers, which collectors on other"
        " machines can reach too. [sqlite:]",
    )
    bytes_max: int = Field(
        default=4096 * MEBIBYTE,
        ge=MEBIBYTE,
        le=PEBIBYTE,
        description="Size of the journal beyond which collecting answers 503.",
    )
    disk_free_bytes_min: Annotated[int | None, Known("disk_free_bytes_min")] = Field(
        default=None,
        ge=0,
        le=PEBIBYTE,
        description="Free disk space below which collecting answers 503. [a tenth of the disk, at most 512 MiB]",
    )

    @field_validator("url")
    @classmethod
    def _is_journal(cls, url: SecretStr | None) -> SecretStr | None:
        text = "" if url is None else url.get_secret_value().strip()
        if text in ("", "sqlite:"):
            return None
        broker_url(text)  # quotes nothing of it: there may be a password in it
        return SecretStr(text)

    def disk_reserve_bytes(self, disk_bytes: int) -> int:
        """How much of a disk of this size is kept free."""
        if self.disk_free_bytes_min is not None:
            return self.disk_free_bytes_min
        return min(512 * MEBIBYTE, disk_bytes // 10)


class StoreSettings(RoomSettings):
    url: SecretStr | None = Field(
        default=None,
        description="Where metrics are asked: duckdb: is the file in the data folder;"
        " clickhouse://user:password@host:8123/database is a ClickHouse, which gets all that is loaded. Needs"
        " playtrace[clickhouse]. [duckdb:]",
    )
    memory_bytes: int = Field(
        default=512 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        le=PEBIBYTE,
        description="Memory that the store may use before it spills to disk.",
    )
    spill_bytes_max: int = Field(
        default=16 * 1024 * MEBIBYTE,
        ge=MEBIBYTE,
        le=PEBIBYTE,
        description="Disk that the store may spill to. A question for which this is not enough is ended with an error.",
    )
    threads: int | None = Field(
        default=None, ge=1, le=1_024, description="Threads that the store may use; all cores unless set."
    )
    query_seconds_max: Annotated[float, Known("query_seconds_max")] = Field(
        default=30.0, gt=0, le=86_400, description="A query that runs longer is ended with an error."
    )
    query_concurrency: Annotated[int, Known("query_concurrency")] = Field(
        default=4,
        ge=1,
        le=1_024,
        description="Questions that are answered at the same time; more of them wait, or get 503.",
    )

    @field_validator("url")
    @classmethod
    def _is_store(cls, url: SecretStr | None) -> SecretStr | None:
        text = "" if url is None else url.get_secret_value().strip()
        if text in ("", "duckdb:"):
            return None
        clickhouse_url(text)  # quotes nothing of a password
        return SecretStr(text)


class SqlSettings(RoomSettings):
    """Of statements that people type."""

    concurrency: int = Field(
        default=2,
        ge=1,
        le=1_024,
        description="Statements of people that run at the same time, each in a process of its own.",
    )
    memory_bytes: int = Field(
        default=256 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        le=PEBIBYTE,
        description="Memory that a statement of a person may use before it spills to disk; it is ended when it takes"
        " twice as much.",
    )


class LoadSettings(RoomSettings):
    interval_ms: int = Field(
        default=200, ge=10, le=60_000, description="Pause between two looks into the journal when it is quiet."
    )
    events_max: int = Field(
        default=122_880,
        ge=1000,
        le=10_000_000,
        description="Events in one load. The default is one row group of the store: written once.",
    )
    late_days_max: Annotated[int, Known("late_days_max")] = Field(
        default=30, ge=1, le=DAYS_MAX, description="Events older than this when received are quarantined."
    )
    dedup_days: Annotated[int, Known("dedup_days")] = Field(
        default=30, ge=1, le=DAYS_MAX, description="A re-sent event id counts once within these days of receipt."
    )
    shares: int = Field(
        default=1,
        ge=1,
        le=SHARES_MAX,
        description="In how many shares the games are dealt out among servers with the role load, each share with a"
        " folder of its own. The same number for all servers of a cluster, and from its beginning.",
    )
    address: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^(\[[0-9A-Fa-f:]+\]|[^\s/:\[\]]+):[0-9]{1,5}$",
        description="host:port at which servers with the role ask reach this one, whose role is load. [the host that it"
        " listens on, or the machine's name where it listens on all, and its port]",
    )


class RulesSettings(RoomSettings):
    """What decides about figures, wherever they are made."""

    session_timeout_minutes: Annotated[int, Known("session_timeout_minutes")] = Field(
        default=30, ge=1, le=1_440, description="Silence after which a player without session ids starts a new session."
    )
    settle_hours: Annotated[int, Known("settle_hours")] = Field(
        default=72, ge=0, le=24 * 366, description="A period is settled this long after its end."
    )
    rate_carry_days: Annotated[int, Known("rate_carry_days")] = Field(
        default=0,
        ge=0,
        le=31,
        description="A day without an exchange rate has the latest one of so many days before it: 3 for rates that are"
        " not published on weekends. 0: payments of such a day are not converted.",
    )

    leaderboards: Annotated[list[str], Known("leaderboards")] = Field(
        default=["*=best:desc"],
        max_length=1_000,
        description="What counts on the boards of GET /api/leaderboards, as board=take:direction: take is best, last or"
        " sum, direction desc or asc; the board * is all that are not named.",
    )

    @field_validator("leaderboards")
    @classmethod
    def _are_rules(cls, boards: list[str]) -> list[str]:
        for board in boards:
            BoardRule.read(board)
        return boards


class AlertSettings(RoomSettings):
    """Who is told when figures are not as they should be. Two have names that first users have in their environment."""

    discord_webhook_url: Annotated[SecretStr | None, Known("DISCORD_WEBHOOK_URL", has_prefix=False)] = Field(
        default=None,
        description="Address of a Discord webhook: makes the alert channel `discord`, which follows this setting.",
    )
    discord_alert_threshold: Annotated[int, Known("DISCORD_ALERT_THRESHOLD", has_prefix=False)] = Field(
        default=10,
        ge=1,
        le=1_000_000_000,
        description="More crashes than this in an hour may be a crash spike, on whatever channels it is told.",
    )
    allow_private_targets: Annotated[bool, Known("alert_allow_private_targets")] = Field(
        default=False,
        description="Alerts may also be sent to private, loopback and link-local addresses: to a service in your own"
        " network. Without it an admin of playtrace cannot make the server call what only the server can reach.",
    )

    @field_validator("discord_webhook_url")
    @classmethod
    def _is_address(cls, url: SecretStr | None) -> SecretStr | None:
        text = "" if url is None else url.get_secret_value().strip()
        if not text:
            # How containers say that there is none.
            return None
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text) or len(text) > WEBHOOK_URL_LENGTH_MAX:
            # Nothing of it is quoted: whoever has it can write to the channel.
            raise ValueError("expected the address of a webhook, such as https://discord.com/api/webhooks/…")
        return SecretStr(text)


class MirrorSettings(RoomSettings):
    """Databases that get what the store has, by the names that studios have in their environment: each makes a mirror,
    which follows this setting. And what is said of mirrors that there are."""

    database_url: Annotated[SecretStr | None, Known("DATABASE_URL", has_prefix=False)] = Field(
        default=None,
        description="Address of a PostgreSQL, MySQL or MongoDB database: makes the mirror `postgresql`, `mysql` or"
        " `mongodb`. Addresses of other databases are left to the programs that they are for.",
    )
    pg_url: Annotated[SecretStr | None, Known("PG_URL", has_prefix=False)] = Field(
        default=None, description="Address of a PostgreSQL database: makes the mirror `postgresql`."
    )
    pg_ssl: Annotated[str | None, Known("PG_SSL", has_prefix=False)] = Field(
        default=None,
        pattern="(?i)^(true|false|1|0|yes|no|on|off|disable|allow|prefer|require|verify-ca|verify-full)$",
        description="Whether the mirror `postgresql` needs TLS: true, false, or a word of libpq's `sslmode`; what"
        " the address says goes first.",
    )
    mysql_host: Annotated[str | None, Known("MYSQL_HOST", has_prefix=False)] = Field(
        default=None, description="Host of a MySQL or MariaDB server: makes the mirror `mysql`."
    )
    mysql_port: Annotated[int, Known("MYSQL_PORT", has_prefix=False)] = Field(
        default=3306, ge=1, le=65535, description="Its port."
    )
    mysql_user: Annotated[str, Known("MYSQL_USER", has_prefix=False)] = Field(
        default="root", description="Who the mirror signs in as."
    )
    mysql_password: Annotated[SecretStr | None, Known("MYSQL_PASSWORD", has_prefix=False)] = Field(
        default=None, description="With which password."
    )
    mysql_database: Annotated[str, Known("MYSQL_DATABASE", has_prefix=False)] = Field(
        default="playtrace", description="Into which database it writes."
    )
    mongo_uri: Annotated[SecretStr | None, Known("MONGO_URI", has_prefix=False)] = Field(
        default=None, description="Address of a MongoDB database: makes the mirror `mongodb`."
    )
    lake_url: Annotated[str | None, Known("lake_url")] = Field(
        default=None,
        max_length=2_000,
        description="Where a lake of all events is kept, as tables of Apache Iceberg: a folder, file:///folder or"
        " s3://bucket/path. Makes the mirror `lake`.",
    )
    lake_catalog: Annotated[SecretStr | None, Known("lake_catalog")] = Field(
        default=None,
        description="The catalog that knows its tables: `glue`, or the address of a database as SQLAlchemy has it."
        " Unset: a file beside them or, where they are in a bucket, in the data folder.",
    )
    lake_days: Annotated[int | None, Known("lake_days")] = Field(
        default=None, ge=1, le=36_500, description="Days that the lake keeps, by the time of events. Unset: all."
    )
    refresh_minutes: Annotated[int, Known("mirror_refresh_minutes")] = Field(
        default=5,
        ge=0,
        le=1_440,
        description="A mirror in PostgreSQL brings its reports and its warehouse up to date so often, while something"
        " is written; less often where that takes long. 0: not, `playtrace gamedb refresh` does.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object, info: ValidationInfo) -> object:
        """How containers say that there is none."""
        if value == "" and info.field_name is not None:
            return cls.model_fields[info.field_name].default
        return value


class BackupSettings(RoomSettings):
    """Of backups that the server makes by itself."""

    directory: str | None = Field(
        default=None,
        max_length=2_000,
        description="Where the server puts backups by itself: a folder on another disk, or s3://bucket/path. Unset:"
        " it makes none.",
    )
    every_hours: float = Field(
        default=24, ge=0.25, le=24 * 366, description="How long after one began the next one does."
    )
    keep: int = Field(default=14, ge=1, le=10_000, description="How many are kept there; older ones are removed.")

    @field_validator("directory")
    @classmethod
    def _is_whole(cls, directory: str | None) -> str | None:
        # An empty one is how containers say that there is none.
        if directory is None or not directory.strip():
            return None
        if "://" in directory:
            if not re.fullmatch(r"s3://[^/]\S*", directory):
                raise ValueError("expected a folder, or s3://bucket/path")
            return directory
        return str(Path(directory).absolute())


class EraseSettings(RoomSettings):
    """Of players who are erased."""

    gather_minutes: float = Field(
        default=10.0,
        ge=0,
        le=10_080,
        description="So long after players were erased the store's file and the journal's are written anew, for all"
        " that were erased until then: nothing of them is on the disk any more.",
    )


class MetricsSettings(RoomSettings):
    """Of `GET /metrics`, which tells Prometheus how the server fares."""

    without_token: Literal["loopback", "nobody", "anybody"] = Field(
        default="loopback",
        description="Who may read /metrics without a read token for all games: loopback is who calls from this machine"
        " without a proxy between.",
    )


class OidcSettings(RoomSettings):
    """Of an identity provider by which people may sign in (OpenID Connect)."""

    issuer: str | None = Field(
        default=None,
        max_length=2_000,
        description="Address of an identity provider, as it calls itself, such as https://login.example/realms/studio:"
        " people may sign in with it. Needs playtrace[oidc]. Unset: with passwords alone.",
    )
    client_id: str = Field(default="playtrace", max_length=500, description="What the provider calls this server.")
    client_secret: SecretStr | None = Field(
        default=None, description="With which secret this server asks it; unset for a public client."
    )
    name: str = Field(
        default="single sign-on", min_length=1, max_length=60, description="Of the provider, on the button."
    )
    scope: str = Field(
        default="openid email profile", max_length=500, description="What is asked for; groups may need one more."
    )
    groups_claim: str = Field(
        default="groups",
        max_length=200,
        description="Where the provider tells somebody's groups; dots lead into it, as in realm_access.roles.",
    )
    roles: list[str] = Field(
        default=[],
        description="What groups may do: group=role, or group=role:game,game; the group * is everybody there. Who is in"
        " none of them is refused.",
    )
    login_hours: float = Field(
        default=24, ge=0.1, le=24 * 30, description="After so long the provider is asked again who somebody is."
    )

    @field_validator("issuer", "client_secret", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        """How containers say that there is none."""
        return None if value == "" else value

    @field_validator("issuer")
    @classmethod
    def _is_address(cls, issuer: str | None) -> str | None:
        # Without TLS whoever is between could say who somebody is.
        if issuer is not None and not re.fullmatch(ISSUER, issuer):
            raise ValueError("expected an address such as https://login.example/realms/studio")
        return issuer

    @field_validator("scope")
    @classmethod
    def _has_openid(cls, scope: str) -> str:
        if "openid" not in scope.split():
            raise ValueError("expected openid among them")
        return scope


class TracingSettings(RoomSettings):
    """Of traces for OpenTelemetry."""

    endpoint: str | None = Field(
        default=None,
        max_length=2_000,
        description="Address of a receiver of OTLP over HTTP, such as http://127.0.0.1:4318, which gets traces of"
        " requests, questions and loads. Needs playtrace[otel]. Unset: none are made.",
    )
    share: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Of the requests and loads of which traces are made: 0.01 is every hundredth.",
    )

    @field_validator("endpoint")
    @classmethod
    def _is_address(cls, endpoint: str | None) -> str | None:
        # An empty one is how containers say that there is none.
        if endpoint is None or not endpoint.strip():
            return None
        if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", endpoint):
            raise ValueError("expected an address such as http://127.0.0.1:4318")
        return endpoint


class AwsSettings(RoomSettings):
    """Of what runs on AWS without a server, and of what a server does for it. Credentials, region and endpoints are
    said as for every program that speaks to AWS."""

    keys_url: str | None = Field(
        default=None,
        max_length=1_100,
        pattern=r"^s3://[^/\s]+/\S+$",
        description="Where a server publishes what it knows of games and keys, as s3://bucket/keys.json, and the"
        " function that takes events reads it. Unset: nowhere.",
    )
    keys_seconds: float = Field(
        default=30.0, ge=1, le=86_400, description="How old what the function knows of keys may be."
    )
    stats_table: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.-]{3,255}$",
        description="The table of DynamoDB in which player stats and leaderboards are kept: a function writes them, and"
        " GET /api/leaderboards and GET /api/players answer from it. Unset: they answer from the store.",
    )
    dead_letters_url: str | None = Field(
        default=None,
        max_length=2_000,
        pattern=r"^https?://\S+$",
        description="The queue of SQS that gets records which the function of the stream cannot read or count.",
    )
    report_server: str | None = Field(
        default=None,
        max_length=2_000,
        pattern=r"^https?://[^\s/?#]+$",
        description="Address of the server whose reports the function of reports sends.",
    )
    report_games: list[str] = Field(default=[], max_length=1_000, description="Of which games it sends them.")
    report_time_zone: str = Field(
        default="UTC", max_length=64, description="In which the day before the one on which it is called is reported."
    )
    report_token_secret: str | None = Field(
        default=None, max_length=2_000, description="The secret in Secrets Manager with a read token for them."
    )
    report_bucket: str | None = Field(
        default=None, max_length=63, description="The bucket in which it keeps what it sent, and sees what was sent."
    )
    report_topic: str | None = Field(
        default=None, max_length=2_000, description="The topic of SNS whose subscribers get them."
    )

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        """How templates say that there is none."""
        return None if value == "" else value


if TYPE_CHECKING:
    ProtocolSettings = RoomSettings
else:
    # A protocol keeps its settings beside itself: `SETTINGS` in `protocols/NAME/settings.py`.
    ProtocolSettings = create_model(
        "ProtocolSettings",
        __base__=RoomSettings,
        __module__=__name__,
        **{name: (module.SETTINGS, module.SETTINGS()) for name, module in halves("settings").items()},
    )


class Settings(BaseModel):
    """Everything that can be configured. It knows each by its place in here, and by the name that people know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Field(default=Path("playtrace-data"), description="Folder that holds journal, store and registry.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    keep_alive_seconds: float = Field(
        default=180.0,
        ge=1,
        le=86_400,
        description="A connection on which nothing is asked for so long is closed. Longer than a proxy in front keeps"
        " its own: else it sends a request into one that just ends, and tells its client 502.",
    )
    public_url: str | None = Field(default=None, description="Address that people use, where a proxy stands in front.")
    role: str = Field(
        default="all",
        description="What this process does: all, or of collect (take events), load (bring them into the store) and ask"
        " (answer questions) those that are named, with commas. Needs a broker as the journal.",
    )
    open: bool = Field(default=False, description="No login, no keys, unknown games are created. Loopback only.")
    open_beyond_loopback: bool = Field(
        default=False, description="The second yes that an open server needs to listen beyond loopback."
    )
    admin_second_factor: bool = Field(
        default=False,
        description="Admins, of a game or of all, who have a password must have a second factor: who has none is led to"
        " set one up after signing in, and can do nothing else before.",
    )
    allowed_origins: list[str] = Field(
        default=[],
        description="Origins, such as https://game.example, whose pages may send to an open server, beside its own and"
        " those of this machine; `*` is any. With keys they are not asked for.",
    )

    collect: CollectSettings = CollectSettings()
    log: LogSettings = LogSettings()
    registry: RegistrySettings = RegistrySettings()
    journal: JournalSettings = JournalSettings()
    store: StoreSettings = StoreSettings()
    sql: SqlSettings = SqlSettings()
    load: LoadSettings = LoadSettings()
    rules: RulesSettings = RulesSettings()
    alerts: AlertSettings = AlertSettings()
    mirrors: MirrorSettings = MirrorSettings()
    backup: BackupSettings = BackupSettings()
    erase: EraseSettings = EraseSettings()
    metrics: MetricsSettings = MetricsSettings()
    oidc: OidcSettings = OidcSettings()
    tracing: TracingSettings = TracingSettings()
    aws: AwsSettings = AwsSettings()
    protocols: ProtocolSettings = ProtocolSettings()

    @classmethod
    def read(cls, **options: Any) -> Settings:
        """Of the environment and the file in the current folder, with these on top, by the names that people know.

        Raises `ValidationError`, `SettingUnreadable`, and `TOMLDecodeError`.
        """
        in_file = tomllib.loads(FILE.read_text("utf-8")) if FILE.is_file() else {}
        return cls.model_validate(_laid_over(_placed(in_file), _laid_over(_in_environment(), _placed(options))))

    @field_validator("role")
    @classmethod
    def _is_known(cls, role: str) -> str:
        named = [name.strip() for name in role.split(",")]
        if not set(named) <= {"all", *ROLES}:
            raise ValueError(f"expected all, or some of {', '.join(ROLES)} with commas between")
        return ",".join(named)

    @property
    def roles(self) -> frozenset[str]:
        """Some of `ROLES`."""
        named = self.role.split(",")
        return frozenset(ROLES if "all" in named else named)

    @model_validator(mode="before")
    @classmethod
    def _place(cls, values: Any) -> Any:
        return _placed(cast("dict[str, Any]", values)) if isinstance(values, dict) else values

    def of_protocol(self, kind: type[S]) -> S:
        """The settings that a protocol has beside itself."""
        return next(value for _, value in self.protocols if isinstance(value, kind))

    @property
    def data_identity(self) -> str:
        """Tells the data folder from every copy of it, under whatever name it is reached. Raises `OSError`."""
        folder = self.data.stat()
        return f"{folder.st_dev}:{folder.st_ino}"

    @property
    def journal_path(self) -> Path:
        return self.data / "journal.sqlite"

    @property
    def keys_path(self) -> Path:
        """Where a process that only takes events keeps what it knows of keys."""
        return self.data / "keys.json"

    @property
    def store_path(self) -> Path:
        return self.data / "store.duckdb"

    def share_path(self, number: int) -> Path:
        """The folder of a share of the games, where several servers load."""
        return self.data / f"share-{number}"

    @property
    def share(self) -> Share:
        """Of the games whose store is in the data folder. Raises `ValueError` where they are dealt out in shares, and
        this is the folder of none."""
        if self.load.shares == 1:
            return ALL
        named = re.fullmatch(r"share-(\d{1,3})", self.data.name)
        if named is None or int(named[1]) >= self.load.shares:
            raise ValueError(
                f"With load_shares={self.load.shares} name the folder of a share, such as --data"
                f" {self.share_path(0).as_posix()}."
            )
        return Share(int(named[1]), self.load.shares)

    @property
    def registry_path(self) -> Path:
        """Where it is unless `registry_url` says otherwise."""
        return self.data / "registry.sqlite"

    @property
    def registry_database(self) -> str:
        return self.registry.url or f"sqlite:///{self.registry_path.as_posix()}"


@cache
def known_settings() -> tuple[Setting, ...]:
    """All there are, in the order of the documentation."""
    return tuple(settings_of(Settings))


def name_of(place: tuple[str | int, ...]) -> str:
    """What people call what stands at this place of `Settings`."""
    for setting in known_settings():
        if place[: len(setting.path)] == setting.path:
            return ".".join((setting.name, *map(str, place[len(setting.path) :])))
    return ".".join(map(str, place))


def _in_environment() -> dict[str, Any]:
    # Windows knows them in capitals only.
    environment = {name.upper(): text for name, text in os.environ.items()}
    given: dict[str, Any] = {}
    for setting in known_settings():
        if (text := _said(setting, environment)) is not None:
            given[setting.name] = _list_of(setting, text) if get_origin(setting.field.annotation) is list else text
    return _placed(given)


def _said(setting: Setting, environment: Mapping[str, str]) -> str | None:
    """What the environment says of it, itself or by a file."""
    text, named = environment.get(setting.variable), environment.get(setting.variable + IN_A_FILE)
    if not named:
        return text
    if text is not None:
        raise SettingUnreadable(
            f"{setting.variable} is given, and {setting.variable}{IN_A_FILE} too. Give one of them."
        )
    try:
        with Path(named).open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
        if len(content) > FILE_BYTES_MAX:
            raise ValueError(f"it has more than {FILE_BYTES_MAX} bytes")
        # An editor ends the last line; a secret does not.
        return content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, ValueError) as error:
        # What is wrong with its bytes would quote them.
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        raise SettingUnreadable(f"{setting.variable}{IN_A_FILE} names {named}, which cannot be read: {why}.") from None


def _list_of(setting: Setting, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise SettingUnreadable(
            f'{setting.variable} cannot be read: {error}. A list is written as JSON, such as ["127.0.0.1"].'
        ) from error


def _placed(values: Mapping[str, Any]) -> dict[str, Any]:
    """With every setting that stands under its name at its place; the rest as it is."""
    placed = dict(values)
    for setting in known_settings():
        if len(setting.path) > 1 and setting.name in placed:
            value = placed.pop(setting.name)
            for room in reversed(setting.path):
                value = {room: value}
            placed = _laid_over(placed, cast("dict[str, Any]", value))
    return placed


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, tables merged; `above` counts where both have a value."""
    merged = dict(below)
    for key, value in above.items():
        there = merged.get(key)
        if isinstance(there, BaseModel):
            there = there.model_dump(exclude_unset=True)
        both = isinstance(there, Mapping) and isinstance(value, Mapping)
        merged[key] = _laid_over(cast("Mapping[str, Any]", there), cast("Mapping[str, Any]", value)) if both else value
    return merged
