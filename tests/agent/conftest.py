"""A workspace with a boundary around it, made by root and by an ordinary user."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backwright.agent import sandbox
from backwright.agent.sandbox import Boundary, Engine, Site, boundary
from backwright.agent.sandbox_command import View, command
from backwright.host.postgres_files import programs

NOBODY = 65534


@dataclass(frozen=True)
class Host:
    """What lies outside, to be reached or not."""

    folder: Path
    workspace: Path
    port: int
    process: int

    @property
    def secret(self) -> Path:
        return self.folder / "outside" / "secret"

    def fill(self, text: str) -> str:
        named = {
            "port": self.port,
            "socket": self.folder / "outside" / "socket",
            "secret": self.secret,
            "outside": self.folder / "outside",
            "process": self.process,
        }
        for name, value in named.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def outside(self) -> dict[str, bytes]:
        files = (path for path in (self.folder / "outside").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}


def lay_out(workspace: Path, outside: Path) -> None:
    """Write a workspace with hooks, a definition, and links that lead out of it."""
    for name in (".git/hooks", ".agents", ".backwright", ".husky", "module", "app"):
        (workspace / name).mkdir(parents=True)
    (workspace / ".git" / "config").write_text("[core]\n\thooksPath = .shared-hooks\n")
    (workspace / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (workspace / ".git" / "objects").mkdir()
    (workspace / ".git" / "refs").mkdir()
    (workspace / "module" / ".git").write_text("gitdir: ../.git/modules/module\n")
    (workspace / ".agents" / "backend-developer.md").write_text("mine\n")
    (workspace / "app" / "main.py").write_text("answer = 42\n")
    (workspace / "link").symlink_to(outside / "secret")
    (workspace / "folder").symlink_to(outside)
    outside.mkdir()
    (outside / "secret").write_text("SECRET of the host\n")


@pytest.fixture(scope="package")
def host() -> Iterator[Host]:
    """Where nobody but us looks, and an ordinary user can."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        lay_out(folder / "workspace", folder / "outside")
        port = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for name in (str(folder / "outside" / "socket"), f"\0{folder}/outside/socket"):
            path = stack.enter_context(socket.socket(socket.AF_UNIX))
            path.bind(name)
            path.listen()
        sleeper = stack.enter_context(subprocess.Popen(["sleep", "600"]))
        stack.callback(sleeper.kill)
        yield Host(folder, folder / "workspace", port.getsockname()[1], sleeper.pid)


@pytest.fixture(scope="package", params=["root", "user"])
def inside(request: pytest.FixtureRequest, host: Host) -> Iterator[Boundary]:
    """The tools inside a boundary that root or an ordinary user made."""
    is_root = os.geteuid() == 0
    if shutil.which("bwrap") is None:
        pytest.skip("there is no bubblewrap")
    if request.param == "root" and not is_root:
        pytest.skip("only root can be root")
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setenv("BACKWRIGHT_TEST_SECRET", "SECRET")
        site = Site(host.workspace, engine=sandbox.engine())
        if request.param == "user" and is_root:
            site = stack.enter_context(as_user(host, patch))
        tools = stack.enter_context(boundary(site))
        patch.undo()
        yield tools


@contextlib.contextmanager
def as_user(host: Host, patch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Have the boundary made by `nobody`, with the system's Python and a database of its own.

    What root's files keep from an ordinary user is copied to where that user can read it.
    """
    python = Path("/usr/bin/python3")
    if not python.exists():
        pytest.skip("there is no Python of the system")
    user = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    common = host.folder / "common"
    shutil.copytree(Path(sandbox.__file__).parent / "payloads", common / "payloads")
    package = programs().parent.parent
    shutil.copytree(package, common / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, common / libraries.name)
    there = common / programs().relative_to(package.parent)
    subprocess.run(["chmod", "-R", "a+rX", str(common)], check=True)
    host.folder.chmod(0o755)
    data = host.folder / "data"
    subprocess.run(["install", "-d", "-o", str(NOBODY), "-g", str(NOBODY), str(data)], check=True)
    made = [*user, str(there / "initdb"), f"--pgdata={data / 'd'}", "--username=postgres", "--auth=trust",
            "--no-sync", "--locale=C"]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True, cwd="/")
    owned = f"{NOBODY}:{NOBODY}"
    subprocess.run(
        ["chown", "-R", "-h", owned, str(host.workspace), str(host.folder / "outside")], check=True
    )

    def by_user(view: View, argv: list[str]) -> list[str]:
        return [*user, *command(view, argv)]

    @contextlib.contextmanager
    def readable(purpose: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix=purpose) as folder:
            Path(folder).chmod(0o755)
            yield Path(folder)

    patch.setattr(sandbox, "_PAYLOADS", common / "payloads")
    patch.setattr(sandbox, "command", by_user)
    patch.setattr(sandbox, "scratch", readable)
    try:
        yield Site(host.workspace, python=python, engine=Engine(there, data / "d", ""))
    finally:
        owner = f"{os.geteuid()}:{os.getegid()}"
        subprocess.run(["chown", "-R", "-h", owner, str(host.folder)], check=True)
