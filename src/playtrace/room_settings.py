"""What the settings of every room are made of: a model for each room, and the names that people know its fields by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Known:
    """The name of a setting, where it is not the room's and the field's put together: `Annotated[int, Known("x")]`."""

    name: str
    has_prefix: bool = True
    """Whether its environment variable begins with `PLAYTRACE_`; first users already have a few that do not."""


class RoomSettings(BaseModel):
    """The settings of one room; each with its unit in its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Setting:
    """One value that can be configured."""

    path: tuple[str, ...]
    """Where it stands in `Settings`, and in the tables of `playtrace.toml`."""
    name: str
    """What people call it: an option's name, and its key outside of any table."""
    variable: str
    field: FieldInfo


def settings_of(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Every setting of a model and of the models in it, in their order."""
    for field_name, field in model.model_fields.items():
        place = (*path, field_name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, place)
        else:
            usual = Known("_".join(place[-2:]))
            known = next((each for each in field.metadata if isinstance(each, Known)), usual)
            variable = f"PLAYTRACE_{known.name}" if known.has_prefix else known.name
            yield Setting(place, known.name, variable.upper(), field)
