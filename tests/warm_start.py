"""What a program makes once of its routes and its tables, when it is first asked: whoever is forked from a process that
has imported this has it."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

from playtrace.api.app import create_app

create_app().openapi()
configure_mappers()
