"""Mentions of one field alone: a filter, a check that a value is free, a name in a message.

Such a mention passes on to the new field that naturally takes the old one's place; where there is
none, the mark stays, and what it stands in is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TypeVar

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import capitalized, names_of, split_words
from backwright.spec.types import FieldSpec
from backwright.transfer.carry.bodies import compared
from backwright.transfer.carry.docs import reworded
from backwright.transfer.carry.frameworks import own_words
from backwright.transfer.carry.items import is_access, is_literal, item_field, named, replaced
from backwright.transfer.carry.marks import MARK, code_of, fields_in, is_query
from backwright.transfer.carry.partial import pass_on_test, renamed_test
from backwright.transfer.carry.shown import shown
from backwright.transfer.carry.values import Work

Node = TypeVar("Node", bound=cst.CSTNode)
_LISTS = {"list", "all", "search", "filter", "find", "multi", "query", "index", "page", "paginate"}
_MAKES = {"create", "add", "new", "register", "post", "insert", "write", "make", "store", "save"}
_CHANGES = {"update", "edit", "patch", "put", "change", "modify", "replace"}
_REMOVES = {"delete", "remove", "destroy", "erase"}
_PAGING = {"limit", "offset", "skip", "page", "size", "per_page", "pagination"}
_LOGS = re.compile(r"\blog(ger|ging)?\.|_log(ger)?\.|^print$|^warnings\.warn$")
_SILENT = {"execute", "run", "handle", "perform", "invoke", "call", "dispatch", "process"}
_SHOWN = ("__repr__", "__str__", "__unicode__")
_ERROR = re.compile(r"(?:Error|Exception|Exists|Conflict)$")


def purpose(node: cst.FunctionDef, owner: str = "") -> str:
    """Return what a function does: `make`, `change`, `remove`, `list`, `show` or `other`.

    A method that says nothing (`execute`) does what its class, the `owner`, is called after.
    """
    if node.name.value in _SHOWN:
        return "show"
    name = owner if node.name.value.strip("_") in _SILENT else node.name.value
    words = [w.lower() for w in split_words(name)]
    nouns = {"post"} & set(words[1:])  # `delete_post` makes none
    for kinds, name in (
        (_MAKES, "make"),
        (_CHANGES, "change"),
        (_REMOVES, "remove"),
        (_LISTS, "list"),
    ):
        if (set(words) - nouns) & kinds:
            return name
    if nouns & _MAKES and not {"get", "read", "find", "fetch", "show"} & set(words):
        return "make"
    params = {p.name.value for p in (*node.params.params, *node.params.kwonly_params)}
    return "list" if params & _PAGING else "other"


def is_error(name: str) -> bool:
    """Tell whether a class is raised: what it is given tells of one field, and is no row."""
    return _ERROR.search(name.rpartition(".")[2]) is not None


def told_of_keys(work: Work, node: cst.ClassDef) -> cst.ClassDef:
    """Return a class of errors that speaks of the fields that rows are found by now."""
    words = _words_of_keys(work)
    return cst.ensure_type(node.visit(_Words(words)), cst.ClassDef) if words else node


def _expecting(work: Work, node: cst.FunctionDef) -> cst.FunctionDef:
    """Return a test of an error that expects it to speak of the fields that rows are found by."""
    words = _words_of_keys(work)
    asserts = m.findall(node, m.Assert()) if words else ()
    told = {one: one.visit(_Words(words)) for one in asserts}
    return replaced(node, lambda one: told.get(one))  # type: ignore[arg-type, return-value]


def _words_of_keys(work: Work) -> dict[str, str]:
    return {
        names_of(work.facts.fields[n].name).human: names_of(f.name).human
        for n, f in work.likeness.keys.items()
    }


def pass_on(work: Work, node: cst.FunctionDef, owner: str = "") -> cst.FunctionDef:
    """Return a function whose mentions of single fields speak of their successors."""
    if node.name.value.startswith("test_"):
        made = renamed_test(work, pass_on_test(work, node))
        calls = (cst.ensure_type(c, cst.Call) for c in m.findall(node, m.Call()))
        raises = any(is_error(code_of(call.func)) and fields_in(call) for call in calls)
        return _expecting(work, made) if raises else made
    aim = purpose(node, owner)
    if not fields_in(node):
        is_written = aim in ("make", "change")
        return _said_taken(work, node, work.likeness.keys) if is_written else node
    everywhere: dict[int, FieldSpec] = {}
    in_queries: dict[int, FieldSpec] = {}
    for number in _known(work, node):
        key = work.likeness.keys.get(number)
        if key is not None and (is_named_after(node.name.value, key) or is_error(owner)):
            _put(everywhere, number, key)
        elif aim == "list" and not _is_ruled(node, number):
            _put(everywhere, number, work.likeness.natural(number))
        elif aim == "list":
            _put(everywhere, number, work.likeness.same(number))
        elif aim in ("make", "change") and work.facts.fields[number].kind not in ("ref", "many"):
            _put(in_queries, number, work.likeness.unique(number))
    passed = node.visit(
        _Passing(everywhere, in_queries, _labels(work, node), work, shows=aim == "show")
    )
    assert isinstance(passed, cst.FunctionDef)  # noqa: S101
    told = {**everywhere, **in_queries}
    made = _said(work, passed, told) if told else passed
    taken = {n: f for n, f in work.likeness.keys.items() if n not in told}
    return made if aim not in ("make", "change") else _said_taken(work, made, taken)


def is_named_after(name: str, key: FieldSpec) -> bool:
    """Tell whether a function's name says that it finds rows by a field: `get_note_by_slug`."""
    return f"_{key.column}_" in f"_{name.strip('_')}_"


