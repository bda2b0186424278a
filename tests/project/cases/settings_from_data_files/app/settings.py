"""Settings with defaults in a file, overruled by the environment and by a file of the machine."""

import configparser
import json
import os
from importlib import import_module
from pathlib import Path

import yaml

HERE = os.path.dirname(__file__)
MISSING = object()


def described():
    with open(os.path.join(HERE, "defaults.yml")) as file:
        return yaml.safe_load(file)


def import_string(dotted):
    try:
        module, name = dotted.rsplit(".", 1)
    except ValueError:
        raise ImportError(f"{dotted} is no path")
    return getattr(import_module(module), name)


class Settings(configparser.ConfigParser):
    def __init__(self):
        super().__init__()
        self.described = described()
        self.known = configparser.ConfigParser()
        for section in ("api", "login"):
            self.known.add_section(section)
            for option, held in self.described[section].items():
                self.known.set(section, option, held["default"])

    def get(self, section, option, **kwargs):
        variable = f"APP__{section.upper()}__{option.upper()}"
        if variable in os.environ:
            return os.environ[variable]
        if super().has_option(section, option):
            return super().get(section, option, **kwargs)
        found = self.known.get(section, option, fallback=MISSING)
        while True:
            expanded = os.path.expandvars(found)
            if expanded == found:
                return expanded
            found = expanded

    def getimport(self, section, option):
        return import_string(self.get(section, option))


settings = Settings()
settings.read(os.path.expanduser("~/app.ini"))

paths = configparser.ConfigParser()
paths.read(Path(__file__).parent / "paths.ini")

menu = json.loads((Path(__file__).parent / "menu.json").read_text())
