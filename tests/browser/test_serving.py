"""How the built files are served: types, caching, headers, and pages at any depth."""

from __future__ import annotations

import json
import re

import pytest
from server_process import ServerProcess

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
"""What browsers ask for when a person goes to an address."""
ASSET = re.compile(r'src="\./(assets/[^"]+\.js)"')


def page(server: ServerProcess, path: str) -> tuple[dict[str, str], str]:
    status, headers, body = server.request("GET", path, headers={"Accept": HTML})
    assert status == 200
    return headers, body.decode()


def test_the_page_is_asked_for_again_and_its_files_never(open_process: ServerProcess) -> None:
    headers, text = page(open_process, "/")
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"] == "text/html; charset=utf-8"
    found = ASSET.search(text)
    assert found is not None
    status, headers, body = open_process.request("GET", f"/{found.group(1)}")
    assert status == 200
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"].startswith("text/javascript")
    status, headers, packed = open_process.request("GET", f"/{found.group(1)}", headers={"Accept-Encoding": "gzip, br"})
    assert headers["content-encoding"] == "br"
    assert len(packed) < len(body) / 2


def test_nothing_from_elsewhere_is_allowed(open_process: ServerProcess) -> None:
    headers, text = page(open_process, "/")
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert not re.search(r'(src|href)="(https?:)?//', text)
    assert 'href="./docs"' in text


@pytest.mark.parametrize(
    ("path", "base"),
    [("/", "./"), ("/retention?range=7d", "./"), ("/dashboard/", "../"), ("/dashboard/live/", "../../")],
)
def test_the_page_finds_its_files_from_any_depth(open_process: ServerProcess, path: str, base: str) -> None:
    _, text = page(open_process, path)
    assert f'<base href="{base}" />' in text


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/nothing",
        "/api-docs",
        "/debug/env",
        "/debug/logping",
        "/retention",
        "/assets/nothing.js",
        "/favicon.ico",
        "/assets/%2e%2e/%2e%2e/event.py",
        "/..%2fevent.py",
    ],
)
def test_what_is_not_there_is_a_problem_document(open_process: ServerProcess, path: str) -> None:
    status, headers, _ = open_process.request("GET", path)
    assert status == 404
    assert headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/json", "application/json, text/plain, */*", "text/html;q=0"]
)
def test_who_does_not_ask_for_html_gets_the_document_of_the_api(open_process: ServerProcess, accept: str) -> None:
    status, headers, body = open_process.request("GET", "/", headers={"Accept": accept})
    assert (status, headers["content-type"], headers["vary"]) == (200, "application/json", "Accept")
    _, _, document = open_process.request("GET", "/api/openapi.json")
    assert json.loads(body) == json.loads(document)
    assert {"/api/stats", "/api/aggregate", "/api/heatmap/{item}", "/api/events"} <= json.loads(body)["paths"].keys()


def test_the_dashboard_by_its_old_name_is_a_page_for_monitors_too(open_process: ServerProcess) -> None:
    for path in ("/dashboard", "/dashboard/"):
        status, headers, _ = open_process.request("GET", path, headers={"Accept": "*/*"})
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_pages_are_only_read(open_process: ServerProcess) -> None:
    status, headers, _ = open_process.request("POST", "/retention", b"{}", {"Content-Type": "application/json"})
    assert status == 405
    assert headers["allow"] == "GET, HEAD"
