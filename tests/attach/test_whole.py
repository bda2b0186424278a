"""The whole way: a host gets CORS and a limit, each proved live, and undo gives back every byte."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOSTS = Path(__file__).parent / "hosts"


def backwright(*words: str) -> tuple[int, dict]:
    done = subprocess.run(
        [sys.executable, "-m", "backwright", *words, "--json"],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def contents(root: Path) -> dict[str, bytes]:
    left_out = (".backwright", "__pycache__")
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not any(part in left_out for part in path.parts)
    }


@pytest.mark.slow
def test_cors_and_limits(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    root = Path(shutil.copytree(HOSTS / "factory" / "before", tmp_path / "tides", ignore=ignored))
    before = contents(root)
    at = ("--project", str(root))
    limit = ("add", "rate-limit", "--limit", "30/minute", "--by", "user", "--storage", "redis", *at)
    cors = ("add", "cors", "--origin", "https://app.example.com", *at)
    for words in (cors, limit):
        code, report = backwright(*words)
        assert code == 0, report
        verdicts = {one["check"]: one["verdict"] for one in report["verified"]}
        assert verdicts["tests"] == "pass"
        assert verdicts["cors" if words is cors else "rate limit"] == "pass"
        code, again = backwright(*words)
        assert (code, again["files"]) == (0, [])
    assert verdicts["shared limit"] in ("pass", "skipped")
    for _ in range(2):
        assert backwright("undo", *at)[0] == 0
    assert contents(root) == before
