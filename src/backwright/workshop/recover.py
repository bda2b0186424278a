"""`python -m backwright.workshop.recover ROOT`: what the watchdog runs when a run was killed."""

from __future__ import annotations

import sys
from pathlib import Path

from backwright.workshop import journal
from backwright.workshop.commit import recover
from backwright.workshop.lock import locked

_WAIT_SECONDS = 30.0

if __name__ == "__main__":
    root = Path(sys.argv[1])
    if (root / journal.FOLDER / "journal.json").exists():
        with locked(root, "recover", wait=_WAIT_SECONDS):
            recover(root)
