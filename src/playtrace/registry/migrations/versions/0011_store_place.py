"""How far the store is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "store_place",
        sa.Column("journal_id", exact_text(36), primary_key=True),
        sa.Column("journal_offset", sa.BigInteger, nullable=False),
        sa.Column("noted_at", instant(), nullable=False),
        **TABLE,
    )
