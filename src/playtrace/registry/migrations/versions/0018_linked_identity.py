"""People who linked an account of an identity provider to their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("identity_linked_at", instant()))
