"""Where the parts of a grown resource go."""

from pathlib import Path

import pytest

from backwright.project.reader import read_project
from backwright.spec.names import names_of
from backwright.transfer.draft import Draft
from backwright.transfer.grow.homes import read_homes
from backwright.transfer.grow.sources import Sources

MAIN = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@pytest.mark.parametrize(
    ("there", "service", "routes"),
    [
        ((), "app/services/note_service.py", "app/routes/notes.py"),
        (("services.py",), "app/note_service.py", "app/routes/notes.py"),
        (("routes.py",), "app/services/note_service.py", "app/notes_routes.py"),
    ],
)
def test_no_folder_hides_a_module(
    tmp_path: Path, there: tuple[str, ...], service: str, routes: str
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "main.py").write_text(MAIN)
    for name in there:
        (app / name).write_text("VALUE = 1\n")
    homes = read_homes(Sources(Draft(tmp_path), read_project(tmp_path)), names_of("Note"))
    assert (homes.service, homes.routes) == (service, routes)
