"""`playtrace aws`: what functions on AWS need of a server's folder, and whether what was deployed works."""

from __future__ import annotations

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
    try:
        from playtrace.aws.publishing import KeysPublisher
    except ModuleNotFoundError:
        _fail("This needs playtrace[aws]: pip install 'playtrace[aws]'")
    with open_registry(data) as registry:
        try:
            publisher = KeysPublisher(registry, url)
            publisher.publish()
        except (RegistryError, ValueError) as error:
            _fail(str(error))
        games = len(registry.games.all())
    typer.echo(f"What is known of {games:,} {'game' if games == 1 else 'games'} and their keys is at {url}.")


def _fail(said: str) -> NoReturn:
    typer.secho(said, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)
