"""`infrastructure/package_lambda.py`: what is in the zip file for functions, and that it is the same each time."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from configuration import INFRASTRUCTURE

from playtrace.aws.settings import FUNCTIONS

SCRIPT = INFRASTRUCTURE / "package_lambda.py"
_spec = importlib.util.spec_from_file_location("package_lambda", SCRIPT)
assert _spec is not None and _spec.loader is not None
package_lambda = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(package_lambda)


def test_it_is_small_enough_and_for_the_processor_of_the_function(tmp_path: Path) -> None:
    package = tmp_path / "lambda.zip"
    command = [sys.executable, SCRIPT, "--output", package, "--json"]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=200).stdout)
    assert told["bytes"] == package.stat().st_size < told["unpackedBytes"] < package_lambda.UNPACKED_BYTES_MAX
    # This is not the Python of the function: what it compiles would be of no use there.
    assert told["compiled"] is (sys.version_info[:2] == (3, 13))
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
    assert names == sorted(names) and "playtrace/collect/app.py" in names
    native = [name for name in names if name.endswith(".so") and "cpython" in name]
    assert native and all("313-aarch64" in name for name in native)
    tops = {name.split("/")[0] for name in names}
    assert not {"duckdb", "pyarrow", "numpy", "sqlalchemy", "fastapi", "boto3", "bin"} & tops
    assert not [name for name in names if "_dashboard" in name or "/tests/" in name]


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    made: list[bytes] = []
    for number, order in enumerate((("b.py", "a.py"), ("a.py", "b.py"))):
        folder = tmp_path / str(number) / "package"
        folder.mkdir(parents=True)
        for name in order:
            (folder / name).write_text(f"NAME = {name!r}")
            os.utime(folder / name, (number, number))
        assert package_lambda.compiled(folder, version) is True
        package_lambda.pack(folder, tmp_path / f"{number}.zip")
        made.append((tmp_path / f"{number}.zip").read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "0.zip") as archive:
        assert len([name for name in archive.namelist() if name.endswith(".pyc")]) == 2
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}
    assert package_lambda.compiled(tmp_path, "2.7") is False


def test_what_handlers_import_is_in_it() -> None:
    """Or comes with Lambda: what else a handler imported here would be missing there."""
    script = "import sys, json, importlib; [importlib.import_module(name) for name in sys.argv[1:]]; "
    script += "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    modules = [function.handler.rpartition(".")[0] for function in FUNCTIONS]
    told = subprocess.run([sys.executable, "-c", script, *modules], check=True, capture_output=True, text=True)
    owners = packages_distributions()
    # The last two are taken by botocore where they are, and not missed.
    there = {*closure(package_lambda.DEPENDENCIES), *closure(("boto3", "botocore")), "certifi", "backports-zstd"}
    there.add("playtrace")
    imported = {_plain(owner) for name in json.loads(told.stdout) for owner in owners.get(name, [])}
    # What each Python process here has, whatever it imports.
    bare = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    imported -= {_plain(owner) for name in json.loads(bare.stdout) for owner in owners.get(name, [])} - {"playtrace"}
    assert "msgspec" in imported and imported <= there, imported - there


def closure(names: Iterable[str]) -> set[str]:
    """These distributions, and what they need."""
    found: set[str] = set()
    waiting = [_plain(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            with suppress(PackageNotFoundError):
                needs = [need for need in requires(name) or [] if "extra ==" not in need]
                waiting += [_plain(re.match(r"[\w.-]+", need)[0]) for need in needs]  # pyright: ignore[reportOptionalSubscript]
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
