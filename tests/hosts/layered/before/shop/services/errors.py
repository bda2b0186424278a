class NotFoundError(Exception):
    """There is no such row."""
