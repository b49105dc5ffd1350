"""An OpenID provider in a process of its own: `oidc-provider-mock`, and what makes it say something wrong.

Prints its two addresses: of one whose tokens are good for an hour, and of one whose tokens are over when it gives them
out. `PUT /tampering` with a JSON object changes the environment of requests for tokens from then on, so that it issues
them in the name of another host, or for another client.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import oidc_provider_mock
from werkzeug.serving import make_server


class Tampering:
    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self._changes: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/tampering":
            self._changes = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            start_response("204 No Content", [])
            return []
        if environ["PATH_INFO"] == "/oauth2/token":
            environ |= self._changes
        return self._app(environ, start_response)


def main() -> None:
    servers = [
        make_server("127.0.0.1", 0, Tampering(oidc_provider_mock.app(access_token_max_age=age)), threaded=True)
        for age in (timedelta(hours=1), timedelta(minutes=-10))
    ]
    print(*(f"http://127.0.0.1:{server.server_port}" for server in servers), flush=True)
    threading.Thread(target=servers[1].serve_forever, daemon=True).start()
    servers[0].serve_forever()


if __name__ == "__main__":
    main()
