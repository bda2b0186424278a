"""Imports of the exemplar in shared modules, once more for the new resource."""

from __future__ import annotations

import ast
import re

from backwright.source.fallback import tree_of
from backwright.transfer.example.edits import Insertion, Positions, insert
from backwright.transfer.example.modules import Modules
from backwright.transfer.example.reach import Reach
from backwright.transfer.rename import Renaming


def repeat_imports(
    code: str, path: str, modules: Modules, reach: Reach, rename: Renaming, width: int
) -> str:
    """Return a module that imports of the new resource what it needs, beside the exemplar's.

    A name is needed where the module now uses it, and where the exemplar's is imported for its
    own sake: to be exported, or to be known to the tables' metadata.

    Args:
        code: the module as it is to be, without the imports.
        path: where it stands; its imports are read as they are there.
        modules: the project.
        reach: which imports are the exemplar's.
        rename: gives the new name of an identifier or a dotted module.
        width: the longest line.
    """
    tree = tree_of(code)
    used = _used(tree)
    ours = {
        (ast.unparse(node), alias.name): None
        for node, alias, file in modules.imports(path)
        if reach.is_ours(alias, file)
    }
    editor = _Editor(code, tree, rename, width)
    typing = _for_typing(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        wanted = []
        for alias in node.names:
            local = alias.asname or alias.name
            if id(node) not in typing.values() and _pair(node, alias) in typing:
                continue  # the name is there once more for classes that are rebuilt with it
            new = rename.identifier(local)
            is_needed = local not in used and alias.name != "*"
            is_needed = is_needed or (new in used and new != local)
            if (ast.unparse(node), alias.name) in ours and is_needed:
                wanted.append(alias)
        if wanted:
            editor.repeat(node, wanted)
    return insert(code, editor.insertions)


def _for_typing(tree: ast.Module) -> dict[tuple[str, str], int]:
    """Return what a module imports under `if TYPE_CHECKING`, and by which statement."""
    blocks = [
        n for n in tree.body if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test)
    ]
    nodes = [n for block in blocks for n in block.body if isinstance(n, ast.ImportFrom)]
    return {_pair(node, alias): id(node) for node in nodes for alias in node.names}


