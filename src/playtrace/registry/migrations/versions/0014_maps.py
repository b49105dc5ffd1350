"""Maps of games."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant, long_bytes, long_text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "game_maps",
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("name", exact_text(256), primary_key=True),
        sa.Column("content_type", exact_text(32), nullable=False),
        sa.Column("width_px", sa.Integer, nullable=False),
        sa.Column("height_px", sa.Integer, nullable=False),
        sa.Column("image", long_bytes(), nullable=False),
        sa.Column("image_sha256", exact_text(64), nullable=False),
        sa.Column("calibration_json", long_text()),
        sa.Column("opacity", sa.Double, nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        **TABLE,
    )
