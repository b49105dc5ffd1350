"""Servers that share the work: those that load, each a share of the games, and those that ask."""
