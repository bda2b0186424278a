"""Which list is meant, by its path or by its resource, and whether it comes in pages already."""

from __future__ import annotations

import re

from backwright.audit.inputs import inputs_of_dependencies
from backwright.audit.subject import Handler, Subject
from backwright.errors import UsageError
from backwright.project.types import Endpoint, Model, Project
from backwright.spec.fields import nearest
from backwright.spec.names import names_of
from backwright.tasks.questions import Answers
from backwright.transfer.guarding.program import Function
from backwright.transfer.paging.wording import PAGING, is_paged
from backwright.values import Choice, Question

_ENVELOPES = re.compile(r"(?i)(?:^|\[)(page|paginat\w*|\w*page|\w*paginated\w*|envelope)\[")


def choose(project: Project, word: str, answers: Answers) -> Endpoint:
    """Return the list that a path or the name of a resource means.

    Raises:
        UsageError: there is none; the nearest is named.
        QuestionError: there are several.
    """
    lists = [e for e in project.endpoints if e.method == "GET"]
    if "/" in word:
        found = [e for e in lists if e.path.rstrip("/") == word.rstrip("/")]
        found = found or [e for e in lists if e.path.rstrip("/").endswith(word.rstrip("/"))]
    else:
        found = [e for e in lists if _is_of(e, word)]
    found = list({(e.path, e.handler): e for e in found}.values())
    if not found:
        paths = sorted({e.path for e in lists if not e.path.rstrip("/").endswith("}")})
        known = [*paths, *(model.name.lower() for model in project.models)]
        raise UsageError(
            f"{word!r} is no list of this project{nearest(word, known)}",
            remedy=f"one of: {', '.join(paths)}" if paths else "",
        )
    if len(found) == 1:
        return found[0]
    answer = answers.to(_question(word, found))
    return next(e for e in found if e.path == answer)


def _is_of(endpoint: Endpoint, word: str) -> bool:
    """Tell whether an endpoint is the list of a resource: its path ends with the plural."""
    names = names_of(word)
    last = endpoint.path.rstrip("/").rpartition("/")[2].replace("-", "_").lower()
    return last in (names.snake, names.plural_snake, word.lower())


def _question(word: str, found: list[Endpoint]) -> Question:
    shortest = min(found, key=lambda e: (e.path.count("{"), len(e.path)))
    return Question(
        key="endpoint",
        text=f"Which list of {word} is meant?",
        why=f"{len(found)} paths end with it",
        choices=tuple(
            Choice(e.path, f"{e.handler} ({e.file}:{e.line})", "The others stay as they are.")
            for e in found
        ),
        recommended=shortest.path,
    )


def paged_already(subject: Subject, endpoint: Endpoint, handler: Function) -> str:
    """Say how a list is asked for pages already; nothing if it is not."""
    if is_paged(handler):
        return "by its own parameters"
    node = subject.functions_at.get((endpoint.file, endpoint.line))
    if node is not None:
        one = Handler(subject.all[endpoint.file], node, (endpoint,))
        names = [found.name for found in inputs_of_dependencies(subject, one)]
        if any(PAGING.match(name) for name in names):
            return "by what it depends on"
    if _ENVELOPES.search(endpoint.response_model or ""):
        return f"as {endpoint.response_model}"
    return ""


def envelope_of(project: Project, endpoint: Endpoint) -> tuple[str, str] | None:
    """Return an envelope that other lists of the project come in, and where; nothing if none does."""
    for one in project.endpoints:
        if one.method == "GET" and _ENVELOPES.search(one.response_model or "") and one != endpoint:
            return one.response_model or "", f"{one.file}:{one.line}"
    return None


def model_of(project: Project, endpoint: Endpoint, selected: str) -> Model | None:
    """Return the model whose rows a list gives: what is selected, else what the answer speaks for."""
    models = {model.name: model for model in project.models}
    if selected.rpartition(".")[2] in models:
        return models[selected.rpartition(".")[2]]
    for word in re.findall(r"\w+", endpoint.response_model or ""):
        schema = next((one for one in project.schemas if one.name == word), None)
        name = schema.model if schema and schema.model else word
        if name in models:
            return models[name]
    table = next((m for m in project.models if m.table.rpartition(".")[2] == selected), None)
    if table is not None:
        return table
    last = endpoint.path.rstrip("/").rpartition("/")[2].replace("-", "_")
    return next((m for m in project.models if _is_of(endpoint, m.name) and last), None)
