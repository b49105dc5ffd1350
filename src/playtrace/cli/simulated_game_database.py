"""`playtrace simulate --to postgresql://...`: a history straight into a game database, without a server of ours."""

from __future__ import annotations

import time

import msgspec
import typer

from playtrace.cli.delivery_report import console
from playtrace.cli.gamedb import connected
from playtrace.cli.simulated_arena import INTERRUPTED, history_progress
from playtrace.simulate.arena import ArenaScenario


def write_to_game_database(arena: ArenaScenario, url: str) -> None:
    """Through `game_api`, as a game server would: the account needs the role `playtrace_writer`.

    A batch is a transaction. Ids of events follow from the seed: written again, they are there once.
    """
    encoder = msgspec.json.Encoder()
    taken = known = refused = 0
    began = time.monotonic()
    with connected(url, "playtrace simulate") as connection:
        connection.execute("SELECT game_api.register_game(%s)", [arena.game_id])
        try:
            with history_progress(arena) as (batches, advance):
                for batch in batches:
                    row = connection.execute(
                        "SELECT taken, known, refused FROM game_api.ingest_events(%s::json)",
                        [encoder.encode(batch).decode()],
                    ).fetchone()
                    new, repeated, wrong = row or (0, 0, 0)
                    taken, known, refused = taken + new, known + repeated, refused + wrong
                    advance(len(batch))
        except KeyboardInterrupt:
            console.print(f"Interrupted: {taken:,} events were written. They stay.", highlight=False)
            raise typer.Exit(INTERRUPTED) from None
    seconds = time.monotonic() - began
    rate = (taken + known) / max(seconds, 1e-9)
    there = f", {known:,} were there already" if known else ""
    rest = f", {refused:,} refused (game.refused_event says why)" if refused else ""
    console.print(
        f"{taken:,} events written{there}{rest}, in {seconds:.1f} s ({rate:,.0f} events/s)",
        highlight=False,
    )
    console.print("Reports have them after `playtrace gamedb refresh` with the same address.", highlight=False)
