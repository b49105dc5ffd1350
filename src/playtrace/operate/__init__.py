"""What keeps a server's data for years: backups, restoring them, and telling whether all is whole."""
