"""Families of series in as few words as possible. Their names and units are those that Prometheus advises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from playtrace.measures import BOUNDS_S, Histogram

NAMED_MAX = 100
"""So many games, mirrors or channels have series of their own; those behind them are told together, as `OTHER`."""
OTHER = "(other)"

Rows = Iterable[tuple[Sequence[str], float | None]]
"""Values of labels, and a number; without a number the series is left out."""


def gauge(name: str, text: str, value: float | None) -> Metric:
    return gauges(name, text, (), [((), value)])


def gauges(name: str, text: str, labels: Sequence[str], rows: Rows) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        if number is not None:
            family.add_metric(values, number)
    return family


def counter(name: str, text: str, value: float) -> Metric:
    return counters(name, text, (), [((), value)])


def counters(name: str, text: str, labels: Sequence[str], rows: Rows) -> Metric:
    """Their samples are called `name` and `_total`."""
    family = CounterMetricFamily(name, text, labels=labels)
    for values, number in rows:
        if number is not None:
            family.add_metric(values, number)
    return family


def histograms(name: str, text: str, label: str, times: Mapping[str, Histogram]) -> Metric:
    """In seconds."""
    family = HistogramMetricFamily(name, text, labels=[label])
    for value, histogram in sorted(times.items()):
        counted = 0
        buckets: list[tuple[str, float]] = []
        for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], histogram.buckets, strict=True):
            counted += count
            buckets.append((bound, counted))
        family.add_metric([value], buckets, histogram.total_s)
    return family


def named(ids: Iterable[str]) -> dict[str, str]:
    """What each is called in a label: the first `NAMED_MAX` by their own names, the rest `OTHER`."""
    return {each: each if number < NAMED_MAX else OTHER for number, each in enumerate(ids)}
