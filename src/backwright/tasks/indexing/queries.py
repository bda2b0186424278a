"""The queries of a project by reading: what each filters, joins and sorts the rows of a model by."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from backwright.audit.names import Meaning
from backwright.audit.sources import FunctionNode, Source, last_name
from backwright.audit.subject import Subject
from backwright.project.types import Column, Model
from backwright.values import Place

_FILTERS = frozenset({"where", "filter", "having"})
_JOINS = frozenset({"join", "outerjoin", "join_from", "outerjoin_from"})
_PAGES = frozenset({"limit", "offset", "first", "slice", "fetch", "paginate"})
_STARTS = frozenset({"select", "query", "select_from", "update", "delete", "exists"})
_CHAIN = _FILTERS | _JOINS | _PAGES | _STARTS | {"filter_by", "order_by"}
_EQUAL = frozenset({"in_", "is_", "__eq__"})
_BETWEEN = frozenset({"between", "__lt__", "__gt__", "__le__", "__ge__"})
_MODEL = frozenset({"model", "_model", "model_class", "table", "entity", "klass", "orm_model"})


@dataclass(frozen=True, slots=True)
class Query:
    """What one query does with the rows of one model.

    Attributes:
        model: Whose rows.
        place: Where the query begins.
        equal: Columns that must have a value, all of them.
        ranges: Columns that are compared by size.
        order: Columns that rows are sorted by, each with whether the largest comes first.
        joined: Columns that other tables are joined by.
        paged: Whether it takes some of the rows only.
    """

    model: Model
    place: Place
    equal: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    joined: tuple[str, ...] = ()
    paged: bool = False


@dataclass
class _Gathered:
    """What is known of one query while its calls are read."""

    place: Place
    start: Model | None = None
    paged: bool = False
    equal: list[tuple[Model, Column]] = field(default_factory=list)
    ranges: list[tuple[Model, Column]] = field(default_factory=list)
    order: list[tuple[Model, Column, bool]] = field(default_factory=list)
    joined: list[tuple[Model, Column]] = field(default_factory=list)


def read_queries(subject: Subject) -> list[Query]:
    """Return the queries of the program, each once a model, by place."""
    reader = _Reader(subject)
    for source in subject.program:
        reader.read(source)
    found = [one for gathered in reader.found.values() for one in _queries(gathered)]
    return sorted(dict.fromkeys(found), key=lambda one: one.place)


def _queries(one: _Gathered) -> Iterator[Query]:
    used = [*one.equal, *one.ranges, *one.joined, *((m, c) for m, c, _ in one.order)]
    models = {model.table: model for model, _ in used}
    for table, model in models.items():
        yield Query(
            model,
            one.place,
            _of(one.equal, table),
            _of(one.ranges, table),
            tuple(dict.fromkeys((c.name, down) for m, c, down in one.order if m.table == table)),
            _of(one.joined, table),
            one.paged,
        )


def _of(found: list[tuple[Model, Column]], table: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column.name for model, column in found if model.table == table))


class _Reader:
    """Reads the modules of a program, one after the other."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.names = subject.names
        self.found: dict[tuple[object, ...], _Gathered] = {}
        self._by_class = {(m.file, m.line): m for m in subject.project.models}
        self._heirs = _heirs(subject, self._generic)

    def read(self, source: Source) -> None:
        """Take in the queries of a module."""
        for call in source.nodes(ast.Call):
            name = last_name(call.func)
            if name not in _CHAIN:
                continue
            root = _root(call)
            if root is None:
                continue
            for own in self._bindings(source, call):
                key = (source.file, own.table if own else "", *_key(source, call, root))
                gathered = self.found.get(key)
                if gathered is None:
                    place = Place(source.file, min(call.lineno, root.lineno))
                    gathered = self.found[key] = _Gathered(place)
                _Taking(self, source, gathered, own).take(name, call, root)

    def _bindings(self, source: Source, call: ast.Call) -> list[Model | None]:
        """Return the models that `self.model` may mean around a call; one nothing if it means none."""
        cls = source.class_around(call)
        if cls is None:
            return [None]
        own = self._generic(source, cls)
        return [own] if own is not None else [*self._heirs.get(cls.name, ())] or [None]

    def _generic(self, source: Source, cls: ast.ClassDef) -> Model | None:
        """Return the model of `class Repository(Base[Model, …])`."""
        for base in cls.bases:
            if isinstance(base, ast.Subscript):
                inner = base.slice.elts if isinstance(base.slice, ast.Tuple) else [base.slice]
                for one in inner:
                    found = self.subject.model_of(self.names.meaning(source, one))
                    if found is not None:
                        return found
        return None

    def model(self, source: Source, node: ast.AST, own: Model | None) -> Model | None:
        """Return the model that an expression means."""
        if isinstance(node, ast.Attribute) and node.attr in _MODEL and own is not None:
            return own
        found: Meaning = self.names.meaning(source, node)
        if found.made and not (isinstance(node, ast.Name) and node.id == "cls"):
            return None  # a row: its attribute is a value
        return self.subject.model_of(found)

    def column(
        self, source: Source, node: ast.AST, own: Model | None
    ) -> tuple[Model, Column] | None:
        """Return the column that an expression is, if it is one of a model."""
        while isinstance(node, ast.Call) and last_name(node.func) in {"col", "cast"} and node.args:
            node = node.args[0]
        if not isinstance(node, ast.Attribute):
            return None
        owner, name = node.value, node.attr
        if isinstance(owner, ast.Attribute) and owner.attr == "c":  # a `Table`
            owner = owner.value
        model = self.model(source, owner, own) or self._table(source, owner)
        if model is None:
            return None
        found = next((one for one in model.columns if one.name == name), None)
        return (model, found) if found is not None else None

    def _table(self, source: Source, node: ast.AST) -> Model | None:
        """Return the model of a `Table(…)` that a name of some module is bound to."""
        found = self.names.call_behind(source, node, ("Table",))
        if found is None:
            return None
        return self._by_class.get((found[0].file, found[1].lineno))


