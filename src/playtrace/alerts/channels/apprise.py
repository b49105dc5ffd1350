"""`apprise`: a message through any service that Apprise knows, such as `slack://`, `tgram://` or `mailto://`.

Apprise and what it is made of run in a process of their own, which ends with the message (`apprise_process.py`): it is
not loaded where nothing is sent, can be ended when it takes too long, and every connection that it makes is checked,
whichever service makes it. https://appriseit.com/services/
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import msgspec

from playtrace.alerts.channels.apprise_orders import Order, Outcome
from playtrace.alerts.channels.sending import Destination, Fault, NotSent, without_secrets
from playtrace.alerts.message import Message
from playtrace.alerts.outgoing import Outgoing, WrongTarget

SECONDS_MAX = 60.0
"""To start, and to send with the pauses that services want between two requests."""
COMMAND = (sys.executable, "-P", "-m", "playtrace.alerts.channels.apprise_process")
"""`-P`: what lies in the current folder is not ours to run."""
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9]*)://")
LOCAL_SERVICES = frozenset(
    {"blink1", "dbus", "file", "glib", "gnome", "kde", "macosx", "memory", "qt", "syslog", "windows"}
)
"""Of these something would happen on the server's machine, and nobody would be told."""
PASSED_ON = re.compile(r"PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|SSL_CERT_\w+|(HTTPS?|NO|ALL)_PROXY|SYSTEMROOT|TEMP", re.I)
"""Variables that the process has: secrets of the server are not among them."""


class Apprise:
    def check(self, target: str) -> str:
        scheme = SCHEME.match(target)
        if scheme is None or scheme[1].lower() in LOCAL_SERVICES:
            raise WrongTarget("expected the address of a service that Apprise knows, such as slack:// or mailto://")
        outcome = _ask(Order(target=target, message=None, allow_private=False))
        if outcome.error is not None:
            raise WrongTarget(outcome.error)
        return target

    def masked(self, target: str) -> str:
        # Services have their tokens wherever others have a host.
        return f"{target.partition('://')[0]}://…"

    def send(self, message: Message, destination: Destination, delivery_id: str, outgoing: Outgoing) -> float:
        order = Order(target=destination.target, message=message, allow_private=outgoing.allow_private)
        outcome = _ask(order)
        if outcome.error is not None:
            raise NotSent(
                without_secrets(outcome.error, destination.target),
                Fault.PASSING if outcome.may_pass else Fault.CHANNEL,
            )
        return 0.0


def _ask(order: Order) -> Outcome:
    environment = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            COMMAND,
            input=msgspec.json.encode(order),
            stdout=subprocess.PIPE,
            # What libraries write there may quote the address.
            stderr=subprocess.DEVNULL,
            timeout=SECONDS_MAX,
            check=False,
            env=environment,
        )
        return msgspec.json.decode(done.stdout, type=Outcome)
    except subprocess.TimeoutExpired:
        return Outcome(f"not sent within {SECONDS_MAX:g} seconds", may_pass=True)
    except (OSError, msgspec.DecodeError):
        return Outcome("the process that sends ended without a word", may_pass=True)
