"""What the tests of alerts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stand_in import StandIn


@pytest.fixture(scope="module")
def discord_of_module() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.go_away()


@pytest.fixture
def discord(discord_of_module: StandIn) -> StandIn:
    """Stands for Discord, or for another target."""
    discord_of_module.forget()
    return discord_of_module
