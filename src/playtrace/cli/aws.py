"""`playtrace aws`: what functions on AWS need of a server's folder, and whether what was deployed works."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Annotated, NoReturn

import typer

from playtrace.cli.registry_access import DataFolder, open_registry
from playtrace.cli.settings_options import settings_from
from playtrace.registry.errors import RegistryError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="What functions on AWS need of a server, and whether what was deployed works.",
)


@app.command("publish-keys")
def publish_keys(
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="URL", help="s3://bucket/keys.json. Default: the setting aws_keys_url."),
    ] = None,
    data: DataFolder = None,
) -> None:
    """Publish what is known of games and keys, once. A server with the setting aws_keys_url does it by itself."""
    url = to or settings_from(data=data).aws.keys_url
    if url is None:
        _fail("Say where: --to s3://bucket/keys.json, or PLAYTRACE_AWS_KEYS_URL.")
    _need_extra()
    from playtrace.aws.publishing import KeysPublisher

    with open_registry(data) as registry:
        try:
            publisher = KeysPublisher(registry, url)
            publisher.publish()
        except (RegistryError, ValueError) as error:
            _fail(str(error))
        games = len(registry.games.all())
    typer.echo(f"What is known of {_many(games, 'game', 'games')} and their keys is at {url}.")


@app.command()
def redrive(
    letters_max: Annotated[int, typer.Option("--max", min=1, help="So many letters at most.")] = 10_000,
    forget_gone: Annotated[
        bool, typer.Option("--forget-gone", help="Also remove letters of which the stream has nothing any more.")
    ] = False,
) -> None:
    """Count what was set aside: records of the stream that its function could not read or count, by their letters in
    the queue. Reads the same environment as the function."""
    _need_extra()
    from playtrace.aws.clients import AWAY
    from playtrace.aws.redrive import redrive
    from playtrace.aws.stream import Stream
    from playtrace.stats.table import Changed

    try:
        told = redrive(Stream(settings_from()), letters_max=letters_max, forget_gone=forget_gone)
    except (Changed, ValueError, *AWAY) as error:
        _fail(str(error))
    typer.echo(f"{_many(told.records, 'record counts', 'records count')} now.")
    if told.gone:
        removed = "removed" if forget_gone else "which --forget-gone removes"
        letters = _many(told.gone, "letter is about records", "letters are about records")
        typer.echo(f"{letters} that the stream does not have any more, {removed}.")
    if told.left:
        letters = _many(told.left, "letter stays", "letters stay")
        _fail(f"{letters} in the queue, as nothing here can read what is named there.")


@app.command()
def forget(
    game: Annotated[str, typer.Argument(help="The game.")],
    players: Annotated[list[str], typer.Argument(metavar="PLAYER...", help="Ids of players.")],
    env: Annotated[str, typer.Option(help="Environment.")] = "prod",
) -> None:
    """Remove players from the table of stats and leaderboards, with all their entries, and from nothing else: a server
    that knows the table does it when they are erased."""
    _need_extra()
    from playtrace.aws.clients import AWAY, client
    from playtrace.stats.table import Changed, StatsTable

    name = settings_from().aws.stats_table
    if name is None:
        _fail("PLAYTRACE_AWS_STATS_TABLE: expected the name of a table of DynamoDB.")
    try:
        table = StatsTable(client("dynamodb"), name)
        gone = sum(table.forget(game, env, player) for player in players)
    except (Changed, *AWAY) as error:
        _fail(str(error))
    typer.echo(f"{_many(gone, 'item was', 'items were')} removed from {name}.")


@app.command()
def smoke(
    url: Annotated[str, typer.Argument(help="Where events are sent, such as the address of the API.")],
    ask: Annotated[
        str | None, typer.Option("--ask", metavar="URL", help="Where questions are asked. Default: the same.")
    ] = None,
    key: Annotated[str | None, typer.Option(envvar=["PLAYTRACE_WRITE_KEY", "PLAYTRACE_KEY"], help="Write key.")] = None,
    token: Annotated[str | None, typer.Option(envvar="PLAYTRACE_TOKEN", help="Read token.")] = None,
    game: Annotated[str | None, typer.Option(help="The game. Default: the only one that the token may read.")] = None,
    seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="How long to wait for an answer that is right.")
    ] = 120,
    only_send: Annotated[bool, typer.Option("--only-send", help="Ask nothing.")] = False,
) -> None:
    """Look from outside whether all of it works: send three events, wait for them, ask for them. For what was deployed
    on AWS, and for every other server. They are in the environment `smoke`, which no figure counts."""
    from playtrace.aws.smoke import Failed, Smoke

    try:
        look = Smoke(url, ask=ask, key=key, token=token, game=game, seconds_max=seconds)
        for step in look.steps(only_sends=only_send):
            typer.echo(f"{step.said} ({step.seconds:.1f} s)")
    except (Failed, ValueError) as error:
        _fail(str(error))


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _need_extra() -> None:
    if find_spec("botocore") is None:
        _fail("This needs playtrace[aws]: pip install 'playtrace[aws]'")


def _fail(said: str) -> NoReturn:
    typer.secho(said, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
