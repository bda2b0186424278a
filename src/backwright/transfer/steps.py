"""The steps of adding a resource, in the specialist's order; each changes files of the draft."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import libcst as cst

from backwright.errors import UsageError
from backwright.source.imports import add_imports
from backwright.source.outline import imported_names, outline, used_names
from backwright.source.text import Splice, splice
from backwright.spec.names import Names, names_of
from backwright.spec.types import ResourceSpec
from backwright.transfer.declaration import import_of, wanted_imports
from backwright.transfer.draft import Draft
from backwright.transfer.exemplar import Exemplar, block, bound_names, chain_of
from backwright.transfer.expectations import expected_imports, filled
from backwright.transfer.extend_schemas import with_mirrors
from backwright.transfer.field_tests import NewTest, known_tests, spoken_of, tests_of_fields
from backwright.transfer.model import link_word
from backwright.transfer.promises import promising
from backwright.transfer.readme import README, with_resource
from backwright.transfer.relationships import Surroundings
from backwright.transfer.rename import Renaming, rename_code
from backwright.transfer.repeat import repeat_links
from backwright.transfer.slots import SampleSlots, SchemaSlots
from backwright.transfer.survey import MODELS, survey
from backwright.transfer.tables import Tables, tables
from backwright.transfer.trees import with_trees, without_trees
from backwright.transfer.wiring import wire, wires

WIDTH = 100


@dataclass(frozen=True)
class Job:
    """What every step needs: where to write, what was asked, what to learn from."""

    host: Draft
    house: Draft
    spec: ResourceSpec
    exemplar: Exemplar
    around: Surroundings
    protected: frozenset[str]

    @property
    def columns(self) -> set[str]:
        """The exemplar's field names, also as a renaming leaves them."""
        renaming = Renaming(((self.exemplar.names, self.spec.names),))
        names = set(self.exemplar.table.data)
        return names | {renaming.identifier(name) for name in names}

    def renaming(self, code: str, links: tuple[tuple[Names, Names], ...] = ()) -> Renaming:
        """Return the renaming for one module; a variable never hides another name in it."""
        old, new = self.exemplar.names, self.spec.names
        is_taken = old != new and new.variable in bound_names(code)
        variable = f"{new.snake}_" if is_taken else new.variable
        # Where the exemplar's own name was taken, its variable gave way too.
        exact = {f"{old.snake}_": variable}
        if old.snake not in self.protected:
            exact[old.snake] = variable
        return Renaming(((old, new), *links), protected=self.protected, exact=exact)


def add_models(job: Job) -> list[str]:
    """Add enums, link tables and the table; the other sides of its relationships, too."""
    made = tables(job.spec, job.around)
    code = job.host.text(MODELS)
    code = splice(code, [*link_splices(code, made), *member_splices(code, made)])
    code = code.rstrip("\n") + "".join(f"\n\n\n{c.rstrip()}" for c in made.classes) + "\n"
    job.host.write(MODELS, add_imports(code, wanted_imports(made.imports), width=WIDTH))
    return [MODELS]


def link_splices(code: str, made: Tables) -> list[Splice]:
    """A link table stands before the class that names it."""
    places = {n: s.start for s in outline(code) for n in s.names}
    last = len(code.splitlines()) + 1
    splices: dict[int, str] = {}
    for link in made.links:
        line = places.get(link.before, last)
        gap = ("", "\n\n\n") if line < last else ("\n\n\n", "")
        splices[line] = splices.get(line, "") + gap[0] + link.code.rstrip() + gap[1]
    return [Splice(line, line, text) for line, text in splices.items()]


def member_splices(code: str, made: Tables) -> list[Splice]:
    """The other sides of relationships stand at the end of the classes that they lead from."""
    splices = []
    for statement in outline(code):
        if not isinstance(statement.node, ast.ClassDef):
            continue
        members = [m for m in made.members if m.owner == statement.node.name]
        if members:
            last = statement.node.body[-1]
            related = "Relationship(" in ast.unparse(last)
            text = "".join(f"    {m.code}\n" for m in members)
            splices.append(
                Splice(statement.end + 1, statement.end + 1, text if related else f"\n{text}")
            )
    return splices


