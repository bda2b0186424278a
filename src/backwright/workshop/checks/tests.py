"""The host's tests give the result that they gave before, and the new ones pass."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from backwright.host.process import Result
from backwright.workshop.bench import Bench, Run, tail
from backwright.workshop.checks.imports import error_before
from backwright.workshop.registry import Outcome, check, failed, passed, skipped
from backwright.workshop.settings import workers
from backwright.workshop.staging import Staging

_NO_TESTS = 5  # pytest.ExitCode.NO_TESTS_COLLECTED
Verdict = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Case:
    """One test in pytest's JUnit report."""

    file: str
    name: str
    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What pytest said of a run; `cases` is empty when it could not even start."""

    cases: Mapping[str, Case]
    result: Result

    def with_verdict(self, verdict: Verdict) -> list[str]:
        """Return the keys of the tests that ended so."""
        return [key for key, case in self.cases.items() if case.verdict == verdict]


@check("tests", order=50, after=("imports", "migrations"))
def tests(run: Run) -> Outcome:
    """Run the host's tests after the change; before it too, if any of the old ones fails."""
    bench = run.bench
    if bench.test_folder is None and not bench.new_tests:
        return skipped("the project has no tests")
    if not bench.environment.has("pytest"):
        return skipped(f"pytest is not installed in {bench.environment.prefix}")
    after = _run_tests(run, run.folder)
    if not after.cases and after.result.code != _NO_TESTS and not after.result.timed_out:
        reason = _why_nothing_ran(after.result, bench.test_seconds)
        before = _run_tests(run, run.unchanged())
        stands = before.with_verdict("passed") or not (bench.app and error_before(run, bench.app))
        return failed(reason) if before.cases and stands else skipped(f"before, too, {reason}")
    if after.result.code == _NO_TESTS and not bench.new_tests:
        return skipped("pytest finds no tests in the project")
    if not after.cases or after.result.timed_out:
        return failed(_why_nothing_ran(after.result, bench.test_seconds))
    new = {
        key
        for key, case in after.cases.items()
        if case.file in bench.new_tests and is_added(run.unchanged(), case)
    }
    bad = after.with_verdict("failed")
    if bench.new_tests and (wrong := _wrong_with_new(run, after, new)):
        return wrong
    excused: list[str] = []
    if bad:
        if ours := _blamed_on_us(run, after, bad):
            return failed(_shown(after, ours, "that passed before the change fail now"))
        excused = bad
        if not after.with_verdict("passed"):
            return skipped(f"before, too, no test passes: {_summary(after, new, excused)}")
    return passed(_summary(after, new, excused))


def _wrong_with_new(run: Run, after: Report, new: set[str]) -> Outcome | None:
    """Say what is wrong with the tests that the change brings; nothing where they pass."""
    broken = [key for key in after.with_verdict("failed") if key in new]
    if ours := _blamed_on_us(run, after, broken) if broken else []:
        reason = _shown(after, ours, "of the new tests fail")
        if _none_passes(run, after, new):
            return skipped(f"before, too, no test passes; {reason}")
        return failed(reason)
    if any(after.cases[key].verdict == "passed" for key in new):
        return None
    there_before = all((run.unchanged() / path).is_file() for path in run.bench.new_tests)
    if not new and there_before:  # tests that were there were changed, and none added
        return None
    if broken:
        return skipped(_shown(after, broken, "could not run before the change either"))
    reason = f"none of the new tests in {', '.join(run.bench.new_tests)} ran"
    app = run.bench.app
    if app and (error := error_before(run, app)):
        return skipped(f"{reason}: {app} cannot be imported before the change either: {error}")
    return failed(f"{reason}:\n{tail(after.result.output)}")


def _none_passes(run: Run, after: Report, new: set[str]) -> bool:
    """Tell whether no test passes, nor did one before: what they need is not here."""
    if after.with_verdict("passed") or not set(after.cases) - new:
        return False
    return not _run_tests(run, run.unchanged()).with_verdict("passed")


def is_added(original: Path, case: Case) -> bool:
    """Tell whether a test is none that the project had before, by the original's source."""
    file = original / case.file
    if not file.is_file():
        return True
    name = re.escape(case.name.partition("[")[0])
    text = file.read_text(encoding="utf-8", errors="replace")
    return re.search(rf"^\s*(?:async )?def {name}\(", text, re.MULTILINE) is None


def failed_cases(staging: Staging, start: str) -> list[Case]:
    """Return the tests that failed in the last run on the changed copy; `start` as in the bench."""
    cases = _read_junit(_junit(staging, "changed"), start).values()
    return [case for case in cases if case.verdict == "failed"]


def _junit(staging: Staging, name: str) -> Path:
    return staging.scratch / f"junit-{name}.xml"


