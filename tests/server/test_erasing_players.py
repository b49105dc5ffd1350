"""`playtrace players`: a player who is erased from a running server is in nothing that it says, and may be refused."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path
from typing import Any

from server_process import StartProcess
from typer.testing import CliRunner, Result

from playtrace.cli.main import app

SECONDS_MAX = 120.0


def run(data: Path, *arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, ["players", *arguments, "--data", str(data)], input=answer, env={"COLUMNS": "1000"})


def event(player: str, name: str = "jump", **fields: Any) -> dict[str, Any]:
    return {"name": name, "game_id": "arena", "player_id": player, "session_id": f"of-{player}", **fields}


def test_a_player_is_erased_refused_and_taken_again(start_process: StartProcess, tmp_path: Path):
    server = start_process(environment={"PLAYTRACE_ERASE_GATHER_MINUTES": "0"})
    merged = event("ana-the-first", "player_merged", props={"previous_id": "device-7"})
    server.send([event("ana-the-first"), event("device-7"), merged, event("bob")])
    server.wait_until_loaded()
    # What is kept of one player, under all ids.
    kept = tmp_path / "kept.zip"
    done = run(server.data, "export", "arena", "device-7", "--to", str(kept))
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(kept) as archive:
        lines = [json.loads(line) for line in archive.read("events.ndjson").splitlines()]
        summary = json.loads(archive.read("summary.json"))
    assert [line["player_id"] for line in lines] == ["ana-the-first", "device-7", "ana-the-first"]
    assert (summary["events"], summary["playerIds"]) == (3, ["ana-the-first", "device-7"])
    assert {one["value"]: one["events"] for one in summary["said"]["events"]} == {"jump": 2, "player_merged": 1}
    told = server.get("/api/games/arena/player-summary?playerId=device-7")
    assert (told["events"], told["playerIds"], told["isRefused"]) == (3, ["ana-the-first", "device-7"], False)
    assert [one["value"] for one in told["said"]["events"]] == ["jump", "player_merged"]
    done = run(server.data, "export", "arena", "nobody", "--to", str(tmp_path / "none.zip"))
    assert (done.exit_code, "Nothing is kept of a player 'nobody'" in done.output) == (1, True)
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["kept.zip"]
    # Nobody is erased by mistake.
    known = run(server.data, "erase", "arena", "ana-the-first", answer="n\n")
    assert (known.exit_code, "Nothing is stored" in known.output) == (1, False)
    unknown = run(server.data, "erase", "arena", "ana-the-frist", answer="n\n")
    assert "Nothing is stored of the player 'ana-the-frist'. Is that the right id?" in unknown.output
    some = run(server.data, "erase", "arena", "bob", "x", "y", "--refuse", answer="n\n")
    assert "Nothing is stored of 2 of 3 players: 'x', 'y'. What they send" in some.output
    done = run(server.data, "erase", "nowhere", "bob", "--yes")
    assert (done.exit_code, "nowhere" in done.output) == (1, True)
    assert "Name players" in run(server.data, "erase", "arena", "--yes").output
    ids = tmp_path / "ids.txt"
    ids.write_text("ana-the-first\n\n", "utf-8")
    done = run(server.data, "erase", "arena", "--file", str(ids), "--refuse", "--yes")
    assert done.exit_code == 0, done.output
    assert "2 ids of players and 3 events of theirs are in no answer any more" in done.output
    assert server.sql("SELECT DISTINCT player_id FROM events") == [["bob"]]
    assert server.get("/api/events?gameId=arena&playerId=device-7")["events"] == []

    # What is still sent is refused and counted, and nothing of it is kept.
    deadline = time.monotonic() + SECONDS_MAX
    while "rejected" not in (answer := server.send([event("device-7"), event("bob")])[1]):
        assert time.monotonic() < deadline
    assert answer["rejected"][0]["reason"] == "consent_withdrawn"
    server.wait_until_loaded()
    told = server.get("/api/games/arena/player-summary?playerId=device-7")
    assert (told["events"], told["isRefused"]) == (0, True)
    audit = json.dumps(server.get("/api/audit?action=player"))
    assert ("player.erased" in audit, "player.exported" in audit, "device-7" in audit) == (True, True, False)
    assert "device-7" not in json.dumps(server.sql("SELECT body, error FROM set_aside"))

    # Gone from the disk, with a receipt that this server alone wrote.
    while not (listed := json.loads(run(server.data, "erasures", "arena", "--json").stdout)["erasures"])[0][
        "finishedAt"
    ]:
        assert time.monotonic() < deadline, listed
        time.sleep(0.1)
    receipt = tmp_path / "receipt.json"
    receipt.write_text(run(server.data, "receipt", "arena", listed[0]["erasureId"]).stdout, "utf-8")
    verified = run(server.data, "verify-receipt", str(receipt), "--player", "device-7")
    assert (verified.exit_code, "genuine, about 'device-7'" in verified.output) == (0, True), verified.output
    assert run(server.data, "verify-receipt", str(receipt), "--player", "bob").exit_code == 1
    receipt.write_text(receipt.read_text("utf-8").replace('"arena"', '"harbour"'), "utf-8")
    assert "somebody changed it" in run(server.data, "verify-receipt", str(receipt)).output

    # They agree again, as a new player.
    assert "1 of 2 were refused" in run(server.data, "accept", "arena", "device-7", "carl").output
    while server.send(event("device-7"))[0] != 202:
        assert time.monotonic() < deadline
    server.wait_until_loaded()
    assert server.sql("SELECT count(*) FROM events WHERE player_id = 'device-7'") == [[1]]
    # Without a server too, to the end.
    server.stop()
    done = run(server.data, "erase", "arena", "device-7", "--yes", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["finishedAt"] is not None
    assert not any(b"device-7" in path.read_bytes() for path in server.data.iterdir() if path.is_file())
