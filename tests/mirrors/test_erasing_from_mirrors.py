"""Mirrors erase whom the store has erased, each when it is there, and the receipt tells how far they are."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from followed_store import MIRROR, Followed, steps
from sqlite_target import SqliteTarget, path_of, rows_of

from playtrace.config import Settings
from playtrace.mirrors.erasing import FOLDER, waiting
from playtrace.mirrors.target import PlayerErasure, TargetAway
from playtrace.operate import receipt as receipts
from playtrace.operate.erasures import Erasures, unknown_players


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    with closing(Followed(tmp_path / "data")) as followed:
        followed.take(followed.events(200))
        followed.mirror()
        with closing(followed.follower()) as mirror:
            steps(mirror)
        yield followed


def erasures_of(followed: Followed) -> Erasures:
    return Erasures(
        followed.store,
        followed.registry,
        followed.journal,
        followed.loader,
        followed.settings,
        touched=lambda days: None,
        gathered=dt.timedelta(0),
    )


def work(erasures: Erasures) -> None:
    while erasures.work() == 0.0:
        pass
    erasures.work()


def said(followed: Followed, erasures: Erasures) -> dict[str, Any]:
    (one,) = erasures.listed()
    assert one.receipt is not None
    found = receipts.read(one.receipt, followed.registry.refused_players.secret())
    assert found is not None
    return dict(found)


def players_in(path: Path, game: str) -> set[str]:
    return {event["player_id"] for (of, _), event in rows_of(path).items() if of == game}


def files_with(folder: Path, text: str) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


class Away(SqliteTarget):
    def open(self) -> Any:
        raise TargetAway("It is away.")


def test_a_mirror_that_is_away_erases_when_it_is_back_and_only_then_is_the_id_in_no_file(followed: Followed) -> None:
    gone = "player-to-be-gone"
    followed.take(followed.events(5, player_id=gone, game_id="arena"))
    followed.take(followed.events(1, player_id=gone, game_id="maze"))
    is_away = False

    def making(url: str, mirror: str, settings: Settings, _: object) -> SqliteTarget:
        return (Away if is_away else SqliteTarget)(path_of(url, settings), mirror)

    erasures = erasures_of(followed)
    with closing(followed.follower(making)) as mirror:
        steps(mirror)
        assert gone in players_in(followed.target, "arena")
        asked = erasures.ask("arena", [gone])
        assert waiting(followed.folder) == [], "not before the files are written anew"
        is_away = True
        mirror.close()
        work(erasures)
        told = said(followed, erasures)
        assert told["mirrors"] == [{"mirror": MIRROR, "erasedAt": None}]
        assert waiting(followed.folder) == [asked.erasure_id]
        assert mirror.step().did == "failed"
        work(erasures)
        assert said(followed, erasures) == told
        is_away = False
        followed.take(followed.events(2, player_id=gone, game_id="arena"))
        steps(mirror, may_fail=True)
        work(erasures)
    now_told = said(followed, erasures)
    assert now_told["finishedAt"] == told["finishedAt"]
    [done] = now_told["mirrors"]
    assert dt.datetime.fromisoformat(done["erasedAt"]) > dt.datetime.fromisoformat(told["rewrittenAt"])
    assert not (followed.folder / FOLDER).exists()
    assert followed.mirrored() == followed.expected(), "who came again is a new player"
    assert sum(event["player_id"] == gone for event in rows_of(followed.target).values()) == 3
    assert erasures.work() is None


def test_whoever_is_killed_erases_once_and_a_removed_mirror_is_named(followed: Followed) -> None:
    erasures = erasures_of(followed)
    player = sorted(players_in(followed.target, "arena"))[0]
    erasures.ask("arena", [player])
    work(erasures)

    class Killed(SqliteTarget):
        def erase(self, erasure: PlayerErasure, rows: tuple[pa.Table, pa.Table]) -> None:
            super().erase(erasure, rows)
            raise KeyboardInterrupt

    def dying(url: str, mirror: str, settings: Settings, _: object) -> SqliteTarget:
        return Killed(path_of(url, settings), mirror)

    with closing(followed.follower(dying)) as mirror, pytest.raises(KeyboardInterrupt):
        mirror.step()
    assert player not in players_in(followed.target, "arena")
    # They come again before whoever was killed begins again.
    followed.take(followed.events(1, player_id=player, game_id="arena"))
    with closing(followed.follower()) as mirror:
        steps(mirror)
    assert followed.mirrored() == followed.expected()
    work(erasures)
    assert said(followed, erasures)["mirrors"][0]["erasedAt"] is not None

    other = sorted(players_in(followed.target, "maze"))[0]
    erasures.ask("maze", [other])
    work(erasures)
    followed.registry.mirrors.remove(MIRROR)
    work(erasures)
    told = json.loads(erasures.listed("maze")[0].receipt or "")["receipt"]
    assert [line for line in told["notReached"] if line.endswith(f"by their owner: {MIRROR}")]
    assert not (followed.folder / FOLDER).exists()


def test_of_whom_nothing_is_stored_is_said(followed: Followed) -> None:
    player = sorted(players_in(followed.target, "arena"))[0]
    followed.take(followed.events(1, player_id=None, device_id="phone-1", game_id="arena"))
    asked = [player, "nobody", "phone-1"]
    assert unknown_players(followed.store, "arena", asked) == ["nobody"]
    assert unknown_players(followed.store, "maze", ["phone-1"]) == ["phone-1"]
    erasures_of(followed).ask("arena", [player])
    assert unknown_players(followed.store, "arena", asked) == ["nobody", player]
