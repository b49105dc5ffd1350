"""`playtrace simulate` of loot: its stat sheets into a file or to a server."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from pathlib import Path

import msgspec

from playtrace.cli.delivery_report import console, print_report
from playtrace.simulate.custom_stats import CustomStats
from playtrace.simulate.delivery import DeliveryReport
from playtrace.simulate.loot import LootScenario, submit_sheets

DEFAULT_PLAYERS_PER_MATCH = 4
SHEETS_PER_PROGRESS_LINE = 50


def loot_scenario(
    seed: int,
    matches: int,
    players: int | None,
    until: dt.datetime | None,
    stats: CustomStats | None,
    *,
    into_file: bool,
) -> LootScenario:
    if until is None:
        until = dt.datetime.now(dt.UTC).replace(microsecond=0)
        if into_file:
            until = until.replace(hour=0, minute=0, second=0)
    return LootScenario(
        seed=seed, matches=matches, players=players or DEFAULT_PLAYERS_PER_MATCH, end=until, custom_stats=stats
    )


def write_sheets(loot: LootScenario, output: Path | None) -> None:
    document = msgspec.json.format(msgspec.json.encode(list(loot.sheets())), indent=2) + b"\n"
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(document)
        return
    output.write_bytes(document)
    console.print(f"{loot.sheet_count:,} stat sheets in {output}", highlight=False)


def submit(loot: LootScenario, server: str, key: str | None, game: str | None, requests_at_once: int) -> None:
    printed = 0

    def on_progress(report: DeliveryReport) -> None:
        nonlocal printed
        done = report.accepted + report.rejected
        if done // SHEETS_PER_PROGRESS_LINE > printed // SHEETS_PER_PROGRESS_LINE:
            printed = done
            console.print(f"{done:,}/{loot.sheet_count:,} stat sheets, {report.rate:,.0f}/s", highlight=False)

    report = asyncio.run(
        submit_sheets(loot, server, key, game_id=game, requests_at_once=requests_at_once, on_progress=on_progress)
    )
    print_report(report, "stat sheets")
