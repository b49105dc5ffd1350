"""What clients call the fields of an event: ours, those of the first clients, and common ones of other systems.

Where several spellings of one field are in an event, the first of them here counts, whatever their order; another one
with another value is kept as a property.
"""

from __future__ import annotations

import msgspec

from playtrace.event import Event

OTHER_SPELLINGS: dict[str, tuple[str, ...]] = {
    "name": ("event_type", "type", "event_name", "event"),
    "game_id": ("game",),
    "event_id": ("id", "insert_id", "$insert_id", "message_id", "uuid"),
    "time": ("timestamp", "ts", "event_time", "event_timestamp", "client_ts", "occurred_at"),
    "player_id": ("user_id", "distinct_id", "account_id", "user_pseudo_id"),
    "session_id": ("$session_id", "ga_session_id"),
    "device_id": ("anonymous_id", "installation_id"),
    "env": ("environment",),
    "version": ("app_version", "game_version", "client_version"),
    "build": ("build_id", "build_number"),
    "country": ("country_code",),
    "level": ("level_id", "level_name"),
    "map": ("map_id", "map_name"),
    "value": ("amount", "revenue"),
    "currency": ("currency_code",),
    "props": ("payload", "properties", "event_properties", "params", "parameters", "attributes"),
}
"""By field, in this order behind our own name. Each also in camelCase and PascalCase, with `Id` or `ID`."""

PLAIN = frozenset({"payload", "properties", "event_type", "timestamp", "id", "type"})
"""Those that are as good as ours."""


def variants(name: str) -> tuple[str, ...]:
    """`player_id`, `playerId`, `playerID`, `PlayerId`, `PlayerID`: the ways in which languages write one name."""
    first, *others = name.split("_")
    camel = first + "".join(part.title() for part in others)
    pascal = camel[:1].upper() + camel[1:]
    return tuple(
        dict.fromkeys(
            written
            for spelled in (name, camel, pascal)
            for written in (spelled, spelled[:-2] + "ID" if spelled.endswith("Id") else spelled)
        )
    )


def _ranked() -> dict[str, tuple[str, int, bool]]:
    ranked: dict[str, tuple[str, int, bool]] = {}
    for field in msgspec.structs.fields(Event):
        rank = 0
        for name in (field.name, *OTHER_SPELLINGS.get(field.name, ())):
            for written in variants(name):
                ranked.setdefault(written, (field.name, rank, name == field.name or name in PLAIN))
                rank += 1
    return ranked


FIELDS = _ranked()
"""The field that a spelling means, its rank among those of that field (the lowest counts), and whether a value of the
wrong type is an error. With any other spelling it is then a property of that name."""

DEFAULTS = frozenset(
    {
        "game_id", "player_id", "session_id", "device_id", "env", "platform", "os", "version", "build", "country",
        "region", "severity", "match_id", "level", "map", "currency", "props",
    }
)  # fmt: skip
"""Fields that an envelope may hold for all its events: who and where, not what and when."""
