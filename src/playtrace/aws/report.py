"""The function that sends reports of a day: `playtrace.aws.report.handler`, called by a schedule.

The server makes them, as `GET /api/games/{game_id}/report` does. What was sent is kept in a bucket, as a page with its
picture; what is there is not sent again. Who is killed between sending and keeping sends twice: better than not at all.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from playtrace import logs
from playtrace.aws import measured
from playtrace.aws.clients import AWAY, client, code_of
from playtrace.client.errors import PlaytraceError
from playtrace.client.http import Http
from playtrace.config import Settings

log = logging.getLogger("playtrace.aws")

NOT_THERE = ("404", "NoSuchKey", "NotFound")
MESSAGE_BYTES_MAX = 256 * 1024
"""Of SNS."""
SUBJECT_LENGTH_MAX = 99
SERVER_SECONDS_MAX = 60.0


class ReportsNotSent(Exception):
    """Some reports could not be sent; the message says which. Those that were are not sent again."""


class Reports:
    def __init__(self, settings: Settings) -> None:
        """Raises `ValueError` where a setting is missing, or does not fit."""
        aws = settings.aws
        server, secret, bucket, topic = aws.report_server, aws.report_token_secret, aws.report_bucket, aws.report_topic
        if server is None or secret is None or bucket is None or topic is None:
            raise ValueError(
                "expected PLAYTRACE_AWS_REPORT_SERVER, PLAYTRACE_AWS_REPORT_TOKEN_SECRET, PLAYTRACE_AWS_REPORT_BUCKET"
                " and PLAYTRACE_AWS_REPORT_TOPIC"
            )
        try:
            self._time_zone = ZoneInfo(aws.report_time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"PLAYTRACE_AWS_REPORT_TIME_ZONE: {error}") from error
        self._server, self._games = Http(server, SERVER_SECONDS_MAX), aws.report_games
        self._secret, self._bucket, self._topic = secret, bucket, topic

    def send(self, scheduled: dt.datetime) -> list[str]:
        """Those of the day before, as its schedule has days. Returns the games whose report was sent now.

        Raises `ReportsNotSent` when all that could be sent was.
        """
        day = scheduled.astimezone(self._time_zone).date() - dt.timedelta(days=1)
        sent, wrong = list[str](), list[str]()
        for game in self._games:
            try:
                if self._send_one(game, day):
                    sent.append(game)
            except (PlaytraceError, *AWAY) as error:
                log.error("the report of a game was not sent", extra={"game": game, "error": str(error)})
                wrong.append(f"{game}: {error}")
        if wrong:
            raise ReportsNotSent("; ".join(wrong))
        return sent

    def _send_one(self, game: str, day: dt.date) -> bool:
        key = f"{game}/{day}.html"
        try:
            client("s3").head_object(Bucket=self._bucket, Key=key)
            return False
        except AWAY as error:
            if code_of(error) not in NOT_THERE:
                raise
        page, text = self._asked(game, day, "html"), self._asked(game, day, "md")
        client("sns").publish(
            TopicArn=self._topic,
            # Of a subject SNS takes ASCII alone; ids of games are that.
            Subject=f"{game}, {day}"[:SUBJECT_LENGTH_MAX],
            Message=text[:MESSAGE_BYTES_MAX].decode("utf-8", "ignore"),
        )
        client("s3").put_object(Bucket=self._bucket, Key=key, Body=page, ContentType="text/html; charset=utf-8")
        return True

    def _asked(self, game: str, day: dt.date, form: str) -> bytes:
        path = f"/api/games/{quote(game, safe='')}/report?day={day}&format={form}"
        return self._server.ask("GET", path, headers={"Authorization": f"Bearer {self._token()}"}).body

    def _token(self) -> str:
        # Each time: a token that was replaced counts at once, and a report is made seldom.
        return client("secretsmanager").get_secret_value(SecretId=self._secret)["SecretString"].strip()


@cache
def reports() -> Reports:
    """As the environment says."""
    settings = Settings.read(log_format="json")
    logs.set_up(settings)
    return Reports(settings)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What the schedule calls, with the moment for which it is: a try that comes later is of the same day."""
    scheduled = event.get("scheduled")
    moment = dt.datetime.fromisoformat(scheduled) if scheduled else dt.datetime.now(dt.UTC)
    try:
        sent = reports().send(moment)
    except ReportsNotSent:
        measured.write(sys.stdout, "report", {"Failed": (1, "Count")})
        raise
    measured.write(sys.stdout, "report", {"Sent": (len(sent), "Count")})
    return {"sent": sent}
