"""Browsers in which somebody signed in before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("secret_sha256", exact_text(64), primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("seen_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_index("ix_known_browsers_person_id", "known_browsers", ["person_id"])
