"""`playtrace mirrors`: databases of your own that get what the store has. They are followed while the server runs."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from pydantic.alias_generators import to_camel

from playtrace.cli.local_server import running_server
from playtrace.cli.registry_access import AsJson, DataFolder, in_folder, open_registry
from playtrace.cli.settings_options import settings_from
from playtrace.cli.tables import print_hint, print_json, print_table

if TYPE_CHECKING:
    from rich.progress import Progress

    from playtrace.registry.models import Mirror
    from playtrace.registry.registry import Registry

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Mirrors: PostgreSQL, MySQL or MongoDB databases of your own that get what the store has.",
)

WATCH_S = 1.0

Name = Annotated[str, typer.Argument(metavar="NAME", help="The mirror's name.")]
Day = Annotated[
    dt.datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], metavar="DAY", help="Nothing that happened before this day (UTC)."),
]


@app.command()
def add(
    mirror_id: Name,
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="Where it is: postgresql://user:password@host/database, mysql://…, mongodb://…; - reads it from"
            " standard input, where no other user sees the password.",
        ),
    ],
    games: Annotated[
        list[str] | None,
        typer.Option("--game", metavar="GAME", help="Only this game; several times for several. Default: all."),
    ] = None,
    since: Day = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Connect to it first.")] = True,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Make a mirror, in place of one of the same name. The whole history comes first, then what is new."""
    from playtrace.addresses import scrubbed
    from playtrace.mirrors.probe import probe
    from playtrace.mirrors.target import TargetError
    from playtrace.registry.mirrors import MirrorDefinition

    settings = settings_from(data=data)
    address = sys.stdin.readline().strip() if url == "-" else url.strip()
    definition = MirrorDefinition(url=address, game_ids=games or None, since=None if since is None else since.date())
    with open_registry(data) as registry:
        registry.mirrors.check(mirror_id, definition)
        if check:
            try:
                probe(address, mirror_id, settings, registry)
            except TargetError as error:
                _fail(scrubbed(str(error), address))
        _show(registry.mirrors.put(mirror_id, definition), as_json=as_json)
    if not as_json and running_server(settings) is None:
        run_it = in_folder(f"playtrace mirrors run {mirror_id}", data)
        print_hint(f"No server runs on this folder: it is followed when one does, or by `{run_it}`.")


@app.command("list")
def list_mirrors(data: DataFolder = None, as_json: AsJson = False) -> None:
    """List mirrors, and how each fares."""
    with open_registry(data) as registry:
        mirrors = registry.mirrors.all()
    if as_json:
        print_json({"mirrors": [_told(mirror) for mirror in mirrors]})
    elif mirrors:
        _print(mirrors)
    else:
        print_hint("No mirrors yet: playtrace mirrors add NAME postgresql://user:password@host/database")


