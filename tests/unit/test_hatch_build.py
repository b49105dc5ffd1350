"""The build hook builds the dashboard exactly when that is needed."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", Path(__file__).parents[2] / "hatch_build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Sources as old as 1000 and a build of 2000, in seconds of 1970."""
    for name, time in {"package.json": 1000, "src/App.vue": 1000, "node_modules/vue/index.js": 3000}.items():
        written(tmp_path / "dashboard" / name, time)
    written(tmp_path / "index.html", 2000)
    return tmp_path


def written(path: Path, time: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("", "utf-8")
    os.utime(path, (time, time))


def test_a_build_newer_than_its_sources_stays(hook: ModuleType, checkout: Path) -> None:
    assert not hook.must_build(checkout / "dashboard", checkout / "index.html")


def test_an_edit_asks_for_a_build(hook: ModuleType, checkout: Path) -> None:
    written(checkout / "dashboard" / "src" / "App.vue", 2001)
    assert hook.must_build(checkout / "dashboard", checkout / "index.html")


def test_a_missing_build_is_made(hook: ModuleType, checkout: Path) -> None:
    (checkout / "index.html").unlink()
    assert hook.must_build(checkout / "dashboard", checkout / "index.html")


def test_without_sources_there_is_nothing_to_build(hook: ModuleType, checkout: Path) -> None:
    assert not hook.must_build(checkout / "nothing", checkout / "nothing.html")
