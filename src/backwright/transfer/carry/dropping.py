"""Leaving out: what still speaks of the exemplar's own fields is a rule of its own, and stays there.

The smallest whole thing goes: a condition, an argument, an entry, a statement, and what was only
there for it; a function where nothing would be left of what it is for; a test as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst
import libcst.matchers as m

from backwright.spec.names import split_words
from backwright.transfer.carry.items import functions_in
from backwright.transfer.carry.marks import code_of, fields_in
from backwright.transfer.carry.mentions import purpose
from backwright.transfer.carry.receivers import Kinds, kinds_in
from backwright.transfer.carry.statements import (
    Block,
    acts,
    gives_nothing,
    header,
    is_emptied,
    is_hollow,
    is_idle,
    is_public,
    is_route,
    is_text,
    leaves,
    sets,
    targets,
)
from backwright.transfer.carry.trimming import trimmed, without_extras
from backwright.transfer.carry.values import Work
from backwright.transfer.trim import refers

Body = Sequence[cst.BaseStatement]


class _Essential(Exception):  # noqa: N818
    """What a function gives back is left out, so the function is."""


@dataclass
class Dropper:
    """One pass over a part: `gone` holds what is left out of all parts, and grows."""

    work: Work
    gone: set[str]
    doomed: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    all_rows: bool = False
    dropped: bool = False
    inside: bool = False
    aim: str = ""
    owner: str = ""
    lost: Mapping[str, frozenset[int]] = field(default_factory=dict)
    kinds: Kinds = field(default_factory=dict)

    def module(self, tree: cst.Module) -> cst.Module:
        """Return a module's tree without what speaks of old fields."""
        self.kinds = kinds_in(tree)
        return tree.with_changes(body=self._statements(tree.body))

    def _speaks(self, node: cst.CSTNode) -> bool:
        if fields_in(node) or refers(node, self.doomed | self.gone):
            return True
        return any(self._calls(node, *g.split(".")) for g in self.gone if "." in g.strip("."))

    def _calls(self, node: cst.CSTNode, owner: str, method: str) -> bool:
        """Tell whether a method is called of what seems to be its class: `self.repository.create`."""
        words = [w.lower() for w in split_words(owner)]
        names = {"_".join(words), words[-1], owner}
        for call in m.findall(node, m.Attribute(attr=m.Name(method))):
            receiver = code_of(cst.ensure_type(call, cst.Attribute).value).rpartition(".")[2]
            is_self = receiver in ("self", "cls") and self.owner == owner
            is_one = owner in self.kinds.get(receiver, ())
            if is_self or is_one or receiver.strip("_").partition("(")[0] in names:
                return True
        return False

    def _statements(self, body: Body) -> list[cst.BaseStatement]:
        kept: list[cst.BaseStatement] = []
        for statement in body:
            made = self._statement(statement)
            if isinstance(made, list):
                kept += made
            elif made is not None:
                kept.append(made)
        return kept

    def _statement(
        self, node: cst.BaseStatement
    ) -> cst.BaseStatement | list[cst.BaseStatement] | None:
        if isinstance(node, cst.FunctionDef):
            return self._function(node)
        if isinstance(node, cst.ClassDef):
            return self._class(node)
        if not self._speaks(node):
            self.known |= targets(node)
            return node
        if isinstance(node, cst.SimpleStatementLine):
            return self._simple(node)
        if isinstance(node, cst.If):
            return self._if(node)
        if isinstance(node, Block):
            return self._block(node)
        self._left_out(node)
        return None

    # --- definitions

    def _function(self, node: cst.FunctionDef) -> cst.FunctionDef | None:
        name = node.name.value
        inner_name = f"{self.owner}.{name}"
        if name not in self.gone and inner_name not in self.gone and not self._speaks(node):
            return node
        is_test = name.startswith("test_")
        if is_test:
            node = self._without_fixtures(self._without_expectations(node))
            if name not in self.gone and not self._speaks(node):
                return node
        own = name in self.gone or any(self._speaks(d) for d in node.decorators)
        if own or is_test:
            self._gone(node)
            return None
        aim = purpose(node, self.owner)
        inner = replace(self, doomed=set(self.doomed), known=set(), dropped=False, inside=True)
        inner.aim, inner.all_rows = aim, aim == "list"
        inner.known = {p.name.value for p in (*node.params.params, *node.params.kwonly_params)}
        try:
            params = inner._params(node.params)
            body = inner._statements(node.body.body)  # type: ignore[arg-type]
        except _Essential:
            self._gone(node)
            return None
        is_other = inner.dropped and aim == "other" and acts(node)
        if not [s for s in body if not is_text(s)] or is_other or is_hollow(node, body):
            self._gone(node)
            return None
        returns = node.returns if node.returns and not self._speaks(node.returns) else None
        block = node.body.with_changes(body=body)
        return node.with_changes(params=params, body=block, returns=returns)

    def _reason(self, node: cst.FunctionDef) -> str:
        """Return what a function that is left out is about."""
        names = sorted({self.work.name(n) for n in fields_in(node)})
        if names:
            return f"it is about {', '.join(f'`{n}`' for n in names)} of the exemplar"
        needed = sorted(
            g.strip(".") for g in self.gone if refers(node, {g}) and g.strip(".") != node.name.value
        )
        if needed:
            return f"it needs `{needed[0]}`, which is left out"
        return "it is about what only the exemplar has"

    def _without_fixtures(self, node: cst.FunctionDef) -> cst.FunctionDef:
        """Leave out what a test asks for that only an old field needed: its parent's fixture."""
        lost = [p for p in node.params.params if self._speaks(p)]
        names = {p.name.value for p in lost}
        if not lost or refers(node.body, names):
            return node
        kept = [p for p in node.params.params if p not in lost]
        if kept:
            kept[-1] = kept[-1].with_changes(comma=node.params.params[-1].comma)
        return node.with_changes(params=node.params.with_changes(params=kept))

    def _without_expectations(self, node: cst.FunctionDef) -> cst.FunctionDef:
        """Leave out what a test expects of old fields, if it expects something else, too."""
        body: Body = node.body.body  # type: ignore[assignment]
        asserts = [s for s in body if m.matches(s, m.SimpleStatementLine(body=[m.Assert()]))]
        lost = [s for s in asserts if self._speaks(s)]
        if not lost or len(lost) == len(asserts):
            return node
        for statement in lost:
            self.work.note_marks(code_of(statement), "this expectation of `{}` is left out")
        kept = [s for s in body if s not in lost]
        return node.with_changes(body=node.body.with_changes(body=kept))

    def _gone(self, node: cst.FunctionDef) -> None:
        name = node.name.value
        line = self.work.line_of(name)
        self.work.note(line, f"`{name}` is left out: {self._reason(node)}")
        is_handler = any(is_route(d) for d in node.decorators)
        is_fixture = any("fixture" in code_of(d) for d in node.decorators)
        if (name.startswith("test_") and not is_fixture) or is_handler:
            return
        if self.owner and not self._is_own_name(name):
            self.gone.add(f"{self.owner}.{name}")
        else:
            self.gone |= {name, f".{name}"}

    def _is_own_name(self, name: str) -> bool:
        """Tell whether a method's name is the resource's or a field's: others may have the rest."""
        facts = self.work.facts
        words = f"_{name}_"
        known = (facts.new.snake, facts.new.plural_snake, *(f.name for f in facts.fields))
        return any(f"_{w}_" in words for w in known)

    def _params(self, params: cst.Parameters) -> cst.Parameters:
        changes: dict[str, object] = {}
        for group in ("params", "kwonly_params"):
            old = getattr(params, group)
            kept = [p for p in old if not self._speaks(p)]
            lost = [p for p in old if self._speaks(p)]
            for param in lost:
                self.doomed.add(param.name.value)
                self.work.note_marks(code_of(param), "the parameter for `{}` is left out")
            if lost and kept:
                kept[-1] = kept[-1].with_changes(comma=old[-1].comma)
            changes[group] = kept
        if (
            params.kwonly_params
            and not changes["kwonly_params"]
            and not isinstance(params.star_arg, cst.Param)
        ):
            changes["star_arg"] = cst.MaybeSentinel.DEFAULT
        return params.with_changes(**changes)

    def _class(self, node: cst.ClassDef) -> cst.ClassDef | None:
        name = node.name.value
        if name in self.gone:
            return None
        if not self._speaks(node):
            return node
        if any(self._speaks(b) for b in node.bases):
            self.gone |= {name}
            return None
        inner = replace(
            self, doomed=set(self.doomed), known=set(), dropped=False, owner=name, aim=""
        )
        body = inner._statements(node.body.body)  # type: ignore[arg-type]
        lost = [g for g in self.gone if g.startswith(f"{name}.")]
        if lost and not any(is_public(s) for s in body):
            self.gone -= set(lost)
            self.gone.add(name)
            return None
        if not [s for s in body if not is_text(s)]:
            body.append(cst.parse_statement("pass"))
        return node.with_changes(body=node.body.with_changes(body=body))

    # --- statements

    def _simple(self, node: cst.SimpleStatementLine) -> cst.BaseStatement | None:
        small = node.body[0]
        if isinstance(small, cst.ImportFrom | cst.Import):
            return self._import(node)
        made = trimmed(node, self._speaks, all_rows=self.all_rows, lost=self.lost)
        if not self._speaks(made) and not is_idle(made) and not is_emptied(small, made):
            if isinstance(small, cst.Return) and not (self.all_rows or self._is_extra(node)):
                raise _Essential
            self.work.note_marks(code_of(node), "what this says of `{}` is left out")
            self.known |= targets(node)
            self.dropped = True
            return made
        self.doomed |= targets(node) - self.known
        if isinstance(small, cst.Return):
            raise _Essential
        self._left_out(node)
        return None

    def _is_extra(self, node: cst.SimpleStatementLine) -> bool:
        """Tell whether only how rows are ordered or loaded speaks of old fields."""
        return not self._speaks(without_extras(node, self._speaks))

    def _left_out(self, node: cst.BaseStatement) -> None:
        """What links the rows of others to the exemplar's is all that its function is for.

        Not so where a row is removed: there it only goes first.
        """
        self.dropped = True
        is_link = len(self.work.facts.fields) in fields_in(node) and self.aim != "remove"
        if self.inside and (is_link or (self.aim == "other" and sets(node))):
            raise _Essential
        self.work.note_marks(code_of(node), "left out, since it is about `{}`")

    def _import(self, node: cst.SimpleStatementLine) -> cst.BaseStatement | None:
        small = node.body[0]
        names: Sequence[cst.ImportAlias] = getattr(small, "names", ())
        if isinstance(names, cst.ImportStar):
            return node
        kept = [a for a in names if not self._speaks(a)]
        if not kept:
            return None
        kept[-1] = kept[-1].with_changes(comma=names[-1].comma)
        return node.with_changes(body=[small.with_changes(names=kept)])

    def _if(self, node: cst.If) -> cst.BaseStatement | list[cst.BaseStatement] | None:
        if not self._speaks(node.test):
            return self._block(node)
        test = trimmed(node.test, self._speaks, all_rows=self.all_rows, lost=self.lost)
        if not self._speaks(test) and not self._refuses_more(node):
            self.work.note_marks(code_of(node.test), "the condition on `{}` is left out")
            return self._statement(node.with_changes(test=test))
        if node.orelse is None and self.aim in ("make", "change", "remove") and acts(node.body):
            self.work.note_marks(code_of(node.test), "the condition on `{}` is left out")
            return self._statements(node.body.body)  # type: ignore[arg-type]
        self._left_out(node)
        if isinstance(node.orelse, cst.Else) and leaves(node.orelse.body):
            return None
        return self._otherwise(node)

    def _otherwise(self, node: cst.If) -> cst.BaseStatement | list[cst.BaseStatement] | None:
        """Return what is done where the branch that is left out was not taken."""
        if isinstance(node.orelse, cst.Else):
            return self._statements(node.orelse.body.body)  # type: ignore[arg-type]
        if isinstance(node.orelse, cst.If):
            return self._statement(node.orelse.with_changes(leading_lines=node.leading_lines))
        return None

    def _refuses_more(self, node: cst.If) -> bool:
        """Tell whether a refusal would be made more often without one of its conditions."""
        is_and = m.matches(node.test, m.BooleanOperation(operator=m.And()))
        raises = m.matches(node.body.body[-1], m.SimpleStatementLine([m.Raise()]))
        return is_and and raises

    def _block(self, node: Block) -> cst.BaseStatement | list[cst.BaseStatement] | None:
        head = header(node)
        if head is not None and self._speaks(head):
            self._left_out(node)
            return None
        if isinstance(node, cst.For):
            self.known |= targets(node.with_changes(body=cst.IndentedBlock([])))
        body = self._statements(node.body.body)  # type: ignore[arg-type]
        if isinstance(node, cst.If) and gives_nothing(node.body, body):
            self._left_out(node)
            return self._otherwise(node)
        if not body:
            return None
        made = node.with_changes(body=node.body.with_changes(body=body))
        if isinstance(made, cst.If) and made.orelse is not None:
            return made.with_changes(orelse=self._orelse(made.orelse))
        if isinstance(made, cst.Try):
            handlers = [h for h in made.handlers if not self._speaks(h)]
            is_needed = handlers or made.finalbody is not None
            return made.with_changes(handlers=handlers) if is_needed else body
        return made

    def _orelse(self, node: cst.If | cst.Else) -> cst.If | cst.Else | None:
        if isinstance(node, cst.If):
            made = self._statement(node)
            return made if isinstance(made, cst.If) else None
        body = self._statements(node.body.body)  # type: ignore[arg-type]
        return node.with_changes(body=node.body.with_changes(body=body)) if body else None


def lost_parameters(trees: Iterable[cst.Module]) -> dict[str, frozenset[int]]:
    """Return the places of the parameters that speak of old fields, by their functions' names."""
    found: dict[str, frozenset[int]] = {}
    for tree in trees:
        for function in functions_in(tree):
            names = [p for p in function.params.params if p.name.value not in ("self", "cls")]
            places = frozenset(i for i, p in enumerate(names) if fields_in(p))
            if places:
                found[function.name.value] = places
    return found
