"""Links of a new resource that are called as the exemplar, or as its own links, are."""

import ast

import pytest

from backwright.spec.resource import read_resource_line
from backwright.tasks.house import house_draft
from backwright.transfer.draft import Draft
from backwright.transfer.exemplar import bound_names
from backwright.transfer.resource import transfer_resource


def imported_from(code: str, module: str) -> set[str]:
    return {
        alias.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def service_of(line: str) -> tuple[Draft, str]:
    host = house_draft()
    spec = read_resource_line(line)
    transfer = transfer_resource(host, house_draft(), spec)
    assert transfer.exemplar == "Task"  # which is linked to tags
    return host, host.text(f"app/services/{spec.names.snake}_service.py")


@pytest.mark.parametrize(
    ("line", "link_tables", "constants"),
    [
        ("Meeting tasks:many:Task", {"MeetingTask"}, {"TASK_IDS"}),
        ("Meeting tags:many:Task", {"MeetingTag"}, {"TAG_IDS"}),
        ("Meeting tasks:many:Tag tags:many:Task", {"MeetingTask", "MeetingTag"}, {"TASK_IDS"}),
        ("Meeting subtasks:many:Task", {"MeetingSubtask"}, {"SUBTASK_IDS"}),
        ("TagTask tasks:many:Task", {"TagTaskTask"}, {"TASK_IDS"}),
    ],
)
def test_a_link_called_as_the_exemplar(
    line: str, link_tables: set[str], constants: set[str]
) -> None:
    host, service = service_of(line)
    tables = {
        n.name for n in ast.parse(host.text("app/models.py")).body if isinstance(n, ast.ClassDef)
    }
    used = imported_from(service, "app.models")
    assert link_tables < used <= tables
    assert constants <= bound_names(service)
    assert "laceholder" not in service
