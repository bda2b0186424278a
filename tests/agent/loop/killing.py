"""Killing a run at each step, and going on: a program, so that what is killed is a whole process.

    python -m tests.agent.loop.killing FOLDER [--every N] [--from N]

For each line of the transcript the run is killed by SIGKILL when half of the line is written (so that
what it speaks of was done), and right after it. Then it goes on in another process. What is left of each is
printed as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.agent.loop.scripted import QuickJudge, Step, bash, edit, project, read, scripted

from backwright.agent.loop import places, session
from backwright.agent.loop.places import Needs
from backwright.agent.loop.session import ModelTask, work
from backwright.agent.loop.transcript import Transcript, read_transcript
from backwright.host.environment import inspect_prefix
from backwright.report.events import silence
from backwright.tasks.host_facts import HostFacts
from backwright.tasks.questions import Answers
from backwright.workshop import history

STEPS: list[Step] = [
    [read("main.py"), read("notes.txt")],
    # Done twice, or half, each of these would show.
    [
        bash(
            "sleep 300 & echo second >>notes.txt; echo $(($(cat count 2>/dev/null || echo 0) + 1)) >count"
        )
    ],
    [edit("main.py", '"hello"', '"hello" + "!"'), bash("mv count counted; echo third >>notes.txt")],
    "QUESTION: Which name?\n- a: short\n- b: long",
    [("Write", {"path": "names.txt", "text": "a\n"}), bash("cat names.txt >>notes.txt")],
    "GET / is done.",
]
EXPECTED = {
    "notes.txt": "first\nsecond\nthird\na\n",
    "counted": "1\n",
    "names.txt": "a\n",
}
ANSWERS = Answers({"model-1": "a"})
WHEN = ("half", "after")


def patch() -> None:
    """Leave out what is no matter of kills: finding an environment, and the real judge."""
    environment = inspect_prefix(Path(sys.prefix), "venv")
    assert environment is not None
    session.judge_inside = lambda *_, **__: QuickJudge()  # type: ignore[assignment]
    session.engine = lambda: None  # type: ignore[assignment,return-value]
    session.where.needs_of = lambda *_: Needs(environment, HostFacts("main:app"), {})  # type: ignore[arg-type,assignment]
    session.where.tools_site = lambda at, *_: places.Site(at.work)  # type: ignore[assignment]


def kill_at(line: int, when: str) -> None:
    """Have this process killed at a line of the transcript."""
    write = Transcript.append

    def append(self: Transcript, kind: str, **data: Any) -> Any:
        if len(self.records) != line:
            return write(self, kind, **data)
        if when == "half":
            with self.path.open("ab") as file:
                file.write(b'{"n": 3, "time": "20')
            os.kill(os.getpid(), signal.SIGKILL)
        write(self, kind, **data)
        return os.kill(os.getpid(), signal.SIGKILL)

    Transcript.append = append  # type: ignore[method-assign]


def apart(work: Callable[[], object]) -> int:
    """Do something in a process of its own; return how that ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(70)
    return os.waitpid(child, 0)[1]


def one(root: Path, line: int, when: str) -> dict[str, Any]:
    """Kill a run once, go on until it ends, and tell what is left."""

    def begin() -> None:
        kill_at(line, when)
        work(ModelTask(root, "greet", answers=ANSWERS), silence, scripted(STEPS))

    def go_on() -> None:
        task = ModelTask(root, resume=run, answers=ANSWERS)
        work(task, silence, scripted(STEPS))

    earlier = begun_runs()
    ended = [apart(begin)]
    runs = sorted(begun_runs() - earlier)  # two of one second have their names in any order
    run = runs[-1].name if runs else ""
    if os.WIFSIGNALED(ended[0]) and not is_over(runs):
        ended.append(apart(go_on))
    records = read_transcript(runs[-1] / "transcript.jsonl") if runs else ()
    return {
        "line": line,
        "when": when,
        "killed": os.WIFSIGNALED(ended[0]),
        "codes": [os.waitstatus_to_exitcode(code) for code in ended],
        "kinds": [record.kind for record in records],
        "files": {p.name: p.read_text() for p in root.iterdir() if p.is_file()},
        "changes": len(history(root)),
        "left": left_running(runs[-1] if runs else root),
    }


def begun_runs() -> set[Path]:
    """Return the folders of all runs that have a transcript."""
    return {path.parent for path in places.cache_folder("runs").glob("*/transcript.jsonl")}


def is_over(runs: list[Path]) -> bool:
    """Tell whether the last run had written its last line."""
    lines = (runs[-1] / "transcript.jsonl").read_text().splitlines() if runs else []
    return bool(lines) and '"kind": "ended"' in lines[-1]


def left_running(folder: Path) -> list[str]:
    """Return the processes that have to do with a run, once they had time to end."""
    until = time.monotonic() + 10
    while found := list(_processes(folder)):
        if time.monotonic() > until:
            return found
        time.sleep(0.05)
    return []


def _processes(folder: Path) -> list[str]:
    """Return the processes that work in a folder or name it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            inside = str((entry / "cwd").readlink()).startswith(str(folder))
        except OSError:
            continue
        if entry.name != str(os.getpid()) and (inside or str(folder) in line):
            found.append(line)
    return found


def main() -> None:
    """Kill at every line, or at every Nth."""
    folder = Path(sys.argv[1])
    every, point = (
        int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else usual
        for name, usual in (("--every", 1), ("--from", 0))
    )
    os.environ["BACKWRIGHT_CACHE"] = str(folder / "cache")
    patch()
    while True:
        line, when = divmod(point, len(WHEN))
        told = one(project(folder / f"greeter-{point}"), line, WHEN[when])
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.stdout.flush()
        if not told["killed"]:
            return
        point += every


if __name__ == "__main__":
    main()
