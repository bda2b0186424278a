"""How long reading takes beside Ruff on the same tree in the same run: cold, and from the cache.

Both are started as programs of their own and the best of several runs counts. The ratios to Ruff
are of the wall clock and, behind it, of processor time, which says more on a busy machine.

    python benchmarks/read_projects_speed.py DIR… [--runs N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter

from backwright.project.files import read_tree

READ = "import pathlib, sys; from backwright.project import read_project; read_project(pathlib.Path(sys.argv[1]))"


def best(command: list[str], runs: int, **environment: str) -> tuple[float, float]:
    """Return the shortest wall-clock and processor time of several runs, in seconds."""
    walls: list[float] = []
    processors: list[float] = []
    for _ in range(runs):
        before, began = getrusage(RUSAGE_CHILDREN), perf_counter()
        subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False)
        walls.append(perf_counter() - began)
        after = getrusage(RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        processors.append(used)
    return min(walls), min(processors)


def main() -> None:
    """Print one line a project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    ruff = str(Path(sys.executable).with_name("ruff"))
    print(
        "| project | files | files/s | cold | x Ruff (processor) | from the cache | x Ruff (processor) |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for folder in options.folders:
        files = len(read_tree(folder.resolve()).python)
        check = [ruff, "check", "--no-cache", "--isolated", "--quiet", "--exit-zero", str(folder)]
        read = [sys.executable, "-c", READ, str(folder)]
        with tempfile.TemporaryDirectory() as kept:
            peer = best(check, options.runs)
            cold = best(read, options.runs, BACKWRIGHT_CACHE="off")
            best(read, 1, BACKWRIGHT_CACHE=kept)
            warm = best(read, options.runs, BACKWRIGHT_CACHE=kept)
        print(
            f"| {folder.name} | {files} | {files / cold[0]:.0f} | {cold[0]:.2f} s | {ratios(cold, peer)} "
            f"| {warm[0]:.2f} s | {ratios(warm, peer)} |"
        )


def ratios(ours: tuple[float, float], peer: tuple[float, float]) -> str:
    """Write how many times longer we took, by the wall clock and in processor time."""
    return f"{ours[0] / peer[0]:.1f} ({ours[1] / peer[1]:.1f})"


if __name__ == "__main__":
    main()
