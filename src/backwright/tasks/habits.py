"""Formatting as the host's files are: what was formatted before stays so, and nothing else is.

Each file is judged by its like: an edited file by what it was, a new one by the exemplar's module
that it was learnt from. The settings are the host's own; where it has none for Ruff, the usual
widths are tried.
"""

from __future__ import annotations

import ast
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path

from backwright.host.process import Result, run
from backwright.source.outline import first_line, outline
from backwright.source.text import decode, encode
from backwright.tasks.long_texts import with_broken_texts
from backwright.tasks.tidy import ruff_program
from backwright.workshop.settings import (
    black_settings,
    flake8_width,
    formatters,
    ruff_width,
    tables,
)

_PRESERVE = ("--config", 'format.quote-style="preserve"')
_SINGLE = ("--config", 'format.quote-style="single"')
_COMBINED = ("--config", "lint.isort.combine-as-imports=true")
_MARKS = ("--extend-ignore", "RUF105,RUF106")  # the host's Ruff may be older than these marks
_WIDTHS = (88, 79, 100, 120)
_BLANKS = "E301,E302,E303,E305,E306,W291,W293,W391"  # pycodestyle's


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written: its path, the code it is judged by, and whether it is new.

    `prunes` tells whether imports that it does not use are dropped, `generated` whether a tool
    wrote most of it, whose long lines people leave as they are.
    """

    path: str
    like: bytes
    is_new: bool
    prunes: bool = True
    generated: bool = False


@dataclass(frozen=True)
class Habits:
    """The host's formatting, asked of Ruff in its folder."""

    folder: Path
    width: int = 88

    def keep(self, files: Iterable[Written]) -> None:
        """Format each file as its like is formatted, and drop imports that new files do not use."""
        for file in files:
            if file.path.endswith(".py"):
                target = self.folder / file.path
                is_marked = target.read_bytes().startswith(BOM_UTF8)
                self._keep(file)
                if is_marked and not (code := target.read_bytes()).startswith(BOM_UTF8):
                    target.write_bytes(BOM_UTF8 + code)  # formatters take it away

    def use_all_imports(self, files: Sequence[Path]) -> bool:
        """Tell whether every import of some modules is used in them."""
        paths = [str(file) for file in files]
        return self._ruff(
            "check", "--isolated", "--quiet", "--no-cache", "--select=F401", *paths
        ).ok

    def _keep(self, file: Written) -> None:
        prunes = file.is_new and file.prunes and not file.path.endswith("__init__.py")
        if prunes:
            self._fix(file.path, "F401", self._combined)
        sorting = self._sorting(file)
        if sorting is None and file.is_new and "isort" in self._tools:
            sorting = self._combined
        if sorting is not None:
            self._fix(file.path, "I", sorting)
        if "ruff" in self._tools:
            is_marked = b"noqa" in (self.folder / file.path).read_bytes()
            self._as_ruff_mends(file)
            if prunes and not is_marked:  # newer syntax needs fewer names
                self._fix(file.path, "F401", self._combined)
        style = self._style(file)
        if style is not None:
            self._format(file.path, style)
        elif not file.generated or self._limit or flake8_width(self.folder):
            self._wrap(file)
        if file.is_new:
            self._break_texts(file)
        if "flake8" in self._tools and self._configured is None:
            self._as_flake8_wants(file)

    def _as_ruff_mends(self, file: Written) -> None:
        """Mend what the host's own settings mend by themselves; of an edited file, what is new.

        Imports of an edited file are sorted before, if they were: a half of that would say some twice.
        """
        target = self.folder / file.path
        before = target.read_bytes()
        mend = ("--quiet", "--no-cache", "--fix", "--exit-zero", "--force-exclude", *_MARKS)
        sorts = () if file.is_new else ("--extend-ignore", "I")
        self._ruff("check", *mend, *sorts, file.path)
        if not file.is_new:
            after = decode(target.read_bytes())
            target.write_bytes(encode(_mended_near(decode(file.like), decode(before), after)))

    def _as_flake8_wants(self, file: Written) -> None:
        """Mend the blank lines and blanks of what is new, where no formatter does.

        What is new may have them from its like, of which the host's flake8 complains as well.
        """
        target = self.folder / file.path
        before = target.read_bytes()
        mend = ("--quiet", "--no-cache", "--fix", "--exit-zero", "--preview", "--isolated")
        rules = f"{_BLANKS},F541" if file.is_new else _BLANKS
        self._ruff("check", *mend, "--select", rules, file.path)
        if not file.is_new:
            after = decode(target.read_bytes())
            target.write_bytes(encode(_mended_near(decode(file.like), decode(before), after)))

    def _break_texts(self, file: Written) -> None:
        target = self.folder / file.path
        before = decode(target.read_bytes())
        longest = max([self.width, *map(len, decode(file.like).splitlines())])
        after = with_broken_texts(before, longest)
        if after != before:
            target.write_bytes(encode(after))

    def _sorting(self, file: Written) -> tuple[str, ...] | None:
        """Return the settings under which the like's imports are sorted; None where they are not."""
        for settings in dict.fromkeys((self._combined, ())):
            if self._accepts(file, "check", "--quiet", "--select", "I", *settings):
                return settings
        return None

    def _style(self, file: Written) -> tuple[str, ...] | None:
        """Return the settings under which the like is formatted; None where it is under none."""
        own = self._configured
        if own is not None and file.is_new:  # the host's formatter will be asked of it
            return own
        for style in ((own,) if own is not None else ()) + self._styles:
            if self._accepts(file, "format", "--check", "--quiet", *style):
                return style
        return None

    @cached_property
    def _tools(self) -> frozenset[str]:
        return tables(self.folder)

    @cached_property
    def _limit(self) -> int | None:
        """Return the longest line that the host's Ruff lets pass, None where it uses none."""
        return ruff_width(self.folder) if "ruff" in self._tools else None

    @cached_property
    def _configured(self) -> tuple[str, ...] | None:
        """Return the settings of the formatter that the host uses, if it uses one."""
        used = formatters(self.folder)
        if "ruff" in used:
            return ()
        if "black" not in used:
            return None
        width, keeps_quotes = black_settings(self.folder)
        told = ("--config", f"line-length={width or 88}")
        return (*told, *_PRESERVE) if keeps_quotes else told

    @cached_property
    def _styles(self) -> tuple[tuple[str, ...], ...]:
        told, _ = black_settings(self.folder)
        widths = dict.fromkeys((*([told] if told else []), self.width, *_WIDTHS))
        tried: list[tuple[str, ...]] = [()]
        for width in widths:
            lines = ("--config", f"line-length={width}")
            tried += [lines, (*lines, *_PRESERVE), (*lines, *_SINGLE)]
        return tuple(tried)

    def _wrap(self, file: Written) -> None:
        """Break lines that are longer than any that was there, in a file of no known format."""
        target = self.folder / file.path
        like = file.like.decode(errors="replace").splitlines()
        longest = self._limit or max([self.width, *map(len, like)])
        style: tuple[str, ...] = ("--config", f"line-length={self._limit or self.width}")
        style = (*style, *_PRESERVE)
        if b"\n\t" in file.like:
            style = (*style, "--config", 'format.indent-style="tab"')
        done: set[str] = set()
        while True:
            code = decode(target.read_bytes())
            known = like if self._limit else ()
            found = _too_long(code, longest, known)
            parts = (f"{first}-{last + 1}" for first, last in found)  # up to the next line's start
            part = next((p for p in parts if p not in done), None)
            if part is None:
                return
            done.add(part)
            self._format(file.path, (*style, "--range", part))

    def _format(self, path: str, style: Sequence[str]) -> None:
        self._ruff("format", "--quiet", "--no-cache", *style, path)

    def _fix(self, path: str, rules: str, settings: tuple[str, ...]) -> None:
        fixing = ("--quiet", "--no-cache", "--fix", "--exit-zero", "--select", rules)
        mine = ("--extend-fixable", rules)  # what the host mends by hand in its own code
        self._ruff("check", *fixing, *mine, *settings, path)

    @cached_property
    def _combined(self) -> tuple[str, ...]:
        """Keep `X as Y` beside the other imports of its module, unless the host's Ruff says."""
        return () if "ruff" in self._tools else _COMBINED

    def _accepts(self, file: Written, *arguments: str) -> bool:
        stdin = ("--no-cache", "--stdin-filename", file.path, "-")
        return self._ruff(*arguments, *stdin, stdin=file.like.removeprefix(BOM_UTF8)).ok

    def _ruff(self, *arguments: str, stdin: bytes = b"") -> Result:
        argv = [str(ruff_program()), *arguments]
        return run(argv, cwd=self.folder, timeout=60, stdin=stdin)


