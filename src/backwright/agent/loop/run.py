"""The loop: the model is asked, its calls are performed, what they changed is proved; until it holds.

Whatever happens is a line of the transcript before anything follows from it, and where a run
stands is what these lines say. So a run that was killed goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from backwright.agent.definition import Tool
from backwright.agent.loop import wording
from backwright.agent.loop.budget import Budget
from backwright.agent.loop.claims import claims
from backwright.agent.loop.evidence import Evidence
from backwright.agent.loop.judge import Scope
from backwright.agent.loop.judging import Judge
from backwright.agent.loop.models import Answer, Asking, Call
from backwright.agent.loop.moving import unfit, wanted
from backwright.agent.loop.snapshots import Store, changed_paths, changes
from backwright.agent.loop.state import State
from backwright.agent.loop.tools import Toolbox
from backwright.agent.loop.transcript import Transcript
from backwright.agent.sandbox import Boundary
from backwright.errors import UsageError, VerificationError
from backwright.host.dialogue import EndedError
from backwright.report.events import CheckEnded, Listener, StepStarted
from backwright.report.jsonable import jsonable
from backwright.tasks.questions import Answers
from backwright.values import Check, Question
from backwright.workshop import ChangeSet

MOST_ATTEMPTS = 4
_SHOWN = 70
_GONE = (
    "[run] The run was taken up again in another process. Files are as after your last call; what "
    "ran in the background has ended, and the database is empty."
)
_ENDED = (
    "refused: this ended the boundary, and all that ran in it. The files are as before the call; the "
    "database is empty."
)


class Inside(Protocol):
    """What opens and closes the boundary."""

    def open(self) -> Boundary:
        """Open one anew."""

    def close(self) -> None:
        """End all that is in it."""


@dataclass
class Run:
    """A run, and all that it works with.

    Attributes:
        root: The user's project.
        transcript: What happened.
        state: Where it stands by that.
        store: What the workspace held.
        workspace: The copy that is worked in.
        asking: The model.
        inside: The boundary.
        box: The tools.
        judge: What proves a state of the workspace.
        budget: What it may take.
        answers: What the user answers.
        listener: Told what goes on.
        tools: What the definition allows.
    """

    root: Path
    transcript: Transcript
    state: State
    store: Store
    workspace: Path
    asking: Asking
    inside: Inside
    box: Toolbox
    judge: Judge
    budget: Budget
    answers: Answers
    listener: Listener
    tools: tuple[Tool, ...]
    _clock: Callable[[], float] = field(default=time.monotonic)

    def take_up(self) -> None:
        """Go on after another process, whose workspace was put to what the transcript says."""
        self.record("resumed")
        if any(turn.kind == "answer" for turn in self.state.turns) and not self.state.finishing:
            self.record("noted", text=_GONE)

    def go(self) -> Evidence:
        """Work until the change holds, and return what was seen of it.

        Raises:
            QuestionError: the user must answer first.
            VerificationError: it does not hold, or the budget is spent.
            MissingError: the model, the boundary or the judge is not there.
        """
        while True:
            if self.state.question is not None:
                self._decide(self.state.question)
            for call in tuple(self.state.calls):
                self._within_budget()
                self._perform(call)
            if self.state.finishing:
                evidence = self._finish()
                if evidence is not None:
                    return evidence
            elif self._is_changed() and (self.state.untold or self.state.evidence() is None):
                self.record(
                    "told", text=wording.verification(self._judge(whole=False)), attempt=False
                )
            if not self.state.finishing and self.state.question is None:
                self._within_budget()
                self._ask()

    def record(self, kind: str, **data: object) -> None:
        """Write a line, and go on by it."""
        self.state.apply(self.transcript.append(kind, **data))

    def changes(self) -> tuple[ChangeSet, tuple[str, ...]]:
        """Return the change as it is now, and what running left behind and is none of it."""
        before, after = self.store.tree(self.state.base), self.store.tree(self.state.tree)
        return wanted(self.root, changes(self.store, before, after))

    def _ask(self) -> None:
        self.listener(StepStarted(f"asking {self.asking.name} ({self.state.usage.requests + 1})"))
        self.record("asked")
        left = self.budget.minutes * 60 - self.state.usage.seconds
        with self._timed() as timed:
            answer = self.asking.ask(
                self.state.turns, self.state.begun["instructions"], self.tools, left
            )
        self.record("answered", **_told(answer), **timed)
        if self.budget.cost is not None and answer.cost is None:
            raise UsageError(
                f"the price of {self.asking.name} is not known, so --max-cost cannot be kept",
                remedy="leave --max-cost out; --max-tokens holds for every model",
            )

    def _perform(self, call: Call) -> None:
        step = _step(call)
        self.listener(StepStarted(step))
        self.record("called", id=call.id, tool=call.tool, step=step, arguments=dict(call.arguments))
        before = self.state.tree
        with self._timed() as timed:
            text = f"refused: {call.unreadable}" if call.unreadable else self._done(call, before)
        tree = self.store.take(self.workspace)
        self.record(
            "returned",
            id=call.id, tool=call.tool, step=step, text=text, tree=tree, seen=self.box.seen,
            changed=self._between(before, tree), **timed,
        )  # fmt: skip

    def _done(self, call: Call, before: str) -> str:
        """Do what a call says; one that ends the boundary is taken back, and there is a new one."""
        try:
            return self.box.perform(call.tool, call.arguments)
        except EndedError:
            self.inside.close()
            self.store.restore(before, self.workspace)
            self.box.inside = self.inside.open()
            return _ENDED

    def _judge(self, *, whole: bool) -> Evidence:
        """Have the workspace judged as it is, with what is left running in it."""
        now = self.store.take(self.workspace)
        if now != self.state.tree:
            self.record("drifted", tree=now, changed=self._between(self.state.tree, now))
        known = self.state.evidence()
        if known is not None and (known.whole or not whole or known.refuted):
            return known
        self.listener(StepStarted("proving what was changed"))
        scope: Scope = "probe" if known is not None else "all" if whole else "quick"
        with self._timed() as timed:
            evidence = self.judge(self.changes()[0], self.state.baseline, scope)
        if known is not None:
            probed = (*known.checks, *evidence.checks)
            evidence = replace(known, checks=probed, baseline=evidence.baseline, whole=True)
        self.record("judged", tree=self.state.tree, evidence=jsonable(evidence), **timed)
        for check in evidence.checks:
            self.listener(CheckEnded(check))
        return evidence

    def _finish(self) -> Evidence | None:
        """Look whether it is done, as the model says; if not, say why, and return nothing."""
        asked = wording.read_question(self.state.said, len(self.state.decided) + 1)
        if asked is not None:
            self.record("question", question=jsonable(asked))
            return None
        evidence = self._judge(whole=True)
        evidence = replace(evidence, checks=(*evidence.checks, *self._own(evidence)))
        return self._accepted(evidence)

    def _own(self, evidence: Evidence) -> Iterator[Check]:
        """Look at what no judge inside can see: the files themselves, and what is claimed."""
        if not self.changes()[0]:
            yield Check("change", "fail", 0.0, "nothing was changed")
        yield unfit(self.store.tree(self.state.base), self.store.tree(self.state.tree))
        yield claims(self.state.said, evidence)

    def _accepted(self, evidence: Evidence) -> Evidence | None:
        """Return the evidence if it is enough; else tell the model, or ask the user."""
        decided = self.state.decided
        checks = tuple(_overruled(one, evidence, decided) for one in evidence.checks)
        evidence = replace(evidence, checks=checks)
        left = evidence.failures
        open_ones = [one for one in left if one.check in evidence.may_be_overruled]
        if not left:
            return self._proved(evidence)
        if len(open_ones) == len(left) and self.state.attempts:
            question = wording.overruling(open_ones[0])
            if question.key not in decided:
                self.record("question", question=jsonable(question))
                return None
        self.record("told", text=wording.not_done(left), attempt=True)
        if self.state.attempts >= MOST_ATTEMPTS:
            raise VerificationError(
                f"the model says that it is done, and it is not: {wording.shown(left)}",
                evidence.checks,
            )
        return None

    def _proved(self, evidence: Evidence) -> Evidence | None:
        """Return the evidence if all that is needed was tried, or the user agreed to less."""
        if not evidence.unproved:
            return evidence
        question = wording.unproved(evidence.unproved)
        decided = self.state.decided.get(question.key)
        if decided is None:
            self.record("question", question=jsonable(question))
            return None
        if decided != "proceed":
            raise VerificationError(
                "not everything could be proved, and that was not agreed to", evidence.checks
            )
        return evidence

    def _decide(self, question: Question) -> None:
        """Take the user's answer to what is asked.

        Raises:
            QuestionError: there is none.
            UsageError: it is none of the choices.
        """
        value = _answer(self.answers, question)
        text = ""
        if question.free:
            text = f"The user answers: {value}"
        elif question.key != wording.UNPROVED and value != "yes":
            text = f"The user says no: {question.text}"
        self.record("decided", key=question.key, value=value, text=text)

    def _is_changed(self) -> bool:
        return self.state.tree != self.state.base

    def _between(self, before: str, after: str) -> list[str]:
        if before == after:
            return []
        return changed_paths(self.store.tree(before), self.store.tree(after))

    def _within_budget(self) -> None:
        spent = self.state.usage.over(self.budget)
        if spent is None:
            return
        evidence = self.state.evidence()
        self.record("spent", what=spent)
        raise VerificationError(
            f"the budget is spent: {spent}; nothing was moved over",
            evidence.checks if evidence else (),
            remedy="give more, and go on",
        )

    @contextmanager
    def _timed(self) -> Iterator[dict[str, float]]:
        """Measure what is done, for the record of it."""
        started = self._clock()
        timed: dict[str, float] = {}
        yield timed
        timed["seconds"] = round(self._clock() - started, 3)


def _told(answer: Answer) -> dict[str, object]:
    """Return an answer as a line has it."""
    return {
        "text": answer.text,
        "message": answer.message,
        "tokens_in": answer.tokens_in,
        "tokens_out": answer.tokens_out,
        "cost": None if answer.cost is None else str(answer.cost),
    }


def _step(call: Call) -> str:
    """Say what a call does, in a line."""
    arguments = call.arguments
    paths = [one.get("path", "") for one in arguments.get("edits", []) if isinstance(one, Mapping)]
    shown = arguments.get("path") or arguments.get("command") or arguments.get("pattern")
    line = " ".join(str(shown or ", ".join(dict.fromkeys(paths))).split())
    return f"{call.tool} {line[:_SHOWN]}{'…' if len(line) > _SHOWN else ''}"


def _overruled(check: Check, evidence: Evidence, decided: Mapping[str, str]) -> Check:
    """Return a check as the user has decided over it: never as a pass."""
    if check.verdict != "fail" or check.check not in evidence.may_be_overruled:
        return check
    if decided.get(check.check) != "yes":
        return check
    return replace(check, verdict="skipped", detail=f"the user agrees: {check.detail}")


def _answer(answers: Answers, question: Question) -> str:
    """Return the user's answer; to an open question one in words of their own, too."""
    if question.free and question.key in answers.given:
        return answers.given[question.key]
    if question.free and answers.yes and not question.choices:
        return "Decide as you think best."
    return answers.to(question)
