"""The outbox of alerts in the registry: messages that are put there in the transaction of what they tell.

So an incident and its messages are kept both or neither, and what was put is sent at least once, even when the process
is killed in between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from playtrace.registry.models import AlertChannel, AlertInOutbox

WAITING = "waiting"
DELIVERED = "delivered"
SET_ASIDE = "set_aside"


def put(
    session: Session, channel_ids: Collection[str], message_json: str, now: dt.datetime, *, is_urgent: bool
) -> list[str]:
    """Put a message on its way to these channels, behind what waits there. To be called inside of a transaction that
    writes, so that messages are numbered in the order in which they are committed.

    What is not urgent waits while a channel has quiet hours. Returns the channels that there are: others are gone.
    """
    there = session.scalars(
        select(AlertChannel.id).where(AlertChannel.id.in_(channel_ids)).order_by(AlertChannel.id)
    ).all()
    rows = [
        {
            "channel_id": channel_id,
            "state": WAITING,
            "is_urgent": is_urgent,
            "message_json": message_json,
            "created_at": now,
            "attempts": 0,
        }
        for channel_id in there
    ]
    if rows:
        session.execute(insert(AlertInOutbox), rows)
    return list(there)