def add_schemas(job: Job) -> list[str]:
    """Add the schemas for create, update, answer, page and filter."""
    path = "app/schemas.py"
    source = job.exemplar.draft.text(path)
    code = block(source, job.exemplar.definitions(path), job.exemplar.names)
    slots = SchemaSlots(job.columns, job.spec.names, job.spec.fields)
    renamed = cst.parse_module(rename_code(code, job.renaming(code)))
    text = job.host.text(path).rstrip("\n") + "\n\n\n" + renamed.visit(slots).code.strip() + "\n"
    text = add_imports(text, wanted_imports(slots.imports), width=WIDTH)
    job.host.write(path, with_mirrors(text, job.spec, job.around))
    return [path]


def add_service(job: Job) -> list[str]:
    """Add the service: the exemplar's, renamed, with its links once for each new link."""
    return _copy_modules(job, lambda path: path.endswith("_service.py"))


def add_routes(job: Job) -> list[str]:
    """Add the routes: the exemplar's, renamed."""
    made = _copy_modules(job, lambda path: "/routes/" in path)
    refers = any(field.target for field in job.spec.fields)
    for path in made:
        job.host.write(path, promising(job.host.text(path), refers=refers))
    return made


def _copy_modules(job: Job, wanted: object) -> list[str]:
    assert callable(wanted)  # noqa: S101
    made = []
    for path in filter(wanted, job.exemplar.modules()):
        target = _target_path(job, path)
        job.host.write(target, _renamed(job, path))
        made.append(target)
    return made


def service_of(job: Job) -> str:
    """Return the service that a resource gets."""
    return _renamed(job, next(p for p in job.exemplar.modules() if p.endswith("_service.py")))


def _renamed(job: Job, path: str) -> str:
    code = job.exemplar.draft.text(path)
    is_service = path.endswith("_service.py")
    code, links = _relinked(job, without_trees(code) if is_service else code)
    code = rename_code(code, job.renaming(code, links))
    return with_trees(code, job.spec) if is_service else code


def _relinked(job: Job, code: str) -> tuple[str, tuple[tuple[Names, Names], ...]]:
    """Say what the exemplar says of its link of each new link, and return what those are called.

    For now each has a name that nothing else has: a new link may be called as the exemplar is.
    """
    link = job.exemplar.link
    words = [names_of(link_word(f), plural=f.name) for f in job.spec.fields if f.kind == "many"]
    if not link or not words:
        return code, ()
    stand_ins = [names_of(f"Placeholder{chr(ord('a') + n)}") for n in range(len(words))]
    return repeat_links(code, link, stand_ins), tuple(zip(stand_ins, words, strict=True))


def _target_path(job: Job, path: str) -> str:
    old, new = job.exemplar.names, job.spec.names
    folder, name = PurePosixPath(path).parent, PurePosixPath(path).name
    target = (folder / Renaming(((old, new),)).path(name)).as_posix()
    if job.host.exists(target):
        raise UsageError(
            f"{target} is there already",
            remedy=f"call the resource otherwise, for example {new.pascal}Item",
        )
    return target


def add_wiring(job: Job) -> list[str]:
    """Put the new routes to use wherever the exemplar's are put to use."""
    made = []
    for path in list(job.exemplar.draft.modules()):
        learnt = job.exemplar.draft.text(path)
        is_exemplars = path in chain_of(job.exemplar.names)
        if path.startswith("tests/") or is_exemplars or not job.host.exists(path):
            continue
        if wires(learnt, job.exemplar):
            code = job.host.text(path)
            job.host.write(path, wire(code, learnt, job.exemplar, job.renaming(code)))
            made.append(path)
    return made


