"""When people signed in last, and when tokens were used last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import instant

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("signed_in_at", instant()))
    op.add_column("tokens", sa.Column("used_at", instant()))
