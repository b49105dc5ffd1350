"""The kinds of channels that there are."""

from __future__ import annotations

from playtrace.alerts.channels.apprise import Apprise
from playtrace.alerts.channels.discord import Discord
from playtrace.alerts.channels.sending import Kind
from playtrace.alerts.channels.webhook import Webhook

KINDS: dict[str, Kind] = {"discord": Discord(), "webhook": Webhook(), "apprise": Apprise()}
