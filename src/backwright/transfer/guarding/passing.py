"""The caller, passed down: from the handlers, which are told, to the functions that touch rows."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from backwright.transfer.grow.sources import FunctionNode, last_name
from backwright.transfer.guarding.docstrings import describe
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.owned import ALWAYS
from backwright.transfer.guarding.program import METHODS, Function, Program
from backwright.transfer.guarding.touches import Scoper
from backwright.values import Note

SHARED = "with_shared"
_LATER = ("add_task", "run_in_threadpool", "partial", "to_thread")


@dataclass(frozen=True, slots=True)
class Said:
    """How the host's functions say who the caller is.

    Attributes:
        user: The variable.
        model: The class of users.
        getter: The dependency that finds the caller.
        alias: The annotated form of it, None where the host writes `= Depends(…)`.
        key: The column of the users' key.
        maybe: The type of a caller who need not be there.
    """

    user: str
    model: str
    getter: str
    alias: str | None
    key: str = "id"
    maybe: str = "User | None"

    @property
    def caller(self) -> str:
        """The expression of the caller's key."""
        return f"{self.user}.{self.key}"


@dataclass
class Passing:
    """Which functions are told of the caller, and by whom.

    Attributes:
        guarded: The handlers that need a caller.
        public: The handlers that do not.
        nobody: The functions that public handlers run, too.
    """

    program: Program
    scoper: Scoper
    guarded: list[Function]
    public: list[Function]
    reached: set[Function] = field(default_factory=set)
    needing: set[Function] = field(default_factory=set)
    problems: list[Note] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    nobody: set[Function] = field(default_factory=set)

    def find(self) -> None:
        """Find what guarded handlers reach, and what of it needs the caller."""
        self.reached = self.program.reached([*self.guarded, *self.program.dependencies])
        for function in self.reached if self.scoper.owned else ():
            self.scoper.check(function)
        needing = {one for one in self.reached if self.scoper.touches(one)}
        grown = True
        while grown:
            needing |= {one for method in needing for one in self.program.family(method)}
            more = {one for one in self.reached - needing if self._runs(one, needing)}
            needing |= more
            grown = bool(more)
        self.needing = needing | self._unused(needing)
        self._let_in()
        self._refuse_public()
        self._refuse_outside()

    def _unused(self, needing: set[Function]) -> set[Function]:
        """Return the methods beside those that need the caller which nobody runs yet, and need it.

        Whoever runs one later is not to find rows of others.
        """
        classes = {one.owner for one in needing if one.owner}
        called = self._called_outside()
        beside = {
            one
            for one in self.program.functions
            if one.owner in classes
            and one not in self.reached
            and one.node.name not in called
            and not any(isinstance(d, ast.Call) for d in one.node.decorator_list)
        }
        unused = {one for one in beside if self.scoper.owned and self.scoper.touches(one)}
        unused |= {one for one in beside if self._runs(one, needing | unused)}
        for function in self.program.functions:
            if function not in needing | unused and not self._is_for_all(function):
                for _, found in self.program.callees(function):
                    unused -= set(found)
        for function in unused:
            self.scoper.check(function)
        return unused

    def _is_for_all(self, handler: Function) -> bool:
        """Tell whether a public handler reaches rows of tables that nobody owns, and no others."""
        variety = self.scoper.variety
        if handler not in self.public or variety is None:
            return False
        reached = self.program.reached([handler])
        is_plain = any(True for one in reached for _ in self.scoper.places(one))
        return not is_plain and not variety.reached(handler) & set(self.scoper.owned)

    def _called_outside(self) -> set[str]:
        """Return the names of methods that modules call where they are read."""
        names = set()
        for tree in self.program.sources.trees.values():
            for statement in tree.body:
                if isinstance(statement, FunctionNode | ast.ClassDef):
                    continue
                calls = (n for n in ast.walk(statement) if isinstance(n, ast.Call))
                names |= {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
        return names

    def _runs(self, function: Function, needing: set[Function]) -> bool:
        """Tell whether a function calls what needs the caller, or has it called."""
        called = (set(found) for _, found in self.program.callees(function))
        given = (one for _, one in self.program.given(function))
        return any(found & needing for found in called) or any(one in needing for one in given)

    def _let_in(self) -> None:
        """Let public handlers run code for rows of any table: without a caller it finds nobody's."""
        handlers = [one for one in self.public if self._is_for_all(one)]
        open_ones = self.program.reached(handlers) & self.needing
        for function in open_ones:
            if not any(True for _ in self.scoper.places(function)):
                self.nobody.add(function)
        shrinking = True
        while shrinking:
            less = {one for one in self.nobody if self._runs(one, self.needing - self.nobody)}
            self.nobody -= less
            shrinking = bool(less)

    def _refuse_public(self) -> None:
        """A public handler cannot call what needs a caller."""
        for handler in self.public:
            for call, found in self.program.callees(handler):
                allowed = self.nobody if self._is_for_all(handler) else set()
                if both := (set(found) & self.needing) - allowed:
                    name = min(one.name for one in both)
                    self._problem(
                        handler,
                        call,
                        f"{handler.name} is public, and {name} serves guarded endpoints too",
                    )

    def _refuse_outside(self) -> None:
        """What runs without a request has no caller to pass on."""
        inside = self.reached | set(self.public)
        for function in self.program.functions:
            if function in inside or function in self.needing:
                continue
            for call, found in self.program.callees(function):
                if both := set(found) & self.needing:
                    name = min(one.name for one in both)
                    self._problem(
                        function, call, f"{function.name} calls {name} where nobody is signed in"
                    )
            for one in self.scoper.makes(function):
                text = f"{function.name} makes rows of {one.model.name} that nobody owns"
                self.notes.append(Note(function.path, function.node.lineno, text))

    def _problem(self, function: Function, node: ast.AST, why: str) -> None:
        self.problems.append(Note(function.path, getattr(node, "lineno", 1), why))

    def write(self, function: Function, edits: Edits, said: Said) -> set[str]:
        """Scope a function and pass the caller on; return the names that it needs."""
        needed = self.scoper.scope(function, edits)
        for call, found in self.program.callees(function):
            if set(found) & self.needing and not set(found) <= self.program.dependencies:
                edits.add_argument(call, f"{said.user}={said.user}{self._shared(function, found)}")
        self._later(function, edits, said)
        describe(function, edits, said.user, said.model)
        if function in self.guarded or function in self.program.dependencies:
            needed |= _as_dependency(function, edits, said)
        else:
            more = f", {SHARED}: bool = False" if self._tells(function) else ""
            kind = said.maybe if function in self.nobody else said.model
            spelled = self._spelled(function, said.model, kind)
            _as_keyword(function, edits, f"{said.user}: {spelled}{more}")
            needed |= {said.model, *({"Optional"} if kind.startswith("Optional") else ())}
        return needed

    def _spelled(self, function: Function, model: str, kind: str) -> str:
        """Return how an annotation names the accounts: in quotes where they are defined below."""
        cls = self.program.classes.get((function.path, model))
        is_below = cls is not None and cls.node.lineno > function.node.lineno
        return f'"{kind}"' if is_below else kind

    def write_public(self, handler: Function, edits: Edits, said: Said) -> None:
        """Let a public handler say that nobody is signed in."""
        for call, found in self.program.callees(handler):
            if set(found) & self.needing:
                edits.add_argument(call, f"{said.user}=None")

    def share(self, readers: list[Function], writers: list[Function]) -> None:
        """Let rows that nobody owns be read: by what serves reading alone, else as it is told.

        Args:
            readers: the handlers that only read.
            writers: the others.
        """
        reading, writing = self.program.reached(readers), self.program.reached(writers)
        for function in self.needing & reading:
            is_mixed = function in writing
            if not is_mixed:
                self.scoper.sharing[function] = ALWAYS
            elif function not in self.guarded and function not in self.program.dependencies:
                self.scoper.sharing[function] = SHARED

    def _tells(self, function: Function) -> bool:
        return self.scoper.sharing.get(function) == SHARED

    def _shared(self, function: Function, called: list[Function]) -> str:
        """Return what a call says of rows that nobody owns, if what it runs is to be told."""
        mine = self.scoper.sharing.get(function, "")
        if not mine or not any(self._tells(one) for one in called):
            return ""
        return f", {SHARED}={'True' if mine == ALWAYS else SHARED}"

    def _later(self, function: Function, edits: Edits, said: Said) -> None:
        """Pass the caller to what is called later: `tasks.add_task(function, …)`."""
        for call, found in self.program.given(function):
            if found not in self.needing:
                continue
            if last_name(call.func) in _LATER:
                edits.add_argument(call, f"{said.user}={said.user}")
            else:
                self._problem(function, call, f"{found.name} is given away")


def guard_alone(function: Function, edits: Edits, said: Said) -> bool:
    """Let a handler that touches nobody's rows ask for a caller all the same.

    Returns:
        Whether its decorator could be found.
    """
    wanted = f"Depends({said.getter})"
    for decorator in function.node.decorator_list:
        if not isinstance(decorator, ast.Call) or last_name(decorator.func) not in METHODS:
            continue
        given = next((k.value for k in decorator.keywords if k.arg == "dependencies"), None)
        if isinstance(given, ast.List) and given.elts:
            edits.insert(edits.end(given.elts[-1]), f", {wanted}")
        elif given is None:
            edits.add_argument(decorator, f"dependencies=[{wanted}]")
        else:
            return False
        return True
    return False


def _as_dependency(function: Function, edits: Edits, said: Said) -> set[str]:
    """Give a handler or a dependency the parameter by which FastAPI tells it the caller."""
    if said.alias is None:
        append_parameter(function, edits, f"{said.user}: {said.model} = Depends({said.getter})")
        return {said.model, said.getter, "Depends"}
    put_parameter(function, edits, f"{said.user}: {said.alias}")
    return {said.alias}


def put_parameter(function: Function, edits: Edits, text: str) -> None:
    """Give a function one more parameter, before those that have defaults."""
    args = function.node.args
    positional = [*args.posonlyargs, *args.args]
    if not args.defaults or args.kwonlyargs:
        append_parameter(function, edits, text)
        return
    follower = positional[len(positional) - len(args.defaults)]
    gap = f"\n{' ' * follower.col_offset}" if _are_apart(function) else " "
    edits.insert(edits.start(follower), f"{text},{gap}")


def _as_keyword(function: Function, edits: Edits, text: str) -> None:
    """Give a function the caller as a parameter that must be named."""
    args = function.node.args
    star = "" if args.kwonlyargs or args.vararg else "*, "
    append_parameter(function, edits, f"{star}{text}")


def append_parameter(function: Function, edits: Edits, text: str) -> None:
    """Put a parameter behind the last one, on a line of its own if the others have such."""
    args = function.node.args
    if args.kwarg:
        edits.insert(edits.start(args.kwarg) - len("**"), f"{text}, ")
        return
    parameters = [*args.posonlyargs, *args.args, *([args.vararg] if args.vararg else ())]
    parameters += args.kwonlyargs
    if args.posonlyargs and len(parameters) == len(args.posonlyargs):
        last, defaults = parameters[-1], [*args.defaults]
        behind = max(edits.end(one) for one in (last, *defaults))
        rest = edits.text(behind, edits.start(function.node.body[0]))
        edits.insert(behind + len(rest[: rest.index("/") + 1].encode()), f", {text}")
        return
    if not parameters:
        edits.insert(_opening(function, edits), text)
        return
    last = parameters[-1]
    defaults = [*args.defaults, *(one for one in args.kw_defaults if one)]
    place = max(edits.end(one) for one in (last, *defaults))
    parts = text.removeprefix("*, ")
    gap = f"\n{' ' * last.col_offset}" if _are_apart(function) else " "
    star = f",{gap}*" if text.startswith("*, ") else ""
    edits.insert(place, f"{star},{gap}{parts}")


def _are_apart(function: Function) -> bool:
    """Tell whether parameters stand on lines of their own."""
    lines = {one.lineno for one in function.parameters}
    return len(lines) > 1 and max(lines) > function.node.lineno


def _opening(function: Function, edits: Edits) -> int:
    """Return the place behind the parenthesis that parameters stand in."""
    node = function.node
    start = edits.start(node)
    head = edits.text(start, edits.start(node.body[0]))
    return start + len(head[: head.index("(", head.index(node.name)) + 1].encode())
