"""`audit --fix`: repairs put into a copy, judged there again, and proved as any change.

Repairs are made in rounds, since one may stand where another one does: each round's are made
together, the copy is judged, and what does not hold is taken out until the rest does.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backwright.audit.engine import Judgement, judge_project
from backwright.audit.fixes.repair import Edit, Fix
from backwright.audit.settings import Settings
from backwright.project import read_project
from backwright.report.audit_types import Dropped, Finding
from backwright.source.patch import patched
from backwright.tasks.habits import Habits, Written

_ROUNDS = 6
Repair = tuple[Finding, Fix]
Key = tuple[str, str, str]


@dataclass
class Draft:
    """The repairs that hold in a copy of a project, as far as reading tells.

    Attributes:
        folder: The copy.
        settings: How the project wants to be audited.
        unsafe: Whether repairs that need a review are made, too.
        fixed: What is mended.
        dropped: What is not, by what it is known by, and why.
        files: What the files were before, by path.
        touched: The files that the round under way may write.
    """

    folder: Path
    settings: Settings
    unsafe: bool = False
    fixed: list[Finding] = field(default_factory=list)
    dropped: dict[Key, Dropped] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)

    def judged(self) -> Judgement:
        """Return what an audit says of the copy as it is."""
        return judge_project(self.folder, read_project(self.folder), self.settings)

    def drop(self, repairs: Iterable[Repair], why: str) -> None:
        """Leave findings as they are."""
        for finding, _ in repairs:
            self.dropped.setdefault(key_of(finding), Dropped(finding, why))

    def round(self, holds: Callable[[], str]) -> Judgement | None:
        """Make the repairs that there are now, without those that do not hold.

        Args:
            holds: says why what stands in the copy does not hold; nothing where it does.

        Returns:
            What an audit then says; `None` where there was nothing to do.
        """
        before = self.judged()
        wanted = self._apart(before)
        if not wanted:
            return None
        contents = {path: (self.folder / path).read_bytes() for path in paths_of(wanted)}
        self.touched = list(contents)
        reasons: dict[Key, str] = {}

        def tried(repairs: Sequence[Repair]) -> bool:
            why = self._made(contents, repairs) or self._judged_again(before, repairs) or holds()
            if why and len(repairs):
                reasons[key_of(repairs[-1][0])] = why
            return not why

        kept = survivors(wanted, tried)
        if not tried(kept):  # what holds in parts, and not together
            kept = []
            tried(kept)
        lost = [one for one in wanted if one not in kept]
        for one in lost:
            self.drop([one], reasons.get(key_of(one[0]), "it does not hold with the others"))
        self.fixed += [finding for finding, _ in kept]
        for path in paths_of(kept):
            self.files.setdefault(path, contents[path])
        return self.judged()

    def all_rounds(self, holds: Callable[[], str] = str) -> None:
        """Make repairs until there is nothing left to do."""
        for _ in range(_ROUNDS):
            if self.round(holds) is None:
                return

    def _apart(self, judgement: Judgement) -> list[Repair]:
        """Return the repairs that can be made at once: no two at one place."""
        found: list[Repair] = []
        taken: dict[str, list[Edit]] = defaultdict(list)
        for finding, fix in judgement.fixes:
            if not (fix.safe or self.unsafe) or key_of(finding) in self.dropped:
                continue
            if any(_meet(one, other) for one in fix.edits for other in taken[one.file]):
                continue
            found.append((finding, fix))
            for edit in fix.edits:
                taken[edit.file].append(edit)
        return found

    def _made(self, contents: dict[str, bytes], repairs: Sequence[Repair]) -> str:
        """Write repairs into the copy, all else as it was; say why that cannot be."""
        for path, content in contents.items():
            (self.folder / path).write_bytes(content)
        edits: dict[str, dict[Edit, None]] = defaultdict(dict)
        imports: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for _, fix in repairs:
            for one in fix.edits:
                edits[one.file][one] = None
            for file, module, name in fix.imports:
                imports[file][module].add(name)
        for path in paths_of(repairs):
            parts = [(one.start, one.end, one.text) for one in edits[path]]
            try:
                after = patched(contents[path], parts, imports[path])
                ast.parse(after)
            except (UnicodeDecodeError, SyntaxError, ValueError) as error:
                return f"{path} cannot be written so: {error}"
            (self.folder / path).write_bytes(after)
        Habits(self.folder).keep(
            Written(path, contents[path], is_new=False) for path in paths_of(repairs)
        )
        return ""

    def _judged_again(self, before: Judgement, repairs: Sequence[Repair]) -> str:
        """Say which finding stays or comes, if one does."""
        after = self.judged()
        had, has = told(before), told(after)
        for finding, _ in repairs:
            key = key_of(finding)
            gone = sum(key_of(one) == key for one, _ in repairs)
            if has[key] > had[key] - gone:
                return "the finding is still there after it"
        for key, count in has.items():
            if count > had[key]:
                return f"a finding of {key[0]} comes with it"
        if len(after.report.notes) > len(before.report.notes):
            return after.report.notes[-1]
        return ""


def survivors(candidates: Sequence[Repair], holds: Callable[[Sequence[Repair]], bool],
              kept: Sequence[Repair] = ()) -> list[Repair]:  # fmt: skip
    """Return those that hold together with what is kept: halves are tried where the whole does not."""
    if not candidates or holds([*kept, *candidates]):
        return list(candidates)
    if len(candidates) == 1:
        return []
    middle = len(candidates) // 2
    left = survivors(candidates[:middle], holds, kept)
    return left + survivors(candidates[middle:], holds, [*kept, *left])


def paths_of(repairs: Iterable[Repair]) -> list[str]:
    """Return the files that repairs write, in order."""
    return sorted({edit.file for _, fix in repairs for edit in fix.edits})


def key_of(finding: Finding) -> Key:
    """Return what a finding is known by while lines move."""
    return finding.rule, finding.file, re.sub(r"\d+", "#", finding.message)


def told(judgement: Judgement) -> Counter[Key]:
    """Return how often each finding is there."""
    return Counter(key_of(one) for one in judgement.report.findings)


def _meet(one: Edit, other: Edit) -> bool:
    """Tell whether two edits stand in each other's way; the same edit twice is one."""
    if one == other:
        return False
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end