def _is_ruled(node: cst.FunctionDef, number: int) -> bool:
    """Tell whether only rows with one value of a field are read: the exemplar's own rule."""
    for one in m.findall(node.body, m.Comparison()):
        comparison = cst.ensure_type(one, cst.Comparison)
        value = comparison.comparisons[0].comparator
        is_given = code_of(value) == "None"  # whether it is asked for at all
        if is_access(comparison.left, number) and is_literal(value) and not is_given:
            return True
    for one in m.findall(node.body, m.Call()):
        call = cst.ensure_type(one, cst.Call)
        if isinstance(call.func, cst.Attribute) and is_access(call.func.value, number):
            return call.func.attr.value in ("is_", "isnot", "is_not")
        if any(item_field(a) == number and is_literal(a.value) for a in call.args):
            return True
    return False


def _known(work: Work, node: cst.CSTNode) -> list[int]:
    """Return the fields that are mentioned, those that are only ordered by last."""
    ordering = m.findall(node, m.Call(func=m.Attribute(attr=m.Name("order_by"))))
    ordered = [n for call in ordering for a in call.args for n in fields_in(a)]  # type: ignore[attr-defined]
    said = [int(match[2]) for match in MARK.finditer(code_of(node))]
    known = {n for n in said if n < len(work.facts.fields)}
    return sorted(known, key=lambda n: (said.count(n) <= ordered.count(n), n))


def _put(names: dict[int, FieldSpec], number: int, new: FieldSpec | None) -> None:
    """No two old fields have the same successor in one function."""
    if new is not None and new not in names.values():
        names[number] = new


def _labels(work: Work, node: cst.CSTNode) -> dict[int, str]:
    name = _label(work)
    found = {}
    for number in _known(work, node):
        same = work.likeness.same(number)
        found[number] = same.column if same else name
    return found


def _label(work: Work) -> str:
    """Return the attribute that a row is called by."""
    label = work.likeness.label()
    return label.column if label else _key(work)


def _key(work: Work) -> str:
    keys = ("id", "uid", "uuid", "pk")
    return next((k for k in keys if k in work.facts.structural), "id")


class _Passing(cst.CSTTransformer):
    """Name marks by where they stand: in a text, in a query, anywhere."""

    def __init__(
        self,
        everywhere: Mapping[int, FieldSpec],
        in_queries: Mapping[int, FieldSpec],
        labels: Mapping[int, str],
        work: Work,
        *,
        shows: bool,
    ) -> None:
        super().__init__()
        self.everywhere = everywhere
        self.in_queries = in_queries
        self.labels = labels
        self.label = _label(work)
        self.work = work
        self.name = work.name
        self.keys = work.likeness.keys
        self.within = 0
        self.shows = shows

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        if self.within or not fields_in(updated_node) or not _is_shown(updated_node):
            return updated_node
        known = {n: f.column for n, f in self.in_queries.items() if n in self.keys}
        updated_node = named(updated_node, known)
        if not fields_in(updated_node):
            return updated_node
        return shown(updated_node, self.label, self.name)

    def visit_ConcatenatedString(self, node: cst.ConcatenatedString) -> None:
        self.within += 1

    def leave_ConcatenatedString(
        self, original_node: cst.ConcatenatedString, updated_node: cst.ConcatenatedString
    ) -> cst.BaseExpression:
        self.within -= 1
        if self.within or not fields_in(updated_node):
            return updated_node
        return shown(updated_node, self.label, self.name)

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        is_format = isinstance(updated_node.left, cst.SimpleString)
        return named(updated_node, self.labels) if is_format else updated_node

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        name = code_of(updated_node.func)
        if _LOGS.search(name):
            return named(updated_node, self.labels)
        if self.in_queries and is_error(name):
            return _named(
                updated_node, {n: f for n, f in self.in_queries.items() if n in self.keys}
            )
        if not self.in_queries or not is_query(name):
            return updated_node
        return _named(updated_node, self._fitting(name))

    def _fitting(self, query: str) -> dict[int, FieldSpec]:
        """A query that is named after a field (`get_by_title`) is not asked for another."""
        said = query.rpartition(".")[2]
        found = dict(self.in_queries)
        for number, new in self.in_queries.items():
            is_said = f"_{self.name(number)}_" in f"_{said}_" and number not in self.keys
            same = self.work.likeness.same(number)
            if is_said and same is not None:
                found[number] = same
            elif is_said and new.column not in said:
                del found[number]
        return found

    def leave_If(self, original_node: cst.If, updated_node: cst.If) -> cst.If:
        return _named(updated_node, self.everywhere)

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        if self.shows:
            return named(updated_node, self.labels)
        return _named(updated_node, self.everywhere)


