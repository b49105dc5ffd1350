"""Backups that the settings ask for: when they are due, what becomes of one that fails, and who is told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from playtrace.config import Settings
from playtrace.journal.sqlite import Journal
from playtrace.operate.backup import Backups
from playtrace.operate.schedule import TRY_AGAIN, BackupSchedule
from playtrace.registry.alert_channels import ChannelDefinition
from playtrace.registry.registry import Registry
from playtrace.store.duckdb import Store


class Server:
    """What a schedule works with; time passes when the test says so."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "backups"
        self.settings = Settings(
            data=folder / "data",
            disk_free_bytes_min=0,
            backup={"directory": str(self.place), "every_hours": 24, "keep": 2},  # pyright: ignore[reportArgumentType]
        )
        self.now = dt.datetime.now(dt.UTC)
        self.registry = Registry.open(self.settings.registry_database)
        for name, games in (("ops", None), ("arena-team", ["arena"])):
            self.registry.games.add_missing(games or [])
            definition = ChannelDefinition(kind="webhook", target="https://hooks.example/x", game_ids=games)
            self.registry.alert_channels.put(name, definition)
        self.store = Store.open(self.settings.store_path, self.settings)
        self.journal = Journal.open(self.settings.journal_path, self.settings)
        self.schedule = self.begin()

    def begin(self) -> BackupSchedule:
        """As a start does."""
        backups = Backups(self.store, self.settings, clock=lambda: self.now)
        return BackupSchedule(backups, self.registry, self.settings, clock=lambda: self.now)

    def made(self) -> list[str]:
        folder = self.place / "backups"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def told(self, channel: str) -> list[tuple[str, str]]:
        rows = reversed(self.registry.alert_outbox.of_channel(channel, rows_max=10))
        return [(said["kind"], said["title"]) for said in (json.loads(row.message_json) for row in rows)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.journal.close()
    server.store.close()
    server.registry.close()


def test_they_are_made_when_they_are_due_and_a_failure_is_told_once(server: Server):
    server.schedule.work()
    (first,) = server.made()
    server.now += dt.timedelta(hours=23)
    server.begin().work()  # also after a start: the place says when the last one was
    assert server.made() == [first]
    for _ in range(2):
        server.now += dt.timedelta(hours=24)
        server.schedule.work()
    assert len(server.made()) == 2  # so many are kept
    assert first not in server.made()
    # A place that cannot be written: a file is in the way.
    kept = server.made()
    (server.place / "backups").rename(server.place / "aside")
    (server.place / "backups").write_text("")
    for _ in range(3):
        server.now += dt.timedelta(hours=24)
        server.schedule.work()
        assert server.schedule.error is not None
    assert server.schedule.is_overdue
    assert server.schedule.next_at == server.now + TRY_AGAIN
    assert server.told("ops") == [("opened", "A backup failed")]
    assert server.told("arena-team") == []
    (server.place / "backups").unlink()
    (server.place / "aside").rename(server.place / "backups")
    server.schedule.work()  # not yet
    assert server.made() == kept
    server.now += TRY_AGAIN
    server.schedule.work()
    assert (server.schedule.error, len(server.made()), server.made()[0]) == (None, 2, kept[1])
    assert server.told("ops")[1:] == [("resolved", "Backups are made again")]


def test_without_the_setting_none_are_made(server: Server):
    settings = server.settings.model_copy(update={"backup": Settings().backup})
    schedule = BackupSchedule(Backups(server.store, settings), server.registry, settings)
    schedule.work()
    assert (schedule.address, schedule.next_at, schedule.is_overdue, server.made()) == (None, None, False, [])