def _blamed_on_us(run: Run, after: Report, bad: list[str]) -> list[str]:
    """Return those failures that the unchanged project does not have.

    The files with failures are tried by themselves first; the whole suite only if that does not
    excuse all of them, since a test may fail for what another file leaves behind.
    """
    files = {after.cases[key].file for key in bad}
    there = tuple(sorted(file for file in files if (run.unchanged() / file).is_file()))
    for targets in (there, ()) if there else ((),):
        before = set(_run_tests(run, run.unchanged(), targets).with_verdict("failed"))
        bad = [key for key in bad if key not in before]
        if not bad:
            break
    return bad


def _run_tests(run: Run, folder: Path, only: tuple[str, ...] = ()) -> Report:
    """Run pytest in a copy of the project, on a migrated database of its own."""
    bench = run.bench
    name = "changed" if folder == run.folder else "unchanged"
    report = _junit(bench.staging, name)
    report.unlink(missing_ok=True)
    start = folder / bench.test_run_folder
    arguments = ["-m", "pytest", f"--rootdir={start}", f"--junitxml={report}"]
    arguments += ["-o", "junit_family=xunit1"]
    arguments.append("--continue-on-collection-errors")  # one file that cannot be read is not all
    arguments += ["-o", "junit_logging=no", "-p", "no:cacheprovider", "--color=no", "--tb=short"]
    if bench.environment.has("pytest_cov"):
        arguments.append("--no-cov")
    if bench.environment.has("xdist"):
        arguments += workers(folder)
    targets = [bench.test_folder] if bench.test_folder else []
    outside = [
        path
        for path in bench.new_tests
        if bench.test_folder is None or not _is_within(path, bench.test_folder)
    ]
    targets += [path for path in outside if (folder / path).exists()]
    database = run.databases.migrated("tests")
    run.databases.add_companion(database)
    result = run.python(
        *arguments,
        *(os.path.relpath(folder / path, start) for path in (only or targets)),
        database=database,
        folder=folder,
        start=bench.test_run_folder,
        timeout=bench.test_seconds,
    )
    return Report(_read_junit(report, bench.test_run_folder), result)


def last_report(bench: Bench) -> Report:
    """Return what came of the last run of the tests on the changed copy; no cases without one."""
    done = Result((), None, "", "", 0.0)
    return Report(_read_junit(_junit(bench.staging, "changed"), bench.test_run_folder), done)


def _is_within(path: str, folder: str) -> bool:
    return folder == "." or Path(path).is_relative_to(folder)


def _read_junit(path: Path, start: str) -> dict[str, Case]:
    """Read pytest's JUnit report (family xunit1, which names the file); none if there is none.

    The files come out relative to the project, of which `start` is the folder to run in.
    """
    if not path.exists():
        return {}
    cases: dict[str, Case] = {}
    for element in ET.parse(path).getroot().iter("testcase"):  # noqa: S314 - our own pytest wrote it
        children = {child.tag: child for child in element}
        bad = children.get("failure", children.get("error"))
        verdict: Verdict = "passed"
        if bad is not None:
            verdict = "failed"
        elif "skipped" in children:
            verdict = "skipped"
        file, name = element.get("file", ""), element.get("name", "")
        file = os.path.normpath(Path(start, file)) if file else file
        key = f"{file}::{element.get('classname', '')}::{name}"
        message = "" if bad is None else bad.text or bad.get("message") or ""
        known = cases.get(key)  # a test that fails in its teardown is listed twice
        if known is None or verdict == "failed":
            cases[key] = Case(file, name, verdict, message)
    return cases


def _why_nothing_ran(result: Result, seconds: float) -> str:
    """Say why pytest gave no result."""
    if result.timed_out:
        return f"the tests took longer than {seconds:.0f} s:\n{tail(result.output)}"
    if result.code == _NO_TESTS:
        return "pytest found no tests"
    return f"pytest could not run:\n{tail(result.output)}"


def _shown(report: Report, keys: list[str], what: str) -> str:
    """Describe failures: how many, which, and the first one's own words."""
    names = ", ".join(f"{report.cases[key].file}::{report.cases[key].name}" for key in keys[:5])
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return f"{len(keys)} {what}: {names}{more}\n{tail(report.cases[keys[0]].message)}"


def _summary(report: Report, new: set[str], excused: list[str]) -> str:
    """Say how many passed, how many of them are new, and which failed before already.

    A test with parameters counts once for each of them, among all and among the new ones.
    """
    parts = [f"{len(report.with_verdict('passed'))} passed"]
    if passed_new := new & set(report.with_verdict("passed")):
        whole = len(passed_new) == len(report.with_verdict("passed"))
        parts[0] += "" if whole else f", {len(passed_new)} of them new"
    if count := len(report.with_verdict("skipped")):
        parts.append(f"{count} skipped by the project")
    if excused:
        names = ", ".join(report.cases[key].name for key in excused[:5])
        parts.append(f"{len(excused)} failed before the change too ({names})")
    return ", ".join(parts)
