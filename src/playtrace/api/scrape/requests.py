"""What was asked and sent, and what became of it. Counted from the start of the server on."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import Metric

from playtrace.api.scrape.families import counters, gauges, histograms
from playtrace.api.state import State


def families(state: State) -> Iterator[Metric]:
    measures = state.measured.together()
    yield counters(
        "playtrace_requests",
        "Requests by protocol and outcome since the start: ok, refused, unauthorized, throttled, unavailable or failed."
        " Of a WebSocket that sends, each message.",
        ("protocol", "outcome"),
        (
            ((protocol, outcome), count)
            for protocol, outcomes in sorted(measures.requests.items())
            for outcome, count in sorted(outcomes.items())
        ),
    )
    yield histograms(
        "playtrace_request_duration_seconds",
        "Time to the answer, by protocol: of those that send, until the events are on the disk.",
        "protocol",
        measures.request_times,
    )
    yield gauges(
        "playtrace_websocket_clients",
        "WebSockets that are open: sending events, or watching a game live.",
        ("kind",),
        ((("sending",), measures.sending_sockets), (("live",), state.feeds.watchers)),
    )
