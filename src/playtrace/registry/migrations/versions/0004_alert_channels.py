"""Channels of alerts, and what waits to be sent to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from playtrace.registry.migrations.column_types import TABLE, exact_text, instant, long_text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_channels",
        sa.Column("id", exact_text(64), primary_key=True),
        sa.Column("kind", exact_text(16), nullable=False),
        sa.Column("target", sa.String(2000), nullable=False),
        sa.Column("signing_secret", sa.String(200)),
        sa.Column("min_severity", exact_text(16), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("quiet_from", sa.Time),
        sa.Column("quiet_to", sa.Time),
        sa.Column("game_ids", sa.JSON),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("is_from_settings", sa.Boolean, nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("failing_since", instant()),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("resume_at", instant()),
        sa.Column("last_delivered_at", instant()),
        **TABLE,
    )
    op.create_table(
        "alert_outbox",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("channel_id", exact_text(64), nullable=False),
        sa.Column("state", exact_text(16), nullable=False),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
        sa.Column("message_json", long_text(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String(500)),
        sa.Column("finished_at", instant()),
        **TABLE,
    )
    op.create_index("ix_alert_outbox_in_order", "alert_outbox", ["channel_id", "state", "id"])
    op.create_index("ix_alert_outbox_finished", "alert_outbox", ["finished_at"])
