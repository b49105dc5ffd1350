"""Statements of SQL that people keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant, long_text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_queries",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("owner_id", sa.Integer),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sql", long_text(), nullable=False),
        sa.Column("is_shared", sa.Boolean, nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_index("ix_saved_queries_game_id", "saved_queries", ["game_id"])
    op.create_index("ix_saved_queries_owner_id", "saved_queries", ["owner_id"])
