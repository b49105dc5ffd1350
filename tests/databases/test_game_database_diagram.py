"""The ER diagram shows what is in the catalogue."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import psycopg
from typer.testing import CliRunner

from databases.postgresql import PostgreSQL
from playtrace.cli.main import app

SVG = "{http://www.w3.org/2000/svg}"


def test_each_table_and_column_is_drawn_once_and_no_two_tables_overlap(postgresql: PostgreSQL, installed_template: str):
    with postgresql.database("drawn", template=installed_template) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("COMMENT ON TABLE game.player IS '<script>alert(1)</script>'")
            columns = connection.execute(
                "SELECT c.relname, count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
                " WHERE c.relnamespace = 'game'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
                " AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.relname"
            ).fetchall()
        done = CliRunner().invoke(app, ["gamedb", "diagram", url])
    assert done.exit_code == 0, done.output
    drawn = ElementTree.fromstring(done.stdout)
    boxes = drawn.findall(f"{SVG}g")
    found = {box.findtext(f"{SVG}text"): len(box.findall(f"{SVG}text")) // 2 for box in boxes}
    assert found == dict(columns)
    (player,) = (box for box in boxes if box.findtext(f"{SVG}text") == "player")
    assert player.findtext(f"{SVG}title") == "<script>alert(1)</script>"
    places = [
        tuple(float(box.find(f"{SVG}rect").get(side, "")) for side in ("x", "y", "width", "height")) for box in boxes
    ]
    for number, (x, y, width, height) in enumerate(places):
        for other_x, other_y, other_width, other_height in places[:number]:
            is_beside = x >= other_x + other_width or other_x >= x + width
            assert is_beside or y >= other_y + other_height or other_y >= y + height
    assert len(drawn.findall(f"{SVG}path")) > 10


def test_nothing_to_draw(postgresql: PostgreSQL):
    with postgresql.database("undrawn") as url:
        done = CliRunner().invoke(app, ["gamedb", "diagram", url])
    assert done.exit_code == 2
    assert "no game database here" in done.output
