"""How a host wraps what it answers: `ResponseSchema(status="success", data=rows)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.source.fallback import parse_text
from backwright.spec.names import Names, capitalized
from backwright.transfer.carry.handlers import Handler

_LISTED = re.compile(r"(\w+)\[(?:list|List|Sequence)\[([\w.]+)\]\]")
_WIDTH = 88


@dataclass(frozen=True, slots=True)
class Envelope:
    """The class that an answer of one row is shown by, and the keywords that it is made with."""

    shown: str
    name: str
    keywords: tuple[tuple[str, str], ...]
    data: str

    def around(self, row: str) -> str:
        """Return the statement that answers with a row."""
        given = [f"{name}={row if name == self.data else value}" for name, value in self.keywords]
        line = f"    return {self.name}({', '.join(given)})\n"
        if len(line) <= _WIDTH:
            return line
        lines = "".join(f"        {one},\n" for one in given)
        return f"    return {self.name}(\n{lines}    )\n"


def envelope_of(handlers: Sequence[Handler], codes: Sequence[str], names: Names) -> Envelope | None:
    """Return how one row is answered, as the list of them is; None where that is not seen.

    Args:
        handlers: the endpoints, one of which shows one row in the same envelope.
        codes: the modules of the resource.
        names: its names.
    """
    shown = {h.option("response_model") or "" for h in handlers}
    for found in (_LISTED.fullmatch(one) for one in sorted(shown)):
        if found is None or f"{found[1]}[{found[2]}]" not in shown:
            continue
        for code, call in _answers(codes, found[1], names):
            loose = [k.arg for k in call.keywords if isinstance(k.value, ast.Name)]
            known = [k for k in call.keywords if isinstance(k.value, ast.Constant) and k.arg]
            if call.args or len(loose) != 1 or len(known) + 1 != len(call.keywords):
                continue
            keywords = tuple(
                (str(k.arg), _of_one(ast.get_source_segment(code, k.value) or "", names))
                for k in call.keywords
            )
            return Envelope(f"{found[1]}[{found[2]}]", found[1], keywords, str(loose[0]))
    return None


def _answers(codes: Sequence[str], name: str, names: Names) -> Iterator[tuple[str, ast.Call]]:
    """Yield what functions that are about all rows return in an envelope."""
    for code in codes:
        tree = parse_text(code)
        for function in ast.walk(tree) if tree else ():
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if names.plural_snake not in function.name:
                continue
            for node in (n.value for n in ast.walk(function) if isinstance(n, ast.Return)):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                if isinstance(node, ast.Call) and is_call and ast.unparse(node.func) == name:
                    yield code, node


def _of_one(text: str, names: Names) -> str:
    """Return a text that speaks of one row rather than of all."""
    many, one = names.plural_human, names.human
    for old, new in ((many, one), (capitalized(many), capitalized(one))):
        text = re.sub(rf"\b{re.escape(old)}\b", new, text)
    return text
