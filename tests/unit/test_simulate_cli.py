"""`playtrace simulate` as a person types it, where nothing is sent."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner, Result

from playtrace.cli.simulate import simulate
from playtrace.simulate.truth import read_truth

app = typer.Typer()
app.command()(simulate)

SMALL = ("--players", "10", "--days", "2")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_same_command_same_bytes(tmp_path: Path):
    first, second = tmp_path / "first.ndjson", tmp_path / "second.ndjson"
    for path in (first, second):
        # Without --end a file ends at the last midnight; given here, so that the test may run across one.
        result = run(*SMALL, "--seed", 9, "--end", "2026-03-20T12:00:00Z", "--output", path)
        assert result.exit_code == 0, result.output
    assert first.read_bytes() == second.read_bytes()
    assert read_truth(tmp_path / "truth.json").events == first.read_bytes().count(b"\n")


def test_a_file_without_an_end_holds_whole_days(tmp_path: Path):
    assert run(*SMALL, "--output", tmp_path / "events.parquet").exit_code == 0
    truth = read_truth(tmp_path / "truth.json")
    assert (truth.end.hour, truth.end.minute, truth.end.microsecond) == (0, 0, 0)
    assert len(truth.days) == 2


def test_loot_to_stdout():
    result = run("--scenario", "loot", "--matches", 3, "--players", 2, "--generate-only")
    assert result.exit_code == 0, result.output
    assert len(msgspec.json.decode(result.stdout)) == 6


def test_loot_into_a_file_with_custom_stats(tmp_path: Path):
    stats = tmp_path / "stats.yaml"
    stats.write_text("stealth: {type: int, range: [4, 4]}")
    output = tmp_path / "sheets.json"
    result = run("--scenario", "loot", "--matches", 1, "--generate-only", "--custom-stats", stats, "--output", output)
    assert result.exit_code == 0, result.output
    assert [sheet["custom_stats"] for sheet in msgspec.json.decode(output.read_bytes())] == [{"stealth": 4}] * 4


LOOT = ("--scenario", "loot")


@pytest.mark.parametrize(
    ("arguments", "option", "belongs_to"),
    [
        (("--matches", "50"), "--matches", "--scenario loot"),
        (("--generate-only",), "--generate-only", "--scenario loot"),
        (("--custom-stats", "stats.yaml"), "--custom-stats", "--scenario loot"),
        ((*LOOT, "--days", "2"), "--days", "--scenario arena"),
        ((*LOOT, "--events", "10"), "--events", "--scenario arena"),
        ((*LOOT, "--live"), "--live", "--scenario arena"),
        ((*LOOT, "--rate", "5"), "--rate", "--scenario arena"),
        ((*LOOT, "--no-history"), "--history/--no-history", "--scenario arena"),
        ((*LOOT, "--duration", "5"), "--duration", "--scenario arena"),
        (("--rate", "5"), "--rate", "--live"),
        (("--duration", "5"), "--duration", "--live"),
        (("--no-history",), "--history/--no-history", "--live"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(arguments: tuple[str, ...], option: str, belongs_to: str):
    # Where nobody listens: what is sent in spite of it gets another exit code.
    result = CliRunner().invoke(app, [*arguments, "--server", "http://127.0.0.1:1"], env={"COLUMNS": "300"})
    assert result.exit_code == 2
    assert f"{option}: it belongs to {belongs_to}" in result.output


def test_play_that_goes_on_is_not_for_a_file(tmp_path: Path):
    result = run("--live", "--output", tmp_path / "events.ndjson")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--output", "events.csv"), ".ndjson"),
        (("--events", "10", "--players", "10"), "either players or events"),
        (("--end", "yesterday"), "RFC 3339"),
        (("--scenario", "loot", "--custom-stats", "nowhere.yaml"), "nowhere.yaml"),
        (("--server", "localhost:8080", *SMALL), "no address"),
        (("--server", "http://127.0.0.1:1", *SMALL), "Nobody answers at http://127.0.0.1:1"),
        (("--server", "http://127.0.0.1:1", "--live"), "Nobody answers at http://127.0.0.1:1"),
    ],
)
def test_mistakes_get_a_sentence(arguments: tuple[str, ...], sentence: str):
    result = run(*arguments)
    assert result.exit_code == 1
    assert sentence in result.output
