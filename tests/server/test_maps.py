"""Pictures of maps over HTTP, and events by where they happened."""

from __future__ import annotations

from typing import Any

import httpx2
import numpy as np
import pytest
from server_process import ServerProcess

from playtrace.simulate.png import encoded

NAME = "/Game/Maps/Keep & <b>Yard</b>"
PICTURE = encoded(np.full((30, 40, 3), 90, np.uint8))
CALIBRATION = {
    "first": {"pixelX": 0, "pixelY": 0, "x": -50, "y": 30},
    "second": {"pixelX": 40, "pixelY": 30, "x": 50, "y": -30},
    "yUp": True,
}
PNG = {"Content-Type": "image/png"}


@pytest.fixture(scope="module")
def client(open_process: ServerProcess) -> httpx2.Client:
    place = {"game_id": "arena", "map": NAME}
    events = [
        {"name": name, "player_id": "ann", "match_id": f"m{x % 2}", "x": x, "y": 2 * x, **place}
        for x in range(4)
        for name in ("position", "player_death")
    ]
    events += [{"name": "chat", "match_id": "m1", **place}, {"name": "player_death", **place, "map": "yard", "x": 1}]
    assert open_process.send(events)[1]["accepted"] == len(events)
    open_process.wait_until_loaded()
    return open_process.client


def ask(client: httpx2.Client, method: str, path: str = "", status: int = 200, **more: Any) -> Any:
    params = {"map": NAME} if method != "GET" or path else {}
    answer = client.request(method, f"/api/games/arena/maps{path}", params=params | more.pop("params", {}), **more)
    assert answer.status_code == status, answer.text
    return answer


def test_a_picture_is_put_calibrated_read_and_removed(client: httpx2.Client) -> None:
    made = ask(client, "PUT", "/image", content=PICTURE, headers=PNG).json()
    assert (made["name"], made["widthPx"], made["heightPx"], made["calibration"]) == (NAME, 40, 30, None)
    changed = ask(client, "PATCH", json={"calibration": CALIBRATION, "opacity": 0.4}).json()
    assert (changed["calibration"], changed["opacity"]) == (CALIBRATION, 0.4)
    assert ask(client, "PATCH", json={"opacity": 0.5}).json()["calibration"] == CALIBRATION
    (listed,) = ask(client, "GET").json()["maps"]
    assert listed == changed | {"opacity": 0.5, "changedAt": listed["changedAt"]}

    image = ask(client, "GET", "/image", params={"sha256": made["sha256"]})
    assert image.content == PICTURE
    assert image.headers["content-type"] == "image/png"
    assert image.headers["x-content-type-options"] == "nosniff"
    assert image.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "immutable" in image.headers["cache-control"]
    stale = ask(client, "GET", "/image", params={"sha256": "0" * 64})
    assert stale.headers["cache-control"] == "private, no-cache"
    again = ask(client, "GET", "/image", 304, headers={"If-None-Match": stale.headers["etag"]})
    assert again.content == b""

    assert ask(client, "PATCH", json={"calibration": None}).json()["calibration"] is None
    assert ask(client, "DELETE").json() == {"maps": []}
    for method, path, body in (("GET", "/image", {}), ("PATCH", "", {"json": {}}), ("DELETE", "", {})):
        assert "has no picture of a map" in ask(client, method, path, 404, **body).json()["detail"]


def test_what_is_no_picture_or_no_calibration_is_refused(client: httpx2.Client) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    # Whatever a client calls it.
    problem = ask(client, "PUT", "/image", 422, content=svg, headers=PNG).json()
    assert "export it as PNG" in problem["detail"]
    assert problem["errors"][0]["field"] == "image"
    assert "8 MiB" in ask(client, "PUT", "/image", 413, content=bytes(9 * 1024**2), headers=PNG).json()["detail"]
    ask(client, "PUT", "/image", content=PICTURE, headers=PNG)
    outside = CALIBRATION | {"second": {"pixelX": 41, "pixelY": 0, "x": 0, "y": 0}}
    for change in ({"calibration": outside}, {"calibration": {}}, {"opacity": 0}, {"opacity": 2}, {"name": "x"}):
        ask(client, "PATCH", "", 422, json=change)
    assert client.put("/api/games/nowhere/maps/image?map=keep", content=PICTURE).status_code == 404
    assert client.put("/api/games/arena/maps/image", content=PICTURE).status_code == 422
    ask(client, "DELETE")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"matchId": "m1", "exceptType": "position"}, ["chat", "player_death 1", "player_death 3"]),
        ({"map": NAME, "minX": 1, "maxX": 3, "type": "player_death"}, ["player_death 1", "player_death 2"]),
        ({"map": NAME, "minY": 2, "maxY": 4}, ["player_death 1", "position 1"]),
        ({"map": NAME, "minX": 1, "maxY": 4, "exceptType": ["position", "chat"]}, ["player_death 1"]),
        ({"map": "yard"}, ["player_death 1"]),
    ],
)
def test_events_are_found_by_match_and_place(client: httpx2.Client, asked: dict[str, Any], found: list[str]) -> None:
    answer = client.get("/api/events", params={"gameId": "arena", **asked})
    assert answer.status_code == 200, answer.text
    events = answer.json()["events"]
    assert sorted(f"{one['eventType']} {one['x']:g}" if "x" in one else one["eventType"] for one in events) == found
