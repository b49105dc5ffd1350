"""`playtrace service`: what systemd, launchd and Windows are told, and that nothing of anybody else is touched."""

from __future__ import annotations

import plistlib
import re
import shutil
import stat
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from databases.servers import skip_without
from typer.testing import CliRunner

from playtrace.cli.main import app
from playtrace.service import launchd, systemd, windows
from playtrace.service.errors import ServiceRefused
from playtrace.service.service import Service

STRANGE = Path('/srv/100% of it/$HOME/say "it"/back\\slash/ends;')
MACHINES = Service(name="playtrace", data=Path("/var/lib/playtrace"), of_user=False, python_home="/usr")

runner = CliRunner()
linux = pytest.mark.skipif(sys.platform != "linux", reason="systemd is on Linux")


def of_unit(service: Service) -> dict[str, str]:
    parser = ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    parser.read_string(systemd.unit(service))
    return {key: value for section in ("Unit", "Service", "Install") for key, value in parser[section].items()}


def as_systemd_reads(line: str) -> list[str]:
    """`ExecStart=` after systemd.service(5) and systemd.syntax(7)."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    plain = [re.sub(r"\\(.)", r"\1", quoted) if quoted else bare for quoted, bare in words]
    assert not any(re.search(r"(?<!%)(%%)*%(?!%)", word) for word in plain)
    return [word.replace("%%", "%").replace("$$", "$") for word in plain]


@pytest.mark.parametrize("data", [Path("/var/lib/playtrace"), Path("/srv/with space"), STRANGE])
def test_systemd_starts_the_very_command(data: Path) -> None:
    service = Service(name="arena", data=data, of_user=False, host="0.0.0.0", port=9000)
    assert as_systemd_reads(of_unit(service)["ExecStart"]) == service.command
    assert service.command[-6:] == ["--data", str(data), "--host", "0.0.0.0", "--port", "9000"]
    assert of_unit(service)["WorkingDirectory"].replace("%%", "%") == str(data)


def test_a_unit_of_the_machine_has_few_rights_and_stops_gently() -> None:
    unit = of_unit(MACHINES)
    expected = {
        "User": "playtrace",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "ReadWritePaths": "/var/lib/playtrace",
        "UMask": "0077",
        # SIGTERM to the first process alone, and time to load what was acknowledged.
        "KillMode": "mixed",
        "TimeoutStopSec": "300",
    }
    assert {key: unit[key] for key in expected} == expected


def test_a_unit_of_a_person_asks_for_nothing_that_takes_root() -> None:
    unit = of_unit(Service(name="playtrace", data=Path("/home/ada/data"), of_user=True))
    assert unit["WantedBy"] == "default.target"
    assert not {"User", "ProtectSystem", "CapabilityBoundingSet", "PrivateDevices"} & unit.keys()
    assert unit["NoNewPrivileges"] == "yes"


@linux
def test_systemd_finds_nothing_wrong_with_a_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        skip_without("There is no systemd-analyze here (Debian's package is `systemd`).")
    path = tmp_path / "playtrace.service"
    path.write_text(systemd.unit(MACHINES))
    found = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
    assert (found.returncode, "playtrace.service" in found.stderr) == (0, False), found.stderr


def test_a_service_of_the_machine_runs_from_no_home() -> None:
    service = Service(
        name="playtrace", data=Path("/var/lib/playtrace"), of_user=False, python="/home/ada/venv/bin/python"
    )
    with pytest.raises(ServiceRefused, match="/opt/playtrace"):
        systemd.install(service)


@pytest.mark.parametrize("of_user", [True, False])
def test_launchd_reads_what_is_meant(of_user: bool) -> None:
    service = Service(name="arena", data=STRANGE, of_user=of_user, port=9000)
    said = plistlib.loads(launchd.plist(service).encode())
    assert said["Label"] == "dev.playtrace.arena"
    assert said["ProgramArguments"] == service.command
    assert said["WorkingDirectory"] == str(STRANGE)
    assert (said["KeepAlive"], said["ExitTimeOut"], said["Umask"]) == ({"SuccessfulExit": False}, 300, 0o077)
    assert said.get("UserName") == (None if of_user else "daemon")


def test_windows_runs_it_as_an_account_of_its_own_that_alone_may_read_the_folder() -> None:
    told = "\n".join(step.told() for step in windows.install(MACHINES))
    assert "starts with Windows as NT SERVICE\\playtrace" in told
    assert "/inheritance:r /grant:r 'NT SERVICE\\playtrace:(OI)(CI)F'" in told
    with pytest.raises(ServiceRefused, match="leave out --user"):
        windows.install(Service(name="playtrace", data=Path("data"), of_user=True))


@pytest.mark.parametrize("name", ["", "Big", "a b", "../x", "x" * 33, "%n"])
def test_a_name_that_could_mean_something_else_is_refused(name: str) -> None:
    with pytest.raises(ServiceRefused, match="small letters"):
        Service(name=name, data=Path("/srv"), of_user=False)


def test_a_folder_cannot_bring_lines_of_its_own() -> None:
    with pytest.raises(ServiceRefused, match="cannot be printed"):
        Service(name="playtrace", data=Path("/srv/x\nExecStartPre=/bin/evil"), of_user=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a person, on a machine whose systemctl writes down what it is told."""
    programs = tmp_path / "programs"
    programs.mkdir()
    stand_in = programs / "systemctl"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n')
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    return tmp_path


@linux
def test_a_dry_run_tells_everything_and_does_nothing(home: Path) -> None:
    told = runner.invoke(app, ["service", "install", "--user", "--dry-run", "--port", "9000"])
    assert told.exit_code == 0, told.output
    for part in ("systemd/user/playtrace.service", "--port 9000", "run systemctl --user restart playtrace"):
        assert part in told.output
    assert {path.name for path in home.iterdir()} == {"programs"}


@linux
def test_installed_again_and_removed_with_its_data_kept(home: Path) -> None:
    unit = home / "config" / "systemd" / "user" / "playtrace.service"
    for port in ("9000", "9001"):
        installed = runner.invoke(app, ["service", "install", "--user", "--port", port])
        assert installed.exit_code == 0, installed.output
        assert f"--port {port}" in unit.read_text()
    assert (home / "share" / "playtrace").stat().st_mode & 0o777 == 0o700
    removed = runner.invoke(app, ["service", "uninstall", "--user"])
    assert removed.exit_code == 0, removed.output
    assert (unit.exists(), (home / "share" / "playtrace").is_dir()) == (False, True)
    assert (home / "told").read_text().splitlines()[-2:] == [
        "--user disable --now playtrace",
        "--user daemon-reload",
    ]


@linux
@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_the_unit_of_somebody_else_is_left_alone(home: Path, command: str) -> None:
    unit = home / "config" / "systemd" / "user" / "playtrace.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\nExecStart=/bin/mine\n")
    refused = runner.invoke(app, ["service", command, "--user"])
    assert refused.exit_code == 1
    assert "not written by playtrace" in refused.output
    assert unit.read_text() == "[Service]\nExecStart=/bin/mine\n"
    assert not (home / "told").exists()
