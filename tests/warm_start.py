"""What a program makes once of its routes and its tables, when it is first asked: whoever is forked from a process that
has imported this has it."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

from playtrace.api.app import routes

for route in routes():
    route.matches({"type": "http", "method": "GET", "path": "/nowhere", "root_path": ""})
configure_mappers()
