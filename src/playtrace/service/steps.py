"""What is to be done, as values: told one by one, and then carried out."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from playtrace.service.errors import ServiceRefused

MARK = "Written by `playtrace service install`"
"""In every file that a service is made of: no other is replaced or removed."""


class MakeFolder(Struct, frozen=True):
    path: Path

    def told(self) -> str:
        return f"make the folder {self.path}, for its owner alone"

    def carry_out(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)


class WriteFile(Struct, frozen=True):
    path: Path
    text: str

    def told(self) -> str:
        lines = "".join(f"    {line}\n" for line in self.text.splitlines())
        return f"write {self.path}:\n\n{lines}"

    def carry_out(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_name(self.path.name + ".unfinished")
        unfinished.write_text(self.text, "utf-8")
        unfinished.chmod(0o644)
        unfinished.replace(self.path)


class RemoveFile(Struct, frozen=True):
    path: Path

    def told(self) -> str:
        return f"remove {self.path}"

    def carry_out(self) -> None:
        self.path.unlink(missing_ok=True)


class Run(Struct, frozen=True):
    command: list[str]
    may_fail: bool = False
    """It says what is so already."""

    def told(self) -> str:
        return f"run {shlex.join(self.command)}"

    def carry_out(self) -> None:
        try:
            ended = subprocess.run(self.command, capture_output=True, text=True, check=False)  # noqa: S603 - of ours
        except OSError as error:
            raise ServiceRefused(f"{self.command[0]} cannot be run here: {error.strerror}.") from error
        if ended.returncode != 0 and not self.may_fail:
            said = (ended.stderr or ended.stdout).strip()
            raise ServiceRefused(f"{shlex.join(self.command)} ended with {ended.returncode}: {said}")


class Call(Struct, frozen=True):
    """What no command does."""

    what: str
    do: Callable[[], None]

    def told(self) -> str:
        return self.what

    def carry_out(self) -> None:
        self.do()


Step = MakeFolder | WriteFile | RemoveFile | Run | Call


def require_ours(path: Path) -> None:
    """Raises `ServiceRefused` for a file that somebody else wrote."""
    if path.exists() and MARK not in path.read_text("utf-8", "replace"):
        raise ServiceRefused(f"{path} is there and not written by playtrace. Move it away, or choose another --name.")


def carry_out(steps: Sequence[Step], tell: Callable[[str], None]) -> None:
    """One after the other. Raises `ServiceRefused` at the first that does not work, and before any when a file is
    somebody else's."""
    for step in steps:
        if isinstance(step, WriteFile | RemoveFile):
            require_ours(step.path)
    for step in steps:
        tell(step.told())
        step.carry_out()
