"""`playtrace players`: hand out what is kept of them, erase them, and tell whether a receipt of that is ours."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from playtrace.cli.local_server import LocalServer, ServerRefused, running_server
from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.settings_options import settings_from
from playtrace.cli.tables import print_hint, print_json, print_table
from playtrace.config import Settings

if TYPE_CHECKING:
    from playtrace.store.duckdb import Store

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Players: what is kept of them, and erasing it, as the law of data protection asks.",
)

PIECE_BYTES = 1 << 20
NAMED_MAX = 5
"""Ids that a sentence names."""

Game = Annotated[str, typer.Argument(metavar="GAME", help="The game.")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="PLAYER", help="Ids of players.")]
IdFile = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Ids from a file, one a line; - is standard input.")
]


@app.command()
def erase(
    game: Game,
    players: Ids = None,
    file: IdFile = None,
    refuse: Annotated[
        bool,
        typer.Option("--refuse", help="They withdrew their consent: what is sent of them from now on is refused."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Erase players for good: from every answer at once, then from the disk.

    Every figure is then that of a history without them. Who was merged is erased with all ids. Mirrors erase them too,
    when a server follows them. Backups that were made before still have them. With a running server or without one.
    """
    ids = _ids(players, file)
    settings = settings_from(data=data)
    server = running_server(settings)
    if not yes:
        unknown = _unknown(settings, data, server, game, ids)
        if unknown:
            print_hint(_nothing_of(unknown, len(ids), is_refused=refuse))
        whom = f"the player {ids[0]!r}" if len(ids) == 1 else f"{len(ids):,} players"
        typer.confirm(f"Erase {whom} of {game}? Nothing brings them back.", abort=True, err=True)
    if server is not None:
        told = _asked(lambda: server.post(f"/api/games/{game}/erasures", {"players": ids, "refuse": refuse}))
    else:
        told = _of_stopped(settings, data, game, ids, is_refused=refuse)
    if as_json:
        print_json(told)
        return
    rows = told["removedRows"].get("events", 0)
    typer.echo(
        f"{told['players']:,} ids of players and {rows:,} events of theirs are in no answer any more. Erasure"
        f" {told['erasureId']}."
    )
    if told["daysInSumsWithoutNames"]:
        print_hint(
            f"On {told['daysInSumsWithoutNames']:,} days whose events were removed before they are still in sums that"
            " name nobody."
        )
    if told["finishedAt"] is None:
        print_hint(
            "The disk follows within minutes; then there is a receipt: "
            + in_folder(f"playtrace players erasures {game}", data)
        )


def _unknown(settings: Settings, data: Path | None, server: LocalServer | None, game: str, ids: list[str]) -> list[str]:
    """Of whom nothing is stored."""
    if server is not None:
        return _asked(lambda: server.post(f"/api/games/{game}/erasures/preview", {"players": ids}))["unknown"]
    # Only here: to ask a server needs no database.
    from playtrace.operate.erasures import unknown_players
    from playtrace.operate.stopped import everything_loaded
    from playtrace.registry.errors import UnknownGame
    from playtrace.store.errors import StoreError

    with open_registry(data) as registry:
        if registry.games.get(game) is None:
            raise UnknownGame(game)
    try:
        with everything_loaded(settings) as stopped:
            return unknown_players(stopped.store, game, ids)
    except StoreError as error:
        _fail(str(error))


def _nothing_of(unknown: list[str], asked: int, *, is_refused: bool) -> str:
    named = ", ".join(repr(player) for player in unknown[:NAMED_MAX])
    more = f" and {len(unknown) - NAMED_MAX:,} more" if len(unknown) > NAMED_MAX else ""
    whom = f"the player {named}" if asked == 1 else f"{len(unknown):,} of {asked:,} players: {named}{more}"
    then = " What they send from now on is refused all the same." if is_refused else " Is that the right id?"
    return f"Nothing is stored of {whom}.{then}"


