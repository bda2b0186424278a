"""A draft: a folder's files, and the changes made to them in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from backwright.source.text import decode, encode

_SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__", ".backwright", "variants"}


class Draft:
    """The text files below a folder, read when asked for; changes stay in memory.

    Paths are relative to the root, with `/`.
    """

    def __init__(self, root: Path) -> None:
        """Begin with the folder as it is."""
        self.root = root
        self._texts: dict[str, str] = {}
        self._before: dict[str, bytes | None] = {}

    def exists(self, path: str) -> bool:
        """Tell whether the file is there, with the changes made so far."""
        return path in self._texts or (self.root / path).is_file()

    def text(self, path: str) -> str:
        """Return a file's text, with the changes made so far."""
        if path not in self._texts:
            return decode((self.root / path).read_bytes())
        return self._texts[path]

    def write(self, path: str, text: str) -> None:
        """Change or create a file."""
        if path not in self._before:
            file = self.root / path
            self._before[path] = file.read_bytes() if file.is_file() else None
        self._texts[path] = text

    def modules(self) -> Iterator[str]:
        """Yield the paths of all Python modules on disk and in memory, in order."""
        on_disk = {
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*.py")
            if not _SKIPPED & set(path.relative_to(self.root).parts)
        }
        yield from sorted(on_disk | {path for path in self._texts if path.endswith(".py")})

    def changes(self) -> dict[str, tuple[bytes | None, bytes]]:
        """Return each changed file's bytes before (None: it was not there) and after."""
        return {
            path: (before, encode(self._texts[path]))
            for path, before in self._before.items()
            if before != encode(self._texts[path])
        }
