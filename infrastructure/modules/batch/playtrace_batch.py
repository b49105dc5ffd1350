"""What spark-submit starts: `playtrace batch`, with the Spark that is there (docs/batch.md)."""

from playtrace.cli.batch import app

app()
