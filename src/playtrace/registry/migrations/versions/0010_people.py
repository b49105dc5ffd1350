"""Roles by game, links that set a password, second factors, tokens with scopes, and the audit.

Who was an admin stays one. A token keeps the game that it had, or all, and what it could do there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _tokens()
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", instant(), nullable=False),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("address", exact_text(64), nullable=False),
        sa.Column("action", exact_text(64), nullable=False),
        sa.Column("game_id", exact_text(64)),
        sa.Column("subject", sa.String(254), nullable=False),
        sa.Column("details", sa.JSON),
        **TABLE,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_game_id", "audit", ["game_id"])


def _people() -> None:
    op.create_table(
        "grants",
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("role", exact_text(16), nullable=False),
        **TABLE,
    )
    people = sa.table("people", sa.column("id", sa.Integer), sa.column("is_admin", sa.Boolean))
    grants = sa.table("grants", sa.column("person_id"), sa.column("game_id"), sa.column("role"))
    role = sa.case((people.c.is_admin, "admin"), else_="viewer")
    op.execute(
        grants.insert().from_select(["person_id", "game_id", "role"], sa.select(people.c.id, sa.literal(""), role))
    )
    op.drop_column("people", "is_admin")
    op.add_column("people", sa.Column("identity_sha256", exact_text(64)))
    op.create_index("ix_people_identity_sha256", "people", ["identity_sha256"], unique=True)
    op.add_column("people", sa.Column("totp_secret", exact_text(64)))
    op.add_column("people", sa.Column("totp_last_step", sa.BigInteger))
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("code_sha256", exact_text(64), primary_key=True),
        **TABLE,
    )
    op.create_table(
        "password_links",
        sa.Column("secret_sha256", exact_text(64), primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_index("ix_password_links_person_id", "password_links", ["person_id"])
    op.create_index("ix_password_links_expires_at", "password_links", ["expires_at"])
    op.add_column("logins", sa.Column("seen_at", instant()))
    op.add_column("logins", sa.Column("address", exact_text(64), nullable=False, server_default=""))
    op.add_column("logins", sa.Column("agent", sa.String(200), nullable=False, server_default=""))


def _tokens() -> None:
    tokens = op.create_table(
        "tokens",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("secret_sha256", exact_text(64), nullable=False, unique=True),
        sa.Column("prefix", exact_text(16), nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("game_ids", sa.JSON(none_as_null=True)),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant()),
        sa.Column("revoked_at", instant()),
        **TABLE,
    )
    there = sa.table(
        "read_tokens",
        sa.column("id", sa.Integer),
        sa.column("secret_sha256", sa.String),
        sa.column("prefix", sa.String),
        sa.column("game_id", sa.String),
        sa.column("may_sql", sa.Boolean),
        sa.column("note", sa.String),
        sa.column("created_at", instant()),
        sa.column("revoked_at", instant()),
    )
    op.bulk_insert(
        tokens,
        [
            {
                "id": row.id,
                "secret_sha256": row.secret_sha256,
                "prefix": row.prefix,
                "scopes": ["read", "sql"] if row.may_sql else ["read"],
                "game_ids": None if row.game_id is None else [row.game_id],
                "note": row.note,
                "created_at": row.created_at,
                "expires_at": None,
                "revoked_at": row.revoked_at,
            }
            for row in op.get_bind().execute(sa.select(there)).all()
        ],
    )
    if op.get_bind().dialect.name == "postgresql":
        # The numbers were given here: the next token gets one behind them.
        op.execute("SELECT setval(pg_get_serial_sequence('tokens', 'id'), coalesce(max(id), 0) + 1, false) FROM tokens")
    op.drop_table("read_tokens")
