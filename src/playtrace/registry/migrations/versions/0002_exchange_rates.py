"""Exchange rates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("currency", exact_text(3), primary_key=True),
        sa.Column("into_currency", exact_text(3), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("rate_trillionths", sa.BigInteger, nullable=False),
        **TABLE,
    )
