"""A new resource by example: everything that the exemplar has, once more, in the host's draft."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backwright.errors import UsageError
from backwright.project.types import Project
from backwright.source.fallback import tree_of
from backwright.source.text import lines_between
from backwright.spec.types import ResourceSpec
from backwright.transfer.carry import Carried, carry, keys_of
from backwright.transfer.carry import Part as CarryPart
from backwright.transfer.dialect import bound, read_dialect
from backwright.transfer.dialect.relation_writer import secondary_of
from backwright.transfer.draft import Draft
from backwright.transfer.example.at_large import at_large
from backwright.transfer.example.chain import Chain, Part
from backwright.transfer.example.facts import Learning, facts
from backwright.transfer.example.idle import without_idle_classes
from backwright.transfer.example.imports import repeat_imports
from backwright.transfer.example.lending import lend_names
from backwright.transfer.example.modules import is_migration
from backwright.transfer.example.naming import Naming
from backwright.transfer.example.needs import add_needs
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.example.placing import place, place_inside
from backwright.transfer.example.reach import Reach
from backwright.transfer.example.surroundings import Surround
from backwright.transfer.example.wiring import Wiring
from backwright.transfer.example.writer import DialectWriter
from backwright.transfer.rename import rename_code
from backwright.values import Note

STEPS: Mapping[str, str] = {
    "model": "model",
    "schema": "schemas",
    "service": "service",
    "routes": "routes",
    "test": "tests",
    "factory": "tests",
    "fixture": "tests",
    "other": "service",
}
_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
ORDER = ("model", "schemas", "service", "routes", "wiring", "tests")


@dataclass
class Transferred:
    """What was written: files by step, what a reviewer must see, what to expect."""

    steps: dict[str, list[str]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    left_out: frozenset[str] = frozenset()
    new_tests: list[str] = field(default_factory=list)

    def add(self, step: str, path: str) -> None:
        """Note that a step wrote a file."""
        files = self.steps.setdefault(step, [])
        if path not in files:
            files.append(path)

    def plan(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Return the steps in the specialist's order, each file where it comes first."""
        return tuple((name, tuple(self.steps[name])) for name in ORDER if name in self.steps)


def learn(
    draft: Draft,
    owners: Ownership,
    chain: Chain,
    spec: ResourceSpec,
    installed: Mapping[str, str],
    *,
    owned: bool,
) -> Learning:
    """Read in which dialect the exemplar is written, and how the new resource is called.

    Where rows are not `owned`, a column that leads to users is a field like any other.
    """
    dialect = read_dialect(owners.project, draft, chain.model, installed)
    if not owned and dialect.owner:
        structure = tuple(name for name in dialect.structure if name != dialect.owner)
        dialect = replace(dialect, owner=None, owner_model=None, structure=structure)
    learning = Learning(owners, chain, dialect, Naming(owners, chain, spec.names), spec)
    learning = _without_a_circle(learning)
    naming = replace(learning.naming, links=dict(_links(learning)))
    learning = replace(learning, naming=naming)
    keys = keys_of(facts(learning))
    return replace(learning, naming=replace(learning.naming, keys=keys))


def _links(learning: Learning) -> Iterator[tuple[str, str]]:
    """Yield the link tables of the exemplar, and the new ones to the same models."""
    dialect, names, home = learning.dialect, learning.spec.names, learning.home()
    if names == learning.chain.names:
        return
    for relation in learning.chain.model.relationships:
        for one in learning.spec.fields:
            partner = dialect.partner(str(one.target)) if one.kind == "many" else None
            if relation.secondary and partner and partner.model == relation.target:
                yield relation.secondary, secondary_of(dialect, names, one, home)


def _without_a_circle(learning: Learning) -> Learning:
    """Let choices stand with the schemas, where the model's module imports those."""
    home, modules = learning.home(), learning.owners.modules
    model = learning.model_part.path
    schemas = {
        p.path for p in learning.chain.parts if learning.naming.path_of(p) == home.schema_file
    }
    at_once = set(modules.tree(model).body)
    circle = any(node in at_once and to in schemas for node, _, to in modules.imports(model))
    if learning.dialect.enum.home or not circle or model in schemas:
        return learning
    module = modules.name_of(home.schema_file)
    enum = replace(learning.dialect.enum, home=home.schema_file, home_module=module)
    return replace(learning, dialect=replace(learning.dialect, enum=enum))


