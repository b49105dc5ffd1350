"""Small games in which some ids are one player: what is sent, and who everybody is, the slow and obvious way."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from small_games import Events, moments

PEOPLE = ("ann", "bob", "cleo", "dora")

merges = st.lists(
    st.builds(
        lambda time, seq, stays, previous, by_server: {
            "name": "player_merged",
            "time": time,
            "seq": seq,
            "props": {"previous_id": previous} | ({"canonical_id": stays} if by_server else {}),
            **({} if by_server else {"player_id": stays}),
        },
        moments,
        st.integers(0, 1),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@st.composite
def merged(draw: st.DrawFn, events: st.SearchStrategy[Events]) -> Events:
    """The events of a game, and merges among them."""
    return draw(st.permutations([*draw(events), *draw(merges)]))


def stays(event: dict[str, Any]) -> str:
    return event["props"].get("canonical_id") or event["player_id"]


def who_is_who(events: Events, env: str = "prod") -> dict[str, str]:
    """Of each id that is somebody else's now: whose."""
    last: dict[str, dict[str, Any]] = {}
    decisions = [e for e in events if e["name"] == "player_merged" and e.get("env", "prod") == env]
    for event in sorted(decisions, key=lambda e: (e["time"], e["seq"], stays(e))):
        last[event["props"]["previous_id"]] = event
    into: dict[str, str] = {}

    def now(player: str) -> str:
        return now(into[player]) if player in into else player

    for player, event in sorted(
        last.items(), key=lambda item: (item[1]["time"], item[1]["seq"], stays(item[1]), item[0])
    ):
        if now(stays(event)) != player:
            into[player] = stays(event)
    return {player: now(player) for player in into}


def as_if_sent(events: Events) -> Events:
    """The same events, each sent under the id that stays, none of which says any more that it was another: what was
    sent is kept as `sent_id`."""
    found: Events = []
    for event in events:
        who = who_is_who(events, event.get("env", "prod"))
        named = {"player_id": who.get(event["player_id"], event["player_id"])} if "player_id" in event else {}
        said = {"props": {}} if event["name"] == "player_merged" else {}
        found.append(event | named | said | {"sent_id": event.get("player_id")})
    return found
