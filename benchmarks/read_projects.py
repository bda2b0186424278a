"""Compare what is read of real projects with what they are when they run.

`read_projects.toml` names the projects. Each is cloned (or found) under `--samples`, gets an
environment of its own, and its application is imported there by `read_projects_dump.py`, with
made-up settings, as an unprivileged user and without a network. Recall and precision are over
method and path, tables, and columns; each endpoint and table that was missed (or is not there)
must stand under `unresolved`.

    python benchmarks/read_projects.py --samples DIR [NAME…] [--markdown FILE] [--dumps DIR]

With `--dumps`, what a program said of itself is kept there, so that the reader alone can be
tried again; it is asked anew when the sample or the dumping script is another.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from read_projects_compare import KINDS, compare
from read_projects_explain import unexplained

from backwright.project import read_project

HERE = Path(__file__).parent
MARK = "@@DUMP@@"
SECONDS = 240
SHOWN = 12
HEAD = (
    *("project", "endpoints", "found", "tables", "found", *KINDS[2:]),
    *("misses explained", "unresolved"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One project: where it comes from, how it is installed, and what is imported.

    One without a repository is an installed package: it is read as it lies in its environment.
    """

    name: str
    repository: str
    package: str
    commit: str
    folder: str
    apps: tuple[str, ...]
    python: str
    requirements: tuple[str, ...]
    environment: dict[str, str]
    replace: tuple[tuple[str, str], ...]
    folders: tuple[str, ...]


def read_samples() -> list[Sample]:
    """Return the projects of `read_projects.toml`."""
    data = tomllib.loads((HERE / "read_projects.toml").read_text())
    common = data.get("environment", {})
    return [
        Sample(
            name=name,
            repository=one.get("repository", ""),
            package=one.get("package", ""),
            commit=one.get("commit", ""),
            folder=one.get("folder", ""),
            apps=tuple(one["apps"]),
            python=one.get("python", "3.12"),
            requirements=tuple(one["requirements"]),
            environment={**common, **one.get("environment", {})},
            replace=tuple((old, new) for old, new in one.get("replace", [])),
            folders=tuple(one.get("folders", [])),
        )
        for name, one in data["samples"].items()
    ]


def checkout(sample: Sample, samples: Path, environments: Path) -> Path:
    """Return the project's folder, cloned (or copied out of its environment) if not there."""
    target = samples / sample.name
    if sample.package and not target.exists():
        python = interpreter(sample, samples, environments)
        installed = next(python.parent.parent.glob(f"lib/*/site-packages/{sample.package}"))
        shutil.copytree(installed, target / sample.package)
    elif not target.exists():
        subprocess.run(["git", "clone", "-q", sample.repository, str(target)], check=True)
        if sample.commit:
            subprocess.run(["git", "checkout", "-q", sample.commit], cwd=target, check=True)
    return target


def interpreter(sample: Sample, source: Path, environments: Path) -> Path:
    """Return the Python of the sample's own environment, made with uv if it is not there."""
    folder = environments / sample.name
    python = folder / "bin" / "python"
    if (folder / ".complete").exists():
        return python
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    subprocess.run(
        [uv, "venv", "-q", "--clear", "--python", sample.python, str(folder)], check=True
    )
    install = [uv, "pip", "install", "-q", "--python", str(python), *sample.requirements]
    ours = {**os.environ, "UV_NO_CONFIG": "1"}  # packages come from where ours come from
    subprocess.run(install, cwd=source / sample.folder, check=True, env=ours)
    (folder / ".complete").touch()
    return python


def rewrite(folder: Path, pairs: tuple[tuple[str, str], ...]) -> None:
    """Put newer syntax into words that the installed interpreter reads (in the copy only)."""
    for file in sorted(folder.rglob("*.py")) if pairs else []:
        text = file.read_text()
        for old, new in pairs:
            text = text.replace(old, new)
        file.write_text(text)


