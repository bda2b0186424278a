"""The host's own linters and formatters complain no more than before about the files we wrote."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from backwright.host.process import Result
from backwright.host.process import run as run_program
from backwright.workshop.bench import Run, changed_python_files, existed_before, tail
from backwright.workshop.registry import Outcome, check, failed, passed, skipped
from backwright.workshop.settings import formatters, placeless, tables

_LINE = re.compile(
    r"^(?:\./)?(?P<file>[^:\n]+?):(?P<line>\d+):(?:\d+:)?\s*(?P<text>.+)$", re.MULTILINE
)
_CLASS = re.compile(r"\bClass `?\w+`? ")
_NOT_FORMATTED = "not formatted"
_UNFORMATTED = re.compile(r"^(?:would reformat|Would reformat:|ERROR:)\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Tool:
    """A linter or formatter: the module to run and the arguments before the files."""

    name: str
    module: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What a tool says of a file, without its line, which an edit above it moves."""

    file: str
    text: str


@check("lint", order=15)
def lint(run: Run) -> Outcome:
    """Run each configured linter and formatter on the files of the change."""
    files = changed_python_files(run.bench.changes)
    if not files:
        return skipped("the change has no Python files")
    tools = _configured(run.folder)
    if not tools:
        return skipped("the project has no linter configured")
    absent = [tool.name for tool in tools if not _program(run, tool)]
    existed = existed_before(run.bench.changes, files)
    ran, told = [], list[str]()
    for tool in tools:
        if tool.name in absent:
            continue
        complaints, result = _complaints(run, tool, run.folder, _looked_at(run, tool, files))
        if result is not None:
            reason = f"{tool.name} could not run:\n{tail(result.output)}"
            _, before_too = _complaints(run, tool, run.unchanged(), _any_python(run.unchanged()))
            return skipped(f"before, too, {reason}") if before_too else failed(reason)
        if complaints:
            before, _ = _complaints(run, tool, run.unchanged(), existed)
            new = list((complaints - before).elements())
            lived = {(one.file, _kind(one.text)) for one in before if one.text != _NOT_FORMATTED}
            known = [one for one in new if one in before or _names_a_class(one, lived)]
            own = _of_its_kind(run, tool, [one for one in new if one.file not in existed])
            unlike = [one for one in new if one.file in existed or one.text not in own]
            if unlike := [one for one in unlike if one not in known]:
                return failed(_shown(tool.name, unlike))
            own = tuple(sorted({*own, *(one.text for one in known)}))
            told += [f"{tool.name} says {one} as of the project's own files" for one in own]
        ran.append(tool.name)
    if not ran:
        return skipped(f"{', '.join(absent)}: configured, but not installed")
    without = f"; {', '.join(absent)} configured, but not installed" if absent else ""
    if told:  # the first line is what a terminal shows: it must not promise more than is so
        kinds = f"{', '.join(ran)}: no new kind of complaint in {len(files)} files{without}"
        return passed("\n".join([kinds, *told]))
    return passed(f"{', '.join(ran)}: no new complaints in {len(files)} files{without}")


def _looked_at(run: Run, tool: _Tool, files: Sequence[str]) -> Sequence[str]:
    """Return the files that a tool looks at by itself: Ruff takes any that is named, `include` or not."""
    if tool.module != "ruff":
        return files
    argv = [*_program(run, tool), "check", "--show-files", "--no-cache", "."]
    result = run_program(argv, cwd=run.folder, timeout=120, processes=run.processes)
    if not result.ok:
        return files
    own = {_relative(line.strip(), run.folder) for line in result.stdout.splitlines()}
    return [file for file in files if file in own]


def _of_its_kind(run: Run, tool: _Tool, new: Sequence[_Complaint]) -> tuple[str, ...]:
    """Return what a tool says of new files and, before the change, of others beside them.

    A new file is written as those beside it are; what the team lives with there is no reason to
    refuse it.
    """
    folders = {str(PurePosixPath(one.file).parent) for one in new}
    beside = [
        path.relative_to(run.unchanged()).as_posix()
        for folder in sorted(folders)
        for path in sorted((run.unchanged() / folder).glob("*.py"))
    ]
    there, _ = _complaints(run, tool, run.unchanged(), beside)
    kinds = {_kind(one.text) for one in there} - {_NOT_FORMATTED}
    return tuple(sorted({one.text for one in new if _kind(one.text) in kinds}))


