"""A probe as a JUnit file, which every CI shows."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from backwright.report.probe_types import AREAS, ProbeCheck, ProbeReport

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: ProbeReport) -> str:
    """Return a test suite for each area, a test case for each check."""
    root = ElementTree.Element("testsuites", name="backwright probe", time=str(report.seconds))
    for area in AREAS:
        checks = [one for one in report.checks if one.area == area]
        failed = sum(one.verdict == "fail" for one in checks)
        skipped = sum(one.verdict == "skipped" for one in checks)
        suite = ElementTree.SubElement(
            root, "testsuite", name=area, tests=str(len(checks)), failures=str(failed),
            skipped=str(skipped), errors="0",
        )  # fmt: skip
        for one in checks:
            _case(suite, one)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _case(suite: ElementTree.Element, one: ProbeCheck) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"probe.{one.area}",
        name=_clean(f"{one.check} {one.method} {one.path}"),
    )  # fmt: skip
    if one.file:
        case.set("file", one.file)
        case.set("line", str(one.line))
    if one.verdict == "fail":
        text = f"expected: {one.expected}\ngot: {one.got}\n{one.curl}"
        ElementTree.SubElement(case, "failure", message=_clean(one.why)).text = _clean(text)
    elif one.verdict == "skipped":
        ElementTree.SubElement(case, "skipped", message=_clean(one.why))


def _clean(text: str) -> str:
    """Return text without what XML cannot hold."""
    return _NOT_XML.sub("�", text)
