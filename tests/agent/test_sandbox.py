"""Nothing gets out of the boundary, and what a backend needs works inside."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.agent.conftest import Host, lay_out
from tests.agent.escapes import ESCAPES, STATEMENTS, Escape
from typer.testing import CliRunner

from backwright.agent import sandbox
from backwright.agent.sandbox import RISK, Boundary, Site, boundary
from backwright.agent.sandbox_command import View, command, protected_paths
from backwright.cli.main import app
from backwright.errors import MissingError, UsageError
from backwright.host.dialogue import DialogueError

needs_bubblewrap = pytest.mark.skipif(not shutil.which("bwrap"), reason="there is no bubblewrap")


def test_there_are_many_escapes() -> None:
    assert len(ESCAPES) + len(STATEMENTS) + 6 >= 60
    assert len({escape.name for escape in ESCAPES}) == len(ESCAPES)


def test_every_proof_was_made_before_the_first_order(inside: Boundary) -> None:
    assert inside.held
    assert len(inside.proofs) >= 17
    assert not any(proof.saw for proof in inside.proofs)


@pytest.mark.parametrize("escape", ESCAPES, ids=lambda escape: escape.name)
def test_no_escape_succeeds(inside: Boundary, host: Host, escape: Escape) -> None:
    outside, protected = host.outside(), guarded(host.workspace)
    _, said = inside.bash(host.fill(escape.command), seconds=20)
    assert "ESCAPED" not in said, said
    assert host.outside() == outside
    assert guarded(host.workspace) == protected
    assert Path(f"/proc/{host.process}").exists()


def guarded(workspace: Path) -> dict[str, bytes]:
    """What of the workspace must not change."""
    files = (path for path in workspace.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        str(path): path.read_bytes()
        for path in files
        if {".git", ".agents", ".backwright", ".husky"} & set(path.relative_to(workspace).parts)
    }


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_superuser_of_the_database_does_not_get_out(
    inside: Boundary, host: Host, statement: str
) -> None:
    """It may run programs; they run inside."""
    outside = host.outside()
    _, said = inside.bash(f'psql -qAt -c "{host.fill(statement)}; SELECT * FROM got" 2>&1')
    assert "SECRET of" not in said
    assert host.outside() == outside


def test_programs_of_the_database_run_inside(inside: Boundary) -> None:
    """The control of the test above: COPY FROM PROGRAM does run something."""
    inside.bash('psql -q -c "DROP TABLE IF EXISTS who"')
    code, said = inside.bash(
        "psql -qAt -c 'CREATE TABLE who (line text)' -c \"COPY who FROM PROGRAM 'hostname'\" "
        "-c 'SELECT * FROM who'"
    )
    assert (code, said.strip()) == (0, "boundary")


@pytest.mark.parametrize(
    "path",
    [
        "link",
        "folder/secret",
        "../outside/secret",
        "{secret}",
        "/etc/passwd",
        "app/../../outside/secret",
    ],
)
def test_no_tool_follows_a_path_out(inside: Boundary, host: Host, path: str) -> None:
    """Through each of the six tools."""
    outside, name = host.outside(), host.fill(path)
    for attempt in (
        lambda: inside.read(name),
        lambda: inside.write(name, "x"),
        lambda: inside.edit(name, "SECRET", "x"),
    ):
        with pytest.raises(DialogueError, match=r"leads out of the workspace|is not there"):
            attempt()
    assert inside.bash(f"cat {name} | grep SECRET; echo x >>{name}")[1].count("SECRET") == 0
    assert not any("secret" in found for found in inside.glob("**/*"))
    assert inside.grep("SECRET") == []
    for pattern in ("../**/*", "/etc/*", "folder/../../*"):
        with pytest.raises(DialogueError, match="leads out"):
            inside.glob(pattern)
        with pytest.raises(DialogueError, match="leads out"):
            inside.grep("SECRET", pattern)
    assert inside.glob("folder/*") == []
    assert host.outside() == outside


def test_the_tools_do_what_they_are_for(inside: Boundary) -> None:
    written = inside.write("app/new.py", "a = 1\nb = 1\n")
    text, found = inside.read("app/new.py")
    assert (text, found) == ("a = 1\nb = 1\n", written)
    with pytest.raises(DialogueError, match="stands 2 times"):
        inside.edit("app/new.py", "= 1", "= 2")
    changed = inside.edit("app/new.py", "a = 1", "a = 2", expected=written)
    with pytest.raises(DialogueError, match="was changed since it was read"):
        inside.edit("app/new.py", "b = 1", "b = 3", expected=written)
    with pytest.raises(DialogueError, match="was changed since it was read"):
        inside.write("app/new.py", "", expected=written)
    assert inside.read("app/new.py") == ("a = 2\nb = 1\n", changed)
    assert "app/new.py" in inside.glob("app/*.py")
    assert inside.grep(r"a = \d") == ["app/new.py:1:a = 2"]
    assert inside.bash("cat app/new.py; exit 3") == (3, "a = 2\nb = 1\n")
    assert inside.bash("sleep 30", seconds=0.2)[0] is None
    assert inside.bash("echo still here") == (0, "still here\n")
    inside.bash("rm app/new.py")
    with pytest.raises(DialogueError, match="is not there"):
        inside.read("app/new.py")


def test_server_curl_and_database_work_inside(inside: Boundary) -> None:
    """A server that one command leaves running answers the next."""
    inside.bash("psql -q -c 'DROP TABLE IF EXISTS t'")
    code, said = inside.bash("psql -qAt -c 'CREATE TABLE t (n int)' -c 'INSERT INTO t VALUES (7)' "
                             "-c 'SELECT n FROM t'")  # fmt: skip
    assert (code, said) == (0, "7\n")
    inside.bash("python3 -m http.server 8123 --bind 127.0.0.1 >/tmp/log 2>&1 &")
    code, said = inside.bash(
        "for i in $(seq 50); do curl -sf http://127.0.0.1:8123/app/main.py && break; sleep 0.1; done"
    )
    assert (code, said) == (0, "answer = 42\n")
    assert inside.bash("curl -sf http://localhost:8123/app/main.py")[1] == "answer = 42\n"
    inside.bash("pkill -f http.server")


@pytest.fixture
def laid_out(tmp_path: Path) -> Host:
    lay_out(tmp_path / "workspace", tmp_path / "outside")
    return Host(tmp_path, tmp_path / "workspace", 0, os.getpid())


@pytest.mark.parametrize(
    "escape", [one for one in ESCAPES if one.control], ids=lambda escape: escape.name
)
def test_without_a_boundary_they_succeed(host: Host, escape: Escape, tmp_path: Path) -> None:
    """What fails inside fails because of the boundary, not because it is written wrong."""
    lay_out(tmp_path / "workspace", tmp_path / "outside")
    shown = Host(host.folder, tmp_path / "workspace", host.port, host.process)
    text = escape.command.replace("{outside}", str(tmp_path / "outside"))
    text = text.replace("{secret}", str(tmp_path / "outside" / "secret"))
    with boundary(Site(shown.workspace), unconfined=True) as free:
        assert not free.held
        assert free.proofs == ()
        assert "ESCAPED" in free.bash(shown.fill(text))[1]


@needs_bubblewrap
@pytest.mark.parametrize(
    ("taken", "put", "proof"),
    [
        (("--clearenv",), (), "the caller's environment"),
        (("--unshare-pid",), (), "the host's processes"),
        (("--seccomp", "9"), (), "other families of sockets"),
        (("--remount-ro", "/"), (), "writing elsewhere"),
        (("--cap-drop", "ALL"), ("--cap-add", "ALL"), "capabilities"),
        (("--disable-userns", "--seccomp", "9"), (), "namespaces of one's own"),
        ((), ("--proc", "/proc"), "the kernel's settings"),
        ((), ("--bind", "{outside}", "{outside}"), "what is hidden"),
        ((), ("--bind", "{workspace}/.git", "{workspace}/.git"), "what is protected"),
        ((), ("--ro-bind", "{workspace}", "{workspace}"), "the workspace"),
    ],
)  # fmt: skip
def test_a_boundary_with_a_hole_is_refused(
    laid_out: Host, monkeypatch: pytest.MonkeyPatch,
    taken: tuple[str, ...], put: tuple[str, ...], proof: str,
) -> None:  # fmt: skip
    """The trial before the first order sees each hole."""
    places = {"outside": str(laid_out.folder / "outside"), "workspace": str(laid_out.workspace)}

    def with_hole(view: View, argv: list[str]) -> list[str]:
        words = command(view, argv)
        text = (
            "\0".join(words).replace("\0".join(("", *taken, "")), "\0", 1)
            if taken
            else "\0".join(words)
        )
        if "--disable-userns" in taken:
            text = text.replace("\0--disable-userns\0", "\0").replace("\0--seccomp\x009\0", "\0")
        words = text.split("\0")
        end = words.index("--chdir")
        return [*words[:end], *(word.format(**places) for word in put), *words[end:]]

    monkeypatch.setattr(sandbox, "command", with_hole)
    if "--clearenv" in taken:
        monkeypatch.setattr(sandbox.os, "defpath", os.defpath)
        monkeypatch.setattr(sandbox, "converse", _with_our_environment(sandbox.converse))
    monkeypatch.setattr(sandbox, "_hidden", lambda _: [str(laid_out.folder / "outside")])
    with pytest.raises(MissingError) as raised, boundary(Site(laid_out.workspace)):
        pass
    assert "does not hold: " in raised.value.message
    assert proof in raised.value.message
    assert RISK in raised.value.remedy


def _with_our_environment(converse: object) -> object:
    def talk(argv: list[str], **options: object) -> object:
        return converse(argv, **{**options, "env": dict(os.environ)})  # type: ignore[operator]

    return talk


@needs_bubblewrap
def test_a_network_that_is_not_cut_off_is_refused(
    laid_out: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the addresses of nobody are our own, so that nothing is ever sent out."""
    payloads = laid_out.folder / "payloads"
    shutil.copytree(Path(sandbox.__file__).parent / "payloads", payloads)
    text = (payloads / "proofs.py").read_text()
    (payloads / "proofs.py").write_text(
        text.replace('"192.0.2.1", "2001:db8::1"', '"127.0.0.1", "::1"').replace(
            "example.com", "localhost"
        )
    )
    monkeypatch.setattr(sandbox, "_PAYLOADS", payloads)
    monkeypatch.setattr(
        sandbox,
        "command",
        lambda view, argv: [w for w in command(view, argv) if w != "--unshare-net"],
    )
    with pytest.raises(MissingError) as raised, boundary(Site(laid_out.workspace)):
        pass
    for proof in (
        "egress over TCP",
        "egress over UDP",
        "the host's loopback",
        "the host's sockets",
    ):
        assert proof in raised.value.message


