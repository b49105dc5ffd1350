"""Stats of a studio's own for the loot scenario, described in a YAML file.

stealth_score: {type: int, range: [0, 100]}
accuracy: {type: float, range: [0, 1]}
class: {type: choice, choices: [scout, medic, tank]}
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from playtrace.event import PROPERTIES_MAX, Name, Scalar


class IntStat(Struct, tag_field="type", tag="int", forbid_unknown_fields=True):
    range: tuple[int, int]
    """Smallest and largest value, both possible."""

    def draw(self, rng: Random) -> Scalar:
        return rng.randint(*self.range)


class FloatStat(Struct, tag_field="type", tag="float", forbid_unknown_fields=True):
    range: tuple[float, float]

    def draw(self, rng: Random) -> Scalar:
        low, high = self.range
        return min(high, max(low, round(rng.uniform(low, high), 4)))


class ChoiceStat(Struct, tag_field="type", tag="choice", forbid_unknown_fields=True):
    choices: Annotated[list[str | int | float | bool], Meta(min_length=1)]

    def draw(self, rng: Random) -> Scalar:
        return rng.choice(self.choices)


CustomStats = Annotated[dict[Name, IntStat | FloatStat | ChoiceStat], Meta(max_length=PROPERTIES_MAX)]


class CustomStatsError(Exception):
    """The file does not describe stats. The text names the file, the stat and what was expected."""


def read_custom_stats(path: Path) -> CustomStats:
    """Raises `CustomStatsError`, also when the file cannot be read."""
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
        stats = msgspec.convert(document if document is not None else {}, CustomStats)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise CustomStatsError(f"{path}: {error}") from error
    for name, stat in stats.items():
        if not isinstance(stat, ChoiceStat) and stat.range[0] > stat.range[1]:
            raise CustomStatsError(f"{path}: {name}: the range must go from the smaller to the larger number.")
    return stats
