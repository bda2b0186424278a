"""The boundary: one sandbox for a whole run, in which all six tools do their work.

It is the operating system's (bubblewrap: namespaces, and a filter of system calls), so that it
holds whatever a model says and whatever a file tells the model. Inside there is loopback and a
PostgreSQL, but no way out; the workspace can be written, and nothing else. Before the first order
it is tried from inside (`proofs.py`); where it does not hold, or cannot be made, there is no run.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backwright.agent.sandbox_command import FILES, HOME, View, command, protected_paths
from backwright.agent.sandbox_filter import system_call_filter
from backwright.errors import MissingError
from backwright.host.dialogue import Dialogue, DialogueError, converse
from backwright.host.folders import scratch

RISK = "--run-commands-of-the-model-without-a-boundary"
_PAYLOADS = Path(__file__).parent / "payloads"
_LONGEST_SECONDS = 1800.0  # for one order; a command has a limit of its own
_STARTING_SECONDS = 60.0
_POSTGRES = {
    "listen_addresses": "127.0.0.1", "port": "5432", "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "autovacuum": "off", "shared_buffers": "64MB", "timezone": "UTC",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Engine:
    """PostgreSQL: the folder of its programs, a data directory to copy, its password."""

    programs: Path
    template: Path
    password: str


@dataclass(frozen=True, slots=True)
class Site:
    """What a boundary is put around.

    Attributes:
        workspace: The folder to work in, of our own: a staging copy, never the user's.
        readable: Folders that are needed inside, such as the project's environment.
        protected: Files of the workspace that must not be written, such as a definition.
        variables: What programs find in their environment.
        python: The interpreter that runs inside; ours where it is None.
        engine: The PostgreSQL to start inside; None for no database.
        keeps_journal: Whether programs inside may keep a journal of their own in the workspace.
    """

    workspace: Path
    readable: tuple[Path, ...] = ()
    protected: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    python: Path | None = None
    engine: Engine | None = None
    keeps_journal: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """An attempt to get out, and what it saw: nothing where the boundary held."""

    proof: str
    saw: str


@dataclass(frozen=True, slots=True)
class Replacement:
    """A text that stands once in a file, and what comes in its place.

    `expected` is the hash that the file must have, where the caller has read it.
    """

    path: str
    old: str
    new: str
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a program; `code` is None where its time was up."""

    code: int | None
    stdout: str
    stderr: str


class Boundary:
    """The six tools, inside. Paths are relative to the workspace.

    Attributes:
        proofs: What was tried before the first order; empty where there is no boundary.
        held: Whether there is one.
    """

    def __init__(self, dialogue: Dialogue, proofs: tuple[Proof, ...], *, held: bool) -> None:
        """Keep the other end."""
        self._dialogue = dialogue
        self.proofs = proofs
        self.held = held

    def read(self, path: str) -> tuple[str, str]:
        """Return a file's text, and the hash that tells whether it was changed since.

        Raises:
            DialogueError: there is no such file, or it leads out of the workspace.
        """
        answer = self._ask("read", path=path)
        return answer["text"], answer["hash"]

    def write(self, path: str, text: str, *, expected: str | None = None) -> str:
        """Write a whole file and return its hash; refused where it is not as expected.

        Raises:
            DialogueError: it cannot be written.
        """
        return str(self._ask("write", path=path, text=text, hash=expected)["hash"])

    def edit(self, path: str, old: str, new: str, *, expected: str | None = None) -> str:
        """Replace a text that stands in a file exactly once, and return the file's hash.

        Raises:
            DialogueError: it stands there never or more often, or the file was changed.
        """
        return self.edits([Replacement(path, old, new, expected)])[path]

    def edits(self, replacements: Sequence[Replacement]) -> dict[str, str]:
        """Make several replacements in one or more files, all or none; return the files' hashes.

        Raises:
            DialogueError: one of them cannot be made.
        """
        told = [{"path": one.path, "old": one.old, "new": one.new, "hash": one.expected}
                for one in replacements]  # fmt: skip
        return dict(self._ask("edit", edits=told)["hashes"])

    def program(self, argv: Sequence[str], stdin: str, *, seconds: float) -> Ran:
        """Run a program of ours inside to its end."""
        answer = self._ask("program", argv=list(argv), stdin=stdin, seconds=seconds)
        return Ran(answer["code"], answer["stdout"], answer["stderr"])

    def bash(self, command: str, *, seconds: float = 120.0) -> tuple[int | None, str]:
        """Run a command; return its exit code, None where its time was up, and what it said.

        What it leaves running in the background goes on until the boundary is closed.
        """
        answer = self._ask("bash", command=command, seconds=min(seconds, _LONGEST_SECONDS / 2))
        return answer["code"], answer["output"]

    def glob(self, pattern: str) -> list[str]:
        """Return the files that fit a pattern.

        Raises:
            DialogueError: the pattern leads out of the workspace.
        """
        return list(self._ask("glob", pattern=pattern)["files"])

    def grep(self, pattern: str, files: str = "**/*") -> list[str]:
        """Return `file:line:text` of what a regular expression finds.

        Raises:
            DialogueError: it is none.
        """
        return list(self._ask("grep", pattern=pattern, files=files)["lines"])

    def _ask(self, order: str, **details: object) -> dict[str, Any]:
        return self._dialogue.ask({"do": order, **details})


