"""Values that fit a schema: deterministic, each one unique, texts marked with who sent them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from backwright.probe.patterns import text_of_pattern
from backwright.probe.schemas import Schemas, Upload, Value, is_array, is_object

Schema = Mapping[str, Any]
PASSWORD = "Qz7!kestrel-Harbour"  # noqa: S105 - of users on a throw-away database
# A password as it is called in other languages than English.
PASSWORD_WORDS = "senha|contrase(na|ña)|passwort|kennwort|mot_?de_?passe|clave|parola|wachtwoord"  # noqa: S105
_NAMESPACE = uuid.UUID("5f0d6f0a-7a53-4c3e-9d8a-0d2a8f5b7c11")
_START = datetime(2031, 3, 1, 9, 0, tzinfo=UTC)
_DEEPEST = 6

# What a field that widens or narrows who may see a row is set to: as few as possible.
_OPEN = re.compile(r"(?i)^(is_?)?(public|published|publish|visible|shared|listed|open|featured)$")
_CLOSED = re.compile(r"(?i)^(is_?)?(private|hidden|draft|unlisted|personal|confidential|secret)$")
_ACTIVE = re.compile(r"(?i)^(is_?)?(active|enabled|available|in_?stock)$")
_PRIVATE_WORDS = re.compile(r"(?i)private|draft|hidden|personal|internal|only_?me|restricted")
_PUBLIC_WORDS = re.compile(r"(?i)public|everyone|all|open|published|shared")

_BY_NAME: tuple[tuple[re.Pattern[str], Callable[[Mark], str]], ...] = (
    (re.compile(r"(?i)e-?mail"), lambda m: m.email),
    (re.compile(rf"(?i)pass(word|wd|phrase)|^pwd$|{PASSWORD_WORDS}"), lambda _: PASSWORD),
    (re.compile(r"(?i)phone|mobile|^tel$|^fax$"), lambda m: f"+1415555{m.number % 10_000:04d}"),
    (re.compile(r"(?i)ur[li]$|website|link$|homepage|avatar|image|photo|picture"), lambda m: m.url),
    (re.compile(r"(?i)(^|_)date$|^dob$|birth_?da(y|te)"), lambda m: m.day.isoformat()),
    (re.compile(r"(?i)(^|_)(price|cost|amount|fee|salary)$"), lambda m: f"{m.number}.50"),
    (re.compile(r"(?i)colou?r"), lambda m: f"#{m.number % 0xFFFFFF:06x}"),
    (re.compile(r"(?i)currency"), lambda _: "EUR"),
    (re.compile(r"(?i)country_?code|^country$"), lambda _: "DE"),
    (re.compile(r"(?i)locale|language|^lang$"), lambda _: "en"),
    (re.compile(r"(?i)time_?zone|^tz$"), lambda _: "Europe/Berlin"),
    (re.compile(r"(?i)(^|_)(zip|postal)_?code|^zip$|postcode"), lambda m: f"{m.number:05d}"[-5:]),
    (
        re.compile(r"(?i)^ip(_address)?$"),
        lambda m: f"10.0.{m.number // 256 % 256}.{m.number % 256}",
    ),
)
_FORMATS: Mapping[str, Callable[[Mark], str]] = {
    "email": lambda m: m.email,
    "idn-email": lambda m: m.email,
    "uuid": lambda m: str(uuid.uuid5(_NAMESPACE, m.text)),
    "uuid4": lambda m: str(uuid.UUID(bytes=uuid.uuid5(_NAMESPACE, m.text).bytes, version=4)),
    "date": lambda m: m.day.isoformat(),
    "date-time": lambda m: m.moment.isoformat().replace("+00:00", "Z"),
    "time": lambda m: m.moment.time().isoformat(),
    "duration": lambda m: f"PT{m.number}S",
    "uri": lambda m: m.url,
    "url": lambda m: m.url,
    "uri-reference": lambda m: m.url,
    "ipv4": lambda m: f"10.0.{m.number // 256 % 256}.{m.number % 256}",
    "ipv6": lambda m: f"fd00::{m.number:x}",
    "hostname": lambda m: f"{m.text}.example.com",
    "password": lambda _: PASSWORD,
    "byte": lambda _: "cXo=",
    "json-string": lambda _: "{}",
    "decimal": lambda m: str(m.number),
    "phone": lambda m: f"+1415555{m.number % 10_000:04d}",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One unique value: a number, and a word that begins with its sender's letter."""

    letter: str
    number: int

    @property
    def text(self) -> str:
        """Return a word that is found nowhere by chance."""
        return f"qz{self.letter}{self.number:05d}x"

    @property
    def email(self) -> str:
        """Return an address of its own."""
        return f"{self.text}@example.com"

    @property
    def url(self) -> str:
        """Return a web address of its own."""
        return f"https://example.com/{self.text}"

    @property
    def day(self) -> date:
        """Return a day of its own, in the future."""
        return (_START + timedelta(days=self.number)).date()

    @property
    def moment(self) -> datetime:
        """Return a moment of its own, in the future."""
        return _START + timedelta(days=self.number % 300, minutes=self.number)


