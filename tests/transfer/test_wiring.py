"""Where the statements that put a new resource to use stand."""

import ast

import pytest

from backwright.transfer.example.reach import Known
from backwright.transfer.example.wiring import Wiring


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "api.include_router(heroes.router)\napp.include_router(api)\n",
            "api.include_router(heroes.router)\napi.include_router(notes.router)\n"
            "app.include_router(api)\n",
        ),
        (
            "api.include_router(heroes.router)\napi.include_router(teams.router)\n"
            "app.include_router(api, prefix='/v1')\n",
            "api.include_router(heroes.router)\napi.include_router(teams.router)\n"
            "api.include_router(notes.router)\napp.include_router(api, prefix='/v1')\n",
        ),
        (
            "app.include_router(heroes.router)\napp.include_router(api)\n",
            "app.include_router(heroes.router)\napp.include_router(api)\n"
            "app.include_router(notes.router)\n",
        ),
        (
            "heroes.register(app)\nteams.register(app)\n",
            "heroes.register(app)\nteams.register(app)\nnotes.register(app)\n",
        ),
    ],
    ids=["at once", "after others", "on the application", "each on its own"],
)
def test_a_router_is_complete_before_it_is_included(before: str, after: str) -> None:
    wiring = Wiring(
        "main.py",
        before,
        Known(names=frozenset({"heroes"})),
        rename=lambda text: text.replace("heroes", "notes"),
        skip=lambda _: False,
    )
    assert wiring.wired(ast.parse(before)) == after


def test_an_entry_is_repeated_as_python() -> None:
    """By itself `"heroes": Heroes` is no Python, and what renames it reads Python."""
    before = 'services = {\n    "heroes": heroes,\n    "teams": teams,\n}\n'

    def rename(text: str) -> str:
        return ast.unparse(ast.parse(text.replace("heroes", "notes")))

    wiring = Wiring(
        "main.py",
        before,
        Known(names=frozenset({"heroes"}), strings=frozenset({"heroes"})),
        rename=rename,
        skip=lambda _: False,
    )
    made = wiring.wired(ast.parse(before))
    assert ast.literal_eval(ast.unparse(ast.parse(made).body[0].value.keys[1])) == "notes"  # type: ignore[attr-defined]
