"""`Client`: asks a server for metrics and in SQL, and sends it events. May be used from any thread."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, cast
from urllib.parse import quote, urlencode

from playtrace.client.answer import Answer, SqlAnswer
from playtrace.client.events import Receipt, deliver, encoded
from playtrace.client.http import Http
from playtrace.client.sender import Sender

TIMEOUT_S = 60.0
RETRY_SECONDS_MAX = 30.0


class Client:
    """A server, and who asks it.

    `token` is a read token (`playtrace tokens add`), `key` a write key (`playtrace keys add`); an open server needs
    neither. `game` is what is asked and sent about, unless a call says another. Nothing is asked of the server yet.

    Each method raises `Unreachable` when there is no answer within `timeout_s`, and `Refused` when the answer is a
    problem (`playtrace.client.errors`).
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        key: str | None = None,
        game: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Raises `ValueError` for what is no address."""
        self._http = Http(url, timeout_s)
        self._token = token
        self._key = key
        self.game = game

    @property
    def url(self) -> str:
        return self._http.url

    # Asking

    def metric(self, name: str, /, **parameters: object) -> Answer:
        """Ask a metric: `client.metric("retention", from_="2026-03-01", platform=["windows", "linux"])`.

        Parameters are those of docs/metrics, in snake_case; `from_` is `from`. A list is several values; days and
        moments may be `date` and `datetime` (one without a time zone is UTC); what is None is left out.
        """
        if self.game is not None:
            parameters = {"game_id": self.game} | parameters
        given = [(name_of(key), value) for key, value in parameters.items()]
        query = urlencode([(key, text(one)) for key, value in given for one in values_of(value)])
        return Answer(self._get(f"/api/metrics/{quote(name, safe='')}?{query}"))

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        """`client.retention(...)` is `client.metric("retention", ...)`."""
        if name.startswith("_"):
            raise AttributeError(name)

        def ask(**parameters: object) -> Answer:
            return self.metric(name, **parameters)

        ask.__name__ = name
        return ask

    def metrics(self) -> list[dict[str, Any]]:
        """Every metric that there is, with its parameters."""
        return json.loads(self._get("/api/metrics"))["metrics"]

    def sql(self, statement: str) -> SqlAnswer:
        """One SELECT over the views of docs/sql.md. Needs an admin's token, or one that `tokens add --sql` made.

        Raises `Wrong` also for an answer of more than 1,000,000 rows or 64 MiB.
        """
        body = json.dumps({"sql": statement, "format": "arrow"}).encode()
        headers = {"Content-Type": "application/json", **self._authorization(self._token)}
        return SqlAnswer(self._http.ask("POST", "/api/sql", body, headers).body)

    def _get(self, path: str) -> bytes:
        return self._http.ask("GET", path, headers=self._authorization(self._token)).body

    # Sending

    def send(self, *events: Mapping[str, Any], retry_seconds_max: float = RETRY_SECONDS_MAX) -> Receipt:
        """Send events now, and wait until they are on the server's disk. In a game, use `sender`.

        Where there is no answer, or the server asks to come again, it tries again for `retry_seconds_max` seconds;
        each event gets an id first, so it counts once. At most 10,000 events and 5 MiB.

        Raises `ValueError` for what is no event. That the server refused some of them is in the receipt.
        """
        return deliver(
            self._http,
            [encoded(event, self.game) for event in events],
            self._authorization(self._key),
            retry_seconds_max=retry_seconds_max,
        )

    def sender(self, **options: Any) -> Sender:
        """Sends events in the background, in batches; see `Sender` for the options.

        `with client.sender() as sender: sender.send("level_start", player_id="p1", level="2")`
        """
        return Sender(self.url, key=self._key, game=self.game, **options)

    def close(self) -> None:
        """Close the connections; a later call opens them again."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self.url}{f', game {self.game}' if self.game else ''}>"

    @staticmethod
    def _authorization(secret: str | None) -> dict[str, str]:
        return {} if secret is None else {"Authorization": f"Bearer {secret}"}


def name_of(parameter: str) -> str:
    """As the server calls it: `from_` is `from`. The server takes snake_case for camelCase."""
    return parameter.rstrip("_")


def values_of(value: object) -> Iterable[object]:
    if value is None:
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return cast("Iterable[object]", value)
    return (value,)


def text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)
