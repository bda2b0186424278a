"""Putting the marks: which words of an exemplar's code speak of its fields."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from backwright.source.alignment import with_marks
from backwright.spec.names import Names, split_words
from backwright.transfer.carry.frameworks import own_words
from backwright.transfer.carry.marks import (
    code_of,
    fields_in,
    is_query,
    lines_around,
    mark,
    says_all,
)
from backwright.transfer.carry.statements import assigned
from backwright.transfer.carry.types import Facts, Part

_CODE = re.compile(
    r"#+\s*(@\w|from [\w.]+ import |import [\w.]+$|\w+(\.\w+)*\s*=\s*\S|\w+(\.\w+)*\(.*\)?\s*$|for .* in .*:$|.*\(\w+\.\w+.*[,)]$)"
)
# Words that are keys of many a dict that is no row of the exemplar.
GENERIC = frozenset({"message", "detail", "status", "data", "error", "type", "count", "total"})
_READERS = frozenset({"get", "pop", "setdefault", "getattr", "hasattr", "setattr", "order_by"})


def mark_fields(
    part: Part, facts: Facts, *, stays: bool = False, far: Collection[str] = ()
) -> cst.Module:
    """Return a part's tree with its words for fields marked.

    Args:
        part: the code.
        facts: what the fields are.
        stays: the code stays where it is: its comments do, and so do links from other models.
        far: the attributes by which the owner has the exemplar's rows.

    Raises:
        libcst.ParserSyntaxError: the code is not Python.
    """
    code = part.code if stays else with_marks(part.code)  # names of another length will stand there
    wrapper = MetadataWrapper(cst.parse_module(code))
    return wrapper.visit(_Marker(part, facts, stays=stays, far=far))


class _Marker(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, part: Part, facts: Facts, *, stays: bool, far: Collection[str]) -> None:
        super().__init__()
        self.part = part
        self.stays = stays
        self.far = far
        self.sent: set[str] = set()
        self.facts = facts
        self.numbers = {f.name: i for i, f in enumerate(facts.fields)}
        self.columns = dict(self.numbers)
        self.numbers |= {f.relationship: i for i, f in enumerate(facts.fields) if f.relationship}
        self.enums = {f.enum: i for i, f in enumerate(facts.fields) if f.enum}
        self.enums |= {
            f.target: i
            for i, f in enumerate(facts.fields)
            if f.target and f.target not in (facts.account, facts.model)
        }
        self.modules = 0
        self.scopes: list[dict[str, str]] = [{}]
        self.classes: list[str] = []
        self.attributes: set[cst.CSTNode] = set()
        self.called: set[cst.CSTNode] = set()
        self.keys: set[cst.CSTNode] = set()
        self.own: frozenset[cst.CSTNode] = frozenset()
        self.keywords: set[cst.CSTNode] = set()
        self.lost: set[cst.EmptyLine] = set()
        self.raw = 0

    # --- where names stand

    def visit_Module(self, node: cst.Module) -> None:
        self.own = own_words(node, self.facts.old.pascal)

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self.classes.append(node.name.value)
        self.scopes.append({})

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        self.classes.pop()
        self.scopes.pop()
        return updated_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        params = [*node.params.params, *node.params.kwonly_params, *node.params.posonly_params]
        scope = {
            p.name.value: code_of(p.annotation.annotation) if p.annotation else "" for p in params
        }
        for name in assigned(node.body):
            scope.setdefault(name, "")
        self.scopes.append(scope)
        bodies = re.findall(r"json=(\{[^}]*\})", code_of(node)) if self.part.role == "test" else []
        self.sent = {n for b in bodies for n in re.findall(r"[\"'](\w+)[\"']\s*:", b)}

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self.scopes.pop()
        return updated_node

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        self.modules += 1

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom:
        self.modules -= 1
        return updated_node

    def visit_Import(self, node: cst.Import) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.attributes.add(node.attr)

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword:
            self.keywords.add(node.keyword)
            if node.keyword.value in ("alias", "validation_alias", "serialization_alias"):
                self.keys.add(node.value)

    def visit_Call(self, node: cst.Call) -> None:
        self.called.add(node.func)
        name = code_of(node.func).rpartition(".")[2]
        if name in _READERS or is_query(name):
            self.keys |= {a.value for a in node.args if a.keyword is None}
        if "validat" in name or name in ("UniqueConstraint", "Index"):
            self.keys |= {a.value for a in node.args if a.keyword is None}

    def visit_Dict(self, node: cst.Dict) -> None:
        elements = [e for e in node.elements if isinstance(e, cst.DictElement)]
        elements = [e for e in elements if e.key not in self.own]
        known = [e.key for e in elements if self._string_field(e.key) is not None]
        copied = any(f".{_raw(e.key)}" in code_of(e.value) for e in elements if e.key in known)
        said = len(elements) > 1 and self.part.role != "test" and says_all(elements, known)
        named = any(not self._is_generic(_raw(k)) for k in known) and not said
        if len(known) > 1 or copied or named:
            self.keys |= set(known)

    def visit_Subscript(self, node: cst.Subscript) -> None:
        for element in node.slice:
            index = element.slice
            is_key = isinstance(index, cst.Index) and not self._is_generic(_raw(index.value))
            if is_key and not self._is_foreign(node.value):
                self.keys.add(cst.ensure_type(index, cst.Index).value)

    def visit_List(self, node: cst.List) -> None:
        self._list(node.elements)

    def visit_Tuple(self, node: cst.Tuple) -> None:
        self._list(node.elements)

    def visit_Set(self, node: cst.Set) -> None:
        self._list(node.elements)

    def _list(self, elements: Sequence[cst.BaseElement]) -> None:
        names = [e.value for e in elements if self._string_field(e.value) is not None]
        if len(names) == len(elements) or len(names) > 1:
            self.keys |= set(names)

    def visit_Comparison(self, node: cst.Comparison) -> None:
        operator = node.comparisons[0].operator
        if isinstance(operator, cst.In | cst.NotIn):
            self.keys.add(node.left)

    # --- marking

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:
        name = original_node.value
        if name in self.enums:
            line = self._line(original_node)
            return updated_node.with_changes(value=mark(line, self.enums[name], "e"))
        special = original_node in self.attributes or original_node in self.keywords
        if special or self.modules or not self._is_local(name):
            return updated_node
        return self._marked(original_node, updated_node, self.numbers[name])

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        name = original_node.attr.value
        if self.modules:
            return updated_node
        number = self.numbers.get(name)
        is_method = original_node in self.called
        if self._points_here(name) and self._is_foreign(original_node.value):
            number = len(self.facts.fields)
        elif number is None or is_method or self._is_foreign(original_node.value):
            return updated_node
        return updated_node.with_changes(
            attr=self._marked(original_node.attr, updated_node.attr, number)
        )

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if original_node in self.own:
            return updated_node
        ours = self._takes_fields(original_node)
        if self._is_other_model(original_node.func):
            return updated_node.with_changes(args=self._links(original_node, updated_node))
        pairs = zip(original_node.args, updated_node.args, strict=True)
        return updated_node.with_changes(args=[self._arg(old, new, ours) for old, new in pairs])

    def _is_other_model(self, function: cst.BaseExpression) -> bool:
        """Tell whether a call makes a row of another model: `Vote(post_id=…)`."""
        name = code_of(function).rpartition(".")[2]
        return name[:1].isupper() and self._is_foreign(function)

    def _links(self, old: cst.Call, new: cst.Call) -> list[cst.Arg]:
        made = []
        for before, after in zip(old.args, new.args, strict=True):
            keyword = before.keyword.value if before.keyword else ""
            if keyword and after.keyword and self._points_here(keyword):
                number = len(self.facts.fields)
                after = after.with_changes(keyword=self._marked(before, after.keyword, number))
            made.append(after)
        return made

    def _arg(self, old: cst.Arg, new: cst.Arg, ours: bool) -> cst.Arg:  # noqa: FBT001
        if old.keyword is None:
            return new
        number = self.numbers.get(old.keyword.value)
        if number is None:
            return new
        if not ours and number not in fields_in(new.value):
            return new
        assert new.keyword is not None  # noqa: S101
        return new.with_changes(keyword=self._marked(old.keyword, new.keyword, number))

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        line = self._line(original_node)
        text = original_node.value
        number = self._string_field(original_node)
        if number is not None and original_node in self.keys:
            text = text.replace(original_node.raw_value, mark(line, number))
        elif self.part.role == "test" or self.raw:
            text = self._in_text(text, line)
        return updated_node.with_changes(value=text)

    def leave_FormattedStringText(
        self,
        original_node: cst.FormattedStringText,
        updated_node: cst.FormattedStringText,
    ) -> cst.FormattedStringText:
        if self.part.role != "test":
            return updated_node
        text = self._in_text(original_node.value, self._line(original_node))
        return updated_node.with_changes(value=text)

    def visit_Assign(self, node: cst.Assign) -> None:
        self.raw += code_of(node.targets[0].target) == "__table_args__"

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        self.raw -= code_of(original_node.targets[0].target) == "__table_args__"
        return updated_node

    def _in_text(self, text: str, line: int) -> str:
        """Mark parameters in URLs (`?title=x`), names in a parametrize's list, columns in SQL."""
        names = "|".join(sorted(self.numbers, key=len, reverse=True))
        if not names:
            return text

        def marked(match: re.Match[str]) -> str:
            return match[1] + mark(line, self.numbers[match[2]])

        if self.raw:
            return re.sub(rf"()\b({names})\b", marked, text)
        if re.fullmatch(r"""['"]\w+(\s*,\s*\w+)+,?['"]""", text):
            return re.sub(rf"()\b({names})\b", marked, text)
        return re.sub(rf"([?&])({names})(?==)", marked, text)

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Note the comments that are code, or name a field: they speak of the exemplar alone."""
        block: list[cst.EmptyLine] = []
        for line in lines_around(node):
            if line is not None and line.comment is not None:
                block.append(line)
            else:
                foreign = (b.comment and self._is_foreign_comment(b.comment.value) for b in block)
                self.lost |= set(block) if any(foreign) else set()
                block = []
        return super().on_visit(node)

    def leave_EmptyLine(
        self, original_node: cst.EmptyLine, updated_node: cst.EmptyLine
    ) -> cst.EmptyLine | cst.RemovalSentinel:
        return cst.RemoveFromParent() if original_node in self.lost else updated_node

    # --- questions

    def _marked(self, place: cst.CSTNode, name: cst.Name, number: int) -> cst.Name:
        known = number < len(self.facts.fields)
        kind = "r" if known and self.facts.fields[number].name != name.value else ""
        return name.with_changes(value=mark(self._line(place), number, kind))

    def _line(self, node: cst.CSTNode) -> int:
        return int(self.get_metadata(PositionProvider, node).start.line)

    def _string_field(self, node: cst.CSTNode | None) -> int | None:
        return self.numbers.get(_raw(node)) if node is not None else None

    def _is_generic(self, name: str) -> bool:
        """A word such as `message` is a field's in a test that sends one."""
        return name in GENERIC and name not in self.sent

    def _is_local(self, name: str) -> bool:
        """A bare name is a field's where a function has it as a parameter or variable."""
        if len(self.scopes) > 1 and len(self.classes) == len(self.scopes) - 1:
            return name in self.numbers  # the body of a class
        kinds = [scope[name] for scope in self.scopes[1:] if name in scope]
        return name in self.columns and bool(kinds) and not self._is_class(kinds[-1])

    def _is_class(self, kind: str) -> bool:
        """A parameter that takes a row or a request's body is no field."""
        return _speaks(kind, self.facts.old) or self._of_other(kind)

    def _takes_fields(self, call: cst.Call) -> bool:
        """Tell whether a call's keywords are the exemplar's fields."""
        function = code_of(call.func)
        short = function.rpartition(".")[2]
        said = {word.lower() for word in split_words(short)}
        if short[:1].isupper() and said & {a.keyword.value for a in call.args if a.keyword}:
            return not self._is_foreign(call.func)  # such as `DuplicateEmailError(email=…)`
        if short in ("values", "filter_by", "dict", "model_copy", "replace", "cls", "model"):
            return not self._is_foreign(call.func)
        return _speaks(function, self.facts.old) and not self._is_foreign(call.func)

    def _is_foreign(self, node: cst.CSTNode) -> bool:
        """Tell whether an expression gives something else than the exemplar's."""
        if isinstance(node, cst.Call):
            return self._is_foreign(node.func)
        root = code_of(node)
        if isinstance(node, cst.Name):
            if node.value in ("self", "cls"):
                return not (self.classes and _speaks(self.classes[-1], self.facts.old))
            kind = next((s[node.value] for s in reversed(self.scopes) if node.value in s), "")
            if kind and (_speaks(kind, self.facts.old) or self._of_other(kind)):
                return not _speaks(kind, self.facts.old)
            if kind in ("Request", "Response"):
                return True
            return self._of_other(root) and not _speaks(root, self.facts.old)
        if isinstance(node, cst.Attribute):
            if _speaks(node.attr.value, self.facts.old):
                return False
            return self._of_other(node.attr.value) or self._is_foreign(node.value)
        if isinstance(node, cst.Subscript):
            return self._is_foreign(node.value)
        return False

    def _is_foreign_comment(self, text: str) -> bool:
        if self.stays:
            return False
        words = set(re.findall(r"\w+", text))
        if words & self.columns.keys() - {f.column for f in self.facts.new_fields}:
            return True
        return _CODE.match(text) is not None

    def _points_here(self, name: str) -> bool:
        """Tell whether an attribute of another model is its link to the exemplar's rows."""
        if self.stays:
            return False
        old = self.facts.old
        links = {old.plural_snake, old.snake, *(f"{old.snake}_{k}" for k in ("id", "uid", "uuid"))}
        return name in links and name not in self.facts.structural and name not in self.far

    def _of_other(self, text: str) -> bool:
        if text in ("settings", "config", "os", "sys", "status", "logging", "HTTPStatus"):
            return True
        return any(_speaks(text, names) for names in self.facts.others)


def _speaks(text: str, names: Names) -> bool:
    """Tell whether an identifier or annotation has a name's words in it."""
    words = "_".join(w.lower() for w in split_words(text))
    return any(f"_{form}_" in f"_{words}_" for form in (names.snake, names.plural_snake))


def _raw(node: cst.CSTNode | None) -> str:
    return node.raw_value if isinstance(node, cst.SimpleString) else ""
