"""Figures of a piece of work, as a line that CloudWatch makes metrics of (its embedded metric format).

A line is written to standard output: no service is asked, and nothing waits.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TextIO

NAMESPACE = "playtrace"


def write(out: TextIO, handler: str, figures: Mapping[str, tuple[float, str]], **fields: object) -> None:
    """Figures by name, each with its unit as CloudWatch calls it: `Count`, `Milliseconds`, `Bytes`. What else is said
    is kept with them in the log, and makes no metric: a metric for each game would cost as much as the games."""
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [["handler"]],
                    "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in figures.items()],
                }
            ],
        },
        "handler": handler,
        **fields,
        **{name: value for name, (value, _) in figures.items()},
    }
    out.write(json.dumps(line) + "\n")
    out.flush()
