"""`backwright do --model` from the command line, through the real client of a provider's protocol."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.agent.loop.scripted import bash, edit, project, read
from tests.agent.loop.server import Server, serving

FILMS = Path(__file__).parents[2] / "hosts" / "flat" / "before"
needs_bubblewrap = pytest.mark.skipif(not shutil.which("bwrap"), reason="there is no bubblewrap")
ENDPOINT = textwrap.dedent('''
    @app.get("/films/{film_id}/title")
    def read_title(film_id: int, session: SessionDep) -> str:
        """Return the title of a film."""
        film = session.get(Film, film_id)
        if not film:
            raise HTTPException(status_code=404, detail="Film not found")
        return film.title


    ''').lstrip()
PROOF = textwrap.dedent("""
    cat >>test_main.py <<'END'


    def test_read_title(client: TestClient):
        film = client.post("/films", json={"title": "Totoro", "year": 1988}).json()
        assert client.get(f"/films/{film['id']}/title").json() == "Totoro"
        assert client.get("/films/77/title").status_code == 404
    END
    """)
DELETE = '@app.delete("/films/{film_id}")\n'


def run(
    root: Path, *words: str, server: Server | None = None, more: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Run the command; return its exit code and its document."""
    told = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "KEY-OF-THE-USER"} if server else {}
    variables = {**os.environ, **told, **(more or {})}
    done = subprocess.run(
        [sys.executable, "-m", "backwright", "do", "--project", str(root), "--json", "--quiet", *words],
        capture_output=True, text=True, check=False, env=variables,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A copy of the films."""
    return Path(shutil.copytree(FILMS, tmp_path / "films"))


@pytest.mark.slow
@needs_bubblewrap
def test_a_whole_delegation(films: Path, tmp_path: Path) -> None:
    steps = [
        [bash("backwright inspect --json | head -c 200; env"), read("main.py")],
        [edit("main.py", DELETE, ENDPOINT + DELETE), bash(PROOF)],
        "Added GET /films/{film_id}/title in main.py, with 1 new test.",
    ]
    with serving(steps) as server:
        code, document = run(films, "titles", "--model", "openai-chat:mine", server=server)
    assert code == 0, document
    assert {one["verdict"] for one in document["verified"]} <= {"pass", "skipped"}
    verdicts = {one["check"]: one["verdict"] for one in document["verified"]}
    for check in ("imports", "starts", "tests", "kept-tests", "wired", "checklist", "probe"):
        assert verdicts[check] == "pass", document
    assert "9 tests passed, 1 of them new" in document["summary"]
    assert document["usage"]["requests"] == 3
    assert document["usage"]["tokens_in"] == 300
    assert document["boundary"] is True
    assert "read_title" in (films / "main.py").read_text()
    assert {one["function"]["name"] for one in server.asked[0]["tools"]} == {
        "Read", "Write", "Edit", "Bash", "Glob", "Grep",
    }  # fmt: skip
    assert "KEY-OF-THE-USER" not in server.heard()
    assert '\\"command\\": \\"inspect\\"' in server.heard()
    transcript = Path(document["transcript"]["file"])
    assert "KEY-OF-THE-USER" not in transcript.read_text()
    shown = subprocess.run(
        [sys.executable, "-m", "backwright", "agent", "transcript", document["run"], "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(shown.stdout)["attested"] is True
    again, _ = run(films, "--resume", document["run"])
    assert again == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x", "--model", "qwen3"], "names no provider"),
        (["x", "--model", "nobody:qwen3"], "cannot be used"),
        (["x", "--model", "openai-chat:"], "names no provider"),
        (["x", "--max-requests", "3"], "needs --model"),
        (["x", "--run-commands-of-the-model-without-a-boundary"], "needs --model"),
        (["x", "--model", "test:x", "--max-cost", "cheap"], "is no amount of dollars"),
        (["x", "--model", "test:x", "--max-cost", "-1"], "is no amount of dollars"),
        (["--resume", "20990101-000000-abcdef"], "there is no run"),
        (["x", "--resume", "20990101-000000-abcdef"], "has its task already"),
        ([], "there is no task"),
    ],
)
def test_wrong_words(tmp_path: Path, words: list[str], message: str) -> None:
    code, document = run(project(tmp_path / "greeter"), *words)
    assert code == 2
    assert message in document["error"]["message"]
    assert document["error"]["remedy"] or "cannot be used" in message


def test_without_the_extra_it_is_told_how_to_get_it(tmp_path: Path) -> None:
    """The libraries are hidden by a module of their name that cannot be imported."""
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "pydantic_ai.py").write_text("raise ImportError('not installed')\n")
    code, document = run(
        project(tmp_path / "greeter"), "x", "--model", "ollama:qwen3",
        more={"PYTHONPATH": str(tmp_path / "hidden")},
    )  # fmt: skip
    assert code == 2
    assert document["error"]["remedy"] == "pip install 'backwright[agent]'"


def test_a_model_that_does_not_answer_is_missing(tmp_path: Path) -> None:
    root = project(tmp_path / "greeter")
    with serving(["x"]) as server:
        pass
    code, document = run(root, "x", "--model", "openai-chat:mine", server=server)
    assert code == 5
    assert "cannot be asked" in document["error"]["message"]
    assert document["run"] in document["error"]["remedy"]


def test_where_there_is_no_boundary_there_is_no_run(tmp_path: Path) -> None:
    root = project(tmp_path / "greeter")
    nothing = {"PATH": str(tmp_path)}
    with serving([[bash("touch made")], "Done."]) as server:
        code, document = run(root, "x", "--model", "openai-chat:mine", server=server, more=nothing)
        assert code == 5
        assert "--run-commands-of-the-model-without-a-boundary" in document["error"]["remedy"]
    assert server.asked == []
