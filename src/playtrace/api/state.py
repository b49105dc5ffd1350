"""What the routes work with: everything that the server has open, as one typed value.

A route takes `state: CurrentState`, or `store: CurrentStore` where it needs nothing else. What is asked outside of
routes, about a request or a WebSocket, takes `state_of(connection)`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

from playtrace.alerts.outbox import Outbox
from playtrace.alerts.watch import Watch
from playtrace.api.login_throttle import LoginThrottle
from playtrace.config import Settings
from playtrace.jobs import Jobs
from playtrace.journal.inlet import Inlet
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.load.rebuild import Rebuild
from playtrace.measures import Measured
from playtrace.metrics.frame.metric import Metric
from playtrace.mirrors.running import Mirrors
from playtrace.operate.backup import Backups
from playtrace.operate.erasures import Erasures
from playtrace.operate.retention import Retention
from playtrace.operate.schedule import BackupSchedule
from playtrace.registry.group_roles import GroupRoles
from playtrace.registry.key_ring import KeyRing
from playtrace.registry.registry import Registry
from playtrace.registry.roles import Grant
from playtrace.reports.sending import Reports
from playtrace.sql.processes import SqlProcesses
from playtrace.stats.answers import KeptStats
from playtrace.store.duckdb import Store
from playtrace.store.reading import Readable

if TYPE_CHECKING:
    # They ask who reads, which is asked of the state.
    from playtrace.api.answers import Answers
    from playtrace.api.identity_provider import IdentityProvider
    from playtrace.api.imports import Imports
    from playtrace.api.live import Feeds
    from playtrace.api.scrape.scrapes import Scrapes
    from playtrace.api.turns import Turns


@dataclass(frozen=True)
class State:
    settings: Settings
    registry: Registry
    key_ring: KeyRing
    store: Store
    sql_processes: SqlProcesses
    journal: Journal
    inlet: Inlet | None
    """What fetches into it where a broker keeps what collectors take."""
    loader: Loader
    rebuild: Rebuild
    feeds: Feeds
    jobs: Jobs
    outbox: Outbox
    """Of alerts."""
    watch: Watch
    """Judges the rules of alerts."""
    reports: Reports
    mirrors: Mirrors
    backups: Backups
    backup_schedule: BackupSchedule
    retention: Retention
    erasures: Erasures
    answers: Answers
    """Of metrics."""
    imports: Imports
    """That are under way."""
    turns: Turns
    """Of questions."""
    sql_turns: Turns
    """Of statements that people type."""
    measured: Measured
    """What all processes of the server have counted."""
    scrapes: Scrapes
    """Which tell it."""
    local_token: str
    """Who may read the data folder may read everything (`server.json`)."""
    login_throttle: LoginThrottle = field(default_factory=LoginThrottle)
    identity_provider: IdentityProvider | None = None
    """By which people may sign in, where the settings name one."""
    asked: Readable | None = None
    """Where metrics are asked instead of the store (`store_url`)."""
    is_loaded_here: bool = True
    """Whether it can be waited here for what was sent a moment ago."""
    kept_stats: KeptStats | None = None
    """Who has player stats and leaderboards instead of the store (`aws_stats_table`)."""
    group_roles: GroupRoles = field(default_factory=dict[str, list[Grant]])
    """What its groups may do."""
    started_at: float = field(default_factory=time.monotonic)

    def asked_for(self, metric: Metric[Any, Any]) -> Readable:
        """Where a metric is asked: here, where nothing else is set or its SQL cannot be said elsewhere."""
        return self.store if self.asked is None or not metric.travels else self.asked

    def give_to(self, app: FastAPI) -> None:
        """The routes of the app work with it from now on."""
        app.state.playtrace = self


def state_of(connection: HTTPConnection) -> State:
    return connection.app.state.playtrace


# Coroutines: FastAPI would give each plain function a thread.
async def _state(connection: HTTPConnection) -> State:
    return state_of(connection)


async def _store(connection: HTTPConnection) -> Store:
    return state_of(connection).store


CurrentState = Annotated[State, Depends(_state)]
CurrentStore = Annotated[Store, Depends(_store)]
