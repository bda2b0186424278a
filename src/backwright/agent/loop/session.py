"""A task given to a model: begun or gone on with, worked on, moved over, reported."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backwright.agent.definition import definition_of
from backwright.agent.loop import places as where
from backwright.agent.loop.budget import Budget, Usage
from backwright.agent.loop.evidence import Evidence
from backwright.agent.loop.judging import judge_inside
from backwright.agent.loop.models import Asking, connect
from backwright.agent.loop.moving import move
from backwright.agent.loop.places import Places
from backwright.agent.loop.run import Run
from backwright.agent.loop.snapshots import Store
from backwright.agent.loop.state import State, replayed
from backwright.agent.loop.tools import Toolbox
from backwright.agent.loop.transcript import Transcript
from backwright.agent.loop.wording import instructions
from backwright.agent.sandbox import RISK, Boundary, Site, boundary, engine
from backwright.errors import BackwrightError, UsageError
from backwright.report.change import ChangeReport
from backwright.report.events import Listener, StepStarted
from backwright.tasks.change import Outcome, change_report
from backwright.tasks.questions import Answers
from backwright.values import Note
from backwright.workshop import ChangeSet, locked, recover

COMMAND = "do"
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ModelTask:
    """The request.

    Attributes:
        root: The project's folder.
        task: What is to be done; empty where a run goes on.
        model: Who does it, as `PROVIDER:NAME`; None for the one that began.
        resume: The run to go on with; None for a new one.
        budget: What it may take.
        answers: What the user answered.
        dry_run: Whether to stop before anything is moved over.
        unconfined: Whether to do without a boundary.
    """

    root: Path
    task: str = ""
    model: str | None = None
    resume: str | None = None
    budget: Budget = field(default_factory=Budget)
    answers: Answers = field(default_factory=Answers)
    dry_run: bool = False
    unconfined: bool = False


@dataclass(frozen=True)
class Worked:
    """What became of the task.

    Attributes:
        change: The change, with what was proved.
        run: The name of the run.
        model: Who worked.
        usage: What it took.
        transcript: Where it can be read what happened.
        head: The hash that the transcript ends with.
        said: The model's own words, which prove nothing.
        confined: Whether there was a boundary.
    """

    change: ChangeReport
    run: str
    model: str
    usage: Usage
    transcript: Path
    head: str
    said: str
    confined: bool


def work(request: ModelTask, listener: Listener, asking: Asking | None = None) -> Worked:
    """Have a model do a task: all of it proved, or nothing of it in the project.

    Args:
        request: What is to be done.
        listener: Told what goes on.
        asking: The model; by its name where it is None.

    Raises:
        UsageError: the model, the run or an answer is not known.
        QuestionError: the user must answer first; the run goes on then.
        VerificationError: it does not hold, or the budget is spent.
        MissingError: the boundary, the model or the environment is not there.
    """
    root = request.root.resolve()
    with locked(root, COMMAND):
        recover(root)
        opened = _opened(root, request, asking)
        try:
            return _worked(root, request, listener, asking, opened)
        except BackwrightError as error:
            if any(record.kind == "asked" for record in opened.transcript.records):
                raise _going_on(error, opened.name) from None
            where.forget(opened.places)
            raise


@dataclass(frozen=True)
class _Opened:
    """A run that was opened."""

    name: str
    places: Places
    transcript: Transcript


def _going_on(error: BackwrightError, name: str) -> BackwrightError:
    """Let whoever is told of an error be told how the run goes on."""
    error.run = name
    more = f"`backwright do --resume {name}` goes on with this run"
    error.remedy = f"{error.remedy}; {more}" if error.remedy else more
    return error


def _opened(root: Path, request: ModelTask, asking: Asking | None) -> _Opened:
    """Open the run that is to go on, or make a new one.

    Raises:
        UsageError: there is no such run, or it is another project's, or at its end.
    """
    if request.resume is not None:
        return _known(root, request.resume)
    definition = definition_of(root)
    model = asking or connect(request.model or "")
    name, places = where.new_run(root)
    store = Store(places.objects)
    transcript = Transcript(places.transcript)
    transcript.append(
        "begun",
        run=name,
        project=str(root),
        task=request.task,
        model=model.name,
        tools=list(definition.tools),
        instructions=instructions(definition),
        inner=str(places.base.relative_to(places.run / "base")),
        tree=store.take(places.base),
        confined=not request.unconfined,
    )
    return _Opened(name, places, transcript)


def _known(root: Path, name: str) -> _Opened:
    run = where.known_run(name)
    transcript = Transcript(run / "transcript.jsonl")
    if not transcript.records:
        raise UsageError(f"the run {name} was ended before it began", remedy="give the task again")
    begun = transcript.records[0].data
    if begun.get("project") != str(root):
        raise UsageError(
            f"the run {name} is of another project: {begun.get('project')}",
            remedy="name its folder with --project",
        )
    if any(record.kind == "ended" for record in transcript.records):
        raise UsageError(f"the run {name} has ended", remedy="give a new task")
    inner = begun["inner"]
    return _Opened(name, Places(run, run / "base" / inner, run / "work" / inner), transcript)


def _worked(
    root: Path, request: ModelTask, listener: Listener, asking: Asking | None, opened: _Opened
) -> Worked:
    places, transcript = opened.places, opened.transcript
    state = replayed(transcript.records)
    _same_boundary(request, state, opened.name)
    listener(StepStarted(f"run {opened.name}, its transcript: {places.transcript}"))
    model = asking or connect(request.model or state.begun["model"])
    needs = where.needs_of(root, places, listener)
    store = Store(places.objects)
    is_new = not any(record.kind == "boundary" for record in transcript.records)
    if is_new:
        where.begin_work(places)
    store.restore(state.tree, places.work)
    site = where.tools_site(places, needs, engine())
    tools = tuple(state.begun["tools"])
    inside = _Inside(site, unconfined=request.unconfined)
    with contextlib.closing(inside):
        tried = inside.open()
        run = Run(
            root, transcript, state, store, places.work, model, inside,
            Toolbox(tried, places.work, tools, state.seen),
            judge_inside(places, needs, unconfined=request.unconfined),
            request.budget, request.answers, listener, tools,
        )  # fmt: skip
        run.record("boundary", held=tried.held, proofs=[one.proof for one in tried.proofs])
        if not is_new:
            run.take_up()
        evidence = run.go()
    return _moved(request, run, opened.name, places, evidence)


class _Inside:
    """The boundary of the tools, which is opened anew where a command has ended it."""

    def __init__(self, site: Site, *, unconfined: bool) -> None:
        """Begin without one."""
        self._site = site
        self._unconfined = unconfined
        self._stack = contextlib.ExitStack()

    def open(self) -> Boundary:
        """Open it."""
        return self._stack.enter_context(boundary(self._site, unconfined=self._unconfined))

    def close(self) -> None:
        """End it, and all that is in it."""
        self._stack.close()


def _same_boundary(request: ModelTask, state: State, name: str) -> None:
    """Refuse to go on with a run under other conditions than it began.

    Raises:
        UsageError: it began with a boundary and is to go on without, or the other way round.
    """
    confined = state.begun["confined"]
    if confined == request.unconfined:
        raise UsageError(
            f"the run {name} was begun {'with' if confined else 'without'} a boundary",
            remedy=f"go on with it {'without' if confined else 'with'} {RISK}",
        )


def _moved(request: ModelTask, run: Run, name: str, places: Places, evidence: Evidence) -> Worked:
    """Move the change over, once, and report."""
    changes, left_out = run.changes()
    undo = None
    if not request.dry_run:
        run.listener(StepStarted("moving the files over"))
        run.record("moving", tree=run.state.tree)
        undo = move(run.root, name, changes, _command(run))
        run.record("moved", undo=undo)
        run.transcript.append("ended", head=run.transcript.head)
        where.clear(places)
    notes = (*_notes(run, changes, evidence), *(_left(path) for path in left_out))
    outcome = Outcome(
        command=COMMAND,
        summary=_summary(evidence, changes),
        plan=tuple(run.state.steps),
        notes=notes,
    )
    change = change_report(
        outcome, changes, verified=evidence.checks, undo=undo, dry_run=request.dry_run
    )
    return Worked(
        change, name, run.asking.name, run.state.usage, places.transcript, run.transcript.head,
        run.state.said, not request.unconfined,
    )  # fmt: skip


def _notes(run: Run, changes: ChangeSet, evidence: Evidence) -> Iterator[Note]:
    """Give the places of what was done, and what else a reviewer should see."""
    if not run.state.begun["confined"]:
        yield Note("", 0, f"there was no boundary ({RISK}): commands ran with your rights")
    for edit in changes.edits:
        if edit.after is not None:
            yield Note(edit.path, _first_line(edit.before, edit.after), f"{edit.action}d here first"
                       if edit.action == "create" else "changed from here on")  # fmt: skip
    yield from evidence.notes


def _first_line(before: bytes | None, after: bytes) -> int:
    """Return the first line that differs."""
    if before is None:
        return 1
    old, new = before.split(b"\n"), after.split(b"\n")
    same = next(
        (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), None
    )
    return 1 + (min(len(old), len(new)) - 1 if same is None else same)


def _left(path: str) -> Note:
    return Note(path, 0, "left aside: running made it, and it is no text or git ignores it")


def _summary(evidence: Evidence, changes: ChangeSet) -> str:
    added, removed = changes.counts()
    tests = f"{evidence.passed} tests passed, {evidence.added} of them new"
    return f"{len(changes.edits)} files, {added} lines more and {removed} less; {tests}"


def _command(run: Run) -> str:
    line = " ".join(str(run.state.begun["task"]).split())
    shown = f"{line[:_SHOWN]}{'…' if len(line) > _SHOWN else ''}"
    return f'{COMMAND} "{shown}" --model {run.asking.name} (transcript {run.transcript.head[:16]})'


def worked_document(worked: Worked) -> Mapping[str, Any]:
    """Return a change of the contract; added: `run`, `model`, `usage`, `transcript`, `said`."""
    from backwright.report.change import change_document

    usage = worked.usage
    return {
        **change_document(worked.change),
        "run": worked.run,
        "model": worked.model,
        "boundary": worked.confined,
        "usage": {
            "requests": usage.requests,
            "tokens_in": usage.tokens_in,
            "tokens_out": usage.tokens_out,
            "seconds": round(usage.seconds, 1),
            "dollars": str(usage.cost) if usage.priced else None,
        },
        "transcript": {"file": str(worked.transcript), "hash": worked.head},
        "said": worked.said,
    }
