"""Backups that the settings ask for: made when they are due, told to the channels of alerts when one fails."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from playtrace.alerts.message import Message, MessageField, escaped
from playtrace.config import Settings
from playtrace.operate.backup import BackupFailed, BackupRuns, Backups
from playtrace.operate.manifest import Manifest
from playtrace.operate.places import shown
from playtrace.registry.alert_channels import takes
from playtrace.registry.registry import Registry

log = logging.getLogger("playtrace.operate")

LOOK_S = 60.0
TRY_AGAIN = dt.timedelta(minutes=15)
"""One that failed is tried again after so long."""
OVERDUE = 2
"""Health says so when the last one is older than so many times its period."""


class BackupSchedule:
    """`work` is to be called again and again, by one thread."""

    def __init__(
        self,
        backups: Backups,
        registry: Registry,
        settings: Settings,
        *,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._backups = backups
        self._registry = registry
        self._settings = settings.backup
        self._clock = clock
        self._started = clock()
        self._has_looked = False
        self._try_after: dt.datetime | None = None
        self.latest: Manifest | None = None
        """The latest one that is finished, as far as is known."""
        self.error: str | None = None
        """Why there is no later one."""
        self.failed_at: dt.datetime | None = None
        """When one failed last, since the start."""

    @property
    def address(self) -> str | None:
        """Where they go, without a secret; None where none are asked for."""
        return None if self._settings.directory is None else shown(self._settings.directory)

    @property
    def next_at(self) -> dt.datetime | None:
        """When the next one is due."""
        if self._settings.directory is None or not self._has_looked:
            return None
        due = self._started if self.latest is None else self.latest.began_at + self._period
        return due if self._try_after is None else max(due, self._try_after)

    @property
    def is_overdue(self) -> bool:
        if self._settings.directory is None:
            return False
        last = self._started if self.latest is None else self.latest.began_at
        return self._clock() - last > OVERDUE * self._period

    @property
    def _period(self) -> dt.timedelta:
        return dt.timedelta(hours=self._settings.every_hours)

    def work(self) -> None:
        """Make the one that is due. One that fails is told, and tried again later."""
        directory = self._settings.directory
        now = self._clock()
        if directory is None or (self._try_after is not None and now < self._try_after):
            return
        try:
            if not self._has_looked:
                found, _ = self._backups.found(directory)
                self.latest = found[-1] if found else None
                self._has_looked = True
            if self.latest is not None and now < self.latest.began_at + self._period:
                return
            made = self._backups.make(directory, keep=self._settings.keep)
        except BackupRuns:
            return  # somebody's own; this one has its turn then
        except BackupFailed as failed:
            self._failed(str(failed), now)
            return
        self.latest = made
        if made.damaged_blocks:
            self._failed(
                f"{len(made.damaged_blocks)} blocks of the store are damaged, and so they are in this backup; none was"
                " removed for it. `playtrace verify` says what cannot be read",
                now,
            )
        else:
            self._works(made, now)

    def _failed(self, error: str, now: dt.datetime) -> None:
        is_new = self.error is None
        self.error, self._try_after, self.failed_at = error, now + TRY_AGAIN, now
        if is_new:
            last = "none yet" if self.latest is None else f"{self.latest.began_at:%Y-%m-%d %H:%M} UTC"
            self._tell(
                Message(
                    kind="opened",
                    severity="critical",
                    title="A backup failed",
                    text=f"{escaped(error)}\\.\n\nIt is tried again every {TRY_AGAIN.seconds // 60} minutes\\.",
                    fields=(MessageField("Place", self.address or ""), MessageField("Last whole backup", last)),
                    at=now,
                )
            )

    def _works(self, made: Manifest, now: dt.datetime) -> None:
        was_failing = self.error is not None
        self.error = self._try_after = None
        if was_failing:
            self._tell(
                Message(
                    kind="resolved",
                    severity="critical",
                    title="Backups are made again",
                    text=f"Backup {escaped(made.id)} is finished\\.",
                    fields=(MessageField("Place", self.address or ""),),
                    at=now,
                )
            )

    def _tell(self, message: Message) -> None:
        """All channels that are for no game in particular."""
        channels = [
            channel.id
            for channel in self._registry.alert_channels.all()
            if takes(channel, game_id=None, severity=message.severity)
        ]
        if channels:
            self._registry.alert_outbox.put(channels, message.to_json(), is_urgent=message.is_urgent)
