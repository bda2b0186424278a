"""Staging copies: what comes along, what does not, and that nothing leads back into the tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.workshop.trees import BEFORE, change, snapshot

from backwright.errors import UsageError
from backwright.workshop import staging as staging_module
from backwright.workshop.changeset import ChangeSet, FileEdit
from backwright.workshop.staging import LARGE_FILE, import_roots, prepare


def put(path: Path, text: str = "x\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_copy_is_the_project_without_what_a_run_does_not_need(tree: Path) -> None:
    for name in (".git/HEAD", ".venv/pyvenv.cfg", "odd-name/pyvenv.cfg", "web/node_modules/a.js"):
        put(tree / name)
    put(tree / "app/__pycache__/main.cpython-311.pyc")
    put(tree / ".env", "SECRET_KEY=1\n")
    os.truncate(put(tree / "data/big.bin"), LARGE_FILE + 1)
    os.mkfifo(tree / "pipe")
    before = snapshot(tree / "app")
    with prepare(tree) as staging:
        copied = {
            path.relative_to(staging.folder).as_posix()
            for path in staging.folder.rglob("*")
            if path.is_file()
        }
        assert copied == {*BEFORE, ".env"}
        assert staging.left_out == ("data/big.bin",)
        original = (tree / "app/main.py").stat()
        found = (staging.folder / "app/main.py").stat()
        assert (found.st_mode, found.st_mtime_ns) == (original.st_mode, original.st_mtime_ns)
        scratch = staging.scratch
    assert not scratch.exists()
    assert snapshot(tree / "app") == before


def test_a_change_is_written_into_the_copy_alone(tree: Path) -> None:
    before = snapshot(tree)
    with prepare(tree) as staging:
        staging.apply(change())
        assert (staging.folder / "app/main.py").read_bytes() == b"app = 2\n"
        assert not (staging.folder / "old.txt").exists()
    assert snapshot(tree) == before


def test_links_stay_links_and_none_leads_back_into_the_tree(tree: Path, tmp_path: Path) -> None:
    outside = put(tmp_path / "outside/shared.py", "1\n")
    (tree / "inside.py").symlink_to("app/main.py")
    (tree / "absolute.py").symlink_to(tree / "app/main.py")
    (tree / "out").symlink_to("../outside")
    (tree / "app/loop").symlink_to("..")
    with prepare(tree) as staging:
        for name in ("inside.py", "absolute.py"):
            assert (staging.folder / name).is_symlink()
            assert (staging.folder / name).resolve() == staging.folder / "app/main.py"
        assert (staging.folder / "out").is_symlink()
        assert (staging.folder / "out/shared.py").read_text() == "1\n"
        with pytest.raises(UsageError, match="outside"):
            staging.apply(ChangeSet((FileEdit("out/shared.py", b"1\n", b"2\n"),)))
    assert outside.read_text() == "1\n"


def test_a_project_in_a_monorepo_keeps_its_surroundings(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    put(repository / ".env", "DATABASE_URL=x\n")
    put(repository / "frontend/index.html")
    put(repository / "libs/shared/pyproject.toml", '[project]\nname = "shared"\nversion = "1"\n')
    put(repository / "libs/shared/shared/__init__.py")
    put(repository / "libs/other/other.py")
    put(
        repository / "services/api/pyproject.toml",
        '[project]\nname = "api"\nversion = "1"\ndependencies = ["shared"]\n'
        '[tool.uv.sources]\nshared = {path = "../../libs/shared", editable = true}\n',
    )
    put(repository / "services/api/app/main.py")
    with prepare(repository / "services/api") as staging:
        folder = staging.folder
        assert (folder / "app/main.py").exists()
        assert (folder / "../../.env").read_text() == "DATABASE_URL=x\n"
        assert (folder / "../../libs/shared/shared/__init__.py").exists()
        assert not (folder / "../../libs/other").exists()
        assert not (folder / "../../frontend").exists()


def test_what_is_deleted_while_it_is_copied_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    put(tmp_path / "repository/service/app/main.py")
    doomed = [put(tmp_path / f"repository/{name}") for name in ("a.s", "service/b.s")]
    doomed.append(put(tmp_path / "repository/service/gone/c.s").parent)
    link = tmp_path / "repository/service/link"
    link.symlink_to("app")
    listed = staging_module._entries

    def list_and_delete(folder: Path) -> list[os.DirEntry[str]]:
        entries = listed(folder)
        shutil.rmtree(doomed[-1], ignore_errors=True)
        for path in (*doomed[:2], link):
            path.unlink(missing_ok=True)
        return entries

    monkeypatch.setattr(staging_module, "_entries", list_and_delete)
    with prepare(tmp_path / "repository/service") as staging:
        assert (staging.folder / "app/main.py").is_file()
        assert not (staging.folder / "b.s").exists()


def test_where_modules_are_imported_from(tmp_path: Path) -> None:
    put(tmp_path / "src/shop/main.py")
    assert import_roots(tmp_path, "shop.main:app") == (".", "src")
    put(tmp_path / "backend/api/main.py")
    assert import_roots(tmp_path, "api.main:app") == (".", "src", "backend")
