"""What runs inside the boundary: it does what the six tools ask, one order a line.

Standard library only; nothing of Backwright's is imported. The boundary is the operating system's:
what is refused here (a path outside of the workspace) is refused for a clear answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).parent))
import proofs  # type: ignore[import-not-found]

Order = dict[str, Any]

MOST_BYTES = 1_000_000
MOST_OUTPUT = 30_000
MOST_FOUND = 1_000
SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__"}
WORKSPACE = Path(sys.argv[1])


class RefusedError(Exception):
    """What a tool cannot do, in words for the caller."""


def inside(name: str) -> Path:
    """Return a path of the workspace, links followed; refuse what leads out of it."""
    path = WORKSPACE / name
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(WORKSPACE):
        raise RefusedError(f"{name} leads out of the workspace")
    return real


def load(name: str) -> bytes:
    """Return the bytes of a file of the workspace."""
    path = inside(name)
    if not path.is_file():
        raise RefusedError(f"{name} is no file" if path.exists() else f"{name} is not there")
    if path.stat().st_size > MOST_BYTES:
        raise RefusedError(f"{name} has more than {MOST_BYTES} bytes: read a part of it with Bash")
    return path.read_bytes()


def digest(data: bytes) -> str:
    """Return what tells a content from another."""
    return hashlib.sha256(data).hexdigest()


def unchanged(name: str, expected: str | None) -> None:
    """Refuse a file that is not as the caller has read it."""
    if expected is None:
        return
    path = inside(name)
    now = digest(path.read_bytes()) if path.is_file() else ""
    if now and not expected:
        raise RefusedError(f"{name} is there already: read it first")
    if now != expected:
        raise RefusedError(f"{name} was changed since it was read: read it again")


def store(name: str, data: bytes) -> None:
    """Put a file in its place as a whole, or not at all; its mode stays."""
    path = inside(name)
    if path.is_dir():
        raise RefusedError(f"{name} is a folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o644
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".backwright-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def read(order: Order) -> Order:
    """Return a file's text and its hash."""
    data = load(order["path"])
    return {"text": data.decode("utf-8", "replace"), "hash": digest(data)}


def write(order: Order) -> Order:
    """Write a whole file."""
    unchanged(order["path"], order.get("hash"))
    data = order["text"].encode()
    store(order["path"], data)
    return {"hash": digest(data)}


def edit(order: Order) -> Order:
    """Replace texts that stand in their files once: all of them, or none."""
    texts: dict[str, str] = {}
    for one in order["edits"]:
        name, old = one["path"], one["old"]
        if name not in texts:
            unchanged(name, one.get("hash"))
            texts[name] = decoded(name)
        found = texts[name].count(old) if old else 0
        if found != 1:
            raise RefusedError(f"the text stands {found} times in {name}, not once")
        texts[name] = texts[name].replace(old, one["new"])
    return {"hashes": store_all({name: text.encode() for name, text in texts.items()})}


def decoded(name: str) -> str:
    """Return the text of a file; refuse one that is none."""
    try:
        return load(name).decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(f"{name} is no UTF-8") from None


def store_all(files: dict[str, bytes]) -> dict[str, str]:
    """Put several files in their places; if one cannot be, the others are as they were."""
    before = {name: load(name) for name in files}
    done: list[str] = []
    try:
        for name, data in files.items():
            store(name, data)
            done.append(name)
    except BaseException:
        for name in done:
            store(name, before[name])
        raise
    return {name: digest(data) for name, data in files.items()}


def bash(order: Order) -> Order:
    """Run a command; what it leaves running goes on until the run ends."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["/bin/bash", "-c", order["command"]],
            cwd=WORKSPACE,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        code: int | None
        try:
            code = process.wait(order["seconds"])
        except subprocess.TimeoutExpired:
            code = None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return {"code": code, "output": tail(output)}


def program(order: Order) -> Order:
    """Run a program to its end and return both of its streams, apart."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            order["argv"], cwd=WORKSPACE, stdin=subprocess.PIPE, stdout=said, stderr=errors,
            start_new_session=True,
        )  # fmt: skip
        code: int | None
        try:
            process.communicate(order["stdin"].encode(), order["seconds"])
            code = process.returncode
        except subprocess.TimeoutExpired:
            code = None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        said.seek(0)
        return {
            "code": code,
            "stdout": said.read().decode("utf-8", "replace"),
            "stderr": tail(errors),
        }


