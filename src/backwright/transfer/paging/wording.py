"""How a project says which page is wanted: the two parameters of its other lists, else our own."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from backwright.transfer.guarding.program import Function, Program

PAIRS = (
    ("skip", "limit"),
    ("offset", "limit"),
    ("page", "size"),
    ("page", "per_page"),
    ("page", "page_size"),
    ("page", "items_per_page"),
    ("page", "limit"),
)
PAGING = re.compile(
    r"(?i)^(skip|offset|page|page_?(no|num|number|size|index)|per_?page|items_per_page|cursor|after"
    r"|before|limit|size|start|take|pagination|paging|page_params|paginat\w*)$"
)
DEFAULT, MOST = 20, 100


@dataclass(frozen=True, slots=True)
class Wording:
    """The parameters by which a page is asked for.

    Attributes:
        first: The one that says where a page begins: an offset, or the page's number.
        count: The one that says how long it is.
        default: Rows without being asked.
        most: Rows at most.
        annotated: Whether bounds stand in `Annotated[…]`, else in the default.
        like: The place of the list that this is learnt from; empty where there is none.
    """

    first: str = "offset"
    count: str = "limit"
    default: int = DEFAULT
    most: int = MOST
    annotated: bool = True
    like: str = ""

    @property
    def is_numbered(self) -> bool:
        """Whether pages have numbers."""
        return self.first == "page"

    @property
    def offset(self) -> str:
        """The expression of how many rows come before the page."""
        return f"({self.first} - 1) * {self.count}" if self.is_numbered else self.first

    def parameters(self) -> tuple[str, str]:
        """Return the two parameters of a handler, bounded."""
        least, start = (1, 1) if self.is_numbered else (0, 0)
        return (
            self.bounded(self.first, "int", str(start), f"ge={least}"),
            self.bounded(self.count, "int", str(self.default), f"ge=1, le={self.most}"),
        )

    def bounded(self, name: str, kind: str, default: str, bounds: str) -> str:
        """Return a parameter of a handler with its bounds."""
        if self.annotated:
            return f"{name}: Annotated[{kind}, Query({bounds})] = {default}"
        return f"{name}: {kind} = Query({default}, {bounds})"

    @property
    def needs(self) -> dict[str, set[str]]:
        """What a handler has to import for them."""
        return {"fastapi": {"Query"}, **({"typing": {"Annotated"}} if self.annotated else {})}


def learn_wording(
    program: Program, handlers: Iterable[Function], default: int | None, most: int | None
) -> Wording:
    """Return how the project's lists are asked for pages; where there are none, as ours are.

    Args:
        program: the project.
        handlers: what answers GET.
        default: how many rows without being asked, where that is told.
        most: how many at most, where that is told.
    """
    listed = list(handlers)
    votes: Counter[tuple[str, str]] = Counter()
    models: dict[tuple[str, str], Function] = {}
    for one in listed:
        names = {argument.arg for argument in one.parameters}
        pair = next((p for p in PAIRS if set(p) <= names), None)
        if pair is not None:
            votes[pair] += 1
            models.setdefault(pair, one)
    annotated = _is_annotated(program)
    if not votes:
        return Wording(
            default=_default(default, most, DEFAULT), most=most or MOST, annotated=annotated
        )
    pair = votes.most_common(1)[0][0]
    like = models[pair]
    number, bound = said(like, pair[1])
    chosen = _default(default, most, number or DEFAULT)
    highest = most or max(bound or MOST, chosen)
    place = f"{like.path}:{like.node.lineno}"
    return Wording(pair[0], pair[1], chosen, highest, annotated, place)


def _default(default: int | None, most: int | None, usual: int) -> int:
    return default if default is not None else min(usual, most) if most else usual


def said(function: Function, name: str) -> tuple[int | None, int | None]:
    """Return the default and the upper bound of a parameter, as far as they are plain numbers."""
    for argument, default in _with_defaults(function):
        if argument.arg != name:
            continue
        shown = " ".join(ast.unparse(one) for one in (argument.annotation, default) if one)
        bound = re.search(r"\b(?:le|lt)=(\d+)", shown)
        number = default.value if isinstance(default, ast.Constant) else None
        if isinstance(default, ast.Call):
            given = [*default.args, *(k.value for k in default.keywords if k.arg == "default")]
            number = given[0].value if given and isinstance(given[0], ast.Constant) else None
        is_number = isinstance(number, int) and not isinstance(number, bool) and number > 0
        return (number if is_number else None), int(bound[1]) if bound else None  # type: ignore[return-value]
    return None, None


def _with_defaults(function: Function) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    args = function.node.args
    plain = [*args.posonlyargs, *args.args]
    blanks: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults))
    yield from zip(plain, [*blanks, *args.defaults], strict=True)
    yield from zip(args.kwonlyargs, args.kw_defaults, strict=True)


def _is_annotated(program: Program) -> bool:
    """Tell whether the project writes `Annotated[…]` where it tells FastAPI about a parameter."""
    annotated = defaults = 0
    for one in program.functions:
        for argument, default in _with_defaults(one):
            if default is not None and re.match(
                r"(Query|Depends|Path|Body)\(", ast.unparse(default)
            ):
                defaults += 1
            elif argument.annotation is not None and "Annotated[" in ast.unparse(
                argument.annotation
            ):
                annotated += 1
    aliases = sum(
        isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("Annotated[")
        for tree in program.sources.trees.values()
        for node in tree.body
    )
    return annotated + aliases >= defaults and (annotated + aliases > 0 or defaults == 0)


def is_paged(function: Function) -> bool:
    """Tell whether a handler is asked for pages, as far as its own parameters say."""
    for argument in function.parameters:
        if PAGING.match(argument.arg):
            return True
        shown = ast.unparse(argument.annotation) if argument.annotation else ""
        if re.search(r"(?i)paginat|pageparams|LimitOffset", shown):
            return True
    return False
