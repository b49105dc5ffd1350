"""Linux: a unit of systemd, of the machine or of one person, with as few rights as the server needs."""

from __future__ import annotations

import os
from pathlib import Path

from playtrace.service.errors import ServiceRefused
from playtrace.service.service import DESCRIPTION, DESCRIPTORS_MAX, STOP_SECONDS_MAX, Service
from playtrace.service.steps import MARK, Call, MakeFolder, RemoveFile, Run, Step, WriteFile

ACCOUNT = "playtrace"
"""Of a service of the machine."""
HOMES = (Path("/home"), Path("/root"), Path("/run/user"))

FOR_ALL = """\
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""
"""What the manager of one person may ask for too."""
FOR_MACHINE = """\
CapabilityBoundingSet=
ProtectSystem=strict
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
"""


def data_by_default(name: str, *, of_user: bool) -> Path:
    if not of_user:
        return Path("/var/lib") / name
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / name


def unit_path(service: Service) -> Path:
    file = f"{service.name}.service"
    if not service.of_user:
        return Path("/etc/systemd/system") / file
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user" / file


def unit(service: Service) -> str:
    lines = [
        f"# {MARK}; `playtrace service uninstall` removes it.",
        "[Unit]",
        f"Description={DESCRIPTION}",
        *([] if service.of_user else ["Wants=network-online.target", "After=network-online.target"]),
        "",
        "[Service]",
        "Type=exec",
        *([] if service.of_user else [f"User={ACCOUNT}", f"Group={ACCOUNT}"]),
        f"WorkingDirectory={_path(service.data)}",
        f"ExecStart={' '.join(map(_quoted, service.command))}",
        # The processes that take events follow the first one by themselves.
        "KillMode=mixed",
        f"TimeoutStopSec={STOP_SECONDS_MAX}",
        "Restart=on-failure",
        "RestartSec=2",
        f"LimitNOFILE={DESCRIPTORS_MAX}",
        *FOR_ALL.splitlines(),
        *([] if service.of_user else _of_machine(service)),
        "",
        "[Install]",
        f"WantedBy={'default.target' if service.of_user else 'multi-user.target'}",
    ]
    return "\n".join(lines) + "\n"


def _of_machine(service: Service) -> list[str]:
    is_at_home = any(service.data.is_relative_to(folder) for folder in HOMES)
    return [
        *FOR_MACHINE.splitlines(),
        f"ProtectHome={'read-only' if is_at_home else 'yes'}",
        f"ReadWritePaths={_quoted(str(service.data))}",
    ]


def install(service: Service) -> list[Step]:
    if service.of_user:
        begin: list[Step] = [MakeFolder(service.data)]
    else:
        if there := service.programs_below(HOMES):
            raise ServiceRefused(
                f"A service of the machine may not look into {there[0]}, which runs this. Make an environment elsewhere"
                " and run this with it: python3 -m venv /opt/playtrace && /opt/playtrace/bin/pip install playtrace"
            )
        begin = [
            Call(f"make the account {ACCOUNT}, unless there is one", _make_account),
            MakeFolder(service.data),
            # Not what is in it: a folder that somebody names by mistake keeps its files' owners.
            Run(["chown", f"{ACCOUNT}:{ACCOUNT}", str(service.data)]),
        ]
    return [
        *begin,
        WriteFile(unit_path(service), unit(service)),
        Run([*_systemctl(service), "daemon-reload"]),
        Run([*_systemctl(service), "enable", service.name]),
        # Also of one that runs with what the unit said before.
        Run([*_systemctl(service), "restart", service.name]),
    ]


def uninstall(service: Service) -> list[Step]:
    return [
        Run([*_systemctl(service), "disable", "--now", service.name], may_fail=True),
        RemoveFile(unit_path(service)),
        Run([*_systemctl(service), "daemon-reload"]),
    ]


def status(service: Service) -> list[str]:
    """The command that tells it."""
    return [*_systemctl(service), "--no-pager", "--lines=5", "status", service.name]


def afterwards(service: Service) -> str:
    log = f"journalctl {'--user ' if service.of_user else ''}-u {service.name}"
    linger = (
        "\nIt ends when you sign out, unless an admin says: loginctl enable-linger $USER" if service.of_user else ""
    )
    return f"Its log, with the link that makes the admin account: {log}{linger}"


def _systemctl(service: Service) -> list[str]:
    return ["systemctl", "--user"] if service.of_user else ["systemctl"]


def _make_account() -> None:
    if os.name != "posix":
        raise ServiceRefused("Accounts of Linux are made on Linux.")
    import pwd

    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        Run(
            ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        ).carry_out()


def _quoted(text: str) -> str:
    """One argument as systemd reads it (systemd.service(5)): `%` and `$` mean something to it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped == "" or any(character in escaped for character in " \t'\"\\;") else escaped


def _path(path: Path) -> str:
    """As `WorkingDirectory=` takes it: to the end of the line, without quotes."""
    return str(path).replace("%", "%%")
