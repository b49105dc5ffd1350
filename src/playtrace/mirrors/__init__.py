"""Mirrors: what the store has, in databases of the studio's own. They read the store, and nothing reads them."""
