"""What can be wrong with a question."""

from __future__ import annotations


class WrongParameter(ValueError):
    """One parameter does not fit; the message says what was expected."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter
        """Its name as a caller writes it, in camelCase."""
        self.message = message
