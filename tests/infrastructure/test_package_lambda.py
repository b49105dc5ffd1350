"""`infrastructure/package_lambda.py`: what is in the zip file for functions, and that it is the same each time."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from configuration import INFRASTRUCTURE

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
