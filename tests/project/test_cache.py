"""A kept reading is given again while nothing changes, and never when something did."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.project import cache, read_project, reading
from backwright.project.files import read_tree
from backwright.project.types import Project

APP = "from fastapi import FastAPI\n\napp = FastAPI()\napp.add_api_route('{}', print)\n"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(tmp_path / "kept"))
    root = tmp_path / "host"
    root.mkdir()
    (root / "main.py").write_text(APP.format("/a"))
    return root


def test_a_reading_is_given_again(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_project(host)
    monkeypatch.setattr(reading, "read", lambda _: pytest.fail("it was read again"))
    assert read_project(host) == first


def test_a_kept_reading_loads_no_interpreter(host: Path) -> None:
    read_project(host)
    code = (
        "import sys, pathlib; from backwright.project import read_project;"
        f"print(len(read_project(pathlib.Path({str(host)!r})).endpoints));"
        "print([one for one in sys.modules if one.startswith('backwright.project.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found, loaded = done.stdout.splitlines()
    assert found == "1"
    assert not any(name in loaded for name in ("interpret", "reading", "ownership"))


def test_a_change_of_content_is_seen(host: Path) -> None:
    read_project(host)
    before = (host / "main.py").stat()
    (host / "main.py").write_text(APP.format("/b"))
    import os

    os.utime(host / "main.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [one.path for one in read_project(host).endpoints] == ["/b"]


def test_a_new_configuration_file_is_seen(host: Path) -> None:
    name = cache.key(read_tree(host))
    (host / ".env").write_text("A=1\n")
    assert cache.key(read_tree(host)) != name


def test_a_change_of_loaded_data_is_seen(host: Path) -> None:
    loading = (
        "import json\nfrom pathlib import Path\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    )
    loading += "path = json.loads((Path(__file__).parent / 'paths.json').read_text())['path']\n"
    (host / "main.py").write_text(loading + "@app.get(path)\ndef read(): ...\n")
    for path in ("/a", "/b", "/b"):
        (host / "paths.json").write_text(f'{{"path": "{path}"}}')
        assert [one.path for one in read_project(host).endpoints] == [path]


@pytest.mark.parametrize(
    "content", [b"", b"no pickle", pickle.dumps(print), pickle.dumps({"a": 1})]
)
def test_a_spoilt_entry_is_read_anew(host: Path, content: bytes) -> None:
    project = read_project(host)
    folder = cache.folder()
    assert folder is not None
    (folder / f"{cache.key(read_tree(host))}.pickle").write_bytes(content)
    assert read_project(host) == project


def test_a_folder_that_cannot_be_written(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (host.parent / "file").write_text("")
    monkeypatch.setenv("BACKWRIGHT_CACHE", str(host.parent / "file" / "inside"))
    assert isinstance(read_project(host), Project)


def test_only_so_many_are_kept(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT", 3)
    for index in range(5):
        (host / "main.py").write_text(APP.format(f"/{index}"))
        read_project(host)
    folder = cache.folder()
    assert folder is not None
    assert len(list(folder.glob("*.pickle"))) == 3
