"""A mirror in MySQL or MariaDB: games, their sessions, and figures of each day."""
