"""`python -m playtrace.api.openapi` prints the OpenAPI document; the dashboard's types are made from it."""

from __future__ import annotations

import json
import sys

from playtrace.api.app import create_app

if __name__ == "__main__":
    # Bytes, because a terminal's encoding is not always UTF-8.
    sys.stdout.buffer.write(json.dumps(create_app().openapi(), indent=2, ensure_ascii=False).encode() + b"\n")