@dataclass
class _Taking:
    """Takes one call of a query's chain into what is known of it."""

    reader: _Reader
    source: Source
    into: _Gathered
    own: Model | None

    def take(self, name: str, call: ast.Call, root: ast.AST) -> None:
        """Take in a call."""
        self.into.paged |= name in _PAGES
        if name in _STARTS:
            for one in call.args:
                self.into.start = self.into.start or self.reader.model(self.source, one, self.own)
        elif name == "filter_by":
            self._by_name(call, root)
        elif name == "order_by":
            for one in call.args:
                self._sorted(one)
        elif name in _JOINS:
            for one in call.args:
                self._joined(one)
        elif name in _FILTERS:
            for one in call.args:
                self._condition(one)

    def _by_name(self, call: ast.Call, root: ast.AST) -> None:
        given = root.args if isinstance(root, ast.Call) else []
        models = [self.reader.model(self.source, one, self.own) for one in given]
        model = next((one for one in models if one is not None), self.into.start)
        if model is None and isinstance(root, ast.Call):
            inner = root.func.value if isinstance(root.func, ast.Attribute) else None
            while isinstance(inner, ast.Attribute) and model is None:
                inner = inner.value
            model = self.reader.model(self.source, inner, self.own) if inner is not None else None
        for keyword in call.keywords if model is not None else ():
            found = next((one for one in model.columns if one.name == keyword.arg), None)  # type: ignore[union-attr]
            if found is not None:
                self.into.equal.append((model, found))  # type: ignore[arg-type]

    def _column(self, node: ast.AST) -> tuple[Model, Column] | None:
        return self.reader.column(self.source, node, self.own)

    def _sorted(self, node: ast.AST) -> None:
        down = False
        while isinstance(node, ast.Call):
            name = last_name(node.func)
            down = down or name == "desc"
            if node.args and name in {"desc", "asc", "nullslast", "nulls_last", "nulls_first"}:
                node = node.args[0]
            elif isinstance(node.func, ast.Attribute) and name != "col":
                node = node.func.value
            else:
                break
        found = self._column(node)
        if found is not None:
            self.into.order.append((*found, down))

    def _joined(self, node: ast.AST) -> None:
        for one in ast.walk(node):
            if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq):
                for side in (one.left, one.comparators[0]):
                    found = self._column(side)
                    if found is not None:
                        self.into.joined.append(found)

    def _condition(self, node: ast.AST) -> None:
        if isinstance(node, ast.Starred):
            return
        if isinstance(node, ast.BoolOp | ast.Tuple | ast.List):
            return
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
            self._condition(node.left)
            self._condition(node.right)
        elif isinstance(node, ast.Call):
            self._called(node)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            self._compared(node)

    def _compared(self, node: ast.Compare) -> None:
        left, right = self._column(node.left), self._column(node.comparators[0])
        sign = node.ops[0]
        if left and right:
            self.into.joined += [left, right] if isinstance(sign, ast.Eq) else []
        elif (one := left or right) and isinstance(sign, ast.Eq | ast.Is):
            self.into.equal.append(one)
        elif one and isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            self.into.ranges.append(one)

    def _called(self, node: ast.Call) -> None:
        name = last_name(node.func)
        if name == "and_":
            for one in node.args:
                self._condition(one)
        elif isinstance(node.func, ast.Attribute) and name in _EQUAL | _BETWEEN:
            found = self._column(node.func.value)
            if found is not None:
                (self.into.equal if name in _EQUAL else self.into.ranges).append(found)


def _root(call: ast.Call) -> ast.Call | ast.Name | ast.Attribute | None:
    """Return what a chain of methods starts with: `select(…)`, or the name of a query so far."""
    node: ast.AST = call
    while True:
        if isinstance(node, ast.Await):
            node = node.value
        elif isinstance(node, ast.Call):
            if last_name(node.func) in _STARTS or not isinstance(node.func, ast.Attribute):
                return node
            node = node.func.value
        elif isinstance(node, ast.Name | ast.Attribute):
            return node
        else:
            return None


def _key(source: Source, call: ast.Call, root: ast.AST) -> tuple[object, ...]:
    """Return what makes a query the same one: the name that it is kept under, or its start."""
    function = source.function_around(call)
    if isinstance(root, ast.Name):
        return (id(function), root.id)
    if isinstance(root, ast.Attribute):
        return (id(function), ast.unparse(root))
    for node in source.above(root):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            return (id(function), name if _is_chained(node.value) else id(root))
        if isinstance(node, ast.stmt | FunctionNode):
            break
    return (id(function), id(root))


def _is_chained(value: ast.expr) -> bool:
    """Tell a query that is kept to be gone on with from rows that it has given."""
    return isinstance(value, ast.Call) and last_name(value.func) in _CHAIN


def _heirs(subject: Subject, generic: object) -> dict[str, list[Model]]:
    """Return for each class with a type parameter the models that its heirs give for it."""
    found: dict[str, dict[str, Model]] = defaultdict(dict)
    for source in subject.program:
        for cls in source.nodes(ast.ClassDef):
            model = generic(source, cls)  # type: ignore[operator]
            if model is None:
                continue
            for base in cls.bases:
                if isinstance(base, ast.Subscript):
                    found[last_name(base.value)][model.table] = model
    return {name: list(models.values()) for name, models in found.items()}
