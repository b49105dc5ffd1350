"""Schedules of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("id", exact_text(64), primary_key=True),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("every", exact_text(16), nullable=False),
        sa.Column("weekday", sa.Integer),
        sa.Column("local_time", sa.Time, nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("channel_ids", sa.JSON, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("due_after", instant(), nullable=False),
        sa.Column("last_sent_at", instant()),
        sa.Column("last_error", sa.String(500)),
        **TABLE,
    )