def transfer(draft: Draft, learning: Learning, *, width: int) -> Transferred:
    """Write the new resource into the draft.

    Args:
        draft: the host; it is changed.
        learning: the exemplar, the dialect, the names.
        width: the longest line of the host.

    Raises:
        UsageError: a file or a name that is to be made is there already.
    """
    _check(draft, learning)
    speaker = bound(learning.dialect, learning.spec.names, learning.home())
    parts = [_carry_part(learning, part) for part in learning.chain.parts]
    carried = carry(parts, facts(learning), DialectWriter(speaker))
    carried = without_idle_classes(learning, carried)
    notes = [replace(n, file=n.file.partition("::")[0]) for n in carried.notes]
    done = Transferred(notes=[*learning.chain.notes, *notes], left_out=carried.left_out)
    reach = Reach(learning.owners.modules, learning.chain)
    _wire(draft, learning, reach, done)
    for part in learning.chain.parts:
        if not _is_hollow(learning, part, carried):
            _write(draft, learning, part, carried, done)
    surround = Surround(draft, learning, speaker, width)
    for path in surround.complete():
        done.add("model", path)
    _import(draft, learning, reach, done, width)
    _add_needs(draft, learning, carried, width)
    likes = {learning.naming.path_of(part): part.path for part in learning.chain.parts}
    lend_names(draft, learning, likes, width=width)
    return done


def _check(draft: Draft, learning: Learning) -> None:
    """Refuse names that mean something else already."""
    naming, chain = learning.naming, learning.chain
    for part in chain.parts:
        if part.whole:
            target = naming.path(part.path)
            if target == part.path or draft.exists(target):
                raise UsageError(f"{target} is there already", remedy="rename the resource")
            continue
        have = {n for s in learning.owners.modules.outline(part.path) for n in s.names}
        for name in sorted(part.defined):
            renamed = naming.plain.identifier(name)
            if renamed in have and renamed != name:
                raise UsageError(
                    f"the name {renamed} means something else in {part.path}",
                    remedy=f"use another, for example {learning.spec.names.pascal}Item",
                )


def _carry_part(learning: Learning, part: Part) -> CarryPart:
    """Return a part's code: the module without what is not the exemplar's, or its definitions."""
    code = learning.owners.modules.text(part.path).removeprefix("\ufeff")
    if not part.whole:
        gap = "\n" if part.inside else "\n\n"
        finds = learning.naming.plain.finds
        blocks = [
            _heading(code, s.start, finds) + lines_between(code, s.start, s.end)
            for s in part.statements
        ]
        return CarryPart(part.key, textwrap.dedent(gap.join(blocks)), part.role, part.line)
    mine = {id(s) for s in part.statements} - {id(s) for s in at_large(learning, part)}
    lines = code.splitlines()
    for statement in reversed(learning.owners.modules.outline(part.path)):
        if id(statement) not in mine:
            del lines[statement.start - 1 : _with_gap(lines, statement.end)]
    return CarryPart(part.path, "\n".join(lines) + "\n" if lines else "", part.role, 1, whole=True)


def _heading(code: str, start: int, finds: Callable[[str], bool]) -> str:
    """Return the comment that heads a section of the exemplar's, with the gap below it."""
    lines = code.splitlines()
    line = start - 1
    while line > 0 and not lines[line - 1].strip():
        line -= 1
    heading = lines[line - 1] if line else ""
    is_alone = line >= 2 and not lines[line - 2].strip()
    if line == start - 1 or not is_alone or not heading.startswith("#") or not finds(heading):
        return ""
    return f"{heading}\n" + "\n" * (start - 1 - line)


def _with_gap(lines: Sequence[str], end: int) -> int:
    while end < len(lines) and not lines[end].strip():
        end += 1
    return end


def _is_hollow(learning: Learning, part: Part, carried: Carried) -> bool:
    """Tell whether nothing is left of a module: no definition, no test, or no module in it."""
    if not part.whole:
        return False
    if part.path.endswith("__init__.py") and not carried.codes.get(part.key, "").strip():
        folder = part.path.removesuffix("__init__.py")
        inside = [p for p in learning.chain.parts if p.path.startswith(folder) and p is not part]
        return all(_is_hollow(learning, p, carried) for p in inside)
    had = [s.node for s in part.statements]
    left = tree_of(carried.codes.get(part.key, "")).body
    if part.role == "test" and not _has_tests(left):
        return _has_tests(had) or not had
    return _has_definitions(had) and not _has_definitions(left)


def _has_definitions(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, _DEFINITIONS) for node in body)


def _has_tests(body: Sequence[ast.stmt]) -> bool:
    inside = [n for one in body if isinstance(one, ast.ClassDef) for n in one.body]
    functions = [n for n in (*body, *inside) if isinstance(n, _DEFINITIONS[1:])]
    return any(n.name.startswith("test") for n in functions)


