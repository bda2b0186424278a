"""What is said of new fields where their declaration does not show it."""

from pathlib import Path

from backwright.spec.resource import read_resource_line
from backwright.tasks.field_notes import field_notes
from backwright.tasks.house import house_draft
from backwright.transfer.draft import Draft
from backwright.transfer.resource import transfer_resource


def test_notes_say_what_fields_can_not(tmp_path: Path) -> None:
    house_draft().write_into(tmp_path)
    line = (
        "Node up:ref:Node:optional rank:int:index:optional size:int:index tags:many:Tag note:text"
    )
    spec = read_resource_line(line)
    host = Draft(tmp_path)
    transfer_resource(host, house_draft(), spec)
    for path, (_, after) in host.changes().items():
        assert after is not None
        (tmp_path / path).write_bytes(after)
    notes = field_notes(tmp_path, spec.names, spec.fields)
    assert [note.file for note in notes] == ["app/models.py", "app/schemas.py", "app/schemas.py"]
    texts = [note.text for note in notes]
    assert "its own up" in texts[0]
    assert "sorted by" in texts[1]
    assert texts[1].startswith("rank ")
    assert texts[2].startswith("tag_ids takes 100 ids at most")
    for note in notes:
        assert (
            (tmp_path / note.file).read_text().splitlines()[note.line - 1].startswith("class Node")
        )
