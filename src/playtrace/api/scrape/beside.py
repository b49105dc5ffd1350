"""What the server does beside taking, loading and answering: jobs, backups, mirrors, alerts, reports."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import Metric

from playtrace.api.scrape.families import gauge, gauges, named
from playtrace.api.state import State
from playtrace.mirrors.state import complaint, lag_seconds, state_of


def jobs(state: State) -> Iterator[Metric]:
    yield gauges(
        "playtrace_job_failing",
        "Whether the last turn of a job failed; it is tried again.",
        ("job",),
        (((job.name,), job.last_error is not None) for job in state.jobs),
    )
    yield gauges(
        "playtrace_job_last_run_timestamp_seconds",
        "When the last turn of a job began that is over.",
        ("job",),
        (((job.name,), _timestamp(job.last_run)) for job in state.jobs),
    )


def backups(state: State) -> Iterator[Metric]:
    schedule = state.backup_schedule
    yield gauge("playtrace_backup_scheduled", "Whether the settings ask for backups.", schedule.address is not None)
    yield gauge(
        "playtrace_backup_failing",
        "Whether the last backup failed or is long due.",
        schedule.error is not None or schedule.is_overdue,
    )
    yield gauge(
        "playtrace_backup_last_success_timestamp_seconds",
        "When the latest backup began that is finished.",
        None if schedule.latest is None else schedule.latest.began_at.timestamp(),
    )
    yield gauge(
        "playtrace_backup_last_failure_timestamp_seconds",
        "When a backup failed last, since the start.",
        _timestamp(schedule.failed_at),
    )


def mirrors(state: State) -> Iterator[Metric]:
    now = dt.datetime.now(dt.UTC)
    known = sorted(state.mirrors.known, key=lambda mirror: (mirror.created_at, mirror.id))
    names = named(mirror.id for mirror in known)
    waiting: Counter[tuple[str]] = Counter()
    failing: Counter[tuple[str]] = Counter()
    lag: dict[tuple[str], float] = {}
    for mirror in known:
        label = (names[mirror.id],)
        found = state_of(mirror)
        waiting[label] += found.waiting_events
        failing[label] += complaint(mirror, now) is not None
        lag[label] = max(lag.get(label, 0.0), 0.0 if mirror.is_paused else lag_seconds(found, now))
    yield gauges(
        "playtrace_mirror_lag_seconds",
        "How long the first event has waited that a mirror does not have; 0 of one that is paused.",
        ("mirror",),
        lag.items(),
    )
    yield gauges(
        "playtrace_mirror_waiting_events", "Events that a mirror does not have yet.", ("mirror",), waiting.items()
    )
    yield gauges(
        "playtrace_mirror_failing",
        "Whether nothing is written to a mirror, or it is far behind.",
        ("mirror",),
        failing.items(),
    )


def alerts(state: State) -> Iterator[Metric]:
    backlogs = sorted(state.registry.alert_outbox.backlogs().items())
    names = named(channel for channel, _ in backlogs)
    waiting: Counter[tuple[str]] = Counter()
    aside: Counter[tuple[str]] = Counter()
    oldest: dict[tuple[str], float] = {}
    for channel, backlog in backlogs:
        label = (names[channel],)
        waiting[label] += backlog.waiting
        aside[label] += backlog.set_aside
        if (at := _timestamp(backlog.oldest_at)) is not None:
            oldest[label] = min(oldest.get(label, at), at)
    yield gauges(
        "playtrace_alerts_waiting", "Messages that wait to be sent, by channel.", ("channel",), waiting.items()
    )
    yield gauges(
        "playtrace_alerts_oldest_waiting_timestamp_seconds",
        "Since when the oldest of them waits.",
        ("channel",),
        oldest.items(),
    )
    yield gauges(
        "playtrace_alerts_set_aside",
        "Messages of the last days that were given up, by channel.",
        ("channel",),
        aside.items(),
    )
    yield gauge(
        "playtrace_alert_rules_failing",
        "Rules of alerts that cannot be judged, or whose findings cannot be told.",
        len({one.rule_id for one in state.watch.failures()}),
    )
    yield gauge(
        "playtrace_reports_failing", "Scheduled reports that could not be made or sent.", len(state.reports.failing)
    )


def _timestamp(at: dt.datetime | None) -> float | None:
    return None if at is None else at.timestamp()
