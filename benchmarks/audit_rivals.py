"""How many of the planted faults Ruff, Bandit and Semgrep find, and how long they take, beside the audit.

    python benchmarks/audit_rivals.py [--bandit CMD] [--semgrep CMD --rules FOLDER] [--speed PROJECT…]

Each tool reads all mutants of `audit_mutants.py` at once, each a folder with one module, and the clean
projects beside them. A fault is found by a tool that says something of the mutant which it does not say
of the clean project, whatever it is. `--rules` is a folder of Semgrep's rules (the `python` and
`generic/secrets` folders of semgrep/semgrep-rules). `--speed` names projects that the audit and Ruff read, cold.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ["BACKWRIGHT_CACHE"] = "off"

from audit_mutants import audited, told
from probe_planting import Mutant, mutants_of
from probe_projects import FOLDER, clean

from backwright.tasks.tidy import ruff_program

Said = dict[str, Counter[str]]  # what a tool says, by the folder that it says it of
_RUFF = "S,B,ASYNC,FAST,BLE,PGH,PLE,PLW,TRY,RUF"


def main() -> None:
    """Print a line for each kind of fault, and the sums."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bandit")
    parser.add_argument("--semgrep")
    parser.add_argument("--rules")
    parser.add_argument("--speed", nargs="*", default=[])
    parser.add_argument("--without-audit", action="store_true", help="only the other tools")
    words = parser.parse_args()
    tools: dict[str, Callable[[Path], Said]] = {"ruff": _ruff}
    if words.bandit:
        tools["bandit"] = lambda folder: _bandit(shlex.split(words.bandit), folder)
    if words.semgrep:
        tools["semgrep"] = lambda folder: _semgrep(
            shlex.split(words.semgrep), words.rules or "auto", folder
        )
    names = sorted(one.name for one in FOLDER.iterdir() if (one / "mutants.toml").is_file())
    mutants = [one for name in names for one in mutants_of(name)]
    with tempfile.TemporaryDirectory() as folder:
        found = _others(Path(folder), names, mutants, tools)
    if not words.without_audit:
        before = {name: told(audited(clean(name).text)) for name in names}
        for one in mutants:
            found["backwright"][one.kind] += bool(told(audited(one.text)) - before[one.project])
    _print(found, Counter(one.kind for one in mutants))
    for project in words.speed:
        _speed(Path(project))


def _others(
    root: Path, names: Sequence[str], mutants: Sequence[Mutant],
    tools: dict[str, Callable[[Path], Said]],
) -> dict[str, Counter[str]]:  # fmt: skip
    """Return how many faults of each kind the other tools find."""
    for name in names:
        _write(root, f"clean-{name}", clean(name).text)
    for number, one in enumerate(mutants):
        _write(root, f"mutant-{number}", one.text)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for tool, run in tools.items():
        began = time.monotonic()
        said = run(root)
        print(f"{tool}: {time.monotonic() - began:.1f} s for {len(mutants)} modules", flush=True)
        for number, one in enumerate(mutants):
            new = said.get(f"mutant-{number}", Counter()) - said.get(
                f"clean-{one.project}", Counter()
            )
            found[tool][one.kind] += bool(new)
    return found


def _print(found: dict[str, Counter[str]], kinds: Counter[str]) -> None:
    tools = sorted(found, key=lambda one: one != "backwright")
    print(f"{'kind':45} {'all':>4} " + " ".join(f"{one:>10}" for one in tools))
    for kind, count in sorted(kinds.items()):
        print(f"{kind:45} {count:4} " + " ".join(f"{found[one][kind]:10}" for one in tools))
    sums = " ".join(f"{found[one].total():10}" for one in tools)
    print(f"{'all':45} {kinds.total():4} {sums}")


def _write(root: Path, name: str, text: str) -> None:
    (root / name).mkdir()
    (root / name / "main.py").write_text(text, encoding="utf-8")


def _ruff(root: Path) -> Said:
    argv = [str(ruff_program()), "check", "--isolated", "--no-cache", "--exit-zero", "--preview"]
    shown = _run([*argv, "--select", _RUFF, "--output-format", "json", "."], root)
    return _by_folder(
        root, [(one["filename"], f"{one['code']} {one['message']}") for one in json.loads(shown)]
    )


def _bandit(command: Sequence[str], root: Path) -> Said:
    shown = _run([*command, "-q", "-r", ".", "-f", "json"], root)
    results = json.loads(shown)["results"]
    return _by_folder(
        root, [(one["filename"], f"{one['test_id']} {one['issue_text']}") for one in results]
    )


def _semgrep(command: Sequence[str], rules: str, root: Path) -> Said:
    argv = [
        *command,
        "scan",
        "--metrics",
        "off",
        "--disable-version-check",
        "--no-git-ignore",
        "--quiet",
    ]
    configs = [part for one in rules.split(",") for part in ("--config", one)]
    shown = _run([*argv, *configs, "--json", "."], root)
    results = json.loads(shown)["results"]
    return _by_folder(root, [(one["path"], one["check_id"].rpartition(".")[2]) for one in results])


def _run(argv: Sequence[str], root: Path) -> str:
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise SystemExit(f"{argv[0]} said nothing: {done.stderr[-2000:]}")
    return done.stdout


def _by_folder(root: Path, said: Sequence[tuple[str, str]]) -> Said:
    found: Said = defaultdict(Counter)
    for path, text in said:
        file = Path(path)
        relative = file.relative_to(root.resolve()) if file.is_absolute() else file
        found[relative.parts[0]][text] += 1
    return found


def _speed(project: Path) -> None:
    """Print how long the audit and Ruff take for one project, each in a process of its own."""
    audit = [
        sys.executable,
        "-m",
        "backwright",
        "audit",
        "--project",
        str(project),
        "--quiet",
        "--json",
    ]
    ruff = [
        str(ruff_program()),
        "check",
        "--isolated",
        "--no-cache",
        "--exit-zero",
        "--quiet",
        "--select",
        "ALL",
    ]
    files = sum(1 for _ in project.rglob("*.py"))
    times = {name: _seconds(argv, project) for name, argv in (("audit", audit), ("ruff", ruff))}
    ratio = times["audit"] / times["ruff"]
    print(
        f"{project.name}: {files} files, audit {times['audit']:.2f} s, "
        f"ruff {times['ruff']:.2f} s, {ratio:.0f} times"
    )


def _seconds(argv: Sequence[str], folder: Path) -> float:
    """Return the CPU time of the best of three runs: other programs are on the machine, too."""
    best = float("inf")
    for _ in range(3):
        before = os.times()
        subprocess.run(argv, cwd=folder, capture_output=True, check=False)
        after = os.times()
        used = after.children_user - before.children_user
        best = min(best, used + after.children_system - before.children_system)
    return best


if __name__ == "__main__":
    main()