def _pair(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
    return _module_of(node), alias.name


def _used(tree: ast.Module) -> set[str]:
    """Return the names that a module uses, also in annotations written as strings."""
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            used |= set(re.findall(r"\w+", node.value)) if len(node.value) < 100 else set()
    return used


class _Editor:
    """Writes imports into one module."""

    def __init__(self, code: str, tree: ast.Module, rename: Renaming, width: int) -> None:
        self.positions = Positions(code)
        self.kin = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
        self.rename = rename
        self.width = width
        self.insertions: list[Insertion] = []

    def repeat(self, node: ast.Import | ast.ImportFrom, wanted: list[ast.alias]) -> None:
        """Import the new names: in the same statement where the module is the same."""
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            renamed = self.rename.module(module)
            alone = len([n for n in self.kin if _module_of(n) == module]) > 1
            if renamed == module and not alone:
                self._extend(node, wanted)
                return
            self._beside(node, self._from(renamed, [self._alias(a) for a in wanted]))
        else:
            names = ", ".join(self._alias(a) for a in wanted)
            self._beside(node, f"import {names}")

    def _from(self, module: str, names: list[str]) -> str:
        line = f"from {module} import {', '.join(names)}"
        if len(line) <= self.width:
            return line
        inner = "".join(f"    {name},\n" for name in names)
        return f"from {module} import (\n{inner})"

    def _alias(self, alias: ast.alias) -> str:
        name = (
            self.rename.module(alias.name)
            if "." in alias.name
            else self.rename.identifier(alias.name)
        )
        return f"{name} as {self.rename.identifier(alias.asname)}" if alias.asname else name

    def _extend(self, node: ast.ImportFrom, wanted: list[ast.alias]) -> None:
        have = {a.asname or a.name for a in node.names}
        for alias in wanted:
            new = self._alias(alias)
            if new.rpartition(" ")[2] in have:
                continue
            self._insert_name(node, new)

    def _insert_name(self, node: ast.ImportFrom, new: str) -> None:
        names = [a.name for a in node.names]
        after: ast.alias | None = node.names[-1]
        for key in (_plain, _isort, str.lower):
            if len(names) > 1 and names == sorted(names, key=key):
                before = [a for a in node.names if key(a.name) < key(new)]
                after = before[-1] if before else None
                break
        first = node.names[0]
        own_line = first.lineno > node.lineno
        line = self.positions.line((after or first).lineno)
        gap = "\n" + line[: len(line) - len(line.lstrip())] if own_line else " "
        packed = len({a.lineno for a in node.names}) < len(node.names)
        if packed and len(line) + len(f", {new}") <= self.width:
            gap = " "  # several names stand on a line, and this one, too
        if after is None:
            self.insertions.append(Insertion(self.positions.start(first), f"{new},{gap}"))
        else:
            self.insertions.append(Insertion(self.positions.end(after), f",{gap}{new}"))

    def _beside(self, node: ast.Import | ast.ImportFrom, text: str) -> None:
        """Write an import of its own: by the alphabet where its neighbours are, else behind."""
        line = self.positions.line(node.lineno)
        margin = line[: len(line) - len(line.lstrip())]
        comment = _comment(self.positions.line(node.end_lineno or node.lineno))
        opening = _comment(line) if node.lineno != node.end_lineno else ""
        if opening and "(\n" in text:
            text = text.replace("(\n", f"({opening}\n", 1)
        comment = comment or (opening if "\n" not in text else "")
        block = self._block(node)
        texts = [_sorting(self.positions.text(n)) for n in block]
        after = _last(node)
        if len(block) > 1 and texts == sorted(texts):
            before = [n for n, t in zip(block, texts, strict=True) if t < _sorting(text)]
            after = _last(before[-1]) if before else block[0].lineno - 1
        offset = self.positions.line_start(after + 1)
        self.insertions.append(Insertion(offset, f"{margin}{text}{comment}\n"))

    def _block(self, node: ast.Import | ast.ImportFrom) -> list[ast.Import | ast.ImportFrom]:
        """Return the imports of the same package that follow one another without a gap."""
        same = [n for n in self.kin if type(n) is type(node) and _root(n) == _root(node)]
        same = sorted(same, key=lambda n: n.lineno)
        at = same.index(node)
        first = last = at
        while first > 0 and _last(same[first - 1]) + 1 == same[first].lineno:
            first -= 1
        while last + 1 < len(same) and _last(same[last]) + 1 == same[last + 1].lineno:
            last += 1
        return same[first : last + 1]


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _module_of(node: ast.Import | ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""


def _root(node: ast.Import | ast.ImportFrom) -> str:
    name = _module_of(node) or (node.names[0].name if isinstance(node, ast.Import) else "")
    return "." if name.startswith(".") else name.partition(".")[0]


def _sorting(text: str) -> tuple[str, str]:
    """Order imports as isort does: by the module's name, then by what is imported."""
    _, _, rest = text.partition(" ")
    module, _, names = rest.partition(" import ")
    return module.lower(), " ".join(names.split()).lstrip("( ")


def _comment(line: str) -> str:
    """Return the `# noqa` and the like behind an import: what is true of one is of the other."""
    found = re.search(r"\s+#\s*(noqa|type:|isort:|pylint:|pyright:).*$", line)
    return found.group() if found else ""


def _plain(name: str) -> str:
    return name


def _isort(name: str) -> str:
    """Order names as isort does by type: CONSTANTS, then Classes, then functions."""
    rank = "0" if name.isupper() and len(name) > 1 else "1" if name[:1].isupper() else "2"
    return rank + name
