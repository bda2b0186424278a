"""A small tree to change, its change, and a way to compare trees byte for byte."""

from __future__ import annotations

import stat
from pathlib import Path

from backwright.workshop.changeset import ChangeSet, FileEdit

BEFORE = {
    "app/models.py": b"\xef\xbb\xbfclass A:\r\n\tpass\r\n",
    "app/main.py": b"app = 1\n",
    "old.txt": b"to be deleted\n",
    "untouched.bin": bytes(range(256)),
}
AFTER = {
    "app/models.py": b"\xef\xbb\xbfclass A:\r\n\tpass\r\n\r\nclass B:\r\n\tpass\r\n",
    "app/main.py": b"app = 2\n",
    "untouched.bin": bytes(range(256)),
    "app/routes/notes/read.py": b"route = 1\n",
    "app/routes/notes/__init__.py": b"",
    "tests/test_notes.py": b"def test(): ...\n",
}


def lay_out(root: Path) -> None:
    for path, content in BEFORE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    (root / "app/main.py").chmod(0o755)


def change() -> ChangeSet:
    paths = sorted(set(BEFORE) | set(AFTER))
    return ChangeSet(
        tuple(FileEdit(path, BEFORE.get(path), AFTER.get(path), reason="why") for path in paths)
    )


def snapshot(root: Path) -> dict[str, tuple[int, bytes | None]]:
    """Every file and folder with its mode and bytes, but for our own folder."""
    found: dict[str, tuple[int, bytes | None]] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] == ".backwright":
            continue
        mode = stat.S_IMODE(path.lstat().st_mode)
        found[name] = (mode, None if path.is_dir() else path.read_bytes())
    return found
