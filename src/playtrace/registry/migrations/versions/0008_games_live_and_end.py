"""Games are archived and deleted, and keep their events for a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import instant, long_text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("games", sa.Column("archived_at", instant()))
    op.add_column("games", sa.Column("deletion_began_at", instant()))
    op.add_column("games", sa.Column("retention_json", long_text()))
    op.add_column("games", sa.Column("retention_changed_at", instant()))
