"""What Spark reads buckets with, and does not bring: Hadoop's module for S3, and what that uses of Amazon's SDK.

`python tests/aws/hadoop_aws.py` fetches it with the Ivy that is in Spark into `~/.cache/playtrace`: 14 MB, in half a
minute. All of the SDK, which the module asks for, would be hundreds.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

HADOOP, SDK = "3.5.0", "2.35.4"
"""Hadoop is that of Spark, and was built with this SDK."""
FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "playtrace" / f"hadoop-aws-{HADOOP}"
WANTED = {
    "org.apache.hadoop": {"hadoop-aws": HADOOP},
    "software.amazon.awssdk": {"s3": SDK, "s3-transfer-manager": SDK, "sts": SDK},
}
IN_SPARK = ("io.netty", "org.slf4j")
UNUSED = (("software.amazon.awssdk", "bundle"), ("org.wildfly.openssl", "*"))


def fetch() -> None:
    """Raises `CalledProcessError`."""
    if FOLDER.exists():
        return
    import pyspark

    [ivy] = Path(pyspark.__file__).parent.glob("jars/ivy-*.jar")
    dependencies = [
        f'<dependency org="{group}" name="{name}" rev="{version}" conf="default->default"/>'
        for group, modules in WANTED.items()
        for name, version in modules.items()
    ]
    excluded = [*((group, "*") for group in IN_SPARK), *UNUSED]
    excludes = [f'<exclude org="{group}" module="{name}"/>' for group, name in excluded]
    module = (
        '<ivy-module version="2.0"><info organisation="test" module="hadoop-aws"/>'
        f"<dependencies>{''.join(dependencies + excludes)}</dependencies></ivy-module>"
    )
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that who comes meanwhile finds all of it or nothing.
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
        (Path(folder) / "ivy.xml").write_text(module)
        jars = f"{folder}/jars/[artifact]-[revision].[ext]"
        command = ["java", "-jar", str(ivy), "-warn", "-ivy", "ivy.xml", "-types", "jar", "-retrieve", jars]
        subprocess.run([*command, "-cache", f"{folder}/cache"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (Path(folder) / "jars").rename(FOLDER)


if __name__ == "__main__":
    fetch()
