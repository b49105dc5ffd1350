"""Read tokens that may ask in SQL. Those that were made before may not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("read_tokens", sa.Column("may_sql", sa.Boolean, nullable=False, server_default=sa.false()))
