"""Backups in a bucket: a server that speaks S3 checks who asks, and loses its connections while a backup is made."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from playtrace.cli.main import app as commands
from playtrace.config import Settings
from playtrace.event import Batch, Event
from playtrace.journal.entry import encode
from playtrace.journal.sqlite import Journal
from playtrace.load.loader import Loader
from playtrace.operate.places import place_of
from playtrace.registry.registry import Registry
from playtrace.serving.listening import free_port
from playtrace.store.duckdb import Store

BUCKET = "studio-backups"
MAY_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], env={"COLUMNS": "2000"})


def done(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


class S3:
    """A server for tests that checks the signature of each request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="setup",
            aws_secret_access_key="setup",
        )

    def address(self, path: str, *, bucket: str = BUCKET, port: int | None = None) -> str:
        return f"s3://{bucket}/{path}?endpoint_override=127.0.0.1:{port or self.port}&scheme=http&region=us-east-1"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    port = free_port("127.0.0.1")
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while not _listens(port):
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        found = S3(port)
        found.client.create_bucket(Bucket=BUCKET)
        iam = boto3.client(
            "iam",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="setup",
            aws_secret_access_key="setup",
        )
        iam.create_user(UserName="playtrace")
        iam.put_user_policy(UserName="playtrace", PolicyName="all", PolicyDocument=json.dumps(MAY_ALL))
        key = iam.create_access_key(UserName="playtrace")["AccessKey"]
        # From here on a request that nobody signed as that user is refused.
        with closing(socket.create_connection(("127.0.0.1", port))) as connection:
            connection.sendall(b"POST /moto-api/reset-auth HTTP/1.0\r\nContent-Length: 1\r\n\r\n0")
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        os.environ |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        yield found
    finally:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            os.environ.pop(name, None)
        server.kill()
        server.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
        return True
    return False


def play(data: Path, events: int) -> Path:
    settings = Settings.read(data=data, disk_free_bytes_min=0)
    with closing(Registry.open(settings.registry_database)) as registry:
        if registry.games.get("arena") is None:
            registry.games.add_missing(["arena"])
    store, journal = Store.open(settings.store_path, settings), Journal.open(settings.journal_path, settings)
    loader = Loader(store, journal, settings)
    try:
        batch = Batch(
            received_at=dt.datetime.now(dt.UTC),
            source="events",
            game_id="arena",
            events=[Event(name="shot", props={"noise": os.urandom(50).hex()}) for _ in range(events)],
        )
        journal.append_and_wait(encode(batch))
        loader.load_waiting()
        store.checkpoint()
    finally:
        loader.stop()
        journal.close()
        store.close()
    return data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play(tmp_path_factory.mktemp("bucket") / "data", 5_000)


def backup(to: str, data: Path, *options: str) -> dict[str, Any]:
    return json.loads(done("backup", to, "--data", data, "--json", *options))


def test_what_is_in_a_bucket_is_listed_verified_restored_and_written_once(s3: S3, data: Path, tmp_path: Path):
    place = s3.address("one/game")
    first = backup(place, data)
    second = backup(place, play(data, 100), "--keep", "1")
    assert second["newBytes"] < first["newBytes"] / 2
    # The older one went, and the newer one is whole without it.
    listed = json.loads(done("backups", place, "--json"))
    assert [one["id"] for one in listed["backups"]] == [second["id"]]
    assert "all read, and as they were written" in done("verify", place)
    done("restore", place, "--data", tmp_path / "new")
    settings = Settings.read(data=tmp_path / "new")
    with closing(Store.open(settings.store_path, settings)) as store:
        assert store.query("SELECT count(*) AS n FROM events").to_pylist() == [{"n": 5_100}]


def test_damage_in_a_bucket_is_told(s3: S3, data: Path):
    place = s3.address("damaged")
    backup(place, data)
    files = place_of(place)
    name = max(files.stored("pieces"), key=lambda piece: piece.bytes).name
    files.write(name, b"changed")
    found = run("verify", place)
    assert (found.exit_code, f"{name} is damaged" in found.output) == (1, True), found.output


@pytest.mark.parametrize("key", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_wrong_credentials_are_told_without_them(s3: S3, data: Path, monkeypatch: pytest.MonkeyPatch, key: str):
    monkeypatch.setenv(key, "WRONG0123456789WRONG")
    for command in (("backup", s3.address("refused"), "--data", data), ("verify", s3.address("refused"))):
        refused = run(*command)
        assert refused.exit_code == 1
        assert f"s3://{BUCKET}/refused" in refused.output
        assert "may not do that, or are wrong" in refused.output
        assert "WRONG" not in refused.output
        assert os.environ["AWS_SECRET_ACCESS_KEY"] not in refused.output


def test_a_bucket_that_is_not_there_is_not_made(s3: S3, data: Path):
    refused = run("backup", s3.address("x", bucket="nobodys"), "--data", data)
    assert refused.exit_code == 1
    assert "s3://nobodys/x" in refused.output
    assert "There is no such bucket. Make it first" in refused.output


@contextmanager
def way_that_breaks(port: int, after_bytes: int) -> Generator[int]:
    """A port from which all goes on to another, until so much went through: then every connection is cut."""
    listening = socket.create_server(("127.0.0.1", 0))
    left = [after_bytes]
    ends: list[socket.socket] = []

    def pass_on(source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while (bytes_ := source.recv(65536)) and left[0] > 0:
                left[0] -= len(bytes_)
                to.sendall(bytes_)
        for end in (source, to):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                if left[0] <= 0:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", port))
                ends.extend((client, server))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=pass_on, args=pair, daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for end in ends:
            end.close()


def test_a_backup_whose_connection_breaks_is_none_and_the_next_takes_what_came_through(s3: S3, data: Path):
    place = s3.address("broken")
    with way_that_breaks(s3.port, 200_000) as port:
        failed = run("backup", s3.address("broken", port=port), "--data", data)
        assert failed.exit_code == 1
        assert "It does not answer, or the connection broke" in failed.output
    assert json.loads(done("backups", place, "--json"))["backups"] == []
    there = sum(piece.bytes for piece in place_of(place).stored("pieces"))
    assert there > 0
    whole = backup(place, data)
    # A little is compressed anew, as what changes meanwhile is in it.
    assert whole["newBytes"] + there < 1.2 * sum(piece.bytes for piece in place_of(place).stored("pieces"))
