"""Files of packages that npm serves, for tests: published schemas, which are not ours to keep in the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from databases.servers import skip_without

KEPT_IN = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "playtrace" / "npm"


def files_of(package: str, version: str, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Names within the package, and contents, of the files that are wanted. It is fetched once and kept packed."""
    with tarfile.open(_packed(package, version), "r|gz") as archive:
        for member in archive:
            name = member.name.removeprefix("package/")
            if member.isfile() and is_wanted(name) and (file := archive.extractfile(member)) is not None:
                yield name, file.read()


def _packed(package: str, version: str) -> Path:
    path = KEPT_IN / f"{package.replace('/', '-').removeprefix('@')}-{version}.tgz"
    if path.exists():
        return path
    npm = shutil.which("npm")
    if npm is None:
        skip_without(f"npm fetches {package}, and there is none")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that who comes meanwhile finds all of it or nothing.
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        told = subprocess.run(
            [npm, "pack", "--silent", f"{package}@{version}"], cwd=folder, capture_output=True, text=True, timeout=200
        )
        assert told.returncode == 0, told.stderr
        (Path(folder) / told.stdout.strip()).rename(path)
    return path
