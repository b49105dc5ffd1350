"""A registry on a server as it is before anything is configured, without making its tables again."""

from __future__ import annotations

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from playtrace.registry.database import open_database
from playtrace.registry.models import Base, Revision


def empty(url: str) -> None:
    """Numbers begin at 1 again, too."""
    engine = open_database(url)
    tables = [table for table in reversed(Base.metadata.sorted_tables) if table.name != Revision.__tablename__]
    with Session(engine) as session, session.begin():
        if engine.dialect.name == "postgresql":
            names = ", ".join(table.name for table in tables)
            session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        else:
            for table in tables:
                session.execute(delete(table))
        session.execute(update(Revision).values(number=0))
    if engine.dialect.name == "mysql":
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE games AUTO_INCREMENT = 1"))
    engine.dispose()
