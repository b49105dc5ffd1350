"""A stream of Kinesis, and who asks it: looked at, and made where it is not there."""

from __future__ import annotations

import threading
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from playtrace.broker_url import BrokerUrl
from playtrace.journal.broker import KEPT_S
from playtrace.journal.errors import BrokerAway

CONNECT_SECONDS_MAX = 2.0

SLOW_DOWN = frozenset(
    {
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
    }
)


class Stream:
    """A stream, and who asks it."""

    def __init__(self, url: BrokerUrl, answer_seconds_max: float) -> None:
        self.url = url
        self.name = url.name
        self._answer_seconds_max = answer_seconds_max
        self._client: Any = None
        self._is_made_here = False
        self._making = threading.Lock()

    @property
    def client(self) -> Any:
        """Raises `BotoCoreError`, such as one that says that no region is known."""
        with self._making:
            if self._client is None:
                self._client = botocore.session.get_session().create_client(
                    "kinesis",
                    region_name=self.url.options.get("region"),
                    endpoint_url=self.url.options.get("endpoint"),
                    config=Config(
                        connect_timeout=CONNECT_SECONDS_MAX,
                        read_timeout=self._answer_seconds_max,
                        # The client would send again what may have been taken.
                        retries={"total_max_attempts": 1},
                    ),
                )
            return self._client

    def asked(self, operation: str, **arguments: object) -> dict[str, Any]:
        """Raises `BrokerAway`, and `ClientError` where Kinesis has an answer that says no."""
        try:
            return getattr(self.client, operation)(**arguments)
        except BotoCoreError as error:
            raise BrokerAway(f"The stream {self.url} does not answer: {error}") from error

    def look(self) -> dict[str, Any] | None:
        """What it says of itself; None where it is asked too often. Raises `BrokerAway`, and makes the stream where it
        is not there."""
        try:
            told = self._found_or_made()
            if told is None:
                return None
            if told["StreamStatus"] not in ("ACTIVE", "UPDATING"):
                raise BrokerAway(f"The stream {self.url} is not ready: {told['StreamStatus'].lower()}.")
            if self._is_made_here:
                hours = KEPT_S // 3600
                self.asked("increase_stream_retention_period", StreamName=self.name, RetentionPeriodHours=hours)
                self._is_made_here = False
        except ClientError as error:
            raise self.says_no(error) from error
        return told

    def _found_or_made(self) -> dict[str, Any] | None:
        try:
            return self._summary()
        except ClientError as error:
            if code_of(error) in SLOW_DOWN:
                return None
            if code_of(error) != "ResourceNotFoundException":
                raise
        self._make()
        return self._summary()

    def _summary(self) -> dict[str, Any]:
        return self.asked("describe_stream_summary", StreamName=self.name)["StreamDescriptionSummary"]

    def _make(self) -> None:
        """Another process may be doing the same."""
        shards = self.url.number("partitions", 0)
        how = {"ShardCount": shards} if shards else {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
        try:
            self.asked("create_stream", StreamName=self.name, **how)
            self._is_made_here = True
        except ClientError as error:
            if code_of(error) != "ResourceInUseException":
                raise

    def says_no(self, error: ClientError) -> BrokerAway:
        return BrokerAway(f"The stream {self.url} refuses: {error}")


def code_of(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