@app.command()
def status(
    mirror_id: Name,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until it has everything, or Ctrl-C.")] = False,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Tell how a mirror fares. Exit code 1 while it fails."""
    with open_registry(data) as registry:
        if watch:
            _watch(registry, mirror_id)
        mirror = registry.mirrors.find(mirror_id)
    told = _told(mirror)
    if as_json:
        print_json(told)
    else:
        print_table(["", ""], [[name, "" if value is None else value] for name, value in told.items()])
    if told["state"] == "failing":
        raise typer.Exit(1)


@app.command()
def pause(mirror_id: Name, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Write nothing until it is resumed, and leave the database."""
    with open_registry(data) as registry:
        _show(registry.mirrors.pause(mirror_id, is_paused=True), as_json=as_json)


@app.command()
def resume(mirror_id: Name, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Go on where it stands; one that fails is tried at once."""
    with open_registry(data) as registry:
        _show(registry.mirrors.pause(mirror_id, is_paused=False), as_json=as_json)


@app.command()
def replay(
    mirror_id: Name,
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="DAY",
            help="From the first event on that happened on this day (UTC) or later. Default: the very first.",
        ),
    ] = None,
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write everything again that is not there: for a database in which something was deleted."""
    from playtrace.registry.mirrors import EVERYTHING

    with open_registry(data) as registry:
        _show(registry.mirrors.replay(mirror_id, EVERYTHING if since is None else since.date()), as_json=as_json)


@app.command()
def remove(mirror_id: Name, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Follow no more. What is in the database stays there."""
    with open_registry(data) as registry:
        registry.mirrors.remove(mirror_id)
        left = registry.mirrors.all()
    if as_json:
        print_json({"mirrors": [_told(mirror) for mirror in left]})
    else:
        print_hint(f"{mirror_id} is followed no more; what is in its database stays there.")


@app.command()
def test(mirror_id: Name, data: DataFolder = None, as_json: AsJson = False) -> None:
    """Connect to a mirror's database now. Exit code 1 if that fails."""
    from playtrace.addresses import scrubbed
    from playtrace.mirrors.probe import probe
    from playtrace.mirrors.target import TargetError

    settings = settings_from(data=data)
    with open_registry(data) as registry:
        mirror = registry.mirrors.find(mirror_id)
        reason, seconds = None, 0.0
        try:
            seconds = probe(mirror.url, mirror.id, settings, registry)
        except TargetError as error:
            reason = scrubbed(str(error), mirror.url)
    if as_json:
        print_json({"connected": reason is None, "reason": reason, "seconds": seconds})
    elif reason is None:
        print_hint(f"Connected in {seconds:.2f} s; its tables are there.")
    if reason is not None:
        if not as_json:
            typer.secho(reason, err=True, fg=typer.colors.RED)
        raise typer.Exit(1)


@app.command()
def run(
    mirror_id: Name,
    follow: Annotated[bool, typer.Option("--follow", help="Go on, and try again what fails, until Ctrl-C.")] = False,
    data: DataFolder = None,
) -> None:
    """Write what a mirror does not have yet, without a server. A server that runs does it by itself."""
    from playtrace.journal.file import journal_id_at
    from playtrace.mirrors.follower import Follower
    from playtrace.store.duckdb import Store
    from playtrace.store.errors import StoreError

    settings = settings_from(data=data)
    with open_registry(data) as registry:
        mirror = registry.mirrors.find(mirror_id)
        if running_server(settings) is not None:
            _fail(
                "A server runs on this folder, and its mirrors with it. See"
                f" `{in_folder(f'playtrace mirrors status {mirror_id} --watch', data)}`."
            )
        if mirror.is_paused:
            _fail(f"It is paused: `{in_folder(f'playtrace mirrors resume {mirror_id}', data)}`.")
        if not settings.store_path.exists():
            _fail(f"There is no store in {settings.data.absolute()}: nothing was ever sent to it.")
        try:
            store = Store.open(settings.store_path, settings)
        except StoreError as error:
            _fail(str(error))
        follower = Follower(store, registry, settings, mirror_id, journal_id=journal_id_at(settings.journal_path))
        with closing(store), closing(follower):
            try:
                error = _follow(follower, follow=follow)
            except KeyboardInterrupt:
                error = "Stopped; what was committed is there, and the next run goes on."
    if error is not None:
        _fail(error)
    print_hint(f"{mirror_id} has everything: {follower.state.events:,} events written so far.")


def _follow(follower: Any, *, follow: bool) -> str | None:
    """Until it has everything, or for ever. Returns why it ended before."""
    with _progress() as progress:
        task = progress.add_task("", total=None)
        written_before = None
        while True:
            step = follower.step()
            state = follower.state
            written_before = state.events if written_before is None else written_before
            written = state.events - written_before
            progress.update(task, completed=written, total=written + state.waiting_events, description=step.did)
            if step.did in ("gone", "paused"):
                return f"It was {'removed' if step.did == 'gone' else 'paused'}."
            if not follow:
                if step.did == "failed":
                    return state.last_error
                if step.did == "rested":
                    return None
            elif step.rest_s > 0:
                time.sleep(step.rest_s)


def _watch(registry: Registry, mirror_id: str) -> None:
    """Until it has everything or does nothing more."""
    with _progress() as progress:
        task = progress.add_task("", total=None)
        while (told := _told(registry.mirrors.find(mirror_id)))["state"] in ("new", "catching_up", "failing"):
            done = told["events"]
            error = f": {told['lastError']}" if told["lastError"] else ""
            progress.update(
                task, completed=done, total=done + told["waitingEvents"], description=f"{told['state']}{error}"
            )
            time.sleep(WATCH_S)


@contextmanager
def _progress() -> Generator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # What an error says is a database's: never markup.
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("events"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress


def _told(mirror: Mirror) -> dict[str, Any]:
    """As the API tells it."""
    from playtrace.mirrors.state import told

    return {to_camel(name): value for name, value in told(mirror, dt.datetime.now(dt.UTC)).items()}


def _show(mirror: Mirror, *, as_json: bool) -> None:
    if as_json:
        print_json(_told(mirror))
    else:
        _print([mirror])


def _print(mirrors: list[Mirror]) -> None:
    rows: list[list[object]] = []
    for mirror in mirrors:
        told = _told(mirror)
        rows.append(
            [
                told["id"],
                told["url"],
                ", ".join(told["gameIds"]) if told["gameIds"] else "(all)",
                told["state"].replace("_", " "),
                f"{told['waitingEvents']:,}",
                f"{told['lagSeconds']:.0f} s",
                f"{told['events']:,}",
                f"{told['refused']:,}",
                told["lastError"],
            ]
        )
    print_table(["Mirror", "Goes to", "Games", "State", "Waiting", "Lag", "Written", "Refused", "Last error"], rows)


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
