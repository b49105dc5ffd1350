"""Receipts of players who were erased: what went, from where and when, signed.

The signature is an HMAC-SHA256 with a secret of the server (`registry/refused_players.py`), not a pair of keys: who
keeps a receipt shows it to the studio, and the studio's server says whether it wrote that. For somebody outside to tell
alone, a public key would have to be handed out and kept for as long as the receipts, and a library more be trusted.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

ALGORITHM = "HMAC-SHA256"


class ReceiptUnreadable(Exception):
    """It is no receipt."""


def signed(said: Mapping[str, Any], secret: bytes) -> str:
    """As JSON for people and programs."""
    signature = {"algorithm": ALGORITHM, "value": _signature(said, secret)}
    return json.dumps({"receipt": said, "signature": signature}, indent=2, ensure_ascii=False) + "\n"


def read(text: str, secret: bytes) -> dict[str, Any] | None:
    """What it says; None where this server did not write that. Raises `ReceiptUnreadable`."""
    try:
        document = json.loads(text)
        said, signature = document["receipt"], document["signature"]
        algorithm, value = signature["algorithm"], str(signature["value"])
        is_ours = hmac.compare_digest(_signature(said, secret).encode(), value.encode())
        players = list(said["playerHashes"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReceiptUnreadable("That is no receipt of playtrace.") from error
    if algorithm != ALGORITHM:
        raise ReceiptUnreadable(f"The receipt is signed with {algorithm}, which this playtrace does not know.")
    return dict(said) if is_ours and all(isinstance(one, str) for one in players) else None


def _signature(said: Mapping[str, Any], secret: bytes) -> str:
    """Of what it says, however it is written: with other spaces, or in another order."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(secret, b"receipt\0" + text.encode(), hashlib.sha256).hexdigest()
