"""The host's own type checker finds no error that it did not find before."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from backwright.host.folders import cache_folder
from backwright.host.process import Result
from backwright.host.process import run as run_program
from backwright.workshop.bench import Run, changed_python_files, tail
from backwright.workshop.registry import Outcome, check, failed, passed, skipped
from backwright.workshop.settings import mypy_targets, placeless, tables

_MYPY = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+)(?::\d+)?: error: (?P<text>.*)$", re.MULTILINE)
_SECONDS = 600.0

Errors = Counter[tuple[str, str]]


@check("types", order=60, after=("imports",))
def types(run: Run) -> Outcome:
    """Run mypy or Pyright on the changed copy, and on the unchanged one if there are errors."""
    if not changed_python_files(run.bench.changes):
        return skipped("the change has no Python files")
    found = tables(run.folder)
    tool = "mypy" if "mypy" in found else "pyright" if found & {"pyright", "basedpyright"} else ""
    if not tool:
        return skipped("the project has no type checker configured")
    argv = _program(run, tool)
    if not argv:
        return skipped(f"{tool} is configured, but not installed in {run.bench.environment.prefix}")
    targets = _targets(run, tool)
    errors, result = _errors(run, tool, argv, run.folder, targets)
    if result is None and not errors:
        return passed(f"{tool}: no errors")
    there = [target for target in targets if (run.unchanged() / target).exists()]
    before: Errors = Counter()
    before_too: Result | None = None
    if there or not targets:
        before, before_too = _errors(run, tool, argv, run.unchanged(), there)
    if result is not None:
        reason = f"{tool} could not run:\n{tail(result.output)}"
        return skipped(f"before, too, {reason}") if before_too else failed(reason)
    new = list((errors - before).elements())
    if new:
        shown = "\n".join(f"{file}: {text}" for file, text in new[:10])
        return failed(f"{tool} finds {len(new)} new errors:\n{shown}")
    return passed(f"{tool}: no new error ({errors.total()} as before)")


def _program(run: Run, tool: str) -> list[str]:
    """Return how to start the type checker; empty where it is not installed."""
    environment = run.bench.environment
    if environment.has(tool):
        return [str(environment.python), "-m", tool]
    if tool == "pyright" and (program := shutil.which("pyright")):
        return [program, "--pythonpath", str(environment.python)]
    return []


def _targets(run: Run, tool: str) -> tuple[str, ...]:
    """Return what to check where the settings do not say: the folders that the change is in."""
    if tool == "pyright" or mypy_targets(run.folder):
        return ()
    tops = {Path(path).parts[0] for path in changed_python_files(run.bench.changes)}
    return tuple(sorted(tops))


def _errors(
    run: Run, tool: str, argv: Sequence[str], folder: Path, targets: Sequence[str]
) -> tuple[Errors, Result | None]:
    """Return the errors in a copy, by file and text; or how the tool ended if it could not run."""
    if tool == "mypy":
        options = ["--no-error-summary", "--show-error-codes", "--no-pretty", "--no-color-output"]
        options.append(f"--cache-dir={_cache(run)}")
        if targets:
            options.append("--python-executable=" + str(run.bench.environment.python))
    else:
        options = ["--outputjson"]
    result = run_program(
        [*argv, *options, *targets],
        cwd=folder,
        env=run.bench.environment.variables({"NO_COLOR": "1"}),
        timeout=_SECONDS,
        limit=20_000_000,
        processes=run.processes,
    )
    if result.code not in (0, 1):
        return Counter(), result
    if tool == "mypy":
        _keep_cache(run)
        found = [
            (match["file"], placeless(match["text"])) for match in _MYPY.finditer(result.stdout)
        ]
        if not found and result.code == 1:
            return Counter(), result
        return Counter(found), None
    return Counter(_read_pyright(result.stdout, folder)), None


def _cache(run: Run) -> Path:
    """Return a mypy cache of this run's own, warm with what is known of the environment.

    What takes mypy long is the packages of the environment, which are the same for all its
    projects; a shared cache would not stand two runs at once.
    """
    private = run.bench.staging.scratch / "mypy"
    known = _known(run)
    if not private.exists() and known.is_dir():
        shutil.copytree(known, private)
    return private


def _keep_cache(run: Run) -> None:
    """Let later runs in this environment begin with what this one learnt, if none did before."""
    private, known = run.bench.staging.scratch / "mypy", _known(run)
    if known.exists() or not private.is_dir():
        return
    partial = known.with_name(f"{known.name}.{secrets.token_hex(4)}")
    shutil.copytree(private, partial)
    try:
        partial.rename(known)
    except OSError:  # another run was quicker
        shutil.rmtree(partial, ignore_errors=True)


def _known(run: Run) -> Path:
    """Return where mypy's knowledge of these packages is kept, whichever environment has them."""
    environment = run.bench.environment
    packages = sorted(environment.distributions().items())
    text = f"{environment.python.resolve()} {packages}"
    return cache_folder("mypy") / hashlib.sha256(text.encode()).hexdigest()[:20]


def _read_pyright(text: str, folder: Path) -> list[tuple[str, str]]:
    """Read Pyright's JSON."""
    diagnostics = json.loads(text or "{}").get("generalDiagnostics", [])
    return [
        (entry["file"].removeprefix(f"{folder.resolve()}/"), entry["message"])
        for entry in diagnostics
        if entry["severity"] == "error"
    ]
