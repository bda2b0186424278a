"""Models that follow a script, and a small project for them; nothing here asks anybody anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from backwright.agent.loop.evidence import Baseline, Evidence
from backwright.agent.loop.judge import Scope
from backwright.agent.loop.models import Asking
from backwright.values import Check
from backwright.workshop import ChangeSet

MAIN = '''"""An API of one endpoint."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read_root() -> str:
    """Greet."""
    return "hello"
'''
Step = str | Sequence[tuple[str, dict[str, Any]]]


def project(folder: Path) -> Path:
    """Write the project."""
    folder.mkdir(parents=True)
    (folder / "main.py").write_text(MAIN)
    (folder / "notes.txt").write_text("first\n")
    (folder / "requirements.txt").write_text("fastapi\n")
    return folder


def answer(step: Step, number: int) -> ModelResponse:
    """Return what a model answers in one step."""
    if isinstance(step, str):
        return ModelResponse([TextPart(step)])
    calls = [
        ToolCallPart(tool, arguments, tool_call_id=f"call-{number}-{n}")
        for n, (tool, arguments) in enumerate(step)
    ]
    return ModelResponse(calls)


def scripted(steps: Sequence[Step], heard: Callable[[str], object] = lambda _: None) -> Asking:
    """Return a model that goes by a script; at its end it repeats the last step."""

    def say(messages: list[ModelMessage], _: AgentInfo) -> ModelResponse:
        for part in messages[-1].parts:
            heard(str(getattr(part, "content", "")))
        done = sum(isinstance(one, ModelResponse) for one in messages)
        return answer(steps[min(done, len(steps) - 1)], done)

    return Asking(FunctionModel(say), "script:test")


def edit(path: str, old: str, new: str) -> tuple[str, dict[str, Any]]:
    """Return a call of Edit."""
    return "Edit", {"edits": [{"path": path, "old": old, "new": new}]}


def bash(command: str) -> tuple[str, dict[str, Any]]:
    """Return a call of Bash."""
    return "Bash", {"command": command}


def read(path: str) -> tuple[str, dict[str, Any]]:
    """Return a call of Read."""
    return "Read", {"path": path}


class QuickJudge:
    """A judge by the text of the change alone, for tests of what is made of a judgement."""

    def __init__(self) -> None:
        """Have judged nothing."""
        self.judged: list[tuple[ChangeSet, Scope]] = []

    def __call__(self, changes: ChangeSet, baseline: Baseline, scope: Scope) -> Evidence:
        """Fail what has a word in it."""
        self.judged.append((changes, scope))
        after = b"".join(edit.after or b"" for edit in changes.edits).decode()
        gone = any(edit.after is None for edit in changes.edits)
        checks = (
            Check("imports", "fail" if "BUG" in after else "pass", 0.0, "BUG is there"),
            Check("nothing-lost", "fail" if gone else "pass", 0.0, "a file is gone"),
            Check("tests", "skipped" if "UNPROVED" in after else "pass", 0.0, "cannot run"),
        )
        if scope == "probe":
            checks = (Check("probe", "pass", 0.0, "asked"),)
        return Evidence(
            checks=checks,
            endpoints=(("GET", "/"),),
            files=("main.py",),
            passed=3,
            baseline=Baseline(("t",), ("p",) if scope != "quick" else baseline.probe),
            may_be_overruled=("nothing-lost",) if gone else (),
            whole=scope != "quick",
        )
