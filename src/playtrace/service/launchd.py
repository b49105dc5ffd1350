"""macOS: a property list for launchd, as a daemon of the machine or an agent of one person."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from typing import Any

from playtrace.service.service import DESCRIPTORS_MAX, STOP_SECONDS_MAX, Service
from playtrace.service.steps import MARK, MakeFolder, RemoveFile, Run, Step, WriteFile


def data_by_default(name: str, *, of_user: bool) -> Path:
    return (Path.home() if of_user else Path("/")) / "Library" / "Application Support" / name


def label(service: Service) -> str:
    return f"dev.playtrace.{service.name}"


def plist_path(service: Service) -> Path:
    folder = Path.home() / "Library" / "LaunchAgents" if service.of_user else Path("/Library/LaunchDaemons")
    return folder / f"{label(service)}.plist"


def plist(service: Service) -> str:
    said: dict[str, Any] = {
        "Label": label(service),
        "ProgramArguments": service.command,
        "WorkingDirectory": str(service.data),
        "RunAtLoad": True,
        # One that ended well was told to.
        "KeepAlive": {"SuccessfulExit": False},
        "ExitTimeOut": STOP_SECONDS_MAX,
        "Umask": 0o077,
        "SoftResourceLimits": {"NumberOfFiles": DESCRIPTORS_MAX},
        "HardResourceLimits": {"NumberOfFiles": DESCRIPTORS_MAX},
        "StandardOutPath": str(service.data / "server.log"),
        "StandardErrorPath": str(service.data / "server.log"),
        "Comment": f"{MARK}; `playtrace service uninstall` removes it.",
    }
    if not service.of_user:
        # macOS keeps it for daemons that no person is.
        said["UserName"] = "daemon"
    return plistlib.dumps(said, sort_keys=False).decode()


def install(service: Service) -> list[Step]:
    owner = [] if service.of_user else [Run(["chown", "daemon", str(service.data)])]
    return [
        MakeFolder(service.data),
        *owner,
        # One that runs goes on with what was said before.
        Run(["launchctl", "bootout", f"{_domain(service)}/{label(service)}"], may_fail=True),
        WriteFile(plist_path(service), plist(service)),
        Run(["launchctl", "bootstrap", _domain(service), str(plist_path(service))]),
    ]


def uninstall(service: Service) -> list[Step]:
    return [
        Run(["launchctl", "bootout", f"{_domain(service)}/{label(service)}"], may_fail=True),
        RemoveFile(plist_path(service)),
    ]


def status(service: Service) -> list[str]:
    """The command that tells it."""
    return ["launchctl", "print", f"{_domain(service)}/{label(service)}"]


def afterwards(service: Service) -> str:
    return f"Its log, with the link that makes the admin account: {service.data / 'server.log'}"


def _domain(service: Service) -> str:
    return f"gui/{os.getuid()}" if service.of_user and os.name == "posix" else "system"
