"""Games, write keys, people, logins, read tokens, setup tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "games",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", exact_text(64), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(16), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_table(
        "write_keys",
        sa.Column("key", exact_text(32), primary_key=True),
        sa.Column("secret", exact_text(40), nullable=False),
        sa.Column("game_id", exact_text(64), sa.ForeignKey("games.id"), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("revoked_at", instant()),
        **TABLE,
    )
    op.create_index("ix_write_keys_game_id", "write_keys", ["game_id"])
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("email", exact_text(254), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("is_admin", sa.Boolean, nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_table(
        "logins",
        sa.Column("secret_sha256", exact_text(64), primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_index("ix_logins_person_id", "logins", ["person_id"])
    op.create_index("ix_logins_expires_at", "logins", ["expires_at"])
    op.create_table(
        "read_tokens",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("secret_sha256", exact_text(64), nullable=False, unique=True),
        sa.Column("prefix", exact_text(16), nullable=False),
        sa.Column("game_id", exact_text(64), sa.ForeignKey("games.id")),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("revoked_at", instant()),
        **TABLE,
    )
    op.create_table(
        "setup_tokens",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("secret_sha256", exact_text(64), nullable=False, unique=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("used_at", instant()),
        **TABLE,
    )
    revisions = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        **TABLE,
    )
    op.bulk_insert(revisions, [{"id": 1, "number": 0}])
