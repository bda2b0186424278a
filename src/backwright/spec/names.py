"""The forms of a resource's name: `APIKey`, `api_key`, `api_keys`, `api-keys`, "API key"."""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass
from functools import cache

from pluralizer import Pluralizer

_WORDS = re.compile(
    r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+"
)


@dataclass(frozen=True, slots=True)
class Names:
    """Every form of one name, singular and plural.

    `pascal` is the class (`APIKey`), `snake` the variable and column stem (`api_key`),
    `human` the words in messages (`API key`), `kebab` the words in URLs (`api-key`).
    """

    pascal: str
    snake: str
    human: str
    plural_pascal: str
    plural_snake: str
    plural_human: str

    @property
    def kebab(self) -> str:
        """The singular in URLs."""
        return self.snake.replace("_", "-")

    @property
    def plural_kebab(self) -> str:
        """The plural in URLs."""
        return self.plural_snake.replace("_", "-")

    @property
    def constant(self) -> str:
        """The singular in constants (`API_KEY`)."""
        return self.snake.upper()

    @property
    def plural_constant(self) -> str:
        """The plural in constants (`API_KEYS`)."""
        return self.plural_snake.upper()

    @property
    def variable(self) -> str:
        """The singular as a variable: `class_` and `type_` where the bare word is Python's."""
        return f"{self.snake}_" if is_pythons(self.snake) else self.snake


def is_pythons(word: str) -> bool:
    """Tell whether a word is a keyword, or a builtin that a variable would hide."""
    return keyword.iskeyword(word) or word in _BUILTINS


# The interpreter's `site` adds some, which linters know too, to most but not all interpreters.
_BUILTINS = {*dir(builtins), "copyright", "credits", "exit", "help", "license", "quit"}

# "an hour", "an API", "an SMS", but "a user", "a unit", "a one-off", "a URL", "a SKU".
_VOWEL_SOUND = re.compile(
    r"(?i)(?!(?-i:U[A-Z0-9])|uni|use|usa|usu|eu|one|uti)[aeiou]|hour|hono|honest|heir"
    r"|(?-i:(?!(?:SKU|SIM|LAN|RAM|ROM)s?\b)[AEFHILMNORSX][A-Z0-9])"
)

# Nouns without a plural that stand without an article; "a series" and "a sheep" have one.
_MASS = frozenset(
    {
        "advice", "baggage", "clothing", "data", "equipment", "evidence", "feedback",
        "furniture", "hardware", "homework", "info", "information", "knowledge", "luggage",
        "media", "metadata", "money", "music", "news", "progress", "research", "software",
        "staff", "stuff", "traffic", "weather",
    }
)  # fmt: skip

# What the rules get wrong: they know Greek plurals of "schema", and none of "lens".
_IRREGULAR = {
    "agenda": "agendas", "axis": "axes", "bias": "biases", "cache": "caches", "cpu": "cpus",
    "dogma": "dogmas", "focus": "focuses", "german": "germans", "gpu": "gpus", "guru": "gurus",
    "lens": "lenses", "oasis": "oases", "schema": "schemas", "sku": "skus", "stigma": "stigmas",
    "virus": "viruses",
}  # fmt: skip
_UNCHANGED = ("offspring", "spacecraft", "species")


def is_mass(noun: str) -> bool:
    """Tell whether a noun names what is not counted: "news" is, "a news" is not said."""
    return noun.rpartition(" ")[2].lower() in _MASS


def article(noun: str) -> str:
    """Return `a` or `an`, as the noun sounds."""
    return "an" if _VOWEL_SOUND.match(noun) else "a"


def one(noun: str) -> str:
    """Return a noun with its article, where it has one: "an order", "news"."""
    return noun if is_mass(noun) else f"{article(noun)} {noun}"


def capitalized(text: str) -> str:
    """Return a text with its first letter as a capital and the others as they are."""
    return text[:1].upper() + text[1:]


def split_words(name: str) -> list[str]:
    """Return the words of a name in any case: `APIKey`, `api_key` and `api-key` give two."""
    return _WORDS.findall(name)


@cache
def names_of(name: str, *, plural: str | None = None) -> Names:
    """Return every form of a singular name given in any case.

    Args:
        name: `ApiKey`, `APIKey`, `api_key`, `api-key` or `Api key`.
        plural: the plural in any case, where the language's own rule is not wanted.
    """
    words = split_words(name)
    plural_words = split_words(plural) if plural else [*words[:-1], pluralize(words[-1])]
    return Names(
        pascal=_pascal(words),
        snake=_snake(words),
        human=_human(words),
        plural_pascal=_pascal(plural_words),
        plural_snake=_snake(plural_words),
        plural_human=_human(plural_words),
    )


def pluralize(word: str) -> str:
    """Return the English plural, keeping the case of an acronym: `Key` → `Keys`, `API` → `APIs`."""
    if word.isupper() and len(word) > 1:
        return f"{word}s"
    if is_mass(word):
        return word
    return str(_rules().plural(word))


def singularize(word: str) -> str | None:
    """Return the singular of an English plural, or None where the word is no plural.

    What has another plural is none ("axis", "basis"), nor is what has no singular ("data").
    """
    if _is_acronym(word) and word.endswith("s"):
        return word[:-1]
    if is_mass(word) or word.lower() in _UNCHANGED or pluralize(word) != word:
        return None
    singular = str(_rules().singular(word))
    return singular if singular != word and pluralize(singular) == word else None


@cache
def _rules() -> Pluralizer:
    rules = Pluralizer()  # type: ignore[no-untyped-call]
    for singular, plural in _IRREGULAR.items():
        rules.add_irregular_rule(singular, plural)
    for word in _UNCHANGED:
        rules.add_uncountable_rule(word)
    return rules


def _pascal(words: list[str]) -> str:
    return "".join(w if _is_acronym(w) else capitalized(w.lower()) for w in words)


def _snake(words: list[str]) -> str:
    return "_".join(w.lower() for w in words)


def _human(words: list[str]) -> str:
    return " ".join(w if _is_acronym(w) else w.lower() for w in words)


def _is_acronym(word: str) -> bool:
    """`API`, `URL2`, `APIs` keep their capitals."""
    return len(word) > 1 and word.rstrip("s0123456789").isupper() and word[1].isupper()
