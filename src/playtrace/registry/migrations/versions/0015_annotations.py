"""What people say of moments of a game."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annotations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("changed_by", sa.String(254), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_index("ix_annotations_of_game", "annotations", ["game_id", "at"])
