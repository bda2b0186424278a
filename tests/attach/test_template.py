"""The template of what stands around an API: its own tests pass, types and lint are clean, and
two workers of it count in one Redis."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from backwright.host.redis import find_redis, redis
from backwright.host.server import serve
from backwright.transfer.grow.template import template_root

BIN = Path(sys.executable).parent
TESTS = "tests/test_cors.py tests/test_rate_limit.py"
CODE = f"app/main.py app/config.py app/keys.py app/rate_limit.py {TESTS} tests/conftest.py"


@pytest.fixture
def edge(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(template_root("edge"), tmp_path / "edge", ignore=ignored))


@pytest.mark.parametrize("program", [f"ruff check {CODE}", "mypy", f"pytest {TESTS}"])
def test_template(edge: Path, program: str) -> None:
    name, *words = program.split()
    done = subprocess.run(
        [BIN / name, *words], cwd=edge, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(find_redis() is None, reason="there is no redis-server on this machine")
def test_workers_count_together_while_redis_answers(edge: Path) -> None:
    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "uvicorn", "app.main:app", "--port", str(port)]

    with contextlib.ExitStack() as stack:
        port = stack.enter_context(redis())
        told = {"RATE_LIMIT_STORAGE": f"redis://127.0.0.1:{port}/0", "RATE_LIMIT": "9/hour"}
        with contextlib.ExitStack() as workers:
            urls = [
                workers.enter_context(serve(command, cwd=edge, env={**os.environ, **told})).url
                for _ in range(2)
            ]
            answers = [httpx.get(f"{url}/items", trust_env=False) for url in urls * 6]
            left = [int(one.headers["ratelimit-remaining"]) for one in answers]
            assert left == sorted(left, reverse=True)
            assert left[0] - left[2] == 2  # the other worker's request counts
            assert [answers[0].status_code, answers[-1].status_code] == [200, 429]
            stack.close()  # Redis is gone: each worker counts by itself, and the API stays up
            alone = [httpx.get(f"{url}/items", trust_env=False) for url in urls]
            assert [one.status_code for one in alone] == [200, 200]
            assert [one.headers["ratelimit-remaining"] for one in alone] == ["8", "8"]
