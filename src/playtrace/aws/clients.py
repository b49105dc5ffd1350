"""Clients of services of AWS, with credentials, region and endpoints by the usual ways of AWS.

botocore alone: boto3 around it takes time to import and adds nothing that is needed here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

AWAY = (BotoCoreError, ClientError)
"""What is raised when a service does not do what it is asked."""
CONNECT_SECONDS_MAX = 2.0
ANSWER_SECONDS_MAX = 5.0
TRIES_MAX = 3


@cache
def client(service: str) -> Any:
    """One for each service in a process. Raises `BotoCoreError`, such as one that says that no region is known."""
    return botocore.session.get_session().create_client(
        service,
        config=Config(
            connect_timeout=CONNECT_SECONDS_MAX,
            read_timeout=ANSWER_SECONDS_MAX,
            retries={"total_max_attempts": TRIES_MAX, "mode": "standard"},
        ),
    )


def code_of(error: BaseException) -> str:
    """What the service calls it; empty where it did not answer."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
