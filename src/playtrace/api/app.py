"""The reading half of the server as one FastAPI app: routers in, errors as problem documents out."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute

from playtrace import __version__
from playtrace.api import (
    alert_channels,
    alerts,
    audit,
    backups,
    boards,
    data_health,
    dimensions,
    erasures,
    event_properties,
    events,
    exports,
    game_settings,
    games,
    health,
    imports,
    known_names,
    known_players,
    linked_identity,
    live,
    maps,
    metrics,
    mirrors,
    people,
    player_stats,
    problem_documents,
    provider_sign_in,
    rates,
    reports,
    retention,
    rollups,
    saved_queries,
    second_factor,
    segments,
    sending,
    session,
    shared_boards,
    sql,
    time_annotations,
    tokens,
)
from playtrace.api.dashboard import Dashboard
from playtrace.api.scrape import route as scrape
from playtrace.halves import halves

DESCRIPTION = """
Send what happens in games, and ask for it. Instants are RFC 3339 in UTC, shares are fractions, money is in millionths
of its currency. Query parameters may be spelled in camelCase or snake_case. Errors are problem documents (RFC 9457).
"""


class Documented(FastAPI):
    """With what is sent in its document, which is made when it is first asked for: it would be a fifth of a start."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            sending.document_sending(super().openapi())
        return super().openapi()


def create_app() -> FastAPI:
    """The app without its state, which whoever runs it gives to it (`State.give_to`)."""
    app = Documented(
        title="playtrace",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        # Its own page loads scripts from another host; ours is part of the dashboard.
        docs_url=None,
        redoc_url=None,
    )
    problem_documents.install(app)
    app.router.routes.extend(routes())
    app.mount("/", Dashboard())
    return app


@cache
def routes() -> list[BaseRoute]:
    """Those of the API, which know nothing of the app that has them. Making them, and what FastAPI makes of them when
    the first request comes, is half of what a start computes."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, responses=problem_documents.RESPONSES)
    for router in (
        session.router,
        people.router,
        tokens.router,
        second_factor.router,
        provider_sign_in.router,
        linked_identity.router,
        audit.router,
        games.router,
        game_settings.router,
        dimensions.router,
        known_names.router,
        known_players.router,
        player_stats.router,
        event_properties.router,
        segments.router,
        time_annotations.router,
        boards.router,
        shared_boards.router,
        rates.router,
        alert_channels.router,
        alerts.router,
        reports.router,
        retention.router,
        mirrors.router,
        maps.router,
        data_health.router,
        events.router,
        exports.router,
        imports.router,
        metrics.router(),
        live.router,
        health.router,
        scrape.router,
        backups.router,
        erasures.router,
        rollups.router,
        sql.router,
        saved_queries.router,
        *(half.router for half in halves("reading").values()),
    ):
        app.include_router(router)
    return app.router.routes
