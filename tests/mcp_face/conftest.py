"""A project to work on, and a real client that starts the server as a coding agent would."""

import contextlib
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import ElicitRequestFormParams, ElicitResult

from backwright.tasks.house import Features, house_draft

REPOSITORY = Path(__file__).parents[2]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".venv", "__pycache__"} & set(path.parts)
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The house without accounts, on SQLite, with the environment that the tests run in."""
    folder = tmp_path / "project"
    house_draft(Features(auth=False, database="sqlite")).write_into(folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@dataclass
class User:
    """Who sits before the client: what they answer, what they were asked and shown."""

    answer: ElicitResult
    asked: list[ElicitRequestFormParams] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)

    async def reply(self, _: Any, params: Any) -> ElicitResult:
        self.asked.append(params)
        return self.answer

    async def watch(self, progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        self.counted.append(progress)
        self.shown.append(message or "")


@dataclass(frozen=True)
class Connection:
    """A connected client, and the mark that everything it started has in its environment."""

    client: Client
    mark: str

    def processes(self) -> set[int]:
        """Return whatever the server started and is still there, the server included."""
        return {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if self._marked(entry)}

    def _marked(self, entry: Path) -> bool:
        with contextlib.suppress(OSError):
            return self.mark.encode() in (entry / "environ").read_bytes()
        return False


Connect = Callable[..., contextlib.AbstractAsyncContextManager[Connection]]


@pytest.fixture
def connect(project: Path) -> Connect:
    @contextlib.asynccontextmanager
    async def connected(user: User | None = None, mode: str = "auto") -> AsyncIterator[Connection]:
        mark = f"MARK_{uuid.uuid4().hex}"
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "backwright", "mcp", "--project", str(project)],
            env={**os.environ, mark: "1"},
        )
        callback = user.reply if user else None
        async with Client(server, mode=mode, elicitation_callback=callback) as client:
            yield Connection(client, mark)

    return connected
