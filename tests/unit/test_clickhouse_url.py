"""The address of a ClickHouse: what is in it, and that no error quotes its password."""

from __future__ import annotations

import pytest

from playtrace.clickhouse_url import ClickHouseUrl, clickhouse_url


def test_all_that_an_address_may_say() -> None:
    assert clickhouse_url("clickhouses://ann:p%40ss@db.example:9440/studio?cluster=all") == ClickHouseUrl(
        "db.example", 9440, "ann", "p@ss", "studio", "all", True
    )


def test_what_is_meant_where_nothing_is_said() -> None:
    assert clickhouse_url("clickhouse://localhost") == ClickHouseUrl("localhost", 8123, "default", "", "playtrace")
    assert clickhouse_url("clickhouses://localhost").port == 8443


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mysql://u:secret@h/d", "expected clickhouse://"),
        ("clickhouse://u:secret@/d", "names a host"),
        ("clickhouse://u:secret@h:99999/d", "port"),
        ("clickhouse://u:secret@h/a;DROP", "names of a database"),
        ("clickhouse://u:secret@h/d?cluster=a'b", "names of a database and of a cluster"),
        ("clickhouse://u:secret@h/d?secure=1", "cluster=NAME and nothing else, got secure"),
    ],
)
def test_what_is_no_address(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as raised:
        clickhouse_url(text)
    assert "secret" not in str(raised.value)


def test_it_is_told_without_its_password() -> None:
    assert str(clickhouse_url("clickhouse://ann:secret@db/studio")) == "clickhouse://ann@db:8123/studio"
