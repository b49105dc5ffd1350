"""`playtrace games`, `keys` and `tokens` on a real data folder."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from playtrace.cli import games, keys, tokens
from playtrace.config import Settings
from playtrace.registry.registry import Registry

STRANGE_TEXT = "[red]'; DROP TABLE games; -- <b>Ünïcödé</b> 日本 {x} %s"


class Commands:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.app = typer.Typer()
        for name, group in (("games", games.app), ("keys", keys.app), ("tokens", tokens.app)):
            self.app.add_typer(group, name=name)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(self.app, [*arguments, "--data", str(self.data)])

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        return json.loads(result.stdout)

    def refused(self, *arguments: str, exit_code: int = 1) -> str:
        """What stderr says of a command that fails."""
        result = self.run(*arguments)
        assert (result.exit_code, result.stdout) == (exit_code, "")
        return result.stderr

    def registry(self) -> Registry:
        return Registry.open(Settings(data=self.data).registry_database)


@pytest.fixture
def playtrace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.chdir(tmp_path)
    return Commands(tmp_path / "data")


def test_from_nothing_to_a_key_and_a_token(playtrace: Commands) -> None:
    added = playtrace.run("games", "add", "sky-raid", "--name", "Sky Raid", "--time-zone", "Asia/Tokyo")
    assert added.exit_code == 0
    assert "playtrace keys add sky-raid" in added.stderr
    key = playtrace.run("keys", "add", "sky-raid", "--note", "release build").stdout
    token = playtrace.run("tokens", "add", "--game", "sky-raid", "--note", "notebook")
    assert "cannot be shown again" in token.stderr

    registry = playtrace.registry()
    assert registry.keys.all()[0].key in key
    assert registry.keys.all()[0].secret in key
    reader = registry.tokens.of_secret(token.stdout.strip())
    assert reader and (reader.game_ids, reader.note) == (["sky-raid"], "notebook")
    registry.close()

    assert "Sky Raid" in playtrace.run("games", "list").stdout
    assert key.splitlines()[1] in playtrace.run("keys", "list").stdout
    listed = playtrace.run("tokens", "list").stdout
    assert "notebook" in listed
    assert token.stdout.strip() not in listed


def test_scripts_get_json(playtrace: Commands) -> None:
    game = playtrace.json("games", "add", "a", "--currency", "EUR")
    made = {"id": "a", "name": "a", "timeZone": "UTC", "currency": "EUR", "archivedAt": None}
    assert game == made | {"createdAt": game["createdAt"]}
    assert game["createdAt"].endswith("Z")
    assert playtrace.json("games", "list") == {"games": [game], "beingDeleted": []}
    key = playtrace.json("keys", "add", "a")
    assert playtrace.json("keys", "list", "a") == {"keys": [key]}
    token = playtrace.json("tokens", "add")
    assert token.pop("token").startswith(token["prefix"])
    assert playtrace.json("tokens", "list") == {"tokens": [token]}
    assert playtrace.json("keys", "revoke", key["key"])["revokedAt"]
    assert playtrace.json("tokens", "revoke", str(token["id"]))["revokedAt"]


def test_what_is_revoked_is_listed_as_such(playtrace: Commands) -> None:
    playtrace.run("games", "add", "a")
    key, token = playtrace.json("keys", "add", "a"), playtrace.json("tokens", "add")
    assert playtrace.run("keys", "revoke", key["key"][:8]).exit_code == 0
    assert playtrace.run("tokens", "revoke", str(token["id"])).exit_code == 0
    assert playtrace.json("keys", "list")["keys"][0]["revokedAt"]
    assert playtrace.json("tokens", "list")["tokens"][0]["revokedAt"]
    registry = playtrace.registry()
    assert registry.tokens.of_secret(token["token"]) is None
    registry.close()


def test_strange_texts_are_shown_as_they_are(playtrace: Commands) -> None:
    playtrace.run("games", "add", "a", "--name", STRANGE_TEXT)
    playtrace.run("keys", "add", "a", "--note", STRANGE_TEXT)
    playtrace.run("tokens", "add", "--note", STRANGE_TEXT)
    for group in ("games", "keys", "tokens"):
        assert STRANGE_TEXT in playtrace.run(group, "list").stdout


def test_a_game_that_a_client_named_once_cannot_write_to_the_terminal(playtrace: Commands) -> None:
    playtrace.registry().close()
    with closing(sqlite3.connect(playtrace.data / "registry.sqlite")) as database:
        database.execute(
            "INSERT INTO games (id, name, time_zone, currency, created_at) VALUES (?, 'x', 'UTC', 'USD', ?)",
            ("\x1b[2J\u202e[bold]x", "2026-03-01 12:00:00.000000"),
        )
        database.commit()
    listed = playtrace.run("games", "list").stdout
    assert "\ufffd[2J\ufffd[bold]x" in listed
    assert "\x1b" not in listed


def test_an_error_tells_the_next_move(playtrace: Commands) -> None:
    assert "no playtrace data in" in playtrace.refused("games", "list")
    assert "--data" in playtrace.refused("keys", "list")
    assert not playtrace.data.exists()

    playtrace.run("games", "add", "a")
    assert "already a game with the id 'a'" in playtrace.refused("games", "add", "a")
    assert "such as my-game" in playtrace.refused("games", "add", "My Game")
    assert "such as Europe/Berlin" in playtrace.refused("games", "add", "b", "--time-zone", "Nowhere")
    for unknown_game in (
        ("keys", "add", "' OR 1=1"),
        ("keys", "list", "' OR 1=1"),
        ("tokens", "add", "--game", "' OR 1=1"),
    ):
        told = playtrace.refused(*unknown_game)
        assert "There is no game with the id" in told
        assert "playtrace games add" in told
    assert f"`playtrace keys list --data {playtrace.data}`" in playtrace.refused("keys", "revoke", "0123456789")
    assert "playtrace tokens list" in playtrace.refused("tokens", "revoke", "7")


def test_empty_lists_say_how_to_fill_them(playtrace: Commands) -> None:
    playtrace.registry().close()
    assert f"playtrace games add ID --data {playtrace.data}\n" in playtrace.run("games", "list").stderr
    assert "playtrace keys add" in playtrace.run("keys", "list").stderr
    assert "playtrace tokens add" in playtrace.run("tokens", "list").stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "many", "The setting port does not fit: Input should be a valid integer"),
        ("ROLE", "cook", "The setting role does not fit: expected all, or some of collect, load, ask"),
    ],
)
def test_a_wrong_setting_is_named(
    playtrace: Commands, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"PLAYTRACE_{name}", value)
    assert told in playtrace.refused("games", "list", exit_code=2)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("port = = 3", "playtrace.toml"),
        ("prot = 8080", "There is no setting prot"),
        ('port = "many"', "The setting port"),
    ],
)
def test_a_wrong_settings_file_is_explained(
    playtrace: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "playtrace.toml").write_text(settings)
    assert told in playtrace.refused("games", "list", exit_code=2)


def test_a_list_that_is_none_is_explained(playtrace: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYTRACE_TRUSTED_PROXIES", "127.0.0.1")
    assert '["127.0.0.1"]' in playtrace.refused("games", "list", exit_code=2)


def test_only_a_game_begins_a_new_folder(playtrace: Commands) -> None:
    assert "There is no playtrace data" in playtrace.refused("tokens", "add")
    assert not playtrace.data.exists()
    assert str(playtrace.data) in playtrace.run("games", "add", "a").stderr


def test_a_wrong_registry_url_is_explained(playtrace: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYTRACE_REGISTRY_URL", "nonsense")
    assert "not one that SQLAlchemy understands" in playtrace.refused("games", "list")
