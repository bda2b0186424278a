"""Installing what a project names: as it is pinned, and less strictly where that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from backwright.host.process import run
from backwright.host.requirements import Requirements, name_of

SECONDS = 900.0
_LOOSENED = 16
_BINARY_TWINS = {"psycopg2": "psycopg2-binary"}
_UNBUILDABLE = re.compile(
    r"(?:Failed to (?:download and )?build|Failed building wheel for|Could not build wheels for"
    r"|error: metadata-generation-failed[\s\S]*?╰─>)\s+`?([A-Za-z0-9][\w.-]*)"
)
# Of two pins that do not fit together the one gives way that the other's package decides.
_CONFLICT = re.compile(r"\bdepends on\s+([A-Za-z0-9][\w.-]*)")


def install(argv: Sequence[str], lines: tuple[str, ...], pins: tuple[str, ...], work: Path) -> str:
    """Install requirements; return what was said if it failed, else nothing.

    A version from years ago may have no wheel for this interpreter, and not build either; and two
    pins may not fit together. Then the pin of that package alone is loosened to "at least", and its
    binary twin taken if it has one, so that the rest stays as the project wants it.
    """
    wanted, limits = work / "wanted.txt", work / "pins.txt"
    for _ in range(_LOOSENED):
        wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
        limits.write_text("\n".join(pins) + "\n", encoding="utf-8")
        done = run([*argv, "-r", str(wanted), "-c", str(limits)], cwd=work, timeout=SECONDS)
        if done.ok:
            return ""
        name = _in_the_way(done.output, lines)
        looser = tuple(_loosened(line, name) for line in lines)
        looser_pins = tuple(pin for pin in pins if name_of(pin) != name)
        if (looser, looser_pins) == (lines, pins):  # then it is left out, and missed or not
            looser = tuple(line for line in lines if name_of(line) != name)
        if not name or (looser, looser_pins) == (lines, pins):
            return done.output
        lines, pins = looser, looser_pins
    return done.output


def _in_the_way(said: str, lines: Sequence[str]) -> str:
    """Return the package that keeps the others from being installed; nothing if none is named."""
    if found := _UNBUILDABLE.search(said):
        return name_of(found[1])
    pinned = {name_of(line) for line in lines if re.search(r"[=<>~]", line)}
    named = (name_of(name) for name in _CONFLICT.findall(said))
    return next((name for name in named if name in pinned), "")


def _loosened(line: str, name: str) -> str:
    """Return a requirement with its exact version as a lower bound, or its binary twin."""
    if name_of(line) != name:
        return line
    if "==" in line and "*" not in line:
        return line.replace("===", ">=").replace("==", ">=")
    twin = _BINARY_TWINS.get(name)
    if twin:
        return line.replace(line[: len(name)], twin, 1)
    requirement, semicolon, marker = line.partition(";")
    return re.sub(r"\s*[<>~!][^\]]*$", "", requirement) + semicolon + marker


def attempts(
    needs: Requirements, local: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield what to install and under which pins: all of it first, then with less."""
    compatible = tuple(_compatible(line) for line in needs.needed)
    attempts = [
        ((*needs.needed, *needs.wished, *local), (*needs.pins, *needs.periods)),
        ((*needs.needed, *needs.wished, *local), needs.periods),
        ((*needs.needed, *local), (*needs.pins, *needs.periods)),
        ((*needs.needed, *local), needs.periods),
        ((*needs.needed, *local), ()),
        ((*compatible, *local), ()),
    ]
    yield from dict.fromkeys(attempts)


def _compatible(line: str) -> str:
    """Let an exact version be any later one of the same major number.

    Versions from years ago may install and still not run on this interpreter.
    """
    found = re.search(r"==\s*(\d+)((?:\.\d+)*)(?![\w.*])", line)
    if not found:
        return line
    wider = f">={found[1]}{found[2]},<{int(found[1]) + 1}"
    return line[: found.start()] + wider + line[found.end() :]
