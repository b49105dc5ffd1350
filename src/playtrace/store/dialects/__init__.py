"""Our SQL, which is DuckDB's, as other engines read it: what sqlglot does not do by itself, one engine a file."""
