"""The tables of a store, and the blocks of its file that they are in: asked of whoever has it open."""

from __future__ import annotations

from typing import Any

import duckdb

from playtrace.operate.findings import Ask


def asked_of(connection: duckdb.DuckDBPyConnection) -> Ask:
    """A database of this process. Raises what DuckDB raises."""

    def ask(sql: str) -> list[list[Any]]:
        return [list(row) for row in connection.execute(sql).fetchall()]

    return ask


def tables_of(ask: Ask) -> list[str]:
    """Their names. Raises what `ask` raises."""
    tables = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY table_name"
    return [row[0] for row in ask(tables)]


def row_counts(ask: Ask) -> dict[str, int]:
    """Of each table. Raises what `ask` raises."""
    return {table: ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables_of(ask)}


def blocks_in_use(ask: Ask) -> set[int]:
    """Numbers of the blocks that the store would read. Raises what `ask` raises."""
    used = {row[0] for row in ask("SELECT block_id FROM pragma_metadata_info()")}
    for table in tables_of(ask):
        for block, more in ask(f"SELECT block_id, additional_block_ids FROM pragma_storage_info('{table}')"):
            used |= {block, *(more or [])}
    return used
