"""The part of a statement that lists fields, with each field named as the text names it."""

from __future__ import annotations

import re
from functools import partial

from backwright.agent.planner.lexicon import lexicon, pattern


def prepared(body: str) -> tuple[str, frozenset[str]]:
    """Return a list of fields in the order of names before what is said of them, and names given as such."""
    named: set[str] = set()
    for form in lexicon("whole")["bodies"]["form"]:
        kept = named if form.get("names") else set()
        body = pattern(form["pattern"]).sub(partial(_named, means=form["means"], named=kept), body)
    return re.sub(r"\s{2,}", " ", body).strip(), frozenset(named)


def _named(match: re.Match[str], means: str, named: set[str]) -> str:
    if "name" in match.re.groupindex:
        named.add(match["name"].strip("`\"'").lower())
    return match.expand(means)
