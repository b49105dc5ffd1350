"""What the functions are called, and which settings each of them reads from its environment.

The settings themselves are those of everything else (`config.py`, `PLAYTRACE_*`). Who describes the functions
elsewhere, as infrastructure, is checked against this list.
"""

from __future__ import annotations

from msgspec import Struct

from playtrace.config import known_settings
from playtrace.room_settings import Setting


class Function(Struct, frozen=True):
    """One function of Lambda."""

    handler: str
    """What Lambda calls."""
    needs: tuple[str, ...]
    """Settings without which it does not start, by their names."""
    may_have: tuple[str, ...] = ()

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Of what it needs and may have. Each has the `variable` that it is read from."""
        by_name = {setting.name: setting for setting in known_settings()}
        return tuple(by_name[name] for name in (*self.needs, *self.may_have))


INGEST = Function(
    handler="playtrace.aws.ingest.handler",
    needs=("journal_url", "aws_keys_url"),
    may_have=(
        "anonymous_salt",
        "aws_keys_seconds",
        "late_days_max",
        "log_level",
        "RATE_LIMIT_MAX",
        "RATE_LIMIT_TIME_WINDOW",
        "requests_per_second_max",
        "trusted_proxies",
    ),
)
STREAM = Function(
    handler="playtrace.aws.stream.handler",
    needs=("aws_stats_table", "aws_dead_letters_url"),
    may_have=("dedup_days", "late_days_max", "leaderboards", "log_level", "session_timeout_minutes", "settle_hours"),
)
REPORT = Function(
    handler="playtrace.aws.report.handler",
    needs=("aws_report_server", "aws_report_games", "aws_report_token_secret", "aws_report_bucket", "aws_report_topic"),
    may_have=("aws_report_time_zone", "log_level"),
)
FUNCTIONS = (INGEST, STREAM, REPORT)
