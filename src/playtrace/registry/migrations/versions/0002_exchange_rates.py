"""Exchange rates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def exact_text(length: int) -> sa.String:
    # A copy of the one in models.py: a migration must not change when the models do.
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("currency", exact_text(3), primary_key=True),
        sa.Column("into_currency", exact_text(3), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("rate_trillionths", sa.BigInteger, nullable=False),
    )