def _names_a_class(one: _Complaint, lived: Collection[tuple[str, str]]) -> bool:
    """Tell whether a complaint is of how a class is declared, as of others of the same file.

    A choice is declared as its neighbours are: `class Color(str, Enum)`.
    """
    return _CLASS.search(one.text) is not None and (one.file, _kind(one.text)) in lived


def _kind(text: str) -> str:
    """Return a complaint without its numbers, such as how long a line is, and its class's name."""
    return _CLASS.sub("Class ", re.sub(r"\d+(?= )|(?<=> )\d+", "", text))


def _any_python(folder: Path) -> tuple[str, ...]:
    """Return one Python file of a copy, to try a tool on."""
    return tuple(path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*.py"))[:1])


def _configured(folder: Path) -> tuple[_Tool, ...]:
    """Return the tools that the project has settings for, or runs in its own scripts."""
    found = tables(folder)
    tools: list[_Tool] = []
    if "ruff" in found:
        arguments = ("check", "--no-cache", "--no-fix", "--force-exclude", "--output-format=json")
        tools.append(_Tool("ruff", "ruff", arguments))
    formatting = formatters(folder)
    if "ruff" in formatting:
        options = ("format", "--check", "--no-cache", "--force-exclude")
        tools.append(_Tool("ruff format", "ruff", options))
    if "black" in formatting:
        tools.append(_Tool("black", "black", ("--check", "--quiet", "--verbose")))
    if "isort" in found:
        tools.append(_Tool("isort", "isort", ("--check-only", "--filter-files")))
    if "flake8" in found:
        tools.append(_Tool("flake8", "flake8", ()))
    return tuple(tools)


def _program(run: Run, tool: _Tool) -> list[str]:
    """Return how to start a tool: the host's own; Ruff also ours. Empty where there is none."""
    environment = run.bench.environment
    if environment.has(tool.module):
        return [str(environment.python), "-m", tool.module]
    return [sys.executable, "-m", "ruff"] if tool.module == "ruff" else []


def _complaints(
    run: Run, tool: _Tool, folder: Path, files: Sequence[str]
) -> tuple[Counter[_Complaint], Result | None]:
    """Run a tool on files of a copy; return what it says, or how it ended if it could not run."""
    if not files:
        return Counter(), None
    environment = run.bench.environment.variables({"NO_COLOR": "1"})
    argv = [*_program(run, tool), *tool.arguments, *files]
    result = run_program(argv, cwd=folder, env=environment, timeout=120, processes=run.processes)
    if result.code not in (0, 1):
        return Counter(), result
    if "--output-format=json" in tool.arguments:
        return Counter(_read_ruff(result.stdout, folder)), None
    if tool.name == "flake8":
        found = (
            _Complaint(match["file"], placeless(match["text"]))
            for match in _LINE.finditer(result.stdout)
        )
        return Counter(found), None
    names = _UNFORMATTED.findall(result.output) if result.code == 1 else []
    return Counter(_Complaint(_relative(name, folder), _NOT_FORMATTED) for name in names), None


def _read_ruff(text: str, folder: Path) -> list[_Complaint]:
    """Read Ruff's JSON."""
    return [
        _Complaint(
            _relative(entry["filename"], folder),
            placeless(f"{entry['code'] or 'syntax'} {entry['message']}"),
        )
        for entry in json.loads(text or "[]")
    ]


def _relative(name: str, folder: Path) -> str:
    """Return a file's path relative to the copy that it lies in."""
    path = Path(name)
    if not path.is_absolute():
        return path.as_posix()
    resolved, base = path.resolve(), folder.resolve()
    return resolved.relative_to(base).as_posix() if resolved.is_relative_to(base) else name


def _shown(tool: str, complaints: Sequence[_Complaint]) -> str:
    """Describe new complaints."""
    lines = [f"{item.file}: {item.text}" for item in complaints[:10]]
    more = f"\nand {len(complaints) - 10} more" if len(complaints) > 10 else ""
    return f"{tool} has {len(complaints)} new complaints:\n" + "\n".join(lines) + more
