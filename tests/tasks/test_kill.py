"""SIGKILL at fifty instants of `add resource`: the tree is as it was or as it should be."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backwright.tasks.house import Features, house_draft

pytestmark = pytest.mark.slow
WORDS = ("Country", "name:str:1..80:unique", "labels:many:Label")
KEPT_TESTS = ("conftest.py", "database.py", "factories.py", "helpers.py", "test_labels.py")
DURING, AT_THE_END = 25, 25


def snapshot(folder: Path) -> dict[str, bytes]:
    """The user's files; our own journal and the environment are not among them."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".backwright", ".venv", "__pycache__"} & set(path.parts)
    }


def without_time(tree: dict[str, bytes]) -> dict[str, bytes]:
    """A migration's name and text tell when it was written and its random revision."""
    return {
        path: content
        for path, content in tree.items()
        if not path.startswith("migrations/versions/")
    }


def start(project: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "backwright", "add", "resource", *WORDS]
    return subprocess.Popen(
        command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose own tests are few, so that fifty runs take minutes."""
    folder = tmp_path_factory.mktemp("original") / "project"
    house_draft(Features(auth=False, database="sqlite")).write_into(folder)
    for file in (folder / "tests").glob("*.py"):
        if file.name not in KEPT_TESTS and not file.name.startswith("__"):
            file.unlink()
    return folder


@pytest.fixture(scope="module")
def finished(original: Path) -> tuple[dict[str, bytes], float]:
    """The tree as it should be, and how long that takes."""
    project = original.with_name("finished")
    shutil.copytree(original, project)
    assert start(project).wait() == 0  # makes the environment, which later runs have
    shutil.rmtree(project)
    shutil.copytree(original, project)
    began = time.monotonic()
    assert start(project).wait() == 0
    return snapshot(project), time.monotonic() - began


def kill_and_look(
    original: Path, finished: dict[str, bytes], delay: float, *, at_the_end: bool
) -> str:
    project = original.with_name("killed")
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(original, project)
    process = start(project)
    assert process.stderr is not None
    if at_the_end:
        for line in process.stderr:
            if "moving the files over" in line:
                break
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()
    listed = [sys.executable, "-m", "backwright", "history"]
    subprocess.run(listed, cwd=project, check=True, capture_output=True)
    tree = snapshot(project)
    if tree == snapshot(original):
        return "before"
    assert without_time(tree) == without_time(finished)
    assert len(tree) == len(finished)
    return "after"


def test_fifty_instants(original: Path, finished: tuple[dict[str, bytes], float]) -> None:
    tree, seconds = finished
    seen = [
        kill_and_look(original, tree, seconds * i / DURING, at_the_end=False) for i in range(DURING)
    ]
    seen += [kill_and_look(original, tree, 0.004 * i, at_the_end=True) for i in range(AT_THE_END)]
    assert set(seen) == {"before", "after"}
    project = original.with_name("killed")
    assert start(project).wait() == 0
    assert without_time(snapshot(project)) == without_time(tree)