@contextlib.contextmanager
def boundary(site: Site, *, unconfined: bool = False) -> Iterator[Boundary]:
    """Give the six tools inside a boundary that was just tried; everything in it ends with it.

    Args:
        site: What it is put around.
        unconfined: Do without (`RISK` is what a user must have said for that).

    Raises:
        MissingError: this system cannot give the boundary, or it does not hold.
        UsageError: the workspace holds something that leads out of it.
    """
    site = replace(site, workspace=site.workspace.resolve())
    with contextlib.ExitStack() as stack:
        if unconfined:
            dialogue = stack.enter_context(_free(site))
            proofs: tuple[Proof, ...] = ()
        else:
            dialogue, proofs = _confined(site, stack)
        if site.engine:
            _start_database(dialogue, site.engine)
        yield Boundary(dialogue, proofs, held=not unconfined)


def engine() -> Engine:
    """Return the PostgreSQL that comes with us.

    Raises:
        MissingError: it is not installed.
    """
    from backwright.host.postgres_files import data_template, programs

    template = data_template()
    return Engine(programs(), template.folder, template.password)


def _confined(site: Site, stack: contextlib.ExitStack) -> tuple[Dialogue, tuple[Proof, ...]]:
    program = shutil.which("bwrap")
    if program is None:
        raise MissingError(
            "there is no bubblewrap, and without it no boundary",
            remedy=f"install the package bubblewrap; {RISK} does without, at your own risk",
        )
    protected = protected_paths(site.workspace, site.protected, journal=site.keeps_journal)
    stack.enter_context(_places(protected))
    folder = stack.enter_context(scratch("boundary"))
    secret = secrets.token_hex(16)
    view = _view(program, site, folder, protected)
    argv = [*_warden(site), str(site.workspace)]
    # Process 1 inside is bubblewrap itself: its environment can be read there.
    own = {"PATH": os.defpath}
    with _bait(folder, secret) as bait:
        dialogue = stack.enter_context(
            converse(command(view, argv), cwd=Path("/"), env=own, timeout=_LONGEST_SECONDS)
        )
        details = {
            **bait,
            "secret": secret,
            "elsewhere": ["/", "/usr", "/etc", "/etc/ssl", *map(str, view.readable)],
            "hidden": _hidden(view),
            "protected": [str(path) for path in protected],
        }
        return dialogue, _proved(dialogue, details)


def _proved(dialogue: Dialogue, details: Mapping[str, object]) -> tuple[Proof, ...]:
    """Have the boundary tried from inside.

    Raises:
        MissingError: it could not be started, or something got out.
    """
    remedy = f"bubblewrap needs user namespaces; {RISK} does without, at your own risk"
    try:
        answer = dialogue.ask({"do": "prove", **details})
    except DialogueError as error:
        told = _last_words(dialogue) or error.message
        raise MissingError(f"the boundary cannot be made here: {told}", remedy=remedy) from error
    proofs = tuple(Proof(one["proof"], one["saw"]) for one in answer["proofs"])
    if got_out := [f"{one.proof} ({one.saw})" for one in proofs if one.saw]:
        raise MissingError(f"the boundary does not hold: {'; '.join(got_out)}", remedy=remedy)
    return proofs


def _last_words(dialogue: Dialogue) -> str:
    """Return what the program said before it ended; that may come a moment after its end."""
    until = time.monotonic() + 1.0
    while not dialogue.said() and time.monotonic() < until:
        time.sleep(0.01)
    return dialogue.said()


