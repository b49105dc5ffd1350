"""Spark as `spark-submit` has it: beside the program that asks it, and told of by the environment.

One program after another may be that; each has Spark for itself, and may be killed.
"""

from __future__ import annotations

from collections.abc import Mapping

from databases.servers import skip_without

from aws.hadoop_aws import FOLDER

ALONE = {"spark.master": "local[2]", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


class SparkProcess:
    def __init__(self, s3_port: int, settings: Mapping[str, str]) -> None:
        """Buckets are at that port of loopback."""
        if not FOLDER.exists():
            skip_without("What Spark reads buckets with is not here: `python tests/aws/hadoop_aws.py` fetches it.")
        # Only here: importing it takes a while, and most tests need none.
        from pyspark import SparkConf
        from pyspark.java_gateway import launch_gateway

        s3 = {"endpoint": f"http://127.0.0.1:{s3_port}", "endpoint.region": "eu-west-1", "path.style.access": "true"}
        told = SparkConf(loadDefaults=False)
        told.setAll([*{**settings, **ALONE, "spark.ui.enabled": "false"}.items()])
        told.set("spark.driver.extraClassPath", f"{FOLDER}/*")
        told.setAll([(f"spark.hadoop.fs.s3a.{name}", value) for name, value in s3.items()])
        self._gateway = launch_gateway(told)

    @property
    def environment(self) -> dict[str, str]:
        """Of a program."""
        parameters = self._gateway.gateway_parameters
        return {"PYSPARK_GATEWAY_PORT": str(parameters.port), "PYSPARK_GATEWAY_SECRET": parameters.auth_token}

    def end(self) -> None:
        """What a program that ended had of it: the next one finds it new."""
        self._gateway.jvm.org.apache.spark.SparkContext.getOrCreate().stop()

    def close(self) -> None:
        self._gateway.shutdown()
        with self._gateway.proc as process:
            process.kill()
