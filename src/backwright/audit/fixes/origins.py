"""Moving the origins that may call an API from the source into the settings."""

from __future__ import annotations

import ast
import json

from backwright.audit.cross_origin import Middleware
from backwright.audit.fixes.repair import Fix, end_of, inserted, margin, needs, replaced
from backwright.audit.names import Meaning
from backwright.audit.sources import Source, keyword
from backwright.audit.subject import Subject

_NAME = "CORS_ORIGINS"


def from_settings(subject: Subject, one: Middleware) -> Fix | None:
    """Return what reads the origins from the settings, with those of today as the default.

    Where the project has a settings class whose instance the module knows, they become a field of
    it; else the environment is asked.
    """
    given = keyword(one.call, "allow_origins")
    found = subject.names.meaning(one.source, given)
    held, source = found.node, found.source
    if not isinstance(held, ast.List) or source is None:
        return None
    hosts = [it.value for it in held.elts if isinstance(it, ast.Constant)]
    if len(hosts) < len(held.elts) or not all(isinstance(it, str) for it in hosts):
        return None
    texts = [str(it) for it in hosts]
    settings = _settings(subject, source)
    if settings is not None:
        return _as_field(source, held, settings, texts)
    if any("," in it for it in texts) or "os" in source.bindings:
        return None
    text = f'os.getenv("{_NAME}", {json.dumps(",".join(texts))}).split(",")'
    return Fix((replaced(source, held, text),), needs(source.file, [("os", "")]))


def _settings(subject: Subject, source: Source) -> tuple[str, Source, ast.ClassDef] | None:
    """Return the instance of a settings class that a module knows by a name."""
    for name in (*source.imports, *source.bindings):
        found: Meaning = subject.names.bound(source, name)
        cls, at = found.node, found.source
        if not found.made or not isinstance(cls, ast.ClassDef) or at is None:
            continue
        if "BaseSettings" in subject.names.bases(at, cls):
            return name, at, cls
    return None


def _as_field(
    source: Source, held: ast.List, settings: tuple[str, Source, ast.ClassDef],
    texts: list[str],
) -> Fix | None:  # fmt: skip
    instance, at, cls = settings
    fields = [it for it in cls.body if isinstance(it, ast.AnnAssign)]
    names = [it.target.id for it in fields if isinstance(it.target, ast.Name)]
    upper = sum(it.isupper() for it in names) * 2 > len(names)
    name = _NAME if upper else _NAME.lower()
    if not fields or any(it.lower() == name.lower() for it in names):
        return None
    if at is source and held.lineno < cls.lineno:
        return None
    word = "List" if "List" in at.imports else "list"
    text = f"{name}: {word}[str] = {json.dumps(texts)}"
    last = fields[-1]
    edits = (
        inserted(at, end_of(last), f"\n{margin(at, last.lineno)}{text}"),
        replaced(source, held, f"{instance}.{name}"),
    )
    return Fix(tuple(dict.fromkeys(edits)))
