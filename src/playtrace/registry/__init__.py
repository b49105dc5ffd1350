"""What people configure: games, write keys, people and read tokens."""
