"""Boards, and the links that show them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant, long_text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "boards",
        sa.Column("id", exact_text(16), primary_key=True),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("document_json", long_text(), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("changed_by", sa.String(254), nullable=False),
        **TABLE,
    )
    op.create_table(
        "board_links",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("board_id", exact_text(16), sa.ForeignKey("boards.id"), nullable=False),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("secret_sha256", exact_text(64), nullable=False, unique=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_by", sa.String(254), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("revoked_at", instant()),
        **TABLE,
    )
    op.create_index("ix_board_links_board_id", "board_links", ["board_id"])
