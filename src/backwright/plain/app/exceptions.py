"""Errors of the application; routes turn them into answers."""


class NotFoundError(Exception):
    """What was asked for is not there."""

    def __init__(self, message: str) -> None:
        """Keep the message, which the client gets to see."""
        super().__init__(message)
        self.message = message


class ConflictError(Exception):
    """What was asked for clashes with what is there."""

    def __init__(self, message: str) -> None:
        """Keep the message, which the client gets to see."""
        super().__init__(message)
        self.message = message
