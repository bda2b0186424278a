"""From what was seen to verdicts: which openness is a leak, and which is the project's policy.

An operation is judged beside its neighbours on the same kind of object. What all of them show to
everybody is policy; where one shows what the others keep, it is the odd one out that leaks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backwright.probe.operations import Operation
from backwright.probe.ownership import is_mere_record
from backwright.probe.purposes import is_about_caller
from backwright.probe.sights import READING, WRITING, Kind, Sight
from backwright.report.probe_types import Actor, CellKind, ProbeCell

_ALWAYS: tuple[Kind, ...] = ("forges-owner", "gives-away", "assigns-role", "touches-others",
                             "mismatches-parent", "sees-deleted")  # fmt: skip
_ADMIN = re.compile(
    r"(?i)(^|[/_-])(admin|administration|superuser|staff|backoffice|internal|management|moderation|moderator)([/_-]|$)"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """An observation with its verdict."""

    sight: Sight
    cell: CellKind
    why: str


@dataclass
class Judge:
    """Knows all observations of one probe.

    Attributes:
        sights: The observations.
        owned: Nouns whose rows belong to somebody, with the columns that say so.
        declared: What the user says of operations, by key.
        parents: For a noun the nouns that its paths and required fields lie under.
        seen: Whether the database was seen; else what is kept from others belongs to somebody.
    """

    sights: tuple[Sight, ...]
    owned: Mapping[str, tuple[str, ...]]
    declared: Mapping[str, CellKind] = field(default_factory=dict)
    parents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    seen: bool = True

    def __post_init__(self) -> None:
        """Sort the observations by noun."""
        self._by_noun: dict[str, list[Sight]] = defaultdict(list)
        for one in self.sights:
            self._by_noun[one.noun].append(one)

    def judge(self, sight: Sight) -> Judged:
        """Return the verdict on one observation."""
        declared = self.declared.get(sight.operation.key)
        if sight.open is None:
            return Judged(sight, "not-proven", sight.why)
        if not sight.open:
            admin = self._beside_administrators(sight)
            return Judged(sight, "leak", admin) if admin else Judged(sight, "isolated", sight.why)
        if declared is not None and sight.kind in (*READING, "searches", "counts"):
            return Judged(sight, declared, "declared so in backwright.toml")
        cell, why = self._open(sight)
        return Judged(sight, cell, f"{sight.why}; {why}" if why else sight.why)

    def _open(self, sight: Sight) -> tuple[CellKind, str]:
        """Judge what came through."""
        if sight.actor == "owner" and sight.kind not in _ALWAYS:
            return "isolated", ""
        if sight.actor == "privileged":
            return "shared", "administrators may"
        if sight.kind in _ALWAYS:
            return "leak", ""
        if sight.kind == "finds-out":
            return self._finds_out(sight)
        if sight.kind in ("creates", "calls"):
            return self._creates(sight)
        return self._anonymous(sight) if sight.actor == "anonymous" else self._other(sight)

    def _other(self, sight: Sight) -> tuple[CellKind, str]:
        """Judge what another user saw or did."""
        if _ADMIN.search(sight.operation.path):
            return "leak", "the path is the administrators'"
        if sight.detail.get("admin"):
            return "leak", "others like it are refused"
        if sight.kind in ("links", "creates-under", "acts") and not self._harms(sight):
            return self._towards(sight)
        if sight.kind in WRITING or self._harms(sight):
            return self._writes(sight)
        return self._reads(sight)

    def _beside_administrators(self, sight: Sight) -> str:
        """Return why an ordinary user's creation is one too many; nothing where it is not.

        Rows that belong to nobody, and that only administrators change, are theirs to add, too.
        """
        if sight.kind != "creates" or sight.actor != "other" or self._is_owned(sight.noun):
            return ""
        if sight.exchange is None or not sight.exchange.ok:
            return ""
        mine = [one for one in self._by_noun[sight.noun] if one.actor == "owner"]
        writers = [one for one in mine if one.kind in WRITING]
        if _ADMIN.search(sight.operation.path):
            return "an ordinary user may, and the path is the administrators'"
        if writers and all(one.detail.get("admin") for one in writers):
            return f"an ordinary user may, and {writers[0].operation.key} is for administrators"
        return ""

    # --- facts

    def _harms(self, sight: Sight) -> bool:
        return bool(sight.detail.get("write"))

    def _closed(
        self, noun: str, kinds: Iterable[Kind], actor: Actor = "other", *, admin: bool = False
    ) -> list[Sight]:
        """Return the neighbours that keep objects of a kind from an actor.

        Those that only administrators may call count with `admin`.
        """
        return [
            one
            for one in self._by_noun[noun]
            if one.actor == actor and one.kind in kinds and one.open is False
            and not (one.kind == "lists" and is_about_caller(one.operation))
            and (admin or not one.detail.get("admin"))
        ]  # fmt: skip

    def _opened(self, noun: str, kinds: Iterable[Kind], actor: Actor = "other") -> list[Sight]:
        return [
            one
            for one in self._by_noun[noun]
            if one.actor == actor and one.kind in kinds and one.open
            and not one.detail.get("widened")
        ]  # fmt: skip

    def _is_owned(self, noun: str) -> bool:
        if not self.seen and self._closed(noun, (*READING, *WRITING)):
            return True
        return bool(self.owned.get(noun)) or any(
            self.owned.get(parent) for parent in self.parents.get(noun, ())
        )

    def is_private(self, noun: str) -> bool:
        """Tell whether objects of a kind are kept from other users, by most of their readers."""
        closed = len(self._closed(noun, READING))
        opened = len(self._opened(noun, READING))
        if closed or opened:
            return closed > 0
        return any(self.is_private(one) for one in self.parents.get(noun, ()) if one != noun)

    # --- verdicts

    def _reads(self, sight: Sight) -> tuple[CellKind, str]:
        noun = sight.noun
        if sight.detail.get("secret"):
            return "leak", f"{sight.detail['secret']!r} is nobody else's to read"
        if self._is_public_summary(sight):
            return "public", "a list for everybody, which does not show all of it"
        if not self._is_owned(noun) or sight.detail.get("impersonal"):
            return self._policy(sight, "the rows belong to nobody")
        if sight.detail.get("widened"):
            return self._policy(sight, "only what its owner made public is shown")
        kept = [one for one in self._closed(noun, READING) if one.operation != sight.operation]
        if kept:
            return "leak", f"{kept[0].operation.key} keeps it"
        for parent in self.parents.get(noun, ()):
            if parent != noun and self._closed(parent, READING):
                return "leak", f"the {parent} it belongs to is private"
        if sight.kind in ("searches", "counts", "mismatches-parent"):
            kept = self._closed(noun, READING)
            return ("leak", f"{kept[0].operation.key} keeps it") if kept else ("shared", "")
        admins = [one for one in self._by_noun[noun] if one.detail.get("admin")]
        if admins and any(one.kind in READING for one in admins):
            return "leak", f"{admins[0].operation.key} is for administrators"
        return self._policy(sight, "every reader shows it")

    def _is_public_summary(self, sight: Sight) -> bool:
        """Tell whether a list is one for everybody: it asks nobody, and shows less than the object."""
        same = [
            one for one in self._by_noun[sight.noun]
            if one.operation == sight.operation and one.actor == "anonymous"
        ]  # fmt: skip
        unasked = bool(same) and all(one.open and one.detail.get("summary") for one in same)
        return unasked and not sight.operation.secured

    def _policy(self, sight: Sight, why: str) -> tuple[CellKind, str]:
        """Call it public where nobody is asked who they are, else shared."""
        nobody = [
            one
            for one in self._by_noun[sight.noun]
            if one.operation == sight.operation and one.actor == "anonymous" and one.open
        ]
        return ("public", "anybody may read it") if nobody else ("shared", why)

    def _writes(self, sight: Sight) -> tuple[CellKind, str]:
        noun = sight.noun
        kinds = (*WRITING, "creates-under")
        kept = [one for one in self._closed(noun, kinds) if one.operation != sight.operation]
        admins = [
            one for one in self._by_noun[noun]
            if one.actor == "owner" and one.detail.get("admin") and one.kind in WRITING
        ]  # fmt: skip
        if admins and not self._is_owned(noun):
            return "leak", f"{admins[0].operation.key} is for administrators"
        if not self._is_owned(noun):
            if kept:
                return "leak", f"{kept[0].operation.key} is refused"
            return "shared", "the rows belong to nobody"
        if kept:
            return "leak", f"{kept[0].operation.key} is refused"
        if self.is_private(noun):
            return "leak", f"objects of other users are kept from readers: {noun}"
        columns = self.owned.get(noun, ())
        if columns and all(is_mere_record(name) for name in columns):
            return "shared", f"{columns[0]} only records who made it"
        return "leak", f"the row belongs to another user by {', '.join(columns) or 'its parent'}"

    def _towards(self, sight: Sight) -> tuple[CellKind, str]:
        """Judge a link to, or a child under, an object of somebody else."""
        target = sight.target or sight.noun
        under = target if sight.kind == "links" else self._parent_of(sight)
        if self.is_private(under):
            return "leak", f"another user's {under} is private"
        siblings = self._closed(sight.noun, ("links", "creates-under"))
        if sight.kind == "links" and self.owned.get(target) and not self._opened(target, READING):
            return "leak", f"the {target} belongs to another user"
        if siblings and self._is_owned(under):
            return "leak", f"{siblings[0].operation.key} is refused"
        return "shared", f"anybody may use a {under}"

    def _parent_of(self, sight: Sight) -> str:
        parents = [one for one in self.parents.get(sight.noun, ()) if one != sight.noun]
        return parents[0] if parents else sight.noun

    def _creates(self, sight: Sight) -> tuple[CellKind, str]:
        """Judge an operation that names no object: only nobody can be one too many there."""
        if sight.detail.get("told") or (self._harms(sight) and sight.actor == "other"):
            return "leak", ""
        if sight.actor != "anonymous":
            return "shared", ""
        return self._anonymous(sight)

    def _anonymous(self, sight: Sight) -> tuple[CellKind, str]:
        noun, writes = sight.noun, sight.operation.writes
        if sight.operation.secured:
            return "leak", "the document says that a caller must be known"
        if self._is_public_summary(sight):
            return "public", "a list for everybody, which does not show all of it"
        if sight.kind == "creates" and sight.detail.get("registers"):
            return "public", "it registers an account"
        if sight.detail.get("widened"):
            return "public", "only what its owner made public is shown"
        kinds: tuple[Kind, ...] = (*WRITING, "creates", "creates-under") if writes else READING
        others = [
            one for one in self._closed(noun, kinds, "anonymous", admin=writes)
            if one.operation != sight.operation
        ]  # fmt: skip
        same = [
            one for one in self._by_noun[noun]
            if one.operation == sight.operation and one.actor == "other" and one.open is False
        ]  # fmt: skip
        if same and not writes:
            return "leak", "a user who is known may not"
        if others and (writes or self._is_owned(noun)):
            return "leak", f"{others[0].operation.key} asks who is calling"
        for parent in () if writes else self.parents.get(noun, ()):
            if parent != noun and self._closed(parent, READING, "anonymous"):
                return "leak", f"the {parent} it belongs to asks who is calling"
        theirs = self._is_owned(noun) or is_about_caller(sight.operation)
        if writes and theirs and self._harms(sight):
            return "leak", "the row belongs to somebody"
        return "public", "it asks nobody who they are"

    def _finds_out(self, sight: Sight) -> tuple[CellKind, str]:
        """Judge a refusal that tells: a project that always says 403 has chosen to."""
        alike = [
            one for one in self.sights
            if one.kind == "finds-out" and one.open is False and one.noun == sight.noun
        ]  # fmt: skip
        if alike:
            return "leak", f"{alike[0].operation.key} tells no difference"
        return "isolated", "refusals tell which ids exist, everywhere alike"


_RANK: Mapping[CellKind, int] = {
    "leak": 0,
    "not-proven": 1,
    "public": 2,
    "shared": 3,
    "isolated": 4,
}
_MAIN: tuple[Kind, ...] = (*READING, *WRITING, "creates", "creates-under", "calls")


def cells(judged: Iterable[Judged], operations: Iterable[Operation]) -> tuple[ProbeCell, ...]:
    """Return one cell for each operation and actor: the worst of what was seen there."""
    found: dict[tuple[str, Actor], list[Judged]] = defaultdict(list)
    for one in judged:
        found[one.sight.operation.key, one.sight.actor].append(one)
    made = []
    for operation in operations:
        for actor in ("owner", "other", "anonymous", "privileged"):
            mine = found.get((operation.key, actor), [])
            if not mine:
                continue
            main = [one for one in mine if one.sight.kind in _MAIN or one.cell == "leak"] or mine
            worst = min(main, key=lambda one: _RANK[one.cell])
            made.append(ProbeCell(operation.method, operation.path, actor, worst.cell, worst.why))
    return tuple(made)
