"""The audit as it is read, and what is noted of what is kept elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from playtrace.registry import audit
from playtrace.registry.models import AuditEntry
from playtrace.registry.part import Part


class AuditLog(Part):
    def note(self, action: str, subject: str, *, game_id: str | None = None, **details: Any) -> None:
        """Who acts has done something that is kept elsewhere."""
        with self._noting() as session:
            self._audit(session, action, subject, game_id=game_id, **details)

    def entries(
        self,
        *,
        game_ids: Collection[str] | None = None,
        actor: str | None = None,
        action: str | None = None,
        address: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[AuditEntry]:
        """What was done, the latest first; `before` is the number of an entry."""
        with self._reading() as session:
            return list(
                audit.find(
                    session,
                    game_ids=game_ids,
                    actor=actor,
                    action=action,
                    address=address,
                    since=since,
                    until=until,
                    before=before,
                    limit=limit,
                )
            )