def _mended_near(like: str, written: str, mended: str) -> str:
    """Return what was written, with the mends that touch lines which are not of its like."""
    old, new, best = (one.splitlines(keepends=True) for one in (like, written, mended))
    added = set[int]()
    for tag, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            added |= set(range(start, end))
    kept: list[str] = []
    for tag, start, end, first, last in SequenceMatcher(
        None, new, best, autojunk=False
    ).get_opcodes():
        beside = range(start - 1, end + 1) if tag == "insert" else range(start, end)
        is_ours = tag != "equal" and any(n in added for n in beside)
        if tag == "replace" and end - start == last - first:  # each line by itself
            pairs = zip(range(start, end), best[first:last], strict=True)
            kept += [better if n in added else new[n] for n, better in pairs]
            continue
        kept += best[first:last] if is_ours else new[start:end]
    return "".join(kept)


def _too_long(code: str, longest: int, known: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each simple statement with a line that is too long.

    Lines that were known before are nobody's to break.
    """
    old = set(known)
    lines = ["" if line in old else line for line in code.splitlines()]
    if all(len(line) <= longest for line in lines):
        return
    for statement in outline(code):
        for node in ast.walk(statement.node):
            if not isinstance(node, ast.stmt):
                continue
            end = _header_end(node)
            is_long = any(len(lines[i - 1]) > longest for i in range(node.lineno, end + 1))
            if is_long and not _is_text(node):
                yield first_line(node), end  # its decorators, too: Ruff formats no part of a header


def _header_end(node: ast.stmt) -> int:
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return max(node.lineno, first_line(body[0]) - 1)
    return node.end_lineno or node.lineno


def _is_text(node: ast.stmt) -> bool:
    """Tell whether a statement is one long text, which no formatter breaks."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def width_of(votes: str | None) -> int:
    """Return the longest line of a host, from its convention."""
    return int(votes) if votes and re.fullmatch(r"\d+", votes) else 88
