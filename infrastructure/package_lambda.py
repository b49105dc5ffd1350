#!/usr/bin/env python3
"""Makes the zip file with playtrace for functions of AWS, and says how large it is.

    python infrastructure/package_lambda.py --output dist/lambda.zip

It has the program without its dashboard, and those of its dependencies that functions use, as wheels for the function's
processor: nothing is built. boto3 comes with Lambda itself. The same files make the same bytes, so that Terraform sees
whether anything changed. It needs uv, and no package of Python.
"""

from __future__ import annotations

import argparse
import compileall
import json
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEPENDENCIES = ("brotli", "iptocc", "maxminddb", "msgspec", "pydantic", "zstandard")
"""Of those in pyproject.toml: what handlers import, and nothing that asks, loads or draws."""
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
NOT_FOR_FUNCTIONS = shutil.ignore_patterns("_dashboard", "__pycache__", "*.pyc")
ZIP_BYTES_MAX = 50 * 1024 * 1024
"""What Lambda takes directly."""
UNPACKED_BYTES_MAX = 250 * 1024 * 1024
AT = (1980, 1, 1, 0, 0, 0)
"""The time of each file in the zip: the earliest that there is."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the zip file with playtrace for functions of AWS.")
    parser.add_argument("--output", type=Path, default=Path("dist/lambda.zip"), help="Where it goes. [%(default)s]")
    parser.add_argument("--architecture", choices=PLATFORMS, default="arm64", help="Of the function. [%(default)s]")
    parser.add_argument("--python", default="3.13", help="Of the function. [%(default)s]")
    parser.add_argument("--json", action="store_true", help="Say it as one JSON object.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "package"
        shutil.copytree(ROOT / "src" / "playtrace", folder / "playtrace", ignore=NOT_FOR_FUNCTIONS)
        install(folder, PLATFORMS[options.architecture], options.python)
        is_compiled = compiled(folder, options.python)
        options.output.parent.mkdir(parents=True, exist_ok=True)
        unpacked = pack(folder, options.output)
    size = options.output.stat().st_size
    told = {"file": str(options.output), "bytes": size, "unpackedBytes": unpacked, "compiled": is_compiled}
    if options.json:
        print(json.dumps(told))
    else:
        print(f"{options.output}: {size / 1e6:.1f} MB, unpacked {unpacked / 1e6:.1f} MB, for {options.architecture}")
        if not is_compiled:
            print(f"Not compiled, as this is not Python {options.python}: a cold start takes longer.")
    if size > ZIP_BYTES_MAX or unpacked > UNPACKED_BYTES_MAX:
        sys.exit("Lambda does not take it: 50 MiB packed and 250 MiB unpacked are the most.")


def install(folder: Path, platform: str, python: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [told for told in project["dependencies"] if re.match(r"[\w-]+", told)[0] in DEPENDENCIES]
    command = ["uv", "pip", "install", "--quiet", "--target", str(folder), "--python-platform", platform]
    command += ["--python-version", python, "--only-binary", ":all:", "--no-compile-bytecode", *wanted]
    subprocess.run(command, check=True)
    for path in [*folder.rglob("__pycache__"), *folder.rglob("tests"), folder / "bin"]:
        shutil.rmtree(path, ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)


def compiled(folder: Path, python: str) -> bool:
    """Whether it could be: a function cannot write down what it compiled, and would compile at each cold start."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" != python:
        return False
    # By its content and not by its time, which the zip does not keep.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    return bool(compileall.compile_dir(folder, quiet=2, invalidation_mode=mode, stripdir=str(folder)))


def pack(folder: Path, output: Path) -> int:
    """Into a zip, in one order and with one time. Returns bytes unpacked."""
    unpacked = 0
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((path for path in folder.rglob("*") if path.is_file()), key=Path.as_posix):
            # It says where it was installed from, which differs from machine to machine.
            if path.name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json"):
                continue
            content = path.read_bytes()
            unpacked += len(content)
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), AT)
            # Lambda's user is not the one who packed.
            entry.external_attr = (0o755 if path.suffix == ".so" else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return unpacked


if __name__ == "__main__":
    main()
