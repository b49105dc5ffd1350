"""Rules of alerts, their incidents, and how far each game was judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def exact_text(length: int) -> sa.String:
    # A copy of the one in models.py: a migration must not change when the models do.
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", exact_text(64), primary_key=True),
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("rule_json", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "alert_incidents",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("rule_id", exact_text(64), nullable=False),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("part", exact_text(256), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.Column("incident_json", sa.Text(2**24 - 1), nullable=False),
    )
    op.create_index("ix_alert_incidents_of_game", "alert_incidents", ["game_id", "id"])
    op.create_index("ix_alert_incidents_last", "alert_incidents", ["is_open", "changed_at"])
    op.create_table(
        "alert_observations",
        sa.Column("incident_id", sa.Integer, sa.ForeignKey("alert_incidents.id"), primary_key=True),
        sa.Column("at", sa.DateTime, primary_key=True),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("usual", sa.Double),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
    )
    op.create_table(
        "alert_silences",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("rule_id", exact_text(64), nullable=False),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("version", exact_text(64), nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "alert_positions",
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("judged_to", sa.DateTime, nullable=False),
    )
