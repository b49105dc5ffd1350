"""Spark, told to count as our SQL does: in UTC, and what cannot be counted is an error."""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from playtrace.batch.errors import BatchError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

AS_IN_SQL = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
}
"""Where Spark may be told to do otherwise than we ask."""
ALONE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
"""Of a Spark on this machine alone: nothing of it is to be reached from outside."""
SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""What `spark-submit` leaves in the environment."""


def spark_session(master: str | None = None, options: dict[str, str] | None = None) -> SparkSession:
    """The one that `spark-submit` or a notebook has made, else one on this machine, or of `master`.

    Raises `BatchError` where Spark or Java is missing.
    """
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise BatchError("This needs Spark: pip install 'playtrace[batch]'") from error
    session = SparkSession.getActiveSession()
    if session is None:
        session = _made(master, options or {})
    for name, value in AS_IN_SQL.items():
        session.conf.set(name, value)
    # Of pandas, which nothing here needs.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    # It writes a page about each error besides raising it.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    return session


def _made(master: str | None, options: dict[str, str]) -> SparkSession:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("playtrace batch")
    is_submitted = SUBMITTED in os.environ
    if not is_submitted:
        _check_java()
        where = master or "local[*]"
        builder = builder.master(where)
        if where.startswith("local"):
            cores = str(os.cpu_count() or 1)
            options = ALONE | {"spark.sql.shuffle.partitions": cores} | options
    for name, value in options.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
        if not is_submitted:
            session.sparkContext.setLogLevel("ERROR")
        return session
    except (PySparkException, OSError) as error:
        raise BatchError(f"Spark does not start: {error}") from error


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin").is_dir()):
        raise BatchError("Spark needs Java 17 or later: there is no `java` on the PATH, and JAVA_HOME names none.")
