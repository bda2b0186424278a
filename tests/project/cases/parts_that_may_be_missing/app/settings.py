"""A paid edition may bring settings of its own; where it is not installed these count."""

import importlib


class Settings:
    table_prefix = "free_"
    prefix = "/free"


def load():
    try:
        module = importlib.import_module("paid_edition.settings")
        kind = getattr(module, "Settings")
    except (ImportError, AttributeError):
        kind = Settings
    return kind()


settings = load()
