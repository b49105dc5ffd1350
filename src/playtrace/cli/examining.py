"""What `playtrace doctor` and `playtrace verify` look at: a data folder, or the server that runs on it."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server, stray_server_file
from playtrace.config import Settings
from playtrace.journal.file import journal_place
from playtrace.operate.findings import Ask, CannotAsk, Finding, OnProgress
from playtrace.operate.folder import (
    Depth,
    count_events,
    examine_files,
    examine_places,
    examine_registry,
    games_stored,
    is_begun,
    not_read,
    read_through,
    remembered_by,
    set_aside,
)
from playtrace.operate.remedies import SEE_LOSSES
from playtrace.operate.rows import judge_blocks, read_journal, suspect_blocks
from playtrace.store.duckdb import migrations


def examine(settings: Settings, depth: Depth, on_progress: OnProgress, *, is_named: bool) -> Iterator[Finding]:
    """The folder of these settings; `is_named` where somebody said which it is."""
    server = running_server(settings)
    if server is not None:
        yield from _ask_server(server, settings, depth, on_progress)
        return
    if (stray := stray_server_file(settings)) is not None:
        yield Finding("server", True, stray)
    yield from _disk(settings)
    if is_begun(settings):
        yield _port(settings)
        yield from examine_files(settings, depth, on_progress)
    elif is_named:
        there = "holds no data of playtrace" if settings.data.is_dir() else "is not there"
        yield Finding("data", not is_named or settings.data.is_dir(), f"{settings.data.absolute()} {there}")
    else:
        yield Finding("data", True, f"none yet in {settings.data.absolute()}")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(parent for parent in [settings.data.absolute(), *settings.data.absolute().parents] if parent.exists())
    usage = shutil.disk_usage(folder)
    reserve = settings.journal.disk_reserve_bytes(usage.total)
    free = f"{usage.free / 1e9:.1f} GB free; collecting pauses below {reserve / 1e9:.2f} GB"
    yield Finding("disk", usage.free > reserve, free)


def _port(settings: Settings) -> Finding:
    """Another server may have it, also of another folder: a start would then end."""
    if settings.port == 0:
        return Finding("port", True, "a free one is taken at the start")
    try:
        with socket.create_server((settings.host, settings.port), family=_family(settings.host)):
            return Finding("port", True, f"{settings.host}:{settings.port} is free")
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        return Finding("port", True, f"{where} cannot be had now ({error.strerror}): a start needs another, --port")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _ask_server(server: LocalServer, settings: Settings, depth: Depth, on_progress: OnProgress) -> Iterator[Finding]:
    try:
        health = server.get("/api/health")
    except ServerRefused as error:
        # Also what it says with 503.
        yield Finding("server", False, f"{server.url}: {error}")
        return
    yield Finding("server", health["status"] == "healthy", f"{server.url}: {health['message']}")
    yield _disk_of(health, settings)
    yield from _missing_files(settings)
    journal = health["journal"]
    if journal is not None:
        waiting = f"{journal['lagEvents']} events waiting for {journal['lagSeconds']:.1f} s"
        lost = (
            f"; {journal['damagedEvents']:,} are lost, or were set aside: {SEE_LOSSES}"
            if journal["damagedEvents"]
            else ""
        )
        is_good = journal["lagSeconds"] < 30 and not journal["damagedEvents"]
        yield Finding("journal", is_good, f"{waiting}, {journal['bytes'] / 1e6:.1f} MB{lost}")
    failing = [job for job in health["jobs"] if job["lastError"] is not None]
    found = "; ".join(f"{job['name']}: {job['lastError']}" for job in failing) or f"{len(health['jobs'])}, none failed"
    yield Finding("jobs", not failing, found)
    yield _backups(server)
    yield _alert_channels(server)
    yield _alert_rules(server)
    yield _reports(server)
    yield _mirrors(server)
    ask = asking_server(server)
    yield _schema(ask)
    yield from _files_of_server(ask, settings, depth, on_progress)
    yield examine_registry(settings, games_stored(ask))
    yield from set_aside(settings.data)


def asking_server(server: LocalServer) -> Ask:
    def ask(sql: str) -> list[list[Any]]:
        try:
            return server.post("/api/sql", {"sql": sql, "internal": True})["rows"]
        except ServerRefused as error:
            raise CannotAsk(str(error)) from error

    return ask


def _disk_of(health: dict[str, Any], settings: Settings) -> Finding:
    """As the server sees it, on the disk that it writes to."""
    disk = health["disk"]
    if disk is None:
        return Finding("disk", False, "the server cannot look at its data folder")
    reserve = settings.journal.disk_reserve_bytes(shutil.disk_usage(settings.data).total)
    free = f"{disk['freeBytes'] / 1e9:.1f} GB free, says the server; collecting pauses below {reserve / 1e9:.2f} GB"
    return Finding("disk", disk["freeBytes"] > reserve, free)


def _missing_files(settings: Settings) -> Iterator[Finding]:
    """A server goes on with a file that somebody deleted, until it ends."""
    for path in (settings.store_path, settings.journal_path):
        if not path.exists():
            yield Finding(
                path.stem,
                False,
                f"{path.name} is not in the folder any more, and the server has it open still: what it holds is lost"
                " when the server ends. Do not stop it: copy the file from /proc/PID/fd of the server first",
            )


def _backups(server: LocalServer) -> Finding:
    """Those that the server makes by itself."""
    try:
        scheduled = server.get("/api/backups")["scheduled"]
    except ServerRefused as error:
        return Finding("backups", False, str(error))
    if scheduled is None:
        return Finding("backups", True, "none are made by themselves: backup_directory says where they are put")
    last = "none yet" if scheduled["lastSuccess"] is None else f"the last one is of {scheduled['lastSuccess'][:16]}"
    said = f"in {scheduled['address']}, {last}"
    if scheduled["lastError"] is not None:
        return Finding("backups", False, f"{said}. It failed since, and is tried again: {scheduled['lastError']}")
    late = ", and the next one is long due" if scheduled["isOverdue"] else ""
    return Finding("backups", not late, said + late)


def _schema(ask: Ask) -> Finding:
    try:
        seen = ask("SELECT max(number) FROM schema_migrations")[0][0]
    except CannotAsk as error:
        return Finding("schema", False, str(error))
    return Finding("schema", seen == max(migrations()), f"migration {seen} of {max(migrations())}")


def _files_of_server(ask: Ask, settings: Settings, depth: Depth, on_progress: OnProgress) -> Iterator[Finding]:
    """What a server has open may be read beside it."""
    size = f"{settings.store_path.stat().st_size / 1e6:.1f} MB" if settings.store_path.exists() else "no file"
    try:
        yield count_events(ask, size)
    except CannotAsk as error:
        yield Finding("store", False, str(error))
    if sys.platform == "win32":
        yield Finding("store's blocks", True, "not compared: Windows gives the file to the server alone. Stop it first")
    elif depth.blocks and settings.store_path.exists():
        try:
            suspects = suspect_blocks(settings.store_path, on_progress)
            yield judge_blocks(suspects, ask, settings.store_path.stat().st_size)
        except OSError as error:
            yield Finding("store's blocks", False, f"cannot be read: {error}")
    elif settings.store_path.exists():
        yield not_read(settings)
    yield from read_through(ask, settings, depth, on_progress)
    if not settings.journal_path.exists():
        return
    try:
        remembered = remembered_by(settings)
        yield examine_places(journal_place(settings.journal_path), ask, remembered, is_running=True)
        if depth.blocks:
            yield read_journal(settings.journal_path, on_progress)
    except (OSError, sqlite3.Error) as error:
        yield Finding("journal's rows", False, f"cannot be read: {error}")


def _alert_channels(server: LocalServer) -> Finding:
    """One that fails may be repaired by itself; one that has failed for a day is not."""
    try:
        channels = server.get("/api/alerts/channels")["channels"]
    except ServerRefused as error:
        return Finding("alert channels", False, str(error))
    failing = [one for one in channels if one["enabled"] and one["delivery"]["failures"]]
    said = [
        f"{one['id']} has failed since {one['delivery']['failingSince'][:16]}: {one['delivery']['lastError']}"
        for one in failing
    ]
    is_good = not any(one["delivery"]["isDead"] for one in failing)
    return Finding("alert channels", is_good, "; ".join(said) or f"{len(channels)}, none fails")


def _alert_rules(server: LocalServer) -> Finding:
    """Whether every rule can be judged, and what it finds be told."""
    try:
        listed = server.get("/api/alerts/rules")
    except ServerRefused as error:
        return Finding("alert rules", False, str(error))
    failing = [f"{one['rule']['id']}: {one['lastError']}" for one in listed["rules"] if one["lastError"] is not None]
    said = "; ".join([listed["cannotJudge"]] if listed["cannotJudge"] else failing)
    return Finding("alert rules", not said, said or f"{len(listed['rules'])}, all can be judged")


def _reports(server: LocalServer) -> Finding:
    """Whether every scheduled report went out when it was due last."""
    try:
        listed = server.get("/api/reports")["reports"]
    except ServerRefused as error:
        return Finding("reports", False, str(error))
    failing = [f"{one['id']}: {one['lastError']}" for one in listed if one["enabled"] and one["lastError"] is not None]
    return Finding("reports", not failing, "; ".join(failing) or f"{len(listed)}, none failed")


def _mirrors(server: LocalServer) -> Finding:
    """One that fails is tried again, and somebody wants to know."""
    try:
        mirrors = server.get("/api/mirrors")["mirrors"]
    except ServerRefused as error:
        return Finding("mirrors", False, str(error))
    failing = [f"{one['id']}: {one['lastError']}" for one in mirrors if one["state"] == "failing"]
    lags = [f"{one['id']} is {one['lagSeconds']:.0f} s behind" for one in mirrors if one["state"] == "catching_up"]
    return Finding("mirrors", not failing, "; ".join(failing + lags) or f"{len(mirrors)}, none fails")
