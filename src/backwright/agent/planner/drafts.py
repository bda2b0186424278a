"""A field as it is being understood, and the field word that comes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from backwright.agent.planner.attributes import Attribute, Value
from backwright.agent.planner.lexicon import lexicon, pattern
from backwright.agent.planner.wording import number

_LINE = 300
_NUMBERS = ("int", "float", "decimal")
_WITHOUT_LENGTH = ("float", "bool", "date", "datetime", "json")
_PRESENCE = frozenset({"required", "optional"})
_TEXTS = ("str", "text", "email", "url")
# Two types that one field may be said to have: `a string, one of …`, `a foreign key (uuid)`.
_AGREEING = frozenset(
    frozenset(pair.split())
    for pair in (
        *("str", "text", "int", "float", "decimal", "bool", "date", "datetime", "uuid", "email", "url", "json", "enum"),
        *("enum str", "enum text", "str text", "ref int", "ref uuid", "email str", "url str", "url text"),
        *("decimal float", "decimal int", "date datetime"),
    )
)  # fmt: skip


@dataclass
class Draft:
    """One field: its name, what was said of it, and the words that said so.

    Attributes:
        name: In snake case.
        said: What was said of it, one value for each kind.
        words: The part of the text.
        literal: A field word that was written out as one.
    """

    name: str
    said: dict[str, Value] = field(default_factory=dict)
    words: str = ""
    literal: str | None = None
    assumed: str = ""
    clashes: list[str] = field(default_factory=list)

    def take(self, one: Attribute) -> None:
        """Take what was said of the field; what is said of the same twice, counts the first time."""
        if self.contradicts(one):
            self.clashes.append(" ".join(str(value) for value in one.values.values()) or one.kind)
        if one.kind in ("length", "range"):
            self._bounds(one)
        elif one.kind == "type":
            self._type(str(one.values["type"]), weak=one.weak)
        elif one.kind == "decimal":
            self.said |= {"type": "decimal", "precision": one.values.get("precision", 10)}
            self.said["scale"] = one.values["scale"]
        elif one.kind == "default":
            self.said.setdefault("default", one.values["value"])
        elif one.kind == "enum":
            self.said.setdefault("values", one.values["values"])
            self.said["type"] = "enum"
        elif one.kind in ("ref", "many"):
            self.said |= {"type": one.kind, **one.values}
        else:
            self.said.setdefault(one.kind, 1)

    def contradicts(self, one: Attribute) -> bool:
        """Tell whether another type, default or choice was said before: then it was said of another field."""
        said, values = self.said, one.values
        if {one.kind} <= _PRESENCE and any(k in said for k in _PRESENCE - {one.kind}):
            return True  # `mandatory, nullable`
        if one.kind == "default":
            return said.get("default", values["value"]) != values["value"]
        if one.kind == "enum":
            return said.get("values", values["values"]) != values["values"]
        if one.kind in ("ref", "many"):
            return str(said.get("thing", values["thing"])).lower() != str(values["thing"]).lower()
        if one.kind != "type" or one.weak:
            return False
        if "type" not in said:  # `name string 1 to 40 … float`
            return "length" in said and values["type"] in _WITHOUT_LENGTH
        if said.get("weak"):  # `due date date … integer`
            return said["type"] == "date" and values["type"] in ("int", "float", "bool")
        return frozenset((str(said["type"]), str(values["type"]))) not in _AGREEING

    def _type(self, kind: str, *, weak: bool) -> None:
        if kind == "enum" and "values" in self.said:
            return
        if "type" not in self.said or (not weak and self.said.get("weak")):
            self.said["type"] = kind
            self.said["weak"] = int(weak)

    def _bounds(self, one: Attribute) -> None:
        values = one.values
        if one.kind == "length" and self.said.get("type") not in _NUMBERS:
            self.said.setdefault("length", 1)
        if "exact" in values:
            self.said.setdefault("low", values["exact"])
            self.said.setdefault("high", values["exact"])
            return
        for bound, name in (("low", "low"), ("high", "high"), ("max", "high")):
            if bound in values:
                self.said.setdefault(name, values[bound])

    @property
    def kind(self) -> str | None:
        """The type, from what was said, else from what the name gives away; None if neither does."""
        said = self.said.get("type")
        if "money" in self.said and said in (None, "decimal"):
            return "decimal"
        if said == "enum" and "values" not in self.said:
            return None
        if said == "text" and self.said.get("weak") and _is_short(self.said.get("high")):
            return "str"
        if said == "int" and self.said.get("weak") and "length" in self.said:
            return "str"
        if (said == "int" and _is_broken(self.said.get("low"))) or _is_broken(
            self.said.get("high")
        ):
            return "float" if known_kind(self.name) != "decimal" else "decimal"
        if said == "bool" and self.said.get("weak") and "values" in self.said:
            return "enum"
        if said is not None:
            return str(said)
        return self._from_the_rest()

    def _from_the_rest(self) -> str | None:
        known = known_kind(self.name)
        default = self.said.get("default")
        if "length" in self.said:
            return known if known in ("email", "url") else "str"
        if known in _NUMBERS and any(
            k in self.said for k in ("low", "high", "positive", "nonnegative")
        ):
            whole = not any(_is_broken(self.said.get(k)) for k in ("low", "high"))
            counts = self.name.endswith("amount") and ("low" in self.said or "high" in self.said)
            return "int" if counts and whole else known
        if "low" in self.said or "high" in self.said:
            return known if known in ("email", "url") else "str" if known in _TEXTS else "int"
        if default in ("true", "false"):
            return "bool"
        if known:
            self.assumed = f"assumed from the name {self.name!r}"
            return known
        if "positive" in self.said or "nonnegative" in self.said or _is_whole(default):
            return "int"
        return None

    def word(self, target: str | None = None) -> str:
        """Return the field word."""
        if self.literal:
            return self.literal
        kind = self.kind
        parts = [self.name, kind or "?"]
        if target:
            parts.append(target)
        if kind == "decimal":
            parts.append(f"{self.said.get('precision', 10)},{self.said.get('scale', 2)}")
        if kind == "enum":
            parts.append(",".join(_values(self.said)))
        parts += self._bounds_word(kind)
        if "default" in self.said and kind not in ("ref", "many"):
            parts.append(f"default={self._default(kind)}")
        if kind == "ref":
            parts += [m for m in ("cascade", "restrict") if m in self.said]
        if kind != "many":
            parts += [m for m in ("optional", "unique", "index") if m in self.said]
        return ":".join(parts)

    def _default(self, kind: str | None) -> Value:
        default = self.said["default"]
        if kind == "enum" and isinstance(default, str):
            return next((v for v in _values(self.said) if v.lower() == default.lower()), default)
        if kind == "bool" and isinstance(default, str):
            return {"0": "false", "1": "true"}.get(default, default.lower())
        if kind in _NUMBERS and isinstance(default, str) and not re.match(r"-?\d", default):
            said = number(default)
            return default if said is None else said
        return default

    def _bounds_word(self, kind: str | None) -> list[str]:
        low, high = self.said.get("low"), self.said.get("high")
        if kind in _NUMBERS and low is None:
            low = 0 if "nonnegative" in self.said else low
            if "positive" in self.said:
                low = 1 if kind == "int" else "0.01" if kind == "decimal" else 0
        if kind not in (*_NUMBERS, *_TEXTS) or (low is None and high is None):
            return []
        if kind in _TEXTS and low is None:
            return [str(high)]
        return [f"{'' if low is None else low}..{'' if high is None else high}"]


def known_kind(name: str) -> str | None:
    """Return the type that a name gives away by itself."""
    for kind, text in lexicon("names")["known"].items():
        if pattern(text).match(name):
            return str(kind)
    return None


def snake(words: str) -> str:
    """Return words in any case as a name in snake case."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words.strip("`\"'"))
    return re.sub(r"[\s-]+", "_", spaced).strip("_").lower()


def _values(said: dict[str, Value]) -> tuple[str, ...]:
    values = said["values"]
    return values if isinstance(values, tuple) else ()


def _is_broken(value: Value | None) -> bool:
    return isinstance(value, float) and not value.is_integer()


def _is_short(value: Value | None) -> bool:
    """Tell whether a bound is that of a line: `a text of at most 150 characters`."""
    return isinstance(value, int) and value <= _LINE


def _is_whole(value: Value | None) -> bool:
    return isinstance(value, str) and value.isdigit()
