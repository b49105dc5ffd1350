"""The client for Python: asks a server, and sends it events. It knows nothing else of playtrace (docs/python.md)."""