def tail(output: IO[bytes]) -> str:
    """Return the end of what a command said."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - MOST_OUTPUT))
    text = output.read().decode("utf-8", "replace")
    return text if size <= MOST_OUTPUT else f"… {size - MOST_OUTPUT} bytes before this …\n{text}"


def glob(order: Order) -> Order:
    """Return the files whose path fits a pattern; ** is any number of folders."""
    pattern = order["pattern"]
    if pattern.startswith("/") or ".." in Path(pattern).parts:
        raise RefusedError(f"{pattern} leads out of the workspace")
    found = sorted(
        str(path.relative_to(WORKSPACE))
        for path in WORKSPACE.glob(pattern)
        if path.is_file() and _is_shown(path)
    )
    return {"files": found[:MOST_FOUND], "left_out": max(0, len(found) - MOST_FOUND)}


def grep(order: Order) -> Order:
    """Return the lines that a regular expression finds, in files whose path fits a pattern."""
    try:
        expression = re.compile(order["pattern"])
    except re.error as error:
        raise RefusedError(f"no regular expression: {error}") from None
    found: list[str] = []
    for name in glob({"pattern": order.get("files") or "**/*"})["files"]:
        data = inside(name).read_bytes()
        if b"\0" in data[:8000] or len(data) > MOST_BYTES:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if expression.search(line):
                found.append(f"{name}:{number}:{line[:500]}")
    return {"lines": found[:MOST_FOUND], "left_out": max(0, len(found) - MOST_FOUND)}


def _is_shown(path: Path) -> bool:
    """Tell whether a file is the workspace's own: no link out of it, nothing installed."""
    if SKIPPED & set(path.relative_to(WORKSPACE).parts):
        return False
    return Path(os.path.realpath(path)).is_relative_to(WORKSPACE)


def database(order: Order) -> Order:
    """Start PostgreSQL on loopback, in memory, and return when it takes connections."""
    data = Path(tempfile.mkdtemp(prefix="postgres-"))
    subprocess.run(["/bin/cp", "-r", order["template"], f"{data}/data"], check=True)
    (data / "data").chmod(0o700)
    settings = [f"-c{name}={value}" for name, value in order["settings"].items()]
    log = data / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [f"{order['programs']}/postgres", "-D", f"{data}/data", f"-k{data}", *settings],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        )  # fmt: skip
    until = time.monotonic() + order["seconds"]
    status = data / "data" / "postmaster.pid"
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            lines = status.read_text().splitlines()
            if len(lines) > 7 and lines[7].strip() == "ready":
                return {"socket": str(data)}
        time.sleep(0.005)
    raise RefusedError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def prove(order: Order) -> Order:
    """Try to get out, in every way that the proofs know."""
    return {"proofs": proofs.run(WORKSPACE, order)}


ORDERS = {
    "read": read, "write": write, "edit": edit, "bash": bash, "glob": glob, "grep": grep,
    "program": program, "database": database, "prove": prove,
}  # fmt: skip


def answer(order: Order) -> Order:
    """Do what is asked; what went wrong is an answer, too."""
    try:
        return ORDERS[order["do"]](order)
    except RefusedError as refused:
        return {"error": str(refused)}
    except (OSError, ValueError, RecursionError, subprocess.SubprocessError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main() -> None:
    """Answer orders until there are no more; our own streams are nobody else's."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    orders = os.fdopen(os.dup(0), "r", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    for line in orders:
        answers.write(f"{json.dumps(answer(json.loads(line)))}\n")
        answers.flush()


main()
