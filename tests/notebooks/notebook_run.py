"""Runs a notebook of `notebooks/` cell by cell in a real kernel, or its cells as one program, which starts faster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
IN_A_KERNEL = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()
for cell in notebook.cells:
    for output in cell.get("outputs", []):
        print(output.get("text", ""), end="")
"""
"""In a process of its own: the kernel's client keeps threads and sockets, which are not what is tested."""


class Ran:
    def __init__(self, folder: Path, done: subprocess.CompletedProcess[str]) -> None:
        self.charts = {path.name: path for path in folder.glob("charts/*.png")}
        self.code = done.returncode
        self.printed = done.stdout
        self.errors = done.stderr


def cells_of(name: str) -> list[dict[str, Any]]:
    return json.loads((NOTEBOOKS / name).read_text("utf-8"))["cells"]


def run_in_a_kernel(name: str, folder: Path, url: str, game: str) -> Ran:
    return _run(["-c", IN_A_KERNEL, str(NOTEBOOKS / name), str(folder)], folder, url, game)


def run_as_a_program(name: str, folder: Path, url: str, game: str) -> Ran:
    program = folder / f"{name}.py"
    cells = ["".join(cell["source"]) for cell in cells_of(name) if cell["cell_type"] == "code"]
    program.write_text("\n\n".join(cells), "utf-8")
    return _run([str(program)], folder, url, game)


def _run(arguments: list[str], folder: Path, url: str, game: str) -> Ran:
    environment = {
        **{
            name: value for name, value in os.environ.items() if not name.startswith(("PLAYTRACE_", "LOOT_", "STUDIO_"))
        },
        "PLAYTRACE_URL": url,
        "PLAYTRACE_GAME": game,
        "PYTHONIOENCODING": "utf-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=200, check=False,
    )  # fmt: skip
    return Ran(folder, done)
