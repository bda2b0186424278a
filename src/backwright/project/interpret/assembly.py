"""The interpreter put together: what follows each kind of thing, and the models of libraries."""

from __future__ import annotations

from backwright.project.interpret import (
    admin_pages,
    applications,
    calls,
    classes,
    core,
    crud_libraries,
    data_files,
    discovery,
    dynaconf_files,
    expressions,
    framework,
    ini_files,
    libraries,
    lookup,
    pure,
    signatures,
    statements,
    stdlib,
    wrapping,
)
from backwright.project.interpret.values import Class
from backwright.project.interpret.world import Handler

core.EXPRESSIONS.update(expressions.EXPRESSIONS)
core.STATEMENTS.update(statements.STATEMENTS)
core.ATTRIBUTES.update(lookup.ATTRIBUTES)
core.CALLABLES.update({**calls.CALLABLES, Class: classes.instantiate})

MODELS: dict[str, Handler] = {
    **stdlib.HANDLERS,
    **pure.HANDLERS,
    **wrapping.HANDLERS,
    **discovery.HANDLERS,
    **data_files.HANDLERS,
    **ini_files.HANDLERS,
    **dynaconf_files.HANDLERS,
    **signatures.HANDLERS,
    **framework.HANDLERS,
    **applications.HANDLERS,
    **libraries.HANDLERS,
    **crud_libraries.HANDLERS,
    **admin_pages.HANDLERS,
}
