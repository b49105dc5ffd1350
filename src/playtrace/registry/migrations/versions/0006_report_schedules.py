"""Schedules of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def exact_text(length: int) -> sa.String:
    # A copy of the one in models.py: a migration must not change when the models do.
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


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
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("due_after", sa.DateTime, nullable=False),
        sa.Column("last_sent_at", sa.DateTime),
        sa.Column("last_error", sa.String(500)),
    )
