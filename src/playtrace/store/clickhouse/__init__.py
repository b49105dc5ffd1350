"""The second place where events live and SQL runs: ClickHouse, one server or a cluster. Its driver is an extra."""
