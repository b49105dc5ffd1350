"""What runs inside a service of Windows: pywin32's host process imports it, and calls `SvcDoRun`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import servicemanager  # pyright: ignore[reportMissingModuleSource]
import win32service  # pyright: ignore[reportMissingModuleSource]
import win32serviceutil  # pyright: ignore[reportMissingModuleSource]

STOP_WAIT_MS = 300_000
"""What was acknowledged is loaded before it ends."""


class Host(win32serviceutil.ServiceFramework):
    _svc_name_ = "playtrace"
    """Any: the host process tells the name it was started as."""
    _svc_display_name_ = "playtrace"

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self._name = arguments[0]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()

    def SvcStop(self) -> None:
        self.ReportServiceStatus(win32service.SERVICE_STOP_PENDING, waitHint=STOP_WAIT_MS)
        self._loop.call_soon_threadsafe(self._stop.set)

    SvcShutdown = SvcStop

    def SvcDoRun(self) -> None:
        def option(name: str) -> str:
            return win32serviceutil.GetServiceCustomOption(self._name, name, "")

        # The host is no Python that could run our other processes; what they are run with is read at imports.
        sys.executable = option("python")
        data = Path(option("data"))
        os.chdir(data)
        # A service has no console.
        sys.stdout = sys.stderr = (data / "server.log").open("a", encoding="utf-8", buffering=1)

        from playtrace import logs
        from playtrace.cli.serve import announce
        from playtrace.cli.settings_options import settings_from
        from playtrace.server import serve

        settings = settings_from(data=data, host=option("host") or None, port=option("port") or None)
        logs.set_up(settings)
        self.ReportServiceStatus(win32service.SERVICE_RUNNING)
        try:
            self._loop.run_until_complete(serve(settings, announce, self._stop))
        except Exception as error:
            servicemanager.LogErrorMsg(f"{self._name}: {error}")
            raise
