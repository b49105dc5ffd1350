"""`playtrace maps`: pictures of a game's maps, which heatmaps and playback are drawn on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.registry.errors import UnknownGame
from playtrace.registry.maps import Calibration, MapChanges, Pinned, calibration_of
from playtrace.registry.models import GameMap

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Pictures of a game's maps.")

Game = Annotated[str, typer.Argument(metavar="GAME", help="The game's id.")]
MapName = Annotated[str, typer.Argument(metavar="MAP", help="The map's name, as events send it.")]


@app.command()
def add(
    game_id: Game,
    name: MapName,
    image: Annotated[Path, typer.Argument(metavar="FILE", help="PNG, JPEG or WebP.", exists=True, dir_okay=False)],
    at: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PX,PY=X,Y",
            help="A pixel of the picture, from its upper left corner, and where in the world it is. Give two.",
        ),
    ] = None,
    y_up: Annotated[
        bool, typer.Option("--y-up/--y-down", help="Whether y grows upwards in the picture, or downwards.")
    ] = True,
    opacity: Annotated[float | None, typer.Option(help="How strongly it is drawn, 0.05 to 1.")] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Put a picture of a map there, in place of the one that it has.

    Two points say where it lies in the world: `--at 0,0=-100,100 --at 512,512=100,-100`. Without them that is said on
    the page Heatmap, or stays as it was where the picture is as large as the one before.
    """
    changes = MapChanges()
    if at:
        changes["calibration"] = _calibration(at, y_up=y_up)
    if opacity is not None:
        changes["opacity"] = opacity
    content = image.read_bytes()
    with open_registry(data) as registry:
        row = registry.maps.put_image(game_id, name, content)
        if changes:
            row = registry.maps.change(game_id, name, changes)
    _show([row], as_json=as_json)
    if row.calibration_json is None:
        print_hint("It is drawn when two points of it are known: give --at twice, or choose them on the page Heatmap.")


@app.command("list")
def list_maps(game_id: Game, data: DataFolder = None, as_json: AsJson = False) -> None:
    """List the pictures of a game's maps."""
    with open_registry(data) as registry:
        if registry.games.get(game_id) is None:
            raise UnknownGame(game_id)
        rows = registry.maps.all(game_id)
    if rows or as_json:
        _show(rows, as_json=as_json)
    else:
        print_hint("No pictures yet. Add one: " + in_folder(f"playtrace maps add {game_id} MAP FILE", data))


@app.command()
def remove(game_id: Game, name: MapName, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Remove the picture of a map. What happened on it stays."""
    with open_registry(data) as registry:
        registry.maps.remove(game_id, name)
        rows = registry.maps.all(game_id)
    _show(rows, as_json=as_json)


def _calibration(at: list[str], *, y_up: bool) -> Calibration:
    if len(at) != 2:
        raise typer.BadParameter("two points fix where a picture lies: give it twice.", param_hint="--at")
    first, second = (_pinned(text) for text in at)
    return Calibration(first, second, y_up)


def _pinned(text: str) -> Pinned:
    try:
        (pixel_x, pixel_y), (x, y) = (map(float, part.split(",")) for part in text.split("="))
    except ValueError:
        pixel_x = pixel_y = x = y = math.nan
    if not all(map(math.isfinite, (pixel_x, pixel_y, x, y))):
        raise typer.BadParameter(f"expected PX,PY=X,Y such as 0,512=-100,-100, got {text!r}.", param_hint="--at")
    return Pinned(pixel_x, pixel_y, x, y)


def _show(rows: list[GameMap], *, as_json: bool) -> None:
    if as_json:
        print_json({"maps": [_document(row) for row in rows]})
        return
    print_table(
        ["Map", "Pixels", "Kind", "Calibration", "Changed (UTC)"],
        [
            [row.name, f"{row.width_px} x {row.height_px}", row.content_type, _in_words(row), row.changed_at]
            for row in rows
        ],
    )


def _document(row: GameMap) -> dict[str, object]:
    return {
        "name": row.name,
        "widthPx": row.width_px,
        "heightPx": row.height_px,
        "contentType": row.content_type,
        "sha256": row.image_sha256,
        "calibration": calibration_of(row),
        "opacity": row.opacity,
        "changedAt": row.changed_at,
    }


def _in_words(row: GameMap) -> str:
    calibration = calibration_of(row)
    if calibration is None:
        return "none yet"
    points = " ".join(
        f"{point.pixel_x:g},{point.pixel_y:g}={point.x:g},{point.y:g}"
        for point in (calibration.first, calibration.second)
    )
    return f"{points}, y {'up' if calibration.y_up else 'down'}"
