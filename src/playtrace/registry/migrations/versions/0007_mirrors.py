"""Mirrors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant, long_text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mirrors",
        sa.Column("id", exact_text(64), primary_key=True),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("game_ids", sa.JSON),
        sa.Column("since", sa.Date),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("is_from_settings", sa.Boolean, nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("replay_from", sa.Date),
        sa.Column("state_json", long_text()),
        **TABLE,
    )