def test_without_bubblewrap_there_is_no_run(
    laid_out: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    with (
        pytest.raises(MissingError, match="no bubblewrap") as raised,
        boundary(Site(laid_out.workspace)),
    ):
        pass
    assert RISK in raised.value.remedy
    assert raised.value.exit_code == 5


@needs_bubblewrap
def test_a_system_without_user_namespaces_is_refused(
    laid_out: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = ["/bin/sh", "-c", "echo 'bwrap: No permissions to create new namespace' >&2; exit 1"]
    monkeypatch.setattr(sandbox, "command", lambda _, __: fails)
    told = "No permissions to create new namespace"
    with pytest.raises(MissingError, match=told), boundary(Site(laid_out.workspace)):
        pass


def test_a_socket_in_the_workspace_is_refused_with_its_place(laid_out: Host) -> None:
    os.mkfifo(laid_out.workspace / "app" / "pipe")
    with pytest.raises(UsageError, match="app/pipe is a socket, pipe or device") as raised:
        protected_paths(laid_out.workspace)
    assert raised.value.place is not None
    assert raised.value.remedy


@needs_bubblewrap
def test_what_is_protected_and_not_there_leaves_no_trace(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with boundary(Site(workspace)) as inside:
        assert inside.bash("git init . || mkdir .git/hooks || echo x >.agents/x")[0] != 0
    assert list(workspace.iterdir()) == []


@needs_bubblewrap
def test_a_kill_leaves_no_process(laid_out: Host) -> None:
    """SIGKILL to us ends the boundary, with the servers that run in it."""
    mark = f"--mark={laid_out.folder.name}"
    program = (
        "import sys, time; from pathlib import Path\n"
        "from backwright.agent.sandbox import Site, boundary\n"
        f"with boundary(Site(Path({str(laid_out.workspace)!r}))) as inside:\n"
        f"    inside.bash('python3 -c \"import time; time.sleep(600)\" {mark} &')\n"
        "    print('ready', flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == b"ready\n"
            assert soon(lambda: bool(marked(mark)))
        finally:
            parent.kill()
    assert soon(lambda: not marked(mark))


def soon(is_so: Callable[[], bool]) -> bool:
    """Wait until something is so: a process that was started may not have become itself yet."""
    until = time.monotonic() + 20
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    return is_so()


def marked(mark: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if mark.encode() in words:
                found.append(entry.name)
    return found


@needs_bubblewrap
def test_the_boundary_can_be_tried_from_the_command_line() -> None:
    result = CliRunner().invoke(app, ["agent", "boundary", "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["works"] == ["a server", "a request to it", "a database"]
    assert "the kernel's settings" in document["tried"]
