"""What stands around a new model: other models that it names are imported for type checkers."""

from __future__ import annotations

from pathlib import Path

from tests.transfer.test_circles import FILES, MODEL

from backwright.project import read_project
from backwright.spec.resource import read_resource_line
from backwright.tasks.by_example import lessons, write
from backwright.tasks.questions import Answers
from backwright.transfer.draft import Draft
from backwright.transfer.example.placing import add_members


def test_two_that_a_new_model_names_are_imported(tmp_path: Path) -> None:
    """That it names the one is no habit of the project for the other."""
    task = MODEL.format(line="")
    models = {
        "app/models/tasks.py": task,
        "app/models/tags.py": task.replace("Task", "Tag").replace("tasks", "tags"),
    }
    main = f"import app.models.tags\n{FILES['app/main.py']}"
    for path, text in (FILES | models | {"app/main.py": main}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    spec = read_resource_line("Invoice task:ref:Task tags:many:Tag")
    made = lessons(Draft(tmp_path), read_project(tmp_path), spec, Answers(yes=True))[0]
    write(tmp_path, made, {})
    model = (tmp_path / "app/models/invoices.py").read_text()
    assert "if TYPE_CHECKING:\n    from app.models.tags import Tag\n" in model
    assert "    from app.models.tasks import Task\n" in model


def test_a_class_that_has_got_something_needs_no_pass() -> None:
    code = "class Tag(Base):\n    pass\n\n\nclass Task(Base):\n    pass\n"
    made = add_members(code, "Tag", ["notes = relationship()"], "relationship")
    assert made == code.replace("    pass", "    notes = relationship()", 1)
