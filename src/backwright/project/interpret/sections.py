"""The sections of settings files, as a parser holds them."""

from __future__ import annotations

import configparser
import re

from backwright.project.interpret.values import Unknown, settle

DEFAULTS = configparser.DEFAULTSECT
_NAMED = re.compile(r"%\((\w+)\)s|%%")


class Sections(dict[str, dict[str, object]]):
    """The sections that were read or set, each with its options as written."""

    def names(self) -> list[object]:
        """Return the names of the sections, without the one of defaults."""
        return [one for one in self if one != DEFAULTS]

    def options(self, section: str) -> dict[object, object]:
        """Return the options of a section, what defaults give among them."""
        written = {**self.get(DEFAULTS, {}), **self.get(section, {})}
        return {name: _interpolated(one, written) for name, one in written.items()}

    def take(self, text: str) -> bool:
        """Take in the text of a file; tell whether it can be read."""
        parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
        try:
            parser.read_string(text)
        except (configparser.Error, ValueError):
            return False
        self.setdefault(DEFAULTS, {}).update(parser.defaults())
        for section in parser.sections():
            self.setdefault(section, {}).update(parser.items(section))
        return True


def _interpolated(value: object, options: dict[str, object]) -> object:
    """Put in what `%(name)s` means; where that refers to others in turn, it is not known."""
    value = settle(value)
    if not isinstance(value, str) or "%" not in value:
        return value
    names = {one[1].lower() for one in _NAMED.finditer(value) if one[1]}
    meant = {name: str(one) for name in names if isinstance(one := options.get(name), (str, int))}
    if meant.keys() != names or any("%" in one for one in meant.values()):
        return Unknown("a setting is made of others that are not known")
    return _NAMED.sub(lambda one: meant[one[1].lower()] if one[1] else "%", value)
