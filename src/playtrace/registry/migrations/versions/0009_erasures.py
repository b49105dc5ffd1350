"""Players whose events are refused, and secrets of the server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_players",
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("player_hash", exact_text(64), primary_key=True),
        sa.Column("since", instant(), nullable=False),
        **TABLE,
    )
    op.create_table(
        "server_secrets",
        sa.Column("name", exact_text(64), primary_key=True),
        sa.Column("secret", exact_text(64), nullable=False),
        **TABLE,
    )
