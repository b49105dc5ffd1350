"""What stands in for AWS: one process for all tests, which has S3, Kinesis, DynamoDB and SQS."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from journals import engines

from playtrace.aws import clients


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[engines.Engine]:
    """Found as AWS is: by the environment."""
    engine = engines.kinesis(tmp_path_factory.mktemp("aws"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{engine.port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        clients.client.cache_clear()
        yield engine
        clients.client.cache_clear()
    engine.kill()


@pytest.fixture
def bucket(aws: engines.Engine) -> str:
    name = f"test-{uuid4().hex}"
    clients.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


@pytest.fixture
def stream(aws: engines.Engine) -> str:
    """The name of one that is there."""
    name = f"test-{uuid4().hex}"
    clients.client("kinesis").create_stream(StreamName=name, ShardCount=2)
    return name


@pytest.fixture(scope="session")
def table(aws: engines.Engine) -> str:
    """The table of player stats and leaderboards."""
    name = "stats"
    clients.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    return name


@pytest.fixture
def queue(aws: engines.Engine) -> str:
    """The address of one for dead letters."""
    return clients.client("sqs").create_queue(QueueName=f"test-{uuid4().hex}")["QueueUrl"]
