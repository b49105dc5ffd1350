"""Windows: a service of the Service Control Manager, hosted by pywin32 (the extra `playtrace[windows]`).

It runs as a virtual account of its own (`NT SERVICE\\NAME`), which has no password, and no rights but to its data
folder.
"""

from __future__ import annotations

import os
from pathlib import Path

from playtrace.service.errors import ServiceRefused
from playtrace.service.service import DESCRIPTION, Service
from playtrace.service.steps import Call, MakeFolder, Run, Step

CLASS = "playtrace.cli.windows_service.Host"
"""What pywin32's host process runs."""
MISSING = "A service of Windows needs pywin32: pip install 'playtrace[windows]'."


def data_by_default(name: str, *, of_user: bool) -> Path:
    return Path(os.environ.get("PROGRAMDATA", "C:\\ProgramData")) / name


def account(service: Service) -> str:
    return f"NT SERVICE\\{service.name}"


def install(service: Service) -> list[Step]:
    _require_of_machine(service)
    return [
        MakeFolder(service.data),
        Call(
            f"make the service {service.name}, which starts with Windows as {account(service)} and runs"
            f" {' '.join(service.command)}",
            lambda: _make(service),
        ),
        # Its files are for that account, for admins and for the system, and for nobody else.
        Run(
            [
                *("icacls", str(service.data), "/inheritance:r", "/grant:r"),
                *(f"{each}:(OI)(CI)F" for each in (account(service), "*S-1-5-32-544", "*S-1-5-18")),
            ]
        ),
        Run(["sc", "failure", service.name, "reset=", "86400", "actions=", "restart/2000"]),
        Run(["sc", "start", service.name]),
    ]


def uninstall(service: Service) -> list[Step]:
    _require_of_machine(service)
    return [
        Run(["sc", "stop", service.name], may_fail=True),
        Run(["sc", "delete", service.name]),
    ]


def status(service: Service) -> list[str]:
    """The command that tells it."""
    return ["sc", "query", service.name]


def afterwards(service: Service) -> str:
    return f"Its log, with the link that makes the admin account: {service.data / 'server.log'}"


def _require_of_machine(service: Service) -> None:
    if service.of_user:
        raise ServiceRefused("Services of Windows are the machine's: leave out --user, in a terminal of an admin.")


def _make(service: Service) -> None:
    try:
        import win32service  # pyright: ignore[reportMissingModuleSource]
        import win32serviceutil  # pyright: ignore[reportMissingModuleSource]
    except ImportError as error:
        raise ServiceRefused(MISSING) from error
    try:
        win32serviceutil.InstallService(
            CLASS,
            service.name,
            service.name,
            startType=win32service.SERVICE_AUTO_START,
            userName=account(service),
            password="",
            description=DESCRIPTION,
            delayedstart=True,
        )
        known = {"python": service.python, "data": str(service.data), "host": service.host, "port": service.port}
        for option, value in known.items():
            win32serviceutil.SetServiceCustomOption(service.name, option, "" if value is None else str(value))
    except win32service.error as error:
        raise ServiceRefused(f"Windows did not make the service: {error.strerror}.") from error
