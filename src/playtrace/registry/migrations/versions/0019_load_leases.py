"""Who has which share of the games."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "load_leases",
        sa.Column("share", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("shares", sa.Integer, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("holder", exact_text(36), nullable=False),
        sa.Column("process", exact_text(400), nullable=False),
        sa.Column("address", exact_text(200), nullable=False),
        sa.Column("secret", exact_text(64), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        **TABLE,
    )
