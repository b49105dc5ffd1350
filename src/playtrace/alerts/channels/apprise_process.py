"""`python -m playtrace.alerts.channels.apprise_process`: sends one message through Apprise, and ends.

Apprise's services make connections each in its own way, and follow redirects. So every connection of this process is
looked at when it is made (by an audit hook of Python, below all libraries), and one to an address that is not public is
not made. No other program is started.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import msgspec

from playtrace.alerts.channels.apprise_orders import Order, Outcome
from playtrace.alerts.message import Message, on_one_line, plain_text
from playtrace.alerts.public_addresses import is_public

CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
PROGRAMS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn"})
KIND_OF_SEVERITY = {"info": "info", "warning": "warning", "critical": "failure"}


class Refused(OSError):
    """As if the network had refused it: libraries know what to do then."""


class Guard:
    """Every connection that anything in this process makes goes through it."""

    def __init__(self) -> None:
        self.refused = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in CONNECTIONS:
            address = arguments[1]
            if address is None:
                # On a connection that was checked when it was made.
                return
            if not (isinstance(address, tuple) and address and is_public(str(address[0]))):
                self.refused = True
                raise Refused("not a public address")
        elif event in PROGRAMS:
            raise Refused("no other program is started")


class _Heard(logging.Handler):
    """The last thing that Apprise complained of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.sentence = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.sentence = record.getMessage()


def work(order: Order) -> Outcome:
    """Do what was ordered, in this process: its connections are guarded from then on."""
    # Here: it takes half a second, and most of what playtrace does sends nothing.
    from apprise import Apprise, AppriseAsset
    from apprise.attachment.memory import AttachMemory
    from apprise.common import OverflowMode

    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    logger.propagate = False
    guard = Guard()
    if not order.allow_private:
        sys.addaudithook(guard)
    service = Apprise.instantiate(order.target, asset=AppriseAsset(app_id="playtrace", app_desc="playtrace"))
    if service is None:
        return Outcome("expected an address that Apprise understands: https://appriseit.com/services/")
    if order.message is None:
        return Outcome()
    if "overflow=" not in order.target:
        # Of a long message its beginning, not several messages.
        service.overflow_mode = OverflowMode.TRUNCATE
    apprise = Apprise()
    apprise.add(service)
    picture = order.message.picture
    is_sent = apprise.notify(
        title=without_mentions(on_one_line(order.message.title)),
        body=text_of(order.message),
        body_format="text",
        notify_type="success" if order.message.kind == "resolved" else KIND_OF_SEVERITY[order.message.severity],
        attach=None if picture is None else AttachMemory(picture, name="picture.png", mimetype="image/png"),
    )
    if is_sent:
        return Outcome()
    if guard.refused:
        return Outcome(
            "the host has a private, loopback or link-local address; alert_allow_private_targets allows that"
        )
    return Outcome(heard.sentence or "the service did not take it", may_pass=True)


def text_of(message: Message) -> str:
    """As plain text: services differ in what they take for Markdown."""
    parts = [without_mentions(plain_text(message.text))]
    parts += [without_mentions(f"{on_one_line(field.name)}: {on_one_line(field.value)}") for field in message.fields]
    if message.link is not None:
        parts.append(message.link)
    return "\n".join(parts)


def without_mentions(text: str) -> str:
    """It looks the same, and calls nobody: services find those who are mentioned by `@everyone`, `<@1>`, `<!here>`."""
    return re.sub(r"[@<](?=[^\s=])", "\\g<0>\u200b", text)


if __name__ == "__main__":
    outcome = work(msgspec.json.decode(sys.stdin.buffer.read(), type=Order))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
