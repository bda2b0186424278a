"""A tiny shell process that outlives us, and cleans up if we are killed.

It holds the reading end of a pipe of which only this process holds the writing end. SIGKILL
cannot be caught, but it closes the pipe: the shell then ends what we had started, removes what we
had made for the moment, and runs what we had left half done. One `sh` (about 1 MB, 1 ms) serves
the whole run; it lives in a session of its own, so that Ctrl-C does not reach it.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

_SCRIPT = r"""
trap '' INT TERM HUP QUIT PIPE
set -f
newline='
'
targets=''; folders=''; chores=''
without() {
    result=''
    IFS=$newline
    for entry in $1; do
        [ "$entry" = "$2" ] || result="$result$entry$newline"
    done
    unset IFS
}
while IFS= read -r line; do
    rest=${line#* }
    case $line in
        'end '*) targets="$targets$rest$newline" ;;
        'spare '*) without "$targets" "$rest"; targets=$result ;;
        'remove '*) folders="$folders$rest$newline" ;;
        'keep '*) without "$folders" "$rest"; folders=$result ;;
        'do '*) chores="$chores$rest$newline" ;;
        'done '*) without "$chores" "$rest"; chores=$result ;;
    esac
done
trap - INT TERM HUP QUIT PIPE
IFS=$newline
for chore in $chores; do
    unset IFS
    eval "$chore" </dev/null >/dev/null 2>&1
done
IFS=$newline
for target in $targets; do
    kill -s "${target%% *}" -- "${target#* }" 2>/dev/null
done
IFS=$newline
for target in $targets; do
    waited=0
    while kill -s 0 -- "${target#* }" 2>/dev/null && [ "$waited" -lt 50 ]; do
        sleep 0.1
        waited=$((waited + 1))
    done
done
for folder in $folders; do
    rm -rf -- "$folder"
done
"""

_lock = threading.Lock()
_state: dict[str, tuple[int, subprocess.Popen[bytes]]] = {}


def end_when_orphaned(pid: int, sent: signal.Signals, *, group: bool = False) -> None:
    """Have a process (or its whole group) end by this signal if we die first."""
    _tell(f"end {_target(pid, sent, group=group)}")


def spare(pid: int, sent: signal.Signals, *, group: bool = False) -> None:
    """Take back `end_when_orphaned`: the process has ended."""
    _tell(f"spare {_target(pid, sent, group=group)}")


def remove_when_orphaned(folder: Path) -> None:
    """Have a folder removed if we die before `keep`."""
    _tell(f"remove {folder}")


def keep(folder: Path) -> None:
    """Take back `remove_when_orphaned`."""
    _tell(f"keep {folder}")


def run_when_orphaned(argv: Sequence[str]) -> None:
    """Have a command run if we die before `finished`: it completes what we had begun."""
    _tell(f"do {shlex.join(argv)}")


def finished(argv: Sequence[str]) -> None:
    """Take back `run_when_orphaned`."""
    _tell(f"done {shlex.join(argv)}")


def _target(pid: int, sent: signal.Signals, *, group: bool) -> str:
    """Write a target as the shell's `kill` takes it: a signal, and an id (negative: a group)."""
    return f"{sent.name.removeprefix('SIG')} {-pid if group else pid}"


def _tell(line: str) -> None:
    """Send one order to the watchdog, starting it when there is none.

    An order with a line break in it (a path may hold one) is not sent: the next run's sweep
    covers that case. A watchdog that was itself killed is replaced.
    """
    if "\n" in line:
        return
    message = f"{line}\n".encode()
    with _lock:
        for _ in range(2):
            pipe = _pipe()
            with contextlib.suppress(BrokenPipeError):
                os.write(pipe, message)
                return
            _close()


def _pipe() -> int:
    """Return the writing end of the pipe to this process's own watchdog."""
    found = _state.get(_key())
    if found is not None:
        return found[0]
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
    finally:
        os.close(reading)
    _state[_key()] = (writing, process)
    return writing


def _close() -> None:
    """Forget a watchdog whose pipe is broken."""
    writing, process = _state.pop(_key())
    os.close(writing)
    process.wait()


def _key() -> str:
    """Name the process, so that a fork does not speak to its parent's watchdog."""
    return str(os.getpid())
