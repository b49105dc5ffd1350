"""What can go wrong with a service."""


class ServiceRefused(Exception):
    """It cannot be installed or removed like this; the message says what to do."""
