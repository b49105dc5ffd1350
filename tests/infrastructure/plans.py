"""Plans as Terraform writes them in JSON, and what stands in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VARIABLES: dict[str, Any] = {
    "host": "telemetry.example",
    "certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
    "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/playtrace:1",
    "repository_arn": "arn:aws:ecr:eu-west-1:123456789012:repository/playtrace",
    "people_cidrs": ["198.51.100.0/24"],
    "alarm_emails": ["studio@example.com"],
    "permissions_boundary_arn": "arn:aws:iam::123456789012:policy/playtrace-boundary-test",
}
SECRETS = {
    "PLAYTRACE_REGISTRY_URL": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:registry",
    "PLAYTRACE_STORE_URL": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:store",
}
EVERYTHING: dict[str, Any] = {
    "name": "playtrace-test",
    "queries_folder": "../../src/playtrace/batch/warehouse/athena",
    "zones": 3,
    "nat_gateways": 1,
    "shards": 4,
    "secrets": SECRETS,
    "database_ports": [5432, 8443],
    "settings": {"PLAYTRACE_LATE_DAYS_MAX": "7", "PLAYTRACE_SETTLE_HOURS": "24", "PLAYTRACE_QUERY_SECONDS_MAX": "20"},
    "batch": {"python_environment": "versions.tf"},
    "warehouse": {
        "client_cidrs": ["10.20.0.0/16"],
        "charts": {
            "secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:reader",
            "viewers": ["arn:aws:quicksight:eu-west-1:123456789012:group/default/studio"],
            "authors": ["arn:aws:quicksight:eu-west-1:123456789012:group/default/analysts"],
        },
    },
    "report": {
        "games": ["arena"],
        "emails": ["studio@example.com"],
        "token_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token",
    },
    "quiet_minutes": 60,
    "month_usd": 1000,
    "watches_cost_anomalies": True,
}
"""What turns on everything that variables can turn on."""


@dataclass(frozen=True)
class Resource:
    address: str
    type: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """Of a policy."""

    resource: Resource
    told: dict[str, Any]

    def texts(self, key: str) -> list[str]:
        told = self.told.get(key, [])
        return [told] if isinstance(told, str) else list(told)


def resources_of(plan: dict[str, Any]) -> list[Resource]:
    return [
        Resource(each["address"], each["type"], each["values"])
        for module in _modules(plan["planned_values"]["root_module"])
        for each in module.get("resources", [])
        if each["mode"] == "managed"
    ]


def _modules(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield module
    for child in module.get("child_modules", []):
        yield from _modules(child)


def statements_of(resources: list[Resource]) -> list[Statement]:
    return [
        Statement(resource, told)
        for resource in resources
        for key in ("policy", "assume_role_policy")
        if (text := resource.values.get(key)) and '"Statement"' in text
        for told in json.loads(text)["Statement"]
    ]
