"""The registry: what people configure. Every method is one transaction and may be called from any thread.

Each subject is a part with a name and a file of its own: `registry.games` is in `games.py`. The methods block (disk,
and password hashing of about 50 ms): call them from a thread, not from the event loop.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Engine, select, text

from playtrace.registry import store_place
from playtrace.registry.alert_channels import AlertChannels
from playtrace.registry.alert_incidents import Incidents
from playtrace.registry.alert_outbox import AlertOutbox
from playtrace.registry.alert_rules import AlertRules
from playtrace.registry.audit_log import AuditLog
from playtrace.registry.boards import Boards
from playtrace.registry.database import open_database
from playtrace.registry.exchange_rates import Rates
from playtrace.registry.first_admin import FirstAdmin
from playtrace.registry.games import Games
from playtrace.registry.identities import Identities
from playtrace.registry.load_leases import LoadLeases
from playtrace.registry.logins import Logins
from playtrace.registry.maps import Maps
from playtrace.registry.mirrors import Mirrors
from playtrace.registry.models import Revision
from playtrace.registry.part import Part
from playtrace.registry.password_links import PasswordLinks
from playtrace.registry.people import People
from playtrace.registry.refused_players import RefusedPlayers
from playtrace.registry.report_schedules import Reports
from playtrace.registry.saved_queries import SavedQueries
from playtrace.registry.second_factor import SecondFactors
from playtrace.registry.store_place import StorePlace
from playtrace.registry.time_annotations import Annotations
from playtrace.registry.tokens import Tokens
from playtrace.registry.write_keys import WriteKeys
from playtrace.shares import ALL, Share


class Registry(Part):
    def __init__(self, engine: Engine, *, clock: Callable[[], dt.datetime], share: Share = ALL) -> None:
        super().__init__(engine, clock)
        self.games = Games(engine, clock, share)
        self.keys = WriteKeys(engine, clock)
        self.first_admin = FirstAdmin(engine, clock)
        self.people = People(engine, clock)
        self.password_links = PasswordLinks(engine, clock)
        self.logins = Logins(engine, clock)
        self.second_factors = SecondFactors(engine, clock)
        self.identities = Identities(engine, clock)
        self.tokens = Tokens(engine, clock)
        self.audit = AuditLog(engine, clock)
        self.rates = Rates(engine, clock)
        self.alert_channels = AlertChannels(engine, clock)
        self.alert_outbox = AlertOutbox(engine, clock)
        self.alert_rules = AlertRules(engine, clock, share)
        self.incidents = Incidents(engine, clock)
        self.reports = Reports(engine, clock, share)
        self.boards = Boards(engine, clock)
        self.annotations = Annotations(engine, clock)
        self.saved_queries = SavedQueries(engine, clock)
        self.mirrors = Mirrors(engine, clock)
        self.maps = Maps(engine, clock)
        self.refused_players = RefusedPlayers(engine, clock)
        self.load_leases = LoadLeases(engine, clock)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        upgraded: bool = False,
        share: Share = ALL,
    ) -> Registry:
        """Opens (or makes) the database and upgrades its tables, unless another process just did. Of a share it lists
        what is of its games. Raises `Unusable`."""
        engine = open_database(url)
        if not upgraded:
            # Here, as loading what upgrades takes a quarter of a second.
            from playtrace.registry.upgrade import upgrade

            try:
                upgrade(engine)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, clock=clock, share=share)

    def close(self) -> None:
        self._engine.dispose()

    def revision(self) -> int:
        """A number that differs after every change of games or keys, by any process."""
        with self._reading() as session:
            return session.scalars(select(Revision.number)).one()

    def schema_version(self) -> int:
        """The number of the last migration."""
        with self._reading() as session:
            return int(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())

    def store_place(self) -> StorePlace | None:
        """How far the store was when somebody last told; None where nobody did."""
        with self._reading() as session:
            return store_place.find(session)

    def put_store_place(self, place: StorePlace) -> None:
        with self._noting() as session:
            store_place.put(session, place)

    def forget_store_place(self) -> None:
        with self._noting() as session:
            store_place.forget(session)
