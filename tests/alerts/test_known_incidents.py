"""What the watch knows of incidents, against a list of all that was put there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from studio import NOW

from playtrace.alerts.incidents import Incident
from playtrace.alerts.known_incidents import IncidentKey, KnownIncidents

NAMES = ("a", "b")


def an_incident(key: IncidentKey, *, is_open: bool) -> Incident:
    times = {"began_at": NOW, "opened_at": NOW, "changed_at": NOW, "resolved_at": None if is_open else NOW}
    said = {"severity": "warning", "kind": "players", "in_words": "", "value": 1.0, "worst": 1.0}
    return Incident(rule_id=key.rule_id, game_id=key.game_id, part=key.part, **times, **said)


@settings(max_examples=50)
@given(st.lists(st.tuples(*[st.sampled_from(NAMES)] * 3, st.booleans()), max_size=20))
def test_each_rule_finds_what_is_open_of_it(steps: list[tuple[str, str, str, bool]]) -> None:
    known = KnownIncidents()
    naive: dict[tuple[str, str, str], tuple[int, bool]] = {}
    for number, (rule, game, part, is_open) in enumerate(steps):
        key = IncidentKey(rule, game, part)
        known.put(key, number, an_incident(key, is_open=is_open))
        naive[rule, game, part] = number, is_open
    for game in NAMES:
        open_rules = {rule for (rule, of, _), (_, is_open) in naive.items() if of == game and is_open}
        assert set(known.open_rules(game)) == open_rules
        assert known.has_open(game) == bool(open_rules)
        for rule in NAMES:
            parts = {part for (name, of, part), (_, is_open) in naive.items() if (name, of) == (rule, game) and is_open}
            assert set(known.open_parts(rule, game)) == parts
            for part in NAMES:
                there = known.get(IncidentKey(rule, game, part))
                said = None if there is None else (there.number, there.incident.is_open)
                assert said == naive.get((rule, game, part))
