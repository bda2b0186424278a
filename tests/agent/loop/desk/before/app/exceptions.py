"""What services raise."""


class NotFoundError(Exception):
    """There is no such row, or it is somebody else's."""


class ConflictError(Exception):
    """There is such a row already."""
