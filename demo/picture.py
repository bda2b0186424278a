"""The README's picture: what `make demo` printed, as an SVG.

    make demo | python demo/picture.py docs/demo.svg

Lines of files and of the staging's progress are left out, long answers are cut.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 110
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_LEFT_OUT = re.compile(r"^(· |  [+~] |Proved in|Next:|  (cd|make|backwright) )")


def main() -> int:
    """Draw what stands on standard input."""
    console = Console(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True)
    blank = False
    for line in _told(sys.stdin.read().splitlines()):
        if blank and not line.strip():
            continue
        blank = not line.strip()
        console.print(_styled(line), no_wrap=True, overflow="ellipsis")
    picture = console.export_svg(title="make demo")
    Path(sys.argv[1]).write_text(_FONT.sub("", picture))  # the reader's own font, from nowhere else
    return 0


def _told(lines: list[str]) -> list[str]:
    """Keep the story: each check once, no list of files."""
    kept: list[str] = []
    seen: set[str] = set()
    for line in lines:
        if _LEFT_OUT.match(line):
            continue
        if line.startswith("$ backwright"):
            seen.clear()
        if line.startswith("  ✓"):
            if line in seen:
                continue
            seen.add(line)
        kept.append(line)
    return kept


def _styled(line: str) -> Text:
    if line.startswith("$ "):
        return Text(line, style="bold cyan")
    if line.startswith("  ✓"):
        return Text(line, style="green")
    if re.match(r"^4\d\d ", line):
        return Text(line, style="yellow")
    if re.match(r"^\d\d\d ", line):
        return Text(line, style="dim")
    return Text(line, style="bold")


if __name__ == "__main__":
    sys.exit(main())