def _write(
    draft: Draft, learning: Learning, part: Part, carried: Carried, done: Transferred
) -> None:
    code = carried.codes.get(part.key, "")
    step = STEPS[part.role]
    if part.whole:
        target = learning.naming.path(part.path)
        draft.write(target, f"{code.rstrip()}\n" if code.strip() else code)
        done.add(step, target)
        if part.role == "test" and _has_tests(tree_of(code).body):
            done.new_tests.append(target)
        return
    if not code.strip():
        return
    text = draft.text(part.path)
    if part.inside:
        draft.write(part.path, place_inside(text, part.inside, code, part.defined))
    else:
        draft.write(part.path, place(text, code, part.defined))
    done.add(step, part.path)
    if part.role == "test" and _has_tests(tree_of(code).body):
        done.new_tests.append(part.path)


def _wire(draft: Draft, learning: Learning, reach: Reach, done: Transferred) -> None:
    owners, chain = learning.owners, learning.chain
    for path in owners.modules.paths:
        if path in chain.own_modules or owners.of_module(path):
            continue
        if is_migration(owners.modules, path):
            continue
        known = reach.known(path)
        code = draft.text(path)
        if not known and not any(f'"{s}"' in code or f"'{s}'" in code for s in known.strings):
            continue

        def rename(text: str, code: str = code) -> str:
            return rename_code(text, learning.naming.renaming(code))

        def skip(statement: ast.stmt, path: str = path) -> bool:
            return _is_somebodys(owners, path, statement)

        own = {id(s.node) for part in chain.parts_of(path) for s in part.statements}
        fields = frozenset(learning.dialect.own)
        wiring = Wiring(path, code, known, rename, skip, own, fields, _targets(learning))
        wired = wiring.wired(owners.modules.tree(path))
        done.notes += wiring.notes
        if wired != code:
            draft.write(path, wired)
            done.add("wiring", path)


def _targets(learning: Learning) -> frozenset[str]:
    """Return the models that the new rows refer to."""
    found = (
        learning.dialect.partner(str(f.target)) for f in learning.spec.fields if f.kind == "ref"
    )
    return frozenset(partner.model for partner in found if partner)


def _is_somebodys(owners: Ownership, path: str, statement: ast.stmt) -> bool:
    """Tell whether a statement defines something: a resource's, a test, an endpoint."""
    found = next((s for s in owners.modules.outline(path) if s.node is statement), None)
    if found is None:
        return False
    if owners.of_statement(path, found):
        return True
    lines = range(found.start, found.end + 1)
    if any(c.file == path and c.line in lines for c in owners.project.schemas):
        return True
    if any(m.file == path and m.line in lines for m in owners.project.models):
        return True
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    lines = range(found.start, statement.body[0].lineno)  # not those that it defines inside
    is_endpoint = any(e.file == path and e.line in lines for e in owners.project.endpoints)
    return is_endpoint or statement.name.startswith("test")


def _import(draft: Draft, learning: Learning, reach: Reach, done: Transferred, width: int) -> None:
    owners = learning.owners
    for path in owners.modules.paths:
        if path in learning.chain.own_modules or is_migration(owners.modules, path):
            continue
        if owners.of_module(path) or not reach.known(path):
            continue
        code = draft.text(path)
        rename = learning.naming.renaming(owners.modules.text(path))
        new = repeat_imports(code, path, owners.modules, reach, rename, width)
        if new != code:
            draft.write(path, new)
            if not any(path in files for files in done.steps.values()):
                done.add("wiring", path)


def _add_needs(draft: Draft, learning: Learning, carried: Carried, width: int) -> None:
    """Import what the new declarations and values need."""
    for part in learning.chain.parts:
        path = learning.naming.path_of(part)
        used = set(re.findall(r"\w+", carried.codes.get(part.key, "")))
        needed = carried.imports.get(part.key, frozenset())
        wanted = {(m, n) for m, n in needed if not n or n.rpartition(" ")[2] in used}
        if wanted and draft.exists(path):
            add_needs(draft, learning.owners.modules, path, part.path, wanted, width=width)


def new_endpoints(before: Project, after: Project) -> tuple[tuple[str, str], ...]:
    """Return the endpoints that a change has added, in the order in which they are declared."""
    known = {(e.method, e.path) for e in before.endpoints}
    fresh = [(e.method, e.path) for e in after.endpoints if (e.method, e.path) not in known]
    return tuple(dict.fromkeys(fresh))
