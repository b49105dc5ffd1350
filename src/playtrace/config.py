"""Settings: read once at the start, then passed down.

Order of precedence: command-line flags, environment (`PLAYTRACE_*`), `playtrace.toml` in the current
folder, the defaults below. A value that does not fit stops the start and names its key.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

MEBIBYTE = 1024 * 1024
COLLECT_PROCESSES_USUAL_MAX = 4
"""Four take more events than one loader loads."""

TIME_SPAN = re.compile(r"(?P<number>\d+(?:\.\d+)?) *(?P<unit>[a-z]*)", re.IGNORECASE)
UNIT_SECONDS = {
    unit: seconds
    for units, seconds in (
        # A plain number is milliseconds, as it was where this setting comes from.
        (("", "ms", "millisecond", "milliseconds"), 0.001),
        (("s", "sec", "secs", "second", "seconds"), 1.0),
        (("m", "min", "mins", "minute", "minutes"), 60.0),
        (("h", "hr", "hrs", "hour", "hours"), 3600.0),
        (("d", "day", "days"), 86400.0),
    )
    for unit in units
}


def time_span_s(text: str) -> float:
    """Seconds of `1 hour`, `10 minutes`, `30s`. Raises `ValueError` for anything else, and for no time at all."""
    match = TIME_SPAN.fullmatch(text.strip())
    if match is not None:
        seconds = float(match["number"]) * UNIT_SECONDS.get(match["unit"].lower(), 0.0)
        if seconds > 0:
            return seconds
    raise ValueError(f"expected a time span such as `1 hour` or `10 minutes`, got {text!r}")


class Settings(BaseSettings):
    """Everything that can be configured, with its unit in its name."""

    model_config = SettingsConfigDict(env_prefix="PLAYTRACE_", toml_file="playtrace.toml", extra="forbid")

    data: Path = Field(default=Path("playtrace-data"), description="Folder that holds journal, store and registry.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str | None = Field(default=None, description="Address that people use, where a proxy stands in front.")
    open: bool = Field(default=False, description="No login, no keys, unknown games are created. Loopback only.")
    open_beyond_loopback: bool = Field(
        default=False, description="The second yes that an open server needs to listen beyond loopback."
    )
    collect_processes: int | None = Field(
        default=None,
        ge=0,
        le=64,
        description="Processes that only take events, beside the one that loads and answers; 0: one process does all."
        " More than one needs Linux. [on Linux with several cores one for each, at most 4; else 0]",
    )
    collect_memory_bytes_max: int | None = Field(
        default=None,
        ge=256 * MEBIBYTE,
        description="Memory beyond which a process that only takes events is ended and replaced; while requests that"
        " are on their way have a quarter of it, more get 503. [half of the machine's memory, divided among them]",
    )
    log_format: Literal["auto", "text", "json"] = Field(
        default="auto", description="auto: text on a terminal, else JSON."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity that is logged."
    )

    registry_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the registry; a SQLite file in the data folder unless set."
    )
    journal_bytes_max: int = Field(
        default=4096 * MEBIBYTE, ge=MEBIBYTE, description="Size of the journal beyond which collecting answers 503."
    )
    disk_free_bytes_min: int | None = Field(
        default=None,
        ge=0,
        description="Free disk space below which collecting answers 503. [a tenth of the disk, at most 512 MiB]",
    )
    store_memory_bytes: int = Field(
        default=768 * MEBIBYTE,
        ge=64 * MEBIBYTE,
        description="Memory that the store may use before it spills to disk.",
    )
    store_threads: int | None = Field(
        default=None, ge=1, description="Threads that the store may use; all cores unless set."
    )
    query_seconds_max: float = Field(default=30.0, gt=0, description="A query that runs longer is ended with an error.")
    query_concurrency: int = Field(default=4, ge=1, description="Queries that run at the same time; more of them wait.")
    load_interval_ms: int = Field(
        default=200, ge=10, description="Pause between two looks into the journal when it is quiet."
    )
    load_events_max: int = Field(
        default=122_880,
        ge=1000,
        description="Events in one load. The default is one row group of the store: written once.",
    )
    late_days_max: int = Field(default=30, ge=1, description="Events older than this when received are quarantined.")
    dedup_days: int = Field(
        default=30, ge=1, description="A re-sent event id counts once within these days of receipt."
    )
    session_timeout_minutes: int = Field(
        default=30, ge=1, description="Silence after which a player without session ids starts a new session."
    )
    settle_hours: int = Field(default=72, ge=0, description="A period is settled this long after its end.")
    requests_per_second_max: float = Field(
        default=0, ge=0, description="Sustained requests per second and client address; 0 is no limit."
    )
    request_seconds_max: float = Field(
        default=30.0, gt=0, description="Time in which a client must have sent its request."
    )
    trusted_proxies: list[str] = Field(
        default=[], description="Addresses or networks whose X-Forwarded-For and country headers are believed."
    )
    geoip_database: Path | None = Field(
        default=None,
        description="A MaxMind DB file (.mmdb) with countries, or with cities. Without one, a client's country is"
        " the one in which its block of addresses is registered.",
    )
    anonymous_salt: SecretStr = Field(
        default=SecretStr("playtrace"),
        description="Secret that anonymous ids are hashed with; a new one each year is good.",
    )

    # Names that first users already have in their environment.
    stats_secret: SecretStr | None = Field(
        default=None, validation_alias="STATS_SECRET", description="Opens /debug/* of the jwc.v1 protocol."
    )
    rate_limit_max: int = Field(
        default=2000, ge=1, validation_alias="RATE_LIMIT_MAX", description="jwc.v1: requests per client and window."
    )
    rate_limit_time_window: str = Field(
        default="1 hour",
        validation_alias="RATE_LIMIT_TIME_WINDOW",
        description="jwc.v1: the window, e.g. `1 hour`, `10 minutes`.",
    )

    @field_validator("rate_limit_time_window")
    @classmethod
    def _is_time_span(cls, text: str) -> str:
        time_span_s(text)
        return text

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("collect_processes")
    @classmethod
    def _is_possible_here(cls, count: int | None) -> int | None:
        if count is not None and count > 1 and sys.platform != "linux":
            raise ValueError("only Linux shares the connections of one port among processes; say 0 or 1")
        return count

    @property
    def rate_limit_window_s(self) -> float:
        return time_span_s(self.rate_limit_time_window)

    def collect_processes_here(self) -> int:
        """How many processes take events on this machine; 0 where one does all."""
        if self.collect_processes is not None:
            return self.collect_processes
        if sys.platform != "linux":
            return 0
        cores = len(os.sched_getaffinity(0))
        return min(cores, COLLECT_PROCESSES_USUAL_MAX) if cores > 1 else 0

    def collect_memory_bytes_here(self) -> int:
        """How much memory a process that takes events may have on this machine."""
        if self.collect_memory_bytes_max is not None:
            return self.collect_memory_bytes_max
        import psutil  # only here: commands start without it

        return psutil.virtual_memory().total // 2 // max(1, self.collect_processes_here())

    def disk_reserve_bytes(self, disk_bytes: int) -> int:
        """How much of a disk of this size is kept free."""
        if self.disk_free_bytes_min is not None:
            return self.disk_free_bytes_min
        return min(512 * MEBIBYTE, disk_bytes // 10)

    @property
    def journal_path(self) -> Path:
        return self.data / "journal.sqlite"

    @property
    def store_path(self) -> Path:
        return self.data / "store.duckdb"

    @property
    def registry_database(self) -> str:
        return self.registry_url or f"sqlite:///{(self.data / 'registry.sqlite').as_posix()}"
