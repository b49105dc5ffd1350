"""Addresses of databases without what opens them: nobody is shown a password, nor finds one in a log."""

from __future__ import annotations

import re
from urllib.parse import unquote

MASK = "***"
PASSWORD = re.compile(r"(?<=://)([^:/?#]*):(.*)@", re.DOTALL)
"""Up to the last `@`: one in a password is not always written as %40, and too much is hidden rather than too little."""
SECRET_PARAMETER = re.compile(
    r"([?&][^=&#]*(?:pass|secret|token|key|authmechanismproperties)[^=&#]*=)([^&#]*)", re.IGNORECASE
)


def masked(url: str) -> str:
    """The address with its password, and whatever parameter is named like one, hidden."""
    return SECRET_PARAMETER.sub(rf"\g<1>{MASK}", PASSWORD.sub(rf"\g<1>:{MASK}@", url))


def scrubbed(text: str, url: str) -> str:
    """A text, such as an error of a driver, in which neither the address nor a password of it stands."""
    hidden = text.replace(url, masked(url)) if url else text
    secrets = [match[2] for match in PASSWORD.finditer(url)] + [match[2] for match in SECRET_PARAMETER.finditer(url)]
    for secret in sorted({each for one in secrets for each in (one, unquote(one)) if each}, key=len, reverse=True):
        hidden = hidden.replace(secret, MASK)
    return hidden
