"""Apache Kafka itself, one node without ZooKeeper, for drills: what is tested each time is lighter.

`python tests/journals/apache_kafka.py` fetches it with Maven into `~/.cache/playtrace`; it needs Java 17.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
import uuid
from pathlib import Path

VERSION = "4.4.0"
LIBRARIES = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "playtrace" / f"kafka-{VERSION}"
JAVA = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{LIBRARIES}/*"]
DEPENDENCIES = {
    "org.apache.kafka:kafka_2.13": VERSION,
    "org.apache.kafka:kafka-tools": VERSION,
    "org.slf4j:slf4j-simple": "1.7.36",
}


def fetch() -> None:
    """Raises `CalledProcessError`."""
    wanted = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>".format(
            *name.split(":"), version
        )
        for name, version in DEPENDENCIES.items()
    )
    project = (
        "<project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>kafka</artifactId>"
        f"<version>1</version><dependencies>{wanted}</dependencies></project>"
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pom.xml").write_text(project)
        command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={LIBRARIES}"]
        subprocess.run(command, cwd=folder, check=True)


def prepared(folder: Path, port: int, controller_port: int) -> list[str]:
    """The command that starts a node whose files are in this folder."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": folder / "kafka",
        "default.replication.factor": 1,
        "log.flush.interval.messages": 1,
    }
    properties = folder / "server.properties"
    properties.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = [*JAVA, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return [*JAVA, "kafka.Kafka", str(properties)]


if __name__ == "__main__":
    fetch()
