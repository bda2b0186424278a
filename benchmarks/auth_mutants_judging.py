"""Judging the faults of `auth_mutants.py`: found, missed, or covered by what else stands there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Texts = dict[str, str]
Report = dict[str, Any]
_OPENED = (("anonymous", ("leak", "public")), ("other", ("leak", "public", "shared")))


def judged(report: dict[str, Any], operations: Sequence[str], clean: Report) -> tuple[str, str]:
    """Return whether a fault in some operations was found (in any, if none), and what was said."""
    if "checks" not in report:
        return "did not start", str(report.get("error"))[-200:]
    failures = [one for one in report["checks"] if one["verdict"] == "fail"]
    said = [f"{one['check']} {one['method']} {one['path']}" for one in failures]
    seen = {one for failure in failures for one in _operations(failure)}
    closed = _cells(clean, ("isolated",))
    for actor, cells in _OPENED:
        opened = {key for who, key in _cells(report, cells) & closed if who == actor}
        said += [f"{actor} gets {key}" for key in sorted(opened)]
        seen |= opened
    there = not operations or set(operations) & seen
    verdict = "found" if there and said else "elsewhere" if said else "missed"
    return verdict, "; ".join(said[:4])


def _operations(one: dict[str, Any]) -> tuple[str, ...]:
    return (f"{one['method']} {one['path']}", *one.get("also", ()))


def _cells(report: dict[str, Any], kinds: Sequence[str]) -> set[tuple[str, str]]:
    cells = (one for one in report.get("matrix", ()) if one["cell"] in kinds)
    return {(one["actor"], f"{one['method']} {one['path']}") for one in cells}


def covering(
    one: tuple[Texts, Sequence[str]],
    others: Iterable[tuple[str, Texts]],
    clean: Report,
    text_of: Callable[[str], str],
    probed_with: Callable[[Texts], Report],
) -> str:
    """Return the name of the fault that a missed one needs to open anything; empty if there is none.

    Args:
        one: the files of the missed fault, and the endpoints that its code serves.
        others: the names and the files of the other faults near it.
        clean: what the probe says without a fault.
        text_of: gives a file without a fault.
        probed_with: asks the probe with some files.
    """
    for name, other in others:
        texts = both(one[0], other, text_of)
        together = probed_with(texts) if texts else {}
        if judged(together, one[1], clean)[0] != "found":
            continue
        if effects(together, one[1]) != effects(probed_with(other), one[1]):
            return name
    return ""


def both(one: Mapping[str, str], other: Mapping[str, str], text_of: Callable[[str], str]) -> Texts:
    """Return the files with two faults; none if they are at one place."""
    texts = {**one, **other}
    for path in set(one) & set(other):
        clean = text_of(path)
        first, last = sorted([_span(clean, one[path]), _span(clean, other[path])])
        if first[1] > last[0]:
            return {}
        between = clean[first[1] : last[0]]
        texts[path] = clean[: first[0]] + first[2] + between + last[2] + clean[last[1] :]
    return texts


def _span(old: str, new: str) -> tuple[int, int, str]:
    """Return where two texts differ in the old one, and what stands there in the new one."""
    start = _alike(old, new)
    end = _alike(old[start:][::-1], new[start:][::-1])
    return start, len(old) - end, new[start : len(new) - end]


def _alike(one: str, other: str) -> int:
    """Return how many letters two texts have in common at their beginnings."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def effects(report: Report, operations: Sequence[str]) -> set[tuple[str, ...]]:
    """Return what a probe saw at some operations, but for keys and times."""
    seen = [
        (one["check"], operation, one["verdict"], _constant(one["why"]))
        for one in report.get("checks", ())
        for operation in _operations(one)
    ]
    seen += [
        (one["actor"], f"{one['method']} {one['path']}", one["cell"], _constant(one["why"]))
        for one in report.get("matrix", ())
    ]
    return {one for one in seen if not operations or one[1] in operations}


def _constant(text: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", text)


def table(hosts: Iterable[str], lines: Sequence[dict[str, Any]]) -> str:
    """Return how many of each kind were found in each host."""
    kinds = list(
        dict.fromkeys(str(one["kind"]).partition(":")[0] for one in lines if "kind" in one)
    )
    rows = [f"| host | {' | '.join(kinds)} | without a fault |", "|" + " --- |" * (len(kinds) + 2)]
    for host in hosts:
        mine = [one for one in lines if one["name"].startswith(f"{host} ")]
        if not mine:
            continue
        counts = Counter((str(one.get("kind")).partition(":")[0], one["verdict"]) for one in mine)
        cells = []
        for kind in kinds:
            count = sum(n for (k, _), n in counts.items() if k == kind)
            more = f", {counts[kind, 'covered']} covered" if counts[kind, "covered"] else ""
            cells.append(f"{counts[kind, 'found']} of {count}{more}")
        clean = next((one["verdict"] for one in mine if "kind" not in one), "not tried")
        rows.append(f"| {host} | {' | '.join(cells)} | {clean} |")
    return "\n".join(rows)
