"""Where a run stands: what the lines of its transcript make of it, one after the other.

A run that is under way and one that goes on after a kill get there by the same lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from backwright.agent.loop.budget import Usage
from backwright.agent.loop.evidence import Baseline, Evidence, read_evidence
from backwright.agent.loop.models import Call, Turn, calls_of
from backwright.agent.loop.transcript import Record
from backwright.report.change import PlanStep
from backwright.values import Choice, Question


@dataclass
class State:
    """Where a run stands.

    Attributes:
        begun: What it began with.
        turns: The conversation.
        tree: What the workspace held after the last call.
        seen: The hash of each file that the model has read or written.
        usage: What was taken.
        calls: The calls of the last answer that were not performed yet.
        finishing: Whether the last answer says that the work is done, and nobody has looked yet.
        said: What that answer says.
        attempts: How often it was said and did not hold.
        judged: What was seen of the last state that was judged, and which one that is.
        untold: Whether the model has not been told of that.
        baseline: What held before.
        question: What the user is asked.
        decided: What the user has answered.
        steps: What was changed, by which call.
        moving: The state that is being moved over.
        undo: The id of the change, once it was moved over.
    """

    begun: Mapping[str, Any] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    tree: str = ""
    seen: dict[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    calls: list[Call] = field(default_factory=list)
    finishing: bool = False
    said: str = ""
    attempts: int = 0
    judged: tuple[str, Evidence] | None = None
    untold: bool = False
    baseline: Baseline = field(default_factory=Baseline)
    question: Question | None = None
    decided: dict[str, str] = field(default_factory=dict)
    steps: list[PlanStep] = field(default_factory=list)
    moving: str = ""
    undo: str | None = None

    @property
    def base(self) -> str:
        """What the workspace held at the beginning."""
        return str(self.begun["tree"])

    def evidence(self) -> Evidence | None:
        """Return what was seen of the state as it is now; None where nobody has looked."""
        if self.judged is None or self.judged[0] != self.tree:
            return None
        return self.judged[1]

    def apply(self, record: Record) -> None:
        """Go one line on."""
        told = _KINDS.get(record.kind)
        if told is not None:
            told(self, record.data)
        self.usage = replace(
            self.usage, seconds=self.usage.seconds + float(record.data.get("seconds", 0.0))
        )


def replayed(records: Iterable[Record]) -> State:
    """Return where a run stands by its transcript."""
    state = State()
    for record in records:
        state.apply(record)
    return state


def _begun(state: State, data: Mapping[str, Any]) -> None:
    state.begun = data
    state.tree = data["tree"]
    state.turns.append(Turn("user", data["task"]))


def _asked(state: State, _: Mapping[str, Any]) -> None:
    state.usage = replace(state.usage, requests=state.usage.requests + 1)


def _answered(state: State, data: Mapping[str, Any]) -> None:
    state.turns.append(Turn("answer", message=data["message"]))
    state.calls = list(calls_of(data["message"]))
    state.finishing = not state.calls
    state.said = data["text"] if state.finishing else state.said
    cost = data["cost"]
    state.usage = replace(
        state.usage,
        tokens_in=state.usage.tokens_in + data["tokens_in"],
        tokens_out=state.usage.tokens_out + data["tokens_out"],
        cost=state.usage.cost + Decimal(cost or 0),
        priced=state.usage.priced and cost is not None,
    )


def _returned(state: State, data: Mapping[str, Any]) -> None:
    call = next(one for one in state.calls if one.id == data["id"])
    state.calls.remove(call)
    state.turns.append(Turn("result", data["text"], call=call))
    state.tree = data["tree"]
    state.seen = dict(data["seen"])
    if data["changed"]:
        state.steps.append(PlanStep(data["step"], tuple(data["changed"])))


def _drifted(state: State, data: Mapping[str, Any]) -> None:
    state.tree = data["tree"]
    state.steps.append(PlanStep("what was left running", tuple(data["changed"])))


def _judged(state: State, data: Mapping[str, Any]) -> None:
    evidence = read_evidence(data["evidence"])
    state.judged = data["tree"], evidence
    state.untold = True
    state.baseline = evidence.baseline


def _told(state: State, data: Mapping[str, Any]) -> None:
    state.turns.append(Turn("user", data["text"]))
    state.finishing = state.untold = False
    state.attempts += bool(data["attempt"])


def _noted(state: State, data: Mapping[str, Any]) -> None:
    state.turns.append(Turn("user", data["text"]))


def _question(state: State, data: Mapping[str, Any]) -> None:
    held = data["question"]
    choices = tuple(Choice(**one) for one in held["choices"])
    state.question = Question(**{**held, "choices": choices})


def _decided(state: State, data: Mapping[str, Any]) -> None:
    """Take an answer; the model is told in the same line, or a kill in between would ask twice."""
    state.question = None
    state.decided[data["key"]] = data["value"]
    if data["text"]:
        state.turns.append(Turn("user", data["text"]))
        state.finishing = False


def _moving(state: State, data: Mapping[str, Any]) -> None:
    state.moving = data["tree"]


def _moved(state: State, data: Mapping[str, Any]) -> None:
    state.undo = data["undo"]


_KINDS: Mapping[str, Callable[[State, Mapping[str, Any]], None]] = {
    "begun": _begun,
    "asked": _asked,
    "answered": _answered,
    "returned": _returned,
    "drifted": _drifted,
    "judged": _judged,
    "told": _told,
    "noted": _noted,
    "question": _question,
    "decided": _decided,
    "moving": _moving,
    "moved": _moved,
}
