"""The address of a broker, as somebody writes it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from playtrace.broker_url import BrokerUrl, broker_url
from playtrace.config import Settings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kafka://one", BrokerUrl("kafka", ("one:9092",), "playtrace", None, None, {})),
        ("nats://one:1/", BrokerUrl("nats", ("one:1",), "playtrace", None, None, {})),
        (
            "kafka://me:p%40ss@one,two:19092/events?partitions=24&security.protocol=SSL",
            BrokerUrl(
                "kafka",
                ("one:9092", "two:19092"),
                "events",
                "me",
                "p@ss",
                {"partitions": "24", "security.protocol": "SSL"},
            ),
        ),
        (
            "kinesis://events?region=eu-west-1&partitions=4",
            BrokerUrl("kinesis", (), "events", None, None, {"region": "eu-west-1", "partitions": "4"}),
        ),
        ("kafka://[::1]:9092/t", BrokerUrl("kafka", ("[::1]:9092",), "t", None, None, {})),
    ],
)
def test_its_parts(text: str, expected: BrokerUrl) -> None:
    assert broker_url(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "kafka:",
        "redis://me:hunter2@one",
        "kafka://me:hunter2@one/a b",
        "kafka://me:hunter2@one/t?partitions=many",
        "kafka://me:hunter2@one/t?replicas=0",
        "nats://me:hunter2@one/" + "x" * 65,
        "kinesis://me:hunter2@events",
        "kinesis://events?access_key=hunter2",
        "kinesis://events?endpoint=hunter2",
        "kinesis:",
    ],
)
def test_one_that_is_none_is_refused_and_its_password_not_told(text: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate({"journal_url": text})
    assert "expected" in str(raised.value)
    assert "hunter2" not in "".join(error["msg"] for error in raised.value.errors())


def test_what_is_logged_of_one_has_no_password() -> None:
    url = broker_url("kafka://me:hunter2@one/t?sasl.password=hunter2")
    assert str(url) == "kafka://one:9092/t"
    assert "hunter2" not in repr(Settings.model_validate({"journal_url": "kafka://me:hunter2@one/t"}))


@pytest.mark.parametrize("text", [None, "", "sqlite:"])
def test_without_one_the_journal_is_a_file(text: str | None) -> None:
    assert Settings.model_validate({"journal_url": text}).journal.url is None


@pytest.mark.parametrize(
    ("text", "roles"),
    [("all", {"collect", "load", "ask"}), ("collect", {"collect"}), ("load, ask", {"load", "ask"})],
)
def test_roles(text: str, roles: set[str]) -> None:
    assert Settings.model_validate({"role": text}).roles == roles


@pytest.mark.parametrize("text", ["", "serve", "collect,", "collect load"])
def test_a_role_that_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="expected all, or some of collect, load, ask"):
        Settings.model_validate({"role": text})
