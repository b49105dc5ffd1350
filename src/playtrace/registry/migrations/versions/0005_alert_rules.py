"""Rules of alerts, their incidents, and how far each game was judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant, long_text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", exact_text(64), primary_key=True),
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("rule_json", long_text(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_table(
        "alert_incidents",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("rule_id", exact_text(64), nullable=False),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("part", exact_text(256), nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("incident_json", long_text(), nullable=False),
        **TABLE,
    )
    op.create_index("ix_alert_incidents_of_game", "alert_incidents", ["game_id", "id"])
    op.create_index("ix_alert_incidents_last", "alert_incidents", ["is_open", "changed_at"])
    op.create_table(
        "alert_observations",
        sa.Column("incident_id", sa.Integer, sa.ForeignKey("alert_incidents.id"), primary_key=True),
        sa.Column("at", instant(), primary_key=True),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("usual", sa.Double),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        **TABLE,
    )
    op.create_table(
        "alert_silences",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("rule_id", exact_text(64), nullable=False),
        sa.Column("game_id", exact_text(64), nullable=False),
        sa.Column("version", exact_text(64), nullable=False),
        sa.Column("until", instant(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        **TABLE,
    )
    op.create_table(
        "alert_positions",
        sa.Column("game_id", exact_text(64), primary_key=True),
        sa.Column("judged_to", instant(), nullable=False),
        **TABLE,
    )
