"""The function that sends reports, with a real server and what stands in for S3, SNS, SQS and Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from journals import engines
from server_process import ServerProcess

from playtrace.aws import report
from playtrace.aws.clients import client

AT = "2026-11-30T09:00:00Z"


@pytest.fixture
def mailbox(aws: engines.Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue that gets what the topic's subscribers get."""
    name = f"test-{uuid4().hex}"
    topic = client("sns").create_topic(Name=name)["TopicArn"]
    url = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    monkeypatch.setenv("PLAYTRACE_AWS_REPORT_TOPIC", topic)
    return url


@pytest.fixture
def sending(
    open_process: ServerProcess, mailbox: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    events = [{"name": "session_start", "player_id": "p1", "game_id": "arena", "time": "2026-11-29T12:00:00Z"}]
    assert open_process.send(events)[0] == 202
    open_process.wait_until_loaded()
    secret = client("secretsmanager").create_secret(Name=f"token-{uuid4().hex}", SecretString="none is asked here")
    monkeypatch.setenv("PLAYTRACE_AWS_REPORT_SERVER", open_process.url)
    monkeypatch.setenv("PLAYTRACE_AWS_REPORT_GAMES", '["arena"]')
    monkeypatch.setenv("PLAYTRACE_AWS_REPORT_TOKEN_SECRET", secret["ARN"])
    monkeypatch.setenv("PLAYTRACE_AWS_REPORT_BUCKET", bucket)
    report.reports.cache_clear()
    yield monkeypatch
    report.reports.cache_clear()


def received(url: str) -> list[dict[str, Any]]:
    """What is in the queue now; it is empty afterwards."""
    found: list[dict[str, Any]] = []
    while messages := client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_a_report_is_sent_once_and_kept(
    sending: pytest.MonkeyPatch, mailbox: str, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report.handler({"scheduled": AT}, None) == {"sent": ["arena"]}
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["handler"], figures["Sent"]) == ("report", 1)
    (message,) = received(mailbox)
    assert message["Subject"] == "arena, 2026-11-29"
    assert "Active players" in message["Message"] and "| 1 |" in message["Message"]
    page = client("s3").get_object(Bucket=bucket, Key="arena/2026-11-29.html")
    assert b"<svg" in page["Body"].read() or page["ContentType"].startswith("text/html")
    # A try that comes again, or a schedule that calls twice.
    assert report.handler({"scheduled": AT}, None) == {"sent": []}
    assert received(mailbox) == []


def test_whose_day_it_is_is_said_by_the_schedules_time_zone(sending: pytest.MonkeyPatch, mailbox: str) -> None:
    sending.setenv("PLAYTRACE_AWS_REPORT_TIME_ZONE", "America/Los_Angeles")
    assert report.handler({"scheduled": "2026-11-30T02:00:00Z"}, None) == {"sent": ["arena"]}
    (message,) = received(mailbox)
    assert message["Subject"] == "arena, 2026-11-28"


def test_what_cannot_be_sent_keeps_nothing_else_and_is_tried_again(sending: pytest.MonkeyPatch, mailbox: str) -> None:
    sending.setenv("PLAYTRACE_AWS_REPORT_GAMES", '["nowhere", "arena"]')
    with pytest.raises(report.ReportsNotSent, match="nowhere"):
        report.handler({"scheduled": AT}, None)
    assert [message["Subject"] for message in received(mailbox)] == ["arena, 2026-11-29"]
    with pytest.raises(report.ReportsNotSent, match="nowhere"):
        report.handler({"scheduled": AT}, None)
    assert received(mailbox) == []


@pytest.mark.parametrize("name", ["SERVER", "TOKEN_SECRET", "BUCKET", "TOPIC"])
def test_without_a_setting_it_does_not_start(sending: pytest.MonkeyPatch, name: str) -> None:
    sending.delenv(f"PLAYTRACE_AWS_REPORT_{name}")
    with pytest.raises(ValueError, match=f"PLAYTRACE_AWS_REPORT_{name}"):
        report.handler({"scheduled": AT}, None)
