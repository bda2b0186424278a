"""Endpoints of accounts that are not wanted leave nothing behind that only they needed."""

import ast
import itertools
import subprocess
import sys
from pathlib import Path

from backwright.transfer.draft import Draft
from backwright.transfer.grow.template import template_root
from backwright.transfer.guarding.leaving_out import OPTIONAL, without

MODULES = ("security", "auth", "routes/auth")


def test_every_choice_of_endpoints(tmp_path: Path) -> None:
    gate = Draft(template_root("gate"))
    sizes = range(len(OPTIONAL) + 1)
    choices = [one for size in sizes for one in itertools.combinations(OPTIONAL, size)]
    for number, gone in enumerate(choices):
        for name in MODULES:
            code = without(gate.text(f"app/{name}.py"), frozenset(gone))
            (tmp_path / f"{number}_{name.replace('/', '_')}.py").write_text(code)
            if name == "routes/auth":
                assert not {one.replace("-", "_") for one in gone} & _functions(code)
    words = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F"]
    done = subprocess.run([*words, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def _functions(code: str) -> set[str]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name for node in ast.parse(code).body if isinstance(node, kinds)}
