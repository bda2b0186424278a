"""A draft: a folder's files, and the changes made to them in memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from backwright.source.habit import FileHabit, habit_of, usual_habit

_SKIPPED = {
    ".git",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".backwright",
    ".postgres",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "variants",
}


class Draft:
    """The text files below a folder, read when asked for; changes stay in memory.

    Paths are relative to the root, with `/`. Texts have LF and no byte order mark, modules four
    spaces where they have tabs; what is changed is written as the file is, or most modules are.
    """

    def __init__(self, root: Path) -> None:
        """Begin with the folder as it is."""
        self.root = root
        self._texts: dict[str, str | None] = {}
        self._before: dict[str, bytes | None] = {}

    def exists(self, path: str) -> bool:
        """Tell whether the file is there, with the changes made so far."""
        if path in self._texts:
            return self._texts[path] is not None
        return (self.root / path).is_file()

    def text(self, path: str) -> str:
        """Return a file's text, with the changes made so far.

        Raises:
            FileNotFoundError: there is no such file.
        """
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            return self._habit(path, data).off(data)
        text = self._texts[path]
        if text is None:
            raise FileNotFoundError(path)
        return text

    def write(self, path: str, text: str) -> None:
        """Change or create a file."""
        self._remember(path)
        self._texts[path] = text

    def remove(self, path: str) -> None:
        """Delete a file."""
        self._remember(path)
        self._texts[path] = None

    def files(self) -> Iterator[str]:
        """Yield the paths of all files, on disk and in memory, in order."""
        on_disk = {
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file() and not _SKIPPED & set(path.relative_to(self.root).parts)
        }
        yield from sorted(path for path in on_disk | set(self._texts) if self.exists(path))

    def modules(self) -> Iterator[str]:
        """Yield the paths of all Python modules, on disk and in memory, in order."""
        return (path for path in self.files() if path.endswith(".py"))

    def changes(self) -> dict[str, tuple[bytes | None, bytes | None]]:
        """Return each changed file's bytes before and after; None where it is not there."""
        after = {p: None if t is None else self._bytes(p, t) for p, t in self._texts.items()}
        return {
            path: (before, after[path])
            for path, before in self._before.items()
            if before != after[path]
        }

    def write_into(self, folder: Path) -> list[str]:
        """Write every file of the draft into a folder, with its mode; return the paths."""
        paths = list(self.files())
        for path in paths:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if path in self._texts:
                target.write_bytes(self._bytes(path, self.text(path)))
            else:
                shutil.copy(self.root / path, target)
        return paths

    def _bytes(self, path: str, text: str) -> bytes:
        before = self._before.get(path)
        return (self._usual if before is None else self._habit(path, before)).on(text)

    def _habit(self, path: str, data: bytes) -> FileHabit:
        return habit_of(data) if path.endswith(".py") else FileHabit()

    @cached_property
    def _usual(self) -> FileHabit:
        """The habit of a new file."""
        paths = (self.root / path for path in self.modules())
        return usual_habit(path.read_bytes() for path in paths if path.is_file())

    def _remember(self, path: str) -> None:
        if path not in self._before:
            file = self.root / path
            self._before[path] = file.read_bytes() if file.is_file() else None