def add_readme(job: Job) -> list[str]:
    """Add the resource to the README, where that has a table of them."""
    if not (job.host.exists(README) and job.exemplar.draft.exists(README)):
        return []
    before = job.host.text(README)
    learnt = job.exemplar.draft.text(README)
    after = with_resource(before, learnt, job.exemplar.names, job.spec.names)
    if after == before:
        return []
    job.host.write(README, after)
    return [README]


def add_tests(job: Job) -> list[str]:
    """Add sample data and tests: the exemplar's own, and those of fields that are alike."""
    return [_add_factories(job), _add_test_module(job)]


def _add_factories(job: Job) -> str:
    path = "tests/factories.py"
    source = job.exemplar.draft.text(path)
    code = block(source, job.exemplar.definitions(path), job.exemplar.names)
    slots = SampleSlots(job.columns, job.spec.names, job.spec.fields)
    renamed = cst.parse_module(rename_code(code, job.renaming(code)))
    text = job.host.text(path).rstrip("\n") + "\n\n\n" + renamed.visit(slots).code.strip() + "\n"
    job.host.write(path, add_imports(text, wanted_imports(slots.imports), width=WIDTH))
    return path


def _add_test_module(job: Job) -> str:
    path = next(p for p in job.exemplar.modules() if p.startswith("tests/test_"))
    code = job.exemplar.draft.text(path)
    foreign = [s for s in outline(code) if s.names and spoken_of(s, job.exemplar.table)]
    base = splice(code, [Splice(s.start, _next_line(code, s.end), "") for s in foreign])
    known = known_tests(job.exemplar.draft, job.house)
    new = tests_of_fields(job.spec, job.around, known)
    stated = filled(rename_code(base, job.renaming(base)), job.spec.names, job.spec.fields)
    text = add_imports(stated, wanted_imports(expected_imports(job.spec.fields)), width=WIDTH)
    target = _target_path(job, path)
    known_drafts = (job.house, job.exemplar.draft)
    job.host.write(target, with_test_imports(job.host, known_drafts, with_tests(text, new)))
    return target


def _next_line(code: str, end: int) -> int:
    """Return the line after a statement and the blank lines behind it."""
    lines = code.splitlines()
    line = end
    while line < len(lines) and not lines[line].strip():
        line += 1
    return line + 1


def with_tests(code: str, tests: Sequence[NewTest]) -> str:
    """Put tests at the end of the sections that they belong to."""
    for test in tests:
        lines = code.splitlines()
        headings = [i for i, text in enumerate(lines, 1) if text.startswith("# ---")]
        start = next((i for i in headings if lines[i - 1] == test.section), None)
        after = next((i for i in headings if start and i > start), len(lines) + 1)
        taken = {name for statement in outline(code) for name in statement.names}
        test_code = test.named_apart(taken).strip()
        text = f"{test_code}\n\n\n" if after <= len(lines) else f"\n\n{test_code}\n"
        code = splice(code, [Splice(after, after, text)])
    return code


def with_test_imports(host: Draft, learnt_from: Sequence[Draft], code: str) -> str:
    """Import what tests from other modules need, from where those modules import it."""
    tree = ast.parse(code)
    have = set(imported_names(code)) | {n for s in outline(code) for n in s.names}
    have |= _variables(tree)
    known = {
        name: import_of(name, origin)
        for draft in learnt_from
        for path in draft.modules()
        if path.startswith("tests/test_")
        for name, origin in imported_names(draft.text(path)).items()
    }
    factories = {n for s in outline(host.text("tests/factories.py")) for n in s.names}
    known |= {name: ("tests.factories", name) for name in factories}
    known |= {table.name: ("app.models", table.name) for table in survey(host).tables}
    wanted = {known[name] for name in used_names(tree) - have if name in known}
    return add_imports(code, wanted_imports(wanted), width=WIDTH)


def _variables(tree: ast.AST) -> set[str]:
    """Return the variables and parameters of a module's functions, which need no import."""
    nodes = list(ast.walk(tree))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.arg for n in nodes if isinstance(n, ast.arg)}
