"""Which addresses are out there for everybody: an alert is sent to no other, unless the settings say so.

Who may make a channel could else have the server call what only the server can reach: the router, the database beside
it, the address at which a cloud tells a machine its passwords.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared behind a provider's address; Alibaba's metadata
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # what Azure tells its machines
            "169.254.0.0/16",  # link-local; the metadata of most clouds
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ),
    )
)
"""The registries of special addresses of IANA (RFC 6890); Python's own table differs between its versions."""
PUBLIC_6 = IPv6Network("2000::/3")
"""All that was ever given out; loopback, private, link-local, site-local and multicast ones lie outside."""
NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, among them Teredo, which embeds others
            "2001:db8::/32",  # documentation
            "3fff::/20",  # documentation
        ),
    )
)
MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")


def is_public(text: str) -> bool:
    """Whether this, as an operating system writes it, is the address of one machine out there."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        embedded = _embedded(address)
        if embedded is None:
            return (
                address.scope_id is None
                and address in PUBLIC_6
                and not any(address in network for network in NOT_PUBLIC_6)
            )
        address = embedded
    return not any(address in network for network in NOT_PUBLIC_4)


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is reached through this one, where it has one in it."""
    if address in MAPPED or address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)
    return None
