"""What the server takes of the machine: memory, descriptors, time, and disk."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

import psutil
from msgspec import Struct
from prometheus_client.core import Metric

from playtrace.api.health import store_bytes
from playtrace.api.scrape.families import counters, gauge, gauges
from playtrace.api.state import State


class Taken(Struct, frozen=True):
    """By one process."""

    memory_bytes: int
    descriptors: int
    threads: int
    cpu_s: float
    began_at: float


def families(state: State) -> Iterator[Metric]:
    taken = {name: found for name, pid in _pids(state).items() if (found := _taken(pid)) is not None}
    labels = ("process",)
    yield gauges(
        "playtrace_process_resident_memory_bytes",
        "Resident memory by process: main, those that collect, and those that run SQL of people.",
        labels,
        (((name,), one.memory_bytes) for name, one in taken.items()),
    )
    yield gauges(
        "playtrace_process_open_descriptors",
        "Open file descriptors by process; handles on Windows.",
        labels,
        (((name,), one.descriptors) for name, one in taken.items()),
    )
    yield gauges(
        "playtrace_process_threads",
        "Threads by process.",
        labels,
        (((name,), one.threads) for name, one in taken.items()),
    )
    yield counters(
        "playtrace_process_cpu_seconds",
        "Time of processors by process.",
        labels,
        (((name,), one.cpu_s) for name, one in taken.items()),
    )
    yield gauges(
        "playtrace_process_start_time_seconds",
        "When each process began.",
        labels,
        (((name,), one.began_at) for name, one in taken.items()),
    )
    disk = shutil.disk_usage(state.settings.data)
    yield gauge("playtrace_disk_size_bytes", "Size of the disk that holds the data folder.", disk.total)
    yield gauge("playtrace_disk_used_bytes", "Used on it, by whomever.", disk.used)
    yield gauge("playtrace_disk_free_bytes", "Free on it for the server.", disk.free)
    yield gauge(
        "playtrace_disk_reserve_bytes",
        "With less than this free events are answered 503 (disk_free_bytes_min).",
        state.settings.journal.disk_reserve_bytes(disk.total),
    )
    yield gauge(
        "playtrace_store_bytes", "Size of the store's file and its log.", store_bytes(state.settings.store_path)
    )


def _pids(state: State) -> dict[str, int | None]:
    """None is this process."""
    collectors = state.measured.collector_pids()
    return (
        {"main": None}
        | {f"collector-{number}": pid for number, pid in collectors.items()}
        | {f"sql-{number}": pid for number, pid in state.sql_processes.pids().items()}
    )


def _taken(pid: int | None) -> Taken | None:
    """None of a process that has just ended."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times = process.cpu_times()
            return Taken(
                memory_bytes=process.memory_info().rss,
                descriptors=process.num_handles() if sys.platform == "win32" else process.num_fds(),
                threads=process.num_threads(),
                cpu_s=times.user + times.system,
                began_at=process.create_time(),
            )
    except psutil.Error:
        return None
