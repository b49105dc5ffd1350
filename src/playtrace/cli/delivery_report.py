"""What became of what a command sent, on standard error: standard output may be a file that it writes."""

from __future__ import annotations

from rich.console import Console

from playtrace.simulate.delivery import DeliveryReport

console = Console(stderr=True)


def print_report(report: DeliveryReport, unit: str) -> None:
    retries = f", {report.retries:,} retries" if report.retries else ""
    console.print(
        f"{report.accepted:,} {unit} accepted, {report.rejected:,} rejected in {report.seconds:.1f} s "
        f"({report.rate:,.0f} {unit}/s, {report.requests:,} requests{retries})",
        highlight=False,
    )
    for reason, count in report.reasons.most_common():
        console.print(f"  {count:,} x {reason}", highlight=False, markup=False)
