"""The lists that a text names: by their paths, by the models whose rows they show, by both."""

from __future__ import annotations

import re

from backwright.agent.planner.lexicon import pattern
from backwright.agent.planner.state import State
from backwright.agent.planner.types import Step

_PATH = re.compile(r"(?<![\w:/])/(?:[\w{}-]+/?)+")
URL = re.compile(r"https?://[\w.:*-]+[\w*](?:/)?", re.IGNORECASE)
_ALL_LISTS = re.compile(
    r"(?i)\b(?:all|every|each)(?: of)?(?: the| our)? (?:list|collection)(?:s|ings?)?\b|\b(?:the|our|these|its) (?:list|collection) (?:endpoint|route|view)s\b"
)
_JOINED = (
    r"(?:\s*,\s*(?:and\s+)?|\s+(?:and|plus|as well as)\s+)(?:(?:GET|the|our|all|of|for|on)\s+)*"
)


def lists_of(text: str, state: State) -> list[str]:
    """Return the list whose path a text names, and those that stand beside it: `GET /products and the orders`."""
    text = URL.sub(" ", text)
    found = _PATH.search(text)
    if found is None:
        return []
    names = "|".join(re.escape(form) for thing in state.world.things for form in thing.forms)
    one = rf"(?:{_PATH.pattern}|\b(?:{names or '(?!)'})\b(?! (?:\w+ (?:is|are)|is|are|should|must|can|may|will|needs?|has|have|gets?|takes?)\b))"
    before = pattern(rf"(?P<other>{one})(?: lists?)?{_JOINED}$").search(text[: found.start()])
    lists = [before["other"]] if before else []
    lists.append(found[0])
    at = found.end()
    while more := pattern(rf"{_JOINED}(?P<other>{one})").match(text, at):
        lists.append(more["other"])
        at = more.end()
    return list(dict.fromkeys(_list_of(one, state) for one in lists))


def _list_of(named: str, state: State) -> str:
    if named.startswith("/"):
        return path_of(named, state) or named
    thing = state.world.thing(named)
    return thing.name if thing else named


def as_begun(named: str, state: State) -> str:
    """Return the name of a list that was given before, by its path or its model, else this one: `the product list`, `GET /products`."""
    for one in state.acts:
        if isinstance(one, Step) and one.verb == "add pagination" and len(one.args) == 1:
            pair = (named, one.args[0])
            models = {_model_of(each, state) for each in pair}
            if len(models) == 1 and sum(each.startswith("/") for each in pair) == 1:
                return one.args[0]
    return named


def _model_of(named: str, state: State) -> str | None:
    """Return the model whose rows a list shows, that is named by its path or its model."""
    thing = state.world.thing(named.rstrip("/").rpartition("/")[2])
    return thing.name if thing else named


def listed(state: State) -> list[str]:
    """Return the list that the whole text speaks of: by its path, else by the models that it names."""
    begun = [one for one in state.acts if getattr(one, "verb", "") == "add pagination"]
    if len(begun) == 1:
        return list(begun[0].args)  # type: ignore[union-attr]
    if path := path_of(state.said, state):
        return [path]
    if every := all_lists(state.said, state):
        return every
    people = state.world.user
    return [one for one in models_of(state.said, state) if one != people] or models_of(
        state.said, state
    )


def all_lists(text: str, state: State) -> list[str]:
    """Return the path of each list that the project has, where a text speaks of all of them."""
    if not _ALL_LISTS.search(text):
        return []
    forms = {form.replace(" ", "_") for thing in state.world.things for form in thing.forms}
    ways = [path for method, path in state.world.endpoints if method == "GET"]
    return [one for one in ways if one.rstrip("/").rpartition("/")[2].replace("-", "_") in forms]


def path_of(text: str, state: State) -> str | None:
    """Return the path that a text names, in the project's own form."""
    found = _PATH.search(URL.sub(" ", text))
    if not found:
        return None
    named = found[0].rstrip("/.,")
    ends = [one for one in state.world.paths if one.rstrip("/").endswith(named)]
    return min(ends, key=len) if ends else named


def models_of(text: str, state: State) -> list[str]:
    """Return the models that a text names."""
    return [t.name for t in state.world.things if mention(text, t.forms)]


def mention(text: str, forms: tuple[str, ...]) -> re.Match[str] | None:
    """Return where a text names something by one of its forms."""
    return pattern(rf"(?<!\w)(?:{'|'.join(re.escape(f) for f in forms)})(?!\w)").search(text)