@contextlib.contextmanager
def _bait(folder: Path, secret: str) -> Iterator[dict[str, object]]:
    """Offer outside what must not be reached: a port, a socket, a variable."""
    name = folder / "socket"
    os.environ[f"BACKWRIGHT_{secret[:8]}"] = secret
    try:
        with contextlib.ExitStack() as stack:
            port = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for address in (str(name), f"\0{name}"):
                path = stack.enter_context(socket.socket(socket.AF_UNIX))
                path.bind(address)
                path.listen()
            yield {"port": port.getsockname()[1], "socket": str(name)}
    finally:
        del os.environ[f"BACKWRIGHT_{secret[:8]}"]
        name.unlink(missing_ok=True)


@contextlib.contextmanager
def _places(protected: tuple[Path, ...]) -> Iterator[None]:
    """Make an empty folder of what is protected and not there: nothing can come to be in it."""
    made = [path for path in protected if not path.exists()]
    for path in made:
        path.mkdir()
    try:
        yield
    finally:
        for path in made:
            with contextlib.suppress(OSError):
                path.rmdir()


def _view(program: str, site: Site, folder: Path, protected: tuple[Path, ...]) -> View:
    for name, text in FILES.items():
        (folder / name).write_text(text)
    (folder / "filter").write_bytes(system_call_filter())
    readable = [_PAYLOADS, *_interpreter(site), *site.readable]
    if site.engine:
        readable += [*_libraries(site.engine.programs), site.engine.template]
    return View(
        program=program,
        workspace=site.workspace,
        protected=protected,
        readable=tuple(path.absolute() for path in readable),
        settings=folder,
        filter=folder / "filter",
        variables=_variables(site),
    )


def _variables(site: Site) -> dict[str, str]:
    database = site.engine and {
        "PGHOST": "127.0.0.1",
        "PGPORT": "5432",
        "PGUSER": "postgres",
        "PGPASSWORD": site.engine.password,
        "DATABASE_URL": f"postgresql://postgres:{site.engine.password}@127.0.0.1:5432/postgres",
    }
    tools = f"{site.engine.programs}:" if site.engine else ""
    return {
        "PATH": f"{tools}/usr/local/bin:/usr/bin:/bin",
        "HOME": HOME,
        "USER": "delegate",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **(database or {}),
        **site.variables,
    }


def _warden(site: Site) -> list[str]:
    return [str(site.python or Path(sys.executable)), "-I", str(_PAYLOADS / "warden.py")]


def _interpreter(site: Site) -> list[Path]:
    """Return the folders of the interpreter: its environment, and the Python that this is of."""
    if site.python is not None:
        return [site.python.parent.parent, site.python.resolve().parent.parent]
    return [Path(sys.prefix), Path(sys.base_prefix)]


def _libraries(programs: Path) -> list[Path]:
    """Return the folders that PostgreSQL's programs load from: they look beside the package."""
    package = programs.parent.parent
    return [package, *package.parent.glob(f"{package.name}.libs")]


def _hidden(view: View) -> list[str]:
    """Return paths of the host that must not be there: what is in homes, sockets, secrets."""
    seen = (view.workspace, *view.readable)
    homes = (Path.home(), Path("/root"), Path(os.environ.get("XDG_RUNTIME_DIR", "/run/user")))
    paths = [Path(name) for name in ("/run/docker.sock", "/var/lib", "/etc/shadow", "/sys/kernel")]
    for home in homes:
        with contextlib.suppress(OSError):
            paths += home.iterdir()
    return [str(path) for path in paths if not any(one.is_relative_to(path) for one in seen)]


@contextlib.contextmanager
def _free(site: Site) -> Iterator[Dialogue]:
    """Run the tools without a boundary, but without our environment too."""
    argv = [*_warden(site), str(site.workspace)]
    with scratch("unconfined") as home:
        variables = {**_variables(site), "HOME": str(home)}
        with converse(
            argv, cwd=site.workspace, env=variables, timeout=_LONGEST_SECONDS
        ) as dialogue:
            yield dialogue


def _start_database(dialogue: Dialogue, engine: Engine) -> None:
    order = {
        "do": "database",
        "programs": str(engine.programs),
        "template": str(engine.template),
        "settings": _POSTGRES,
        "seconds": _STARTING_SECONDS,
    }
    try:
        dialogue.ask(order)
    except DialogueError as error:
        raise MissingError(f"no database inside the boundary: {error.message}") from error
