"""How a host tests is learnt from fixtures that a new file of tests knows."""

from pathlib import Path

import pytest

from backwright.tasks.probe_tests import style_in

CLIENT = "    return TestClient(app)\n"
TEST = "def test_one({name}):\n    assert {name}\n"


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("@pytest.fixture\ndef api():\n", "api"),
        ('@pytest.fixture(name="client")\ndef client_fixture():\n', "client"),
    ],
)
def test_fixture_of_a_conftest(tmp_path: Path, head: str, name: str) -> None:
    files = {"tests/conftest.py": head + CLIENT, "tests/test_a.py": TEST.format(name=name)}
    root = written(tmp_path, files)
    assert style_in(root, "tests", "app.main:app", "tests").client == name
    assert style_in(root, "tests", "app.main:app", "tests").app == ""


def test_fixtures_that_other_files_do_not_know(tmp_path: Path) -> None:
    head = "@pytest.fixture\ndef api():\n" + CLIENT
    files = {
        "tests/a/conftest.py": head,
        "tests/a/test_a.py": TEST.format(name="api"),
        "tests/test_b.py": head + TEST.format(name="api"),
    }
    root = written(tmp_path, files)
    assert style_in(root, "tests", "app.main:app", "tests/a").client == "api"
    assert style_in(root, "tests", "app.main:app", "tests").app == "app.main:app"
