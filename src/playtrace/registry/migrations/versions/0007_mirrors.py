"""Mirrors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def exact_text(length: int) -> sa.String:
    # A copy of the one in models.py: a migration must not change when the models do.
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "mirrors",
        sa.Column("id", exact_text(64), primary_key=True),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("game_ids", sa.JSON),
        sa.Column("since", sa.Date),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("is_from_settings", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("replay_from", sa.Date),
        sa.Column("state_json", sa.Text),
    )