@app.command()
def export(
    game: Game,
    player: Annotated[str, typer.Argument(metavar="PLAYER", help="The player's id; of who was merged, any.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The zip to write.")],
    data: DataFolder = None,
) -> None:
    """Write all that is kept of one player into a zip: the events, one a line, and a summary that a person can read."""
    settings = settings_from(data=data)
    server = running_server(settings)
    unfinished = to.with_name(to.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            for piece in _pieces(settings, server, game, player):
                file.write(piece)
        unfinished.replace(to)
    except (ServerRefused, OSError) as error:
        _fail(str(error))
    finally:
        unfinished.unlink(missing_ok=True)
    typer.echo(f"All that is kept of {player!r} is in {to}.")


def _pieces(settings: Settings, server: LocalServer | None, game: str, player: str) -> Iterator[bytes]:
    if server is not None:
        with server.reading(f"/api/games/{game}/player-export", {"playerId": player}) as answer:
            while piece := answer.read(PIECE_BYTES):
                yield piece
        return
    # Only here: to ask a server needs no database.
    from playtrace.operate.player_export import NoSuchPlayer, PlayerExport
    from playtrace.operate.stopped import everything_loaded
    from playtrace.store.errors import StoreError

    if not settings.store_path.exists():
        _fail(f"There is no store in {settings.data.absolute()}. Name the server's folder: --data.")
    try:
        with everything_loaded(settings) as stopped:
            yield from PlayerExport(stopped.store, game, player).pieces()
    except (StoreError, NoSuchPlayer) as error:
        _fail(str(error))


@app.command()
def erasures(game: Game, data: DataFolder = None, as_json: AsJson = False) -> None:
    """List erasures of players of a game: who they were is not kept."""
    settings = settings_from(data=data)
    server = running_server(settings)
    if server is not None:
        listed = _asked(lambda: server.get(f"/api/games/{game}/erasures"))["erasures"]
    else:
        listed = [told for told, _ in _listed(settings, game)]
    if as_json:
        print_json({"erasures": listed})
        return
    print_table(
        ["erasure", "asked at", "players", "events", "gone from the disk", "finished", "mirrors"],
        [
            [
                one["erasureId"],
                one["askedAt"],
                f"{one['players']:,}",
                f"{one['removedRows'].get('events', 0):,}",
                one["rewrittenAt"] or "not yet",
                one["finishedAt"] or "not yet",
                _of_mirrors(one["mirrors"]),
            ]
            for one in listed
        ],
    )


def _of_mirrors(mirrors: list[dict[str, Any]]) -> str:
    done = sum(each["erasedAt"] is not None for each in mirrors)
    return "none" if not mirrors else f"{done} of {len(mirrors)}"


@app.command()
def receipt(
    game: Game,
    erasure: Annotated[str, typer.Argument(metavar="ERASURE", help="As `playtrace players erasures` lists it.")],
    data: DataFolder = None,
) -> None:
    """Print the receipt of an erasure: what went, from where and when, signed."""
    settings = settings_from(data=data)
    server = running_server(settings)
    if server is not None:
        path = f"/api/games/{game}/erasures/{erasure}/receipt"
        text = _asked(lambda: server.get_bytes(path)).decode()
    else:
        text = next((text for told, text in _listed(settings, game) if told["erasureId"] == erasure), None)
        if text is None:
            _fail(f"There is no receipt of {erasure}: it is not finished, or there was none.")
    sys.stdout.write(text)


@app.command()
def verify_receipt(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The receipt.", exists=True, dir_okay=False)],
    player: Annotated[
        str | None, typer.Option("--player", metavar="PLAYER", help="Is it about this player, too?")
    ] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Tell whether this server wrote a receipt, and whether it is about a player. Exit code 1 if not."""
    from playtrace.operate import receipt as receipts
    from playtrace.registry.player_hash import hash_of

    with open_registry(data) as registry:
        secret = registry.refused_players.secret()
    try:
        said = receipts.read(file.read_text("utf-8", "replace"), secret)
    except receipts.ReceiptUnreadable as error:
        _fail(str(error))
    if said is None:
        _fail("This server did not write that receipt, or somebody changed it.")
    if player is not None and hash_of(secret, said["gameId"], player) not in said["playerHashes"]:
        _fail(f"The receipt is genuine, and not about {player!r}.")
    if as_json:
        print_json(said)
        return
    about = "" if player is None else f", about {player!r}"
    at = dt.datetime.fromisoformat(said["finishedAt"])
    typer.echo(f"The receipt is genuine{about}: everything was gone at {at:%Y-%m-%d %H:%M} UTC.")
    for each in said.get("mirrors", []):
        at = each["erasedAt"]
        print_hint(f"Mirror {each['mirror']}: {'waits, as it is away or has not begun' if at is None else 'at ' + at}.")
    for line in said["notReached"]:
        print_hint(f"Not reached: {line}")


@app.command()
def accept(
    game: Game,
    players: Ids = None,
    file: IdFile = None,
    data: DataFolder = None,
) -> None:
    """Take what is sent of players again whose events are refused (`erase --refuse`): they agree again."""
    from playtrace.registry.player_hash import hash_of

    ids = _ids(players, file)
    with open_registry(data) as registry:
        secret = registry.refused_players.secret()
        taken = registry.refused_players.accept(game, {hash_of(secret, game, player_id) for player_id in ids})
    typer.echo(f"{taken:,} of {len(ids):,} were refused, and are taken again.")


def _ids(players: list[str] | None, file: Path | None) -> list[str]:
    ids = list(players or [])
    if file is not None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            _fail(f"{file} cannot be read: {error}")
        ids += [line.strip() for line in text.splitlines() if line.strip()]
    if not ids:
        _fail("Name players, or a file of their ids with --file.")
    return list(dict.fromkeys(ids))


def _of_stopped(
    settings: Settings, data: Path | None, game: str, ids: list[str], *, is_refused: bool
) -> dict[str, Any]:
    # Only here: to ask a server needs no database.
    from playtrace.api.erasures import ErasureTold
    from playtrace.load.compaction import tidy_days
    from playtrace.operate.erasures import ErasureFailed, Erasures
    from playtrace.operate.stopped import everything_loaded
    from playtrace.registry.errors import UnknownGame
    from playtrace.store.errors import StoreError

    with open_registry(data) as registry:
        if registry.games.get(game) is None:
            raise UnknownGame(game)
        try:
            with everything_loaded(settings) as stopped:
                erasures = Erasures(
                    stopped.store,
                    registry,
                    stopped.journal,
                    stopped.loader,
                    settings,
                    touched=lambda days: tidy_days(stopped.store, settings, days),
                    forgotten=_forgotten(settings, stopped.store),
                    gathered=dt.timedelta(0),
                )
                asked = erasures.ask(game, ids, is_refused=is_refused)
                # What is left then is for mirrors, which a server follows.
                while erasures.work() == 0.0:
                    pass
                erasures.work()
                now = next(one for one in erasures.listed(game) if one.erasure_id == asked.erasure_id)
                return ErasureTold.of(now).model_dump(mode="json", by_alias=True)
        except (StoreError, ErasureFailed) as error:
            _fail(str(error))


def _listed(settings: Settings, game: str) -> list[tuple[dict[str, Any], str | None]]:
    """Of a stopped server: each with its receipt."""
    from playtrace.api.erasures import ErasureTold
    from playtrace.operate.erasures import erasures_of
    from playtrace.store.duckdb import Store
    from playtrace.store.errors import StoreError

    try:
        with contextlib.closing(Store.open(settings.store_path, settings)) as store:
            found = erasures_of(store, game)
    except StoreError as error:
        _fail(str(error))
    return [(ErasureTold.of(one).model_dump(mode="json", by_alias=True), one.receipt) for one in found]


def _asked(ask: Any) -> Any:
    try:
        return ask()
    except ServerRefused as error:
        _fail(str(error))


def _fail(problem: str) -> NoReturn:
    typer.secho(problem, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


def _forgotten(settings: Settings, store: Store) -> Callable[[str, Sequence[str]], None] | None:
    """Where erased players are forgotten besides."""
    if settings.aws.stats_table is None:
        return None
    from playtrace.aws.forgetting import forgetting  # what it needs is an extra

    return forgetting(settings, store)