def _named(node: Node, fields: Mapping[int, FieldSpec]) -> Node:
    """Name marks, and test for equality where the new field has no such test as the old."""
    found = fields_in(node) & fields.keys()
    for number in found:
        node = compared(node, fields[number], number)
    words = {n: f.name if f.kind == "many" else f.column for n, f in fields.items()}
    return named(node, words) if found else node


def _is_shown(node: cst.FormattedString) -> bool:
    """A text that is said (`f"<Item {self.title}>"`), not a pattern or an address."""
    texts = [p.value for p in node.parts if isinstance(p, cst.FormattedStringText)]
    return re.search(r"[%/?]", "".join(texts)) is None


def _said(work: Work, node: cst.FunctionDef, fields: Mapping[int, FieldSpec]) -> cst.FunctionDef:
    """Say the new field in the docstring, in addresses, and where its value is refused."""
    names = {work.facts.fields[n].name: f.column for n, f in fields.items()}
    words = {names_of(old).human: names_of(new).human for old, new in names.items()}
    nouns = {  # `post_id` is told as "the comments of a post"
        names_of(old.removesuffix("_id")).human: names_of(new.removesuffix("_id")).human
        for old, new in names.items()
        if old.endswith("_id") and new.endswith("_id")
    }
    words |= nouns
    made = reworded(node, names | nouns).visit(_Prose(words, names))
    assert isinstance(made, cst.FunctionDef)  # noqa: S101
    return made


def _said_taken(
    work: Work, node: cst.FunctionDef, keys: Mapping[int, FieldSpec]
) -> cst.FunctionDef:
    """Say the new field where a value is refused since it is taken, and nobody has asked for it."""
    words = {
        names_of(work.facts.fields[n].name).human: names_of(f.name).human for n, f in keys.items()
    }
    for raised in m.findall(node, m.Raise()) if words else ():
        if re.search(r"exist|taken|already|unique|duplicate", code_of(raised)):
            told = raised.visit(_Words(words))
            node = replaced(node, lambda n, old=raised, new=told: new if n is old else None)  # type: ignore[misc]
    return node


class _Prose(cst.CSTTransformer):
    def __init__(self, words: Mapping[str, str], names: Mapping[str, str]) -> None:
        super().__init__()
        self.words = words
        self.names = names

    def leave_Raise(self, original_node: cst.Raise, updated_node: cst.Raise) -> cst.Raise:
        made = updated_node.visit(_Words(self.words))
        assert isinstance(made, cst.Raise)  # noqa: S101
        return made

    def leave_Decorator(
        self, original_node: cst.Decorator, updated_node: cst.Decorator
    ) -> cst.Decorator:
        made = updated_node.visit(_Words(self.names, own_words(updated_node, "")))
        assert isinstance(made, cst.Decorator)  # noqa: S101
        return made


class _Words(cst.CSTTransformer):
    def __init__(self, words: Mapping[str, str], own: Collection[cst.CSTNode] = ()) -> None:
        super().__init__()
        self.words = words
        self.own = own

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        if original_node in self.own:
            return updated_node
        return updated_node.with_changes(value=self._told(updated_node.value))

    def leave_FormattedStringText(
        self, original_node: cst.FormattedStringText, updated_node: cst.FormattedStringText
    ) -> cst.FormattedStringText:
        return updated_node.with_changes(value=self._told(updated_node.value))

    def _told(self, text: str) -> str:
        for old, new in self.words.items():
            text = re.sub(rf"\b{re.escape(old)}\b", new, text)
            text = re.sub(rf"\b{re.escape(old.upper())}\b", new, text)
            text = re.sub(rf"\b{re.escape(capitalized(old))}\b", capitalized(new), text)
        return text
