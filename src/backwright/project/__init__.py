"""Reading a project: apps, endpoints, models, auth, conventions. Runs no code of it."""

from backwright.project.reader import read_project

__all__ = ["read_project"]
