"""Links that bodies ask for and no written code sets."""

from __future__ import annotations

from pathlib import Path

from backwright.spec.resource import read_resource_line
from backwright.tasks.unset_links import unset_links

FIELDS = read_resource_line("Invoice number:str tags:many:Tag").fields
BODY = "class InvoiceCreate(BaseModel):\n    tag_ids: list[int] = Field(default=[], exclude=True)\n"
MODEL = "class Invoice(Base):\n    def shown(self):\n        return self.tag_ids\n"
SERVICE = "def add(data):\n    return Invoice(tags=[tag_of(one) for one in data.tag_ids])\n"


def test_ids_that_nothing_reads_are_told(tmp_path: Path) -> None:
    (tmp_path / "schemas.py").write_text(BODY)
    (tmp_path / "models.py").write_text(MODEL)
    (tmp_path / "service.py").write_text(SERVICE)
    assert unset_links(tmp_path, ["schemas.py", "models.py"], FIELDS) == ["tags"]
    assert unset_links(tmp_path, ["schemas.py", "service.py", "notes.txt"], FIELDS) == []


def test_what_is_shown_and_never_set_is_told(tmp_path: Path) -> None:
    shown = "def show(row):\n    return Shown(tag_ids=row.tag_ids)\n"
    (tmp_path / "service.py").write_text(shown)
    assert unset_links(tmp_path, ["service.py"], FIELDS) == ["tags"]
    for sets in ("row.tags = tags", "row.tags.append(tag)", "insert(links)"):
        (tmp_path / "service.py").write_text(f"{shown}\n\ndef keep(row):\n    {sets}\n")
        assert unset_links(tmp_path, ["service.py"], FIELDS) == []
