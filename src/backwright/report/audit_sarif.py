"""An audit as SARIF 2.1.0, which code scanning shows beside the lines, and as GitHub annotations."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from urllib.parse import quote

from backwright import __version__
from backwright.report.audit_types import AuditReport, Finding, RuleEntry
from backwright.report.jsonable import Json

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


def sarif(report: AuditReport) -> str:
    """Return the findings as a SARIF log of one run."""
    names = [one.name for one in report.rules]
    seen: Counter[str] = Counter()
    results: list[Json] = []
    for one in report.findings:
        key = f"{one.rule}\0{one.file}\0{one.message}"
        seen[key] += 1
        results.append(_result(one, names.index(one.rule), f"{key}\0{seen[key]}"))
    log: dict[str, Json] = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "backwright",
                        "semanticVersion": __version__,
                        "rules": [_rule(one) for one in report.rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "%SRCROOT%": {"description": {"text": "The project's root folder."}}
                },
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(one: RuleEntry) -> Json:
    tags: list[Json] = ["security"] if one.item in {5, 6, 7} else ["correctness"]
    return {
        "id": one.name,
        "shortDescription": {"text": one.summary},
        "fullDescription": {"text": one.summary},
        "help": {"text": one.text, "markdown": f"```\n{one.text}\n```"},
        "defaultConfiguration": {"level": one.level},
        "properties": {"tags": tags, "item": one.item},
    }


def _result(one: Finding, rule: int, key: str) -> Json:
    return {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": one.level,
        "message": {"text": f"{one.message}\n\n{one.remedy}".strip()},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(one.file), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": max(1, one.line)},
                }
            }
        ],
        "partialFingerprints": {
            "backwright/v1": hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        },
    }


def workflow_commands(report: AuditReport) -> str:
    """Return the findings as workflow commands: GitHub shows each at its line."""
    lines = [
        f"::{_GITHUB[one.level]} file={_property(one.file)},line={max(1, one.line)},"
        f"title={_property(one.rule)}::{_data(f'{one.message}{chr(10)}{one.remedy}'.strip())}"
        for one in report.findings
    ]
    return "".join(f"{line}\n" for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
