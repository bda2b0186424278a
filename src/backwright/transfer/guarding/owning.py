"""Owners for the rows of a host that knows who is calling, and not whose its rows are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backwright.errors import UsageError
from backwright.project.types import Project
from backwright.transfer.dialect import read_dialect
from backwright.transfer.dialect.read import python_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow.grow import Versions
from backwright.transfer.grow.libraries import libraries_of, versions_of
from backwright.transfer.grow.seams import read_seams
from backwright.transfer.grow.sources import Sources
from backwright.transfer.guarding.adopting import Accounts
from backwright.transfer.guarding.columns import add_owners
from backwright.transfer.guarding.guard import reread
from backwright.transfer.guarding.host import Host, Wanted
from backwright.transfer.guarding.owned import owner_column
from backwright.transfer.guarding.passing import Said


def own_tables(
    draft: Draft, project: Project, names: Sequence[str], installed: Mapping[str, str]
) -> Project:
    """Give tables a column for the host's own user that a row belongs to; return the project then.

    Args:
        draft: the host, which is changed.
        project: what is known of it.
        names: the models.
        installed: the versions of what is installed.

    Raises:
        UsageError: the host has no table of users, or no session that handlers get.
    """
    sources = Sources(draft, project)
    seams = read_seams(sources)
    model = next((m for m in project.models if m.name == project.auth.user_model), None)
    if model is None or seams.session is None:
        what = "table of users" if model is None else "session that handlers get"
        raise UsageError(f"rows cannot belong to anybody: no {what} was found")
    versions = versions_of(sources, installed)
    python = python_of(project, installed)
    known = Versions(versions, libraries_of(sources, versions, python))
    partner = read_dialect(project, draft, model, versions).partner(model.name)
    host = Host(
        draft, project, sources, seams, seams.session, known,
        Wanted(tuple(names), (), frozenset()),
        any("sqlmodel" in draft.text(one.file) for one in project.models),
        Said("current_user", model.name, "", None),
        python=python, owner_column=owner_column(project.models),
        accounts=Accounts(model.name), user_module=sources.module(model.file), user=partner,
    )  # fmt: skip
    add_owners(host, reread)
    return reread(draft)
