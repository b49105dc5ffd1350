"""Delivers what the registry's outbox holds: at least once, in order for each channel, however a channel behaves.

A channel at which something waits is served by a thread of its own, until nothing is left or the channel is to be left
alone: one that is slow or dead holds no other. What was taken is marked so in a transaction of its own directly after
the answer; a message is sent twice only when the process ends in between, or when an answer is lost.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import secrets
import threading
import time
from collections.abc import Callable

import msgspec

from playtrace.alerts.channels.kinds import KINDS
from playtrace.alerts.channels.sending import Destination, Fault, NotSent
from playtrace.alerts.message import Message
from playtrace.alerts.outgoing import Outgoing
from playtrace.registry.models import AlertChannel, AlertInOutbox
from playtrace.registry.registry import Registry

log = logging.getLogger("playtrace.alerts")

PAUSE_S = 2.0
"""After the first failure; twice as long after each that follows, until"""
PASSING_PAUSE_S_MAX = 300.0
"""this, or, where the channel is gone or refuses us,"""
REFUSED_PAUSE_S_MAX = 3600.0
"""this."""
REFUSED = dt.timedelta(hours=24)
"""A message that a channel which is gone has not taken for so long is set aside."""
MESSAGE_ATTEMPTS_MAX = 5
"""One that the channel does not take, although it takes others, is set aside after so many attempts."""
STOP_S_MAX = 3.0
"""A stop waits so long for answers: for a message without one it is not known whether it was taken."""


class Outbox:
    """`work` is to be called again and again, by one thread."""

    def __init__(
        self,
        registry: Registry,
        outgoing: Outgoing,
        *,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        dice: random.Random | None = None,
    ) -> None:
        self._registry = registry
        self._outgoing = outgoing
        self._clock = clock
        # For jitter: channels that failed together are not tried again together.
        self._dice = dice or random.Random()  # noqa: S311 - no secret
        self._stopping = threading.Event()
        self._serving: dict[str, threading.Thread] = {}

    def work(self) -> None:
        """Begin to serve the channels at which something waits. Returns at once."""
        self._serving = {channel_id: thread for channel_id, thread in self._serving.items() if thread.is_alive()}
        for channel_id in self._registry.alert_outbox.channels_with_waiting():
            if channel_id not in self._serving and self._registry.alert_outbox.next(channel_id) is not None:
                thread = threading.Thread(
                    target=self._serve, args=(channel_id,), name=f"alerts: {channel_id}", daemon=True
                )
                self._serving[channel_id] = thread
                thread.start()

    def test(self, channel_id: str, *, link: str | None) -> None:
        """Send a message that tells of nothing, now. When it is taken, what waits is tried at once.

        Raises `UnknownChannel` and `NotSent`.
        """
        channel = self._registry.alert_channels.find(channel_id)
        message = Message(
            kind="test",
            severity="info",
            title=f"Test of the channel {channel_id}",
            text="Alerts of this playtrace arrive here.",
            link=link,
            at=self._clock(),
        )
        pause_s = send(self._outgoing, channel, message, f"test-{secrets.token_hex(8)}")
        self._registry.alert_outbox.channel_works(channel_id, pause_s=pause_s)

    def tidy(self) -> None:
        """Bounds what is kept. To be called now and then."""
        if aside := self._registry.alert_outbox.tidy():
            log.warning("messages that waited too long were set aside", extra={"messages": aside})

    def stop(self) -> None:
        """Send nothing more. Waits a little for what is on its way."""
        self._stopping.set()
        until = time.monotonic() + STOP_S_MAX
        for thread in self._serving.values():
            thread.join(max(0.0, until - time.monotonic()))

    def _serve(self, channel_id: str) -> None:
        try:
            while not self._stopping.is_set():
                waiting = self._registry.alert_outbox.next(channel_id)
                if waiting is None:
                    return
                self._deliver(*waiting)
        except Exception:
            # The registry, or a mistake of ours; the message waits, and the next turn begins again.
            log.exception("alerts of a channel could not be sent", extra={"channel": channel_id})

    def _deliver(self, channel: AlertChannel, row: AlertInOutbox) -> None:
        try:
            pause_s = send(self._outgoing, channel, Message.from_json(row.message_json), str(row.id))
        except NotSent as error:
            self._fail(channel, row, error)
        except msgspec.ValidationError:
            # Of a later version of playtrace.
            self._registry.alert_outbox.set_aside(row.id, "this version of playtrace cannot read it", pause_s=0.0)
        else:
            self._registry.alert_outbox.delivered(row.id, pause_s=pause_s)
            log.info("an alert was sent", extra={"channel": channel.id, "message_id": row.id})

    def _fail(self, channel: AlertChannel, row: AlertInOutbox, error: NotSent) -> None:
        pause_s = max(error.pause_s, self._pause_s(channel.failures, error.fault))
        attempts = row.attempts + 1
        age = self._clock() - row.created_at
        fields = {"channel": channel.id, "message_id": row.id, "attempts": attempts, "reason": error.reason}
        is_unwanted = error.fault is Fault.MESSAGE and attempts >= MESSAGE_ATTEMPTS_MAX
        if is_unwanted or (error.fault is Fault.CHANNEL and age > REFUSED):
            self._registry.alert_outbox.set_aside(row.id, error.reason, pause_s=pause_s)
            log.warning("an alert was not sent and is set aside", extra=fields)
        else:
            self._registry.alert_outbox.failed(row.id, error.reason, pause_s=pause_s)
            log.warning("an alert was not sent, will be tried again", extra=fields | {"retry_s": round(pause_s, 1)})

    def _pause_s(self, failures: int, fault: Fault) -> float:
        longest = REFUSED_PAUSE_S_MAX if fault is Fault.CHANNEL else PASSING_PAUSE_S_MAX
        return min(longest, PAUSE_S * 2 ** min(failures, 20)) * self._dice.uniform(0.5, 1.0)


def send(outgoing: Outgoing, channel: AlertChannel, message: Message, delivery_id: str) -> float:
    """Send a message to a channel now. Returns for how many seconds it takes no more. Raises `NotSent`."""
    destination = Destination(channel.target, channel.signing_secret)
    kind = KINDS.get(channel.kind)
    if kind is None:
        raise NotSent(f"this version of playtrace knows no channels of the kind {channel.kind!r}", Fault.CHANNEL)
    try:
        return kind.send(message, destination, delivery_id, outgoing)
    except NotSent:
        raise
    except Exception as error:
        # A mistake of ours must not be tried for ever; what it quotes may be the address.
        raise NotSent(f"this message cannot be written ({type(error).__name__})", Fault.MESSAGE) from None