def sandbox(scratch: Path, environment: Path) -> list[str]:
    """Return the bubblewrap command that only `scratch` can be written in, without a network.

    Imported applications are foreign code, so there is no way around it.
    """
    return [
        *("bwrap", "--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"),
        *("--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--new-session"),
        *("--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
        *("--tmpfs", "/run", "--tmpfs", "/tmp"),
        *("--ro-bind", str(environment), str(environment)),
        *("--bind", str(scratch), str(scratch)),
    ]


def run(sample: Sample, source: Path, python: Path) -> dict[str, object]:
    """Import the applications in a copy of the project, without a network, and return the dump.

    Raises `RuntimeError` with the end of the output if that fails.
    """
    with tempfile.TemporaryDirectory(prefix="sample-") as scratch:
        place = Path(scratch) / "project"
        shutil.copytree(source, place, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        shutil.copy(HERE / "read_projects_dump.py", scratch)
        rewrite(place / sample.folder, sample.replace)
        for folder in sample.folders:
            (place / folder).mkdir(parents=True, exist_ok=True)
        variables = {"HOME": scratch, "PYTHONPATH": ".", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [str(python), str(Path(scratch) / "read_projects_dump.py"), *sample.apps]
        done = subprocess.run(
            [*sandbox(Path(scratch), python.parent.parent), "--", *command],
            cwd=place / sample.folder,
            env={"PATH": os.environ["PATH"], **variables, **sample.environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    if MARK not in done.stdout:
        raise RuntimeError((done.stderr or done.stdout)[-1500:])
    answer: dict[str, object] = json.loads(done.stdout.rpartition(MARK)[2])
    return answer


def told(sample: Sample, source: Path, environments: Path, kept: Path | None) -> dict[str, object]:
    """Return what the running program says of itself, or said before if that is kept.

    Raises `RuntimeError` or `SubprocessError` if it cannot be asked.
    """
    if kept is None:
        return run(sample, source, interpreter(sample, source, environments))
    script = (HERE / "read_projects_dump.py").read_bytes()
    digest = hashlib.sha256(repr(sample).encode() + script).hexdigest()[:12]
    file = kept / f"{sample.name}-{digest}.json"
    if not file.exists():
        dump = run(sample, source, interpreter(sample, source, environments))
        kept.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(dump))
    answer: dict[str, object] = json.loads(file.read_text())
    return answer


def main() -> int:
    """Compare the samples and print a table; a sample below 99%, or a miss unexplained, makes the exit code 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--samples", type=_absolute, required=True)
    parser.add_argument("--environments", type=_absolute)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--dumps", type=_absolute)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rows: list[str] = []
    good = True
    for sample in read_samples():
        if options.names and sample.name not in options.names:
            continue
        row, fine = _row(sample, options)
        rows.append(row)
        good = good and fine
        print(row, flush=True)
    head = "\n".join(["| " + " | ".join(HEAD) + " |", "| --- " * len(HEAD) + "|"])
    if options.markdown:
        options.markdown.write_text("\n".join([head, *rows]) + "\n")
    return 0 if good else 1


def _absolute(path: str) -> Path:
    """Take a folder of the command line from here, since the commands run elsewhere."""
    return Path(path).absolute()


def _tell(what: str, names: tuple[str, ...]) -> None:
    for name in names[:SHOWN]:
        print(f"    {what}: {name}")


def _row(sample: Sample, options: argparse.Namespace) -> tuple[str, bool]:
    environments = options.environments or options.samples.parent / "envs"
    source = checkout(sample, options.samples, environments)
    began = perf_counter()
    project = read_project(source)
    seconds = perf_counter() - began
    try:
        dump = told(sample, source, environments, options.dumps)
    except (RuntimeError, subprocess.SubprocessError) as error:
        return f"| {sample.name} | not run: {str(error)[-300:]} |", False
    scores = compare(project, dump, sample.apps)
    if options.verbose:
        for kind, one in scores.items():
            _tell(f"missing {kind}", one.missing)
            _tell(f"invented {kind}", one.invented)
        for place in project.unresolved:
            print(f"    ? {place.file}:{place.line} {place.why}")
    missed = {
        f"{how} {kind}": getattr(scores[kind], how)
        for kind in KINDS[:2]
        for how in ("missing", "invented")
    }
    bare = unexplained(project, source, sample.folder, missed, dump)
    count = sum(map(len, missed.values()))
    _tell("not explained", tuple(bare))
    shares = [
        share for kind in KINDS[:2] for share in (scores[kind].recall, scores[kind].precision)
    ]
    cells = [
        f"{len(dump['routes'])}",  # type: ignore[arg-type]
        f"{shares[0]:.1%} / {shares[1]:.1%}",
        f"{len(dump['tables'])}",  # type: ignore[arg-type]
        f"{shares[2]:.1%} / {shares[3]:.1%}",
        *(f"{scores[kind].recall:.1%} / {scores[kind].precision:.1%}" for kind in KINDS[2:]),
        f"{count - len(bare)} of {count}" if count else "-",
        f"{len(project.unresolved)}",
    ]
    print(f"{sample.name}: read in {seconds:.2f} s", file=sys.stderr)
    return f"| {sample.name} | " + " | ".join(cells) + " |", min(shares) >= 0.99 and not bare


if __name__ == "__main__":
    sys.exit(main())
