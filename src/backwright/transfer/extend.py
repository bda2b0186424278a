"""Adding fields to a resource that is there, in a project in the house style."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from backwright.errors import UsageError
from backwright.source.brackets import appended
from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.spec.names import Names
from backwright.spec.types import FieldSpec, ResourceSpec
from backwright.transfer.clashes import check_meanings
from backwright.transfer.declaration import wanted_imports
from backwright.transfer.draft import Draft
from backwright.transfer.expectations import expected_imports, extended
from backwright.transfer.extend_samples import extend_samples
from backwright.transfer.extend_schemas import extend_schemas, with_mirrors
from backwright.transfer.extend_service import extend_service
from backwright.transfer.field_tests import known_tests, tests_of_fields
from backwright.transfer.model import link_class
from backwright.transfer.promises import promising
from backwright.transfer.relationships import Surroundings
from backwright.transfer.resource import check_references, surroundings
from backwright.transfer.schema import create_field
from backwright.transfer.steps import (
    WIDTH,
    link_splices,
    member_splices,
    with_test_imports,
    with_tests,
)
from backwright.transfer.supplies import bring_supplies
from backwright.transfer.survey import MODELS, Survey, Table, survey
from backwright.transfer.tables import Tables, tables
from backwright.transfer.trees import is_above
from backwright.values import Place

SCHEMAS = "app/schemas.py"


@dataclass(frozen=True)
class Extension:
    """What every step needs: where, of what, which fields, and among which other models."""

    host: Draft
    house: Draft
    table: Table
    spec: ResourceSpec
    around: Surroundings


Step = Callable[[Extension], list[str]]


def extend_resource(
    host: Draft, house: Draft, table: Table, fields: Sequence[FieldSpec]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Add fields to a resource of a draft; return the files of each step.

    Raises:
        UsageError: a field refers to what is not there, or code that has to change was changed by
            hand.
    """
    facts = survey(host)
    spec = ResourceSpec(table.names, tuple(fields))
    around = surroundings(host, facts, spec, owned=table.owned)
    check_references(facts, spec, around)
    job = Extension(host, house, table, spec, around)
    done = [(name, tuple(step(job))) for name, step in _STEPS]
    done.insert(0, ("common modules", tuple(bring_supplies(host, house))))
    check_meanings(host)
    return tuple((name, files) for name, files in done if files)


def missing_fields(
    host: Draft, facts: Survey, table: Table, fields: Iterable[FieldSpec]
) -> tuple[FieldSpec, ...]:
    """Return the fields that a resource does not have yet.

    Raises:
        UsageError: it has one by that name that is declared otherwise.
    """
    missing = []
    for field in fields:
        if field.column not in table.data and field.name not in (
            *table.columns,
            *table.relationships,
        ):
            missing.append(field)
        elif not _is_the_same(host, facts, table, field):
            raise UsageError(
                f"{table.name} has a {field.name} already, declared otherwise than {field.word!r}",
                place=Place(MODELS, _line_of(host, table, field)),
                remedy="name the new field otherwise",
            )
    return tuple(missing)


def _is_the_same(host: Draft, facts: Survey, table: Table, field: FieldSpec) -> bool:
    """Tell whether a field is declared just as it would be written now."""
    if field.kind == "many":
        there = _declaration(host, MODELS, table.name, field.name)
        is_linked = (field.name, link_class(table.names, field)) in table.links
        words = ast.unparse(there.annotation) if isinstance(there, ast.AnnAssign) else ""
        return is_linked and str(field.target) in re.findall(r"\w+", words)
    spec = ResourceSpec(table.names, (field,))
    around = surroundings(host, facts, spec, owned=table.owned)
    if field.target and field.target not in around.targets:
        return False
    if field.required and _is_the_same(host, facts, table, replace(field, optional=True)):
        return True  # it was made optional for the rows that were there
    return _says(
        _declaration(host, MODELS, table.name, field.column), tables(spec, around).columns[0]
    ) and _says(
        _declaration(host, SCHEMAS, f"{table.name}Create", field.column),
        create_field(table.names, field).code,
    )


def _says(there: ast.stmt | None, code: str) -> bool:
    return there is not None and ast.dump(there) == ast.dump(ast.parse(code).body[0])


def _declaration(host: Draft, path: str, owner: str, name: str) -> ast.stmt | None:
    cls = class_of(host.text(path), owner)
    for node in cls.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
            return node
    return None


