"""`/metrics` of a server of several processes, read by Prometheus' own parsers and compared with what was sent."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as older_text
from server_process import SEVERAL, ServerProcess
from starlette.requests import Request

from playtrace.api.scrape.families import NAMED_MAX, OTHER, named
from playtrace.api.scrape.route import needs_no_token
from playtrace.config import Settings
from playtrace.journal.schema import VERSION as JOURNAL_VERSION
from playtrace.registry.registry import Registry
from playtrace.serving.listening import free_port
from playtrace.store.duckdb import migrations

DEADLINE_S = 120.0
OPEN_METRICS = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"}
ELSEWHERE = "203.0.113.9"
DEPLOY = Path(__file__).parents[2] / "deploy"

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """With logins, behind nothing."""
    server = ServerProcess(tmp_path_factory.mktemp("watched") / "data", environment=SEVERAL).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def key(server: ServerProcess) -> str:
    registry = Registry.open(f"sqlite:///{server.data / 'registry.sqlite'}")
    registry.games.add("arena")
    registry.games.add("harbour")
    key = registry.keys.add("arena").key
    registry.close()
    sent = 0

    def is_known() -> bool:
        nonlocal sent
        sent += 1
        return server.send([], Authorization=f"Bearer {key}")[0] != 401

    eventually(is_known)
    # The other processes tell what they counted once a second: else it would seem to be of the first test.
    eventually(lambda: sending_requests(scrape(server)) == sent)
    return key


def eventually(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def scrape(server: ServerProcess) -> Series:
    status, headers, body = server.request("GET", "/metrics", headers=OPEN_METRICS)
    assert status == 200, body
    assert headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in open_metrics(body.decode())
        for sample in family.samples
    }


def of_prometheus(file: str) -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "prometheus" / file).read_text("utf-8"))


def value(series: Series, name: str, **labels: str) -> float:
    return series.get((name, frozenset(labels.items())), 0.0)


def requests_of(series: Series) -> dict[tuple[str, str], float]:
    return {
        (dict(labels)["protocol"], dict(labels)["outcome"]): number
        for (name, labels), number in series.items()
        if name == "playtrace_requests_total"
    }


def sending_requests(series: Series) -> float:
    return sum(number for (protocol, _), number in requests_of(series).items() if protocol == "events")


def status_of(server: ServerProcess, path: str = "/metrics", **headers: str) -> int:
    return server.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})[0]


def test_the_figures_are_those_of_what_was_sent(server: ServerProcess, key: str) -> None:
    before = scrape(server)
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(5)]
    good = [{"name": "match_end", "event_id": each} for each in ids]
    for _ in range(2):
        assert server.send(good, Authorization=f"Bearer {key}")[0] == 202
    assert server.send([good[0], {"name": 7}], Authorization=f"Bearer {key}")[0] == 202
    assert server.send([{"name": 7}], Authorization=f"Bearer {key}")[0] == 400
    assert server.send(good, Authorization="Bearer nobody")[0] == 401
    old = {"name": "match_end", "time": "2001-01-01T00:00:00Z"}
    assert server.send(old, Authorization=f"Bearer {key}")[0] == 202
    server.get("/api/metrics/active_players?gameId=arena")

    eventually(lambda: sending_requests(scrape(server)) - sending_requests(before) == 6)
    eventually(lambda: value(scrape(server), "playtrace_journal_lag_events") == 0)
    after = scrape(server)

    def grown(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    assert grown("playtrace_requests_total", protocol="events", outcome="ok") == 4
    assert grown("playtrace_requests_total", protocol="events", outcome="refused") == 1
    assert grown("playtrace_requests_total", protocol="events", outcome="unauthorized") == 1
    assert grown("playtrace_request_duration_seconds_count", protocol="events") == 6
    assert grown("playtrace_request_duration_seconds_bucket", protocol="events", le="+Inf") == 6
    assert grown("playtrace_events_total", game="arena", outcome="stored") == 5
    assert grown("playtrace_events_total", game="arena", outcome="duplicate") == 6
    assert grown("playtrace_events_total", game="arena", outcome="refused") == 2
    assert grown("playtrace_events_total", game="arena", outcome="quarantined") == 1
    assert grown("playtrace_events_by_reason_total", game="arena", outcome="refused", reason="invalid") == 2
    assert grown("playtrace_loaded_events_total") == 5
    assert grown("playtrace_question_duration_seconds_count", metric="active_players") == 1
    assert grown("playtrace_question_duration_seconds_sum", metric="active_players") > 0
    assert abs(time.time() - value(after, "playtrace_newest_event_received_timestamp_seconds")) < DEADLINE_S
    assert value(after, "playtrace_taking_events") == 1


def test_it_tells_of_every_process_the_disk_and_the_versions(server: ServerProcess) -> None:
    series = scrape(server)
    processes = {"main", *(f"collector-{number}" for number in range(int(SEVERAL["PLAYTRACE_COLLECT_PROCESSES"])))}
    for name in ("resident_memory_bytes", "open_descriptors", "threads", "cpu_seconds_total", "start_time_seconds"):
        assert all(value(series, f"playtrace_process_{name}", process=each) > 0 for each in processes), name
    assert value(series, "playtrace_disk_free_bytes") > 0
    assert value(series, "playtrace_disk_size_bytes") >= value(series, "playtrace_disk_used_bytes")
    assert value(series, "playtrace_store_bytes") > 0
    assert value(series, "playtrace_schema_version", database="store") == max(migrations())
    assert value(series, "playtrace_schema_version", database="journal") == JOURNAL_VERSION
    registry = Registry.open(f"sqlite:///{server.data / 'registry.sqlite'}")
    try:
        assert value(series, "playtrace_schema_version", database="registry") == registry.schema_version()
    finally:
        registry.close()
    (build,) = [dict(labels) for name, labels in series if name == "playtrace_build_info"]
    assert build["version"] == json.loads(server.request("GET", "/api/health")[2])["version"]
    parts = {dict(labels)["part"]: number for (name, labels), number in series.items() if name.endswith("part_ok")}
    assert set(parts.values()) == {1.0}


def test_both_forms_say_the_same(server: ServerProcess) -> None:
    status, headers, body = server.request("GET", "/metrics", headers={"Accept": "text/plain;version=0.0.4"})
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    older = {family.name for family in older_text(body.decode())}
    newer = {
        family.name for family in open_metrics(server.request("GET", "/metrics", headers=OPEN_METRICS)[2].decode())
    }
    # Of an info the older form, which knows none, makes a gauge.
    assert older == newer - {"playtrace_build"} | {"playtrace_build_info"}


def test_nothing_counted_is_lost_with_a_process(server: ServerProcess, key: str) -> None:
    """Those of one that was replaced count on."""
    if sys.platform != "linux":
        pytest.skip("Linux shares the connections of one port")
    for _ in range(6):
        assert server.send({"name": "match_end"}, Authorization=f"Bearer {key}")[0] == 202
    counted = 0.0

    def is_settled() -> bool:
        nonlocal counted
        last, counted = counted, requests_of(scrape(server))["events", "ok"]
        time.sleep(1.5)  # longer than the processes need to tell
        return last == counted

    eventually(is_settled)
    children = [each for each in psutil.Process(server.pid).children() if "collector_process" in str(each.cmdline())]
    os.kill(children[0].pid, signal.SIGKILL)
    eventually(lambda: "another collecting process took its place" in server.log())
    assert requests_of(scrape(server))["events", "ok"] == counted


def test_a_websocket_that_sends_is_counted(server: ServerProcess, key: str) -> None:
    async def talk() -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{server.url}/api/stream?key={key}") as socket,
        ):
            await socket.send_str(json.dumps({"name": "match_end"}))
            assert (await socket.receive_json())["status"] == 202
            await asyncio.to_thread(
                eventually, lambda: value(scrape(server), "playtrace_websocket_clients", kind="sending") == 1
            )

    asyncio.run(talk())
    eventually(lambda: value(scrape(server), "playtrace_websocket_clients", kind="sending") == 0)


def test_this_machine_reads_without_a_key_and_a_proxy_on_it_does_not(server: ServerProcess) -> None:
    assert status_of(server) == 200
    # A page of the internet that pointed its name here, and whoever is behind a proxy.
    assert status_of(server, Host="evil.example") == 401
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert status_of(server, **{header: ELSEWHERE}) == 401, header


def test_others_show_a_read_token_for_all_games(server: ServerProcess, key: str) -> None:
    registry = Registry.open(f"sqlite:///{server.data / 'registry.sqlite'}")
    _, of_all = registry.tokens.add()
    _, of_one = registry.tokens.add(game_ids=["arena"])
    registry.close()
    answers = {
        token: status_of(server, Authorization=f"Bearer {token}", Via="proxy") for token in (of_all, of_one, key)
    }
    assert answers == {of_all: 200, of_one: 403, key: 401}


def test_a_browser_gets_the_page_of_the_same_address(server: ServerProcess) -> None:
    status, headers, _ = server.request("GET", "/metrics", headers={"Accept": "text/html,*/*;q=0.8"})
    # Without a built dashboard there is no page; in no case are there figures.
    assert status in (200, 503) and "openmetrics" not in headers["content-type"]


@pytest.mark.parametrize(
    ("settings", "client", "headers", "is_free"),
    [
        ({}, "127.0.0.1", {}, True),
        ({}, "::/64", {"host": "[::1]:8080"}, True),
        ({}, ELSEWHERE, {}, False),
        ({}, "127.0.0.1", {"x-real-ip": ELSEWHERE}, False),
        ({}, "127.0.0.1", {"host": "telemetry.example"}, False),
        # A proxy is set up that need not say for whom it asks ...
        ({"public_url": "https://telemetry.example"}, "127.0.0.1", {}, False),
        # ... and one that does.
        ({"public_url": "https://telemetry.example", "trusted_proxies": ["127.0.0.1"]}, "127.0.0.1", {}, True),
        ({"metrics_without_token": "nobody"}, "127.0.0.1", {}, False),
        ({"metrics_without_token": "anybody"}, ELSEWHERE, {"via": "proxy"}, True),
    ],
)
def test_whoever_may_read_is_a_setting(
    settings: dict[str, Any], client: str, headers: dict[str, str], is_free: bool
) -> None:
    shown = {"host": "127.0.0.1:8080"} | headers
    asked = Request(
        {"type": "http", "client": (client, 0), "headers": [(k.encode(), v.encode()) for k, v in shown.items()]}
    )
    assert needs_no_token(asked, Settings(**settings)) is is_free


def test_games_beyond_a_number_have_no_series_of_their_own() -> None:
    names = named(f"game{number:04}" for number in range(NAMED_MAX + 7))
    assert len(set(names.values())) == NAMED_MAX + 1
    assert [game for game, name in names.items() if name == OTHER] == [
        f"game{number:04}" for number in range(NAMED_MAX, NAMED_MAX + 7)
    ]


def test_what_is_deployed_asks_for_nothing_that_there_is_not(server: ServerProcess) -> None:
    """Every name in an expression of the Grafana dashboard, its variables and the rules is one of a scrape."""
    families = list(open_metrics(server.request("GET", "/metrics", headers=OPEN_METRICS)[2].decode()))
    endings = {"counter": ("_total",), "info": ("_info",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    there_are = {family.name + ending for family in families for ending in endings[family.type]}
    dashboard: dict[str, Any] = json.loads((DEPLOY / "grafana" / "dashboards" / "server.json").read_text("utf-8"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    expressions += [variable["definition"] for variable in dashboard["templating"]["list"]]
    rules: list[dict[str, Any]] = [
        rule for group in of_prometheus("playtrace.rules.yaml")["groups"] for rule in group["rules"]
    ]
    expressions += [rule["expr"] for rule in rules]
    for expression in expressions:
        names = set(re.findall(r"\bplaytrace_\w+", expression))
        assert names or expression.startswith("up{"), expression
        assert names <= there_are, names - there_are
    assert all(panel["title"] and panel["description"] for panel in dashboard["panels"])
    assert all(rule["labels"]["severity"] in ("warning", "critical") for rule in rules)
    assert all({"summary", "description"} == set(rule["annotations"]) for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)


def test_what_prometheus_is_told_to_scrape_is_there(server: ServerProcess) -> None:
    config = of_prometheus("prometheus.yaml")
    (job,) = config["scrape_configs"]
    assert status_of(server, job["metrics_path"]) == 200
    assert job["static_configs"][0]["targets"] == [f"{Settings().host}:{Settings().port}"]
    assert [(DEPLOY / "prometheus" / file).is_file() for file in config["rule_files"]] == [True]


def test_the_health_check_of_the_container_tells_a_server_from_none(server: ServerProcess) -> None:
    text = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text("utf-8"))
    (command,) = re.findall(r"HEALTHCHECK .* CMD (\[.*\])", text)
    check = [sys.executable, *json.loads(command)[1:]]

    def found(port: int) -> int:
        environment = os.environ | {"PLAYTRACE_PORT": str(port)}
        return subprocess.run(check, env=environment, capture_output=True, check=False).returncode

    assert found(server.address[1]) == 0
    assert found(free_port("127.0.0.1")) != 0