@dataclass
class Sampler:
    """Makes values. The same calls in the same order give the same values.

    Attributes:
        schemas: Follows references.
        number: How many unique values were given out.
        widens: Whether fields that say who sees a row let everybody see it.
        words: The words that a field may have, where the document says that it is a text.
    """

    schemas: Schemas
    number: int = 0
    widens: bool = False
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def mark(self, letter: str) -> Mark:
        """Return the next unique value."""
        self.number += 1
        return Mark(letter, self.number)

    def value(
        self, schema: Schema, name: str, letter: str, *, full: bool = False, depth: int = 0
    ) -> Value:
        """Return a value that fits.

        Args:
            schema: What it must fit.
            name: The field's name, which often says more than the schema.
            letter: Who sends it.
            full: Whether optional properties are given, too.
            depth: How deep it lies; schemas may refer to themselves.
        """
        schema = self.schemas.whole(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return _choice(schema, widens=self.widens)
        if is_object(schema):
            return self.object(schema, letter, full=full, depth=depth)
        if is_array(schema):
            return self._array(schema, name, letter, full=full, depth=depth)
        kind = schema.get("type")
        if kind == "boolean":
            return _flag(schema, name) != (self.widens and narrows(name, schema))
        if kind in ("integer", "number"):
            return self._number(schema, letter)
        if kind == "null":
            return None
        if kind is None and not schema.get("format") and isinstance(schema.get("default"), dict):
            return dict(schema["default"])
        return self._text(schema, name, letter)

    def object(
        self, schema: Schema, letter: str, *, full: bool = False, depth: int = 0
    ) -> dict[str, Any]:
        """Return an object: the required properties, or all of them, and what narrows sight."""
        required = set(schema.get("required", ()))
        made = {}
        for name, one in self.schemas.properties(schema).items():
            wanted = name in required or (full and depth < _DEEPEST and not one.get("readOnly"))
            if wanted or narrows(name, one):
                made[name] = self.value(one, name, letter, full=full, depth=depth + 1)
        return made

    def _array(self, schema: Schema, name: str, letter: str, *, full: bool, depth: int) -> Value:
        least = int(schema.get("minItems", 0))
        if depth >= _DEEPEST:
            return []
        count = max(least, 1 if full else least)
        items = schema.get("items", {})
        return [self.value(items, name, letter, full=full, depth=depth + 1) for _ in range(count)]

    def _number(self, schema: Schema, letter: str) -> Value:
        number = self.mark(letter).number
        whole = schema.get("type") == "integer"
        step = schema.get("multipleOf") or 1
        low, high = _bounds(schema, step if whole else step / 100)
        found: float
        if low is None and high is None:
            found = 10 + number
        elif high is None:
            found = (low or 0) + number % 50
        elif low is None:
            found = min(high, 10 + number) if high > 0 else high
        else:
            found = low + (number % 50 if high - low >= 50 else (high - low) // 2)
        found = -(-found // step) * step if schema.get("multipleOf") else found
        return int(found) if whole else float(found)

    def _text(self, schema: Schema, name: str, letter: str) -> str:
        mark = self.mark(letter)
        if schema.get("format") == "binary" or "contentMediaType" in schema:
            return Upload(mark.text)
        least = int(schema.get("minLength", 0))
        most = schema.get("maxLength")
        if make := _FORMATS.get(str(schema.get("format", ""))):
            return make(mark)
        if pattern := schema.get("pattern"):
            found = text_of_pattern(str(pattern), mark.text, least, most)
            if found is not None:
                return found
        if name in self.words and not schema.get("format"):
            return _choice({"enum": self.words[name]}, widens=self.widens)  # type: ignore[no-any-return]
        for fits, make in _BY_NAME:
            if fits.search(name) and not (most is not None and len(make(mark)) > int(most)):
                return make(mark).ljust(least, "0")
        return _fitted(mark, least, most)


def _fitted(mark: Mark, least: int, most: Value) -> str:
    """Return the mark, shortened or lengthened to the bounds."""
    text = mark.text
    if most is not None and int(most) < len(text):
        text = f"{mark.number:x}"[-int(most) :] if int(most) > 0 else ""
    return text.ljust(least, "q")


def _bounds(schema: Schema, step: float) -> tuple[float | None, float | None]:
    """Return the least and the greatest number allowed."""
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is True:  # OpenAPI 3.0 writes it beside the bound
        low = None if low is None else low + step
    elif isinstance(above, int | float) and not isinstance(above, bool):
        low = above + step
    if below is True:
        high = None if high is None else high - step
    elif isinstance(below, int | float) and not isinstance(below, bool):
        high = below - step
    return low, high


def narrows(name: str, schema: Schema) -> bool:
    """Tell whether a field decides who may see a row, so that it is always given."""
    if schema.get("type") == "boolean":
        return bool(_OPEN.match(name) or _CLOSED.match(name))
    words = [str(one) for one in schema.get("enum", ())]
    return any(_PRIVATE_WORDS.search(word) for word in words)


def _flag(schema: Schema, name: str) -> bool:
    if _OPEN.match(name):
        return False
    if _CLOSED.match(name) or _ACTIVE.match(name):
        return True
    default = schema.get("default")
    return default if isinstance(default, bool) else False


def _choice(schema: Schema, *, widens: bool) -> Value:
    """Return one of an enumeration: what only its owner sees, the default, or the first."""
    options = [one for one in schema["enum"] if one is not None]
    private = [one for one in options if _PRIVATE_WORDS.search(str(one))]
    default = schema.get("default")
    if private and widens and len(options) > 1:
        return next((one for one in options if _PUBLIC_WORDS.search(str(one))), options[-1])
    if private:
        return private[0]
    return default if default in options else (options or [None])[0]
