"""Commands: their output, their limits, and that none of them outlives us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from backwright.errors import MissingError
from backwright.host.folders import start_time
from backwright.host.process import Bounded, Processes, run
from backwright.host.server import ServerFailedError, free_port, serve

REPOSITORY = Path(__file__).resolve().parents[2]


def wait_until_gone(pid: int, seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while start_time(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not start_time(pid)


def wait_for_file(path: Path, seconds: float = 20.0, pause: float = 0.02) -> str:
    until = time.monotonic() + seconds
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < until, f"{path} was not written"
        time.sleep(pause)
    return path.read_text().strip()


def test_a_command_gives_its_code_and_both_streams(tmp_path: Path) -> None:
    script = "import sys; print(sys.stdin.read()); print('why', file=sys.stderr); sys.exit(3)"
    done = run([sys.executable, "-c", script], cwd=tmp_path, stdin=b"hello")
    assert (done.code, done.ok, done.stdout, done.stderr) == (3, False, "hello\n", "why\n")
    assert done.output == "hello\nwhy"


def test_long_output_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    script = "print('first'); print('x' * 3_000_000); print('last')"
    done = run([sys.executable, "-c", script], cwd=tmp_path, limit=1000)
    assert done.stdout.startswith("first\n")
    assert done.stdout.endswith("last\n")
    assert "bytes left out" in done.stdout
    assert len(done.stdout) < 1200


def test_what_is_bounded_says_how_much_is_missing() -> None:
    kept = Bounded(10)
    for part in (b"abc", b"defgh", b"ijklmnop"):
        kept.add(part)
    assert kept.text() == "abcde\n… 6 bytes left out …\nlmnop"


def test_a_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    note = tmp_path / "child"
    script = f"sleep 600 & echo $! > {note}; wait"
    done = run(["/bin/sh", "-c", script], cwd=tmp_path, timeout=0.5)
    assert done.timed_out
    assert done.code is None
    assert wait_until_gone(int(wait_for_file(note)))


def test_a_command_that_ignores_every_request_is_killed(tmp_path: Path) -> None:
    done = run(
        ["/bin/sh", "-c", "trap '' INT TERM; while :; do sleep 0.05; done"],
        cwd=tmp_path,
        timeout=0.3,
    )
    assert done.timed_out
    assert done.seconds < 10


def test_what_a_command_leaves_running_is_not_waited_for_and_ends(tmp_path: Path) -> None:
    note = tmp_path / "child"
    done = run(["/bin/sh", "-c", f"sleep 600 & echo $! > {note}"], cwd=tmp_path, timeout=60)
    assert done.ok
    assert done.seconds < 30
    assert wait_until_gone(int(note.read_text()))


def test_a_program_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no-such-program"):
        run(["no-such-program"], cwd=tmp_path)


def test_another_thread_can_stop_everything(tmp_path: Path) -> None:
    processes = Processes()
    threading.Timer(0.3, processes.stop).start()
    done = run(["sleep", "600"], cwd=tmp_path, processes=processes)
    assert done.code is None
    assert done.seconds < 30
    with pytest.raises(MissingError, match="stopped"):
        run(["true"], cwd=tmp_path, processes=processes)


OWNER = """
import sys, pathlib, time
from backwright.host import folders, process
note = pathlib.Path(sys.argv[1])
with folders.scratch("test") as folder:
    running = process.Processes().start(["sleep", "600"], cwd=folder)
    note.write_text(f"{running.pid} {folder}\\n")
    time.sleep(600)
"""


def test_the_watchdog_cleans_up_after_a_kill(tmp_path: Path) -> None:
    note = tmp_path / "note"
    with subprocess.Popen([sys.executable, "-c", OWNER, str(note)], cwd=REPOSITORY) as owner:
        pid, _, folder = wait_for_file(note).partition(" ")
        assert Path(folder).is_dir()
        owner.send_signal(signal.SIGKILL)
    assert wait_until_gone(int(pid))
    until = time.monotonic() + 10
    while Path(folder).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(folder).exists()


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.002, 0.02])
def test_an_interrupt_ends_what_runs(tmp_path: Path, pause: float) -> None:
    """Also at the instant of its start: 34 of 40 such commands lived on before interrupts waited."""
    note = tmp_path / "note"
    script = (
        "import sys, pathlib\nfrom backwright.host.process import run\n"
        "run(['/bin/sh', '-c', f'echo $$ > {sys.argv[1]}; exec sleep 600'], cwd=pathlib.Path('/'))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(note)], cwd=REPOSITORY, stderr=subprocess.DEVNULL
    ) as owner:
        pid = int(wait_for_file(note, pause=pause))
        owner.send_signal(signal.SIGINT)
        assert owner.wait(30) != 0
    assert wait_until_gone(pid)


SERVER = "import http.server, sys; http.server.test(http.server.BaseHTTPRequestHandler, port=int(sys.argv[1]), bind='127.0.0.1')"


def test_a_server_answers_and_is_gone_afterwards(tmp_path: Path) -> None:
    with serve(lambda port: [sys.executable, "-c", SERVER, str(port)], cwd=tmp_path) as server:
        assert os.getpgid(server.pid) == server.pid
        pid = server.pid
        until = time.monotonic() + 10  # what it says comes through a pipe
        while "code 501" not in server.output() and time.monotonic() < until:
            time.sleep(0.05)
        assert "code 501" in server.output()
    assert wait_until_gone(pid)


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ServerFailedError, match="no secret key"),
        serve(
            lambda port: [sys.executable, "-c", "raise SystemExit('no secret key')"], cwd=tmp_path
        ),
    ):
        pass


def test_a_silent_server_is_given_up(tmp_path: Path) -> None:
    with (
        pytest.raises(ServerFailedError, match="said nothing"),
        serve(lambda port: ["sleep", "600"], cwd=tmp_path, timeout=0.3),
    ):
        pass


def test_free_ports_are_ports() -> None:
    assert all(1024 < free_port() < 65536 for _ in range(5))
