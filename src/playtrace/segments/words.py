"""A rule in words: `players who did level_complete at least 1 time where level:5, and whose ...`."""

from __future__ import annotations

from playtrace.segments import rules
from playtrace.segments.rules import Bounds, Rule, Window


def in_words(rule: Rule) -> str:
    """The whole rule as one sentence, without its full stop."""
    return f"players who {_said(rule, is_inner=False)}"


def _said(rule: Rule, *, is_inner: bool = True) -> str:
    match rule:
        case rules.All():
            return _joined([_said(one) for one in rule.all], ", and who ", is_inner)
        case rules.Any_():
            return _joined([_said(one) for one in rule.any], ", or who ", is_inner)
        case rules.Not():
            return f"are not those who {_said(rule.not_)}"
        case rules.Did():
            return _did(rule)
        case rules.FirstSeen():
            return f"were first seen{_when(rule.first_seen)}"
        case rules.FirstPlatform():
            return f"came on platform {_any_of(rule.first_platform)}"
        case rules.FirstVersion():
            return f"came with version {_any_of(rule.first_version)}"
        case rules.FirstCountry():
            return f"came from country {_any_of(rule.first_country)}"
        case rules.LastVersion():
            return f"last played version {_any_of(rule.last_version)}"
        case rules.DaysActive():
            return f"were active on {_numbers(rule.days_active)} days{_when(rule.within)}"
        case rules.Sessions():
            return f"began {_numbers(rule.sessions)} sessions{_when(rule.within)}"
        case rules.NetSpend():
            currency = f" {rule.currency}" if rule.currency else ""
            return f"spent {_numbers(rule.net_spend)}{currency} net of refunds{_when(rule.within)}"
        case rules.Experiment():
            return f"are in group {_any_of(rule.group)} of experiment {rule.experiment!r}"


def _joined(said: list[str], word: str, is_inner: bool) -> str:
    if len(said) == 1:
        return said[0]
    text = word.join(said)
    return f"({text})" if is_inner else text


def _did(rule: rules.Did) -> str:
    where = f" where {' and '.join(rule.where)}" if rule.where else ""
    parts: list[str] = []
    if rule.times is not None:
        parts.append(f" {_numbers(rule.times)} times")
    if rule.value_sum is not None:
        parts.append(f" with values of {_numbers(rule.value_sum)} in all")
    return f"did {rule.did}{','.join(parts)}{where}{_when(rule.within)}"


def _numbers(bounds: Bounds) -> str:
    words = {"at_least": "at least", "at_most": "at most", "above": "more than", "below": "less than"}
    said = bounds.model_dump(exclude_none=True, by_alias=False)
    return " and ".join(f"{word} {said[name]:,.15g}" for name, word in words.items() if name in said)


def _when(window: Window | None) -> str:
    if window is None:
        return ""
    if window.last_days is not None:
        return f" in the last {_days(window.last_days)}"
    if window.first_days is not None:
        return f" within {_days(window.first_days)} of coming"
    if window.from_ is None:
        return f" until {window.to}"
    return f" from {window.from_} on" if window.to is None else f" from {window.from_} to {window.to}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _any_of(values: list[str]) -> str:
    return " or ".join(map(repr, values))
