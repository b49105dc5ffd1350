"""The address of a broker, as it is written in `journal_url`: `scheme://[user:password@]host[:port],…[/name][?options]`.

A stream of Kinesis has no hosts: `kinesis://stream?region=eu-west-1`.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

NAME = "playtrace"
"""Of the topic or stream, unless the address says another."""
PORTS = {"kafka": 9092, "nats": 4222}
"""The schemes that there are, and where such a broker usually listens."""
OPTIONS_OF_KINESIS = frozenset({"region", "endpoint", "partitions"})
FORM = re.compile(
    r"(?P<scheme>[a-z]+)://((?P<user>[^:@/?]*)(:(?P<password>[^@/?]*))?@)?"
    r"(?P<hosts>[^@/?#\s]+)(/(?P<name>[A-Za-z0-9_-]{0,64}))?(\?(?P<options>[^#\s]*))?"
)
KINESIS_FORM = re.compile(r"kinesis://(?P<name>[A-Za-z0-9_.-]{1,128})/?(\?(?P<options>[^#\s]*))?")


class BrokerUrl(Struct, frozen=True):
    scheme: str
    hosts: tuple[str, ...]
    """Each with its port."""
    name: str
    user: str | None
    password: str | None
    options: dict[str, str]

    def __str__(self) -> str:
        """Without what is secret."""
        return f"{self.scheme}://{','.join(self.hosts)}{'/' if self.hosts else ''}{self.name}"

    def number(self, option: str, otherwise: int) -> int:
        return int(self.options.get(option, otherwise))


def broker_url(text: str) -> BrokerUrl:
    """Raises `ValueError`, which quotes nothing of a password."""
    if text.startswith("kinesis:"):
        return _of_kinesis(text)
    form = FORM.fullmatch(text)
    if form is None or (port := PORTS.get(form["scheme"])) is None:
        raise ValueError(
            "expected sqlite:, kafka://host:9092/topic, nats://host:4222/stream or kinesis://stream, with"
            " user:password@ before the host where a broker of the first two asks for it"
        )
    options = _options(form["options"])
    return BrokerUrl(
        form["scheme"],
        tuple(host if re.search(r":\d+$", host) else f"{host}:{port}" for host in form["hosts"].split(",")),
        form["name"] or NAME,
        None if form["user"] is None else unquote(form["user"]),
        None if form["password"] is None else unquote(form["password"]),
        options,
    )


def _of_kinesis(text: str) -> BrokerUrl:
    """Raises `ValueError`. Who asks is known by the usual ways of AWS: in the address there is nothing secret."""
    form = KINESIS_FORM.fullmatch(text)
    if form is None:
        raise ValueError(
            "expected kinesis://stream?region=eu-west-1; credentials come from the environment, a profile or a role,"
            " not from the address"
        )
    options = _options(form["options"])
    if unknown := set(options) - OPTIONS_OF_KINESIS:
        raise ValueError(f"expected {', '.join(sorted(OPTIONS_OF_KINESIS))} behind the ?, got {min(unknown)!r}")
    if "endpoint" in options and not re.fullmatch(r"https?://[^\s/?#]+/?", options["endpoint"]):
        raise ValueError("expected an endpoint such as https://vpce-1.kinesis.eu-west-1.vpce.amazonaws.com")
    return BrokerUrl("kinesis", (), form["name"], None, None, options)


def _options(text: str | None) -> dict[str, str]:
    options = dict(parse_qsl(text or "", keep_blank_values=True))
    for option in ("partitions", "replicas"):
        if option in options and not re.fullmatch("[1-9][0-9]{0,3}", options[option]):
            raise ValueError(f"expected a number from 1 for {option}")
    return options
