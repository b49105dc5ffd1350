"""Properties that the decoder refuses, looked at one by one: what fits is kept, what does not is told with its path."""

from __future__ import annotations

from typing import Any, cast

from playtrace.event import ID_LENGTH_MAX, PROPERTIES_MAX, PROPERTY_DEPTH_MAX

PATH_LENGTH_MAX = 200


def checked_properties(properties: dict[str, Any], path: str) -> dict[str, Any]:
    """The same, with whole numbers that no column holds as their digits.

    Raises `ValueError` with the whole path of what is beyond a limit; it begins with `path`, what clients call them.
    """
    if len(properties) > PROPERTIES_MAX:
        raise ValueError(f"{path}: expected an object of at most {PROPERTIES_MAX} keys.")
    return {_key(key, path): _property(value, f"{path}.{key}", 1) for key, value in properties.items()}


def _property(value: Any, path: str, level: int) -> Any:
    if level > PROPERTY_DEPTH_MAX:
        raise ValueError(f"{_short(path.rpartition('.')[0])}: deeper than {PROPERTY_DEPTH_MAX} levels.")
    if isinstance(value, dict):
        keyed = cast("dict[str, Any]", value)
        return {_key(key, path): _property(inner, f"{path}.{key}", level + 1) for key, inner in keyed.items()}
    if isinstance(value, list):
        listed = cast("list[Any]", value)
        return [_property(inner, f"{path}[{index}]", level + 1) for index, inner in enumerate(listed)]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        if not -(2**127) <= value < 2**128:
            raise ValueError(f"{_short(path)}: larger than 2^128.")
        return str(value)
    return value


def _key(key: str, path: str) -> str:
    if not key:
        raise ValueError(f"{_short(path)}: has a property without a name.")
    if len(key) > ID_LENGTH_MAX:
        raise ValueError(f"{_short(path)}: the name of a property has at most {ID_LENGTH_MAX} characters.")
    return key


def _short(path: str) -> str:
    return path if len(path) <= PATH_LENGTH_MAX else f"{path[:PATH_LENGTH_MAX]}..."
