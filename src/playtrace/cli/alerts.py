"""`playtrace alerts`: who is told what. A file for each subject, which are put together here."""

from __future__ import annotations

import typer

from playtrace.cli import alert_channels, alert_rules

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Who is told when figures are not as they should be."
)
app.add_typer(alert_channels.app, name="channels")
app.command("test")(alert_channels.test)
app.add_typer(alert_rules.rules, name="rules")
app.add_typer(alert_rules.silences, name="silence")
app.command("incidents")(alert_rules.incidents)
app.command("acknowledge")(alert_rules.acknowledge)
app.command("backtest")(alert_rules.backtest)
