"""What kind of word a word is: a verb, a word that only joins, or a noun that can name something."""

from __future__ import annotations

from functools import cache

from backwright.agent.planner.lexicon import lexicon


@cache
def words(kind: str) -> frozenset[str]:
    """Return the words of a kind: `function`, `adjectives`, `generic`, `classes`."""
    listed = lexicon("speech")[kind]
    return frozenset(listed if isinstance(listed, list) else listed.split())


@cache
def verbs(kind: str = "verbs") -> frozenset[str]:
    """Return every form of the verbs of a kind."""
    found = {form for base in words(kind) for form in _forms(base)}
    return frozenset(found | words("irregular")) if kind == "verbs" else frozenset(found)


def _forms(base: str) -> set[str]:
    """Return the forms of a verb: `carry`, `carries`, `carried`, `carrying`."""
    irregular = {"have": {"has", "had"}, "be": {"is", "are", "was", "were", "been"}, "keep": {"kept"}, "hold": {"held"},
                 "come": {"came"}, "get": {"got"}, "give": {"gave", "given"}}  # fmt: skip
    stem = base[:-1] if base.endswith("e") else base
    found = {base, f"{base}s", f"{base}ed", f"{stem}ed", f"{stem}ing", f"{base}ing"}
    if base.endswith("y"):
        found |= {f"{base[:-1]}ies", f"{base[:-1]}ied"}
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        found.add(f"{base}es")
    if len(base) > 2 and base[-1] not in "aeiouywx" and base[-2] in "aeiou":
        found |= {f"{base}{base[-1]}ed", f"{base}{base[-1]}ing"}
    return found | irregular.get(base, set())


def is_verb(word: str, kind: str = "verbs") -> bool:
    """Tell whether a word is a form of a verb of a kind."""
    return word.lower() in verbs(kind)


def joins(word: str) -> bool:
    """Tell whether a word only joins or points."""
    return word.lower() in words("function") or (
        word.lower().endswith("ly")
        and word.lower() not in ("reply", "supply", "family", "assembly")
    )


def qualifies(word: str) -> bool:
    """Tell whether a word only tells what something is like."""
    return word.lower() in words("adjectives")
