"""Who is told of a run: a command of the studio's own when it was not good, and CloudWatch by lines of its format."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import msgspec

from playtrace.batch.run import Report

COMMAND_S = 60
NAMESPACE = "playtrace"


def alert(command: str, report: Report) -> str | None:
    """Run a command that gets what failed as JSON on its standard input. Why it could not be told, if it could not."""
    try:
        subprocess.run(  # noqa: S603 - whoever runs us named it
            shlex.split(command), input=msgspec.json.encode(told(report)), check=True, timeout=COMMAND_S
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return f"The alert could not be told: {error}"
    return None


def told(report: Report) -> dict[str, Any]:
    """What failed, and how much did not."""
    return {
        "lake": report.lake,
        "beganAt": report.began_at,
        "failedChecks": report.failed_checks,
        "failedResults": report.failed_results,
        "checks": len(report.checks),
        "results": len(report.results),
    }


def embedded_metrics(report: Report) -> list[str]:
    """Lines that CloudWatch reads as metrics, of each game and of all together: one for each game."""
    games = sorted({one.game_id for one in [*report.checks, *report.results]})
    lines: list[str] = []
    for game_id in games:
        figures = {
            "BatchChecksFailed": sum(check.game_id == game_id for check in report.failed_checks),
            "BatchResultsFailed": sum(result.game_id == game_id for result in report.failed_results),
            "BatchResults": sum(result.game_id == game_id for result in report.results),
        }
        metrics = [{"Name": name, "Unit": "Count"} for name in figures]
        about = {"Namespace": NAMESPACE, "Dimensions": [["game"], []], "Metrics": metrics}
        ended_ms = int((report.ended_at or report.began_at).timestamp() * 1000)
        line = {"_aws": {"Timestamp": ended_ms, "CloudWatchMetrics": [about]}, "game": game_id, **figures}
        lines.append(msgspec.json.encode(line).decode())
    return lines
