"""Names that written code uses and nothing defines."""

from __future__ import annotations

from pathlib import Path

from backwright.tasks.undefined import undefined_names


def test_what_is_lacking_is_told_but_for_what_lacked_before_and_names_in_quotes(
    tmp_path: Path,
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder in (before, after):
        folder.mkdir()
        (folder / "old.py").write_text("print(forgotten)\n")
    (after / "old.py").write_text("print(forgotten, invoice)\n")
    (after / "new.py").write_text('def f(one: "Team", two: InvoiceLink) -> None: ...\n')
    (after / "notes.txt").write_text("no code")
    paths = ["old.py", "new.py", "notes.txt"]
    assert undefined_names(after, paths, before) == ["InvoiceLink", "invoice"]
    assert undefined_names(after, ["notes.txt"], before) == []
