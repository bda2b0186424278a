"""Performing a step of a plan: each verb by the task that stands behind the same command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from backwright.agent.planner import read_world
from backwright.agent.planner.types import LOGIN, Step
from backwright.errors import UsageError
from backwright.report.change import ChangeReport, PlanStep, change_document
from backwright.report.events import Listener
from backwright.report.jsonable import Json
from backwright.report.terminal import print_change
from backwright.spec.fields import read_fields
from backwright.spec.resource import read_resource, read_resource_line
from backwright.tasks.capability import Order
from backwright.tasks.questions import Answers

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Done:
    """A step that was performed.

    Attributes:
        step: What was to be done.
        document: Its result as the contract's JSON.
        show: Prints it.
        change: The report of a change, None for what only looks and judges.
        found_problems: Whether it judged, and found something.
    """

    step: Step
    document: Mapping[str, Json]
    show: Callable[[Console], None]
    change: ChangeReport | None = None
    found_problems: bool = False

    @property
    def parts(self) -> tuple[PlanStep, ...]:
        """What the step itself did or would do, each part with the files that it touches."""
        plan = self.change.plan if self.change else ()
        return tuple(PlanStep(f"{self.step.verb}: {one.step}", one.files) for one in plan)


@dataclass(frozen=True)
class Setting:
    """Where a step is performed, with which answers, and who is told of it.

    A `dry_run` is for changes only: what looks and judges is performed either way.
    """

    root: Path
    answers: Answers
    listener: Listener
    dry_run: bool = False

    @property
    def order(self) -> Order:
        """The setting, as single capabilities take it."""
        return Order(self.root, self.answers, self.dry_run)


def perform(step: Step, setting: Setting) -> Done:
    """Perform one step.

    Raises:
        BackwrightError: as the task raises it.
    """
    return _TASKS[step.verb](step, setting)


def _changed(step: Step, report: ChangeReport) -> Done:
    return Done(
        step, change_document(report), lambda console: print_change(console, report), report
    )


def _new(step: Step, setting: Setting) -> Done:
    from backwright.tasks.house import Features
    from backwright.tasks.new import NewProject, new_project

    lines = [value for name, value in step.options if name == "resource"]
    database = step.option("database") or "postgresql"
    features = Features(auth=step.option("no-auth") is None, database=cast("object", database))  # type: ignore[arg-type]
    resources = tuple(read_resource_line(line) for line in lines)
    request = NewProject(setting.root, step.args[0], resources, features, setting.dry_run)
    return _changed(step, new_project(request, setting.listener))


def _add_resource(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_resource import AddResource, add_resource

    name, *fields = step.args
    spec = read_resource(name, fields, owner=step.option("owner"))
    request = AddResource(setting.root, spec, setting.answers, setting.dry_run)
    return _changed(step, add_resource(request, setting.listener))


def _add_field(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_field import add_field
    from backwright.tasks.field_request import AddField

    resource, *fields = step.args
    request = AddField(
        setting.root, resource, read_fields(fields), setting.answers, setting.dry_run
    )
    return _changed(step, add_field(request, setting.listener))


def _add_relation(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_relation import AddRelation, add_relation

    left, kind, right = step.args
    request = AddRelation(
        setting.root, left, kind, right, answers=setting.answers, dry_run=setting.dry_run
    )
    return _changed(step, add_relation(request, setting.listener))


def _add_auth(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_auth import AddAuth, add_auth

    request = AddAuth(setting.root, setting.answers, setting.dry_run)
    return _changed(step, add_auth(request, setting.listener))


def _add_cors(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_cors import add_cors
    from backwright.tasks.cors_request import read_asked

    origins = [value for name, value in step.options if name == "origin"]
    names = dict(step.options)
    credentials = True if "credentials" in names else False if "no-credentials" in names else None
    asked = read_asked(origins, credentials, [], [])
    return _changed(step, add_cors(setting.order, asked, setting.listener))


def _add_index(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_index import AddIndex, add_index

    return _changed(step, add_index(AddIndex(setting.order, step.args), setting.listener))


def _add_pagination(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_pagination import AddPagination, add_pagination

    size = step.option("default")
    request = AddPagination(
        setting.order,
        step.args[0],
        style=step.option("style") or "offset",
        default=int(size) if size else None,
        most=int(step.option("max") or 0) or None,
        filters=tuple(v for k, v in step.options if k == "filter"),
        sorts=tuple(v for k, v in step.options if k == "sort"),
    )
    return _changed(step, add_pagination(request, setting.listener))


def _add_rate_limit(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_rate_limit import add_rate_limit
    from backwright.tasks.rate_limit_request import read_limit

    by = step.option("by") or "address"
    asked = read_limit(step.option("limit"), by, _route(step, setting), None, [])
    return _changed(step, add_rate_limit(setting.order, asked, setting.listener))


def _route(step: Step, setting: Setting) -> tuple[str, str] | None:
    """Return the route that a step names; `POST login` is looked up in what the project is by now.

    Raises:
        UsageError: nothing signs people in.
    """
    named = step.option("route")
    if named is None:
        return None
    method, _, path = named.partition(" ")
    if path != LOGIN:
        return method, path
    ways = read_world(setting.root).sign_in
    if ways is None:
        raise UsageError(
            "no endpoint was found that signs people in",
            remedy="name its path: `limit POST /auth/login to 5 per minute`",
        )
    return ways


def _add_version(step: Step, setting: Setting) -> Done:
    from backwright.tasks.add_version import AddVersion, add_version

    return _changed(step, add_version(AddVersion(setting.order, step.args[0]), setting.listener))


def _undo(step: Step, setting: Setting) -> Done:
    from backwright.tasks.undo import take_back

    return _changed(step, take_back(setting.root, step.args[0] if step.args else "last"))


def _inspect(step: Step, setting: Setting) -> Done:
    from backwright.project.document import inspect_document
    from backwright.project.inspection import inspect_project
    from backwright.report.inspect_text import print_inspection

    document = inspect_document(inspect_project(setting.root, setting.listener))
    return Done(
        step,
        cast("Mapping[str, Json]", document),
        lambda console: print_inspection(console, document),
    )


def _audit(step: Step, setting: Setting) -> Done:
    from backwright.report.audit_text import audit_document, print_audit
    from backwright.tasks.audit import Audit, audit

    report, level = audit(Audit(setting.root), setting.listener)
    return Done(
        step, audit_document(report), lambda console: print_audit(console, report),
        found_problems=report.reaches(level),
    )  # fmt: skip


def _probe(step: Step, setting: Setting) -> Done:
    from backwright.report.probe_text import print_probe, probe_document
    from backwright.tasks.probe import Probe, probe

    report = probe(
        Probe(setting.root, tests=step.option("write-tests") is not None), setting.listener
    )
    return Done(
        step, probe_document(report), lambda console: print_probe(console, report),
        found_problems=bool(report.failures),
    )  # fmt: skip


def _doctor(step: Step, setting: Setting) -> Done:
    from backwright.host.folders import scratch
    from backwright.report.doctor_text import doctor_document, print_doctor
    from backwright.tasks.doctor import Doctor, doctor

    with scratch("pasted") as folder:
        log = folder / "pasted.log"
        log.write_text(step.log, encoding="utf-8", errors="replace")
        report = doctor(
            Doctor(
                setting.root, str(log) if step.log else None, origin=step.option("origin"),
                fix=step.option("fix") is not None, answers=setting.answers,
            ),
            setting.listener,
        )  # fmt: skip
    return Done(
        step, doctor_document(report), lambda console: print_doctor(console, report),
        found_problems=len(report.causes) > bool(report.undo),
    )  # fmt: skip


_TASKS: Mapping[str, Callable[[Step, Setting], Done]] = {
    "new": _new,
    "add resource": _add_resource,
    "add field": _add_field,
    "add relation": _add_relation,
    "add auth": _add_auth,
    "add cors": _add_cors,
    "add index": _add_index,
    "add pagination": _add_pagination,
    "add rate-limit": _add_rate_limit,
    "add version": _add_version,
    "undo": _undo,
    "inspect": _inspect,
    "audit": _audit,
    "probe": _probe,
    "doctor": _doctor,
}
