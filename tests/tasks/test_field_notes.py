"""What is said of new fields where their declaration does not show it."""

from pathlib import Path

from backwright.spec.resource import read_resource_line
from backwright.spec.types import ResourceSpec
from backwright.tasks.field_notes import field_notes
from backwright.tasks.house import house_draft
from backwright.transfer.resource import transfer_resource

LINE = "Node up:ref:Node:optional over:ref:Node:optional tags:many:Tag note:text"
SERVICE = "app/services/node_service.py"


def project(folder: Path) -> ResourceSpec:
    """Write the house with such nodes, and return what was asked for."""
    host, spec = house_draft(), read_resource_line(LINE)
    transfer_resource(host, house_draft(), spec)
    host.write_into(folder)
    return spec


def test_notes_say_what_fields_can_not(tmp_path: Path) -> None:
    spec = project(tmp_path)
    (note,) = field_notes(tmp_path, spec.names, spec.fields)
    assert note.file == "app/schemas.py"
    assert note.text.startswith("tag_ids takes 100 ids at most")
    lines = (tmp_path / note.file).read_text().splitlines()
    assert lines[note.line - 1].startswith("class Node")


def test_circles_are_spoken_of_where_nothing_refuses_them(tmp_path: Path) -> None:
    spec = project(tmp_path)
    service = tmp_path / SERVICE
    service.write_text(service.read_text().replace("col(Node.over_id)", "col(Node.up_id)"))
    first, _ = field_notes(tmp_path, spec.names, spec.fields)
    assert first.file == "app/models.py"
    assert "its own over" in first.text
