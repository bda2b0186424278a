"""The project's list of what it requires, and repairs of it."""

from __future__ import annotations

import re

from backwright.doctor.evidence import Evidence
from backwright.report.doctor_types import Repair


def is_required(evidence: Evidence, distribution: str) -> bool:
    """Tell whether the project names a distribution among its requirements."""
    name = re.split(r"[\[<>=]", distribution)[0]
    pattern = re.compile(rf"(?im)(^|[\"'\s]){re.escape(name)}\s*($|[\[<>=~!;\"'\s])")
    return any(
        pattern.search(evidence.sources.text(one))
        for one in evidence.sources.configuration
        if one.endswith((".txt", "pyproject.toml", "Pipfile", "setup.py", "setup.cfg"))
    )


def required(evidence: Evidence, distribution: str) -> tuple[Repair, ...]:
    """Return the repair that adds a line to `requirements.txt`, where that is what there is."""
    for file in evidence.sources.configuration:
        if file.rpartition("/")[2] == "requirements.txt":
            text = evidence.sources.text(file)
            if text.encode() == (evidence.project.root / file).read_bytes():
                end = "" if text.endswith("\n") or not text else "\n"
                return (Repair(file, text, f"{text}{end}{distribution}\n"),)
    return ()