def _line_of(host: Draft, table: Table, field: FieldSpec) -> int:
    found = _declaration(host, MODELS, table.name, field.column)
    found = found or _declaration(host, MODELS, table.name, field.name)
    return found.lineno if found else table.line


def class_of(code: str, name: str) -> ast.ClassDef:
    """Return a module's class by its name.

    Raises:
        LookupError: there is none.
    """
    for statement in outline(code):
        if isinstance(statement.node, ast.ClassDef) and statement.node.name == name:
            return statement.node
    raise LookupError(name)


def service_path(names: Names) -> str:
    """Return where the service of a resource is."""
    return f"app/services/{names.snake}_service.py"


def _extend_models(job: Extension) -> list[str]:
    made = tables(job.spec, job.around)
    code = _with_constraints(job.host.text(MODELS), job.table.name, made)
    code = splice(code, _columns(code, job.table.name, made))
    code = splice(code, [*link_splices(code, made), *member_splices(code, made)])
    job.host.write(MODELS, add_imports(code, wanted_imports(made.imports), width=WIDTH))
    return [MODELS]


def _with_constraints(code: str, name: str, made: Tables) -> str:
    """Put constraints into `__table_args__`, which stands at the top of the table."""
    for node in class_of(code, name).body:
        is_arguments = (
            isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__table_args__"
        )
        if is_arguments and isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            return appended(code, node.value, made.constraints)
    return code


def _columns(code: str, name: str, made: Tables) -> list[Splice]:
    """Put columns behind the last column, relationships at the end, enums before the table."""
    cls = class_of(code, name)
    fields = [n for n in cls.body if isinstance(n, ast.AnnAssign)]
    related = [n for n in fields if n.value is not None and "Relationship(" in ast.unparse(n.value)]
    columns = [n for n in fields if n not in related]
    last = (columns or cls.body)[-1]
    line = (last.end_lineno or last.lineno) + 1
    splices = [Splice(line, line, "".join(f"    {c}\n" for c in made.columns))]
    if made.own:
        end = (cls.end_lineno or cls.lineno) + 1
        gap = "" if related else "\n"
        splices.append(Splice(end, end, gap + "".join(f"    {m.code}\n" for m in made.own)))
    start = next(s.start for s in outline(code) if s.node.lineno == cls.lineno)
    splices += [Splice(start, start, f"{enum.rstrip()}\n\n\n") for enum in made.enums]
    return [s for s in splices if s.text]


def _extend_schemas(job: Extension) -> list[str]:
    code = extend_schemas(job.host.text(SCHEMAS), job.table, job.spec)
    job.host.write(SCHEMAS, with_mirrors(code, job.spec, job.around))
    return [SCHEMAS]


def _extend_service(job: Extension) -> list[str]:
    path = service_path(job.table.names)
    if not any(f.kind == "many" or is_above(job.spec, f) for f in job.spec.fields):
        return []
    code = extend_service(job.host.text(path), path, job.house, job.table, job.spec, job.around)
    job.host.write(path, code)
    return [path]


def _extend_routes(job: Extension) -> list[str]:
    path = f"app/routes/{job.table.names.plural_snake}.py"
    if not any(f.target for f in job.spec.fields) or not job.host.exists(path):
        return []
    before = job.host.text(path)
    code = promising(before, refers=True)
    if code == before:
        return []
    job.host.write(path, code)
    return [path]


def _extend_tests(job: Extension) -> list[str]:
    samples = "tests/factories.py"
    job.host.write(samples, extend_samples(job.host.text(samples), job.table, job.spec))
    path = f"tests/test_{job.table.names.plural_snake}.py"
    if not job.host.exists(path):
        return [samples]
    drafts = (job.host, job.house)
    new = tests_of_fields(job.spec, job.around, known_tests(*drafts))
    stated = extended(job.host.text(path), job.spec.names, job.spec.fields)
    stated = add_imports(stated, wanted_imports(expected_imports(job.spec.fields)), width=WIDTH)
    code = with_tests(stated, new)
    job.host.write(path, with_test_imports(job.host, drafts, code))
    return [samples, path]


_STEPS: tuple[tuple[str, Step], ...] = (
    ("model", _extend_models),
    ("schemas", _extend_schemas),
    ("service", _extend_service),
    ("routes", _extend_routes),
    ("tests", _extend_tests),
)
