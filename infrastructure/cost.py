#!/usr/bin/env python3
"""What so many events a second cost a month on AWS, beside a single server, from list prices in prices.toml.

    python infrastructure/cost.py
    python infrastructure/cost.py --events 100 1700 10000 --batch 10 --prices yours.toml

It is arithmetic, to see what costs and what does not: traffic, logs, requests to buckets, tables and keys, taxes and
discounts are not in it. What a price is not known of is named. It needs Python 3.11, and no package.
"""

from __future__ import annotations

import argparse
import math
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOURS, SECONDS = 730, 730 * 3600
"""Of a month."""
EVENT_BYTES = {1: 473, 10: 390, 100: 61}
"""Of an event in the stream, by how many are in a request, one request a record: benchmarks/message_bytes.py."""
STORED_BYTES = 150
"""Of an event in the store: docs/benchmarks.md."""
FUNCTION_GIB = 0.5
"""Memory of the ingest function as infrastructure/ sets it."""
FIRST_REQUESTS = 300e6
"""Of a month, before they cost less."""
PUT_UNIT_BYTES = 25 * 1024
SHARD_RECORDS, SHARD_BYTES = 1_000, 1_048_576
"""What a shard takes in a second."""
SHARD_FULL = 0.5
"""So full is a shard on average: the busiest hour has twice as much."""
LOADED_BY_A_CORE = 61_000
"""Events a second: docs/scaling.md, "What a core does"."""
KEPT_DAYS = 30


@dataclass
class Bill:
    lines: list[tuple[str, float]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def usd(self) -> float:
        return sum(usd for _, usd in self.lines)


class Prices:
    def __init__(self, told: dict[str, dict[str, Any]]) -> None:
        self._told = told

    def put(self, bill: Bill, name: str, amounts: Mapping[str, float]) -> None:
        """A line of the bill: how much of each price."""
        known = {price: amount for price, amount in amounts.items() if self._told[price]["usd"] >= 0}
        bill.unknown += [price for price in amounts if price not in known]
        if known:
            bill.lines.append((name, sum(self._told[price]["usd"] * amount for price, amount in known.items())))

    @property
    def undated(self) -> list[str]:
        """Those that are known, of pages that tell no date."""
        return [name for name, told in self._told.items() if told["usd"] >= 0 and told["date"] == "not told"]


def managed(prices: Prices, events: int, batch: int, function_ms: float) -> Bill:
    """As production in infrastructure/ has it, with shards that are paid by the hour."""
    bill = Bill()
    requests = events / batch * SECONDS
    shards = shards_of(events, batch)
    cores = max(2, math.ceil(events / (LOADED_BY_A_CORE * 0.6)))
    disk = disk_gib(events)
    first = min(requests, FIRST_REQUESTS)
    api = {"api_request": first, "api_request_beyond_300_million": requests - first}
    prices.put(bill, "API Gateway", api)
    gib_seconds = requests * FUNCTION_GIB * function_ms / 1000
    prices.put(bill, "Lambda", {"function_request": requests, "function_gib_second": gib_seconds})
    hours = shards * HOURS
    units = requests * math.ceil(batch * EVENT_BYTES[batch] / PUT_UNIT_BYTES)
    stream = {"stream_shard_hour": hours, "stream_shard_hour_beyond_a_day": hours, "stream_put_unit": units}
    prices.put(bill, "Kinesis", stream)
    beyond = max(0, min(disk, 200) - 20) * HOURS
    server = {
        "fargate_core_hour": cores * HOURS,
        "fargate_gib_hour": cores * 4 * HOURS,
        "fargate_disk_gib_hour": beyond,
    }
    prices.put(bill, "Fargate", server)
    prices.put(bill, "Load balancer", {"load_balancer_hour": HOURS})
    prices.put(bill, "Buckets", {"bucket_gib_month": 1})
    prices.put(bill, "DynamoDB", {"table_write": 1})
    return bill


def one_machine(prices: Prices, events: int) -> Bill:
    bill = Bill()
    prices.put(bill, "Machine", {"machine_hour": HOURS})
    prices.put(bill, "Disk", {"machine_disk_gib_month": disk_gib(events)})
    return bill


def shards_of(events: int, batch: int) -> int:
    by_bytes = events * EVENT_BYTES[batch] / SHARD_BYTES
    return max(1, math.ceil(max(by_bytes, events / batch / SHARD_RECORDS) / SHARD_FULL))


def disk_gib(events: int) -> int:
    """Of the store."""
    return math.ceil(events * 86_400 * KEPT_DAYS * STORED_BYTES / 2**30)


def main() -> None:
    parser = argparse.ArgumentParser(description="What so many events a second cost a month on AWS.")
    parser.add_argument("--events", type=int, nargs="+", default=[100, 1_700, 10_000], help="A second. %(default)s")
    parser.add_argument("--batch", type=int, choices=EVENT_BYTES, default=10, help="In a request. [%(default)s]")
    ms = "How long the function takes for a request: not measured on AWS, so put in what yours says. [%(default)s]"
    parser.add_argument("--function-ms", type=float, default=20.0, help=ms)
    parser.add_argument("--prices", type=Path, default=Path(__file__).with_name("prices.toml"))
    options = parser.parse_args()
    if min(options.events) < 1:
        parser.error("at least one event a second")
    prices = Prices(tomllib.loads(options.prices.read_text("utf-8")))
    bills = {events: managed(prices, events, options.batch, options.function_ms) for events in options.events}
    machines = {events: one_machine(prices, events) for events in options.events}
    print(
        f"USD a month, {options.batch} events in a request, for which the function takes {options.function_ms:g} ms:\n"
    )
    print("| | " + " | ".join(f"{events:,} a second" for events in bills) + " |")
    print("|---|" + "--:|" * len(bills))
    for row, (name, _) in enumerate(bills[options.events[0]].lines):
        print(f"| {name} | " + " | ".join(f"{bill.lines[row][1]:,.0f}" for bill in bills.values()) + " |")
    print("| **managed, in all** | " + " | ".join(f"**{bill.usd:,.0f}**" for bill in bills.values()) + " |")
    print("| **one machine of two cores** | " + " | ".join(f"**{bill.usd:,.0f}**" for bill in machines.values()) + " |")
    print("| shards | " + " | ".join(f"{shards_of(events, options.batch):,}" for events in bills) + " |")
    print(f"| store, GiB for {KEPT_DAYS} days | " + " | ".join(f"{disk_gib(events):,}" for events in bills) + " |")
    unknown = sorted({name for bill in (*bills.values(), *machines.values()) for name in bill.unknown})
    if unknown:
        print(f"\nNot counted, as no price is known: {', '.join(unknown)}.")
    if prices.undated:
        print(f"\nPrices whose page tells no date: {', '.join(sorted(prices.undated))}.")
    if any(disk_gib(events) > 200 for events in bills):
        print("\nFargate has 200 GiB at most: there fewer days are kept, or a ClickHouse has them.", file=sys.stderr)


if __name__ == "__main__":
    main()
