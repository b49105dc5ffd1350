"""The game database in PostgreSQL: plain SQL files in folders, what installs them, and the mirror that writes to it."""
