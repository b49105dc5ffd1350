"""Run by Alembic. Migrations run inside the transaction of the connection that `upgrade` hands over."""

from __future__ import annotations

from alembic import context

from playtrace.registry.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
